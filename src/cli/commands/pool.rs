//! `crm pool [QUERY]`: the prospects and customers of the pool.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::report::pool::pool;
use clap::Args;

/// The prospects and customers of the pool: since when, the owner before, and the reason
///
/// 公海中的潜在客户和客户：何时进入、原负责人、原因
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm pool\n  crm pool region:suzhou -f ids\n\n\
    `crm claim` takes from it, `crm release` gives back, `crm allocate` proposes who gets what.\n\n\
    `crm claim` 从中领取，`crm release` 退回，`crm allocate` 提出分配方案。")]
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
