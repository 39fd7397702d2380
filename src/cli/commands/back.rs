//! `crm back ID [STAGE]`: falls back.

use crate::act::moves::back;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::cli::words::split_stage;
use crate::diag::Failure;
use clap::Args;

/// Fall back to an earlier column (the first one, unless another is named)
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm back tang --reason \"no date any more\"\n  \
    crm back zhang 50 --reason \"the payment bounced\" --revoke paid\n\n\
    Back at the first column, evidence and clock start afresh.")]
pub struct Back {
    /// The prospects, then the column [default: the first]
    #[arg(required_unless_present = "query", value_names = ["ID", "STAGE"])]
    words: Vec<String>,
    /// Why
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
