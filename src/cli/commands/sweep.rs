//! `crm sweep`: prospects past the sales cycle; with `--apply` they fall back.

use super::report::SelectionArgs;
use crate::act::sweep::{falls, sheet};
use crate::cli::apply::Apply;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::plan::sweep::sweep;
use clap::Args;

/// Prospects past the sales cycle; with --apply they fall back to the first column
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm sweep\n  crm sweep --apply --format csv > swept.csv\n\n\
    A prospect that has signed or paid is listed without a column to fall to, and is never swept: a person decides.")]
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
