//! `crm today`, and `crm` alone in a ledger: the day at a glance.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::report::company::{DUE, check_aspects, check_request};
use crate::report::today::today;
use clap::Args;

/// The day at a glance: things due, moves, prospects past the cycle; `crm` alone does the same
///
/// 今天一览：待办、移动、逾期；在账本里只输入 `crm` 也一样
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm\n  crm today owner:me")]
pub struct Today {
    #[command(flatten)]
    selection: SelectionArgs,
}

impl Today {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let request = self.selection.request(context)?;
        if let Some(company) = context.joined()? {
            check_aspects(company, DUE, &words!("`crm today`", "`crm today`"))?;
            check_request(company, &request, false)?;
        }
        let book = context.book_of_all_for(&request, true)?;
        context.emit(context.reading(&book, || today(&book, &request))?)
    }
}
