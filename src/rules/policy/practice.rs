//! The practice with a prospect, as far as a policy can ask: verification, contacts, answers, prices.

use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::policy::contact::{service, theirs};
use crate::rules::policy::tier::TierPractice;
use crate::rules::replay::cases;
use crate::rules::replay::state::Record;
use crate::rules::replay::{in_contact, standing};
use crate::value::date::{Date, Time};
use crate::value::money::Money;
use crate::value::text::Text;
use std::cmp::Ordering;

/// A day, and the time of day where it is stated.
type When = (Date, Option<Time>);

/// A request or complaint, and our first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The case: a request or a complaint.
    pub kind: EventKind,
    asked: When,
    /// The first contact after it, or its resolution.
    answered: Option<When>,
}

/// A price that was agreed after another had been quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deal {
    /// The first quote.
    pub quoted: Money,
    /// The signing or booking.
    pub agreed: Money,
    /// The day of that.
    pub on: Date,
}

/// How a customer as a whole is looked after, through one of its prospects or all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attention {
    /// The last day its record was verified.
    pub(super) verified: Option<Date>,
    /// The last day on which we were in touch by other means than service,
    pub(super) touched: Option<Date>,
    /// and the kinds of that day's contacts, in order.
    pub(super) kinds: Box<[EventKind]>,
    /// The rest that a tier asks for, where a policy does.
    pub tier: Option<Box<TierPractice>>,
}

/// The practice with a prospect, as far as a policy can ask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Practice {
    /// Its owner.
    pub owner: Option<Text>,
    /// Did it leave?
    pub lost: bool,
    /// The day a known stall ends.
    pub(super) resumes: Option<Date>,
    /// Its part in the practice with the customer as a whole.
    pub attention: Attention,
    pub(super) answers: Box<[Answer]>,
    pub(super) deals: Box<[Deal]>,
}

impl Answer {
    /// The day it was asked.
    pub fn on(&self) -> Date {
        self.asked.0
    }

    /// The day it was answered.
    pub fn answered_on(&self) -> Option<Date> {
        self.answered.map(|(day, _)| day)
    }

    /// The last day that is in time.
    pub(super) fn due(&self, hours: u32) -> Date {
        self.on().plus(i64::from(hours.div_ceil(24)))
    }

    /// In time so far? By the hour where both entries state a time, else by the day.
    pub(super) fn in_time(&self, hours: u32, on: Date) -> bool {
        let Some((day, time)) = self.answered else { return on <= self.due(hours) };
        match (self.asked.1, time) {
            (Some(asked), Some(answered)) => {
                let days = day.days_since(self.on());
                let minutes = days * 24 * 60 + answered.minutes() - asked.minutes();
                minutes <= i64::from(hours) * 60
            }
            _ => day <= self.due(hours),
        }
    }
}

impl Attention {
    fn of(events: &[&Event], settings: &Settings) -> Attention {
        let (mut verified, mut touched, mut kinds) = (None, None, Vec::new());
        for event in events {
            let date = event.date();
            if event.kind == EventKind::Verified {
                verified = verified.max(Some(date));
            }
            if in_contact(settings, event) && !service(event) {
                // Entries are in the order of their days.
                if touched != Some(date) {
                    kinds.clear();
                }
                touched = Some(date);
                kinds.push(event.kind.clone());
            }
        }
        Attention { verified, touched, kinds: kinds.into(), tier: None }
    }

    /// Takes in that of the customer's next prospect by id.
    pub(super) fn join(&mut self, other: Attention) {
        self.verified = self.verified.max(other.verified);
        match other.touched.cmp(&self.touched) {
            Ordering::Greater => (self.touched, self.kinds) = (other.touched, other.kinds),
            Ordering::Equal => self.kinds = [&*self.kinds, &*other.kinds].concat().into(),
            Ordering::Less => {}
        }
        match (&mut self.tier, other.tier) {
            (Some(tier), Some(other)) => tier.join(*other),
            (tier, other) => *tier = tier.take().or(other),
        }
    }
}

impl Practice {
    /// The practice up to a day.
    pub fn of(record: &Record, settings: &Settings, on: Date) -> Practice {
        let state = &record.state;
        let events: Vec<&Event> = standing(&record.prospect.events, on).collect();
        let tier = TierPractice::of(record, &events, settings, on);
        Practice {
            owner: state.owner.clone(),
            lost: state.outcome == Outcome::Lost,
            resumes: state.hold.as_ref().map(|hold| hold.until),
            attention: Attention { tier, ..Attention::of(&events, settings) },
            answers: answers(&events, settings).into(),
            deals: deals(&events).into(),
        }
    }
}

