//! Moves and owners that were forced, and opening positions: allowed, and never out of sight.
//!
//! Why: a hidden exception becomes the rule.
//! Mend: nothing; they stay listed.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::kind::EventKind;
use crate::rules::replay::standing;

pub(super) const CHECK: Check = Check { codes: &[Code::Forced, Code::Imported], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    for event in standing(&subject.record.prospect.events, subject.as_of) {
        let stage = event.stage.as_deref().unwrap_or("");
        if let Some(why) = &event.forced {
            let message = match (stage, event.owner.as_deref()) {
                ("", Some(owner)) => {
                    words!("given to `{owner}` by force: {why}", "破例归 `{owner}`：{why}")
                }
                ("", None) => words!("an entry was forced: {why}", "破例记录：{why}"),
                _ => words!(
                    "the move to `{stage}` was forced: {why}",
                    "移至 `{stage}` 属破例：{why}"
                ),
            };
            found.push(Diagnostic::new(Code::Forced, message).at(subject.event(event, "forced")));
        }
        if event.kind == EventKind::Imported {
            let message = match stage {
                "" => words!("an imported entry", "导入的记录"),
                stage => words!(
                    "an opening position at `{stage}`: evidence counts as given",
                    "期初位于 `{stage}`：证据视为已具备"
                ),
            };
            found.push(Diagnostic::new(Code::Imported, message).at(subject.event(event, "kind")));
        }
    }
}
