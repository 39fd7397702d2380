//! Reading calendars: each meeting that has been is a row that finds its prospects by the addresses of those who
//! took part. The other home of `calcard`, which also unfolds series.

use super::{counted_words, moment};
use crate::diag::{Code, Diagnostic, Place, Words};
use crate::model::mapping::{FIND, Form};
use crate::model::rows::{SourceCell, SourceRow, SourceRows};
use crate::value::date::{Date, Moment, Time};
use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarFrequency, ICalendarProperty,
    ICalendarStatus, ICalendarValue,
};
use calcard::{Entry, Parser};
use std::collections::HashSet;
use std::path::Path;

/// The columns of a meeting's row.
const COLUMNS: [&str; 5] = [FIND, "kind", "date", "time", "note"];

/// A calendar has fewer meetings, those of its series included.
const MAX_MEETINGS: usize = 100_000;

/// Reads the meetings of a calendar up to the day that the form names. Moments of other time zones are those of the
/// form's zone; without one, and where the file names no zone that is known, as they are written.
///
/// # Errors
/// Fails if the calendar is not closed, or has 100,000 meetings or more.
pub fn parse_calendar(text: &str, form: &Form, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let mut rows = SourceRows {
        header: COLUMNS.into_iter().map(Into::into).collect(),
        ..SourceRows::default()
    };
    let mut counts = Counts::default();
    let mut seen = HashSet::new();
    let mut parser = Parser::new(text).strict();
    loop {
        match parser.entry() {
            Entry::ICalendar(mut calendar) => {
                let last = form.today.unwrap_or(Date::MAX);
                prepare(&mut calendar, last, &mut counts);
                let series = calendar.expand_dates(Tz::Floating, MAX_MEETINGS);
                if series.events.len() >= MAX_MEETINGS {
                    let message = words!(
                        "the calendar has 100,000 meetings or more",
                        "日历中的会议达到或超过 100,000 次"
                    );
                    return Err(Diagnostic::new(Code::TooLarge, message)
                        .at(Place::file(shown))
                        .help(words!("export fewer years", "请导出较短的时间段")));
                }
                counts.unreadable += series.errors.len();
                for event in series.events {
                    let Some(meeting) = calendar.component_by_id(event.comp_id) else { continue };
                    if meeting.status() == Some(&ICalendarStatus::Cancelled) {
                        continue;
                    }
                    let Some(at) = start(&event.start.naive_local().to_string(), meeting) else {
                        counts.unreadable += 1;
                        continue;
                    };
                    let floats = event.start.timezone().is_floating();
                    let at = match at.time {
                        Some(_) if !floats => {
                            moment(event.start.timestamp(), form.zone.as_ref()).unwrap_or(at)
                        }
                        _ => at,
                    };
                    if at.date > last {
                        counts.to_come += 1;
                    } else if seen.insert((meeting.uid().map(str::to_owned), at)) {
                        rows.rows.push(row(rows.rows.len(), meeting, at));
                    }
                }
            }
            Entry::UnterminatedComponent(_) | Entry::UnexpectedComponentEnd { .. } => {
                let message = words!("the calendar is not closed", "日历没有结束");
                return Err(Diagnostic::new(Code::BadRow, message).at(Place::file(shown)).help(
                    words!(
                        "a calendar ends with a line END:VCALENDAR; export the file again",
                        "日历应以 END:VCALENDAR 一行结束；请重新导出该文件"
                    ),
                ));
            }
            Entry::TooManyComponents => {
                let message = words!("the calendar has too many parts", "日历的内容过多");
                return Err(Diagnostic::new(Code::TooLarge, message).at(Place::file(shown)));
            }
            Entry::Eof => break,
            _ => {}
        }
    }
    rows.rows.sort_by(|a, b| {
        let of = |row: &SourceRow| (row.cells[2].text.clone(), row.cells[3].text.clone());
        of(a).cmp(&of(b))
    });
    (1..).zip(&mut rows.rows).for_each(|(number, row)| row.line = number);
    rows.left_out = counts.words();
    Ok(rows)
}

/// What a calendar has beside meetings that have been, in numbers.
#[derive(Default)]
struct Counts {
    to_come: usize,
    cancelled: usize,
    /// Series by the hour or shorter.
    series: usize,
    others: usize,
    unreadable: usize,
}

