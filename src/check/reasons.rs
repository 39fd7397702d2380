//! Reasons without words, and reasons and sources one letter off a known one.
//!
//! Why: a rule that is forced without a reason is a rule less; `prcie` is a row of its own in every report.
//! Mend: nothing in the file, whose history stays; the next entry says why, and the settings name what is usual.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::rules::entry::{empty_reasons, nearly_known_reason, nearly_known_source};
use crate::rules::replay::standing;

pub(super) const CHECK: Check = Check { codes: &[Code::EmptyReason, Code::NearMiss], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let settings = subject.settings;
    for event in standing(&subject.record.prospect.events, subject.as_of) {
        let flaws = empty_reasons(event).into_iter().chain(nearly_known_reason(event, settings));
        found.extend(flaws.map(|flaw| subject.flaw(flaw)));
    }
    let source = nearly_known_source(&subject.record.prospect, settings);
    found.extend(source.map(|what| what.at(subject.fact("source"))));
}
