//! The demands of a tier on the practice with a customer as a whole: helpers, money spent, talks with leaders, reviews,
//! surveys, care on occasions.

use super::contact::service;
use crate::model::event::Event;
use crate::model::grading::{BIRTHDAY, Occasion, Policy, RENEWAL};
use crate::model::kind::{Counts, EventKind};
use crate::model::prospect::Contact;
use crate::model::settings::Settings;
use crate::rules::papers::{papers, renewal_due};
use crate::rules::replay::in_contact;
use crate::rules::replay::state::Record;
use crate::rules::team::has_left;
use crate::value::date::Date;
use crate::value::money::Sum;
use crate::value::text::Text;

/// Care within so many days before or after the day of an occasion is for that occasion; so long it can be late.
pub const CARE_DAYS: i64 = 14;

/// The practice with a customer, as far as a tier can ask, through one of its prospects or all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TierPractice {
    /// The last talk with a leader.
    pub(super) led: Option<Date>,
    /// The last review: a meeting.
    pub(super) reviewed: Option<Date>,
    /// The last survey.
    pub(super) surveyed: Option<Date>,
    /// The money spent in the calendar year of the day.
    pub spent: Sum,
    /// The roles that a rep fills who is here.
    pub(super) filled: Vec<Text>,
    /// The days of care and gifts that can be for an occasion of today, or a later one.
    pub(super) cared: Vec<Date>,
    /// The people that are there, and their birthdays.
    pub(super) people: Vec<(Text, Date)>,
    /// The contracts: the number, the day on which the renewal is due if it has one, and the contract that it renews.
    pub(super) contracts: Vec<(Text, Option<Date>, Option<Text>)>,
}

