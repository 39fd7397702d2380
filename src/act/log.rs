//! An entry of any kind.

use super::eligible::{Override, admit};
use super::session::{Done, Session};
use super::target::{Entry, Target, entries, knows_criteria, unless};
use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::model::event::Event;
use crate::model::kind::KINDS;
use crate::report::Request;
use crate::rules::query::Query;
use crate::rules::replay::cases::Tickets;
use crate::rules::replay::state::Record;
use crate::rules::service::collect::JointCases;
use crate::rules::service::journal::{begins, is_about_case};
use crate::table::terms::term;
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
    let joint = joint_cases(session, &targets, event)?;
    let (mut entries, refused) = entries(targets, |target| {
        let record = target.on(&session.ledger.settings, event.date())?;
        knows_criteria(&record, event, &session.ledger.settings)?;
        means_a_case(&target, &record, event, &joint)?;
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

/// The cases of the customers of several files, on the entry's day, if the entry is about a case of one of these.
fn joint_cases(
    session: &Session,
    targets: &[Target],
    event: &Event,
) -> Result<Option<JointCases>, Failure> {
    let may_be_several = |target: &Target| target.loaded.prospect.joint_customer().is_some();
    if !is_about_case(event) || begins(event) || !targets.iter().any(may_be_several) {
        return Ok(None);
    }
    let book = session.book(&Request::of(Query::everything()), false)?.earlier(event.date());
    session.read(&book, || JointCases::of(&book)).map(Some)
}

/// Refuses an entry that names no case which it can be about, or none of several.
fn means_a_case(
    target: &Target,
    record: &Record,
    event: &Event,
    joint: &Option<JointCases>,
) -> Result<(), Diagnostic> {
    let customer = record.prospect.joint_customer();
    let of_several = joint.as_ref().zip(customer).map(|(joint, id)| joint.of_customer(&id));
    let mut tickets = match of_several {
        Some(cases) => Tickets::of(cases.iter().map(|case| {
            let file = u32::from(case.file != record.prospect.id);
            (case.name.clone(), file, case.state)
        })),
        None => record.state.tickets.clone(),
    };
    let able = tickets.can_be_meant(&event.kind).first().map(ToString::to_string);
    let wrong = tickets.apply(event, 0).err();
    wrong.map_or(Ok(()), |wrong| {
        let help = able.map(|ticket| {
            let line = format!("crm log {} {} --ticket {ticket}", target.id(), event.kind);
            words!("for example: {line}", "例如：{line}")
        });
        let message = wrong.message.about(&target.named());
        Err(Diagnostic { message, help: help.into_iter().collect(), ..wrong }.typed())
    })
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
