//! `crm reopen ID`: a new pursuit of one that was closed or lost.

use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::cli::eligible::{Override, admit};
use crate::cli::entry::{Entry, Session};
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::pipeline::Outcome;
use clap::Args;

/// Begin a new pursuit of one that was closed or lost, with fresh evidence
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  crm reopen tang --value 20000 --note \"asks for a second policy\""
)]
pub struct Reopen {
    /// The prospects
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// Why
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
        let settings = &session.ledger.settings;
        let mut event = session.draft("moved", &self.signed, &self.facts)?;
        event.reason = self.reason.as_deref().map(Into::into);
        let mut entries = Vec::new();
        for target in session.targets(&self.ids, &self.chosen)? {
            let record = target.on(settings, event.date())?;
            let here = record.stage_id(settings);
            if record.state.outcome == Outcome::Open {
                let (named, id) = (target.named(), target.id());
                let message = words!(
                    "{named} is at `{here}`: its pursuit has not ended",
                    "{named} 在 `{here}`：这一轮尚未结束"
                );
                return Err(Diagnostic::new(Code::BadArgument, message)
                    .help(words!(
                        "to begin again at the first column: crm back {id} --reason TEXT",
                        "从第一栏重新开始：crm back {id} --reason TEXT"
                    ))
                    .into());
            }
            let first = &record.pipeline(settings).stages[0].id;
            let mut event = event.clone();
            event.stage = Some(first.clone());
            let said = format!(
                "{}: {here} -> {first}, pursuit {}",
                target.named(),
                record.state.pursuit + 1
            );
            entries.push(Entry { target, events: vec![event], said });
        }
        admit(context, &mut entries, Override::Elsewhere)?;
        session.commit(entries)
    }
}
