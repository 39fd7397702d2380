//! Dates and times as people and other programs write them: forms with one reading, and forms that are stated.

use super::date::{Date, Moment, Time};
use super::text::{Text, narrow};
use std::fmt;

/// The words for the halves of a day, and whether each is the second.
const HALVES: [(&str, bool); 8] = [
    ("am", false),
    ("a.m.", false),
    ("pm", true),
    ("p.m.", true),
    ("上午", false),
    ("早上", false),
    ("下午", true),
    ("晚上", true),
];

impl Time {
    /// A time as people type it: as [`Time::parse`], without the zero in front (`9:00`), and of a half of the day:
    /// `2:30 PM`, `下午2:30`. Twelve is the first hour of a half: `12:30 AM` is half past midnight. `晚上12:00` is none:
    /// it is midnight, of one of two days.
    pub fn parse_typed(text: &str) -> Option<Time> {
        let text = narrow(text.trim()).to_lowercase();
        let half = HALVES.iter().find_map(|(word, second)| {
            let rest = text.strip_suffix(word).or_else(|| text.strip_prefix(word))?;
            Some((rest.trim(), *word, *second))
        });
        let Some((rest, word, second)) = half else { return padded(&text) };
        let time = padded(rest)?;
        let (hour, minute) = (time.minutes() / 60, time.minutes() % 60);
        if !(1..=12).contains(&hour) || word == "晚上" && hour == 12 {
            return None;
        }
        let hour = hour % 12 + if second { 12 } else { 0 };
        let [hour, minute] = [hour, minute].map(|n| u32::try_from(n).ok());
        Time::new(hour?, minute?, time.second())
    }

    /// The time of a date-time: as [`Time::parse_typed`], with fractions of a second and a distance from UTC behind
    /// it, which are read over: the time is that of the text, in whatever zone it was written.
    fn parse_written(text: &str) -> Option<Time> {
        let text = text.trim();
        if let Some(time) = Time::parse_typed(text) {
            return Some(time);
        }
        let text = without_zone(text);
        let whole = match text.split_once('.') {
            Some((whole, fraction)) => {
                let digits = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
                // A fraction belongs to seconds.
                Some(whole).filter(|whole| digits && whole.matches(':').count() == 2)?
            }
            None => text,
        };
        padded(whole)
    }
}

/// `HH:MM[:SS]`, or with one digit of the hour.
fn padded(text: &str) -> Option<Time> {
    match text.find(':') {
        Some(1) => Time::parse(&format!("0{text}")),
        _ => Time::parse(text),
    }
}

/// A time without the distance from UTC behind it: `Z`, `UTC`, `+08:00`, `-0330`, `+08`.
fn without_zone(text: &str) -> &str {
    for name in ["Z", "z", "UTC", "GMT"] {
        if let Some(rest) = text.strip_suffix(name) {
            return rest.trim_end();
        }
    }
    match text.rsplit_once(['+', '-']) {
        Some((rest, zone)) => {
            let digits = zone.replace(':', "");
            let form = matches!((zone.len(), zone.find(':')), (2 | 4, None) | (5, Some(2)));
            let is_zone = form && digits.bytes().all(|b| b.is_ascii_digit());
            if is_zone { rest.trim_end() } else { text }
        }
        None => text,
    }
}

impl Moment {
    /// A day, perhaps with a time, in a form that has one reading because the year is in front: `2026-03-05`,
    /// `2026-01-09T14:00:00.000Z`, `2026-01-09 14:00+08:00`, `2026/3/5`, `2026.3.5`, `2026年3月5日 下午2:30`. The day and
    /// the time are those of the text: nothing is converted between zones.
    pub fn parse_written(text: &str) -> Option<Moment> {
        if let Some(date) = Date::parse(text) {
            return Some(Moment { date, time: None });
        }
        let text = narrow(text.trim());
        let mut rest = &*text;
        let year = digits(&mut rest).filter(|digits| digits.len() == 4)?;
        let between =
            ["年", "-", "/", "."].into_iter().find(|sign| rest.trim_start().starts_with(sign))?;
        let chinese = between == "年";
        let mut part = |sign: &str| {
            rest = rest.trim_start().strip_prefix(sign)?.trim_start();
            digits(&mut rest).filter(|digits| digits.len() <= 2)?.parse::<u32>().ok()
        };
        let (month, day) = (part(between)?, part(if chinese { "月" } else { between })?);
        if chinese {
            rest = rest.trim_start().strip_prefix(['日', '号'])?;
        }
        let date = Date::new(year.parse().ok()?, month, day)?;
        if rest.trim().is_empty() {
            return Some(Moment { date, time: None });
        }
        // Something is between the day and its time, unless the day has a sign of its own.
        let time = rest.strip_prefix('T').or_else(|| rest.strip_prefix(char::is_whitespace));
        let time = time.or(Some(rest).filter(|_| chinese))?;
        Some(Moment { date, time: Some(Time::parse_written(time)?) })
    }
}

