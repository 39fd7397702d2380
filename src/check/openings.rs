//! Accounts that were opened twice, or after their first entry.
//!
//! Why: a merge of two files of one id makes one prospect of two people.
//! Mend: one person: retract the later opening; two people: a file for each, with an id of its own.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::rules::entry::openings;
use crate::rules::replay::standing;

pub(super) const CHECK: Check = Check { codes: &[Code::TwoOpenings, Code::BeforeOpening], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let standing: Vec<&Event> = standing(&subject.record.prospect.events, subject.as_of).collect();
    found.extend(openings(&standing).into_iter().map(|flaw| subject.flaw(flaw)));
}
