//! Entries of the future, and times that contradict the order of a day's entries.
//!
//! Why: an entry records a past event; one dated tomorrow is a mistake, and no report of today sees it. The
//! order of a day is that of the keys' numbers; the time only informs.
//! Mend: correct the date; give the day's entries numbers in the order in which they happened.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;

pub(super) const CHECK: Check = Check { codes: &[Code::FutureEvent, Code::TimeOrder], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let events = &subject.record.prospect.events;
    for event in events.iter().filter(|event| event.date() > subject.as_of) {
        found.push(
            Diagnostic::new(
                Code::FutureEvent,
                words!(
                    "the event is dated {}, after {}",
                    "记录日期为{}，晚于{}",
                    event.date(),
                    subject.as_of
                ),
            )
            .at(subject.entry(event))
            .help(words!(
                "what is agreed for later is a `next`, not an event",
                "约定在以后的事应写 `next`，不要另写记录"
            )),
        );
    }
    // The last entry so far that has a time; entries without a time are skipped.
    let mut timed: Option<&Event> = None;
    for after in events.iter().filter(|event| event.time.is_some()) {
        if let Some(before) = timed.filter(|before| before.date() == after.date())
            && after.time < before.time
        {
            found.push(
                Diagnostic::new(
                    Code::TimeOrder,
                    words!(
                        "`{}` comes after `{}` but its time is earlier",
                        "`{}` 排在 `{}` 之后，时间却更早",
                        after.key,
                        before.key
                    ),
                )
                .at(subject.event(after, "time"))
                .help(words!(
                    "number a day's entries in the order in which they happened: 2009-12-03-1, -2",
                    "同一天的记录请按发生的先后编号：2009-12-03-1、-2"
                )),
            );
        }
        timed = Some(after);
    }
}
