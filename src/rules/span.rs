//! Days, weeks, months and quarters of the ledger, by which figures are broken down.

use crate::model::settings::Settings;
use crate::rules::week::week_of;
use crate::value::date::Date;
use crate::value::period::{FiscalYear, Period};

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// A day.
    Day,
    /// A week from the ledger's `week_start` on.
    Week,
    /// A month of the calendar.
    Month,
    /// A quarter of the ledger's fiscal year.
    Quarter,
}

impl Span {
    /// The names by which `--by` asks for them.
    pub const NAMES: &[&str] = &["day", "week", "month", "quarter"];

    /// The span of a name.
    pub fn parse(name: &str) -> Option<Span> {
        let all = [Span::Day, Span::Week, Span::Month, Span::Quarter];
        Span::NAMES.iter().zip(all).find(|(known, _)| **known == name).map(|(_, span)| span)
    }

    /// The name of the one that a day lies in: `2009-12-18`, for a week its first day; `2009-12`; `2009Q4`. In the order of
    /// names they are in the order of time.
    pub fn name(self, day: Date, settings: &Settings) -> String {
        match self {
            Span::Day => day.to_string(),
            Span::Week => week_of(day, settings.week_start).from.to_string(),
            Span::Month => format!("{:04}-{:02}", day.year(), day.month()),
            Span::Quarter => settings.fiscal_year.quarter_name(day),
        }
    }

    /// The one that a day lies in.
    pub fn around(self, day: Date, settings: &Settings) -> Period {
        match self {
            Span::Day => Period { from: day, to: day },
            Span::Week => week_of(day, settings.week_start),
            Span::Month => FiscalYear::CALENDAR.around(day, 1),
            Span::Quarter => settings.fiscal_year.around(day, 3),
        }
    }

    /// Those of a period, in order, the first and the last cut to it. At most so many, the last ones.
    pub fn of_period(self, period: Period, most: usize, settings: &Settings) -> Vec<Period> {
        let mut found = Vec::new();
        let mut last = period.to;
        while last >= period.from && found.len() < most {
            let around = self.around(last, settings);
            found.push(Period { from: around.from.max(period.from), to: last });
            if around.from <= period.from || around.from == Date::MIN {
                break;
            }
            last = around.from.plus(-1);
        }
        found.reverse();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date::Weekday;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn settings() -> Settings {
        Settings { week_start: Weekday::Fri, ..Settings::default() }
    }

    #[test]
    fn a_week_begins_on_the_day_of_the_ledger() {
        let name = |text: &str| Span::Week.name(day(text), &settings());
        assert_eq!(name("2009-12-17"), "2009-12-11");
        assert_eq!(name("2009-12-18"), "2009-12-18");
        let all = Span::NAMES.iter().map(|name| Span::parse(name).unwrap());
        let names: Vec<String> =
            all.map(|span| span.name(day("2009-12-18"), &settings())).collect();
        assert_eq!(names, ["2009-12-18", "2009-12-18", "2009-12", "2009Q4"]);
        assert_eq!(Span::parse("owner"), None);
    }

    #[test]
    fn the_first_and_the_last_are_cut_to_the_period() {
        let period = Period { from: day("2009-12-15"), to: day("2010-01-01") };
        let said = |span: Span, most| -> Vec<String> {
            let all = span.of_period(period, most, &settings());
            all.iter().map(|period| period.to_string()).collect()
        };
        assert_eq!(
            said(Span::Week, 9),
            [
                "2009-12-15..2009-12-17",
                "2009-12-18..2009-12-24",
                "2009-12-25..2009-12-31",
                "2010-01-01..2010-01-01"
            ]
        );
        assert_eq!(said(Span::Month, 1), ["2010-01-01..2010-01-01"]);
        assert_eq!(said(Span::Day, 99).len(), 18);
        let none = Period { from: day("2010-01-02"), to: day("2010-01-01") };
        assert!(Span::Day.of_period(none, 9, &settings()).is_empty());
        let ends =
            [Period { from: Date::MIN, to: Date::MIN }, Period { from: Date::MAX, to: Date::MAX }];
        for (span, period) in Span::NAMES.iter().flat_map(|name| ends.map(|end| (name, end))) {
            let span = Span::parse(span).unwrap();
            assert_eq!(span.of_period(period, 9, &settings()), [period]);
        }
    }

    proptest! {
        #[test]
        fn every_day_of_a_period_is_in_one_span_and_names_are_in_order(
            from in 0..4_000_i64, length in 0..300_i64, at in 0..4_usize,
        ) {
            let span = Span::parse(Span::NAMES[at]).unwrap();
            let from = day("2004-02-27").plus(from);
            let period = Period { from, to: from.plus(length) };
            let all = span.of_period(period, usize::MAX, &settings());
            prop_assert_eq!((all[0].from, all[all.len() - 1].to), (period.from, period.to));
            for pair in all.windows(2) {
                prop_assert_eq!(pair[0].to.plus(1), pair[1].from);
                prop_assert!(span.name(pair[0].from, &settings()) < span.name(pair[1].from, &settings()));
                prop_assert_eq!(
                    span.name(pair[0].from, &settings()), span.name(pair[0].to, &settings())
                );
            }
        }
    }
}