/// A day and the time behind it, if there is one: `tomorrow 9:00`, `09/01/2026 2:30 PM`.
pub fn split_time(text: &str) -> (&str, Option<Time>) {
    let mut signs = text.match_indices([' ', 'T']);
    let found = signs.find_map(|(at, sign)| {
        let time = Time::parse_written(&text[at + sign.len()..])?;
        Some((text[..at].trim_end(), Some(time)))
    });
    found.unwrap_or((text, None))
}

/// The digits that a text begins with, which are taken off it.
fn digits<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    *rest = behind;
    Some(digits).filter(|digits| !digits.is_empty())
}

/// How a column writes its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateForm {
    /// As `strftime` has it: `%d/%m/%Y`.
    Strftime(Text),
    /// Days since 1899-12-31, as Excel and its successors count them.
    Excel,
    /// Days since 1904-01-01, as old workbooks of Macintosh count them.
    Excel1904,
}

impl DateForm {
    /// A form by its text: `excel`, `excel-1904`, or a format of `strftime` with at least one `%`.
    pub fn parse(text: &str) -> Option<DateForm> {
        match text {
            "excel" => Some(DateForm::Excel),
            "excel-1904" => Some(DateForm::Excel1904),
            format if format.contains('%') && Date::is_format(format) => {
                Some(DateForm::Strftime(format.into()))
            }
            _ => None,
        }
    }

    /// Reads a day, perhaps with a time, in this form; a time may follow a form that has none. What has the year in
    /// front is read beside it, unless the form has it in front as well and another order behind it.
    pub fn read(&self, text: &str) -> Option<Moment> {
        let text = &*narrow(text.trim());
        match self {
            DateForm::Excel => serial(text, false),
            DateForm::Excel1904 => serial(text, true),
            DateForm::Strftime(format) => {
                let whole = Moment::parse_format(text, format);
                whole.or_else(|| {
                    let (day, time) = split_time(text);
                    let date = Moment::parse_format(day, format)?.date;
                    Some(Moment { date, time })
                })
            }
        }
        // `%Y` reads `16` too, but no entry is of the year 16.
        .filter(|moment| moment.date.year() >= 1000)
        .or_else(|| {
            Some(text).filter(|_| !self.has_year_in_front()).and_then(Moment::parse_written)
        })
    }

    /// Does a date in this form begin with its year, and go on as no ISO date does?
    fn has_year_in_front(&self) -> bool {
        match self {
            DateForm::Strftime(format) => {
                format.starts_with("%Y") && !format.starts_with("%Y-%m-%d")
            }
            DateForm::Excel | DateForm::Excel1904 => false,
        }
    }

    /// Does it have years of two digits?
    pub fn has_short_years(&self) -> bool {
        matches!(self, DateForm::Strftime(format) if format.contains("%y") || format.contains("%D"))
    }
}

impl fmt::Display for DateForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DateForm::Strftime(format) => format,
            DateForm::Excel => "excel",
            DateForm::Excel1904 => "excel-1904",
        })
    }
}

