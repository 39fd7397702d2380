//! What a file says beyond what the ledger has.

use super::Candidate;
use crate::model::event::Event;
use crate::model::prospect::{FACTS, Prospect};

/// The entries that a prospect's file does not have yet, and how many facts differ from it. Each entry of
/// the file answers for one of the rows': equal ones stay several. Keys do not count, nor does the day
/// where the rows state none.
pub fn compare(there: &Prospect, candidate: &Candidate) -> (Vec<Event>, usize) {
    let mut answered = vec![false; there.events.len()];
    let mut fresh = Vec::new();
    // Mostly they come in the order in which they stand there.
    let mut open = 0;
    for wanted in &candidate.entries {
        let left = there.events[open..].iter().zip(&answered[open..]);
        let found = left.enumerate().find(|(_, (event, answered))| {
            let day = wanted.dated_by_option || event.date() == wanted.event.date();
            !**answered && day && same_content(event, &wanted.event)
        });
        match found.map(|(position, _)| open + position) {
            Some(position) => {
                answered[position] = true;
                open += answered[open..].iter().take_while(|answered| **answered).count();
            }
            None => fresh.push(wanted.event.clone()),
        }
    }
    (fresh, differing(there, &candidate.prospect))
}

fn same_content(there: &Event, wanted: &Event) -> bool {
    let unknown = there.unknown.clone();
    *there == Event { key: there.key.clone(), unknown, ..wanted.clone() }
}

/// Facts that the rows state and the file has otherwise, or not at all.
fn differing(there: &Prospect, wanted: &Prospect) -> usize {
    let own = wanted.facts.iter().map(|(key, _)| &**key);
    let stated = |key: &&str| wanted.fact(key).is_some_and(|value| !value.is_empty());
    let texts = FACTS.into_iter().chain(own).filter(stated);
    let texts = texts.filter(|key| there.fact(key) != wanted.fact(key)).count();
    let lists = [(&there.needs, &wanted.needs), (&there.tags, &wanted.tags)];
    let lists =
        lists.iter().filter(|(there, wanted)| !wanted.is_empty() && there != wanted).count();
    let people = wanted.contacts.iter().filter(|c| !there.contacts.contains(c)).count();
    texts + lists + people
}
