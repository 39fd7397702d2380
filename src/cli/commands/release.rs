//! `crm release ID --reason TEXT`: gives back to the pool.

use crate::cli::args::{Signed, Where};
use crate::cli::context::Context;
use crate::cli::entry::{Entry, Session};
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::pipeline::Outcome;
use clap::Args;

/// Give prospects back to the pool
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm release yu-dong --reason \"moved to another city\"\n  \
    crm release --where 'owner:chenwei is:open' --reason \"chenwei has left\"")]
pub struct Release {
    /// The prospects
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// Why
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
        let settings = &session.ledger.settings;
        let mut event = session.draft("assigned", &self.signed, &Default::default())?;
        event.owner = Some("".into());
        event.reason = Some(self.reason.as_str().into());
        let mut entries = Vec::new();
        let mut refused = Vec::new();
        for target in session.targets(&self.ids, &self.chosen)? {
            let record = target.on(settings, event.date())?;
            match &record.state.owner {
                Some(owner) if record.state.outcome == Outcome::Open => {
                    let said = format!("{}: {owner} -> pool", target.named());
                    entries.push(Entry { target, events: vec![event.clone()], said });
                }
                Some(_) => {
                    let (named, id) = (target.named(), target.id());
                    let stage = record.stage_id(settings);
                    let message = words!(
                        "{named} is at `{stage}`: only open prospects go to the pool",
                        "{named} 在 `{stage}`：只有未结束的潜在客户才能放回公海"
                    );
                    refused.push(Diagnostic::new(Code::NotInPool, message).help(words!(
                        "to give it to another rep: crm assign {id} --to REP",
                        "交给其他业务员：crm assign {id} --to REP"
                    )));
                }
                None => {
                    let named = target.named();
                    let message = words!("{named} is in the pool already", "{named} 已经在公海");
                    refused.push(Diagnostic::new(Code::AlreadyThere, message));
                }
            }
        }
        if !refused.is_empty() {
            return Err(Failure(refused));
        }
        session.commit(entries)
    }
}
