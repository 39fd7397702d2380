//! Reading calendars: each meeting that has been is a row that finds its prospects by the addresses of those who
//! took part. The other home of `calcard`, which also unfolds series.

use super::{left_out, moment};
use crate::diag::{Code, Diagnostic, Place, Words};
use crate::model::mapping::{FIND, Form};
use crate::model::rows::{LeftOut, SourceCell, SourceRow, SourceRows};
use crate::value::date::{Date, Moment, Time};
use crate::value::text::Text;
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

/// The most series of a calendar: one whose rule fits no day costs as much as a thousand others.
const MAX_SERIES: usize = 2_000;

/// Reads the meetings of a calendar up to the day that the form names. Moments of other time zones are those of the
/// form's zone; without one, and where the file names no zone that is known, as they are written.
///
/// # Errors
/// Fails if the calendar is not closed, has 100,000 meetings or more, or more than 2,000 series.
pub fn parse_calendar(text: &str, form: &Form, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let mut rows = SourceRows {
        header: COLUMNS.into_iter().map(Into::into).collect(),
        ..SourceRows::default()
    };
    let last_line = text.trim_end().lines().next_back().unwrap_or_default().trim();
    if !last_line.eq_ignore_ascii_case("END:VCALENDAR") {
        let message = words!("the calendar is not closed", "日历没有结束");
        return Err(Diagnostic::new(Code::BadRow, message).at(Place::file(shown)).help(words!(
            "a calendar ends with a line END:VCALENDAR; export the file again",
            "日历应以 END:VCALENDAR 一行结束；请重新导出该文件"
        )));
    }
    let mut counts = Counts::default();
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    let mut parser = Parser::new(text);
    loop {
        match parser.entry() {
            Entry::ICalendar(mut calendar) => {
                let last = form.today.unwrap_or(Date::MAX);
                prepare(&mut calendar, last, &mut counts);
                let meetings =
                    calendar.components.iter().filter(|part| part.component_type.is_event());
                if meetings.filter(|meeting| meeting.is_recurrent()).count() > MAX_SERIES {
                    let message = words!(
                        "the calendar has more than 2,000 series",
                        "日历中的重复会议超过 2,000 个"
                    );
                    return Err(too_large(message, shown));
                }
                let series = calendar.expand_dates(Tz::Floating, MAX_MEETINGS);
                if series.events.len() >= MAX_MEETINGS {
                    let message = words!(
                        "the calendar has 100,000 meetings or more",
                        "日历中的会议达到或超过 100,000 次"
                    );
                    return Err(too_large(message, shown));
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
                    let seconds = match event.start.timezone().is_floating() {
                        false => Some(event.start.timestamp()),
                        // A series in UTC comes unfolded without its zone.
                        true => ahead(meeting).map(|ahead| event.start.timestamp() - ahead),
                    };
                    let there = seconds.and_then(|seconds| moment(seconds, form.zone.as_ref()));
                    let at = if at.time.is_some() { there.unwrap_or(at) } else { at };
                    if at.date > last {
                        counts.to_come += 1;
                    } else if seen.insert((meeting.uid().map(str::to_owned), at)) {
                        let uid: Text = meeting.uid().unwrap_or_default().into();
                        found.push((row(meeting, at), uid));
                    }
                }
            }
            Entry::TooManyComponents => {
                let message = words!("the calendar has too many parts", "日历的内容过多");
                return Err(too_large(message, shown));
            }
            Entry::Eof => break,
            _ => {}
        }
    }
    found.sort_by(|(a, _), (b, _)| {
        let of = |row: &SourceRow| (row.cells[2].text.clone(), row.cells[3].text.clone());
        of(a).cmp(&of(b))
    });
    for (line, (row, uid)) in (1..).zip(found) {
        rows.rows.push(SourceRow { line, ..row });
        if !uid.is_empty() {
            rows.uids.insert(line, uid);
        }
    }
    rows.left_out = counts.left_out();
    Ok(rows)
}

