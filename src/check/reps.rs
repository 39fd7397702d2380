//! Owners, helpers and signatures that the settings do not list.
//!
//! Why: a prospect of an unknown owner is on no rep's sheet.
//! Mend: correct the id, or add a `[[rep]]`. A ledger that lists no reps at all accepts any name.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic, Severity};

pub(super) const CHECK: Check = Check { codes: &[Code::UnknownRep], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let settings = subject.settings;
    if settings.reps.is_empty() {
        return;
    }
    let reps = || settings.reps.iter().map(|rep| &*rep.id);
    for event in &subject.record.prospect.events {
        let owner = event.owner.as_deref().filter(|owner| !owner.is_empty());
        let helpers = event.serves.iter().map(|(_, rep)| ("serves", Some(&**rep)));
        let named = [("owner", owner), ("by", event.by.as_deref())].into_iter().chain(helpers);
        for (field, id) in named {
            let unknown = |id: &&str| !id.is_empty() && settings.rep(id).is_none();
            let Some(id) = id.filter(unknown) else { continue };
            let diagnostic =
                Diagnostic::new(Code::UnknownRep, words!("no rep `{id}`", "没有业务员 `{id}`"))
                    .at(subject.event(event, field))
                    .nearest(id, reps());
            // A signature may be that of an assistant, or of a manager from before the ledger.
            let severity = if field == "by" { Severity::Info } else { Severity::Error };
            found.push(Diagnostic { severity, ..diagnostic });
        }
    }
}
