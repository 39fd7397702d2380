//! `crm claim ID --by REP`: takes from the pool, within its limits.

use crate::cli::args::{Signed, Where};
use crate::cli::context::Context;
use crate::cli::eligible::{Override, admit};
use crate::cli::entry::{Entry, Session};
use crate::diag::{Code, Diagnostic, Failure};
use crate::report::Request;
use crate::rules::query::Query;
use crate::rules::team::pool::Quota;
use clap::Args;

/// Take prospects from the pool, within the pool's limits
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm claim yu-dong --by hejun\n  \
    crm claim --where 'is:pool region:suzhou need:group' --by sarah\n\n\
    [pool] in crm.toml limits how many prospects a rep may hold, how many a rep may claim a day, and how\n\
    soon a rep may claim a former prospect of their own again. The rules of `crm assign` hold here, too.\n\
    A refused claim counts for nothing.")]
pub struct Claim {
    /// The prospects
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// The rep that claims, and owns them from now on [default: CRM_USER, else the rep with git's user.email]
    #[arg(long, value_name = "REP")]
    by: Option<String>,
    /// A note for the journal
    #[arg(short = 'm', long, value_name = "TEXT")]
    note: Option<String>,
    /// Although the rep may not have it, and why; the limits of the pool still hold
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    chosen: Where,
}

impl Claim {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let signed = Signed { by: self.by.clone(), note: self.note.clone(), ..Signed::default() };
        let mut event = session.draft("assigned", &signed, &Default::default())?;
        let Some(rep) = event.by.clone().filter(|by| !by.is_empty()) else {
            return Err(Diagnostic::new(
                Code::BadArgument,
                words!("no rep is named", "没有指明业务员"),
            )
            .help(words!(
                "name the rep that claims: --by REP, or set CRM_USER",
                "写出认领的业务员：--by REP，或设置 CRM_USER"
            ))
            .into());
        };
        event.owner = Some(rep.clone());
        let targets = session.targets(&self.ids, &self.chosen)?;
        let graded = !context.ledger()?.settings.pool.grades.is_empty();
        let book = context.book_for(&Request::of(Query::everything()), graded)?;
        let mut quota = context.reading(&book, || Quota::of(&book, &rep))?;
        let mut entries = Vec::new();
        let mut refused = Vec::new();
        for target in targets {
            match quota.claim(&target.record) {
                Ok(()) => {
                    let named = target.named();
                    let said = words!("{named}: claimed by {rep}", "{named}：由 {rep} 领取");
                    entries.push(Entry { target, events: vec![event.clone()], said });
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        if let Err(barred) = admit(context, &mut entries, Override::Reason(self.force.as_deref())) {
            refused.extend(barred.0);
        }
        if !refused.is_empty() {
            return Err(Failure(refused));
        }
        session.commit(entries)
    }
}
