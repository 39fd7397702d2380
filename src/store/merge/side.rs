//! A section as a version has it, with the ancestor's comments found again where they are.

use super::combine::Three;
use super::document::{Entry, Line, Section};
use std::collections::HashMap;

/// What stands in a section, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part<'k> {
    /// The comments that the ancestor has above an entry.
    Lead(&'k [String]),
    /// An entry, by its key; with comments above it where the ancestor has none there.
    Entry(&'k [String]),
    /// The comments that the ancestor has at the end of the file.
    Tail,
}

/// A version of a section. A new entry may stand between the ancestor's comments and what they stood
/// above (an append comes after the comments at the end); then they are found above the new entry.
#[derive(Default)]
pub struct Side<'k, 't> {
    /// In order.
    pub parts: Vec<Part<'k>>,
    entries: HashMap<&'k [String], &'k Entry<'t>>,
    /// The comments of the parts [`Part::Lead`].
    leads: HashMap<&'k [String], &'k [Line<'t>]>,
    /// The comments above entries that belong to no other part.
    own: HashMap<&'k [String], &'k [Line<'t>]>,
    /// The ancestor's comments at the end, if it still has them.
    pub tail: &'k [Line<'t>],
    /// Comments that are new at the end.
    pub new_tail: &'k [Line<'t>],
}

/// Does one list of comments begin with another?
fn begins(lines: &[Line], with: &[Line]) -> bool {
    lines.len() >= with.len() && lines.iter().zip(with).all(|(a, b)| a.text == b.text)
}

impl<'k, 't> Side<'k, 't> {
    /// Reads a version of a section.
    pub fn of(section: Option<&'k Section<'t>>, base: Option<&'k Section<'t>>) -> Side<'k, 't> {
        let mut side = Side::default();
        let Some(section) = section else { return side };
        let (known, tail) = base.map_or((&[][..], &[][..]), |b| (&*b.entries, &*b.tail));
        let known: HashMap<&[String], &[Line]> =
            known.iter().map(|entry| (&*entry.key, &*entry.lead)).collect();
        // New entries since the last one that the ancestor has.
        let mut new: Vec<&'k Entry<'t>> = Vec::new();
        for entry in &section.entries {
            side.entries.insert(&entry.key, entry);
            let Some(lead) = known.get(&*entry.key) else {
                new.push(entry);
                continue;
            };
            let is_there = lead.is_empty() || begins(&entry.lead, lead);
            let above = if is_there { None } else { host(&new, lead) };
            side.run(&new, above, Part::Lead(&entry.key), lead.len());
            new.clear();
            side.own.insert(&entry.key, &entry.lead);
            if !lead.is_empty() && above.is_none() {
                side.parts.push(Part::Lead(&entry.key));
                side.leads.insert(&entry.key, &entry.lead);
                side.own.remove(&*entry.key);
            }
            side.parts.push(Part::Entry(&entry.key));
        }
        let at_end = begins(&section.tail, tail);
        let above = if at_end { None } else { host(&new, tail) };
        side.run(&new, above, Part::Tail, tail.len());
        side.new_tail = &section.tail;
        if at_end && !tail.is_empty() {
            (side.tail, side.new_tail) = section.tail.split_at(tail.len());
            side.parts.push(Part::Tail);
        }
        side
    }

    /// Adds new entries; above one of them stands another part's comments, so many lines.
    fn run(&mut self, new: &[&'k Entry<'t>], host: Option<usize>, part: Part<'k>, lines: usize) {
        for (position, entry) in new.iter().enumerate() {
            let mut own = &*entry.lead;
            if host == Some(position) {
                let (lead, rest) = entry.lead.split_at(lines);
                own = rest;
                self.parts.push(part);
                match part {
                    Part::Lead(key) | Part::Entry(key) => {
                        self.leads.insert(key, lead);
                    }
                    Part::Tail => self.tail = lead,
                }
            }
            self.own.insert(&entry.key, own);
            self.parts.push(Part::Entry(&entry.key));
        }
    }

    /// The ancestor's comments above an entry as they are here.
    pub fn lead(&self, key: &[String]) -> &'k [Line<'t>] {
        self.leads.get(key).copied().unwrap_or_default()
    }

    /// The comments above an entry that are part of it.
    pub fn own(&self, key: &[String]) -> &'k [Line<'t>] {
        self.own.get(key).copied().unwrap_or_default()
    }
}

/// The first of some entries above which these comments stand.
fn host(entries: &[&Entry], lead: &[Line]) -> Option<usize> {
    entries.iter().position(|entry| begins(&entry.lead, lead))
}

impl<'k, 't> Three<Side<'k, 't>> {
    /// An entry in the three versions.
    pub fn at(&self, key: &[String]) -> Three<Option<&'k Entry<'t>>> {
        let find = |side: &Side<'k, 't>| side.entries.get(key).copied();
        Three { base: find(&self.base), ours: find(&self.ours), theirs: find(&self.theirs) }
    }
}
