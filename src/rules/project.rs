//! Project selling: how far the buyer is beside us, who is known at the buyer and who is missing, the columns planned
//! for a day, and what speaks for a contract and against it.

use crate::diag::{Words, counted, listed};
use crate::model::buying::BUYER_STEPS;
use crate::model::kind::Counts;
use crate::model::pipeline::Outcome;
use crate::model::prospect::{Contact, PARTS, Prospect, part_words};
use crate::model::settings::Settings;
use crate::rules::replay::standing;
use crate::rules::replay::state::{History, Record, State};
use crate::value::date::Date;
use crate::value::label::Lang;

/// The columns of the board for projects, each with the first step of the buyer, by its position in [`BUYER_STEPS`],
/// that fits it. At the first two columns the buyer may still talk it over.
#[rustfmt::skip]
const FITTING: [(&str, usize); 7] = [
    ("lead",        0),
    ("contacted",   0),
    ("survey",      2),
    ("solution",    3),
    ("confirmed",   4),
    ("negotiation", 5),
    ("contract",    6),
];

/// The first step of the buyer that fits a column, by the column's id; `None` for a column of another board.
pub fn fitting_step(column: &str) -> Option<usize> {
    FITTING.iter().find(|row| row.0 == column).map(|row| row.1)
}

/// That the buyer's process lags behind our column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// The step that the buyer has reached; `None` = no entry of the pursuit names one.
    pub reached: Option<usize>,
    /// The first step that fits our column.
    pub fitting: usize,
}

impl Lag {
    /// The steps in words.
    pub fn words(self) -> Words {
        let (_, fit_en, fit_zh) = BUYER_STEPS[self.fitting];
        match self.reached {
            Some(reached) => {
                let (_, en, zh) = BUYER_STEPS[reached];
                words!(
                    "the buyer is at \"{en}\"; our column fits \"{fit_en}\"",
                    "买方处于“{zh}”，我方所在栏对应“{fit_zh}”"
                )
            }
            None => words!(
                "no step of the buyer is recorded; our column fits \"{fit_en}\"",
                "没有记录买方进程；我方所在栏对应“{fit_zh}”"
            ),
        }
    }
}

/// A column that is planned for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Milestone {
    /// The column's position on the board.
    pub column: usize,
    /// The day by which it is to be reached.
    pub planned: Date,
    /// The first day of this pursuit in the column or in a later one; `None` = not reached.
    pub reached: Option<Date>,
    /// The days that it was, or is, late; 0 = in time. A milestone that is due on a day is not late on it.
    pub late: i64,
    /// Is it past its day and not reached, while the pursuit is open?
    pub overdue: bool,
}

/// A person of the buyer who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MappedPerson<'r> {
    /// The person.
    pub contact: &'r Contact,
    /// The day of the last meeting with the person, in any pursuit.
    pub met: Option<Date>,
}

/// How a department of the buyer, which is one of the parts of people, sees us: how many of its people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Support {
    /// For us.
    pub pro: u32,
    /// Neither for us nor against.
    pub neutral: u32,
    /// Against us.
    pub against: u32,
    /// Whose stance is not known.
    pub unknown: u32,
}

impl Support {
    /// People of the department that are there.
    pub fn people(self) -> u32 {
        self.pro + self.neutral + self.against + self.unknown
    }
}

/// Does a person have this part? A contact with `decides = true` decides, too.
fn has_part(contact: &Contact, part: &str) -> bool {
    contact.has_part(part) || part == "decider" && contact.is_decider()
}

