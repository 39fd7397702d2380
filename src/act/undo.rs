//! Retractions: an event no longer counts, and history stays.

use super::session::{Done, Session};
use super::target::{Entry, Target};
use crate::diag::{Code, Diagnostic, Failure, listed};
use crate::format::line::event_line;
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::rules::replay::standing;

/// Retracts the event whose key is `wanted` or begins so, else the last one that is no retraction. `retraction` is the
/// draft; the event that opened the account is retracted only if the draft is forced.
///
/// # Errors
/// Fails if there is no such event, or several, or it opened the account; nothing was written then.
pub fn undo(
    session: &Session,
    target: Target,
    wanted: Option<&str>,
    mut retraction: Event,
) -> Result<Done, Failure> {
    let event = chosen(session, &target, wanted, retraction.forced.is_some())?;
    let (named, line) = (target.named(), event_line(event));
    let said = words!("{named}: retracted {line}", "{named}：已撤回 {line}");
    retraction.event = Some(event.key.text.clone());
    session.commit(vec![Entry { target, events: vec![retraction], said }])
}

/// The event to retract. The event that opened the account is the account: only force retracts it.
fn chosen<'t>(
    session: &Session,
    target: &'t Target,
    wanted: Option<&str>,
    forced: bool,
) -> Result<&'t Event, Diagnostic> {
    let events = &target.loaded.prospect.events;
    let standing: Vec<&Event> = standing(events, session.today()).collect();
    let opening = standing.first().copied();
    let chosen = match wanted {
        Some(wanted) => named(wanted, &standing, target)?,
        None => {
            let last = standing.iter().rev().find(|event| event.kind != EventKind::Retracted);
            last.copied().or(opening).ok_or_else(|| only_an_opening(target))?
        }
    };
    if opening == Some(chosen) && !forced {
        let named = wanted.is_some() && standing.len() > 1;
        return Err(if named { opened_by(target, chosen) } else { only_an_opening(target) });
    }
    Ok(chosen)
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
                let keys = listed(several.iter().map(|event| &event.key.text));
                Diagnostic::new(
                    Code::Ambiguous,
                    words!("`{wanted}` could be several events", "`{wanted}` 可能指多条记录"),
                )
                .help(words!("one of: {keys}", "其中之一：{keys:#}"))
            })
        }
    }
}

fn only_an_opening(target: &Target) -> Diagnostic {
    let who = target.named();
    Diagnostic::new(
        Code::NothingToUndo,
        words!("{who} has no event to retract but its opening", "{who} 只有建档记录，没有可撤回的"),
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
        words!("`{key}` opened {who}: without it there is no account", "`{key}` 是 {who} 的建档记录，撤回后就没有这个客户了"),
    )
    .help(words!(
        "to drop a prospect altogether, remove its file (git keeps it); to retract it all the same: --force REASON",
        "要去掉整个客户，请删除其文件（git 里仍有保留）；仍要撤回请加 --force 原因"
    ))
}
