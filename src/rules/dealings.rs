//! The dealings with a customer: purchases, surveys, complaints, through one of its files or all of them; and the
//! figures of a year that follow from them.

use crate::model::kind::EventKind;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::customer::figures::{Satisfaction, SatisfactionScale};
use crate::rules::purchases::{Purchase, purchases};
use crate::rules::query::Query;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::rules::service::journal::Journal;
use crate::value::date::Date;
use crate::value::money::{Amount, Currency, Money, Sum};
use crate::value::period::Period;
use std::collections::HashMap;

/// The dealings with a customer up to a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dealings {
    purchases: Vec<Purchase>,
    /// In the order of their days.
    surveys: Vec<Satisfaction>,
    /// The days of complaints.
    complaints: Vec<Date>,
    /// The entries about cases.
    cases: Journal,
    /// The money a year that it buys of our kind from any seller; its own file's before those of its prospects.
    pub potential: Option<Money>,
    /// Was its own file read?
    has_file: bool,
}

/// The mean of the surveys of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeanSatisfaction {
    /// The sum of the answers, and how many they are.
    pub total: Amount,
    /// How many answers there are; never 0.
    pub count: u32,
    /// The scale of all of them.
    pub scale: SatisfactionScale,
}

impl MeanSatisfaction {
    /// The mean.
    pub fn mean(&self) -> f64 {
        self.total.to_f64() / f64::from(self.count)
    }
}

/// The 365 days that end on a day.
pub fn year_to(day: Date) -> Period {
    Period { from: day.plus(-364), to: day }
}

/// The 365 days before those that end on a day.
pub fn year_before(day: Date) -> Period {
    year_to(day.plus(-365))
}

/// The line of a sum in a currency, `None` for the ledger's own.
pub fn line(sum: &Sum, currency: Option<Currency>) -> Amount {
    match currency {
        None => sum.own,
        Some(_) => sum
            .others()
            .find(|money| money.currency == currency)
            .map_or(Amount::ZERO, |money| money.amount),
    }
}

impl Dealings {
    /// Those of one file up to a day.
    pub fn of(record: &Record, settings: &Settings, on: Date) -> Dealings {
        let prospect = &record.prospect;
        let mut dealings = Dealings {
            purchases: purchases(record, settings, on),
            potential: prospect.profile().potential.map(|money| settings.own(money)),
            has_file: prospect.is_customer,
            cases: Journal::about_cases(record, on),
            ..Dealings::default()
        };
        for event in standing(&prospect.events, on) {
            dealings.surveys.extend(Satisfaction::of(event));
            if event.kind == EventKind::Complaint {
                dealings.complaints.push(event.date());
            }
        }
        dealings
    }

    /// Its purchases: those of each file in order, file by file.
    pub fn purchases(&self) -> &[Purchase] {
        &self.purchases
    }

    /// Takes in those of another file of the customer.
    pub fn join(&mut self, other: Dealings) {
        self.purchases.extend(other.purchases);
        self.surveys.extend(other.surveys);
        self.surveys.sort_by_key(|survey| survey.on);
        self.complaints.extend(other.complaints);
        self.cases.join(other.cases);
        if other.has_file {
            self.potential = other.potential.or(self.potential);
        } else {
            self.potential = self.potential.or(other.potential);
        }
        self.has_file |= other.has_file;
    }

    /// The money bought in a period: orders less refunds.
    pub fn bought(&self, period: Period) -> Sum {
        let mut sum = Sum::default();
        let inside = self.purchases.iter().filter(|purchase| period.contains(purchase.on));
        inside.filter_map(|purchase| purchase.money).for_each(|money| sum.add(money));
        sum
    }

    /// The number of orders in a period.
    pub fn orders(&self, period: Period) -> u32 {
        let inside = |purchase: &&Purchase| purchase.is_order && period.contains(purchase.on);
        u32::try_from(self.purchases.iter().filter(inside).count()).unwrap_or(u32::MAX)
    }

    /// The complaints of a period.
    pub fn complaints(&self, period: Period) -> u32 {
        let inside = self.complaints.iter().filter(|day| period.contains(**day)).count();
        u32::try_from(inside).unwrap_or(u32::MAX)
    }

    /// How many complaints are open.
    pub fn open_complaints(&self) -> u32 {
        let (cases, _) = self.cases.clone().cases();
        let open = cases.iter().filter(|case| case.state.is_open() && case.is_complaint());
        u32::try_from(open.count()).unwrap_or(u32::MAX)
    }

    /// The mean of the surveys of the 365 days that end on a day, on the scale of the last of them.
    pub fn satisfaction(&self, day: Date) -> Option<MeanSatisfaction> {
        let year = year_to(day);
        let lately = || self.surveys.iter().filter(|survey| year.contains(survey.on));
        let scale = lately().next_back()?.survey;
        let answers = lately().filter(|survey| survey.survey == scale);
        let (total, count) = answers.fold((Amount::ZERO, 0), |(total, count), survey| {
            (total.plus(survey.score), count + 1)
        });
        Some(MeanSatisfaction { total, count, scale })
    }

    /// The last survey on or before a day.
    pub fn survey_before(&self, day: Date) -> Option<&Satisfaction> {
        self.surveys.iter().rfind(|survey| survey.on <= day)
    }