impl Prospect {
    /// The parts that nobody has who is there on a day, in the order of [`PARTS`].
    pub fn missing_parts(&self, day: Date) -> impl Iterator<Item = &'static str> {
        PARTS.into_iter().filter(move |part| !self.people_on(day).any(|c| has_part(c, part)))
    }

    /// The people with a part who are there on a day.
    pub fn people_of(&self, part: &str, day: Date) -> impl Iterator<Item = &Contact> {
        self.people_on(day).filter(move |contact| has_part(contact, part))
    }

    /// How the people of a department who are there on a day see us.
    pub fn support(&self, part: &str, day: Date) -> Support {
        let mut support = Support::default();
        for contact in self.people_on(day).filter(|contact| contact.has_part(part)) {
            let count = match contact.stance.as_deref() {
                Some("for") => &mut support.pro,
                Some("neutral") => &mut support.neutral,
                Some("against") => &mut support.against,
                _ => &mut support.unknown,
            };
            *count += 1;
        }
        support
    }

    /// The day of the last meeting with a person up to a day: its entry names the person, or nobody where there is no
    /// other person.
    pub fn last_met(&self, contact: &Contact, settings: &Settings, day: Date) -> Option<Date> {
        let alone = self.contacts.len() == 1;
        let meetings = standing(&self.events, day)
            .filter(|event| settings.counts(&event.kind) == Counts::Meeting);
        let with = meetings.filter(|event| {
            let named = &event.details().with;
            alone && named.is_empty() || named.iter().any(|name| contact.is_called(name))
        });
        with.map(|event| event.date()).max()
    }

    /// Do the facts of its people say anything of a purchase: a part, or a stance?
    pub fn is_mapped(&self) -> bool {
        self.contacts.iter().any(|contact| contact.part.is_some() || contact.stance.is_some())
    }

    /// The people who are there on a day: by their parts, then those without one.
    pub fn map(&self, settings: &Settings, day: Date) -> Vec<MappedPerson<'_>> {
        let place = |contact: &Contact| {
            let part = PARTS.iter().position(|part| has_part(contact, part));
            let own = PARTS.iter().position(|part| contact.has_part(part));
            own.or(part).unwrap_or(PARTS.len())
        };
        let mut people: Vec<&Contact> = self.people_on(day).collect();
        people.sort_by_key(|contact| place(contact));
        let met = |contact| self.last_met(contact, settings, day);
        people.into_iter().map(|contact| MappedPerson { contact, met: met(contact) }).collect()
    }
}

/// The planned columns of a board in their order, reached or not by a day.
fn milestones_of(
    state: &State,
    history: &History,
    position: impl Fn(&str) -> Option<usize>,
    won: usize,
    day: Date,
) -> Vec<Milestone> {
    let is_open = state.outcome == Outcome::Open;
    let mut milestones: Vec<Milestone> = Vec::new();
    for (id, planned) in &state.milestones {
        let Some(column) = position(id).filter(|column| *column <= won) else { continue };
        let spells = history.stages.iter().filter(|spell| spell.pursuit == state.pursuit);
        let in_it = spells.filter(|spell| (column..=won).contains(&spell.stage));
        let reached = in_it.map(|spell| spell.from).min();
        let until = reached.or(is_open.then_some(day));
        milestones.push(Milestone {
            column,
            planned: *planned,
            reached,
            late: until.map_or(0, |until| until.days_since(*planned).max(0)),
            overdue: is_open && reached.is_none() && *planned < day,
        });
    }
    milestones.sort_by_key(|milestone| milestone.column);
    milestones
}

impl Record {
    /// Where the buyer lags behind our column, while the pursuit is open.
    pub fn buyer_lag(&self, settings: &Settings) -> Option<Lag> {
        if self.state.outcome != Outcome::Open || self.prospect.is_customer {
            return None;
        }
        let fitting = fitting_step(self.stage_id(settings))?;
        let reached = self.state.buyer.map(|(step, _)| step);
        (fitting > 0 && reached.is_none_or(|step| step < fitting))
            .then_some(Lag { reached, fitting })
    }

    /// The planned columns of its board in their order, as of a day.
    pub fn milestones(&self, settings: &Settings, day: Date) -> Vec<Milestone> {
        let pipeline = self.pipeline(settings);
        let position = |id: &str| pipeline.find(id);
        milestones_of(&self.state, &self.history, position, pipeline.won(), day)
    }

    /// Is it a project: is it on a board for projects?
    pub fn is_project(&self, settings: &Settings) -> bool {
        !self.prospect.is_customer && settings.is_for_projects(self.pipeline(settings))
    }

