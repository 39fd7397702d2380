//! A section in one version, with the ancestor's comments at the end located in it.

use super::Three;
use super::document::{DocumentEntry, Line, Section};
use std::collections::{HashMap, HashSet};

/// A part of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionPart<'k> {
    /// An entry, by its key.
    Entry(&'k [String]),
    /// The comments that the ancestor has at the end of the file.
    Tail,
}

/// A section with its comments at the end put where the ancestor's are.
pub struct Side<'k, 't> {
    /// In order.
    pub parts: Vec<SectionPart<'k>>,
    entries: HashMap<&'k [String], &'k DocumentEntry<'t>>,
    /// Above which entry the comments of the end were found.
    above: Option<&'k [String]>,
    /// The ancestor's comments at the end, if it still has them.
    pub tail: &'k [Line<'t>],
    /// Comments that are new at the end.
    pub new_tail: &'k [Line<'t>],
}

impl<'k, 't> Side<'k, 't> {
    /// Reads a version of a section. If entries were appended after the comments at the end, those comments are now
    /// above the first new entry, and are located there.
    pub fn of(section: Option<&'k Section<'t>>, base: Option<&'k Section<'t>>) -> Side<'k, 't> {
        let mut side = Side {
            parts: Vec::new(),
            entries: HashMap::new(),
            above: None,
            tail: &[],
            new_tail: &[],
        };
        let Some(section) = section else { return side };
        side.entries = section.entries.iter().map(|entry| (&*entry.key, entry)).collect();
        let (known, tail) = base.map_or((&[][..], &[][..]), |b| (&*b.entries, &*b.tail));
        let known: HashSet<&[String]> = known.iter().map(|e| &*e.key).collect();
        let begins = |lines: &[Line]| {
            lines.len() >= tail.len() && lines.iter().zip(tail).all(|(a, b)| a.text == b.text)
        };
        let at_end = begins(&section.tail);
        let moved = |entry: &&DocumentEntry| !known.contains(&*entry.key) && begins(&entry.lead);
        let above = section.entries.iter().find(|entry| !at_end && moved(entry));
        for entry in &section.entries {
            if let Some(above) = above.filter(|above| above.key == entry.key) {
                side.parts.push(SectionPart::Tail);
                side.above = Some(&above.key);
                side.tail = &above.lead[..tail.len()];
            }
            side.parts.push(SectionPart::Entry(&entry.key));
        }
        side.new_tail = &section.tail;
        if at_end && !tail.is_empty() {
            (side.tail, side.new_tail) = section.tail.split_at(tail.len());
            side.parts.push(SectionPart::Tail);
        }
        side
    }

    /// The comments above an entry, without those that belong to the end.
    pub fn lead(&self, entry: Option<&'k DocumentEntry<'t>>) -> &'k [Line<'t>] {
        match entry {
            Some(entry) if self.above == Some(&*entry.key) => &entry.lead[self.tail.len()..],
            Some(entry) => &entry.lead,
            None => &[],
        }
    }
}

impl<'k, 't> Three<Side<'k, 't>> {
    /// An entry in the three versions.
    pub fn at(&self, key: &[String]) -> Three<Option<&'k DocumentEntry<'t>>> {
        let find = |side: &Side<'k, 't>| side.entries.get(key).copied();
        Three { base: find(&self.base), ours: find(&self.ours), theirs: find(&self.theirs) }
    }
}
