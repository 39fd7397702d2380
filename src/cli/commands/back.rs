//! `crm back ID [STAGE]`: falls back.

use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::cli::eligible::{Override, admit};
use crate::cli::entry::{Entry, Session, ended, moved};
use crate::cli::words::split_stage;
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::model::pipeline::Outcome;
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
        let settings = &session.ledger.settings;
        let (ids, stage) = split_stage(session.ledger, &self.words, self.chosen.query.is_some())?;
        let mut event = session.draft("moved", &self.signed, &self.facts)?;
        event.reason = Some(self.reason.as_str().into());
        let mut entries = Vec::new();
        let mut refused = Vec::new();
        for target in session.targets(ids, &self.chosen)? {
            let record = target.on(settings, event.date())?;
            let pipeline = record.pipeline(settings);
            let here = record.stage_id(settings);
            let to = match stage {
                Some(id) => pipeline.find(id),
                None => Some(0),
            };
            // From the first column to itself is allowed: it starts the evidence afresh.
            let behind = to.filter(|to| *to < record.state.stage || *to == 0);
            match behind {
                Some(to) if record.state.outcome == Outcome::Open => {
                    let mut event = event.clone();
                    event.stage = Some(pipeline.stages[to].id.clone());
                    let (from, to) = (record.stage(settings), &pipeline.stages[to]);
                    let said = Words::each(|lang| moved(&target, from, to, lang));
                    entries.push(Entry { target, events: vec![event], said });
                }
                Some(_) => refused.push(ended(&target, here)),
                None => {
                    let (named, id, wanted) =
                        (target.named(), target.id(), stage.unwrap_or_default());
                    refused.push(
                        Diagnostic::new(
                            Code::BadArgument,
                            words!(
                                "{named} is at `{here}`: `{wanted}` is no earlier column",
                                "{named} 在 `{here}`：`{wanted}` 不是更早的一栏"
                            ),
                        )
                        .help(words!(
                            "to move up: crm advance {id} {wanted}",
                            "前进：crm advance {id} {wanted}"
                        )),
                    );
                }
            }
        }
        if !refused.is_empty() {
            return Err(Failure(refused));
        }
        admit(context, &mut entries, Override::Elsewhere)?;
        session.commit(entries)
    }
}