    /// What speaks for a contract on a day.
    pub fn speaks_for(&self, settings: &Settings, day: Date) -> Vec<Words> {
        let mut said = Vec::new();
        for contact in self.prospect.people_on(day).filter(|contact| contact.has_stance("for")) {
            let (name, (en, zh)) = (&contact.name, named_part(contact));
            said.push(words!("{name}{en} is for us", "{name}{zh}支持"));
        }
        for contact in self.prospect.people_of("decider", day) {
            if let Some(met) = self.prospect.last_met(contact, settings, day) {
                let name = &contact.name;
                said.push(words!(
                    "the decider {name} was met on {met}",
                    "{met} 见过权力人士{name}"
                ));
            }
        }
        let fitting = fitting_step(self.stage_id(settings));
        if let (Some((step, _)), Some(fitting)) = (self.state.buyer, fitting)
            && step >= fitting.max(1)
        {
            let (_, en, zh) = BUYER_STEPS[step];
            said.push(words!("the buyer keeps up: {en}", "买方进程跟得上：{zh}"));
        }
        let milestones = self.milestones(settings, day);
        let reached = milestones.iter().filter(|m| m.reached.is_some() && m.late == 0).count();
        if reached > 0 {
            let en = counted(reached, "milestone", "milestones");
            said.push(words!("{en} reached in time", "按期达成里程碑 {reached} 个"));
        }
        said
    }

    /// What speaks against a contract on a day.
    pub fn speaks_against(&self, settings: &Settings, day: Date) -> Vec<Words> {
        let mut said = Vec::new();
        let against = self.prospect.people_on(day).filter(|contact| contact.has_stance("against"));
        for contact in against {
            let (name, (en, zh)) = (&contact.name, named_part(contact));
            said.push(match &contact.concern {
                Some(concern) => {
                    words!("{name}{en} is against us: {concern}", "{name}{zh}反对：{concern}")
                }
                None => words!("{name}{en} is against us", "{name}{zh}反对"),
            });
        }
        let missing: Vec<&str> = self.prospect.missing_parts(day).collect();
        if !missing.is_empty() {
            let en: Vec<&str> = missing.iter().map(|part| part_words(part).0).collect();
            let zh: Vec<&str> = missing.iter().map(|part| part_words(part).1).collect();
            let (en, zh) = (listed(en), listed(zh));
            said.push(words!("not known: {en}", "尚不认识：{zh:#}"));
        }
        said.extend(self.buyer_lag(settings).map(Lag::words));
        let pipeline = self.pipeline(settings);
        for milestone in self.milestones(settings, day).iter().filter(|m| m.overdue) {
            let stage = &pipeline.stages[milestone.column];
            let (planned, late) = (milestone.planned, milestone.late);
            said.push(Words::each(|lang| {
                let label = stage.label.get(lang, &stage.id);
                match lang {
                    Lang::Zh => {
                        format!("{label}原定 {planned}，已逾期 {late} 天")
                    }
                    _ => {
                        let days = counted(late, "day", "days");
                        format!("{label} was planned for {planned}: {days} overdue")
                    }
                }
            }));
        }
        if self.state.is_overstated() {
            said.push(words!("its column is above its evidence", "所在栏高于证据"));
        }
        if self.state.flags.overdue {
            said.push(words!("it is past the sales cycle", "已超过销售周期"));
        }
        if self.state.flags.missed {
            said.push(words!(
                "its next step passed without an entry",
                "约定的下一步已过，没有记录"
            ));
        }
        said
    }
}

