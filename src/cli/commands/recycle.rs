//! `crm recycle`: the prospects that go back to the pool today; `--apply` writes it.

use super::report::SelectionArgs;
use crate::act::recycle::{releases, sheet};
use crate::cli::apply::Apply;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::plan::recycle::recycle;
use clap::Args;

/// The prospects that go back to the pool today: no contact for too long, overdue too often
///
/// 今天退回公海的潜在客户：太久没有联系，逾期太多次
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm recycle\n  crm recycle --apply\n\n\
    [pool] in crm.toml sets when: recycle_days, recycle_overdue, for each grade where wanted. `crm due\n\
    --in 7d` announces it. A hold protects until its date; a prospect that has signed or paid stays.\n\n\
    何时回收见 crm.toml 的 [pool]：recycle_days、recycle_overdue，可按级别设置。`crm due --in 7d` 会预先提示。暂缓的在到期之前不回收；已签约或已付款的留下。")]
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
