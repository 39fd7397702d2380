//! Entries of the future, and times that contradict the order of a day's entries.
//!
//! Why: an entry says what happened; one dated tomorrow is a slip, and no report of today sees it. The
//! order of a day is that of the keys' numbers; the time only informs.
//! Mend: correct the date; give the day's entries numbers in the order in which they happened.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};

pub(super) const CHECK: Check = Check { codes: &[Code::FutureEvent, Code::TimeOrder], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let events = &subject.record.prospect.events;
    for event in events.iter().filter(|event| event.date() > subject.as_of) {
        found.push(
            Diagnostic::new(
                Code::FutureEvent,
                format!("the event is dated {}, after {}", event.date(), subject.as_of),
            )
            .at(subject.event(event, "kind"))
            .help("what is agreed for later is a `next`, not an event"),
        );
    }
    for pair in events.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let contradicts = before.date() == after.date()
            && matches!((before.time, after.time), (Some(first), Some(second)) if second < first);
        if contradicts {
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
    }
}
