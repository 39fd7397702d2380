//! The entries of a customer's files that cases are made of, and the cases.

use super::case::{Asking, Case};
use crate::diag::Diagnostic;
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::settings::Settings;
use crate::rules::customer::figures::Satisfaction;
use crate::rules::replay::cases::{CaseState, CaseStep, Tickets};
use crate::rules::replay::state::Record;
use crate::rules::replay::{in_contact, standing};
use crate::value::date::{Date, Moment};
use crate::value::text::Text;

/// The entries of one file of a customer, or of several, that cases are made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journal(Vec<Act>);

/// An entry about a case, a survey, or any contact of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Act {
    /// Its place in time: the day; the minute, or that of the entry before it in its file; the day's count.
    order: (Date, i64, u32),
    at: Moment,
    /// The id of its file, and the entry; `None` for a contact that names no case.
    about: Option<Box<(Text, Event)>>,
}

/// An entry that names no case which it can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// The id of its file.
    pub file: Text,
    /// The entry's key.
    pub key: Text,
    /// What is wrong.
    pub what: Diagnostic,
}

/// Is it an entry about a case?
pub fn is_about_case(event: &Event) -> bool {
    begins(event)
        || matches!(event.kind, EventKind::Handled | EventKind::Resolved | EventKind::Feedback)
}

/// Is it a request or a complaint?
pub fn begins(event: &Event) -> bool {
    matches!(event.kind, EventKind::Request | EventKind::Complaint)
}

impl Journal {
    /// That of one file up to a day.
    pub fn of(record: &Record, settings: &Settings, on: Date) -> Journal {
        let is_act = |event: &Event| {
            is_about_case(event) || event.kind == EventKind::Survey || in_contact(settings, event)
        };
        Journal::with(record, on, is_act)
    }

    /// The entries of one file up to a day that are about cases; it tells of states and of no answers.
    pub fn about_cases(record: &Record, on: Date) -> Journal {
        Journal::with(record, on, is_about_case)
    }

    fn with(record: &Record, on: Date, is_act: impl Fn(&Event) -> bool) -> Journal {
        let file = &record.prospect.id;
        let mut acts: Vec<Act> = Vec::new();
        for event in standing(&record.prospect.events, on) {
            if !is_act(event) {
                continue;
            }
            let about =
                is_about_case(event) || event.kind == EventKind::Survey || event.ticket.is_some();
            let date = event.date();
            let before = acts.last().map(|act| act.order).filter(|(day, ..)| *day == date);
            let minute = event.time.map_or(0, |time| time.minutes());
            let minute = minute.max(before.map_or(0, |(_, minute, _)| minute));
            acts.push(Act {
                order: (date, minute, event.key.n),
                at: Moment { date, time: event.time },
                about: about.then(|| Box::new((file.clone(), event.clone()))),
            });
        }
        Journal(acts)
    }

    /// Has it no entry?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes in that of another file.
    pub fn join(&mut self, other: Journal) {
        self.0.extend(other.0);
    }

    /// The cases in the order in which they began, and the entries that are about none that can be meant. Entries of
    /// one day in several files go by their times, then by the numbers of their keys.
    pub fn cases(mut self) -> (Vec<Case>, Vec<Misplaced>) {
        let about = |act: &Act| act.about.as_deref().is_some_and(|(_, event)| is_about_case(event));
        if !self.0.iter().any(about) {
            return Default::default();
        }
        self.0.sort_by_key(|act| act.order);
        let mut fold = Fold::default();
        self.0.into_iter().for_each(|act| fold.take(act));
        (fold.cases, fold.misplaced)
    }
}

/// The cases while entries are applied.
#[derive(Default)]
struct Fold {
    tickets: Tickets,
    files: Vec<Text>,
    cases: Vec<Case>,
    misplaced: Vec<Misplaced>,
    /// The questions without an answer: the positions of the case, and of the question among its own.
    unanswered: Vec<(usize, usize)>,
}