fn too_large(message: Words, shown: &Path) -> Diagnostic {
    Diagnostic::new(Code::TooLarge, message)
        .at(Place::file(shown))
        .help(words!("export fewer years", "请导出较短的时间段"))
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
    fn left_out(&self) -> Vec<LeftOut> {
        left_out([
            (
                self.to_come,
                [
                    "meeting or series is still to come, and left out",
                    "meetings or series are still to come, and left out",
                ],
                "个会议或重复会议尚未到期，未导入",
            ),
            (
                self.cancelled,
                ["meeting is cancelled, and left out", "meetings are cancelled, and left out"],
                "个会议已取消，未导入",
            ),
            (
                self.series,
                [
                    "series repeats within a day: its first meeting alone is read",
                    "series repeat within a day: their first meetings alone are read",
                ],
                "个会议在一天内重复，只读入第一次",
            ),
            (
                self.others,
                ["task or journal is left out", "tasks or journals are left out"],
                "个任务或日志未导入",
            ),
            (
                self.unreadable,
                [
                    "meeting has no day that can be read, and is left out",
                    "meetings have no day that can be read, and are left out",
                ],
                "个会议的日期无法读取，未导入",
            ),
        ])
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
                    if rule.count.is_none() && until.is_none_or(|until| until > last) {
                        rule.until = u16::try_from(last.year()).ok().map(|year| PartialDateTime {
                            year: Some(year),
                            month: u8::try_from(last.month()).ok(),
                            day: u8::try_from(last.day()).ok(),
                            hour: Some(23),
                            minute: Some(59),
                            second: Some(59),
                            ..PartialDateTime::default()
                        });
                        counts.to_come += usize::from(!ignored);
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

/// How many seconds the clock that a meeting's start names is ahead of UTC, if it names one by its distance.
fn ahead(meeting: &ICalendarComponent) -> Option<i64> {
    let start = meeting.property(&ICalendarProperty::Dtstart)?.values.first()?;
    let start = start.as_partial_date_time().filter(|start| start.has_zone())?;
    let seconds = i64::from(start.tz_hour?) * 3600 + i64::from(start.tz_minute.unwrap_or(0)) * 60;
    Some(if start.tz_minus { -seconds } else { seconds })
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
fn row(meeting: &ICalendarComponent, at: Moment) -> SourceRow {
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
        line: 0,
        cells: cells.map(|cell| SourceCell::written(clean(&cell))).into(),
        unclosed: false,
    }
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::zone::Zone;

    /// The meetings up to 18 December 2009, as `date time note`, and what is said of the others.
    fn read(zone: Option<&str>, events: &str) -> (Vec<String>, Vec<String>) {
        let form = Form {
            zone: zone.and_then(Zone::parse),
            today: Date::parse("2009-12-18"),
            ..Form::default()
        };
        let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}\nEND:VCALENDAR\n");
        let rows = parse_calendar(&text, &form, Path::new("x.ics")).unwrap();
        let shown = |row: &SourceRow| {
            let cells: Vec<&str> = row.cells[2..].iter().map(|cell| &*cell.text).collect();
            cells.join(" ")
        };
        let said = rows.left_out.iter().map(|left| left.words().en().to_owned());
        (rows.rows.iter().map(shown).collect(), said.collect())
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\nUID:1\nSUMMARY:S\n{lines}\nEND:VEVENT\n")
    }

    #[test]
    fn a_moment_is_that_of_the_ledger() {
        let zone = Some("Asia/Shanghai");
        let one = |zone, lines: &str| read(zone, &event(lines)).0.join("|");
        assert_eq!(one(zone, "DTSTART:20091217T200000Z"), "2009-12-18 04:00:00 S");
        assert_eq!(one(None, "DTSTART:20091217T200000Z"), "2009-12-17 20:00:00 S");
        assert_eq!(
            one(zone, "DTSTART;TZID=Europe/Berlin:20091217T090000"),
            "2009-12-17 16:00:00 S"
        );
        assert_eq!(
            one(None, "DTSTART;TZID=Europe/Berlin:20091217T090000"),
            "2009-12-17 09:00:00 S"
        );
        assert_eq!(one(zone, "DTSTART:20091217T090000"), "2009-12-17 09:00:00 S");
        assert_eq!(one(zone, "DTSTART;TZID=Nowhere:20091217T090000"), "2009-12-17 09:00:00 S");
        // A day is a day in every zone.
        assert_eq!(
            one(zone, "DTSTART;VALUE=DATE:20091217\nLOCATION:Room 1"),
            "2009-12-17  S (Room 1)"
        );
    }

    #[test]
    fn the_as_of_day_is_the_last() {
        let one = |lines: &str| read(Some("Asia/Shanghai"), &event(lines));
        assert_eq!(one("DTSTART:20091218T235959").0.len(), 1);
        assert_eq!(one("DTSTART:20091218T155959Z").0.len(), 1);
        for later in ["DTSTART:20091219T000000", "DTSTART:20091218T160000Z", "DTSTART:20300101"] {
            let (meetings, said) = one(later);
            assert!(meetings.is_empty(), "{meetings:?}");
            assert_eq!(said, ["1 meeting or series is still to come, and left out"], "{later}");
        }
    }

    #[test]
    fn a_series_is_unfolded_to_the_day() {
        let (meetings, said) = read(
            None,
            &event("DTSTART:20091204T090000\nRRULE:FREQ=WEEKLY\nEXDATE:20091211T090000"),
        );
        assert_eq!(meetings, ["2009-12-04 09:00:00 S", "2009-12-18 09:00:00 S"]);
        assert_eq!(said, ["1 meeting or series is still to come, and left out"]);
        // In UTC, and in a zone whose summer time begins meanwhile.
        let zone = Some("Asia/Shanghai");
        let series = "DTSTART:20091217T200000Z\nRRULE:FREQ=DAILY;COUNT=1";
        assert_eq!(read(zone, &event(series)).0, ["2009-12-18 04:00:00 S"]);
        let series = "DTSTART;TZID=Europe/Berlin:20090328T090000\nRRULE:FREQ=DAILY;COUNT=2";
        let (meetings, _) = read(zone, &event(series));
        assert_eq!(meetings, ["2009-03-28 16:00:00 S", "2009-03-29 15:00:00 S"]);
        // One of it was moved, and one cancelled.
        let series = event("DTSTART:20091216T090000\nRRULE:FREQ=DAILY;COUNT=3");
        let moved = event("RECURRENCE-ID:20091217T090000\nDTSTART:20091217T100000");
        let cancelled =
            event("RECURRENCE-ID:20091218T090000\nDTSTART:20091218T090000\nSTATUS:CANCELLED");
        let (meetings, said) = read(None, &[series, moved, cancelled].concat());
        assert_eq!(meetings, ["2009-12-16 09:00:00 S", "2009-12-17 10:00:00 S"]);
        assert_eq!(said, ["1 meeting is cancelled, and left out"]);
        let (meetings, said) = read(None, &event("DTSTART:20091201T090000\nRRULE:FREQ=SECONDLY"));
        assert_eq!(meetings, ["2009-12-01 09:00:00 S"]);
        assert!(
            said.contains(&"1 series repeats within a day: its first meeting alone is read".into())
        );
    }

    #[test]
    fn what_is_no_meeting() {
        let (meetings, said) = read(
            None,
            &(event("DTSTART:20091201T090000\nSTATUS:CANCELLED")
                + &event("SUMMARY:no day")
                + "BEGIN:VTODO\nUID:2\nSUMMARY:do\nEND:VTODO\n"),
        );
        assert_eq!(meetings, [""; 0]);
        assert_eq!(
            said,
            [
                "1 meeting is cancelled, and left out",
                "1 task or journal is left out",
                "1 meeting has no day that can be read, and is left out",
            ]
        );
        let open = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\n";
        assert!(parse_calendar(open, &Form::default(), Path::new("x")).is_err());
    }

    #[test]
    fn too_many_meetings_are_refused() {
        let days = |count: &str| {
            let text = format!(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:15000101T090000\n\
                 RRULE:FREQ=DAILY;COUNT={count}\nEND:VEVENT\nEND:VCALENDAR\n"
            );
            parse_calendar(&text, &Form::default(), Path::new("x")).map(|rows| rows.rows.len())
        };
        let series = |count: usize| {
            let series = event("DTSTART:20091217T090000\nRRULE:FREQ=DAILY;COUNT=1").repeat(count);
            let text = format!("BEGIN:VCALENDAR\n{series}END:VCALENDAR\n");
            parse_calendar(&text, &Form::default(), Path::new("x"))
        };
        assert!(series(MAX_SERIES).is_ok());
        assert_eq!(series(MAX_SERIES + 1).unwrap_err().code, Code::TooLarge);
        assert_eq!(days("99999").unwrap(), 99_999);
        assert_eq!(days("100000").unwrap_err().code, Code::TooLarge);
    }
}
