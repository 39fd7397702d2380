//! Answers to surveys outside of their scale.
//!
//! Why: one 11 of 10 moves every mean of satisfaction.
//! Mend: `crm undo ID EVENT`, and the answer as it was given.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::rules::entry::bad_score;
use crate::rules::replay::standing;

pub(super) const CHECK: Check = Check { codes: &[Code::BadScore], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let standing = standing(&subject.record.prospect.events, subject.as_of);
    found.extend(standing.flat_map(bad_score).map(|flaw| subject.flaw(flaw)));
}
