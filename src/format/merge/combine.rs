//! The merge itself: section by section, key by key.

use super::document::{BOM, Document, DocumentEntry, Line, READERS, Section};
use super::lines::{MergedValue, change, either, merge_comment, merge_lines};
use super::markers::Markers;
use super::order::Lists;
use super::out::Out;
use super::side::{SectionPart, Side};
use super::value::same;
use super::{FileKind, Merged, Three, Unclear, Versions};
use crate::format::line::newline_of;
use crate::format::sealed::merge::{differ_in_seals_only, is_of_keys, is_wrapped};
use crate::model::event::EventKey;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Lists of tables of the settings whose order has no meaning.
pub(super) const UNORDERED: [&str; 3] = ["rep", "campaign", READERS];

/// Merges three texts of which each differs from the others.
pub fn combine(versions: Versions, kind: FileKind, markers: &Markers) -> Result<Merged, Unclear> {
    let Versions { base, ours, theirs } = versions;
    // Where every file keeps to one line end it is set aside, and put back at the end.
    let uniform = [base, ours, theirs].into_iter().all(is_uniform);
    let plain = versions.map(|text| {
        if uniform && text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n"))
        } else {
            Cow::Borrowed(text)
        }
    });
    let newlines = versions.map(|text| text.contains('\n').then(|| newline_of(text)));
    let documents = Three {
        base: Document::read(&plain.base, kind.names())?,
        ours: Document::read(&plain.ours, kind.names())?,
        theirs: Document::read(&plain.theirs, kind.names())?,
    };
    let mut documents = documents;
    recognise(&documents.base, &mut documents.ours, kind);
    recognise(&documents.base, &mut documents.theirs, kind);
    let documents =
        Three { base: &documents.base, ours: &documents.ours, theirs: &documents.theirs };
    if let Some(journal) = kind.journal() {
        let unusual =
            |document: &Document| document.sections.iter().any(|s| is_unusual(s, journal));
        if [documents.base, documents.ours, documents.theirs].into_iter().any(unusual) {
            return Err(Unclear::Journal);
        }
    }
    let newline = match change(Some(newlines.base), newlines.ours, newlines.theirs) {
        MergedValue::To(newline) => newline,
        MergedValue::Two => newlines.ours.min(newlines.theirs),
    };
    let bom = documents.map(|document| document.bom);
    let bom = change(Some(bom.base), bom.ours, bom.theirs) == MergedValue::To(true);
    let out = Out {
        text: if bom { BOM.to_string() } else { String::new() },
        start: if bom { BOM.len_utf8() } else { 0 },
        ended: 0,
        newline: newline.unwrap_or("\n"),
        uniform,
        markers,
        conflicts: Vec::new(),
    };
    let mut merger = Merger { kind, documents, out };
    merger.sections()?;
    Ok(Merged { text: merger.out.text, conflicts: merger.out.conflicts })
}

/// Do all lines end alike?
fn is_uniform(text: &str) -> bool {
    let lines = text.matches('\n').count();
    let returns = text.matches("\r\n").count();
    returns == 0 || returns == lines
}

/// Are a journal's entries written in another way than as lines under its header?
fn is_unusual(section: &Section, journal: &str) -> bool {
    let named = |path: &[String]| path.first().is_some_and(|name| name == journal);
    match section.path.len() {
        0 => section.entries.iter().any(|entry| named(&entry.key)),
        1 => named(&section.path) && section.is_element,
        _ => named(&section.path),
    }
}

/// If more contacts than this share a phone or e-mail, it does not identify renamed contacts.
const MANY: usize = 20;

