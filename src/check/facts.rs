//! Facts that cannot be right: an unknown pipeline, control characters in a name.
//!
//! Why: a prospect on an unknown board is read on the first one, which is seldom the one meant; control
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
            Diagnostic::new(
                Code::UnknownPipeline,
                words!("no pipeline `{pipeline}`", "没有看板 `{pipeline}`"),
            )
            .at(subject.fact("pipeline"))
            .nearest(pipeline, subject.settings.pipelines.iter().map(|p| &*p.id)),
        );
    }
    for fact in ["name", "company"] {
        if prospect.fact(fact).is_some_and(|text| text.chars().any(char::is_control)) {
            found.push(
                Diagnostic::new(
                    Code::ControlCharacter,
                    words!("`{fact}` has control characters", "`{fact}` 含有控制字符"),
                )
                .at(subject.fact(fact))
                .help(words!(
                    "type it again: they come from a paste and are not shown",
                    "请重新键入：这些字符多由粘贴带入，不会显示"
                )),
            );
        }
    }
    if prospect.events.is_empty() {
        found.push(
            Diagnostic::new(Code::NoEvents, words!("the file has no events", "该文件没有任何记录"))
                .at(subject.file())
                .help(words!(
                    "open the account: crm log {} opened --owner REP",
                    "请建档：crm log {} opened --owner 业务员",
                    prospect.id
                )),
        );
    }
}
