//! Replay: a prospect's entries up to a day, folded into its state. Pure, total, one pass: a broken rule becomes
//! a finding, never a failure.

pub mod care;
pub mod cases;
pub mod clock;
mod entries;
pub mod evidence;
mod facts;
mod fold;
pub mod moves;
pub mod passage;
pub mod past;
pub mod remedy;
pub mod state;
pub mod worth;

pub use entries::{in_contact, retracted_by_later, retractions, standing, upto};

use crate::diag::{Code, Diagnostic};
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::replay::state::{History, Record, State};
use crate::value::date::Date;
use entries::{earlier, retraction};
use fold::Fold;

/// Replays a prospect up to and including `as_of`. `None` if its first event is later: it does not
/// exist yet on that day.
pub fn replay(prospect: Prospect, settings: &Settings, as_of: Date) -> Option<Record> {
    let prospect = facts::with_facts_of(prospect, as_of);
    let (state, history, findings) = derive(&prospect, settings, as_of)?;
    Some(Record {
        ledger: 0,
        prospect,
        state,
        history,
        findings,
        customer: Default::default(),
        file: Default::default(),
        deals: Default::default(),
    })
}

/// The results of a replay, for a prospect that stays where it is.
pub fn derive(
    prospect: &Prospect,
    settings: &Settings,
    as_of: Date,
) -> Option<(State, History, Vec<Diagnostic>)> {
    if prospect.events.first().is_some_and(|first| first.date() > as_of) {
        return None;
    }
    let mut fold = Fold::new(prospect, settings, as_of);
    let events = upto(&prospect.events, as_of);
    let retracted = retracted_by_later(events);
    for (position, event) in events.iter().enumerate() {
        if retracted[position] {
            continue;
        }
        if let Some(key) = retraction(event)
            && earlier(events, position, key).is_none()
        {
            let message =
                words!("no event `{key}` before this retraction", "这条撤回之前没有流水 `{key}`");
            let keys = events[..position].iter().map(|event| &*event.key.text);
            let diagnostic = Diagnostic::new(Code::UnknownEvent, message).nearest(key, keys);
            fold.find(diagnostic, event, Some("event"));
        }
        fold.apply(event);
    }
    Some(fold.finish())
}
