//! An import: each prospect of the rows is judged by the rules of the ledger, and becomes a change of its file.

mod preview;
pub mod summary;

use super::change::{Origin, changed_to, created, insert_keyed, with_facts};
use crate::check::surroundings::Surroundings;
use crate::check::{Subject, check};
use crate::diag::{Code, Diagnostic, Failure, Words, counted, listed};
use crate::disk::file::id_of;
use crate::disk::find::{new_customer_path, new_path};
use crate::disk::ledger::Ledger;
use crate::disk::rows_file::read_rows;
use crate::disk::write::{Batch, FileChange};
use crate::format::line::assign_key;
use crate::model::event::Event;
use crate::model::mapping::{BELONGS_TO, FIND, Form, Mapping};
use crate::model::prospect::Prospect;
use crate::model::rows::{LeftOut, SourceRows};
use crate::plan::import::{
    AddressBook, BadRows, Found, ImportCandidate, ImportTerms, Imported, ImportedEntry, compare,
    fresh, missing, without_said,
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
    /// Rows that are refused are left out; otherwise they refuse all of them.
    pub skip_bad: bool,
    /// The prospects shall be shown as they would be.
    pub preview: bool,
}

/// What a list comes to in a ledger.
#[derive(Debug, Default)]
pub struct JudgedImport {
    /// The rows that the file or the ledger's rules refuse.
    pub bad: BadRows,
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

/// Judges the rows of a list, and adds the changes of those that are right to a batch, if there is one. One prospect is
/// in memory at a time on each thread, however long the list is: its rows are read, judged, and put into the batch.
///
/// # Errors
/// Fails if the mapping does not fit the file, a joined file cannot be read, or a change cannot be written.
pub fn judge(
    ledger: &Ledger,
    list: &ImportList,
    today: Date,
    mut batch: Option<&mut Batch>,
) -> Result<JudgedImport, Failure> {
    let ImportList { file, rows, mapping, date, skip_bad, preview } = *list;
    // A joined file comes from the same program: it has the encoding of the first one.
    let joined_form = Form { encoding: mapping.form.encoding.clone(), ..Form::default() };
    let joins = mapping.joins.iter();
    let joined: Vec<SourceRows> = joins
        .map(|join| read_rows(&file.with_file_name(&*join.file), &joined_form))
        .collect::<Result<_, _>>()?;
    let (paths, _) = ledger.paths();
    let finds = |field: &str| [FIND, BELONGS_TO].contains(&field);
    let finds = mapping.prospect.iter().any(|assignment| finds(&assignment.field));
    let people = if finds { people(ledger, &paths)? } else { AddressBook::default() };
    let taken: HashMap<String, PathBuf> =
        paths.into_iter().map(|path| (id::fold(&id_of(&path)), path)).collect();
    let settings = &ledger.settings;
    let origins = &rows.origins;
    let terms = ImportTerms { settings, mapping, file, origins, date, today, people };
    let imported = Imported::new(rows, &joined, &taken, &terms).map_err(Failure)?;
    let Found { prospects, bad, faults, faulty_rows, ids_from_names, unfound, shared } =
        imported.found();
    let mut all = JudgedImport {
        bad,
        faults,
        ids_from_names,
        left_out: (rows.notes.iter().cloned())
            .chain(rows.left_out.iter().map(LeftOut::words))
            .chain(unread(&terms.people))
            .chain(left_out(unfound, shared))
            .chain(padded(prospects.iter().map(|new| &new.id), &taken))
            .collect(),
        ..JudgedImport::default()
    };
    let judge = Judge { ledger, terms: &terms, seen: date.unwrap_or(today), today, preview };
    for some in prospects.chunks(TOGETHER) {
        let judged: Vec<Result<ProspectChange, Diagnostic>> =
            some.par_iter().map(|rows| judge.one(imported.candidate(rows))).collect();
        for judged in judged {
            let Some(change) = all.add(judged) else { continue };
            let is_refused = !skip_bad && all.bad.count + faulty_rows > 0;
            if let Some(batch) = batch.as_deref_mut().filter(|_| !is_refused) {
                batch.add(&change)?;
            }
        }
    }
    all.summary.customers = mapping.customers;
    all.summary.rows = rows.rows.len();
    all.summary.bad = all.bad.count + faulty_rows;
    Ok(all)
}

/// So many prospects are judged at a time.
const TOGETHER: usize = 512;

/// The addresses of all people in the ledger, read in parallel. A file that cannot be read stops no row but those that
/// may be of its prospect.
///
/// # Errors
/// Fails if the system lets the program open no more files.
fn people(ledger: &Ledger, paths: &[PathBuf]) -> Result<AddressBook, Failure> {
    let add = |mut book: AddressBook, path: &PathBuf| {
        if let Ok(loaded) = ledger.read(path) {
            book.add(&loaded.prospect);
            return Ok(book);
        }
        match ledger.text(path) {
            Err(found) if found.code == Code::TooManyFiles => return Err(Failure(vec![found])),
            text => book.add_unread(ledger.show(path), &text.unwrap_or_default()),
        }
        Ok(book)
    };
    paths
        .par_iter()
        .try_fold(AddressBook::default, add)
        .try_reduce(AddressBook::default, |one, other| Ok(one.joined(other)))
}

/// That files of the ledger cannot be read, so that their people are not found.
fn unread(people: &AddressBook) -> Option<Words> {
    let n = people.unread().len();
    let files = counted(n, "file", "files");
    (n > 0).then(|| {
        words!(
            "{files} of the ledger cannot be read, nor the people in them found: `crm check` lists them",
            "账本中有 {n} 个文件无法读取，其中的联系人也找不到：`crm check` 列出详情"
        )
    })
}

/// That ids of the file differ from each other, or from ids of the ledger, in leading zeros alone: a spreadsheet drops
/// them.
fn padded<'a>(
    ids: impl Iterator<Item = &'a Text> + Clone,
    taken: &HashMap<String, PathBuf>,
) -> Option<Words> {
    let bare = |id: &str| id.trim_start_matches('0').to_owned();
    let mut alike: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // Of two such ids, one has a zero in front.
    let zeros = ids.clone().map(|id| &**id).chain(taken.keys().map(String::as_str));
    for id in zeros.filter(|id| id.starts_with('0')) {
        alike.entry(bare(id)).or_default();
    }
    if alike.is_empty() {
        return None;
    }
    for id in ids {
        alike.entry(bare(id)).and_modify(|ids| ids.extend([id::fold(id)]));
    }
    // Two ids that the ledger has are no news.
    alike.retain(|_, ids| !ids.is_empty());
    for id in taken.keys() {
        alike.entry(bare(id)).and_modify(|ids| ids.extend([id.clone()]));
    }
    alike.retain(|_, ids| ids.len() > 1);
    let shown = alike.values().flatten().take(NAMED).map(|id| &**id).collect::<Vec<_>>();
    let all: usize = alike.values().map(BTreeSet::len).sum();
    let more = (all > shown.len()).then_some("…");
    let ids = listed(shown.into_iter().chain(more));
    (all > 0).then(|| {
        words!("the ids differ in leading zeros alone: {ids}", "这些编号只差前面的零：{ids:#}")
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
        let ids = listed(&ids);
        words.push(words!(
            "{address} is an address of {ids}: it finds none of them",
            "{address} 同时属于 {ids:#}：无法确定是哪一个"
        ));
    }
    if more > 0 {
        words.push(words!("{more} more such addresses", "此类地址还有 {more} 个"));
    }
    words
}

impl JudgedImport {
    /// Counts a prospect, and returns the change of its file.
    fn add(&mut self, judged: Result<ProspectChange, Diagnostic>) -> Option<FileChange> {
        match judged {
            Ok(ProspectChange { change, entries, facts, differing, after }) => {
                self.summary.add(entries, facts, differing);
                after.into_iter().for_each(|prospect| self.summary.show(prospect));
                change
            }
            Err(bad) => {
                self.bad.add(bad);
                None
            }
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
            let mut bad = self.terms.bad_row(line, Words::clauses(&why));
            bad.notes = failure.0.iter().flat_map(|found| found.notes.clone()).collect();
            bad.help = failure.0.into_iter().flat_map(|found| found.help).collect();
            bad
        })
    }

    /// A candidate that the ledger does not have.
    fn added(&self, mut candidate: ImportCandidate) -> Result<ProspectChange, Failure> {
        candidate.open(&[]);
        let mut prospect = candidate.prospect.clone();
        prospect.path = match prospect.is_customer {
            true => new_customer_path(self.ledger, &prospect.id),
            false => new_path(self.ledger, &prospect.id),
        };
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
        let there = &original.prospect;
        candidate.open(&there.events);
        let is_changed = there.events.iter().any(|event| !event.set.is_empty());
        let dated = is_changed.then(|| replay(there.clone(), settings, seen)).flatten();
        let now = dated.as_ref().map_or(there, |record| &record.prospect);
        let missing = missing(there, now, &candidate.prospect, settings);
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
            true => FileChange { path: after.path, before: None, after: Some(loaded.text) },
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

/// Puts an entry into the journal, under its own key or a new one; the suffix of a meeting's name stays.
fn put(prospect: &mut Prospect, wanted: ImportedEntry) -> Event {
    let mut event = wanted.event;
    if !wanted.keyed {
        let named = event.key.suffix().to_owned();
        assign_key(&mut event, &prospect.id, &prospect.events);
        if !named.is_empty() {
            event.key.text = format!("{}-{}-{named}", event.key.date, event.key.n).into();
        }
    }
    insert_keyed(prospect, event).clone()
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
