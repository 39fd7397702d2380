//! The reporting week and its checkpoints.

use crate::model::date::{Date, Weekday};
use crate::model::period::Period;

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
/// the Friday after covers Wednesday and Thursday.
pub fn checkpoints(week: Period, days: &[Weekday]) -> Vec<Checkpoint> {
    let mut on: Vec<Date> = days.iter().map(|day| week.to.plus(1).back_to(*day)).collect();
    on.sort();
    on.dedup();
    let mut from = week.from;
    on.into_iter()
        .map(|on| {
            let covers = Period { from, to: on.plus(-1) };
            from = on;
            Checkpoint { on, covers }
        })
        .collect()
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
    }
}
