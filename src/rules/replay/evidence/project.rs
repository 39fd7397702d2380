//! The words about the criteria of projects: the people of the buyer, and the buyer's own process.

use super::{EvidenceBasis, Remedy};
use crate::diag::Words;
use crate::model::buying::BUYER_STEPS;
use crate::model::pipeline::{Criterion, Known};
use crate::model::prospect::{Contact, part_words};
use crate::value::text::Text;

impl EvidenceBasis<'_> {
    /// How such a criterion is known.
    pub(super) fn why_known(&self, id: &str) -> Words {
        let Some(criterion) = self.settings.criterion(id) else { return Words::default() };
        if self.evidence.attested.contains_key(id) {
            return words!("confirmed", "已确认");
        }
        let listed = |texts: &[Text]| {
            Words::each(|lang| {
                texts.iter().map(|text| &**text).collect::<Vec<_>>().join(lang.pick(", ", "、"))
            })
        };
        match &criterion.known {
            Known::Needs => listed(&self.prospect.needs),
            Known::Competitor if self.evidence.competitor.is_some() => {
                words!("an entry names one", "有记录写明")
            }
            Known::Competitor => listed(&self.prospect.profile().competitor),
            Known::DeciderMet => match self.decider_met() {
                Some((person, day)) => words!("{} met on {day}", "{day} 见过{}", person.name),
                None => Words::default(),
            },
            Known::Part(part) => {
                let people: Vec<Text> = self.with_part(part).map(|p| p.name.clone()).collect();
                listed(&people)
            }
            Known::Unopposed(_) => words!("nobody of them is against us", "他们中无人反对"),
            Known::Backed(parts) => {
                let backers: Vec<Text> = parts
                    .iter()
                    .filter_map(|part| self.with_part(part).find(|person| person.has_stance("for")))
                    .map(|person| person.name.clone())
                    .collect();
                let names = listed(&backers);
                Words::both(format!("for us: {}", names.en()), format!("支持：{}", names.zh()))
            }
            Known::Buyer(_) => match self.buyer {
                Some((step, day)) => {
                    let (_, en, zh) = BUYER_STEPS[step];
                    Words::both(format!("{en}, {day}"), format!("{zh}，{day}"))
                }
                None => Words::default(),
            },
            _ => Words::default(),
        }
    }

    /// The reason why such a criterion does not hold, and the step that would satisfy it.
    pub(super) fn why_unknown(&self, id: &str) -> (Words, Option<Remedy>) {
        let Some(criterion) = self.settings.criterion(id) else { return Default::default() };
        let confirm = || Some(Remedy::Confirm(id.into()));
        match &criterion.known {
            Known::Needs => (
                words!(
                    "not confirmed, and the fact `needs` names none",
                    "尚未确认，资料中也没有写 `needs`"
                ),
                confirm(),
            ),
            Known::Competitor => (
                words!(
                    "none is named (`competitor`), and none is ruled out",
                    "没有写明竞争对手（`competitor`），也没有确认无竞争对手"
                ),
                confirm(),
            ),
            Known::DeciderMet => self.decider_not_met(criterion),
            Known::Part(part) => {
                (self.nobody_with(part), Some(Remedy::Person { part, for_us: false }))
            }
            Known::Unopposed(parts) => match self.opponent(parts) {
                Some(person) => {
                    (opposed(person), Some(Remedy::Stance(person.name.clone(), "neutral")))
                }
                None => Default::default(),
            },
            Known::Backed(parts) => {
                let missing: Vec<&'static str> = self.unbacked(parts).collect();
                let words = |zh: bool| {
                    let own = missing.iter().map(|part| {
                        let (en, own) = part_words(part);
                        if zh { own } else { en }
                    });
                    own.collect::<Vec<&str>>().join(if zh { "、" } else { ", " })
                };
                let (en, zh) = (words(false), words(true));
                let remedy = missing.first().map(|part| match self.with_part(part).next() {
                    Some(person) => Remedy::Stance(person.name.clone(), "for"),
                    None => Remedy::Person { part, for_us: true },
                });
                (words!("nobody is for us: {en}", "没有支持者：{zh}"), remedy)
            }
            Known::Buyer(step) => {
                let why = match self.buyer {
                    Some((reached, day)) => {
                        let (_, en, zh) = BUYER_STEPS[reached];
                        words!("the buyer is at: {en}, {day}", "买方处于：{zh}，{day}")
                    }
                    None => words!(
                        "no entry of this pursuit names the buyer's step",
                        "本轮没有记录买方进程"
                    ),
                };
                (why, Some(Remedy::Buyer(BUYER_STEPS[*step].0)))
            }
            _ => Default::default(),
        }
    }

    fn decider_not_met(&self, criterion: &Criterion) -> (Words, Option<Remedy>) {
        let decider = self.prospect.people_on(self.on).find(|person| person.is_decider());
        match decider {
            Some(person) => {
                let name = &person.name;
                let why = words!(
                    "no meeting of this pursuit names {name} (`with`)",
                    "本轮的会面没有写明 {name} 参加（`with`）"
                );
                (why, Some(Remedy::Meet(name.clone())))
            }
            None if self.revoked(criterion) => {
                (words!("it was revoked", "已撤销"), Some(Remedy::Confirm(criterion.id.clone())))
            }
            None => (
                self.nobody_with("decider"),
                Some(Remedy::Person { part: "decider", for_us: false }),
            ),
        }
    }

    /// That nobody with a part is there; the last one who was and has left.
    fn nobody_with(&self, part: &str) -> Words {
        let (en, zh) = part_words(part);
        let gone = self.prospect.contacts.iter().filter(|person| person.has_part(part));
        match gone.filter_map(|person| Some((person.left?, person))).max_by_key(|(day, _)| *day) {
            Some((day, person)) => words!(
                "{} ({en}) left on {day}, and no other is known",
                "{}（{zh}）已于 {day} 离开，没有其他人",
                person.name
            ),
            None => words!("no {en} is known", "尚不认识{zh}"),
        }
    }
}

/// That a person is against us, and the concern.
fn opposed(person: &Contact) -> Words {
    let (en, zh) = part_words(person.part.as_deref().unwrap_or_default());
    let name = &person.name;
    match &person.concern {
        Some(concern) => {
            words!("{name} ({en}) is against us: {concern}", "{name}（{zh}）反对：{concern}")
        }
        None => words!("{name} ({en}) is against us", "{name}（{zh}）反对"),
    }
}
