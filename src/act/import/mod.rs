//! An import: each prospect of the rows is judged by the rules of the ledger, and becomes a change of its file.

mod preview;
pub mod summary;

use super::change::{Origin, changed_to, created, insert, insert_keyed, with_facts};
use crate::check::surroundings::Surroundings;
use crate::check::{Subject, check};
use crate::diag::{Diagnostic, Failure, Words, counted};
use crate::disk::file::id_of;
use crate::disk::find::new_path;
use crate::disk::ledger::Ledger;
use crate::disk::rows_file::read_rows;
use crate::disk::write::FileChange;
use crate::model::event::Event;
use crate::model::mapping::{FIND, Form, Mapping};
use crate::model::prospect::Prospect;
use crate::model::rows::{LeftOut, SourceRows};
use crate::plan::import::{
    AddressBook, ImportCandidate, ImportTerms, ImportedEntry, compare, fresh, import, missing,
    without_said,
};
use crate::rules::replay::replay;
use crate::value::date::Date;
use crate::value::id;
use crate::value::text::Text;
use preview::Foreseen;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use summary::{ImportSummary, number};

/// The rows of a file, and the meaning of their columns.
pub struct ImportList<'a> {
    /// The file, as messages print it.
    pub file: &'a Path,
    /// Its rows.
    pub rows: &'a SourceRows,
    /// The meaning of its columns.
    pub mapping: &'a Mapping,
    /// The day of the list; `None` for the as-of day.
    pub date: Option<Date>,
    /// The prospects shall be shown as they would be.
    pub preview: bool,
}

/// The changes that a list makes in a ledger.
#[derive(Debug, Default)]
pub struct JudgedImport {
    /// The files to write.
    pub changes: Vec<FileChange>,
    /// The rows that the file or the ledger's rules refuse.
    pub bad: Vec<Diagnostic>,
    /// Faults that rows share, such as a value that the settings do not know: each once.
    pub faults: Vec<Diagnostic>,
    /// How many rows came to what.
    pub summary: ImportSummary,
    /// Ids were made from names: importing the file again would add every prospect again.
    pub ids_from_names: bool,
    /// What the file has and the import leaves out, for people.
    pub left_out: Vec<Words>,
}

/// The change to one prospect.
struct ProspectChange {
    /// Its file, if that changes.
    change: Option<FileChange>,
    /// The number of entries that it gets.
    entries: usize,
    /// The number of facts and people that it gets; of a new prospect 0.
    facts: usize,
    /// The facts that differ and are left alone; `None` for a new prospect.
    differing: Option<usize>,
    /// The prospect after it; `None` where it is not asked for.
    after: Option<Foreseen>,
}

/// Judges the rows of a list, and makes the changes of those that are right. Nothing is written.
///
/// # Errors
/// Fails if the mapping does not fit the file, or a joined file cannot be read.
pub fn judge(ledger: &Ledger, list: &ImportList, today: Date) -> Result<JudgedImport, Failure> {
    let ImportList { file, rows, mapping, date, preview } = *list;
    // A joined file comes from the same program: it has the encoding of the first one.
    let joined_form = Form { encoding: mapping.form.encoding.clone(), ..Form::default() };
    let joins = mapping.joins.iter();
    let joined: Vec<SourceRows> = joins
        .map(|join| read_rows(&file.with_file_name(&*join.file), &joined_form))
        .collect::<Result<_, _>>()?;
    let (paths, _) = ledger.paths();
    let by_address = mapping.prospect.iter().any(|assignment| &*assignment.field == FIND);
    let people = if by_address { people(ledger, &paths)? } else { AddressBook::default() };
    let taken: HashMap<String, PathBuf> =
        paths.into_iter().map(|path| (id::fold(&id_of(&path)), path)).collect();
    let settings = &ledger.settings;
    let origins = &rows.origins;
    let terms = ImportTerms { settings, mapping, file, origins, date, today, people };
    let read = import(rows, &joined, &taken, &terms).map_err(Failure)?;
    let padded = padded(read.candidates.iter().map(|new| &new.prospect.id), &taken);
    let judge = Judge { ledger, terms: &terms, seen: date.unwrap_or(today), today, preview };
    let judged: Vec<Result<ProspectChange, Diagnostic>> =
        read.candidates.into_par_iter().map(|candidate| judge.one(candidate)).collect();
    let mut all = JudgedImport {
        bad: read.bad,
        faults: read.faults,
        ids_from_names: read.ids_from_names,
        left_out: (rows.notes.iter().cloned())
            .chain(rows.left_out.iter().map(LeftOut::words))
            .chain(left_out(read.unfound, read.shared))
            .chain(padded)
            .collect(),
        ..JudgedImport::default()
    };
    judged.into_iter().for_each(|judged| all.add(judged));
    all.summary.rows = rows.rows.len();
    all.summary.bad = all.bad.len() + read.faulty_rows;
    Ok(all)
}