/// Matches renamed contacts: a new contact with the phone, e-mail or birthday of exactly one missing contact is that
/// contact.
fn recognise(base: &Document, side: &mut Document, kind: FileKind) {
    if kind != FileKind::Prospect {
        return;
    }
    const MARKS: [&str; 3] = ["phone", "email", "birthday"];
    let is_person = |section: &Section| section.is_element && section.path == ["contact"];
    let mut missing: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
    for section in base.sections.iter().filter(|section| is_person(section)) {
        for mark in marks(section, &MARKS).filter(|_| side.section(&section.id).is_none()) {
            missing.entry(mark).or_default().push(&section.id);
        }
    }
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut times: HashMap<String, usize> = HashMap::new();
    for (position, section) in side.sections.iter().enumerate() {
        if !is_person(section) || base.section(&section.id).is_some() {
            continue;
        }
        // One telephone may be that of a whole office.
        let known = marks(section, &MARKS).filter_map(|mark| missing.get(&mark)).flatten();
        let known: BTreeSet<&str> = known.copied().take(MANY).collect();
        if let (Some(only), 1) = (known.first(), known.len()) {
            found.push((position, (*only).to_owned()));
            *times.entry((*only).to_owned()).or_default() += 1;
        }
    }
    found.retain(|(_, id)| times.get(id) == Some(&1));
    side.rename(found);
}

/// The values by which a person is known again.
fn marks<'s>(section: &'s Section, keys: &[&str]) -> impl Iterator<Item = (&'s str, &'s str)> {
    section.entries.iter().filter_map(move |entry| match &*entry.key {
        [key] if keys.contains(&&**key) => Some((&**key, entry.value)),
        _ => None,
    })
}

struct Merger<'m, 'k, 't> {
    kind: FileKind,
    documents: Three<&'k Document<'t>>,
    out: Out<'m>,
}

