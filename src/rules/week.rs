//! The reporting week and its checkpoints.

use crate::value::date::{Date, Weekday};
use crate::value::period::Period;

/// A checkpoint of a week: the day the sheet is filled in, and the days it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The day it is filled in.
    pub on: Date,
    /// The days it covers: from the checkpoint before up to the day before it is filled in.
    pub covers: Period,
}

/// The week that `date` lies in, beginning on `start`.
pub fn week_of(date: Date, start: Weekday) -> Period {
    let from = date.back_to(start);
    Period { from, to: from.plus(6) }
}

/// The checkpoints of the week that begins on `week.from`. With a week from Friday and checkpoints on
/// Monday, Wednesday and Friday: Monday covers Friday to Sunday, Wednesday covers Monday and Tuesday,
/// the Friday after covers Wednesday and Thursday. Days behind the last checkpoint are covered by the
/// day after the week, so that no day of a week is left out.
pub fn checkpoints(week: Period, days: &[Weekday]) -> Vec<Checkpoint> {
    let mut on: Vec<Date> = days.iter().map(|day| week.to.plus(1).back_to(*day)).collect();
    on.sort();
    on.dedup();
    if on.last() != Some(&week.to.plus(1)) {
        on.push(week.to.plus(1));
    }
    let mut from = week.from;
    on.into_iter()
        .map(|on| {
            let covers = Period { from, to: on.plus(-1) };
            from = on;
            Checkpoint { on, covers }
        })
        .collect()
}

/// The week whose sheets are filled in on a day: the one it lies in; on a week's first day the one
/// before, whose last sheet is filled in on that day.
pub fn week_at_work(day: Date, start: Weekday) -> Period {
    week_of(day.plus(-1), start)
}

/// The weeks that a period means: those whose last day lies in it; if none ends in it, the week of the
/// period's last day. So a day means its week, and a month the weeks that end in it.
pub fn weeks_in(period: Period, start: Weekday) -> Vec<Period> {
    let last = week_of(period.to, start);
    let mut weeks: Vec<Period> = Vec::new();
    let mut week = last;
    while week.to >= period.from {
        if period.contains(week.to) {
            weeks.push(week);
        }
        if week.from == Date::MIN {
            break;
        }
        week = Period { from: week.from.plus(-7), to: week.from.plus(-1) };
    }
    weeks.reverse();
    if weeks.is_empty() { vec![last] } else { weeks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn friday_to_thursday() {
        let week = week_of(Date::parse("2009-12-16").unwrap(), Weekday::Fri);
        assert_eq!(week.to_string(), "2009-12-11..2009-12-17");
        let points = checkpoints(week, &[Weekday::Mon, Weekday::Wed, Weekday::Fri]);
        let read: Vec<String> = points.iter().map(|p| format!("{} {}", p.on, p.covers)).collect();
        assert_eq!(
            read,
            [
                "2009-12-14 2009-12-11..2009-12-13",
                "2009-12-16 2009-12-14..2009-12-15",
                "2009-12-18 2009-12-16..2009-12-17",
            ]
        );
        // No day is left out, whatever days are chosen; Friday is the week's own first day.
        let read = |days: &[Weekday]| -> Vec<String> {
            checkpoints(week, days).iter().map(|p| format!("{} {}", p.on, p.covers)).collect()
        };
        assert_eq!(read(&[]), ["2009-12-18 2009-12-11..2009-12-17"]);
        assert_eq!(
            read(&[Weekday::Wed]),
            ["2009-12-16 2009-12-11..2009-12-15", "2009-12-18 2009-12-16..2009-12-17"]
        );
    }

    #[test]
    fn which_weeks_are_meant() {
        let day = |text| Date::parse(text).unwrap();
        let work = |text| week_at_work(day(text), Weekday::Fri).from.to_string();
        // On Friday the 18th the sheet of the week before is filled in, on Saturday the new one's.
        assert_eq!(work("2009-12-17"), "2009-12-11");
        assert_eq!(work("2009-12-18"), "2009-12-11");
        assert_eq!(work("2009-12-19"), "2009-12-18");
        let meant = |from, to| -> Vec<String> {
            let period = Period { from: day(from), to: day(to) };
            weeks_in(period, Weekday::Fri).iter().map(|week| week.from.to_string()).collect()
        };
        assert_eq!(meant("2009-12-18", "2009-12-18"), ["2009-12-18"]);
        // A week from Monday to Sunday holds one Thursday.
        assert_eq!(meant("2009-12-14", "2009-12-20"), ["2009-12-11"]);
        // Thursdays of December: 3, 10, 17, 24, 31.
        assert_eq!(meant("2009-12-01", "2009-12-31").len(), 5);
        assert_eq!(weeks_in(Period { from: Date::MAX, to: Date::MAX }, Weekday::Fri).len(), 1);
    }
}
