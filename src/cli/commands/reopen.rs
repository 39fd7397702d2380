//! `crm reopen ID`: a new pursuit of one that was closed or lost.

use crate::act::moves::reopen;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::Args;

/// Begin a new pursuit of one that was closed or lost, with fresh evidence
///
/// 对已成交或退出的潜在客户开始新的一轮，证据从头计起
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  crm reopen tang --value 20000 --note \"asks for a second policy\""
)]
pub struct Reopen {
    /// The prospects
    ///
    /// 潜在客户
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// Why
    ///
    /// 原因
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    facts: Facts,
    #[command(flatten)]
    chosen: Where,
}

impl Reopen {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let mut event = self.signed.draft(&session, "moved", &self.facts, context)?;
        event.reason = self.reason.as_deref().map(Into::into);
        let targets = self.chosen.targets(&session, &self.ids, context)?;
        context.tell(reopen(&session, targets, &event)?)
    }
}