impl<'k, 't> Merger<'_, 'k, 't> {
    fn is_journal(&self, section: &Section) -> bool {
        section.path.len() == 1 && self.kind.journal() == Some(&*section.path[0])
    }

    fn sections(&mut self) -> Result<(), Unclear> {
        let Three { base, ours, theirs } = self.documents;
        let ids = self.documents.map(Document::ids);
        let stays = |id: &&str| match (ours.section(id), theirs.section(id)) {
            (Some(_), Some(_)) => true,
            (None, None) => false,
            (Some(there), None) | (None, Some(there)) => {
                let before = base.section(id);
                self.is_journal(there) || before.is_none_or(|b| b.said() != there.said())
            }
        };
        let rank = |a: &&str, b: &&str| {
            let last = |id: &str| {
                let section = ours.section(id).or_else(|| theirs.section(id));
                section.is_some_and(|section| self.is_journal(section))
            };
            (last(a), *a).cmp(&(last(b), *b))
        };
        let order =
            Lists { base: &ids.base, ours: &ids.ours, theirs: &ids.theirs }.merge(stays, rank);
        if self.kind == FileKind::Settings {
            let section = |id: &&str| ours.section(id).or_else(|| theirs.section(id));
            let ordered = |section: &Section| {
                section.is_element && !UNORDERED.contains(&&*section.path.join("."))
            };
            // A table without a name is another one after every change.
            let replaced = |document: &Document, other: &Document| {
                let gone = |d: &Document, s: &Section| d.section(&s.id).is_none();
                let lost = base.sections.iter().any(|s| s.is_nameless && gone(document, s));
                lost && other.sections.iter().any(|s| s.is_nameless && gone(base, s))
                    && other.ids() != base.ids()
            };
            let clash = order.mingled.iter().filter_map(section).any(ordered)
                || order.is_resorted
                || replaced(ours, theirs)
                || replaced(theirs, ours);
            if clash {
                return Err(Unclear::Order);
            }
        }
        for id in &order.keys {
            self.section(self.documents.map(|document| document.section(id)));
        }
        Ok(())
    }

    fn section(&mut self, versions: Three<Option<&'k Section<'t>>>) {
        let Some(any) = versions.ours.or(versions.theirs) else { return };
        let is_journal = self.is_journal(any);
        // A journal that a side lacks counts as one that it did not touch.
        let versions = match versions.base {
            Some(base) if is_journal => versions.map(|version| version.or(Some(base))),
            _ => versions,
        };
        let Three { base, ours, theirs } = versions;
        let is_of_keys = is_of_keys(&any.path);
        if let (Some(_), Some(there), false) = (base, ours.xor(theirs), is_journal || is_of_keys) {
            return self.removed_section(there, ours.is_some());
        }
        let headers = versions.map(|section| section.and_then(|section| section.header.as_ref()));
        let leads = headers.map(|header| header.map_or(&[][..], |header| &header.lead));
        let lead = match (ours, theirs) {
            (Some(_), None) => leads.ours.to_vec(),
            (None, Some(_)) => leads.theirs.to_vec(),
            _ => merge_lines(leads.base, leads.ours, leads.theirs),
        };
        self.out.lines(&lead);
        let name = section_name(any);
        self.entry(headers, is_journal || is_of_keys, || name.clone());
        let sides = Three {
            base: Side::of(base, base),
            ours: Side::of(ours, base),
            theirs: Side::of(theirs, base),
        };
        for part in self.order(&sides, is_journal) {
            match part {
                SectionPart::Tail => self.out.lines(sides.ours.tail),
                SectionPart::Entry(key) => {
                    let entries = sides.at(key);
                    self.out.lines(&self.lead(&sides, key, is_journal));
                    if !is_journal && removed(entries) {
                        continue;
                    }
                    self.entry(entries, is_journal || is_of_keys, || match &*name {
                        "" => key.join("."),
                        _ if is_journal => key.join("."),
                        section => format!("{section}: {}", key.join(".")),
                    });
                }
            }
        }
        self.out.lines(&merge_lines(&[], sides.ours.new_tail, sides.theirs.new_tail));
    }

    /// The comments above an entry.
    fn lead(&self, sides: &Three<Side<'k, 't>>, key: &[String], is_journal: bool) -> Vec<Line<'t>> {
        let entries = sides.at(key);
        let base = sides.base.lead(entries.base);
        let (ours, theirs) = (sides.ours.lead(entries.ours), sides.theirs.lead(entries.theirs));
        let (there, remover) = match (entries.ours, entries.theirs) {
            // The removal of an entry does not concern its comments.
            (Some(_), None) if is_journal => return ours.to_vec(),
            (None, Some(_)) if is_journal => return theirs.to_vec(),
            (Some(_), None) if removed(entries) => (ours, self.documents.theirs),
            (None, Some(_)) if removed(entries) => (theirs, self.documents.ours),
            _ => return merge_lines(base, ours, theirs),
        };
        let known: HashSet<&str> = base.iter().map(|line| line.text).collect();
        let stays = |line: &&Line| {
            let is_new = !known.contains(line.text);
            is_new && !line.text.trim().is_empty() && !remover.has_comment(line.text)
        };
        there.iter().filter(stays).copied().collect()
    }

    /// The order of the parts of a section.
    fn order(&self, sides: &Three<Side<'k, 't>>, is_journal: bool) -> Vec<SectionPart<'k>> {
        let stays = |part: &SectionPart<'k>| match part {
            SectionPart::Tail => !sides.ours.tail.is_empty() && !sides.theirs.tail.is_empty(),
            SectionPart::Entry(key) => match sides.at(key) {
                Three { ours: None, theirs: None, .. } => false,
                // New comments above a removed fact are kept.
                entries if !is_journal && removed(entries) => {
                    !self.lead(sides, key, is_journal).is_empty()
                }
                _ => true,
            },
        };
        let rank = |a: &SectionPart<'k>, b: &SectionPart<'k>| match (a, b) {
            (SectionPart::Entry(a), SectionPart::Entry(b)) if is_journal => by_replay(a, b),
            (SectionPart::Entry(a), SectionPart::Entry(b)) => by_fact(a, b),
            _ => a.cmp(b),
        };
        Lists { base: &sides.base.parts, ours: &sides.ours.parts, theirs: &sides.theirs.parts }
            .merge(stays, rank)
            .keys
    }

    /// One key, or a header; `is_growing`: of a journal, or of wrapped keys, of which none is in conflict.
    fn entry(
        &mut self,
        entries: Three<Option<&DocumentEntry<'t>>>,
        is_growing: bool,
        what: impl FnOnce() -> String,
    ) {
        let (ours, theirs) = match (entries.ours, entries.theirs) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (Some(there), None) | (None, Some(there)) if entries.base.is_none() || is_growing => {
                return self.out.put(there.line.text, there.line.newline);
            }
            (Some(there), None) => {
                return self.out.conflict(what(), entries.base, &[there.line], &[]);
            }
            (None, Some(there)) => {
                return self.out.conflict(what(), entries.base, &[], &[there.line]);
            }
            (None, None) => return,
        };
        let base = entries.base;
        let value = match change(base.map(|entry| entry.value), ours.value, theirs.value) {
            MergedValue::To(value) => value,
            MergedValue::Two if same(ours.value, theirs.value) => {
                either(None, ours.value, theirs.value)
            }
            // Two sides sealed one entry, which no side changes; or wrapped one key for one reader.
            MergedValue::Two
                if is_growing
                    && (is_wrapped(ours.value) && is_wrapped(theirs.value)
                        || differ_in_seals_only(ours.value, theirs.value)) =>
            {
                either(None, ours.value, theirs.value)
            }
            MergedValue::Two => {
                return self.out.conflict(what(), base, &[ours.line], &[theirs.line]);
            }
        };
        let before = either(base.map(|entry| entry.before), ours.before, theirs.before);
        let after = merge_comment(base.map(|entry| entry.after), ours.after, theirs.after);
        let newline =
            either(base.map(|entry| entry.line.newline), ours.line.newline, theirs.line.newline);
        self.out.put(&[before, value, &after].concat(), newline);
    }

    /// A section that one side removed and the other changed.
    fn removed_section(&mut self, there: &Section<'t>, is_ours: bool) {
        let mut lines: Vec<Line<'t>> = Vec::new();
        for entry in there.header.iter().chain(&there.entries) {
            lines.extend(&entry.lead);
            lines.push(entry.line);
        }
        lines.extend(&there.tail);
        // The blank lines above it belong to neither side.
        let blank = lines.iter().take_while(|line| line.text.trim().is_empty()).count();
        let (above, lines) = lines.split_at(blank);
        self.out.lines(above);
        let (ours, theirs) = if is_ours { (lines, &[][..]) } else { (&[][..], lines) };
        self.out.conflict(section_name(there), None, ours, theirs);
    }
}