/// The addresses of all people in the ledger, read in parallel.
fn people(ledger: &Ledger, paths: &[PathBuf]) -> Result<AddressBook, Failure> {
    let add = |mut book: AddressBook, path: &PathBuf| {
        book.add(&ledger.read(path).map_err(Failure)?.prospect);
        Ok(book)
    };
    paths
        .par_iter()
        .try_fold(AddressBook::default, add)
        .try_reduce(AddressBook::default, |one, other| Ok(one.joined(other)))
}

/// That ids of the file differ from each other, or from ids of the ledger, in leading zeros alone: a spreadsheet drops
/// them.
fn padded<'a>(
    ids: impl Iterator<Item = &'a Text>,
    taken: &HashMap<String, PathBuf>,
) -> Option<Words> {
    let bare = |id: &str| id.trim_start_matches('0').to_owned();
    let mut alike: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for id in ids {
        alike.entry(bare(id)).or_default().insert(id::fold(id));
    }
    for id in taken.keys() {
        alike.entry(bare(id)).and_modify(|ids| {
            ids.insert(id.clone());
        });
    }
    alike.retain(|_, ids| ids.len() > 1);
    let shown = alike.values().flatten().take(NAMED).map(|id| &**id).collect::<Vec<_>>();
    let all: usize = alike.values().map(BTreeSet::len).sum();
    let more = if all > shown.len() { ", …" } else { "" };
    let ids = shown.join(", ");
    (all > 0).then(|| {
        words!(
            "the ids differ in leading zeros alone: {ids}{more}",
            "这些编号只差前面的零：{ids}{more}"
        )
    })
}

/// So many ids, and addresses that several prospects have, are named.
const NAMED: usize = 20;

/// Rows whose addresses find no prospect, or several.
fn left_out(unfound: usize, shared: BTreeMap<String, Vec<Text>>) -> Vec<Words> {
    let mut words = Vec::new();
    if unfound > 0 {
        let zh = number(unfound);
        let rows = counted(&zh, "row has", "rows have");
        words.push(words!(
            "{rows} only addresses that no prospect has; left out",
            "{zh} 行的地址不属于任何潜在客户，未导入"
        ));
    }
    let more = shared.len().saturating_sub(NAMED);
    for (address, ids) in shared.into_iter().take(NAMED) {
        let ids = ids.iter().map(|id| &**id).collect::<Vec<_>>().join(", ");
        words.push(words!(
            "{address} is an address of {ids}: it finds none of them",
            "{address} 同时属于 {ids}：无法确定是哪一个"
        ));
    }
    if more > 0 {
        words.push(words!("{more} more such addresses", "此类地址还有 {more} 个"));
    }
    words
}

impl JudgedImport {
    fn add(&mut self, judged: Result<ProspectChange, Diagnostic>) {
        match judged {
            Ok(ProspectChange { change, entries, facts, differing, after }) => {
                self.changes.extend(change);
                self.summary.add(entries, facts, differing);
                after.into_iter().for_each(|prospect| self.summary.show(prospect));
            }
            Err(bad) => self.bad.push(bad),
        }
    }
}

/// The ledger and the days by which candidates are judged.
struct Judge<'a> {
    ledger: &'a Ledger,
    terms: &'a ImportTerms<'a>,
    /// The day of the list.
    seen: Date,
    today: Date,
    preview: bool,
}