/// Requests and complaints, each with its answer.
fn answers(events: &[&Event], settings: &Settings) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut open = Vec::new();
    let ended: Vec<Option<Text>> =
        events.iter().map(|event| cases::apply(&mut open, event).ok().flatten()).collect();
    for (position, event) in events.iter().enumerate() {
        if matches!(event.kind, EventKind::Request | EventKind::Complaint) {
            let ticket = event.ticket.as_ref().unwrap_or(&event.key.text);
            let after = events.iter().zip(&ended).skip(position + 1);
            let answered = after.into_iter().find(|(later, ended)| {
                if later.kind == EventKind::Resolved {
                    ended.as_ref() == Some(ticket)
                } else {
                    in_contact(settings, later) && !theirs(later)
                }
            });
            let when = |event: &Event| (event.date(), event.time);
            let answered = answered.map(|(event, _)| when(event));
            answers.push(Answer { kind: event.kind.clone(), asked: when(event), answered });
        }
    }
    answers
}

/// The agreements after a quote, each with the first quote since the last agreement.
fn deals(events: &[&Event]) -> Vec<Deal> {
    let mut deals = Vec::new();
    let mut quoted: Option<Money> = None;
    for event in events {
        match event.kind {
            EventKind::Quote => quoted = quoted.or(event.amount),
            EventKind::Contract | EventKind::Booking | EventKind::Order => {
                let same = |money: &Money| Some(money.currency) == quoted.map(|q| q.currency);
                if let (Some(agreed), Some(first)) = (event.amount.filter(same), quoted) {
                    deals.push(Deal { quoted: first, agreed, on: event.date() });
                    quoted = None;
                }
            }
            _ => {}
        }
    }
    deals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;

    fn event(key: &str, kind: &str, time: &str) -> Event {
        let mut event = Event::new(EventKey::parse(key).unwrap(), kind);
        event.time = Time::parse(time);
        event
    }

    /// The answer to a complaint of 2010-01-01, 09:00 if the times are known.
    fn answer(later: &[(&str, &str, &str)], timed: bool) -> Answer {
        let mut events = vec![event("2010-01-01", "complaint", if timed { "09:00" } else { "" })];
        events.extend(later.iter().map(|(key, kind, time)| event(key, kind, time)));
        let events: Vec<&Event> = events.iter().collect();
        answers(&events, &Settings::default()).remove(0)
    }

    #[test]
    fn hours_that_begin_another_day_are_due_on_it() {
        let open = answer(&[], false);
        for (hours, due) in [
            (0, "2010-01-01"),
            (1, "2010-01-02"),
            (24, "2010-01-02"),
            (25, "2010-01-03"),
            (48, "2010-01-03"),
        ] {
            let due = Date::parse(due).unwrap();
            assert_eq!(open.due(hours), due, "{hours}");
            assert!(open.in_time(hours, due) && !open.in_time(hours, due.plus(1)), "{hours}");
        }
    }

    #[test]
    fn by_the_hour_where_both_state_a_time_else_by_the_day() {
        let on = Date::parse("2010-01-09").unwrap();
        let called = |key, time, timed| answer(&[(key, "call", time)], timed).in_time(8, on);
        assert!(called("2010-01-01-1", "17:00", true));
        assert!(!called("2010-01-01-1", "17:01", true));
        assert!(called("2010-01-02", "17:01", false));
        assert!(!called("2010-01-03", "08:00", false));
    }

    #[test]
    fn the_last_contact_of_several_prospects_is_that_of_the_latest_day() {
        let settings = Settings::default();
        let on = |key: &str, kind: &str| Attention::of(&[&event(key, kind, "")], &settings);
        let joined = |other: Attention| {
            let mut attention = on("2010-01-02", "call");
            attention.join(other);
            attention.kinds.iter().map(|kind| kind.name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(joined(on("2010-01-01", "visit")), ["call"]);
        assert_eq!(joined(on("2010-01-02", "visit")), ["call", "visit"], "of one day both");
        assert_eq!(joined(on("2010-01-03", "visit")), ["visit"]);
        let of_one = |key: &str| {
            let (first, second) = (event("2010-01-02-1", "call", ""), event(key, "visit", ""));
            Attention::of(&[&first, &second], &settings).kinds.len()
        };
        assert_eq!((of_one("2010-01-02-2"), of_one("2010-01-03")), (2, 1));
    }

    #[test]
    fn a_resolution_without_ticket_answers_the_only_open_case() {
        let day = |text| Date::parse(text);
        let resolved = ("2010-01-05", "resolved", "");
        assert_eq!(answer(&[resolved], false).answered_on(), day("2010-01-05"));
        let two = [("2010-01-03", "request", ""), resolved];
        assert_eq!(answer(&two, false).answered_on(), None);
    }
}