    /// The first survey after a day.
    pub fn survey_after(&self, day: Date) -> Option<&Satisfaction> {
        self.surveys.iter().find(|survey| survey.on > day)
    }

    /// The money bought in the 365 days that end on a day, in the currency of the potential, and the potential: more
    /// than nothing.
    pub fn wallet(&self, day: Date) -> Option<(Amount, Amount)> {
        let potential = self.potential?;
        let bought = line(&self.bought(year_to(day)), potential.currency);
        let nothing = potential.amount.is_zero() || potential.amount.is_negative();
        (!nothing).then_some((bought, potential.amount))
    }
}

/// The dealings with the customers that are wanted, each by the position of its first file among the graded ones.
/// Grades the book.
pub fn by_customer(book: &Book, wanted: impl Fn(u32) -> bool + Sync) -> HashMap<u32, Dealings> {
    book.graded();
    let each = book.gather_everybody(&Query::everything(), |record| {
        let first = record.customer.get()?.first;
        wanted(first).then(|| (first, Dealings::of(record, &book.settings, book.as_of)))
    });
    let mut all: HashMap<u32, Dealings> = HashMap::new();
    for (first, dealings) in each {
        all.entry(first).or_default().join(dealings);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::rules::replay::replay;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    /// A prospect with these entries: key, kind, amount or score.
    fn dealings(events: &[(&str, &str, &str)], potential: Option<&str>) -> Dealings {
        let event = |(key, kind, number): &(&str, &str, &str)| {
            let mut event = Event::new(EventKey::parse(key).unwrap(), *kind);
            if *kind == "survey" {
                let (score, scale) = number.split_once(' ').unwrap();
                event.score = Amount::parse(score).ok();
                event.scale = Some(scale.into());
            } else {
                event.amount = Money::parse(number).ok();
            }
            event
        };
        let events = events.iter().map(event).collect();
        let mut prospect = Prospect { events, ..Prospect::default() };
        prospect.profile_mut().potential = potential.map(|text| Money::parse(text).unwrap());
        let (settings, on) = (Settings::default(), day("2010-12-31"));
        Dealings::of(&replay(prospect, &settings, on).unwrap(), &settings, on)
    }

    #[test]
    fn a_year_has_365_days_and_the_year_before_ends_before_it() {
        let (this, before) = (year_to(day("2010-12-31")), year_before(day("2010-12-31")));
        assert_eq!((this.from, this.days(), before.days()), (day("2010-01-01"), 365, 365));
        assert_eq!(before.to, day("2009-12-31"));
        let dealings = dealings(
            &[
                ("2009-12-31", "order", "1"),
                ("2010-01-01", "order", "10"),
                ("2010-12-31", "order", "100"),
            ],
            None,
        );
        assert_eq!(dealings.bought(this).to_string(), "110");
        assert_eq!(dealings.bought(before).to_string(), "1");
        assert_eq!((dealings.orders(this), dealings.orders(before)), (2, 1));
    }

    #[test]
    fn a_wallet_of_nothing_has_no_share_and_currencies_are_not_mixed() {
        let orders = [("2010-05-01", "order", "30"), ("2010-05-02", "order", "8 USD")];
        let share = |potential| {
            let wallet = dealings(&orders, potential).wallet(day("2010-12-31"));
            wallet.map(|(bought, potential)| (bought.to_string(), potential.to_string()))
        };
        assert_eq!(share(None), None);
        assert_eq!(share(Some("0")), None);
        assert_eq!(share(Some("60")), Some(("30".into(), "60".into())));
        assert_eq!(share(Some("80 USD")), Some(("8".into(), "80".into())));
    }

    #[test]
    fn satisfaction_is_the_mean_of_a_year_on_the_scale_of_its_last_survey() {
        let dealings = dealings(
            &[
                ("2009-12-31", "survey", "1 nps"),
                ("2010-01-01", "survey", "6 nps"),
                ("2010-02-01", "survey", "3 csat"),
                ("2010-03-01", "survey", "9 nps"),
            ],
            None,
        );
        let mean = dealings.satisfaction(day("2010-12-31")).unwrap();
        assert_eq!((mean.mean(), mean.count, mean.scale), (7.5, 2, SatisfactionScale::Nps));
        assert_eq!(dealings.satisfaction(day("2009-12-30")), None);
        let (on, after) =
            (dealings.survey_before(day("2010-02-01")), dealings.survey_after(day("2010-02-01")));
        assert_eq!(on.map(|survey| survey.on), Some(day("2010-02-01")));
        assert_eq!(after.map(|survey| survey.on), Some(day("2010-03-01")));
    }

    #[test]
    fn the_potential_of_a_customers_own_file_comes_before_those_of_its_prospects() {
        let file = |potential: &str| Dealings {
            potential: Money::parse(potential).ok(),
            has_file: true,
            ..Dealings::default()
        };
        let joined = |first: Dealings, second: Dealings| {
            let mut all = first;
            all.join(second);
            all.potential.map(|money| money.to_string())
        };
        let prospect = || dealings(&[("2010-01-01", "order", "1")], Some("5"));
        assert_eq!(joined(prospect(), file("7")), Some("7".into()));
        assert_eq!(joined(file("7"), prospect()), Some("7".into()));
        assert_eq!(joined(file(""), prospect()), Some("5".into()));
    }
}
