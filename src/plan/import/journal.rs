//! Entries that come from another ledger with their keys, and what a list says that the ledger says now.

use super::compare::same_content;
use super::{ImportCandidate, ImportedEntry};
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::replay::replay;
use crate::value::date::Date;

impl ImportCandidate {
    /// Do its entries come from another ledger, with their keys?
    pub fn is_journal(&self) -> bool {
        self.entries.iter().any(|wanted| wanted.keyed)
    }
}

/// The entries of a journal that the file does not have. One with a key is found by it.
///
/// # Errors
/// Fails if the file has another entry under such a key: an entry is never changed.
pub fn fresh(
    there: &Prospect,
    candidate: &ImportCandidate,
) -> Result<Vec<ImportedEntry>, Diagnostic> {
    let mut fresh: Vec<ImportedEntry> = Vec::new();
    for wanted in &candidate.entries {
        let event = &wanted.event;
        let by_key = |known: &&Event| known.key.text == event.key.text;
        let so_far = || there.events.iter().chain(fresh.iter().map(|wanted| &wanted.event));
        let known = match wanted.keyed {
            true => so_far().find(by_key),
            false => {
                so_far().find(|known| known.date() == event.date() && same_content(known, event))
            }
        };
        match known {
            Some(known) if !same_content(known, event) => {
                let key = &event.key;
                let message = words!(
                    "the entry `{key}` is there with another content",
                    "记录 `{key}` 已存在，而内容不同"
                );
                return Err(Diagnostic::new(Code::BadRow, message).help(words!(
                    "an import changes no entry: leave the row out, or its key",
                    "导入不改动已有的记录：请去掉这一行，或去掉它的键"
                )));
            }
            Some(_) => {}
            None => fresh.push(wanted.clone()),
        }
    }
    Ok(fresh)
}

/// Takes out of the rows without a day what the ledger says on the day `seen`: the purpose of the next step, and the
/// reason of the last move. They are no part of a position, and exports of prospects have them.
pub fn without_said(
    candidate: &mut ImportCandidate,
    there: &Prospect,
    settings: &Settings,
    seen: Date,
) {
    let says = |wanted: &ImportedEntry| {
        wanted.dated_by_option
            && (wanted.event.next_what.is_some() || wanted.event.reason.is_some())
    };
    if !candidate.entries.iter().any(says) {
        return;
    }
    let Some(record) = replay(there.clone(), settings, seen) else { return };
    let next = record.state.evidence.next.as_ref().and_then(|next| next.what.as_ref());
    for wanted in candidate.entries.iter_mut().filter(|wanted| wanted.dated_by_option) {
        let event = &mut wanted.event;
        event.next_what = event.next_what.take().filter(|what| Some(what) != next);
        event.reason =
            event.reason.take().filter(|reason| Some(reason) != record.state.reason.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;

    #[test]
    fn an_entry_without_a_key_is_known_by_its_day_and_its_content() {
        let event = |day: &str, note: &str| {
            let key = EventKey::parse(&format!("{day}-1")).unwrap();
            Event { note: Some(note.into()), ..Event::new(key, "note") }
        };
        let events = vec![event("2009-12-01", "a")];
        let there = Prospect { events, ..Prospect::default() };
        let is_fresh = |day: &str, note: &str| {
            let candidate = ImportCandidate {
                prospect: Prospect::default(),
                opening: Vec::new(),
                entries: vec![ImportedEntry::of(event(day, note))],
                line: 2,
                there: None,
            };
            !fresh(&there, &candidate).unwrap().is_empty()
        };
        assert!(!is_fresh("2009-12-01", "a"));
        assert!(is_fresh("2009-12-01", "b") && is_fresh("2009-12-02", "a"));
    }
}