impl Fold {
    fn take(&mut self, act: Act) {
        let Some(about) = act.about else { return self.answer(act.at, None) };
        let (file, event) = *about;
        if event.kind == EventKind::Survey {
            let untold = self.cases.iter_mut().filter(|case| case.is_untold());
            return untold.for_each(|case| case.told = Some(act.at));
        }
        if !is_about_case(&event) {
            // A contact that names a case answers that one alone.
            let named = |case: &Case| event.ticket.as_ref() == Some(&case.name);
            return self.answer(act.at, self.cases.iter().rposition(named));
        }
        let number = self.files.iter().position(|known| *known == file).unwrap_or_else(|| {
            self.files.push(file.clone());
            self.files.len() - 1
        });
        match self.tickets.apply(&event, u32::try_from(number).unwrap_or(u32::MAX)) {
            Ok(Some((at, step))) => self.put(at, step, act.at, file, event),
            Ok(None) => {}
            Err(what) => {
                self.misplaced.push(Misplaced { file, key: event.key.text.clone(), what });
            }
        }
    }

    /// Notes what an entry tells of the case at a position.
    fn put(&mut self, at: usize, step: CaseStep, when: Moment, file: Text, event: Event) {
        if step == CaseStep::Begun {
            self.cases.push(Case::begun(&file, &event, self.tickets.state(at)));
        }
        match step {
            CaseStep::Begun | CaseStep::Repeated | CaseStep::Reopened => {
                self.unanswered.push((at, self.cases[at].askings.len()));
            }
            CaseStep::Handled | CaseStep::Resolved | CaseStep::Answered => {
                self.answer(when, Some(at));
            }
        }
        let case = &mut self.cases[at];
        case.state = self.tickets.state(at);
        match step {
            CaseStep::Begun | CaseStep::Repeated | CaseStep::Reopened => {
                let begins = step != CaseStep::Repeated;
                let kind = event.kind.clone();
                case.askings.push(Asking {
                    kind,
                    at: when,
                    begins,
                    answered: None,
                    resolved: None,
                });
                if begins {
                    (case.told, case.said) = (None, None);
                }
            }
            CaseStep::Handled => {}
            CaseStep::Resolved => {
                let open = case.askings.iter_mut().filter(|asking| asking.resolved.is_none());
                open.for_each(|asking| asking.resolved = Some(when));
            }
            CaseStep::Answered => {
                // A word about a case that is not done yet does not tell the customer that it is.
                if case.state == CaseState::Confirmed {
                    case.told = Some(when);
                }
                case.said = Satisfaction::of(&event).or(case.said.take());
            }
        }
        case.learn(&event);
        case.entries.push((file, event));
    }