/// Was a fact removed on one side, and left as it was on the other?
fn removed(entries: Three<Option<&DocumentEntry>>) -> bool {
    let there = entries.ours.xor(entries.theirs);
    entries.base.zip(there).is_some_and(|(base, there)| same(base.value, there.value))
}

/// The name of a section: `contact 张先生`.
fn section_name(section: &Section) -> String {
    let path = section.path.join(".");
    if !section.is_element {
        return path;
    }
    match ["name", "id"].iter().find_map(|key| section.text_of(key)) {
        Some(name) => format!("{path} {name}"),
        None => path,
    }
}

/// The order of replay; keys that are not those of events come last.
fn by_replay(a: &[String], b: &[String]) -> Ordering {
    let event = |key: &[String]| match key {
        [key] => EventKey::parse(key),
        _ => None,
    };
    match (event(a), event(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a_event, b_event) => (a_event.is_none(), a).cmp(&(b_event.is_none(), b)),
    }
}

/// Facts as a new file has them, the others by name.
fn by_fact(a: &[String], b: &[String]) -> Ordering {
    let known = |key: &[String]| {
        let facts = crate::model::prospect::FACTS;
        facts.iter().position(|fact| key == [*fact]).unwrap_or(facts.len())
    };
    (known(a), a).cmp(&(known(b), b))
}