impl Counts {
    fn words(&self) -> Vec<Words> {
        let counts = [
            counted_words(
                self.to_come,
                [
                    "meeting or series is still to come, and left out",
                    "meetings or series are still to come, and left out",
                ],
                "个会议或重复会议尚未到期，未导入",
            ),
            counted_words(
                self.cancelled,
                ["meeting is cancelled, and left out", "meetings are cancelled, and left out"],
                "个会议已取消，未导入",
            ),
            counted_words(
                self.series,
                [
                    "series repeats within a day: its first meeting alone is read",
                    "series repeat within a day: their first meetings alone are read",
                ],
                "个会议在一天内重复，只读入第一次",
            ),
            counted_words(
                self.others,
                ["task or journal is left out", "tasks or journals are left out"],
                "个任务或日志未导入",
            ),
            counted_words(
                self.unreadable,
                [
                    "meeting has no day that can be read, and is left out",
                    "meetings have no day that can be read, and are left out",
                ],
                "个会议的日期无法读取，未导入",
            ),
        ];
        counts.into_iter().flatten().collect()
    }
}

/// Leaves in a calendar the meetings that begin by the day, and ends their series there.
fn prepare(calendar: &mut ICalendar, last: Date, counts: &mut Counts) {
    for meeting in &mut calendar.components {
        let ignored = match meeting.component_type {
            ICalendarComponentType::VEvent => {
                let begins = meeting
                    .property(&ICalendarProperty::Dtstart)
                    .and_then(|start| start.values.first())
                    .and_then(ICalendarValue::as_partial_date_time)
                    .and_then(day);
                // A moment of another zone may be of the day before.
                let to_come = begins.is_some_and(|begins| begins > last.plus(1));
                let cancelled = meeting.status() == Some(&ICalendarStatus::Cancelled);
                counts.to_come += usize::from(to_come && !cancelled);
                counts.cancelled += usize::from(cancelled);
                // What moves or cancels one meeting of a series is needed to leave that one out.
                (to_come || cancelled) && !meeting.is_recurrence_override()
            }
            ICalendarComponentType::VTodo | ICalendarComponentType::VJournal => {
                counts.others += 1;
                true
            }
            _ => true,
        };
        let zone = meeting.component_type == ICalendarComponentType::VTimezone;
        if ignored && !zone {
            meeting.component_type = ICalendarComponentType::Other(String::new());
        }
        let mut within_a_day = false;
        for entry in &mut meeting.entries {
            for value in &mut entry.values {
                if let ICalendarValue::RecurrenceRule(rule) = value {
                    within_a_day |= rule.freq > ICalendarFrequency::Daily;
                    let until = rule.until.as_ref().and_then(day);
                    if until.is_none_or(|until| until > last) {
                        rule.until = u16::try_from(last.year()).ok().map(|year| PartialDateTime {
                            year: Some(year),
                            month: u8::try_from(last.month()).ok(),
                            day: u8::try_from(last.day()).ok(),
                            hour: Some(23),
                            minute: Some(59),
                            second: Some(59),
                            ..PartialDateTime::default()
                        });
                        counts.to_come += usize::from(!ignored && rule.count.is_none());
                    }
                }
            }
        }
        if within_a_day {
            counts.series += usize::from(!ignored);
            meeting.entries.retain(|entry| entry.name != ICalendarProperty::Rrule);
        }
    }
}

fn day(at: &PartialDateTime) -> Option<Date> {
    Date::new(at.year?.into(), at.month?.into(), at.day?.into())
}

/// The moment of a meeting, from `2009-12-18 14:00:00`; of one that lasts all day, its day.
fn start(local: &str, meeting: &ICalendarComponent) -> Option<Moment> {
    let (date, time) = local.split_once(' ')?;
    let stated = meeting.property(&ICalendarProperty::Dtstart)?.values.first()?;
    let timed = stated.as_partial_date_time()?.has_time();
    let time = if timed { Time::parse(time) } else { None };
    Some(Moment { date: Date::parse(date)?, time })
}

/// A meeting as a row.
fn row(number: usize, meeting: &ICalendarComponent, at: Moment) -> SourceRow {
    let text = |of: &ICalendarProperty| {
        let text = meeting.property(of).and_then(|entry| entry.values.first()?.as_text());
        text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let people = meeting.entries.iter().filter(|entry| {
        matches!(entry.name, ICalendarProperty::Organizer | ICalendarProperty::Attendee)
    });
    let people: Vec<&str> = people.filter_map(|entry| entry.calendar_address()).collect();
    let (summary, place) = (text(&ICalendarProperty::Summary), text(&ICalendarProperty::Location));
    let note = match place.is_empty() {
        true => summary,
        false => format!("{summary} ({place})"),
    };
    let time = at.time.map(|time| time.to_string()).unwrap_or_default();
    let cells = [people.join(" "), "meeting".into(), at.date.to_string(), time, note];
    SourceRow {
        line: number as u64 + 1,
        cells: cells.map(|cell| SourceCell::written(clean(&cell))).into(),
        unclosed: false,
    }
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}
