//! `[calendar] days, hours, holidays, workdays`: the team's working time.

use super::ledger::weekdays;
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::working_time::WorkingTime;
use crate::value::date::{Date, Time, Weekday};
use crate::value::period::{FiscalYear, Period, parse_period};
use crate::value::text::Text;

/// The working time; `None` if the calendar states none of its keys, or one of them wrongly.
pub(super) fn working_time(reader: &mut Reader, table: &TomlTable) -> Option<WorkingTime> {
    let stated =
        ["days", "hours", "holidays", "workdays"].iter().any(|key| table.contains_key(*key));
    if !stated {
        return None;
    }
    let days = match table.get("days") {
        Some(value) => days(reader, value)?,
        None => Weekday::ALL[..5].iter().map(|(_, day)| *day).collect(),
    };
    let hours = match table.get("hours") {
        Some(value) => hours(reader, value)?,
        None => (Time::new(9, 0, 0)?, Time::new(18, 0, 0)?),
    };
    let holidays = table.get("holidays").map(|value| periods(reader, "holidays", value));
    let workdays = table.get("workdays").map(|value| periods(reader, "workdays", value));
    let each = |period: Period| (0..period.days()).map(move |n| period.from.plus(n));
    Some(WorkingTime {
        days,
        hours,
        holidays: holidays.unwrap_or_default(),
        workdays: workdays.unwrap_or_default().into_iter().flat_map(each).collect(),
    })
}

/// Days of the week: a list, or `monday..friday`.
fn days(reader: &mut Reader, value: &TomlValue) -> Option<Vec<Weekday>> {
    let range = value.get_ref().as_str().and_then(|text| text.split_once(".."));
    let Some((first, last)) = range else {
        let days = weekdays(reader, "days", value)?;
        if days.is_empty() {
            let message = words!("`days` has no day of the week", "`days` 中没有星期几");
            reader.problem(value.span(), Diagnostic::new(Code::BadSetting, message));
            return None;
        }
        return Some(days);
    };
    let (first, last) = (Weekday::parse(first.trim()), Weekday::parse(last.trim()));
    let Some((first, last)) = first.zip(last) else {
        let message = words!("`days` is no span of days of the week", "`days` 不是星期几的范围");
        let diagnostic = Diagnostic::new(Code::BadSetting, message).help(words!(
            "days = \"monday..friday\", or days = [\"monday\", \"wednesday\"]",
            "days = \"monday..friday\"，或 days = [\"monday\", \"wednesday\"]"
        ));
        reader.problem(value.span(), diagnostic);
        return None;
    };
    let length = (last.index() - first.index()).rem_euclid(7);
    let position = |n: i64| usize::try_from((first.index() + n) % 7).unwrap_or_default();
    Some((0..=length).map(|n| Weekday::ALL[position(n)].1).collect())
}

/// `09:00-18:00`
fn hours(reader: &mut Reader, value: &TomlValue) -> Option<(Time, Time)> {
    let text = reader.text("hours", value)?;
    let ends = text.split_once('-').map(|(from, to)| (from.trim(), to.trim()));
    let read = ends.and_then(|(from, to)| Some((Time::parse(from)?, Time::parse(to)?)));
    let hours = read.filter(|(from, to)| from < to);
    if hours.is_none() {
        let message = words!("`{text}` is no span of hours", "`{text}` 不是时间范围");
        let diagnostic = Diagnostic::new(Code::BadSetting, message)
            .help(words!("hours = \"09:00-18:00\"", "hours = \"09:00-18:00\""));
        reader.problem(value.span(), diagnostic);
    }
    hours
}

/// Days and spans of days.
fn periods(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<Period> {
    let texts: Vec<(Text, _)> = reader.texts_at(key, value);
    let mut periods = Vec::new();
    for (text, span) in texts {
        match parse_period(&text, Date::MIN, FiscalYear::CALENDAR) {
            Ok(period) => periods.push(period),
            Err(wrong) => {
                let example = "[\"2010-02-13..2010-02-19\", \"2010-05-01\"]";
                let help = words!("{key} = {example}", "{key} = {example}");
                reader.problem(span, Diagnostic::new(Code::BadSetting, wrong.words()).help(help));
            }
        }
    }
    periods
}

#[cfg(test)]
mod tests {
    use crate::format::read_settings::read_settings;
    use crate::model::settings::Settings;
    use crate::value::date::Date;
    use std::path::Path;

    fn read(text: &str) -> Result<Settings, Vec<String>> {
        let shown = Path::new("crm.toml");
        read_settings(text, shown)
            .map_err(|all| all.into_iter().map(|found| found.message.en().to_owned()).collect())
    }

    #[test]
    fn days_are_a_span_or_a_list_and_without_any_key_there_is_no_working_time() {
        let worked = |text: &str| {
            let time = read(&format!("[calendar]\n{text}")).unwrap().working_time.unwrap();
            (1..=7)
                .filter(|n| time.is_worked(Date::new(2010, 2, *n).unwrap()))
                .collect::<Vec<u32>>()
        };
        // 2010-02-01 is a Monday.
        assert_eq!(worked("hours = \"08:00-17:00\""), [1, 2, 3, 4, 5]);
        assert_eq!(worked("days = \"saturday..monday\""), [1, 6, 7]);
        assert_eq!(worked("days = [\"mon\", \"wed\"]"), [1, 3]);
        assert_eq!(
            worked("holidays = [\"2010-02-02..2010-02-04\"]\nworkdays = \"2010-02-03\""),
            [1, 3, 5]
        );
        assert_eq!(read("").unwrap().working_time, None);
        assert_eq!(read("[calendar.occasion.x]\ndates = 2010-01-01").unwrap().working_time, None);
    }

    #[test]
    fn what_is_no_working_time() {
        for (text, wrong) in [
            ("hours = \"18:00-09:00\"", "`18:00-09:00` is no span of hours"),
            ("hours = \"9-18\"", "`9-18` is no span of hours"),
            ("days = \"monday..fryday\"", "`days` is no span of days of the week"),
            ("days = []", "`days` has no day of the week"),
            ("days = [\"fryday\"]", "`fryday` is not a day of the week"),
        ] {
            let found = read(&format!("[calendar]\n{text}")).unwrap_err();
            assert!(found.iter().any(|message| message == wrong), "{text}: {found:?}");
        }
        assert!(read("[calendar]\nholidays = [\"2010-02-30\"]").is_err());
    }
}
