//! `crm back ID [STAGE]`: falls back.

use crate::act::moves::back;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::cli::words::split_stage;
use crate::diag::Failure;
use clap::Args;

/// Fall back to an earlier column (the first one, unless another is named)
///
/// 退回较早的一栏（不写则为首栏）
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm back tang --reason \"no date any more\"\n  \
    crm back zhang 50 --reason \"the payment bounced\" --revoke paid\n\n\
    Back at the first column, evidence and clock start afresh.\n\n\
    退到首栏后，证据和周期重新计起。")]
pub struct Back {
    /// The prospects, then the column [default: the first]
    ///
    /// 潜在客户，其后为目标栏 [默认：首栏]
    #[arg(required_unless_present = "query", value_names = ["ID", "STAGE"])]
    words: Vec<String>,
    /// Why
    ///
    /// 原因
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    facts: Facts,
    #[command(flatten)]
    chosen: Where,
}

impl Back {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let (ids, stage) = split_stage(session.ledger, &self.words, self.chosen.query.is_some())?;
        let mut event = self.signed.draft(&session, "moved", &self.facts, context)?;
        event.reason = Some(self.reason.as_str().into());
        let targets = self.chosen.targets(&session, ids, context)?;
        context.tell(back(&session, targets, stage, &event)?)
    }
}
