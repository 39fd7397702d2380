//! An import: each prospect of the rows is judged by the rules of the ledger, and becomes a change of its file.

pub mod summary;

use super::change::{changed, created, insert};
use crate::check::{Subject, check};
use crate::diag::{Diagnostic, Failure, Words, counted};
use crate::disk::file::id_of;
use crate::disk::find::new_path;
use crate::disk::ledger::Ledger;
use crate::disk::rows_file::read_rows;
use crate::disk::write::FileChange;
use crate::model::mapping::{FIND, Form, Mapping};
use crate::model::prospect::Prospect;
use crate::model::rows::SourceRows;
use crate::plan::import::{AddressBook, ImportCandidate, ImportTerms, bad_row, compare, import};
use crate::rules::replay::replay;
use crate::value::date::Date;
use crate::value::id;
use crate::value::text::Text;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
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
}

/// The changes that a list makes in a ledger.
#[derive(Debug, Default)]
pub struct JudgedImport {
    /// The files to write.
    pub changes: Vec<FileChange>,
    /// The rows that the file or the ledger's rules refuse.
    pub bad: Vec<Diagnostic>,
    /// How many rows came to what.
    pub summary: ImportSummary,
    /// Ids were made from names: importing the file again would add every prospect again.
    pub ids_from_names: bool,
    /// What the file has and the import leaves out, for people.
    pub left_out: Vec<Words>,
}

/// The change to one prospect.
enum ProspectChange {
    /// A new file, and the board and column of its prospect.
    Added { change: FileChange, entries: usize, position: (usize, usize) },
    /// A known file with new content, or without.
    Known { change: Option<FileChange>, entries: usize, differing: usize },
}

/// Judges the rows of a list, and makes the changes of those that are right. Nothing is written.
///
/// # Errors
/// Fails if the mapping does not fit the file, or a joined file cannot be read.
pub fn judge(ledger: &Ledger, list: &ImportList, today: Date) -> Result<JudgedImport, Failure> {
    let ImportList { file, rows, mapping, date } = *list;
    // A joined file comes from the same program: it has the encoding of the first one.
    let joined_form = Form { encoding: mapping.form.encoding.clone(), ..Form::default() };
    let joins = mapping.joins.iter();
    let joined: Vec<SourceRows> = joins
        .map(|join| read_rows(&file.with_file_name(&*join.file), &joined_form))
        .collect::<Result<_, _>>()?;
    let (paths, _) = ledger.paths();
    let taken: HashMap<String, PathBuf> =
        paths.into_iter().map(|path| (id::fold(&id_of(&path)), path)).collect();
    let by_address = mapping.prospect.iter().any(|assignment| &*assignment.field == FIND);
    let people = if by_address { people(ledger)? } else { AddressBook::default() };
    let terms = ImportTerms { settings: &ledger.settings, mapping, file, date, today, people };
    let read = import(rows, &joined, &taken, &terms).map_err(Failure)?;
    let seen = date.unwrap_or(today);
    let judged: Vec<Result<ProspectChange, Diagnostic>> = read
        .candidates
        .into_par_iter()
        .map(|candidate| one(ledger, candidate, file, seen, today))
        .collect();
    let mut all = JudgedImport {
        bad: read.bad,
        ids_from_names: read.ids_from_names,
        left_out: rows.left_out.iter().cloned().chain(left_out(read.unfound, read.shared)).collect(),
        ..JudgedImport::default()
    };
    judged.into_iter().for_each(|judged| all.add(judged));
    all.summary.rows = rows.rows.len();
    all.summary.bad = all.bad.len();
    Ok(all)
}

/// The addresses of everybody in the ledger, read in parallel.
fn people(ledger: &Ledger) -> Result<AddressBook, Failure> {
    let (paths, _) = ledger.paths();
    let add = |mut book: AddressBook, path: PathBuf| {
        book.add(&ledger.read(&path).map_err(Failure)?.prospect);
        Ok(book)
    };
    let paths = paths.into_par_iter();
    paths
        .try_fold(AddressBook::default, add)
        .try_reduce(AddressBook::default, |one, other| Ok(one.joined(other)))
}

