//! The working time of the team: days of the week, hours, holidays, and days that are worked in their place (调休).

use crate::value::date::{Date, Time, Weekday};
use crate::value::period::Period;

/// `[calendar] days, hours, holidays, workdays`: when the team works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingTime {
    /// The days of the week that are worked.
    pub days: Vec<Weekday>,
    /// From and to which time of a worked day.
    pub hours: (Time, Time),
    /// Days that are not worked, whatever day of the week they are.
    pub holidays: Vec<Period>,
    /// Days that are worked, whatever day of the week they are and whatever holiday they lie in.
    pub workdays: Vec<Date>,
}

impl WorkingTime {
    /// Is that day worked?
    pub fn is_worked(&self, day: Date) -> bool {
        if self.workdays.contains(&day) {
            return true;
        }
        self.days.contains(&day.weekday()) && !self.holidays.iter().any(|off| off.contains(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holiday_is_off_and_a_workday_in_its_place_is_worked() {
        let day = |text: &str| Date::parse(text).unwrap();
        let time = WorkingTime {
            days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
            hours: (Time::new(9, 0, 0).unwrap(), Time::new(18, 0, 0).unwrap()),
            holidays: vec![Period { from: day("2010-02-13"), to: day("2010-02-19") }],
            workdays: vec![day("2010-02-20"), day("2010-02-21")],
        };
        let worked: Vec<String> = (0..12)
            .map(|n| day("2010-02-12").plus(n))
            .filter(|day| time.is_worked(*day))
            .map(|day| day.to_string())
            .collect();
        // Friday before, then the weekend in the place of the holidays, then Monday and Tuesday.
        assert_eq!(worked, ["2010-02-12", "2010-02-20", "2010-02-21", "2010-02-22", "2010-02-23"]);
    }
}
