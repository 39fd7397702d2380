//! The criteria of projects and the words about them: the people of the buyer, and the buyer's own process.

use super::{CriterionVerdict, EvidenceBasis, Remedy};
use crate::diag::Words;
use crate::model::buying::BUYER_STEPS;
use crate::model::pipeline::{Criterion, OfBuyer};
use crate::model::prospect::{Contact, part_words};
use crate::value::date::Date;
use crate::value::text::Text;

impl<'a> EvidenceBasis<'a> {
    /// Does such a criterion hold?
    pub(super) fn of_buyer(&self, criterion: &Criterion, of: &OfBuyer) -> CriterionVerdict<'_> {
        let since = CriterionVerdict::since;
        // People have no history: they speak as of the day.
        let now = |holds: bool| match holds {
            true => CriterionVerdict::Met { since: None, by: None },
            false => CriterionVerdict::Missing,
        };
        match of {
            OfBuyer::Needs => self.or_fact(criterion, !self.prospect.needs.is_empty(), None),
            OfBuyer::Competitor => {
                let is_named = !self.prospect.profile().competitor.is_empty();
                self.or_fact(criterion, is_named, self.evidence.competitor)
            }
            OfBuyer::DeciderMet => match self.attested(&criterion.id) {
                CriterionVerdict::Missing => since(self.decider_met().map(|(_, day)| day)),
                attested => attested,
            },
            OfBuyer::Part(part) => now(self.with_part(part).next().is_some()),
            OfBuyer::Unopposed(parts) => now(self.opponent(parts).is_none()),
            OfBuyer::Backed(parts) => now(self.unbacked(parts).next().is_none()),
            OfBuyer::Step(step) => {
                since(self.buyer.filter(|(reached, _)| reached >= step).map(|(_, day)| day))
            }
        }
    }

    /// Attested, or an entry shows it since a day, or else a fact at the top does, unless it was revoked.
    fn or_fact(
        &self,
        criterion: &Criterion,
        is_stated: bool,
        since: Option<Date>,
    ) -> CriterionVerdict<'_> {
        match self.attested(&criterion.id) {
            CriterionVerdict::Missing
                if since.is_some() || is_stated && !self.revoked(criterion) =>
            {
                CriterionVerdict::Met { since, by: None }
            }
            attested => attested,
        }
    }

    /// The people with a part who are there on the day.
    fn with_part<'p>(&'p self, part: &'p str) -> impl Iterator<Item = &'a Contact> + use<'a, 'p> {
        self.prospect.people_on(self.on).filter(move |person| person.has_part(part))
    }

    /// Of the people with one of these parts, the first that is against us.
    fn opponent(&self, parts: &[&str]) -> Option<&'a Contact> {
        let mut people = self.prospect.people_on(self.on);
        people.find(|person| {
            person.has_stance("against") && parts.iter().any(|part| person.has_part(part))
        })
    }

    /// Those of the parts that have nobody who is for us.
    fn unbacked<'p>(
        &'p self,
        parts: &'p [&'static str],
    ) -> impl Iterator<Item = &'static str> + 'p {
        let is_backed = |part: &&str| self.with_part(part).any(|person| person.has_stance("for"));
        parts.iter().copied().filter(move |part| !is_backed(part))
    }

    /// The first meeting with a person who decides and is there on the day: an entry names the person, or names nobody
    /// and there is no other person.
    fn decider_met(&self) -> Option<(&'a Contact, Date)> {
        let alone = self.prospect.contacts.len() == 1;
        let deciders = self.prospect.people_on(self.on).filter(|person| person.is_decider());
        let met = deciders.filter_map(|person| {
            let named = self.evidence.met_people.iter().filter(|(name, _)| person.is_called(name));
            let days = named.map(|(_, day)| *day);
            let day = days.chain(self.evidence.met_unnamed.filter(|_| alone)).min()?;
            Some((person, day))
        });
        met.min_by_key(|(_, day)| *day)
    }

    /// How such a criterion is known.
    pub(super) fn why_known(&self, id: &str, of: &OfBuyer) -> Words {
        if self.evidence.attested.contains_key(id) {
            return words!("confirmed", "已确认");
        }
        let listed = |texts: &[Text]| {
            Words::each(|lang| {
                texts.iter().map(|text| &**text).collect::<Vec<_>>().join(lang.pick(", ", "、"))
            })
        };
        match of {
            OfBuyer::Needs => listed(&self.prospect.needs),
            OfBuyer::Competitor if self.evidence.competitor.is_some() => {
                words!("an entry names one", "有记录写明")
            }
            OfBuyer::Competitor => listed(&self.prospect.profile().competitor),
            OfBuyer::DeciderMet => match self.decider_met() {
                Some((person, day)) => words!("{} met on {day}", "{day} 见过{}", person.name),
                None => Words::default(),
            },
            OfBuyer::Part(part) => {
                let people: Vec<Text> = self.with_part(part).map(|p| p.name.clone()).collect();
                listed(&people)
            }
            OfBuyer::Unopposed(_) => words!("nobody of them is against us", "他们中无人反对"),
            OfBuyer::Backed(parts) => {
                let backers: Vec<Text> = parts
                    .iter()
                    .filter_map(|part| self.with_part(part).find(|person| person.has_stance("for")))
                    .map(|person| person.name.clone())
                    .collect();
                let names = listed(&backers);
                Words::both(format!("for us: {}", names.en()), format!("支持：{}", names.zh()))
            }
            OfBuyer::Step(_) => match self.buyer {
                Some((step, day)) => {
                    let (_, en, zh) = BUYER_STEPS[step];
                    Words::both(format!("{en}, {day}"), format!("{zh}，{day}"))
                }
                None => Words::default(),
            },
        }
    }

    /// The reason why such a criterion does not hold, and the step that would satisfy it.
    pub(super) fn why_unknown(&self, id: &str, of: &OfBuyer) -> (Words, Option<Remedy>) {
        let confirm = || Some(Remedy::Confirm(id.into()));
        match of {
            OfBuyer::Needs => (
                words!(
                    "not confirmed, and the fact `needs` names none",
                    "尚未确认，资料中也没有写 `needs`"
                ),
                confirm(),
            ),
            OfBuyer::Competitor => (
                words!(
                    "none is named (`competitor`), and none is ruled out",
                    "没有写明竞争对手（`competitor`），也没有确认无竞争对手"
                ),
                confirm(),
            ),
            OfBuyer::DeciderMet => self.decider_not_met(id),
            OfBuyer::Part(part) => {
                (self.nobody_with(part), Some(Remedy::Person { part, for_us: false }))
            }
            OfBuyer::Unopposed(parts) => match self.opponent(parts) {
                Some(person) => {
                    (opposed(person), Some(Remedy::Stance(person.name.clone(), "neutral")))
                }
                None => Default::default(),
            },
            OfBuyer::Backed(parts) => {
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
            OfBuyer::Step(step) => {
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
        }
    }

    fn decider_not_met(&self, id: &str) -> (Words, Option<Remedy>) {
        let decider = self.prospect.people_on(self.on).find(|person| person.is_decider());
        match decider {
            Some(person) => {
                let name = &person.name;
                let why = words!(
                    "no meeting of this pursuit names {name} (`with`)",
                    "本轮的见面没有写明 {name} 参加（`with`）"
                );
                (why, Some(Remedy::Meet(name.clone())))
            }
            None if self.evidence.revoked.iter().any(|revoked| revoked == id) => {
                (words!("it was revoked", "已撤销"), Some(Remedy::Confirm(id.into())))
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
