//! `crm pool [QUERY]`: the prospects and customers of the pool.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::report::pool::pool;
use clap::Args;

/// The prospects and customers of the pool: since when, the owner before, and the reason
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm pool\n  crm pool region:suzhou -f ids\n\n\
    `crm claim` takes from it, `crm release` gives back, `crm allocate` proposes who gets what.")]
pub struct Pool {
    #[command(flatten)]
    selection: SelectionArgs,
}

impl Pool {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let request = self.selection.request(context)?;
        let book = context.unread_book()?;
        context.emit(context.reading(&book, || pool(&book, &request))?)
    }
}