/// The day of a serial number of a spreadsheet, and the time that its fraction is, to the second. The system of 1900
/// has a 29 February 1900, which no calendar has: 60 is refused, and the days after it are one less than their number.
fn serial(text: &str, from_1904: bool) -> Option<Moment> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if days.is_empty() || days.len() > 7 || !is_number(days) || !is_number(fraction) {
        return None;
    }
    let days: i64 = days.parse().ok()?;
    // Nine decimals tell a tenth of a millisecond.
    let billionths: u64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let seconds = u32::try_from((billionths * 86_400 + 500_000_000) / 1_000_000_000).ok()?;
    let first = match (from_1904, days) {
        (true, _) => Date::new(1904, 1, 1)?,
        (false, 1..=59) => Date::new(1899, 12, 31)?,
        (false, 61..) => Date::new(1899, 12, 30)?,
        (false, _) => return None,
    };
    // The last half second of a day is in that day, but for the millisecond: a program's midnight may miss it so.
    let is_midnight = billionths >= 999_999_989;
    let seconds = if is_midnight { seconds } else { seconds.min(86_399) };
    let date = first.plus(days + i64::from(seconds / 86_400));
    let seconds = seconds % 86_400;
    let time = Time::new(seconds / 3_600, seconds / 60 % 60, seconds % 60)?;
    Some(Moment { date, time: Some(time).filter(|_| !fraction.is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> Option<String> {
        Moment::parse_written(text).map(|moment| moment.to_string())
    }

    fn read(text: &str, form: &str) -> Option<String> {
        DateForm::parse(form).unwrap().read(text).map(|moment| moment.to_string())
    }

    #[test]
    fn times_as_people_type_them() {
        for (text, expected) in [
            ("9:00", Some("09:00:00")),
            ("9:05:30", Some("09:05:30")),
            ("09:00", Some("09:00:00")),
            ("23:59", Some("23:59:00")),
            ("24:00", None),
            ("9:60", None),
            ("9", None),
            (":00", None),
            ("9：30", Some("09:30:00")),
            ("02:30 PM", Some("14:30:00")),
            ("2:30pm", Some("14:30:00")),
            ("11:59 a.m.", Some("11:59:00")),
            ("12:00 AM", Some("00:00:00")),
            ("12:30 PM", Some("12:30:00")),
            ("0:30 PM", None),
            ("13:00 PM", None),
            ("下午2:30", Some("14:30:00")),
            ("上午 9:05", Some("09:05:00")),
            ("晚上11:00", Some("23:00:00")),
            ("晚上12:00", None),
            ("pm", None),
        ] {
            let time = Time::parse_typed(text).map(|time| time.to_string());
            assert_eq!(time.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_year_in_front_has_one_reading() {
        for (text, expected) in [
            ("2026-09-02", Some("2026-09-02")),
            ("2026-09-02T22:07:23.000Z", Some("2026-09-02T22:07:23")),
            ("2026-09-02T22:07:23Z", Some("2026-09-02T22:07:23")),
            ("2026-09-02T22:07Z", Some("2026-09-02T22:07:00")),
            ("2026-01-09 14:00+08:00", Some("2026-01-09T14:00:00")),
            ("2026-01-09 14:00:05 -0330", Some("2026-01-09T14:00:05")),
            ("2026-01-09 14:00:05.123456+08", Some("2026-01-09T14:00:05")),
            ("2026-01-09 14:00:00 UTC", Some("2026-01-09T14:00:00")),
            ("2026-01-09 2:30 PM", Some("2026-01-09T14:30:00")),
            ("2026-01-09 14:00.5", None),
            ("2026-01-09 14:00+8", None),
            ("2026-01-09T", None),
            ("2026-01-0914:00", None),
            ("2026年3月5日", Some("2026-03-05")),
            ("2026年3月5号 14:00", Some("2026-03-05T14:00:00")),
            ("2026年03月05日 下午2:30", Some("2026-03-05T14:30:00")),
            ("2026年03月05日下午2:30", Some("2026-03-05T14:30:00")),
            ("2026 年 3 月 5 日", Some("2026-03-05")),
            ("２０２６年３月５日", Some("2026-03-05")),
            ("2026年3月5", None),
            ("2026年3月", None),
            ("2026/3/5", Some("2026-03-05")),
            ("2026/03/05 9:00", Some("2026-03-05T09:00:00")),
            ("2026.3.5", Some("2026-03-05")),
            ("2026-3-5", Some("2026-03-05")),
            ("2026/3.5", None),
            ("2026/13/5", None),
            ("2026/2/29", None),
            ("2028/2/29", Some("2028-02-29")),
            ("26/3/5", None),
            ("5/3/2026", None),
            ("20260305", None),
            ("", None),
        ] {
            assert_eq!(written(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_stated_form_and_the_time_behind_it() {
        for (text, form, expected) in [
            ("09/01/2026 14:00", "%d/%m/%Y %H:%M", Some("2026-01-09T14:00:00")),
            ("09/01/2026 14:00", "%d/%m/%Y", Some("2026-01-09T14:00:00")),
            ("09/01/2026 9:05", "%d/%m/%Y", Some("2026-01-09T09:05:00")),
            ("09/01/2026 02:00 PM", "%d/%m/%Y %I:%M %p", Some("2026-01-09T14:00:00")),
            ("09/01/2026 02:00 PM", "%d/%m/%Y", Some("2026-01-09T14:00:00")),
            ("09/01/2026", "%d/%m/%Y", Some("2026-01-09")),
            ("09/01/2026 noon", "%d/%m/%Y", None),
            ("09/13/2026 14:00", "%d/%m/%Y", None),
            ("09/01/26", "%d/%m/%Y", None),
            // Two digits: 70 to 99 are of the last century.
            ("04/02/69", "%d/%m/%y", Some("2069-02-04")),
            ("04/02/70", "%d/%m/%y", Some("1970-02-04")),
            // ISO is read beside a form, unless the form could mean another day.
            ("2026-03-05", "%d/%m/%Y", Some("2026-03-05")),
            ("2026-03-05T10:00:00.000Z", "%Y-%m-%d", Some("2026-03-05T10:00:00")),
            ("2026-03-05", "%Y-%m-%dT%H:%M:%S%.fZ", Some("2026-03-05")),
            ("2026-03-05", "%Y-%d-%m", Some("2026-05-03")),
            ("2026-03-15", "%Y-%m", None),
            ("2026-13-05", "%Y-%d-%m", Some("2026-05-13")),
            ("2026-03-15", "%Y-%d-%m", None),
            ("2026年3月5日", "excel", Some("2026-03-05")),
        ] {
            assert_eq!(read(text, form).as_deref(), expected, "{text} {form}");
        }
        for no_form in ["%Q", "dd/mm/yyyy", "", "Excel"] {
            assert_eq!(DateForm::parse(no_form), None, "{no_form}");
        }
    }

    #[test]
    fn serials_of_spreadsheets() {
        for (text, form, expected) in [
            ("1", "excel", Some("1900-01-01")),
            ("59", "excel", Some("1900-02-28")),
            ("60", "excel", None),
            ("61", "excel", Some("1900-03-01")),
            ("0", "excel", None),
            ("46086", "excel", Some("2026-03-05")),
            ("46086.5", "excel", Some("2026-03-05T12:00:00")),
            ("46086.999994", "excel", Some("2026-03-05T23:59:59")),
            ("46086.999995", "excel", Some("2026-03-05T23:59:59")),
            ("46086.999999988", "excel", Some("2026-03-05T23:59:59")),
            ("46086.999999989", "excel", Some("2026-03-06T00:00:00")),
            ("46087.0", "excel", Some("2026-03-06T00:00:00")),
            ("46086.375", "excel", Some("2026-03-05T09:00:00")),
            ("0", "excel-1904", Some("1904-01-01")),
            ("44624", "excel-1904", Some("2026-03-05")),
            ("-1", "excel", None),
            ("1e3", "excel", None),
            ("99999999", "excel", None),
        ] {
            assert_eq!(read(text, form).as_deref(), expected, "{text} {form}");
        }
    }

    proptest! {
        /// A date written in a form is read as that date, with its time where it has one.
        #[test]
        fn what_a_form_writes_it_reads(
            days in 0_i64..40_000, minutes in 0_u32..1_440, short in any::<bool>(),
        ) {
            let date = Date::new(1970, 1, 1).unwrap().plus(days);
            let (year, month, day) = (date.year(), date.month(), date.day());
            let (hour, minute) = (minutes / 60, minutes % 60);
            let time = Time::new(hour, minute, 0);
            let day_alone = Moment { date, time: None };
            let at = Moment { date, time };
            let half = if hour < 12 { "AM" } else { "PM" };
            let twelve = (hour + 11) % 12 + 1;
            for (text, form) in [
                (format!("{day:02}/{month:02}/{year}"), "%d/%m/%Y"),
                (format!("{month}/{day}/{year}"), "%m/%d/%Y"),
                (format!("{day}.{month}.{year}"), "%d.%m.%Y"),
                (format!("{year}-{day:02}-{month:02}"), "%Y-%d-%m"),
                (format!("{year}年{month}月{day}日"), "%d/%m/%Y"),
                (date.to_string(), "%d/%m/%Y"),
                ((days + 25_569).to_string(), "excel"),
            ] {
                prop_assert_eq!(DateForm::parse(form).unwrap().read(&text), Some(day_alone));
                let text = if form == "excel" {
                    format!("{}.{:06}", days + 25_569, minutes * 1_000_000 / 1_440)
                } else if short {
                    format!("{text} {hour}:{minute:02}")
                } else {
                    format!("{text} {twelve:02}:{minute:02} {half}")
                };
                let read = DateForm::parse(form).unwrap().read(&text);
                prop_assert_eq!(read.map(|moment| moment.date), Some(date), "{}", text);
                if form != "excel" {
                    prop_assert_eq!(read, Some(at), "{}", text);
                }
            }
        }
    }
}
