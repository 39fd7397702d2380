//! `crm undo ID [EVENT]`: retracts an event; history stays.

use crate::cli::args::Signed;
use crate::cli::context::Context;
use crate::cli::entry::{Entry, Session, Target};
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::find::find;
use crate::format::line::event_line;
use crate::model::event::Event;
use crate::rules::replay::{retracted_by_later, upto};
use clap::Args;

/// Retract the last event, or the one named: it never happened, but history stays
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm undo zhang\n  crm undo zhang 2009-12-11-1-3ha --reason \"wrong prospect\"\n\n\
    A retraction is an event too: `crm undo` again takes it back."
)]
pub struct Undo {
    /// The prospect
    #[arg(value_name = "ID")]
    id: String,
    /// The event's key, or the beginning of it [default: the last event]
    #[arg(value_name = "EVENT")]
    event: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    signed: Signed,
    /// Print what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Undo {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let target = session.target(&find(session.ledger, &self.id)?)?;
        let event = self.chosen(&target, context)?;
        let preview = format!("{}: retracted {}", target.named(), event_line(event));
        let mut retraction = session.draft("retracted", &self.signed, &Default::default())?;
        retraction.event = Some(event.key.text.clone());
        retraction.reason = self.reason.as_deref().map(Into::into);
        session.commit(vec![Entry { target, events: vec![retraction], said: preview }])
    }

    /// The event to retract: the one named, or the last one that still counts.
    fn chosen<'t>(&self, target: &'t Target, context: &Context) -> Result<&'t Event, Diagnostic> {
        let events = upto(&target.record.prospect.events, context.today);
        let gone = retracted_by_later(events);
        let standing: Vec<&Event> =
            events.iter().zip(gone).filter(|(_, gone)| !gone).map(|(event, _)| event).collect();
        let named = target.named();
        let Some(wanted) = &self.event else {
            // The event that opened the account is the account: it goes with the file.
            return standing.last().copied().filter(|_| standing.len() > 1).ok_or_else(|| {
                Diagnostic::new(
                    Code::NothingToUndo,
                    words!(
                        "{named} has no event to retract but its opening",
                        "{named} 除建档外没有可撤销的流水"
                    ),
                )
                .help(words!(
                    "to drop a prospect altogether, remove its file (git keeps it)",
                    "要彻底去掉潜在客户，请删除其文件（git 会保留历史）"
                ))
            });
        };
        let fits: Vec<&Event> = standing
            .iter()
            .copied()
            .filter(|event| event.key.text.starts_with(wanted.as_str()))
            .collect();
        match fits.as_slice() {
            [only] => Ok(only),
            [] => Err(Diagnostic::new(
                Code::UnknownEvent,
                words!(
                    "{named} has no event `{wanted}` that is not retracted",
                    "{named} 没有未撤销的流水 `{wanted}`"
                ),
            )
            .typed()
            .nearest(wanted, standing.iter().map(|event| &*event.key.text))),
            several => {
                Err(Diagnostic::new(Code::Ambiguous, format!("`{wanted}` could be several events"))
                    .help(
                        several.iter().map(|event| &*event.key.text).collect::<Vec<_>>().join(", "),
                    ))
            }
        }
    }
}
