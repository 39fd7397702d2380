//! Entries of a project that name a column or a person that is not there.
//!
//! Why: a milestone of a mistyped column is never reached and never overdue; a meeting with a mistyped person met nobody,
//! and the decider counts as not met.
//! Mend: the nearest name; or add the person: `crm contact add ID NAME`.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic, Spot};
use crate::model::pipeline::Outcome;
use crate::rules::replay::standing;
use crate::value::shell::word;

pub(super) const CHECK: Check =
    Check { codes: &[Code::UnknownMilestone, Code::UnknownPerson], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    milestones(subject, found);
    people(subject, found);
}

/// Columns that are planned and that the board does not have; a way out cannot be planned.
fn milestones(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let pipeline = subject.record.pipeline(subject.settings);
    let columns = || pipeline.stages.iter().filter(|stage| stage.outcome != Outcome::Lost);
    for event in standing(&subject.record.prospect.events, subject.as_of) {
        for (id, _) in &event.details().milestones {
            if columns().any(|stage| stage.id == *id) {
                continue;
            }
            let board = &pipeline.id;
            let message = words!(
                "a milestone of `{id}`, which is no column of `{board}` to be reached",
                "里程碑 `{id}` 不是看板 `{board}` 中要达到的栏"
            );
            let diagnostic = Diagnostic::new(Code::UnknownMilestone, message)
                .at(subject.event(event, "milestones"))
                .nearest(id, columns().map(|stage| &*stage.id));
            found.push(diagnostic);
        }
    }
}

/// Names in `with` that no contact has. The people of a prospect with an account may be in the customer's file.
fn people(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let prospect = &subject.record.prospect;
    if prospect.account.is_some() {
        return;
    }
    for event in standing(&prospect.events, subject.as_of) {
        for name in &event.details().with {
            let known = prospect.contacts.iter().any(|contact| contact.is_called(name));
            if known || prospect.name == *name {
                continue;
            }
            let spot = Spot::Item(event.key.text.to_string(), "with", name.to_string());
            let (id, typed) = (&prospect.id, word(name));
            let message = words!(
                "`{name}` took part, but no contact has that name",
                "参加人 `{name}` 不在联系人中"
            );
            let diagnostic = Diagnostic::new(Code::UnknownPerson, message)
                .at(subject.file().at(spot))
                .nearest(name, prospect.contacts.iter().map(|contact| &*contact.name))
                .help(words!(
                    "a person of a new name: crm contact add {id} {typed}",
                    "如是新的联系人：crm contact add {id} {typed}"
                ));
            found.push(diagnostic);
        }
    }
}
