//! Next steps and signing dates before the day of their own entry.
//!
//! Why: in January a date is typed with the year before, and `crm due` shows it as missed for a year.
//! Mend: an entry with the right date.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::rules::entry::past_dates;
use crate::rules::replay::standing;

pub(super) const CHECK: Check = Check { codes: &[Code::PastDate], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let standing = standing(&subject.record.prospect.events, subject.as_of);
    found.extend(standing.flat_map(past_dates).map(|flaw| subject.flaw(flaw)));
}
