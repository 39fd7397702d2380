//! The phase of a customer between its first order and its last.

use crate::model::grading::Grading;
use crate::rules::customer::levels::Lifecycle;
use crate::value::date::Date;

/// The days without an order after which a customer lapses: the setting, else twice its median gap and
/// at least `least_gap_days`. The days are in order, each once.
pub fn gap(days: &[Date], grading: &Grading) -> u32 {
    if let Some(stated) = grading.gap_days {
        return stated;
    }
    let mut gaps: Vec<i64> = days.windows(2).map(|pair| pair[1].days_since(pair[0])).collect();
    gaps.sort_unstable();
    // Twice the type-7 median is the sum of the two middle ones: exact in whole days.
    let twice = match gaps.len() {
        0 => 0,
        n => gaps[(n - 1) / 2] + gaps[n / 2],
    };
    u32::try_from(twice).unwrap_or(u32::MAX).max(grading.least_gap_days)
}

/// The lifecycle on a day; orders of one day are one purchase.
pub fn lifecycle(days: &[Date], grading: &Grading, on: Date) -> Lifecycle {
    let Some((last, before)) = days.split_last() else { return Lifecycle::Potential };
    if lapsed(days, grading, on) {
        Lifecycle::Lapsed
    } else if before.is_empty() {
        let new = on.days_since(*last) <= i64::from(grading.new_days);
        if new { Lifecycle::New } else { Lifecycle::Active }
    } else if lapsed(before, grading, *last) {
        Lifecycle::WonBack
    } else {
        Lifecycle::Active
    }
}

/// Has it lapsed by then, by the orders known so far? A new customer has not.
fn lapsed(days: &[Date], grading: &Grading, on: Date) -> bool {
    lapses_on(days, grading).is_some_and(|day| on >= day)
}

/// The first day on which it has lapsed if it orders nothing more; the last day of the calendar where it never does.
/// `None` without an order.
pub fn lapses_on(days: &[Date], grading: &Grading) -> Option<Date> {
    let last = *days.last()?;
    let new = if days.len() == 1 { grading.new_days } else { 0 };
    Some(last.plus(i64::from(gap(days, grading).max(new)) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(offsets: &[i64]) -> Vec<Date> {
        let start = Date::new(2009, 1, 1).unwrap();
        offsets.iter().map(|offset| start.plus(*offset)).collect()
    }

    fn on(offsets: &[i64], day: i64) -> Lifecycle {
        lifecycle(&days(offsets), &Grading::default(), days(&[day])[0])
    }

    #[test]
    fn the_gap_is_twice_the_median_and_at_least_ninety() {
        let grading = Grading::default();
        for (offsets, expected) in [
            (&[][..], 90),
            (&[0], 90),
            (&[0, 30], 90),
            (&[0, 45], 90),
            (&[0, 46], 92),
            (&[0, 100, 160], 160),
            (&[0, 100, 150, 850], 200),
            (&[0, 60, 160, 170, 270], 160),
        ] {
            assert_eq!(gap(&days(offsets), &grading), expected, "{offsets:?}");
        }
        let stated = Grading { gap_days: Some(10), ..Grading::default() };
        assert_eq!(gap(&days(&[0, 100]), &stated), 10);
    }

    #[test]
    fn every_stage_of_it() {
        assert_eq!(on(&[], 0), Lifecycle::Potential);
        // One order: new up to day 90, and no gap of its own: lapsed on day 91.
        assert_eq!(on(&[0], 0), Lifecycle::New);
        assert_eq!(on(&[0], 90), Lifecycle::New);
        assert_eq!(on(&[0], 91), Lifecycle::Lapsed);
        // Twice its median gap of 60: day 120 is in time, day 121 is not.
        assert_eq!(on(&[0, 60, 120], 240), Lifecycle::Active);
        assert_eq!(on(&[0, 60, 120], 241), Lifecycle::Lapsed);
        // Lapsed on day 91; the next order wins it back, the one after that keeps it.
        assert_eq!(on(&[0, 30, 121], 121), Lifecycle::WonBack);
        assert_eq!(on(&[0, 30, 120], 121), Lifecycle::Active);
        assert_eq!(on(&[0, 200], 210), Lifecycle::WonBack);
        assert_eq!(on(&[0, 200, 230], 240), Lifecycle::Active);
        assert_eq!(on(&[0, 200], 601), Lifecycle::Lapsed);
    }

    #[test]
    fn a_short_new_leaves_room_for_active() {
        let grading = Grading { new_days: 30, ..Grading::default() };
        let at = |day| lifecycle(&days(&[0]), &grading, days(&[day])[0]);
        assert_eq!(
            [at(30), at(31), at(90), at(91)].map(|l| l.level().id),
            ["new", "active", "active", "lapsed"]
        );
        let long = Grading { new_days: 120, ..Grading::default() };
        let at = |day| lifecycle(&days(&[0]), &long, days(&[day])[0]);
        assert_eq!([100, 120].map(at), [Lifecycle::New; 2]);
        assert_eq!(at(121), Lifecycle::Lapsed);
    }

    proptest! {
        #[test]
        fn won_back_has_lapsed_before(
            mut offsets in prop::collection::vec(0..2_000_i64, 1..12), later in 0..400_i64
        ) {
            offsets.sort_unstable();
            offsets.dedup();
            let last = *offsets.last().unwrap();
            let grading = Grading::default();
            let all = days(&offsets);
            let now = lifecycle(&all, &grading, days(&[last + later])[0]);
            prop_assert!(now != Lifecycle::Potential);
            let before = &all[..all.len() - 1];
            if now == Lifecycle::WonBack {
                prop_assert_eq!(lifecycle(before, &grading, all[all.len() - 1]), Lifecycle::Lapsed);
            }
            // Without a further order, time only ever ends in a lapse.
            if now == Lifecycle::Lapsed {
                let even_later = lifecycle(&all, &grading, days(&[last + later + 1])[0]);
                prop_assert_eq!(even_later, Lifecycle::Lapsed);
            }
        }
    }
}
