//! `crm advance ID [STAGE]`: up the board, if the evidence holds.

use crate::act::advance::advance;
use crate::act::names::kind;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::cli::words::split_stage;
use crate::diag::Failure;
use clap::Args;

/// Move up the board, if the evidence holds; a refusal lists what is missing
///
/// 证据具备时在看板上前进；被拒时列出还缺什么
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm advance zhang                      to the next column / 移到下一栏\n  \
    crm advance zhang 50 --confirm budget,fit --close-by 2009-12-22 --next 2009-12-15\n  \
    crm advance zhang 25 --kind meeting --next tue      records the meeting and moves / 记录见面并移动\n  \
    crm advance zhang 90 --force \"contract is in the post, boss agreed\"")]
pub struct Advance {
    /// The prospects, then the column [default: the next one up]
    ///
    /// 潜在客户，其后为目标栏 [默认：下一栏]
    #[arg(required_unless_present = "query", value_names = ["ID", "STAGE"])]
    words: Vec<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    facts: Facts,
    /// The column that a verb means
    ///
    /// 动词所指的栏
    #[arg(long, value_name = "STAGE", hide = true)]
    to: Option<String>,
    /// The kind of entry that comes with the move: meeting, contract, payment, …
    ///
    /// 随移动一起写入的记录类型：meeting、contract、payment……
    #[arg(long, value_name = "KIND", default_value = "moved", hide_default_value = true)]
    kind: String,
    /// Write the move although evidence is missing, or the new owner may not have it, with a reason
    ///
    /// 证据不足、或新负责人本不可负责时仍要写入，并写明原因
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    chosen: Where,
}

impl Advance {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let (ids, stage) = match &self.to {
            Some(stage) => (&*self.words, Some(stage.as_str())),
            None => split_stage(session.ledger, &self.words, self.chosen.query.is_some())?,
        };
        let kind = kind(&session.ledger.settings, &self.kind)?;
        let event = self.signed.draft(&session, kind, &self.facts, context)?;
        let targets = self.chosen.targets(&session, ids, context)?;
        context.tell(advance(&session, targets, stage, &event, self.force.as_deref())?)
    }
}
