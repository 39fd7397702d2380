//! The time that promises run in: the working time of `[calendar]`, or around the clock without one.

use crate::model::grading::Promise;
use crate::model::settings::Settings;
use crate::model::working_time::WorkingTime;
use crate::value::date::{Date, Moment, Time};

/// The minutes of a whole day.
const DAY: i64 = 24 * 60;

/// So many days are searched for working time: a calendar that has none within them has none.
const SEARCHED: i64 = 3_660;

/// The working time of a ledger.
#[derive(Debug, Clone, Copy)]
pub struct WorkClock<'s>(Option<&'s WorkingTime>);

impl<'s> WorkClock<'s> {
    /// That of the settings.
    pub fn of(settings: &'s Settings) -> WorkClock<'s> {
        WorkClock(settings.working_time.as_ref())
    }

    /// Is there a calendar? Without one, time runs around the clock.
    pub fn has_calendar(self) -> bool {
        self.0.is_some()
    }

    /// The minutes of a working day.
    pub fn day_minutes(self) -> i64 {
        let (opens, closes) = self.hours();
        closes - opens
    }

    /// The working minutes from one moment to a later one: of each worked day the part between opening and closing. 0
    /// where the second is not later.
    pub fn minutes(self, from: (Date, Time), to: (Date, Time)) -> i64 {
        let (opens, closes) = self.hours();
        let (first, last) = (from.1.minutes(), to.1.minutes());
        if self.0.is_none() {
            return (to.0.days_since(from.0) * DAY + last - first).max(0);
        }
        let days = 0..=to.0.days_since(from.0);
        let worked = days.map(|n| from.0.plus(n)).filter(|day| self.is_worked(*day));
        let part = |day: Date| {
            let begins = if day == from.0 { opens.max(first) } else { opens };
            let ends = if day == to.0 { closes.min(last) } else { closes };
            (ends - begins).max(0)
        };
        worked.map(part).sum()
    }

    /// The working days after one day up to another: 0 on the day itself, less than 0 before it.
    pub fn days(self, from: Date, to: Date) -> i64 {
        if self.0.is_none() {
            return to.days_since(from);
        }
        let worked = |from: Date, to: Date| {
            let days = (1..=to.days_since(from)).filter(|n| self.is_worked(from.plus(*n)));
            i64::try_from(days.count()).unwrap_or(i64::MAX)
        };
        if to >= from { worked(from, to) } else { -worked(to, from) }
    }

    /// The minutes that a promise is long.
    pub fn length(self, promise: Promise) -> i64 {
        match promise {
            Promise::Hours(hours) => i64::from(hours) * 60,
            Promise::Days(days) => i64::from(days) * self.day_minutes(),
        }
    }

    /// The last day that is in time for a promise made at a moment: with a calendar and a time of day, the day on which
    /// the working time is over; else so many working days later, a begun one counted in full.
    pub fn due(self, from: Moment, promise: Promise) -> Date {
        let length = self.length(promise);
        match from.time.filter(|_| self.has_calendar()) {
            Some(time) => self.over((from.date, time), length),
            None => {
                let day = self.day_minutes().max(1);
                self.plus_days(from.date, (length + day - 1) / day)
            }
        }
    }

    /// Was it done in time? By the minute where both moments have a time of day, else by the day.
    pub fn in_time(self, from: Moment, done: Moment, promise: Promise) -> bool {
        match (from.time, done.time) {
            (Some(asked), Some(answered)) => {
                self.minutes((from.date, asked), (done.date, answered)) <= self.length(promise)
            }
            _ => done.date <= self.due(from, promise),
        }
    }

    /// The day on which so many working minutes are over; the day itself for none.
    fn over(self, from: (Date, Time), minutes: i64) -> Date {
        let (opens, closes) = self.hours();
        let mut left = minutes;
        for day in (0..SEARCHED).map(|n| from.0.plus(n)).filter(|day| self.is_worked(*day)) {
            let begins = if day == from.0 { opens.max(from.1.minutes()) } else { opens };
            left -= (closes - begins).max(0);
            if left <= 0 {
                return day;
            }
        }
        Date::MAX
    }

    /// The day so many working days later.
    fn plus_days(self, from: Date, days: i64) -> Date {
        if self.0.is_none() || days <= 0 {
            return from.plus(days.max(0));
        }
        let worked = (1..=SEARCHED + days * 7).map(|n| from.plus(n));
        let mut worked = worked.filter(|day| self.is_worked(*day));
        worked.nth(usize::try_from(days - 1).unwrap_or(usize::MAX)).unwrap_or(Date::MAX)
    }

    /// Is there work on a day?
    pub fn is_worked(self, day: Date) -> bool {
        self.0.is_none_or(|time| time.is_worked(day))
    }

    /// The minutes of a day at which work begins and ends.
    fn hours(self) -> (i64, i64) {
        self.0.map_or((0, DAY), |time| (time.hours.0.minutes(), time.hours.1.minutes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date::Weekday;
    use crate::value::period::Period;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn at(text: &str) -> (Date, Time) {
        let (date, time) = text.split_once(' ').unwrap();
        (day(date), Time::parse(time).unwrap())
    }

    fn moment(text: &str) -> Moment {
        match text.split_once(' ') {
            Some(_) => Moment { date: at(text).0, time: Some(at(text).1) },
            None => Moment { date: day(text), time: None },
        }
    }

    /// Monday to Friday, 9 to 6; the spring festival of 2010, with the weekend worked in its place.
    fn spring() -> Settings {
        let working_time = Some(WorkingTime {
            days: Weekday::ALL[..5].iter().map(|(_, day)| *day).collect(),
            hours: (Time::parse("09:00").unwrap(), Time::parse("18:00").unwrap()),
            holidays: vec![Period { from: day("2010-02-13"), to: day("2010-02-19") }],
            workdays: vec![day("2010-02-20"), day("2010-02-21")],
        });
        Settings { working_time, ..Settings::default() }
    }

    #[test]
    fn check_figure_of_the_spring_festival() {
        let settings = spring();
        let clock = WorkClock::of(&settings);
        assert_eq!(clock.minutes(at("2010-02-12 17:00"), at("2010-02-20 10:00")), 2 * 60);
        assert_eq!(clock.days(day("2010-02-12"), day("2010-02-20")), 1);
    }

    #[test]
    fn the_edges_of_a_day_and_a_holiday() {
        let settings = spring();
        let clock = WorkClock::of(&settings);
        for (from, to, minutes) in [
            ("2010-02-11 07:00", "2010-02-11 09:00", 0), // before opening
            ("2010-02-11 07:00", "2010-02-11 09:01", 1),
            ("2010-02-11 17:59", "2010-02-11 18:00", 1),
            ("2010-02-11 18:00", "2010-02-11 23:00", 0), // at closing
            ("2010-02-11 18:00", "2010-02-12 09:00", 0),
            ("2010-02-11 09:00", "2010-02-12 09:00", 540),
            ("2010-02-13 09:00", "2010-02-19 18:00", 0), // a whole holiday
            ("2010-02-11 10:00", "2010-02-11 10:00", 0), // one minute
            ("2010-02-11 11:00", "2010-02-11 10:00", 0), // backwards
        ] {
            assert_eq!(clock.minutes(at(from), at(to)), minutes, "{from} {to}");
        }
    }

    #[test]
    fn without_a_calendar_time_runs_around_the_clock() {
        let settings = Settings::default();
        let clock = WorkClock::of(&settings);
        assert_eq!(clock.minutes(at("2010-02-12 17:00"), at("2010-02-13 17:01")), DAY + 1);
        for (hours, due) in [
            (0, "2010-01-01"),
            (1, "2010-01-02"),
            (24, "2010-01-02"),
            (25, "2010-01-03"),
            (48, "2010-01-03"),
        ] {
            // With a time of day, too: the last day that may be in time.
            for from in ["2010-01-01", "2010-01-01 09:00"] {
                assert_eq!(clock.due(moment(from), Promise::Hours(hours)), day(due), "{hours}");
            }
        }
        let days = |from, to| clock.days(day(from), day(to));
        assert_eq!((days("2010-01-01", "2010-01-03"), days("2010-01-03", "2010-01-01")), (2, -2));
    }

    #[test]
    fn a_promise_is_kept_to_the_minute_and_to_the_day() {
        let settings = spring();
        let clock = WorkClock::of(&settings);
        let in_time = |from, done, promise| clock.in_time(moment(from), moment(done), promise);
        // Two hours from Friday at 5: one on Friday, one after the holidays.
        let two = Promise::Hours(2);
        assert!(in_time("2010-02-12 17:00", "2010-02-20 10:00", two));
        assert!(!in_time("2010-02-12 17:00", "2010-02-20 10:01", two));
        assert_eq!(clock.due(moment("2010-02-12 17:00"), two), day("2010-02-20"));
        assert_eq!(clock.due(moment("2010-02-12 16:00"), two), day("2010-02-12"));
        // A working day is nine hours here, not twenty-four.
        let one = Promise::Days(1);
        assert!(in_time("2010-02-22 10:00", "2010-02-23 10:00", one));
        assert!(!in_time("2010-02-22 10:00", "2010-02-23 10:01", one));
        // Without a time of day, by working days.
        assert!(in_time("2010-02-12", "2010-02-20", one));
        assert!(!in_time("2010-02-12", "2010-02-21", one));
        assert_eq!(clock.due(moment("2010-02-12"), Promise::Hours(10)), day("2010-02-21"));
        assert_eq!(clock.due(moment("2010-02-12"), Promise::Hours(0)), day("2010-02-12"));
    }

    proptest! {
        #[test]
        fn minutes_are_those_that_a_count_of_every_minute_finds(
            start in 0..20_i64,
            length in 0..12_i64,
            first in 0..1440_u32,
            last in 0..1440_u32,
            opens in 0..1439_u32,
            open in 1..600_u32,
        ) {
            let mut settings = spring();
            let closes = (opens + open).min(1439);
            let time = |minute: u32| Time::new(minute / 60, minute % 60, 0).unwrap();
            if let Some(working) = &mut settings.working_time {
                working.hours = (time(opens), time(closes));
            }
            let working = settings.working_time.clone().unwrap();
            let from = (day("2010-02-05").plus(start), time(first));
            let to = (from.0.plus(length), time(last));
            let total = length * DAY + i64::from(last) - i64::from(first);
            let counted = (0..total).filter(|n| {
                let minute = i64::from(first) + n;
                let (day, of_day) = (from.0.plus(minute / DAY), minute % DAY);
                working.is_worked(day) && i64::from(opens) <= of_day && of_day < i64::from(closes)
            });
            let clock = WorkClock::of(&settings);
            let counted = i64::try_from(counted.count()).unwrap();
            prop_assert_eq!(clock.minutes(from, to), counted);
            // The day on which they are over is in time, and no earlier one is.
            let asked = Moment { date: from.0, time: Some(from.1) };
            let hours = u32::try_from(counted / 60).unwrap();
            if total > 0 && hours > 0 {
                prop_assert!(clock.due(asked, Promise::Hours(hours)) <= to.0);
            }
        }
    }
}
