//! Calendar dates and times of the ledger: local, whole days, no time zones. The one home of `chrono`.

use crate::diag::Words;
use crate::value::zone::Zone;
use chrono::{Datelike, Duration, NaiveDate, NaiveTime, Timelike};
use std::fmt;

/// A calendar date, year 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

/// A day by its number, where very many are compared and counted. 0001-01-01 is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(i32);

impl Day {
    /// The day of a number, which need not be in the calendar.
    pub fn of_number(number: i32) -> Day {
        Day(number)
    }

    /// Its number.
    pub fn number(self) -> i32 {
        self.0
    }

    /// This many days later; beyond all dates at most.
    #[must_use]
    pub fn plus(self, days: u32) -> Day {
        Day(self.0.saturating_add(i32::try_from(days).unwrap_or(i32::MAX)))
    }

    /// Whole days from `earlier` to this day; negative if this is the earlier one.
    pub fn days_since(self, earlier: Day) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Day {
        Day(date.0.num_days_from_ce())
    }
}

/// The nearest date of the calendar.
impl From<Day> for Date {
    fn from(day: Day) -> Date {
        Date::MIN.plus(day.days_since(Date::MIN.into()))
    }
}

/// A day of the week, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// 1
    Mon,
    /// 2
    Tue,
    /// 3
    Wed,
    /// 4
    Thu,
    /// 5
    Fri,
    /// 6
    Sat,
    /// 7
    Sun,
}

impl Weekday {
    /// Monday to Sunday with their English names in lower case.
    pub const ALL: [(&'static str, Weekday); 7] = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];

    /// `mon`, `Monday`; at least three letters of the English name.
    pub fn parse(text: &str) -> Option<Weekday> {
        let lower = text.to_lowercase();
        if lower.len() < 3 {
            return None;
        }
        Weekday::ALL.iter().find(|(name, _)| name.starts_with(&lower)).map(|(_, day)| *day)
    }

    /// Monday = 0 to Sunday = 6.
    pub fn index(self) -> i64 {
        self as i64
    }

    /// The English name in lower case.
    pub fn name(self) -> &'static str {
        Weekday::ALL[self as usize].0
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Date {
    /// The date of these numbers, if the calendar has it and the year is 1 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Date> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(Date)
    }

    /// Exactly `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Date> {
        let b = text.as_bytes();
        if b.len() != 10 || b[4] != b'-' || b[7] != b'-' {
            return None;
        }
        let digits = [b[0], b[1], b[2], b[3], b[5], b[6], b[8], b[9]];
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = |from: &[u8]| from.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
        let year = i32::try_from(number(&digits[..4])).ok()?;
        Date::new(year, number(&digits[4..6]), number(&digits[6..]))
    }

    /// Why the calendar lacks a day that is written as one, such as `2026-02-30`.
    pub fn not_in_calendar(text: &str) -> Option<Words> {
        let mut numbers = text.split('-');
        let mut number = |digits: usize| {
            let part = numbers.next().filter(|part| part.len() == digits)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        if numbers.next().is_some() || Date::parse(text).is_some() {
            return None;
        }
        if month > 12 {
            return Some(words!("a year has 12 months", "一年只有 12 个月"));
        }
        let name = MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
        let first = Date::new(i32::try_from(year).ok()?, month, 1).filter(|_| day > 0)?;
        let days = first.plus_months(1).plus(-1).day();
        Some(words!("{name} {year} has {days} days", "{year} 年 {month} 月只有 {days} 天"))
    }

    /// `4 December`.
    pub fn day_and_month(self) -> String {
        let name = MONTHS.get(self.month() as usize - 1).copied().unwrap_or_default();
        format!("{} {name}", self.day())
    }

    /// `12月4日`.
    pub fn day_and_month_zh(self) -> String {
        format!("{}月{}日", self.month(), self.day())
    }

    /// Is this a `strftime` format?
    pub fn is_format(format: &str) -> bool {
        use chrono::format::{Item, StrftimeItems};
        StrftimeItems::new(format).all(|item| !matches!(item, Item::Error))
    }

    /// Year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Month, 1 to 12.
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// Day of the month, 1 to 31.
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// Quarter, 1 to 4.
    pub fn quarter(self) -> u32 {
        (self.month() - 1) / 3 + 1
    }

    /// Day of the week.
    pub fn weekday(self) -> Weekday {
        Weekday::ALL[self.0.weekday().num_days_from_monday() as usize].1
    }

    /// Monday of the ISO week `week` of `year`.
    pub fn of_iso_week(year: i32, week: u32) -> Option<Date> {
        NaiveDate::from_isoywd_opt(year, week, chrono::Weekday::Mon)
            .and_then(|d| Date::new(d.year(), d.month(), d.day()))
    }

    /// ISO year and week.
    pub fn iso_week(self) -> (i32, u32) {
        (self.0.iso_week().year(), self.0.iso_week().week())
    }

    /// This many days later (earlier if negative); stops at the ends of the calendar.
    #[must_use]
    pub fn plus(self, days: i64) -> Date {
        let end = if days < 0 { Date::MIN } else { Date::MAX };
        Duration::try_days(days)
            .and_then(|d| self.0.checked_add_signed(d))
            .and_then(|d| Date::new(d.year(), d.month(), d.day()))
            .unwrap_or(end)
    }

    /// This many months later; the day is cut to the month's last.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Date {
        let index = i64::from(self.year()) * 12 + i64::from(self.month()) - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        let Ok(year) = i32::try_from(year) else { return Date::MAX };
        let Ok(month) = u32::try_from(month) else { return Date::MAX };
        (1..=self.day())
            .rev()
            .find_map(|day| Date::new(year, month, day))
            .unwrap_or(if months < 0 { Date::MIN } else { Date::MAX })
    }

    /// Whole days from `earlier` to this date; negative if this is the earlier one.
    pub fn days_since(self, earlier: Date) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// The latest date on or before this one that falls on `day`.
    #[must_use]
    pub fn back_to(self, day: Weekday) -> Date {
        self.plus(-(self.weekday().index() - day.index()).rem_euclid(7))
    }

    /// 0001-01-01.
    pub const MIN: Date = Date(match NaiveDate::from_ymd_opt(1, 1, 1) {
        Some(d) => d,
        None => NaiveDate::MIN,
    });

    /// 9999-12-31.
    pub const MAX: Date = Date(match NaiveDate::from_ymd_opt(9999, 12, 31) {
        Some(d) => d,
        None => NaiveDate::MAX,
    });
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

/// A moment of the machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Seconds since 1970 began in UTC.
    seconds: i64,
    /// The day in the machine's time zone.
    here: Date,
}

impl Now {
    /// Reads the clock. Called in one place, `cli::clock`.
    #[allow(clippy::disallowed_methods)]
    pub fn read() -> Now {
        let now = chrono::Local::now();
        Now { seconds: now.timestamp(), here: Date(now.date_naive()) }
    }

