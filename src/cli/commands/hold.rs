//! `crm hold ID`: a stall with a known reason, until a date.

use crate::cli::args::{Signed, Where};
use crate::cli::context::Context;
use crate::cli::entry::{Entry, Session, ended};
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::pipeline::Outcome;
use clap::Args;

/// Pause a prospect until a date; it is not flagged overdue meanwhile
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  crm hold tang --until 2010-02-20 --reason \"new year holidays\""
)]
pub struct Hold {
    /// The prospects
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// The date it resumes
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    until: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    chosen: Where,
}

impl Hold {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let settings = &session.ledger.settings;
        let until = context.date("--until", &self.until)?;
        let mut event = session.draft("hold", &self.signed, &Default::default())?;
        if until <= event.date() {
            return Err(Diagnostic::new(
                Code::BadArgument,
                words!("--until: {until} is not in the future", "--until：{until} 不是将来的日期"),
            )
            .help(words!("name the date on which work resumes", "写出恢复跟进的日期"))
            .into());
        }
        event.until = Some(until);
        event.reason = Some(self.reason.as_str().into());
        let mut entries = Vec::new();
        for target in session.targets(&self.ids, &self.chosen)? {
            let record = target.on(settings, event.date())?;
            if record.state.outcome != Outcome::Open {
                return Err(ended(&target, record.stage_id(settings)).into());
            }
            let said = format!("{}: on hold until {until}", target.named());
            entries.push(Entry { target, events: vec![event.clone()], said });
        }
        session.commit(entries)
    }
}