impl Judge<'_> {
    /// The change that a candidate makes in this ledger; `Err` with its row if the ledger's rules refuse it.
    fn one(&self, candidate: ImportCandidate) -> Result<ProspectChange, Diagnostic> {
        let line = candidate.line;
        let done = match candidate.there.clone() {
            Some(path) => self.known(candidate, &path),
            None => self.added(candidate),
        };
        done.map_err(|failure| {
            let why: Vec<Words> = failure.0.iter().map(|found| found.message.clone()).collect();
            let mut bad = self.terms.bad_row(line, Words::joined(&why, "; "));
            bad.notes = failure.0.iter().flat_map(|found| found.notes.clone()).collect();
            bad.help = failure.0.into_iter().flat_map(|found| found.help).collect();
            bad
        })
    }

    /// A candidate that the ledger does not have.
    fn added(&self, candidate: ImportCandidate) -> Result<ProspectChange, Failure> {
        let mut prospect = candidate.prospect.clone();
        prospect.path = new_path(self.ledger, &prospect.id);
        // Two rows with one key are one entry.
        let origin = origin(&candidate);
        let entries = match origin {
            Origin::Elsewhere => fresh(&candidate.prospect, &candidate)?,
            Origin::Here => candidate.entries,
        };
        for wanted in entries {
            put(&mut prospect, wanted);
        }
        let change = created(self.ledger, &prospect, origin)?;
        let wrong = errors(self.ledger, &prospect, self.today, origin);
        if !wrong.is_empty() {
            return Err(Failure(wrong));
        }
        let entries = prospect.events.len();
        let after = self.after(&prospect, &prospect.events);
        Ok(ProspectChange { change: Some(change), entries, facts: 0, differing: None, after })
    }

    /// A candidate whose file the ledger has.
    fn known(
        &self,
        mut candidate: ImportCandidate,
        path: &Path,
    ) -> Result<ProspectChange, Failure> {
        let Judge { ledger, seen, today, .. } = *self;
        let settings = &ledger.settings;
        let original = ledger.read(path).map_err(Failure)?.without_errors()?;
        let missing = missing(&original.prospect, &candidate.prospect, settings);
        let (facts, differing) = (missing.count(), Some(missing.differing));
        let loaded = match facts {
            0 => original.clone(),
            _ => with_facts(ledger, &original, &missing)?,
        };
        let there = &loaded.prospect;
        let origin = origin(&candidate);
        let entries = if origin == Origin::Elsewhere {
            fresh(there, &candidate)?
        } else {
            without_said(&mut candidate, there, settings, seen);
            let changes = compare(there, &candidate, settings, seen);
            changes.into_iter().map(ImportedEntry::of).collect()
        };
        let mut after = there.clone();
        let events: Vec<Event> =
            entries.into_iter().map(|wanted| put(&mut after, wanted)).collect();
        if events.is_empty() && facts == 0 {
            let after = self.after(&after, &events);
            return Ok(ProspectChange { change: None, entries: 0, facts, differing, after });
        }
        let mut wrong = errors(ledger, &after, today, origin);
        if !wrong.is_empty() {
            let before = errors(ledger, &original.prospect, today, origin);
            wrong.retain(|error| !before.contains(error));
        }
        if !wrong.is_empty() {
            return Err(Failure(wrong));
        }
        let foreseen = self.after(&after, &events);
        let change = match events.is_empty() {
            true => FileChange { path: after.path, before: None, after: loaded.text },
            false => changed_to(ledger, &loaded, after, &events, origin)?,
        };
        let change = Some(FileChange { before: Some(original.text), ..change });
        Ok(ProspectChange { change, entries: events.len(), facts, differing, after: foreseen })
    }

    /// A prospect that got these entries, if it is asked for.
    fn after(&self, prospect: &Prospect, fresh: &[Event]) -> Option<Foreseen> {
        let record = || replay(prospect.clone(), &self.ledger.settings, self.today);
        let record = self.preview.then(record).flatten()?;
        Some(Foreseen::of(&record, fresh))
    }
}

/// Puts an entry into the journal, under its own key or a new one.
fn put(prospect: &mut Prospect, wanted: ImportedEntry) -> Event {
    match wanted.keyed {
        true => insert_keyed(prospect, wanted.event).clone(),
        false => insert(prospect, wanted.event).clone(),
    }
}

/// The errors that `crm check` would find and that refuse entries of this origin; such a prospect is not written.
fn errors(ledger: &Ledger, prospect: &Prospect, today: Date, origin: Origin) -> Vec<Diagnostic> {
    let shown = ledger.show(&prospect.path);
    let Some(record) = replay(prospect.clone(), &ledger.settings, today) else { return Vec::new() };
    let around = &Surroundings::default();
    let subject =
        Subject { record: &record, settings: &ledger.settings, as_of: today, shown, around };
    let mut found = check(&subject);
    found.retain(|finding| finding.is_error() && origin.refuses(finding));
    found
}

/// The ledger that judges the entries of a candidate first.
fn origin(candidate: &ImportCandidate) -> Origin {
    if candidate.is_journal() { Origin::Elsewhere } else { Origin::Here }
}