    /// The day in a time zone; without one, in the machine's.
    pub fn date(self, zone: Option<&Zone>) -> Date {
        let there = |zone: &Zone| {
            let seconds = self.seconds + zone.ahead(self.seconds)?;
            Some(Date(chrono::DateTime::from_timestamp(seconds, 0)?.date_naive()))
        };
        zone.and_then(there).unwrap_or(self.here)
    }
}

/// A time of day, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(NaiveTime);

impl Time {
    /// The time of these numbers, if the clock has it.
    pub fn new(hour: u32, minute: u32, second: u32) -> Option<Time> {
        NaiveTime::from_hms_opt(hour, minute, second).map(Time)
    }

    /// Minutes since midnight.
    pub fn minutes(self) -> i64 {
        i64::from(self.0.hour() * 60 + self.0.minute())
    }

    /// Seconds since its minute began.
    pub fn second(self) -> u32 {
        self.0.second()
    }

    /// `HH:MM` or `HH:MM:SS`.
    pub fn parse(text: &str) -> Option<Time> {
        let mut parts = text.split(':');
        let mut part = || {
            let digits = parts.next()?;
            (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
                .then(|| digits.parse::<u32>().ok())
                .flatten()
        };
        let (hour, minute) = (part()?, part()?);
        let second = if text.len() > 5 { part()? } else { 0 };
        if parts.next().is_some() {
            return None;
        }
        Time::new(hour, minute, second)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.0.hour(), self.0.minute(), self.0.second())
    }
}

/// A date, perhaps with a time: an agreed next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// The time of day, if it was agreed.
    pub time: Option<Time>,
}

