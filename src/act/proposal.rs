//! Proposals: changes that a plan finds, and the entries that make them.

use super::session::{Done, Session};
use super::target::Entry;
use crate::diag::{Failure, Words};
use crate::model::event::Event;
use crate::value::text::Text;
use std::path::Path;

/// One proposed change: the entry that would make it.
pub struct Proposed<'b> {
    /// The prospect's file.
    pub path: &'b Path,
    /// The column it moves to.
    pub stage: Option<Text>,
    /// The new owner; empty = the pool.
    pub owner: Option<Text>,
    /// The helpers that it names: role and rep; an empty rep takes the role off.
    pub serves: Vec<(Text, Text)>,
    /// The reason of the entry.
    pub reason: Text,
    /// From where to where, for talk: `25 -> opportunity`.
    pub moved: Words,
}

/// Writes the proposed entries, all or none. `draft` is the event that they have in common.
///
/// # Errors
/// Fails as [`Session::target`] and [`Session::commit`] do; nothing was written then.
pub fn carry_out<'b>(
    session: &Session,
    draft: &Event,
    proposed: impl IntoIterator<Item = Proposed<'b>>,
) -> Result<Done, Failure> {
    let mut entries = Vec::new();
    for change in proposed {
        let target = session.target(change.path)?;
        let event = Event {
            stage: change.stage,
            owner: change.owner,
            serves: change.serves,
            reason: Some(change.reason),
            ..draft.clone()
        };
        let said = change.moved.about(&target.named());
        entries.push(Entry { target, events: vec![event], said });
    }
    session.commit(entries)
}
