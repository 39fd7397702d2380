//! `crm release ID --reason TEXT`: gives back to the pool.

use crate::act::owner::release;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::Args;

/// Give prospects back to the pool
///
/// 把潜在客户退回公海
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm release yu-dong --reason \"moved to another city\"\n  \
    crm release --where 'owner:chenwei is:open' --reason \"chenwei has left\"")]
pub struct Release {
    /// The prospects
    ///
    /// 潜在客户
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
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

impl Release {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let mut event = self.signed.draft(&session, "assigned", &Facts::default(), context)?;
        event.reason = Some(self.reason.as_str().into());
        let targets = self.chosen.targets(&session, &self.ids, context)?;
        context.tell(release(&session, targets, &event)?)
    }
}
