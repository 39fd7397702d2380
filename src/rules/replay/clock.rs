//! The clock of a prospect: how long its pursuit has run, and when the sales cycle is over.

use crate::value::date::{Date, Day};

/// How long a prospect has been on the clock, and how long it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    /// The day on which the clock starts; `None` if it does not run.
    pub start: Option<Date>,
    /// The sales cycle that applies, in days.
    pub cycle_days: u32,
    /// The day on which a hold ends and the clock counts again.
    pub hold: Option<Date>,
    /// The day the pursuit ended, on which the clock stops.
    pub stopped: Option<Date>,
}

impl Clock {
    /// Days on the clock on a day; `None` if it does not run, 0 before its start. From the day on which the
    /// pursuit ended they are those of that day.
    pub fn age(&self, day: Date) -> Option<i64> {
        let day = self.stopped.map_or(day, |stopped| day.min(stopped));
        self.start.map(|start| day.days_since(start).max(0))
    }

    /// The first day on which the sales cycle is over and no hold excuses it.
    pub fn over_from(&self) -> Option<Day> {
        let over = Day::from(self.start?).plus(self.cycle_days).plus(1);
        Some(self.hold.map_or(over, |until| over.max(until.into())))
    }

    /// Is the sales cycle over on a day?
    pub fn is_over(&self, day: Date) -> bool {
        self.over_from().is_some_and(|from| from <= day.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn the_cycle_is_over_on_day_29_and_not_on_day_28() {
        let clock = Clock { start: Some(day("2026-03-01")), cycle_days: 28, ..Clock::default() };
        assert_eq!(clock.age(day("2026-03-29")), Some(28));
        assert!(!clock.is_over(day("2026-03-29")));
        assert!(clock.is_over(day("2026-03-30")));
        assert_eq!(clock.over_from(), Some(day("2026-03-30").into()));
    }

    #[test]
    fn the_clock_stops_on_the_day_the_pursuit_ends() {
        let start = Some(day("2026-03-01"));
        let clock = Clock { start, stopped: Some(day("2026-04-07")), ..Clock::default() };
        for (on, age) in [("2026-04-06", 36), ("2026-04-07", 37), ("2026-04-08", 37)] {
            assert_eq!(clock.age(day(on)), Some(age), "{on}");
        }
        let never = Clock { stopped: Some(day("2026-02-01")), ..clock };
        assert_eq!(never.age(day("2026-05-01")), Some(0), "it ended before its appointment");
    }

    #[test]
    fn a_hold_excuses_until_its_day() {
        let hold = Some(day("2026-04-10"));
        let clock = Clock { start: Some(day("2026-03-01")), cycle_days: 28, hold, stopped: None };
        assert!(!clock.is_over(day("2026-04-09")));
        assert!(clock.is_over(day("2026-04-10")));
        let ended = Clock { hold: Some(day("2026-03-15")), ..clock };
        assert!(!ended.is_over(day("2026-03-29")));
        assert!(ended.is_over(day("2026-03-30")));
    }

    #[test]
    fn a_clock_without_a_start_is_never_over() {
        let clock = Clock::default();
        assert_eq!((clock.age(Date::MAX), clock.over_from()), (None, None));
        assert!(!clock.is_over(Date::MAX));
    }

    #[test]
    fn before_the_start_the_age_is_zero() {
        let clock = Clock { start: Some(day("2026-03-01")), cycle_days: 28, ..Clock::default() };
        assert_eq!(clock.age(day("2026-02-20")), Some(0));
        assert_eq!(clock.age(day("2026-03-01")), Some(0));
        assert_eq!(clock.age(day("2026-03-02")), Some(1));
    }
}
