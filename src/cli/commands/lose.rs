//! `crm lose ID`: leaves the board, with a reason.

use crate::cli::args::{Signed, Where};
use crate::cli::context::Context;
use crate::cli::entry::{Entry, Session, ended};
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::pipeline::Outcome;
use clap::Args;

/// Leave the board, with a reason
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  crm lose tang --reason price --note \"went with the other insurer\"\n\n\
    The settings may suggest reasons: [reasons]. Any text is allowed."
)]
pub struct Lose {
    /// The prospects
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// Why: a code of the settings, or any text
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    chosen: Where,
}

impl Lose {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let settings = &session.ledger.settings;
        let Some(reason) = self.reason.as_deref().filter(|reason| !reason.trim().is_empty()) else {
            let codes: Vec<&str> = settings.reasons.iter().map(|(code, _)| &**code).collect();
            let diagnostic = Diagnostic::new(
                Code::LostWithoutReason,
                words!("a reason is required", "必须说明原因"),
            )
            .help(words!("add --reason TEXT", "请加上 --reason TEXT"));
            return Err(if codes.is_empty() {
                diagnostic
            } else {
                let codes = codes.join(", ");
                diagnostic
                    .help(words!("reasons of crm.toml: {codes}", "crm.toml 中的原因：{codes}"))
            }
            .into());
        };
        let mut event = session.draft("moved", &self.signed, &Default::default())?;
        event.reason = Some(reason.into());
        let mut entries = Vec::new();
        for target in session.targets(&self.ids, &self.chosen)? {
            let record = target.on(settings, event.date())?;
            let pipeline = record.pipeline(settings);
            let here = record.stage_id(settings);
            if record.state.outcome != Outcome::Open {
                return Err(ended(&target, here).into());
            }
            let lost = &pipeline.stages[pipeline.lost()].id;
            let mut event = event.clone();
            event.stage = Some(lost.clone());
            let said = format!("{}: {here} -> {lost} ({reason})", target.named());
            entries.push(Entry { target, events: vec![event], said });
        }
        session.commit(entries)
    }
}
