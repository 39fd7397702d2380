//! Dates and periods in words: `yesterday`, `-14d`, `mon`, `2026-W07`, `2026Q1`, `last month`.

use crate::diag::Words;
use crate::value::calendar::shifted;
pub use crate::value::calendar::{FiscalYear, Period, parse_days};
use crate::value::date::{Date, Moment, Weekday};
use crate::value::date_form::split_time;
use crate::value::spoken_date;

/// Why a text is no date or period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words().en())]
pub struct NotADate {
    /// The text.
    text: String,
    /// The days that it may mean: of a day and a month without a year in front.
    readings: Vec<Date>,
}

impl NotADate {
    /// A text that is no date, whatever it may mean.
    pub fn of(text: &str) -> NotADate {
        NotADate { text: text.to_owned(), readings: Vec::new() }
    }

    /// A text that is no date; on the day `today` it may mean some.
    fn on(text: &str, today: Date) -> NotADate {
        NotADate { readings: spoken_date::readings(text, today), ..NotADate::of(text) }
    }

    /// The reason in both languages.
    pub fn words(&self) -> Words {
        let text = &self.text;
        match self.readings.as_slice() {
            [] => {}
            [only] => {
                return words!(
                    "`{text}` has no year in front: write {only}",
                    "`{text}` 前面没有年份：请写成 {only}"
                );
            }
            [one, other, ..] => {
                let (en, zh) = (Date::day_and_month, Date::day_and_month_zh);
                let (a, b) = (en(*one), en(*other));
                let (c, d) = (zh(*one), zh(*other));
                return words!(
                    "`{text}` could be {a}, {one}, or {b}, {other}",
                    "`{text}` 可能是{c}（{one}），也可能是{d}（{other}）"
                );
            }
        }
        match Date::not_in_calendar(text) {
            Some(why) => {
                let (en, zh) = (why.en(), why.zh());
                words!("`{text}` is not in the calendar: {en}", "日历上没有 `{text}`：{zh}")
            }
            None => words!("`{text}` is not a date", "`{text}` 不是日期"),
        }
    }
}

/// The forms of dates, for help lines.
pub const DATE_FORMS: &str = "2009-12-18, today, tomorrow, in 3 days, +14d, -2w, +1m, mon, next mon, last month, eom, 2026-W07, 2026Q1, 2026FQ1, FY2026, 2026-02";

/// The forms of dates in Chinese.
pub const DATE_FORMS_ZH: &str = "2009-12-18、今天、明天、后天、3天后、+14d、-2w、+1m、周五、下周五、上个月、月底、2026-W07、2026Q1、2026FQ1、FY2026、2026-02";

/// A period: a day, `2026`, `2026Q1`, `2026-02`, `2026-W07`, `2026FQ1`, `FY2026`, `this|last|next
/// week|month|quarter|year`, `FROM..TO`. Weeks here begin on Monday (ISO 8601). `2026` and `2026Q1` are those of the
/// calendar; quarters and years around today are fiscal ones.
pub fn parse_period(text: &str, today: Date, fiscal: FiscalYear) -> Result<Period, NotADate> {
    let text = text.trim();
    if let Some((from, to)) = text.split_once("..") {
        let from = parse_period(from, today, fiscal)?.from;
        let to = parse_period(to, today, fiscal)?.to;
        return if from <= to { Ok(Period { from, to }) } else { Err(NotADate::of(text)) };
    }
    let lower = text.to_lowercase();
    named_period(&lower)
        .or_else(|| fiscal.named(&lower))
        .or_else(|| relative_period(&lower, today, fiscal))
        .or_else(|| day(&lower, today).map(|date| Period { from: date, to: date }))
        .or_else(|| spoken_date::period(&lower, today, fiscal))
        .ok_or_else(|| NotADate::on(text, today))
}

/// One date. Of a longer period it is the last day: `--as-of 2009Q4` is the state at its end.
pub fn parse_date(text: &str, today: Date, fiscal: FiscalYear) -> Result<Date, NotADate> {
    parse_period(text, today, fiscal).map(|period| period.to)
}

/// A date, or a date with a time: `2009-12-15T14:00`, `"tue 14:00"`, `"tomorrow 9:00"`, `"fri 10"`, `明天下午2点`.
pub fn parse_moment(text: &str, today: Date, fiscal: FiscalYear) -> Result<Moment, NotADate> {
    let text = text.trim();
    if let Some(moment) = Moment::parse_written(text) {
        return Ok(moment);
    }
    let (day, time) = split_time(text);
    let read = |day: &str| parse_date(day, today, fiscal);
    let whole = read(spoken_date::without_at(day)).map(|date| Moment { date, time });
    if whole.is_err()
        && let Some(Ok(moment)) = spoken_date::moment(&text.to_lowercase(), read)
    {
        return Ok(moment);
    }
    whole
}

