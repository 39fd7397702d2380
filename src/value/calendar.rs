//! Spans of days, fiscal years, and lengths of time.

use crate::value::date::Date;

/// A span of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Period {
    /// Is the date inside?
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }

    /// Number of days.
    pub fn days(self) -> i64 {
        self.to.days_since(self.from) + 1
    }

    pub(super) fn month(year: i32, month: u32, count: i64) -> Option<Period> {
        let from = Date::new(year, month, 1)?;
        Some(Period { from, to: from.plus_months(count).plus(-1) })
    }
}

/// The fiscal year of a ledger: its quarters and years begin with this month. It is called by the calendar year in
/// which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiscalYear(u32);

impl FiscalYear {
    /// The calendar's.
    pub const CALENDAR: FiscalYear = FiscalYear(1);

    /// The year that begins with a month, 1 to 12.
    pub fn beginning(month: u32) -> Option<FiscalYear> {
        (1..=12).contains(&month).then_some(FiscalYear(month))
    }

    /// The span of so many months, 1, 3 or 12, that a day lies in, counted from the beginning of the year.
    pub fn around(self, day: Date, months: u32) -> Period {
        let behind = (day.month() + 12 - self.0) % months;
        let from = Date::new(day.year(), day.month(), 1).unwrap_or(day);
        let from = from.plus_months(-i64::from(behind));
        Period { from, to: from.plus_months(i64::from(months)).plus(-1) }
    }

    /// The year and the quarter that a day lies in.
    pub fn quarter_of(self, day: Date) -> (i32, u32) {
        let year = self.around(day, 12).from;
        let months = (day.year() - year.year()) * 12 + day.month() as i32 - year.month() as i32;
        (year.year(), months as u32 / 3 + 1)
    }

    /// The name of the quarter that a day lies in: `2026FQ1`; `2026Q1` where the year is the calendar's.
    pub fn quarter_name(self, day: Date) -> String {
        let (year, quarter) = self.quarter_of(day);
        let fiscal = if self == FiscalYear::CALENDAR { "" } else { "F" };
        format!("{year:04}{fiscal}Q{quarter}")
    }

    /// `2026FY`, `FY2026`, `2026FQ1`: a year, or a quarter of it.
    pub(super) fn named(self, text: &str) -> Option<Period> {
        let digits = |text: &str| {
            let is_year = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
            is_year.then(|| text.parse().ok()).flatten()
        };
        let whole = text.strip_prefix("fy").or_else(|| text.strip_suffix("fy"));
        if let Some(year) = whole.map(|year| year.trim_matches('-')) {
            return Period::month(digits(year)?, self.0, 12);
        }
        let (year, quarter) = text.split_once("fq")?;
        let quarter = quarter.parse::<i64>().ok().filter(|quarter| (1..=4).contains(quarter))?;
        let year = Date::new(digits(year.trim_end_matches('-'))?, self.0, 1)?;
        let from = year.plus_months((quarter - 1) * 3);
        Some(Period { from, to: from.plus_months(3).plus(-1) })
    }
}

impl Default for FiscalYear {
    fn default() -> FiscalYear {
        FiscalYear::CALENDAR
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

/// A length of time: `14`, `14d`, `2w`, `3m` (of 30 days), `1y` (of 365).
pub fn parse_days(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "d" => 1,
        "w" => 7,
        "m" => 30,
        "y" => 365,
        _ => return None,
    };
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok().map(|n| n * unit)
}

/// The day at a distance: days and weeks are counted; months and years are those of the calendar, with the day cut
/// to the month's last, so that 31 January and a month is 28 or 29 February.
pub(super) fn shifted(today: Date, distance: &str, sign: i64) -> Option<Date> {
    let days = parse_days(distance)?;
    let count =
        |months: i64, days_of_one: i64| today.plus_months(sign * days / days_of_one * months);
    Some(match distance.as_bytes().last() {
        Some(b'm') => count(1, 30),
        Some(b'y') => count(12, 365),
        _ => today.plus(sign * days),
    })
}