/// The part of a person behind the name, in English and Chinese; nothing without one.
fn named_part(contact: &Contact) -> (String, String) {
    match contact.part.as_deref() {
        Some(part) => {
            let (en, zh) = part_words(part);
            (format!(" ({en})"), format!("（{zh}）"))
        }
        None => Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::pipeline::{DEPARTMENTS, PROJECT, project_pipeline};
    use crate::rules::replay::replay;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn event(key: &str, kind: &str, stage: &str) -> Event {
        Event {
            stage: (!stage.is_empty()).then(|| stage.into()),
            forced: Some("x".into()),
            reason: Some("x".into()),
            ..Event::new(EventKey::parse(key).unwrap(), kind)
        }
    }

    fn planned(key: &str, column: &str, on: &str) -> Event {
        let mut event = event(key, "note", "");
        event.details_mut().milestones = vec![(column.into(), day(on))];
        event
    }

    fn buyer(key: &str, step: &str) -> Event {
        let mut event = event(key, "note", "");
        event.details_mut().buyer = Some(step.into());
        event
    }

    fn record(events: &[Event], on: &str) -> Record {
        let mut all = vec![event("2009-03-01", "opened", "")];
        all.extend(events.iter().cloned());
        let prospect =
            Prospect { pipeline: Some(PROJECT.into()), events: all, ..Prospect::default() };
        replay(prospect, &Settings::default(), day(on)).unwrap()
    }

    fn only(events: &[Event], on: &str) -> Milestone {
        let milestones = record(events, on).milestones(&Settings::default(), day(on));
        assert_eq!(milestones.len(), 1);
        milestones[0]
    }

    #[test]
    fn a_milestone_is_not_overdue_on_its_day_and_is_a_day_later() {
        let plan = [planned("2009-03-02", "survey", "2009-06-01")];
        for (on, late, overdue) in
            [("2009-05-31", 0, false), ("2009-06-01", 0, false), ("2009-06-02", 1, true)]
        {
            let milestone = only(&plan, on);
            assert_eq!((milestone.late, milestone.overdue), (late, overdue), "{on}");
            assert_eq!(milestone.reached, None);
        }
    }

    #[test]
    fn a_milestone_is_reached_on_the_first_day_in_its_column_or_a_later_one() {
        let plan = planned("2009-03-02", "survey", "2009-06-01");
        for (moved, late) in [("2009-06-01", 0), ("2009-06-03", 2)] {
            for stage in ["survey", "negotiation", "contract"] {
                let milestone = only(&[plan.clone(), event(moved, "moved", stage)], "2009-09-01");
                assert_eq!(milestone.reached, Some(day(moved)), "{stage}");
                assert_eq!((milestone.late, milestone.overdue), (late, false), "{stage}");
            }
        }
        // A column before it, or the way out, does not reach it; what is lost is no longer overdue.
        let before = only(&[plan.clone(), event("2009-05-01", "moved", "contacted")], "2009-06-02");
        assert_eq!((before.reached, before.overdue), (None, true));
        let lost = only(&[plan.clone(), event("2009-05-01", "moved", "lost")], "2009-06-02");
        assert_eq!((lost.reached, lost.overdue, lost.late), (None, false, 0));
        // The first day counts, also after a fall-back.
        let back = [
            plan,
            event("2009-05-01", "moved", "solution"),
            event("2009-07-01", "moved", "contacted"),
        ];
        assert_eq!(only(&back, "2009-09-01").reached, Some(day("2009-05-01")));
    }

    #[test]
    fn the_last_plan_of_a_column_decides_and_a_new_pursuit_has_none() {
        let mut events = vec![
            planned("2009-03-02", "survey", "2009-06-01"),
            planned("2009-03-03", "survey", "2009-07-01"),
        ];
        assert_eq!(only(&events, "2009-06-15").planned, day("2009-07-01"));
        assert_eq!(only(&events, "2009-03-02").planned, day("2009-06-01"));
        // A column of another board is none.
        events.push(planned("2009-03-04", "50", "2009-06-01"));
        assert_eq!(only(&events, "2009-06-15").planned, day("2009-07-01"));
        events.extend([event("2009-04-01", "moved", "lost"), event("2009-04-02", "moved", "lead")]);
        let again = record(&events, "2009-06-15");
        assert_eq!(again.milestones(&Settings::default(), day("2009-06-15")), []);
    }

    #[test]
    fn the_buyer_lags_where_its_step_is_before_the_one_that_fits_our_column() {
        let board = project_pipeline();
        for (column, stage) in board.open().iter().enumerate() {
            let fitting = fitting_step(&stage.id).unwrap();
            for (step, (name, ..)) in BUYER_STEPS.iter().enumerate() {
                let mut events = vec![buyer("2009-03-02", name)];
                if column > 0 {
                    events.push(event("2009-03-03", "moved", &stage.id));
                }
                let lag = record(&events, "2009-06-01").buyer_lag(&Settings::default());
                let expected = Lag { reached: Some(step), fitting };
                assert_eq!(lag, (step < fitting).then_some(expected), "{} {name}", stage.id);
            }
        }
        // Without a recorded step it lags from the survey on.
        for (stage, lags) in
            [("contacted", false), ("survey", true), ("contract", false), ("lost", false)]
        {
            let record = record(&[event("2009-03-03", "moved", stage)], "2009-06-01");
            assert_eq!(record.buyer_lag(&Settings::default()).is_some(), lags, "{stage}");
        }
    }

    #[test]
    fn every_column_of_the_board_has_a_fitting_step_in_rising_order() {
        let board = project_pipeline();
        let columns: Vec<&str> = board.stages[..=board.won()].iter().map(|s| &*s.id).collect();
        assert_eq!(FITTING.map(|row| row.0).to_vec(), columns);
        assert!(FITTING.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        assert_eq!(fitting_step("50"), None);
    }

    fn person(name: &str, part: &str, stance: &str) -> Contact {
        let text = |text: &str| Some(text.into()).filter(|_| !text.is_empty());
        Contact { name: name.into(), part: text(part), stance: text(stance), ..Contact::default() }
    }

    #[test]
    fn support_counts_the_people_who_are_there_by_stance() {
        let mut gone = person("d", "user", "against");
        gone.left = Some(day("2009-06-01"));
        let contacts = vec![
            person("a", "user", "for"),
            person("b", "user", "neutral"),
            person("c", "user", ""),
            gone,
        ];
        let prospect = Prospect { contacts, ..Prospect::default() };
        let user = prospect.support("user", day("2009-06-01"));
        assert_eq!(user, Support { pro: 1, neutral: 1, against: 0, unknown: 1 });
        assert_eq!(prospect.support("user", day("2009-05-31")).against, 1);
        assert_eq!(prospect.support("lead", day("2009-06-01")).people(), 0);
        assert!(DEPARTMENTS.iter().all(|part| PARTS.contains(part)));
    }

    #[test]
    fn a_part_is_missing_where_nobody_has_it_on_the_day() {
        let mut boss = person("a", "", "");
        boss.decides = true;
        let mut handler = person("b", "handler", "");
        handler.left = Some(day("2009-06-01"));
        let prospect = Prospect { contacts: vec![boss, handler], ..Prospect::default() };
        let missing = |on: &str| prospect.missing_parts(day(on)).collect::<Vec<_>>();
        assert_eq!(missing("2009-05-31"), ["recommender", "technical", "user", "lead"]);
        assert_eq!(missing("2009-06-01"), ["recommender", "handler", "technical", "user", "lead"]);
    }

    #[test]
    fn a_person_was_met_last_in_the_last_meeting_that_names_it() {
        let named = |key: &str, kind: &str, name: &str| {
            let mut event = event(key, kind, "");
            event.details_mut().with = vec![name.into()];
            event
        };
        let mut prospect = Prospect {
            contacts: vec![person("a", "", ""), person("b", "", "")],
            events: vec![
                named("2009-05-01", "meeting", "a"),
                named("2009-05-02", "visit", "a"),
                named("2009-05-03", "call", "a"),
                event("2009-05-04", "meeting", ""),
            ],
            ..Prospect::default()
        };
        let met = |prospect: &Prospect, on: &str| {
            prospect.last_met(&prospect.contacts[0], &Settings::default(), day(on))
        };
        assert_eq!(met(&prospect, "2009-06-01"), Some(day("2009-05-02")));
        assert_eq!(met(&prospect, "2009-05-01"), Some(day("2009-05-01")));
        assert_eq!(met(&prospect, "2009-04-30"), None);
        prospect.contacts.pop();
        assert_eq!(met(&prospect, "2009-06-01"), Some(day("2009-05-04")));
    }

    #[test]
    fn what_speaks_for_and_against_is_named() {
        let settings = Settings::default();
        let mut record = record(
            &[
                planned("2009-03-02", "survey", "2009-06-01"),
                planned("2009-03-02-1", "solution", "2009-06-30"),
                event("2009-06-01", "moved", "survey"),
                buyer("2009-06-02", "internal-talk"),
            ],
            "2009-07-01",
        );
        let mut decider = person("卫院长", "decider", "against");
        decider.concern = Some("总价".into());
        record.prospect.contacts = vec![decider, person("吴科长", "handler", "for")];
        let said = |words: Vec<Words>| -> Vec<String> {
            words.iter().map(|words| words.zh().to_owned()).collect()
        };
        let on = day("2009-07-01");
        assert_eq!(
            said(record.speaks_for(&settings, on)),
            ["吴科长（经手人）支持", "按期达成里程碑 1 个"]
        );
        let against = said(record.speaks_against(&settings, on));
        assert_eq!(
            against[..4],
            [
                "卫院长（权力人士）反对：总价",
                "尚不认识：推荐人、技术考核、使用部门、项目组长",
                "买方处于“内部讨论”，我方所在栏对应“项目立项”",
                "方案设计原定 2009-06-30，已逾期 1 天",
            ]
        );
        assert!(against.contains(&"所在栏高于证据".to_owned()), "{against:?}");
    }
}