/// `2026`, `2026Q1`, `2026-02`, `2026-W07`.
fn named_period(text: &str) -> Option<Period> {
    let digits = |s: &str, len: usize| -> Option<u32> {
        (s.len() == len && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok()).flatten()
    };
    let year = i32::try_from(digits(text.get(..4)?, 4)?).ok()?;
    let rest = text.get(4..)?;
    if rest.is_empty() {
        return Period::month(year, 1, 12);
    }
    if let Some(quarter) = rest.trim_start_matches('-').strip_prefix('q') {
        let quarter = digits(quarter, 1).filter(|q| (1..=4).contains(q))?;
        return Period::month(year, quarter * 3 - 2, 3);
    }
    if let Some(week) = rest.trim_start_matches('-').strip_prefix('w') {
        let from = Date::of_iso_week(year, digits(week, 2).or_else(|| digits(week, 1))?)?;
        return Some(Period { from, to: from.plus(6) });
    }
    Period::month(year, digits(rest.strip_prefix('-')?, 2)?, 1)
}

/// `this week`, `last month`, `next quarter`, `last-year`.
fn relative_period(text: &str, today: Date, fiscal: FiscalYear) -> Option<Period> {
    let (which, unit) = text.split_once([' ', '-'])?;
    let shift = match which {
        "last" => -1,
        "this" => 0,
        "next" => 1,
        _ => return None,
    };
    let months = |count: u32| {
        let from = fiscal.around(today, count).from.plus_months(shift * i64::from(count));
        Period { from, to: from.plus_months(i64::from(count)).plus(-1) }
    };
    match unit {
        "week" => {
            let from = today.back_to(Weekday::Mon).plus(7 * shift);
            Some(Period { from, to: from.plus(6) })
        }
        "month" => Some(months(1)),
        "quarter" => Some(months(3)),
        "year" => Some(months(12)),
        _ => None,
    }
}

