//! `crm assign ID --to REP`: gives a prospect to a rep by hand.

use crate::act::owner::assign;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::Args;

/// Give prospects to a rep, from the pool or from another rep
///
/// 把潜在客户分给业务员，来自公海或其他业务员
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm assign daniel-kim --to sarah\n  \
    crm assign --where 'owner:chenwei' --to zhoumin --reason \"chenwei has left\"\n\n\
    Refused where the rep may not have it: on leave, gone, full, below the level of the grade, excluded\n\
    in [allocation], another rep has the account, the wait after their own loss is not over, or the tag\n\
    do-not-assign. --force gives a reason and overrides that. What is assigned does not count as claimed.\n\n\
    该业务员不可负责时被拒绝：请假、离职、已满、水平低于级别要求、在 [allocation] 中被排除、客户已属他人、自己丢单后的等待期未满，或有标签 do-not-assign。--force 写明原因并越过这些。分配的不计为领取。")]
pub struct Assign {
    /// The prospects
    ///
    /// 潜在客户
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// The rep who gets them
    ///
    /// 接手的业务员
    #[arg(long, value_name = "REP")]
    to: String,
    /// Why
    ///
    /// 原因
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Although the rep may not have it, and why
    ///
    /// 该业务员本不可负责，仍要分给他，并写明原因
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    chosen: Where,
}

impl Assign {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let mut event = self.signed.draft(&session, "assigned", &Facts::default(), context)?;
        event.reason = self.reason.as_deref().map(Into::into);
        let targets = self.chosen.targets(&session, &self.ids, context)?;
        context.tell(assign(&session, targets, &self.to, &event, self.force.as_deref())?)
    }
}
