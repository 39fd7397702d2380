//! Cells of few possible values, and cells in the form that exports write.

use super::RowReader;
use crate::diag::{Words, listed};
use crate::model::buying::{BUYER_STEP_NAMES, buyer_step_named};
use crate::model::paper::{SEVERITIES, Status};
use crate::plan::import::columns::CellText;
use crate::value::money::Amount;
use crate::value::text::{Text, narrow};

impl RowReader<'_, '_> {
    /// A value in the form that exports write; `form` shows it.
    pub(super) fn as_exported<T: Default>(
        &mut self,
        field: &str,
        cell: &CellText,
        read: impl Fn(&str) -> Option<T>,
        form: &Words,
    ) -> T {
        let read = read(&cell.text);
        if read.is_none() {
            let (named, text) = (cell.named(field), &cell.text);
            let (en, zh) = (form.en(), form.zh());
            let why = words!(
                "{named} is of the form {en}, not `{text}`",
                "{named} 的写法是 {zh}，而不是 `{text}`"
            );
            self.problem(why, None);
        }
        read.unwrap_or_default()
    }

    /// The status of a paper: its name in files or its word.
    pub(super) fn status(&mut self, field: &str, cell: &CellText) -> Option<Text> {
        let known = Status::named(&cell.text);
        if known.is_none() {
            let (named, text, names) = (cell.named(field), &cell.text, listed(Status::NAMES));
            let why = words!(
                "{named} is one of {names}, not `{text}`",
                "{named} 应为 {names:#} 之一，而不是 `{text}`"
            );
            self.problem(why, None);
        }
        known.map(|status| status.name().into())
    }

    /// A step of the buyer's process: its name in files or its word.
    pub(super) fn buyer_step(&mut self, field: &str, cell: &CellText) -> Option<Text> {
        let known = buyer_step_named(&cell.text);
        if known.is_none() {
            let (named, text) = (cell.named(field), &cell.text);
            let names = listed(BUYER_STEP_NAMES);
            let why = words!(
                "{named} is one of {names}, not `{text}`",
                "{named} 应为 {names:#} 之一，而不是 `{text}`"
            );
            self.problem(why, None);
        }
        known.map(|step| BUYER_STEP_NAMES[step].into())
    }

    /// A whole number from 1 to 4.
    pub(super) fn severity(&mut self, field: &str, cell: &CellText) -> Option<u32> {
        let count = Amount::parse(&narrow(&cell.text)).ok().and_then(Amount::as_count);
        let severity = count.filter(|count| SEVERITIES.contains(count));
        if severity.is_none() {
            let (named, text) = (cell.named(field), &cell.text);
            let why = words!(
                "{named} is 1, the worst, to 4, not `{text}`",
                "{named} 应为 1（最重）到 4，而不是 `{text}`"
            );
            self.problem(why, None);
        }
        severity
    }

    /// A whole number.
    pub(super) fn count(&mut self, field: &str, cell: &CellText) -> Option<u32> {
        let count = self.score(field, cell)?.as_count();
        if count.is_none() {
            let (named, text) = (cell.named(field), &cell.text);
            let why = words!(
                "{named} is a whole number, not `{text}`",
                "{named} 应为整数，而不是 `{text}`"
            );
            self.problem(why, None);
        }
        count
    }
}