/// A single day: with the year in front, `today`, `-14d`, `+2w`, `+1m`, a weekday (the coming one; `last fri` the one
/// before).
fn day(text: &str, today: Date) -> Option<Date> {
    match text {
        "today" => return Some(today),
        "yesterday" => return Some(today.plus(-1)),
        "tomorrow" => return Some(today.plus(1)),
        _ => {}
    }
    if let Some(Moment { date, time: None }) = Moment::parse_written(text) {
        return Some(date);
    }
    if let Some(distance) = text.strip_prefix('-') {
        return shifted(today, distance, -1);
    }
    if let Some(distance) = text.strip_prefix('+') {
        return shifted(today, distance, 1);
    }
    if let Some(name) = text.strip_prefix("last ") {
        return Weekday::parse(name).map(|day| today.plus(-1).back_to(day));
    }
    let name = text.strip_prefix("next ").unwrap_or(text);
    Weekday::parse(name).map(|day| today.plus(7).back_to(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> String {
        // A Friday.
        let today = Date::parse("2009-12-18").unwrap();
        parse_date(text, today, FiscalYear::CALENDAR)
            .map_or_else(|e| e.to_string(), |d| d.to_string())
    }

    #[test]
    fn dates_in_words() {
        for (text, expected) in [
            ("today", "2009-12-18"),
            ("yesterday", "2009-12-17"),
            ("-14d", "2009-12-04"),
            ("+2w", "2010-01-01"),
            ("mon", "2009-12-21"),
            ("friday", "2009-12-25"),
            ("last fri", "2009-12-11"),
            ("2009Q4", "2009-12-31"),
            ("2009-W51", "2009-12-20"),
            ("2009-02", "2009-02-28"),
            ("2008", "2008-12-31"),
            ("last month", "2009-11-30"),
            ("last quarter", "2009-09-30"),
            ("2009-02-30", "`2009-02-30` is not in the calendar: February 2009 has 28 days"),
            ("-1m", "2009-11-18"),
            ("+1y", "2010-12-18"),
            ("5-1", "`5-1` is not a date"),
            ("", "`` is not a date"),
            ("-9999999d", "`-9999999d` is not a date"),
            ("2009Q5", "`2009Q5` is not a date"),
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }

    #[test]
    fn months_and_years_are_those_of_the_calendar() {
        let shift = |today: &str, text: &str| {
            parse_date(text, Date::parse(today).unwrap(), FiscalYear::CALENDAR).unwrap().to_string()
        };
        for (today, text, expected) in [
            ("2026-01-31", "+1m", "2026-02-28"),
            ("2024-01-31", "+1m", "2024-02-29"),
            ("2026-11-30", "+1m", "2026-12-30"),
            ("2026-12-31", "+1m", "2027-01-31"),
            ("2026-03-31", "-1m", "2026-02-28"),
            ("2026-01-31", "+2m", "2026-03-31"),
            ("2027-02-28", "+1y", "2028-02-28"),
            ("2028-02-29", "+1y", "2029-02-28"),
            ("2028-02-29", "-1y", "2027-02-28"),
            ("2026-01-31", "+30d", "2026-03-02"),
            ("2026-01-31", "+999999m", "9999-12-31"),
            ("2026-01-31", "-999999y", "0001-01-01"),
        ] {
            assert_eq!(shift(today, text), expected, "{today} {text}");
        }
    }

    #[test]
    fn periods_and_moments() {
        let today = Date::parse("2009-12-18").unwrap();
        assert_eq!(
            parse_period("2009Q4", today, FiscalYear::CALENDAR).unwrap().to_string(),
            "2009-10-01..2009-12-31"
        );
        assert_eq!(
            parse_period("2009-11..2009-12", today, FiscalYear::CALENDAR).unwrap().days(),
            61
        );
        assert!(parse_period("2009-12..2009-11", today, FiscalYear::CALENDAR).is_err());
        for (text, expected) in [
            ("tomorrow 9:00", "2009-12-19T09:00:00"),
            ("Tue 9:00", "2009-12-22T09:00:00"),
            ("next tue 09:30", "2009-12-22T09:30:00"),
            ("2009-12-21 9:00", "2009-12-21T09:00:00"),
            ("+1m 14:00", "2010-01-18T14:00:00"),
            ("明天 9:00", "2009-12-19T09:00:00"),
            ("tomorrow 2:30 PM", "2009-12-19T14:30:00"),
            ("明天 下午2:30", "2009-12-19T14:30:00"),
            ("2010年3月5日", "2010-03-05"),
            ("2010年3月5号下午2:30", "2010-03-05T14:30:00"),
            ("2010/3/5 9:00", "2010-03-05T09:00:00"),
        ] {
            assert_eq!(
                parse_moment(text, today, FiscalYear::CALENDAR).unwrap().to_string(),
                expected
            );
        }
        assert!(parse_moment("tomorrow 25:00", today, FiscalYear::CALENDAR).is_err());
        assert_eq!(
            parse_moment("tue 14:00", today, FiscalYear::CALENDAR).unwrap().to_string(),
            "2009-12-22T14:00:00"
        );
        assert_eq!(
            parse_moment("2009-12-15T14:00", today, FiscalYear::CALENDAR).unwrap().to_string(),
            "2009-12-15T14:00:00"
        );
        assert_eq!(
            parse_moment("last month", today, FiscalYear::CALENDAR).unwrap().to_string(),
            "2009-11-30"
        );
    }

    #[test]
    fn a_fiscal_year_moves_its_quarters_and_years() {
        let april = FiscalYear::beginning(4).unwrap();
        let today = Date::parse("2010-02-15").unwrap();
        let period = |text: &str| parse_period(text, today, april).unwrap().to_string();
        assert_eq!(period("2009FQ1"), "2009-04-01..2009-06-30");
        assert_eq!(period("2009fq4"), "2010-01-01..2010-03-31");
        assert_eq!(period("FY2009"), "2009-04-01..2010-03-31");
        assert_eq!(period("2009FY"), "2009-04-01..2010-03-31");
        assert_eq!(period("this year"), "2009-04-01..2010-03-31");
        assert_eq!(period("last quarter"), "2009-10-01..2009-12-31");
        // Without an F they are the calendar's.
        assert_eq!(period("2010Q1"), "2010-01-01..2010-03-31");
        assert_eq!(period("2010"), "2010-01-01..2010-12-31");
        let calendar =
            |text: &str| parse_period(text, today, FiscalYear::CALENDAR).unwrap().to_string();
        assert_eq!(calendar("2010FQ1"), "2010-01-01..2010-03-31");
        for wrong in ["2009FQ5", "2009FQ0", "FY209", "FQ1", "09FQ1"] {
            assert!(parse_period(wrong, today, april).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_first_and_the_last_day_of_a_fiscal_quarter() {
        let february = FiscalYear::beginning(2).unwrap();
        let name = |text: &str| february.quarter_name(Date::parse(text).unwrap());
        assert_eq!(name("2010-01-31"), "2009FQ4");
        assert_eq!(name("2010-02-01"), "2010FQ1");
        assert_eq!(name("2010-04-30"), "2010FQ1");
        assert_eq!(name("2010-05-01"), "2010FQ2");
        let day = Date::parse("2010-01-31").unwrap();
        assert_eq!(FiscalYear::CALENDAR.quarter_name(day), "2010Q1");
        assert_eq!(february.around(day, 12).to_string(), "2009-02-01..2010-01-31");
        assert_eq!(february.around(day, 3).to_string(), "2009-11-01..2010-01-31");
        assert_eq!(february.around(day, 1).to_string(), "2010-01-01..2010-01-31");
        assert!(FiscalYear::beginning(0).is_none() && FiscalYear::beginning(13).is_none());
    }
}
