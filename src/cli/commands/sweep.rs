//! `crm sweep`: prospects past the sales cycle; with `--apply` they fall back.

use super::report::SelectionArgs;
use crate::act::sweep::{falls, sheet};
use crate::cli::apply::Apply;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::plan::sweep::sweep;
use clap::Args;

/// Prospects past the sales cycle; with --apply they fall back to the first column
///
/// 超过销售周期的潜在客户；用 --apply 退回首栏
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm sweep\n  crm sweep --apply --format csv > swept.csv\n\n\
    A prospect that has signed or paid is listed without a column to fall to, and is never swept: a person decides.\n\n\
    已签约或已付款的潜在客户会列出，但没有退回的栏，也绝不会被退回：由人决定。")]
pub struct Sweep {
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    apply: Apply,
}

impl Sweep {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = self.apply.session(self.apply.apply, context)?;
        let request = self.selection.request(context)?;
        let book = context.book_for(&request, false)?;
        let overdue = context.reading(&book, || sweep(&book, &request.query))?;
        let falls = falls(&overdue, &book, context.written_lang());
        self.apply.carry_out(context, session.as_ref(), sheet(&overdue, &book), "moved", falls)
    }
}
