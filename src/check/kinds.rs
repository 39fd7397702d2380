//! Kinds of event that are not known. They are kept and count as notes.
//!
//! Why: a mistyped `meetign` is no meeting.
//! Mend: the nearest name; or define the kind in `crm.toml`: `[kind.lunch]`.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};

pub(super) const CHECK: Check = Check { codes: &[Code::UnknownKind], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let kinds = &subject.settings.kinds;
    for event in &subject.record.prospect.events {
        if !kinds.contains(&event.kind) {
            found.push(
                Diagnostic::new(
                    Code::UnknownKind,
                    words!(
                        "unknown kind of event `{}`; it counts as a note",
                        "未知的记录类型 `{}`；按备注处理",
                        event.kind
                    ),
                )
                .at(subject.event(event, "kind"))
                .nearest(&event.kind, kinds.names()),
            );
        }
    }
}
