//! `crm recycle`: the prospects that go back to the pool today; `--apply` writes it.

use super::report::SelectionArgs;
use crate::act::recycle::{releases, sheet};
use crate::cli::apply::Apply;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::plan::recycle::recycle;
use clap::Args;

/// The prospects that go back to the pool today: no contact for too long, overdue too often
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm recycle\n  crm recycle --apply\n\n\
    [pool] in crm.toml sets when: recycle_days, recycle_overdue, for each grade where wanted. `crm due\n\
    --in 7d` announces it. A hold protects until its date; a prospect that has signed or paid stays.")]
pub struct Recycle {
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    apply: Apply,
}

impl Recycle {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = self.apply.session(self.apply.apply, context)?;
        let request = self.selection.request(context)?;
        let graded = context.ledger()?.settings.pool.asks_grades();
        let book = context.book_for(&request, graded)?;
        let recycled = context.reading(&book, || recycle(&book, &request.query))?;
        let released = releases(&recycled, context.written_lang());
        let sheet = sheet(&recycled, &book);
        self.apply.carry_out(context, session.as_ref(), sheet, "assigned", released)
    }
}
