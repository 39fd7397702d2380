//! `crm undo ID [EVENT]`: retracts an event; history stays.

use crate::cli::args::Signed;
use crate::cli::context::Context;
use crate::cli::entry::{Entry, Session, Target};
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::disk::find::find;
use crate::format::line::event_line;
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::rules::replay::standing;
use clap::Args;

/// Retract the last event, or the one named: it never happened, but history stays
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm undo zhang\n  crm undo zhang 2009-12-11-1-3ha --reason \"wrong prospect\"\n\n\
    Again, it retracts the entry before. A retraction is an event too: named by its key, it is taken back."
)]
pub struct Undo {
    /// The prospect
    #[arg(value_name = "ID")]
    id: String,
    /// The event's key, or the beginning of it [default: the last event that is no retraction]
    #[arg(value_name = "EVENT")]
    event: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Retract even the event that opened the account, and say why
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
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
        let (named, line) = (target.named(), event_line(event));
        let preview = words!("{named}: retracted {line}", "{named}：已撤回 {line}");
        let mut retraction = session.draft("retracted", &self.signed, &Default::default())?;
        retraction.event = Some(event.key.text.clone());
        retraction.reason = self.reason.as_deref().map(Into::into);
        retraction.forced = self.force.as_deref().map(Into::into);
        session.commit(vec![Entry { target, events: vec![retraction], said: preview }])
    }

    /// The event to retract: the one named, or the last one that still counts and is no retraction. The event
    /// that opened the account is the account: only `--force` retracts it.
    fn chosen<'t>(&self, target: &'t Target, context: &Context) -> Result<&'t Event, Diagnostic> {
        let events = &target.record.prospect.events;
        let standing: Vec<&Event> = standing(events, context.today).collect();
        let opening = standing.first().copied();
        let chosen = match &self.event {
            Some(wanted) => named(wanted, &standing, target)?,
            None => {
                let last = standing.iter().rev().find(|event| event.kind != EventKind::Retracted);
                last.copied().or(opening).ok_or_else(|| only_an_opening(target))?
            }
        };
        if opening == Some(chosen) && self.force.is_none() {
            let named = self.event.is_some() && standing.len() > 1;
            return Err(if named { opened_by(target, chosen) } else { only_an_opening(target) });
        }
        Ok(chosen)
    }
}

/// The event of this key that is not retracted, or whose key alone begins so.
fn named<'t>(
    wanted: &str,
    standing: &[&'t Event],
    target: &Target,
) -> Result<&'t Event, Diagnostic> {
    let fits: Vec<&Event> =
        standing.iter().copied().filter(|event| event.key.text.starts_with(wanted)).collect();
    let who = target.named();
    match fits.as_slice() {
        [only] => Ok(only),
        [] => Err(Diagnostic::new(
            Code::UnknownEvent,
            words!(
                "{who} has no event `{wanted}` that is not retracted",
                "{who} 没有有效的记录 `{wanted}`"
            ),
        )
        .typed()
        .nearest(wanted, standing.iter().map(|event| &*event.key.text))),
        // A key that is the beginning of another one is meant itself.
        several => {
            several.iter().find(|event| &*event.key.text == wanted).copied().ok_or_else(|| {
                let keys =
                    several.iter().map(|event| &*event.key.text).collect::<Vec<_>>().join(", ");
                Diagnostic::new(
                    Code::Ambiguous,
                    words!("`{wanted}` could be several events", "`{wanted}` 可能指多条记录"),
                )
                .help(Words::verbatim(keys))
            })
        }
    }
}

fn only_an_opening(target: &Target) -> Diagnostic {
    let who = target.named();
    Diagnostic::new(
        Code::NothingToUndo,
        words!("{who} has no event to retract but its opening", "{who} 只有建档记录，没有可撤销的"),
    )
    .help(words!(
        "to drop a prospect altogether, remove its file (git keeps it)",
        "要去掉整个客户，请删除其文件（git 里仍有保留）"
    ))
}

fn opened_by(target: &Target, event: &Event) -> Diagnostic {
    let (who, key) = (target.named(), &event.key);
    Diagnostic::new(
        Code::NothingToUndo,
        words!("`{key}` opened {who}: without it there is no account", "`{key}` 是 {who} 的建档记录，撤销后就没有这个客户了"),
    )
    .help(words!(
        "to drop a prospect altogether, remove its file (git keeps it); to retract it all the same: --force REASON",
        "要去掉整个客户，请删除其文件（git 里仍有保留）；仍要撤销请加 --force 理由"
    ))
}