    /// A contact of ours answers the questions so far; one about a case, those of that case.
    fn answer(&mut self, when: Moment, of: Option<usize>) {
        let cases = &mut self.cases;
        self.unanswered.retain(|(case, asking)| {
            let answered = of.is_none_or(|of| of == *case);
            if answered {
                cases[*case].askings[*asking].answered = Some(when);
            }
            !answered
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;
    use crate::model::prospect::Prospect;
    use crate::rules::replay::cases::CaseState;
    use crate::rules::replay::replay;
    use crate::value::date::Time;

    /// An entry: key, time, kind, ticket.
    type Row = (&'static str, &'static str, &'static str, &'static str);

    fn journal(file: &str, rows: &[Row]) -> Journal {
        let event = |(key, time, kind, ticket): &Row| Event {
            time: Time::parse(time),
            ticket: (!ticket.is_empty()).then(|| (*ticket).into()),
            ..Event::new(EventKey::parse(key).unwrap(), *kind)
        };
        let events = rows.iter().map(event).collect();
        let prospect = Prospect { id: file.into(), events, ..Prospect::default() };
        let (settings, on) = (Settings::default(), Date::parse("2010-12-31").unwrap());
        Journal::of(&replay(prospect, &settings, on).unwrap(), &settings, on)
    }

    fn cases(rows: &[Row]) -> Vec<Case> {
        journal("zhang", rows).cases().0
    }

    fn shown(moment: Option<Moment>) -> String {
        moment.map_or_else(String::new, Moment::shown)
    }

    #[test]
    fn the_first_contact_of_ours_answers_and_what_is_about_another_case_does_not() {
        let asked = ("2010-01-01", "09:00", "complaint", "a");
        let answered = |later: &[Row]| {
            let rows: Vec<Row> = std::iter::once(asked).chain(later.iter().copied()).collect();
            shown(cases(&rows)[0].askings[0].answered)
        };
        assert_eq!(answered(&[]), "");
        assert_eq!(answered(&[("2010-01-02", "", "handled", "")]), "2010-01-02");
        assert_eq!(answered(&[("2010-01-01-1", "10:00", "call", "")]), "2010-01-01 10:00");
        assert_eq!(answered(&[("2010-01-02", "", "resolved", "a")]), "2010-01-02");
        // A survey and another question are no words of ours.
        assert_eq!(
            answered(&[("2010-01-02", "", "survey", ""), ("2010-01-03", "", "request", "a")]),
            ""
        );
        let other = ("2010-01-02", "", "request", "b");
        assert_eq!(answered(&[other, ("2010-01-03", "", "handled", "b")]), "");
        assert_eq!(answered(&[other, ("2010-01-03", "", "resolved", "")]), "", "of which of both?");
    }

    #[test]
    fn a_reopened_case_is_answered_and_resolved_anew() {
        let all = cases(&[
            ("2010-01-01", "", "complaint", "a"),
            ("2010-01-02", "", "resolved", ""),
            ("2010-01-03", "", "feedback", ""),
            ("2010-01-04", "", "complaint", "a"),
            ("2010-01-05", "", "call", ""),
            ("2010-01-06", "", "resolved", ""),
        ]);
        let [case] = &all[..] else { panic!("one case") };
        assert_eq!((case.reopened(), case.state), (1, CaseState::Resolved));
        assert!(case.is_untold(), "the feedback was about the first time");
        let days = |asking: &Asking| (shown(asking.answered), shown(asking.resolved));
        assert_eq!(days(&case.askings[0]), ("2010-01-02".into(), "2010-01-02".into()));
        assert_eq!(days(&case.askings[1]), ("2010-01-05".into(), "2010-01-06".into()));
        assert_eq!(shown(case.resolved()), "2010-01-06");
    }

    #[test]
    fn a_repeated_question_begins_no_new_time_to_resolve() {
        let all = cases(&[("2010-01-01", "", "request", "a"), ("2010-01-05", "", "request", "a")]);
        assert_eq!((all.len(), all[0].askings.len(), all[0].reopened()), (1, 2, 0));
        assert_eq!(shown(all[0].last_begun().map(|asking| asking.at)), "2010-01-01");
    }

    #[test]
    fn a_survey_after_it_is_resolved_tells_the_customer_too() {
        let told = |rows: &[Row]| !cases(rows)[0].is_untold();
        let (asked, done) = (("2010-01-01", "", "request", ""), ("2010-01-02", "", "resolved", ""));
        assert!(!told(&[asked, done]));
        assert!(told(&[asked, done, ("2010-01-03", "", "survey", "")]));
        assert!(told(&[asked, done, ("2010-01-03", "", "feedback", "")]));
        assert!(!told(&[
            ("2010-01-01", "", "survey", ""),
            ("2010-01-02", "", "request", ""),
            ("2010-01-03", "", "resolved", "")
        ]));
    }

    #[test]
    fn a_case_of_one_file_is_answered_and_resolved_in_another_of_the_customer() {
        let own = [("2010-01-01-2", "09:00", "complaint", "a")];
        let of_prospect =
            [("2010-01-01-1", "10:00", "call", ""), ("2010-01-02", "", "resolved", "a")];
        let mut both = journal("pujiang", &own);
        both.join(journal("zhang", &of_prospect));
        let (cases, misplaced) = both.cases();
        assert!(misplaced.is_empty());
        assert_eq!((&*cases[0].file, cases[0].state), ("pujiang", CaseState::Resolved));
        assert_eq!(shown(cases[0].askings[0].answered), "2010-01-01 10:00", "by the time of day");
        // Alone, the second file has a ticket that begins nowhere.
        let (cases, misplaced) = journal("zhang", &of_prospect).cases();
        assert!(cases.is_empty() && &*misplaced[0].key == "2010-01-02");
    }
}
