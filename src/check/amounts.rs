//! Payments and refunds without an amount.
//!
//! Why: money that came in counts in no report.
//! Mend: `crm undo ID EVENT`, and the entry again with its amount.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::rules::entry::missing_amount;
use crate::rules::replay::standing;

pub(super) const CHECK: Check = Check { codes: &[Code::MissingAmount], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let standing = standing(&subject.record.prospect.events, subject.as_of);
    found.extend(standing.flat_map(missing_amount).map(|flaw| subject.flaw(flaw)));
}