/// So many addresses that several prospects have are named.
const SHARED: usize = 20;

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
    let more = shared.len().saturating_sub(SHARED);
    for (address, ids) in shared.into_iter().take(SHARED) {
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
            Ok(ProspectChange::Added { change, entries, position }) => {
                self.summary.add(entries, position);
                self.changes.push(change);
            }
            Ok(ProspectChange::Known { change, entries, differing }) => {
                self.summary.add_known(entries, differing);
                self.changes.extend(change);
            }
            Err(bad) => self.bad.push(bad),
        }
    }
}

/// The change that a candidate makes in this ledger; `Err` with its row if the ledger's rules refuse it.
fn one(
    ledger: &Ledger,
    candidate: ImportCandidate,
    file: &Path,
    seen: Date,
    today: Date,
) -> Result<ProspectChange, Diagnostic> {
    let line = candidate.line;
    let done = match candidate.there.clone() {
        Some(path) => known(ledger, &candidate, &path, seen, today),
        None => added(ledger, candidate, today),
    };
    done.map_err(|failure| {
        let why: Vec<Words> = failure.0.iter().map(|found| found.message.clone()).collect();
        let mut bad = bad_row(file, line, Words::joined(&why, "; "));
        bad.notes = failure.0.iter().flat_map(|found| found.notes.clone()).collect();
        bad.help = failure.0.into_iter().flat_map(|found| found.help).collect();
        bad
    })
}

/// A candidate that the ledger does not have.
fn added(
    ledger: &Ledger,
    candidate: ImportCandidate,
    today: Date,
) -> Result<ProspectChange, Failure> {
    let mut prospect = candidate.prospect;
    prospect.path = new_path(ledger, &prospect.id);
    for wanted in candidate.entries {
        insert(&mut prospect, wanted.event);
    }
    let change = created(ledger, &prospect)?;
    let wrong = errors(ledger, &prospect, today);
    if !wrong.is_empty() {
        return Err(Failure(wrong));
    }
    let entries = prospect.events.len();
    let position = replay(prospect, &ledger.settings, today)
        .map_or((0, 0), |record| (record.state.pipeline, record.state.stage));
    Ok(ProspectChange::Added { change, entries, position })
}

/// A candidate whose file the ledger has.
fn known(
    ledger: &Ledger,
    candidate: &ImportCandidate,
    path: &Path,
    seen: Date,
    today: Date,
) -> Result<ProspectChange, Failure> {
    let loaded = ledger.read(path).map_err(Failure)?.without_errors()?;
    let (fresh, differing) = compare(&loaded.prospect, candidate, &ledger.settings, seen);
    if fresh.is_empty() {
        return Ok(ProspectChange::Known { change: None, entries: 0, differing });
    }
    let (change, _) = changed(ledger, &loaded, &fresh)?;
    let mut after = loaded.prospect.clone();
    let entries = fresh.len();
    for event in fresh {
        insert(&mut after, event);
    }
    let before = errors(ledger, &loaded.prospect, today);
    let wrong = errors(ledger, &after, today).into_iter().filter(|error| !before.contains(error));
    let wrong: Vec<Diagnostic> = wrong.collect();
    if !wrong.is_empty() {
        return Err(Failure(wrong));
    }
    Ok(ProspectChange::Known { change: Some(change), entries, differing })
}

/// The errors that `crm check` would find; such a prospect is not written.
fn errors(ledger: &Ledger, prospect: &Prospect, today: Date) -> Vec<Diagnostic> {
    let shown = ledger.show(&prospect.path);
    let Some(record) = replay(prospect.clone(), &ledger.settings, today) else { return Vec::new() };
    let subject = Subject { record: &record, settings: &ledger.settings, as_of: today, shown };
    let mut found = check(&subject);
    found.retain(|finding| finding.is_error());
    found
}