impl Moment {
    /// A date in a `strftime` format, with its time where the format has one (imports).
    pub fn parse_format(text: &str, format: &str) -> Option<Moment> {
        use chrono::format::{Parsed, StrftimeItems, parse};
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, StrftimeItems::new(format)).ok()?;
        let date = parsed.to_naive_date().ok()?;
        let date = Date::new(date.year(), date.month(), date.day())?;
        let time = parsed.to_naive_time().ok();
        let time = time.and_then(|t| Time::new(t.hour(), t.minute(), t.second()));
        Some(Moment { date, time })
    }

    /// So many seconds after 1970 began in UTC, as clocks of a time zone show it. `None` beyond the calendar.
    pub fn of_seconds(seconds: i64, zone: &Zone) -> Option<Moment> {
        let there = seconds.checked_add(zone.ahead(seconds)?)?;
        let there = chrono::DateTime::from_timestamp(there, 0)?;
        let time = there.time();
        Some(Moment {
            date: Date(there.date_naive()),
            time: Time::new(time.hour(), time.minute(), time.second()),
        })
    }

    /// A moment of a time zone in UTC; `None` without a time. A time that the clocks there skip or have twice is
    /// that of one of the two offsets.
    pub fn in_utc(self, zone: &Zone) -> Option<Moment> {
        let local = self.date.0.and_time(self.time?.0).and_utc().timestamp();
        let guess = local - zone.ahead(local)?;
        let seconds = local - zone.ahead(guess)?;
        let there = chrono::DateTime::from_timestamp(seconds, 0)?.naive_utc();
        let time = there.time();
        Some(Moment {
            date: Date(there.date()),
            time: Time::new(time.hour(), time.minute(), time.second()),
        })
    }

    /// As people read it: `2009-12-15 14:00`.
    pub fn shown(self) -> String {
        match self.time {
            Some(time) => format!("{} {}", self.date, &time.to_string()[..5]),
            None => self.date.to_string(),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time {
            Some(time) => write!(f, "{}T{}", self.date, time),
            None => self.date.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    /// 2009-12-17 16:30 UTC: half past midnight of the next day in Shanghai, noon in New York.
    #[test]
    fn the_day_is_that_of_the_zone() {
        let now = |seconds: i64| Now { seconds, here: d("2001-01-01") };
        let in_zone = |seconds, name| now(seconds).date(Zone::parse(name).as_ref()).to_string();
        let evening = 1_261_067_400;
        assert_eq!(in_zone(evening, "Asia/Shanghai"), "2009-12-18");
        assert_eq!(in_zone(evening, "America/New_York"), "2009-12-17");
        assert_eq!(in_zone(evening, "UTC"), "2009-12-17");
        // The last second of a day, the first of the next, and summer time.
        assert_eq!(in_zone(1_261_065_599, "Asia/Shanghai"), "2009-12-17");
        assert_eq!(in_zone(1_261_065_600, "Asia/Shanghai"), "2009-12-18");
        assert_eq!(in_zone(1_247_352_300, "Europe/London"), "2009-07-11");
        assert_eq!(in_zone(1_247_353_200, "Europe/London"), "2009-07-12");
        // Years that the data state by a rule only.
        assert_eq!(in_zone(3_000_000_000, "Asia/Shanghai"), "2065-01-24");
        assert_eq!(now(0).date(None), d("2001-01-01"));
    }

    #[test]
    fn only_real_iso_dates() {
        assert_eq!(d("2009-12-18").to_string(), "2009-12-18");
        for wrong in ["2009-02-30", "2009-1-1", "0000-01-01", "2009/01/01", "", "２００９-01-01"]
        {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn arithmetic_stays_in_the_calendar() {
        assert_eq!(d("2009-12-31").plus(1), d("2010-01-01"));
        assert_eq!(d("2009-12-31").plus(i64::MAX), Date::MAX);
        assert_eq!(d("2009-12-31").plus(i64::MIN), Date::MIN);
        assert_eq!(d("2009-01-31").plus_months(1), d("2009-02-28"));
        assert_eq!(d("2010-01-15").days_since(d("2009-12-18")), 28);
    }

    #[test]
    fn days_have_numbers() {
        assert_eq!(Day::from(Date::MIN).number(), 1);
        let day = Day::from(d("2009-12-18"));
        assert_eq!(Date::from(day.plus(28)), d("2010-01-15"));
        assert_eq!(day.plus(28).days_since(day), 28);
        assert!(day < d("2009-12-19").into());
        assert_eq!(Date::from(Day::of_number(i32::MIN)), Date::MIN);
        assert_eq!(Date::from(day.plus(u32::MAX)), Date::MAX);
    }

    #[test]
    fn weeks_begin_where_asked() {
        // 2009-12-18 is a Friday.
        assert_eq!(d("2009-12-18").back_to(Weekday::Fri), d("2009-12-18"));
        assert_eq!(d("2009-12-17").back_to(Weekday::Fri), d("2009-12-11"));
        assert_eq!(Weekday::parse("Fri"), Some(Weekday::Fri));
        assert_eq!(Weekday::parse("fr"), None);
    }

    #[test]
    fn times() {
        assert_eq!(Time::parse("14:00").unwrap().to_string(), "14:00:00");
        assert_eq!(Time::parse("24:00"), None);
        assert_eq!(Time::parse("1:00"), None);
    }

    #[test]
    fn why_a_day_is_not_in_the_calendar() {
        for (text, why) in [
            ("2026-02-30", Some("February 2026 has 28 days")),
            ("2024-02-30", Some("February 2024 has 29 days")),
            ("2024-02-29", None),
            ("2026-04-31", Some("April 2026 has 30 days")),
            ("2026-12-32", Some("December 2026 has 31 days")),
            ("2026-13-01", Some("a year has 12 months")),
            ("2026-00-01", None),
            ("2026-01-00", None),
            ("5-1", None),
        ] {
            let words = Date::not_in_calendar(text);
            assert_eq!(words.as_ref().map(Words::en), why, "{text}");
        }
    }
}
