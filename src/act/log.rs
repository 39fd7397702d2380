//! An entry of any kind.

use super::eligible::{Override, admit};
use super::session::{Done, Session};
use super::target::{Entry, Target, entries, unless};
use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::model::event::Event;
use crate::rules::replay::cases;
use crate::rules::replay::state::Record;
use crate::table::terms::{KINDS, term};
use crate::value::text::Text;

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
        closes_a_step(&target, &record, event)?;
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

/// Refuses an entry that closes a step which the plan does not have, or which is closed.
fn closes_a_step(target: &Target, record: &Record, event: &Event) -> Result<(), Diagnostic> {
    let known = record.state.done.iter().find(|(step, _)| Some(step) == event.done.as_ref());
    if let Some((step, day)) = known {
        let message =
            words!("the step `{step}` was done on {day}", "步骤 `{step}` 已于 {day} 完成");
        return Err(Diagnostic::new(Code::AlreadyThere, message.about(&target.named())));
    }
    let steps: Vec<Text> = record.prospect.profile().named_steps().map(|(id, _)| id).collect();
    let Some(done) = event.done.as_ref().filter(|done| !steps.contains(done)) else {
        return Ok(());
    };
    let message = words!("no step `{done}` in this plan", "计划中没有步骤 `{done}`");
    let diagnostic = Diagnostic::new(Code::UnknownStep, message.about(&target.named())).typed();
    Err(if steps.is_empty() {
        diagnostic.help(words!(
            "its file has no plan: a step is a table [[step]] with `what` and `by`",
            "档案中没有计划：步骤写作 [[step]]，含 `what` 和 `by`"
        ))
    } else {
        diagnostic.nearest(done, steps.iter().map(|step| &**step))
    })
}
