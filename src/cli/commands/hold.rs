//! `crm hold ID`: a stall with a known reason, until a date.

use crate::act::moves::hold;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::Args;

/// Pause a prospect until a date; it is not flagged overdue meanwhile
///
/// 暂缓一个潜在客户到某日；其间不算逾期
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  crm hold tang --until 2010-02-20 --reason \"new year holidays\""
)]
pub struct Hold {
    /// The prospects
    ///
    /// 潜在客户
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// The date it resumes
    ///
    /// 恢复跟进的日期
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    until: String,
    /// Why
    ///
    /// 原因
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    chosen: Where,
}

impl Hold {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let until = context.date("--until", &self.until)?;
        let mut event = self.signed.draft(&session, "hold", &Facts::default(), context)?;
        event.reason = Some(self.reason.as_str().into());
        let targets = self.chosen.targets(&session, &self.ids, context)?;
        context.tell(hold(&session, targets, until, &event)?)
    }
}
