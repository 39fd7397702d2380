//! Facts that cannot be right: an unknown pipeline, control characters in a name.
//!
//! Why: a prospect on an unknown board is read on the first one, which is seldom what was meant; control
//! characters come from a paste and make names that cannot be found again.
//! Mend: name a pipeline of `crm.toml`; type the name again.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};

pub(super) const CHECK: Check =
    Check { codes: &[Code::UnknownPipeline, Code::ControlCharacter, Code::NoEvents], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let prospect = &subject.record.prospect;
    if let Some(pipeline) = &prospect.pipeline
        && subject.settings.pipeline(Some(pipeline)).is_none()
    {
        found.push(
            Diagnostic::new(Code::UnknownPipeline, format!("no pipeline `{pipeline}`"))
                .at(subject.fact("pipeline"))
                .nearest(pipeline, subject.settings.pipelines.iter().map(|p| &*p.id)),
        );
    }
    for fact in ["name", "company"] {
        if prospect.fact(fact).is_some_and(|text| text.chars().any(char::is_control)) {
            found.push(
                Diagnostic::new(Code::ControlCharacter, format!("`{fact}` has control characters"))
                    .at(subject.fact(fact))
                    .help("type it again: they come from a paste and are not shown"),
            );
        }
    }
    if prospect.events.is_empty() {
        found.push(
            Diagnostic::new(Code::NoEvents, "the prospect has no events")
                .at(subject.file())
                .help(format!("open the account: crm log {} opened --owner REP", prospect.id)),
        );
    }
}
