//! Dates and times as people say them: `in 3 days`, `fri 10`, `下周五`, `月底`, `明天下午2点`.
//!
//! A week begins on Monday. A weekday alone is the coming one, after today: `周五`, as `fri` is; of a week that is named
//! (`这周五`, `下周五`, `this fri`) it is that week's. Months and years around today are those of the ledger, but for
//! `月底` and `年底`, which every calendar has.

use super::calendar::{FiscalYear, Period, shifted};
use super::date::{Date, Moment, Time, Weekday};
use super::text::narrow;

/// Days by their words: how many days from today.
const DAYS: [(&str, i64); 14] = [
    ("今天", 0),
    ("今日", 0),
    ("明天", 1),
    ("明日", 1),
    ("后天", 2),
    ("後天", 2),
    ("大后天", 3),
    ("大後天", 3),
    ("昨天", -1),
    ("昨日", -1),
    ("前天", -2),
    ("大前天", -3),
    ("day after tomorrow", 2),
    ("day before yesterday", -2),
];

/// The words before a week, month or quarter: how many of them from the present one.
const WHICH: [(&str, i64); 14] = [
    ("上上个", -2),
    ("上上", -2),
    ("上一个", -1),
    ("上个", -1),
    ("上", -1),
    ("这个", 0),
    ("这", 0),
    ("本", 0),
    ("下下个", 2),
    ("下下", 2),
    ("下一个", 1),
    ("下个", 1),
    ("下", 1),
    ("", 0),
];

/// The words for years: how many from this one.
const YEARS: [(&str, i64); 5] = [("前年", -2), ("去年", -1), ("今年", 0), ("明年", 1), ("后年", 2)];

const WEEKS: [&str; 3] = ["星期", "礼拜", "周"];

/// A day that words name; `None` if they name none.
pub(super) fn day(text: &str, today: Date) -> Option<Date> {
    let text = &*narrow(text.trim());
    if let Some((_, days)) = DAYS.iter().find(|(word, _)| *word == text) {
        return Some(today.plus(*days));
    }
    if let Some(name) = text.strip_prefix("this ") {
        return Weekday::parse(name).map(|day| of_week(today, 0, day));
    }
    weekday(text, today)
        .or_else(|| distance(text, today))
        .or_else(|| edge(text, today, FiscalYear::CALENDAR))
}

