//! Entries of the future, and times that contradict the order of a day's entries.
//!
//! Why: an entry says what happened; one dated tomorrow is a slip, and no report of today sees it. The
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
                format!("the event is dated {}, after {}", event.date(), subject.as_of),
            )
            .at(subject.entry(event))
            .help("what is agreed for later is a `next`, not an event"),
        );
    }
    // The last entry so far that names a time; entries between that name none say nothing.
    let mut timed: Option<&Event> = None;
    for after in events.iter().filter(|event| event.time.is_some()) {
        if let Some(before) = timed.filter(|before| before.date() == after.date())
            && after.time < before.time
        {
            found.push(
                Diagnostic::new(
                    Code::TimeOrder,
                    format!("`{}` comes after `{}` but its time is earlier", after.key, before.key),
                )
                .at(subject.event(after, "time"))
                .help(
                    "number a day's entries in the order in which they happened: 2009-12-03-1, -2",
                ),
            );
        }
        timed = Some(after);
    }
}
