//! Moves that need no evidence: back, off the board, on hold, and a new pursuit.

use super::customer::on_a_board;
use super::eligible::{Override, admit};
use super::session::{Done, Session};
use super::target::{Entry, Target, ended, entries, is_there, moved, unless};
use crate::diag::{Code, Diagnostic, Failure, Lang, Words, listed};
use crate::model::event::Event;
use crate::model::pipeline::Outcome;
use crate::value::date::Date;

/// Prospects fall back to an earlier column, the first unless stated. From the first column to itself is allowed: it
/// starts the evidence afresh.
///
/// # Errors
/// Fails with every refusal together; nothing was written then.
pub fn back(
    session: &Session,
    targets: Vec<Target>,
    stage: Option<&str>,
    event: &Event,
) -> Result<Done, Failure> {
    let settings = &session.ledger.settings;
    let (mut entries, refused) = entries(targets, |target| {
        on_a_board(&target)?;
        let record = target.on(settings, event.date())?;
        let pipeline = record.pipeline(settings);
        let here = record.stage_id(settings);
        let to = stage.map_or(Some(0), |name| pipeline.position_named(name));
        if to == Some(record.state.stage) && to != Some(0) {
            return Err(is_there(&target, here));
        }
        let Some(to) = to.filter(|to| *to < record.state.stage || *to == 0) else {
            return Err(no_earlier(&target, here, stage.unwrap_or_default()));
        };
        if record.state.outcome != Outcome::Open {
            return Err(ended(&target, here));
        }
        let to = &pipeline.stages[to];
        let event = Event { stage: Some(to.id.clone()), ..event.clone() };
        let said = Words::each(|lang| moved(&target, record.stage(settings), to, lang));
        Ok(Entry { target, events: vec![event], said })
    });
    unless(refused)?;
    admit(session, &mut entries, Override::Elsewhere)?;
    session.commit(entries)
}

fn no_earlier(target: &Target, here: &str, wanted: &str) -> Diagnostic {
    let (named, id) = (target.named(), target.id());
    let message = words!(
        "{named} is at `{here}`: `{wanted}` is no earlier column",
        "{named} 在 `{here}`：`{wanted}` 不是更早的一栏"
    );
    Diagnostic::new(Code::BadArgument, message)
        .help(words!("to move up: crm advance {id} {wanted}", "前进：crm advance {id} {wanted}"))
}

/// Prospects leave the board, for the event's reason.
///
/// # Errors
/// Fails without a reason, and with every refusal together; nothing was written then.
pub fn lose(session: &Session, targets: Vec<Target>, event: &Event) -> Result<Done, Failure> {
    let settings = &session.ledger.settings;
    let (entries, refused) = entries(targets, |target| {
        on_a_board(&target)?;
        let record = target.on(settings, event.date())?;
        if record.state.outcome != Outcome::Open {
            return Err(ended(&target, record.stage_id(settings)));
        }
        let pipeline = record.pipeline(settings);
        let lost = &pipeline.stages[pipeline.lost()];
        let event = Event { stage: Some(lost.id.clone()), ..event.clone() };
        let reason = event.reason.as_deref().unwrap_or_default();
        let from = record.stage(settings);
        let said = Words::each(|lang| format!("{} ({reason})", moved(&target, from, lost, lang)));
        Ok(Entry { target, events: vec![event], said })
    });
    unless(refused)?;
    session.commit(entries)
}

/// A reason to leave the board. The label of a reason of the settings is its code: people type what reports show.
///
/// # Errors
/// Fails if there is none, with the reasons that the settings suggest.
pub fn reason_to_lose<'r>(
    session: &'r Session,
    reason: Option<&'r str>,
) -> Result<&'r str, Diagnostic> {
    if let Some(reason) = reason.filter(|reason| !reason.trim().is_empty()) {
        return Ok(session.ledger.settings.reason_code(reason).unwrap_or(reason));
    }
    let diagnostic =
        Diagnostic::new(Code::LostWithoutReason, words!("a reason is required", "必须说明原因"))
            .help(words!("add --reason TEXT", "请加上 --reason 原因"));
    let reasons = &session.ledger.settings.reasons;
    let codes = listed(reasons.iter().map(|(code, _)| code));
    Err(if reasons.is_empty() {
        diagnostic
    } else {
        diagnostic.help(words!("reasons of crm.toml: {codes}", "crm.toml 中的原因：{codes:#}"))
    })
}

/// Prospects pause until a date.
///
/// # Errors
/// Fails if the date is not after the event's day, and with every refusal together; nothing was written then.
pub fn hold(
    session: &Session,
    targets: Vec<Target>,
    until: Date,
    event: &Event,
) -> Result<Done, Failure> {
    if until <= event.date() {
        return Err(Diagnostic::new(
            Code::BadArgument,
            words!("--until: {until} is not in the future", "--until：{until} 不是将来的日期"),
        )
        .help(words!("name the date on which work resumes", "写出恢复跟进的日期"))
        .into());
    }
    let settings = &session.ledger.settings;
    let (entries, refused) = entries(targets, |target| {
        on_a_board(&target)?;
        let record = target.on(settings, event.date())?;
        if record.state.outcome != Outcome::Open {
            return Err(ended(&target, record.stage_id(settings)));
        }
        let named = target.named();
        let said = words!("{named}: on hold until {until}", "{named}：暂缓至 {until}");
        let event = Event { until: Some(until), ..event.clone() };
        Ok(Entry { target, events: vec![event], said })
    });
    unless(refused)?;
    session.commit(entries)
}

/// A new pursuit of prospects that were closed or lost begins at the first column.
///
/// # Errors
/// Fails with every refusal together; nothing was written then.
pub fn reopen(session: &Session, targets: Vec<Target>, event: &Event) -> Result<Done, Failure> {
    let settings = &session.ledger.settings;
    let (mut entries, refused) = entries(targets, |target| {
        on_a_board(&target)?;
        let record = target.on(settings, event.date())?;
        if record.state.outcome == Outcome::Open {
            return Err(not_ended(&target, record.stage_id(settings)));
        }
        let first = &record.pipeline(settings).stages[0];
        let event = Event { stage: Some(first.id.clone()), ..event.clone() };
        let (from, pursuit) = (record.stage(settings), record.state.pursuit + 1);
        let said = Words::each(|lang| {
            let moved = moved(&target, from, first, lang);
            match lang {
                Lang::Zh => format!("{moved}，第 {pursuit} 轮"),
                Lang::En | Lang::Machine => format!("{moved}, pursuit {pursuit}"),
            }
        });
        Ok(Entry { target, events: vec![event], said })
    });
    unless(refused)?;
    admit(session, &mut entries, Override::Elsewhere)?;
    session.commit(entries)
}

fn not_ended(target: &Target, here: &str) -> Diagnostic {
    let (named, id) = (target.named(), target.id());
    let message = words!(
        "{named} is at `{here}`: its pursuit has not ended",
        "{named} 在 `{here}`：这一轮尚未结束"
    );
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "to begin again at the first column: crm back {id} --reason TEXT",
        "从第一栏重新开始：crm back {id} --reason 原因"
    ))
}