/// A period that words name; `None` if they name none.
pub(super) fn period(text: &str, today: Date, fiscal: FiscalYear) -> Option<Period> {
    let text = &*narrow(text.trim());
    let one = |date: Option<Date>| date.map(|date| Period { from: date, to: date });
    let quarter_end = ["eoq", "季末", "季度末", "季度底", "本季末", "本季度末"].contains(&text);
    if quarter_end {
        return one(Some(fiscal.around(today, 3).to));
    }
    let year = YEARS.iter().find(|(word, _)| *word == text);
    if let Some((_, years)) = year {
        return Some(months(today, 12, *years, fiscal));
    }
    if let Some((which, unit)) = which(text).filter(|(which, _)| !which.is_empty()) {
        let shift = shift_of(which);
        let found = match unit {
            "月" | "月份" => Some(months(today, 1, shift, fiscal)),
            "季度" | "季" => Some(months(today, 3, shift, fiscal)),
            unit if WEEKS.contains(&unit) => {
                let from = today.back_to(Weekday::Mon).plus(7 * shift);
                Some(Period { from, to: from.plus(6) })
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    one(day(text, today))
}

/// The words before a unit, and the unit: the longest words that a unit follows.
fn which(text: &str) -> Option<(&'static str, &str)> {
    WHICH.iter().find_map(|(word, _)| Some((*word, text.strip_prefix(*word)?)))
}

fn shift_of(which: &str) -> i64 {
    WHICH.iter().find(|(word, _)| *word == which).map_or(0, |(_, shift)| *shift)
}

/// So many months, `shift` times away from those around a day.
fn months(today: Date, count: u32, shift: i64, fiscal: FiscalYear) -> Period {
    let from = fiscal.around(today, count).from.plus_months(shift * i64::from(count));
    Period { from, to: from.plus_months(i64::from(count)).plus(-1) }
}

/// A weekday of a week, counted from the present one.
fn of_week(today: Date, weeks: i64, day: Weekday) -> Date {
    today.back_to(Weekday::Mon).plus(7 * weeks + day.index())
}

/// `周五`, `星期天`, `下周五`, `上个礼拜3`.
fn weekday(text: &str, today: Date) -> Option<Date> {
    let (which, rest) = which(text)?;
    let name = WEEKS.iter().find_map(|week| rest.strip_prefix(week))?;
    let position = match name {
        "一" | "1" => 0,
        "二" | "2" => 1,
        "三" | "3" => 2,
        "四" | "4" => 3,
        "五" | "5" => 4,
        "六" | "6" => 5,
        "日" | "天" | "7" => 6,
        _ => return None,
    };
    let day = Weekday::ALL[position].1;
    Some(match which {
        "" => today.plus(7).back_to(day),
        which => of_week(today, shift_of(which), day),
    })
}

/// `月底`, `下月初`, `年底`, `明年初`, `eom`: the first or the last day of a month or year.
fn edge(text: &str, today: Date, calendar: FiscalYear) -> Option<Date> {
    match text {
        "eom" => return Some(calendar.around(today, 1).to),
        "eoy" => return Some(calendar.around(today, 12).to),
        _ => {}
    }
    let (rest, is_last) = ["底", "末"]
        .iter()
        .find_map(|end| Some((text.strip_suffix(end)?, true)))
        .or_else(|| Some((text.strip_suffix("初")?, false)))?;
    // `年底` and `今年年底` are said alike.
    let year = rest.strip_suffix("年年").map(|whose| format!("{whose}年"));
    let year = year.as_deref().unwrap_or(if rest == "年" { "今年" } else { rest });
    let years = YEARS.iter().find(|(word, _)| *word == year).map(|(_, years)| *years);
    let period = match (years, which(rest)) {
        (Some(years), _) => months(today, 12, years, calendar),
        (None, Some((which, "月"))) => months(today, 1, shift_of(which), calendar),
        _ => return None,
    };
    Some(if is_last { period.to } else { period.from })
}

/// `in 3 days`, `2 weeks ago`, `3d`, `3天后`, `两周前`, `半年后`.
fn distance(text: &str, today: Date) -> Option<Date> {
    let is_short = text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(['d', 'w', 'm', 'y'])
        && !text.contains(char::is_whitespace);
    if is_short {
        return shifted(today, text, 1);
    }
    let (rest, sign) = match (text.strip_prefix("in "), text.strip_suffix(" ago")) {
        (Some(rest), None) => (rest, 1),
        (None, Some(rest)) => (rest, -1),
        _ => return chinese_distance(text, today),
    };
    let (count, unit) = rest.trim().split_once(char::is_whitespace)?;
    let count = match count {
        "a" | "an" | "one" => "1",
        count => count,
    };
    let unit = match unit.trim().trim_end_matches('s') {
        "day" => "d",
        "week" => "w",
        "month" => "m",
        "year" => "y",
        _ => return None,
    };
    shifted(today, &format!("{count}{unit}"), sign)
}

fn chinese_distance(text: &str, today: Date) -> Option<Date> {
    let ends = [("之后", 1), ("以后", 1), ("后", 1), ("之前", -1), ("以前", -1), ("前", -1)];
    let (rest, sign) =
        ends.iter().find_map(|(end, sign)| Some((text.strip_suffix(end)?, *sign)))?;
    match rest.trim() {
        "半个月" => return Some(today.plus(15 * sign)),
        "半年" => return Some(today.plus_months(6 * sign)),
        _ => {}
    }
    let units = [
        ("个星期", "w"),
        ("个礼拜", "w"),
        ("星期", "w"),
        ("礼拜", "w"),
        ("周", "w"),
        ("个月", "m"),
        ("天", "d"),
        ("日", "d"),
        ("年", "y"),
    ];
    let (count, unit) =
        units.iter().find_map(|(word, unit)| Some((rest.trim().strip_suffix(word)?, unit)))?;
    shifted(today, &format!("{}{unit}", number(count.trim())?), sign)
}

/// A number below 100 in Chinese characters, or one of at most six digits.
fn number(text: &str) -> Option<u32> {
    if !text.is_empty() && text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let digit = |text: &str| match text {
        "一" => Some(1),
        "二" | "两" => Some(2),
        "三" => Some(3),
        "四" => Some(4),
        "五" => Some(5),
        "六" => Some(6),
        "七" => Some(7),
        "八" => Some(8),
        "九" => Some(9),
        _ => None,
    };
    match text.split_once('十') {
        None => digit(text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { Some(1) } else { digit(tens) };
            let ones = if ones.is_empty() { Some(0) } else { digit(ones) };
            Some(tens? * 10 + ones?)
        }
    }
}

/// The words for parts of a day in Chinese: a short word may follow a day that is cut short (`明早`, `今晚`).
const HALVES: [(&str, Half); 12] = [
    ("凌晨", Half::Night),
    ("清晨", Half::First),
    ("早上", Half::First),
    ("早晨", Half::First),
    ("上午", Half::First),
    ("中午", Half::Noon),
    ("下午", Half::Second),
    ("傍晚", Half::Second),
    ("晚上", Half::Evening),
    ("早", Half::First),
    ("晚", Half::Evening),
    ("", Half::Whole),
];

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Whole,
    Night,
    First,
    Noon,
    Second,
    Evening,
}

impl Half {
    /// The hour of the clock; `None` for one that the part does not have.
    fn hour(self, hour: u32) -> Option<u32> {
        match (self, hour) {
            (Half::Whole, 0..24) | (Half::Night, 0..6) | (Half::First, 4..12) => Some(hour),
            (Half::Noon, 11..=12) | (Half::Second, 12..20) | (Half::Evening, 17..24) => Some(hour),
            (Half::Noon, 1..=2) | (Half::Second, 1..8) | (Half::Evening, 5..12) => Some(hour + 12),
            _ => None,
        }
    }
}

/// The day of a text and the time behind it: `fri 10`, `fri at 3pm`, `明天下午2点半`, `今晚8点`. `None` if no time is
/// behind it.
pub(super) fn split(text: &str) -> Option<(String, Time)> {
    let text = &*narrow(text.trim());
    english_split(text).or_else(|| chinese_split(text))
}

fn english_split(text: &str) -> Option<(String, Time)> {
    let (day, hour) = text.rsplit_once(char::is_whitespace)?;
    let (day, hour) = match hour {
        // `fri 10 am`
        "am" | "pm" => {
            let (day, number) = day.rsplit_once(char::is_whitespace)?;
            (day, format!("{number}{hour}"))
        }
        hour => (day, hour.to_owned()),
    };
    let half = ["am", "pm"].iter().find_map(|half| Some((hour.strip_suffix(half)?, *half)));
    let time = match half {
        Some((digits, half)) => Time::parse_typed(&format!("{digits}:00 {half}"))?,
        None if hour.len() <= 2 && hour.bytes().all(|b| b.is_ascii_digit()) => {
            Time::new(hour.parse().ok()?, 0, 0)?
        }
        None => return None,
    };
    let day = day.trim_end();
    // A number alone is no day that an hour could follow.
    let is_day = day.chars().any(|c| !c.is_ascii_digit() && !c.is_whitespace());
    is_day.then(|| (without_at(day).to_owned(), time))
}

/// The day of `fri at`.
pub(super) fn without_at(day: &str) -> &str {
    day.strip_suffix(" at").map_or(day, str::trim_end)
}

fn chinese_split(text: &str) -> Option<(String, Time)> {
    let starts = text.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
    // The longest time is meant: `下午2点`, not `2点`.
    starts.into_iter().find_map(|at| {
        let (day, rest) = text.split_at(at);
        let time = chinese_time(rest.trim())?;
        let day = match day.trim() {
            "今" => "今天",
            "明" => "明天",
            "昨" => "昨天",
            day => day,
        };
        Some((day.to_owned(), time))
    })
}

/// `下午2点`, `9点半`, `十点一刻`, `14点05分`.
fn chinese_time(text: &str) -> Option<Time> {
    HALVES.iter().find_map(|(word, half)| {
        let rest = text.strip_prefix(word)?.trim();
        let sign = ["点钟", "点", "时"].into_iter().find(|sign| rest.contains(sign))?;
        let (hour, minute) = rest.split_once(sign)?;
        let minute = match minute.trim() {
            "" | "整" => 0,
            "半" => 30,
            "一刻" => 15,
            "三刻" => 45,
            minute => number(minute.strip_suffix('分').unwrap_or(minute).trim())?,
        };
        Time::new(half.hour(number(hour.trim())?)?, minute, 0)
    })
}

/// The days that a day and a month without a year, or with the year behind, may mean: `12/04`, `13.4.2026`, `12月4日`.
/// Without a year they are of the year of `today`.
pub(super) fn readings(text: &str, today: Date) -> Vec<Date> {
    let text = &*narrow(text.trim());
    let digits = |text: &str, most: usize| -> Option<u32> {
        let text = text.trim();
        let is_number =
            (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    if let Some((month, day)) = text.split_once('月') {
        let day = day.trim().strip_suffix(['日', '号']).unwrap_or(day);
        let date = || Date::new(today.year(), digits(month, 2)?, digits(day, 2)?);
        return date().into_iter().collect();
    }
    let sign = if text.contains('/') { '/' } else { '.' };
    let parts: Vec<&str> = text.split(sign).collect();
    let (first, second, year) = match parts.as_slice() {
        [first, second] => (digits(first, 2), digits(second, 2), Some(today.year())),
        [first, second, year] => {
            let year = digits(year, 4).and_then(|year| i32::try_from(year).ok());
            let full = year.map(|year| if year < 100 { year + 2000 } else { year });
            (digits(first, 2), digits(second, 2), full)
        }
        _ => return Vec::new(),
    };
    let (Some(first), Some(second), Some(year)) = (first, second, year) else { return Vec::new() };
    let both = [Date::new(year, first, second), Date::new(year, second, first)];
    let mut dates: Vec<Date> = both.into_iter().flatten().collect();
    dates.dedup();
    dates
}

/// The moment of a text in words, by a reader of days.
pub(super) fn moment<E>(
    text: &str,
    read: impl Fn(&str) -> Result<Date, E>,
) -> Option<Result<Moment, E>> {
    let (day, time) = split(text)?;
    Some(read(&day).map(|date| Moment { date, time: Some(time) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::period::{parse_date, parse_moment, parse_period};

    fn on(today: &str, text: &str) -> String {
        let today = Date::parse(today).unwrap();
        parse_date(text, today, FiscalYear::CALENDAR)
            .map_or_else(|e| e.to_string(), |d| d.to_string())
    }

    #[test]
    fn days_as_people_say_them() {
        // A Friday.
        for (text, expected) in [
            ("今天", "2009-12-18"),
            ("明天", "2009-12-19"),
            ("后天", "2009-12-20"),
            ("大后天", "2009-12-21"),
            ("昨天", "2009-12-17"),
            ("前天", "2009-12-16"),
            ("in 3 days", "2009-12-21"),
            ("in a week", "2009-12-25"),
            ("in 1 month", "2010-01-18"),
            ("2 weeks ago", "2009-12-04"),
            ("3d", "2009-12-21"),
            ("2w", "2010-01-01"),
            ("1m", "2010-01-18"),
            ("3天后", "2009-12-21"),
            ("三天后", "2009-12-21"),
            ("两周后", "2010-01-01"),
            ("十二天前", "2009-12-06"),
            ("２个月后", "2010-02-18"),
            ("半年后", "2010-06-18"),
            ("day after tomorrow", "2009-12-20"),
            ("in 3", "`in 3` is not a date"),
            ("in three days", "`in three days` is not a date"),
            ("3", "`3` is not a date"),
            ("后", "`后` is not a date"),
            ("天后", "`天后` is not a date"),
        ] {
            assert_eq!(on("2009-12-18", text), expected, "{text}");
        }
    }

    #[test]
    fn a_weekday_alone_is_the_coming_one_and_of_a_week_that_week_s() {
        // 2009-12-18 is a Friday; 12-14 a Monday, 12-20 a Sunday.
        for (today, text, expected) in [
            ("2009-12-17", "周五", "2009-12-18"),
            ("2009-12-18", "周五", "2009-12-25"),
            ("2009-12-19", "周五", "2009-12-25"),
            ("2009-12-18", "这周五", "2009-12-18"),
            ("2009-12-20", "这周五", "2009-12-18"),
            ("2009-12-21", "这周五", "2009-12-25"),
            ("2009-12-14", "下周五", "2009-12-25"),
            ("2009-12-18", "下周五", "2009-12-25"),
            ("2009-12-20", "下周五", "2009-12-25"),
            ("2009-12-18", "上周五", "2009-12-11"),
            ("2009-12-20", "上周五", "2009-12-11"),
            ("2009-12-18", "下下周一", "2009-12-28"),
            ("2009-12-18", "下个星期天", "2009-12-27"),
            ("2009-12-18", "礼拜一", "2009-12-21"),
            ("2009-12-18", "本周日", "2009-12-20"),
            ("2009-12-18", "this fri", "2009-12-18"),
            ("2009-12-18", "this mon", "2009-12-14"),
            ("2009-12-18", "周八", "`周八` is not a date"),
            ("2009-12-18", "fri", "2009-12-25"),
        ] {
            assert_eq!(on(today, text), expected, "{today} {text}");
        }
    }

    #[test]
    fn months_and_years_and_their_ends() {
        for (today, text, expected) in [
            ("2009-12-18", "月底", "2009-12-31"),
            ("2009-12-31", "月底", "2009-12-31"),
            ("2010-02-01", "月底", "2010-02-28"),
            ("2012-02-01", "月末", "2012-02-29"),
            ("2009-12-18", "月初", "2009-12-01"),
            ("2009-12-18", "下月初", "2010-01-01"),
            ("2009-12-31", "下个月底", "2010-01-31"),
            ("2010-01-31", "下月底", "2010-02-28"),
            ("2009-12-18", "上月底", "2009-11-30"),
            ("2009-12-18", "年底", "2009-12-31"),
            ("2009-12-18", "明年年底", "2010-12-31"),
            ("2009-12-18", "明年初", "2010-01-01"),
            ("2009-12-18", "季末", "2009-12-31"),
            ("2010-01-01", "eoq", "2010-03-31"),
            ("2010-02-01", "eom", "2010-02-28"),
            ("2010-02-01", "eoy", "2010-12-31"),
            ("2009-12-18", "底", "`底` is not a date"),
        ] {
            assert_eq!(on(today, text), expected, "{today} {text}");
        }
        let today = Date::parse("2009-12-18").unwrap();
        let period = |text| parse_period(text, today, FiscalYear::CALENDAR).unwrap().to_string();
        assert_eq!(period("下个月"), "2010-01-01..2010-01-31");
        assert_eq!(period("上个月"), "2009-11-01..2009-11-30");
        assert_eq!(period("本月"), "2009-12-01..2009-12-31");
        assert_eq!(period("下周"), "2009-12-21..2009-12-27");
        assert_eq!(period("上季度"), "2009-07-01..2009-09-30");
        assert_eq!(period("去年"), "2008-01-01..2008-12-31");
        assert_eq!(period("上个月..月底"), "2009-11-01..2009-12-31");
        let april = FiscalYear::beginning(4).unwrap();
        let fiscal = |text| parse_period(text, today, april).unwrap().to_string();
        assert_eq!(fiscal("今年"), "2009-04-01..2010-03-31");
        assert_eq!(fiscal("季末"), "2009-12-31..2009-12-31");
        assert_eq!(fiscal("年底"), "2009-12-31..2009-12-31", "every calendar's");
    }

    #[test]
    fn a_day_with_its_time() {
        let today = Date::parse("2009-12-18").unwrap();
        let moment = |text: &str| {
            parse_moment(text, today, FiscalYear::CALENDAR)
                .map_or_else(|e| e.to_string(), |m| m.to_string())
        };
        for (text, expected) in [
            ("fri 10", "2009-12-25T10:00:00"),
            ("fri 9:30", "2009-12-25T09:30:00"),
            ("fri at 9:30", "2009-12-25T09:30:00"),
            ("fri 3pm", "2009-12-25T15:00:00"),
            ("tomorrow at 9 am", "2009-12-19T09:00:00"),
            ("tomorrow 9:00", "2009-12-19T09:00:00"),
            ("tomorrow 0", "2009-12-19T00:00:00"),
            ("tomorrow 23", "2009-12-19T23:00:00"),
            ("tomorrow 24", "`tomorrow 24` is not a date"),
            ("2009-12-21 10", "2009-12-21T10:00:00"),
            ("2009 10", "`2009 10` is not a date"),
            ("in 3 days 9:00", "2009-12-21T09:00:00"),
            ("明天下午2点", "2009-12-19T14:00:00"),
            ("明天下午2点半", "2009-12-19T14:30:00"),
            ("明天 下午 2点", "2009-12-19T14:00:00"),
            ("下周五上午十点一刻", "2009-12-25T10:15:00"),
            ("后天9点", "2009-12-20T09:00:00"),
            ("明早9点", "2009-12-19T09:00:00"),
            ("今晚8点", "2009-12-18T20:00:00"),
            ("明天中午12点", "2009-12-19T12:00:00"),
            ("明天14点05分", "2009-12-19T14:05:00"),
            ("2010年3月5日下午2点", "2010-03-05T14:00:00"),
            ("明天晚上12点", "`明天晚上12点` is not a date"),
            ("明天25点", "`明天25点` is not a date"),
            ("明天下午", "`明天下午` is not a date"),
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
    }

    #[test]
    fn a_day_and_a_month_of_two_readings_are_refused_with_both() {
        let two = "`12/04` could be 4 December, 2009-12-04, or 12 April, 2009-04-12";
        assert_eq!(on("2009-12-18", "12/04"), two);
        let with_year = "`12/04/2026` could be 4 December, 2026-12-04, or 12 April, 2026-04-12";
        assert_eq!(on("2009-12-18", "12/04/2026"), with_year);
        assert_eq!(on("2009-12-18", "13/04"), "`13/04` has no year in front: write 2009-04-13");
        assert_eq!(on("2009-12-18", "05.05"), "`05.05` has no year in front: write 2009-05-05");
        assert_eq!(on("2009-12-18", "12月4日"), "`12月4日` has no year in front: write 2009-12-04");
        assert_eq!(on("2009-12-18", "13/13"), "`13/13` is not a date");
        assert_eq!(on("2009-12-18", "1/2/3/4"), "`1/2/3/4` is not a date");
    }
}
