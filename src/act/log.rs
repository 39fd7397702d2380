//! An entry of any kind.

use super::eligible::{Override, admit};
use super::session::{Done, Session};
use super::target::{Entry, Target, entries, unless};
use crate::diag::{Diagnostic, Failure, Lang, Words};
use crate::model::event::Event;
use crate::rules::replay::cases;
use crate::table::terms::{KINDS, term};

/// Records an event for prospects. A reason to `force` overrides that its new owner may not have them.
///
/// # Errors
/// Fails with every refusal together; nothing was written then.
pub fn log(
    session: &Session,
    targets: Vec<Target>,
    event: &Event,
    force: Option<&str>,
) -> Result<Done, Failure> {
    let (mut entries, refused) = entries(targets, |target| {
        let record = target.on(&session.ledger.settings, event.date())?;
        let open = &record.state.open_tickets;
        cases::apply(&mut open.clone(), event).map_err(|which| {
            let help = open.first().map(|ticket| {
                let line = format!("crm log {} resolved --ticket {ticket}", target.id());
                words!("for example: {line}", "例如：{line}")
            });
            let message = which.message.about(&target.named());
            Diagnostic { message, help: help.into_iter().collect(), ..which }.typed()
        })?;
        let (named, on, kind) = (target.named(), event.date(), event.kind.name());
        let said = Words::each(|lang| match lang {
            Lang::Zh => format!("{named}：{on} {}", term(KINDS, kind, lang)),
            Lang::En | Lang::Machine => format!("{named}: {kind} on {on}"),
        });
        Ok(Entry { target, events: vec![event.clone()], said })
    });
    unless(refused)?;
    admit(session, &mut entries, Override::Reason(force))?;
    session.commit(entries)
}