/// The occasion of care that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CareFor<'b> {
    /// The birthday of a person of this name.
    Birthday(&'b str),
    /// An occasion of the calendar.
    Occasion(&'b Occasion),
    /// The renewal of the contract of this number.
    Renewal(&'b str),
}

impl TierPractice {
    /// The practice with one prospect up to a day, from its entries that count; `None` where no policy asks.
    pub(super) fn of(
        record: &Record,
        events: &[&Event],
        settings: &Settings,
        on: Date,
    ) -> Option<Box<TierPractice>> {
        if !settings.policies.iter().any(|(_, policy)| policy.is_tiered()) {
            return None;
        }
        let here = |(_, rep): &&(Text, Text)| !has_left(rep, settings, on);
        let filled = record.state.serves.iter().filter(here).map(|(role, _)| role.clone());
        let filled = filled.collect();
        let spent = spent(events, settings, on);
        let mut tier = TierPractice { spent, filled, ..TierPractice::default() };
        for event in events {
            let date = Some(event.date());
            if in_contact(settings, event) && !service(event) && is_leader(event, settings) {
                tier.led = tier.led.max(date);
            }
            if settings.counts(&event.kind) == Counts::Meeting {
                tier.reviewed = tier.reviewed.max(date);
            }
            match event.kind {
                EventKind::Survey => tier.surveyed = tier.surveyed.max(date),
                EventKind::Feedback if event.score.is_some() => {
                    tier.surveyed = tier.surveyed.max(date);
                }
                EventKind::Care | EventKind::Gift
                    if on.days_since(event.date()) <= 2 * CARE_DAYS =>
                {
                    tier.cared.extend(date);
                }
                _ => {}
            }
        }
        let there = record.prospect.contacts.iter().filter(|contact| contact.is_there(on));
        let born = |contact: &Contact| Some((contact.name.clone(), contact.birthday?));
        tier.people = there.filter_map(born).collect();
        let contracts = events.iter().copied().filter(|event| event.kind == EventKind::Contract);
        let binding = papers(contracts, settings).into_iter().filter(|paper| paper.bound.is_some());
        tier.contracts = binding
            .map(|paper| (paper.name().clone(), renewal_due(&paper), paper.details.renews))
            .collect();
        Some(Box::new(tier))
    }

    /// Takes in the practice with another prospect of the customer.
    pub(super) fn join(&mut self, other: TierPractice) {
        self.led = self.led.max(other.led);
        self.reviewed = self.reviewed.max(other.reviewed);
        self.surveyed = self.surveyed.max(other.surveyed);
        self.spent.add_sum(&other.spent);
        self.filled.extend(other.filled);
        self.cared.extend(other.cared);
        self.contracts.extend(other.contracts);
        for person in other.people {
            if !self.people.contains(&person) {
                self.people.push(person);
            }
        }
    }

    /// The occasions on which care is demanded, each with its first day for which there was none: it may be late by
    /// [`CARE_DAYS`], or lie ahead. Days before the first entry are left out.
    pub(super) fn care<'b>(
        &'b self,
        policy: &Policy,
        settings: &'b Settings,
        opened: Date,
        on: Date,
    ) -> Vec<(CareFor<'b>, Date)> {
        let near = |a: Date, b: Date| a.days_since(b).abs() <= CARE_DAYS;
        let missing = |day: &Date| {
            *day >= opened
                && on.days_since(*day) <= CARE_DAYS
                && !self.cared.iter().any(|cared| near(*cared, *day))
        };
        let mut found = Vec::new();
        for name in &policy.care {
            if **name == *BIRTHDAY {
                for (person, born) in &self.people {
                    let years = on.year() - 1..=on.year() + 1;
                    let first = years.filter_map(|year| birthday_in(*born, year)).find(missing);
                    found.extend(first.map(|day| (CareFor::Birthday(person), day)));
                }
            }
            if **name == *RENEWAL {
                let renewed = |number: &Text| {
                    self.contracts.iter().any(|(_, _, renews)| renews.as_ref() == Some(number))
                };
                let open = self.contracts.iter().filter(|(number, ..)| !renewed(number));
                let due = open.filter_map(|(number, due, _)| Some((number, (*due)?)));
                let due = due.filter(|(_, day)| missing(day));
                found.extend(due.map(|(number, day)| (CareFor::Renewal(number), day)));
            }
            let occasion = settings.occasions.iter().find(|occasion| occasion.id == *name);
            let first = occasion.and_then(|o| Some((o, o.dates.iter().copied().find(missing)?)));
            found.extend(first.map(|(occasion, day)| (CareFor::Occasion(occasion), day)));
        }
        found
    }
}

/// The money that entries cost in the calendar year of a day, up to that day.
pub fn spent(events: &[&Event], settings: &Settings, on: Date) -> Sum {
    let mut sum = Sum::default();
    let this_year = events.iter().filter(|event| event.date().year() == on.year());
    this_year.filter_map(|event| event.cost).for_each(|cost| sum.add(settings.own(cost)));
    sum
}

/// Did a leader sign an entry: a rep of the level `senior`, or one that leads others?
fn is_leader(event: &Event, settings: &Settings) -> bool {
    event.by.as_deref().is_some_and(|by| {
        let level = settings.rep(by).and_then(|rep| rep.level.as_deref());
        level == Some("senior") || settings.leads(by)
    })
}

/// The birthday in a year; one on 29 February is kept on the 28th in common years.
pub fn birthday_in(born: Date, year: i32) -> Option<Date> {
    Date::new(year, born.month(), born.day()).or_else(|| Date::new(year, born.month(), 28))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;
    use crate::model::settings::Rep;
    use crate::value::money::Money;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn event(key: &str, kind: &str, by: &str, cost: &str) -> Event {
        let mut event = Event::new(EventKey::parse(key).unwrap(), kind);
        event.by = Some(by.into());
        event.cost = Money::parse(cost).ok();
        event
    }

    #[test]
    fn money_is_spent_from_the_first_day_of_the_year_to_the_day() {
        let events = [
            event("2009-12-31", "gift", "r", "1"),
            event("2010-01-01", "visit", "r", "10"),
            event("2010-05-01", "note", "r", "100.50"),
            event("2010-05-01-2", "care", "r", "7 USD"),
        ];
        let events: Vec<&Event> = events.iter().collect();
        let spent = |on| spent(&events, &Settings::default(), day(on)).to_string();
        assert_eq!(spent("2010-05-01"), "110.50 + 7 USD");
        assert_eq!(spent("2009-12-31"), "1");
    }

    #[test]
    fn a_senior_and_a_manager_are_leaders_and_others_are_not() {
        let rep = |id: &str, level: Option<&str>, manager: Option<&str>| Rep {
            id: id.into(),
            level: level.map(Into::into),
            manager: manager.map(Into::into),
            ..Rep::default()
        };
        let reps = vec![
            rep("senior", Some("senior"), None),
            rep("boss", None, None),
            rep("junior", Some("junior"), Some("boss")),
        ];
        let settings = Settings { reps, ..Settings::default() };
        let led = ["senior", "boss", "junior", "x"]
            .map(|by| is_leader(&event("2010-01-01", "call", by, ""), &settings));
        assert_eq!(led, [true, true, false, false]);
    }

    #[test]
    fn care_is_for_the_occasion_within_fourteen_days_of_it() {
        let new_year = Occasion {
            id: "new-year".into(),
            dates: vec![day("2010-02-14"), day("2011-02-03")],
            ..Occasion::default()
        };
        let settings = Settings { occasions: vec![new_year], ..Settings::default() };
        let policy = Policy { care: vec!["new-year".into()], ..Policy::default() };
        let due = |cared: Option<&str>, opened: &str, on: &str| {
            let tier = TierPractice {
                cared: cared.map(day).into_iter().collect(),
                ..TierPractice::default()
            };
            let care = tier.care(&policy, &settings, day(opened), day(on));
            care.first().map(|(_, day)| day.to_string())
        };
        let (this, next) = (Some("2010-02-14".to_owned()), Some("2011-02-03".to_owned()));
        assert_eq!(due(None, "2009-01-01", "2010-02-28"), this, "late by 14 days");
        assert_eq!(due(None, "2009-01-01", "2010-03-01"), next, "too late for a greeting");
        assert_eq!(due(Some("2010-01-31"), "2009-01-01", "2010-02-01"), next);
        assert_eq!(due(Some("2010-01-30"), "2009-01-01", "2010-02-01"), this);
        assert_eq!(due(Some("2010-02-28"), "2009-01-01", "2010-02-28"), next);
        assert_eq!(due(None, "2010-02-14", "2010-02-14"), this, "opened on the day");
        assert_eq!(due(None, "2010-02-15", "2010-02-15"), next);
        assert_eq!(due(None, "2009-01-01", "2011-02-18"), None, "no date is left");
    }

    #[test]
    fn care_for_a_renewal_is_due_while_no_contract_renews_it() {
        let settings = Settings::default();
        let policy = Policy { care: vec![RENEWAL.into()], ..Policy::default() };
        let due = |renews: Option<&str>| {
            let contract = |number: &str, due: Option<&str>, renews: Option<&str>| {
                (number.into(), due.map(day), renews.map(Into::into))
            };
            let contracts =
                vec![contract("C-1", Some("2010-12-01"), None), contract("C-2", None, renews)];
            let tier = TierPractice { contracts, ..TierPractice::default() };
            let care = tier.care(&policy, &settings, day("2010-01-01"), day("2010-12-15"));
            care.first().map(|(_, day)| day.to_string())
        };
        assert_eq!(due(None), Some("2010-12-01".into()));
        assert_eq!(due(Some("C-9")), Some("2010-12-01".into()));
        assert_eq!(due(Some("C-1")), None);
    }

    #[test]
    fn a_birthday_on_leap_day_is_kept_on_the_28th() {
        let in_year = |year| birthday_in(day("1972-02-29"), year);
        assert_eq!(in_year(2009), Some(day("2009-02-28")));
        assert_eq!(in_year(2012), Some(day("2012-02-29")));
    }
}
