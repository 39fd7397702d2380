//! Targets: which of them holds on a day, and what it asks of a period.

use crate::model::sales::{Measure, SalesTarget, TargetOf};
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::money::Amount;
use crate::value::period::Period;

/// The targets that hold on a day, in the order of the settings: of several for these reps and this measure, the one
/// that began last.
pub fn on(settings: &Settings, day: Date) -> Vec<&SalesTarget> {
    let holds = |target: &&SalesTarget| target.from.is_none_or(|from| from <= day);
    let is_last = |target: &&SalesTarget| {
        !settings.targets.iter().filter(holds).any(|other| {
            (&other.of, other.measure) == (&target.of, target.measure) && other.from > target.from
        })
    };
    settings.targets.iter().filter(holds).filter(is_last).collect()
}

/// What is asked of a period of whole spans, by the target that holds on its last day. `None` without a target.
///
/// # Errors
/// The period is not made of whole spans of the target.
pub fn asked<'s>(
    settings: &'s Settings,
    of: &TargetOf,
    measure: Measure,
    period: Period,
) -> Option<Result<Amount, &'s SalesTarget>> {
    let holding = on(settings, period.to).into_iter();
    let target = holding.filter(|target| target.of == *of).find(|t| t.measure == measure)?;
    let times = target.per.times(period, settings.fiscal_year);
    Some(times.map(|n| target.amount.times(Amount::from_int(n))).ok_or(target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sales::TargetSpan;

    fn settings(fiscal: u32) -> Settings {
        let day = |text| Date::parse(text);
        let target = |of: TargetOf, amount, from| SalesTarget {
            of,
            measure: Measure::Booked,
            per: TargetSpan::Quarter,
            amount: Amount::from_int(amount),
            from,
        };
        let targets = vec![
            target(TargetOf::All, 100, None),
            target(TargetOf::Rep("he".into()), 40, day("2010-04-01")),
            target(TargetOf::All, 120, day("2010-04-01")),
        ];
        let fiscal_year = crate::value::period::FiscalYear::beginning(fiscal).unwrap();
        Settings { targets, fiscal_year, ..Settings::default() }
    }

    #[test]
    fn a_target_holds_from_its_first_day_until_the_next_one_begins() {
        let amounts = |day: &str| {
            let settings = settings(1);
            let held = on(&settings, Date::parse(day).unwrap());
            held.iter().map(|target| target.amount.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(amounts("2010-03-31"), ["100"]);
        assert_eq!(amounts("2010-04-01"), ["40", "120"]);
    }

    #[test]
    fn a_period_of_whole_spans_is_asked_for_each() {
        let asked = |fiscal, from: &str, to: &str| {
            let settings = settings(fiscal);
            let period = Period { from: Date::parse(from).unwrap(), to: Date::parse(to).unwrap() };
            let asked = super::asked(&settings, &TargetOf::All, Measure::Booked, period)?;
            asked.ok().map(|amount| amount.to_string())
        };
        assert_eq!(asked(1, "2010-01-01", "2010-03-31"), Some("100".into()));
        assert_eq!(asked(1, "2010-01-01", "2010-06-30"), Some("240".into()));
        assert_eq!(asked(1, "2010-01-02", "2010-03-31"), None);
        assert_eq!(asked(2, "2010-01-01", "2010-03-31"), None);
        assert_eq!(asked(2, "2010-02-01", "2010-04-30"), Some("120".into()));
    }
}
