//! `crm assign ID --to REP`: gives a prospect to a rep by hand.

use crate::act::owner::assign;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::Args;

/// Give prospects to a rep, from the pool or from another rep
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm assign daniel-kim --to sarah\n  \
    crm assign --where 'owner:chenwei' --to zhoumin --reason \"chenwei has left\"\n\n\
    Refused where the rep may not have it: on leave, gone, full, below the level of the grade, excluded\n\
    in [allocation], another rep has the account, the wait after their own loss is not over, or the tag\n\
    do-not-assign. --force gives a reason and overrides that. What is assigned does not count as claimed.")]
pub struct Assign {
    /// The prospects
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// The rep who gets them
    #[arg(long, value_name = "REP")]
    to: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Although the rep may not have it, and why
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
