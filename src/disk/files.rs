//! Reads and replays every prospect, or customer, of a ledger, on as many threads as the machine has. A thread fetches a
//! batch of names, reads one file after the other into one buffer, replays each, and hands the record on.

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::file::id_of;
use crate::disk::ledger::{Ledger, Loaded};
use crate::disk::tally::read_tallies;
use crate::disk::walk::{Batch, Folder, Walk};
use crate::format::layout::{CUSTOMERS, JOURNALS, PROSPECTS};
use crate::format::quick::quick;
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use crate::rules::book::{Book, Files, Keep, Scan, Scanned, Shelf, Sieve};
use crate::rules::company::Member;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::hash::StableHasher;
use crate::value::id;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::hash::Hasher;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The prospects of a ledger on a day.
#[derive(Debug)]
pub struct LedgerFiles {
    /// The ledger.
    pub ledger: Ledger,
    /// The day.
    pub as_of: Date,
    /// Findings that are not about prospects.
    pub beside: Vec<Diagnostic>,
    /// Its place in a company, if it is read as a part of one.
    pub place: Option<PlaceInCompany>,
}

/// The place of a ledger in a company.
#[derive(Debug, Clone)]
pub struct PlaceInCompany {
    /// The names of its files there, and the settings by which they are replayed.
    pub member: Arc<Member>,
    /// Its position among the ledgers.
    pub position: usize,
}

/// The number of threads: as many as the machine has processors.
static THREADS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));

/// So few files of a snapshot are not worth another thread.
const FEW_FILES: usize = 64;

/// The counts of one thread.
#[derive(Debug, Default)]
struct ThreadCounts {
    /// The day of the first entry.
    first: Option<Date>,
    errors: usize,
    /// The files that gave no prospect.
    unread: usize,
    /// The reason why files could not be opened, though they are there.
    incomplete: Option<Diagnostic>,
    /// The ids of its files, folded and hashed.
    ids: Vec<u64>,
}

/// The memory that a thread uses for one file after the other.
#[derive(Debug, Default)]
struct Scratch {
    bytes: Vec<u8>,
    events: Vec<Event>,
}

impl Scratch {
    /// Keeps a record's event vector for the next file.
    fn recycle(&mut self, record: Option<Record>) {
        record.into_iter().for_each(|record| self.keep(record.prospect.events));
    }

    fn keep(&mut self, mut events: Vec<Event>) {
        events.clear();
        self.events = events;
    }
}

impl Shelf for LedgerFiles {
    fn read(&self, files: Files, keep: Keep) -> (Vec<Record>, Vec<Diagnostic>, usize) {
        type Part = (Vec<Record>, Vec<Diagnostic>);
        let (parts, mut problems) =
            self.each_file(files, keep, None, |_, part: &mut Part, record, found| {
                part.0.extend(record.take());
                part.1.extend(found);
            });
        let (mut records, mut counts) = (Vec::new(), Vec::new());
        for ((some, found), counted) in parts {
            records.extend(some);
            problems.extend(found);
            counts.push(counted);
        }
        let unread = counts.iter().map(|counts| counts.unread).sum();
        problems.extend(self.beside.iter().cloned());
        records.sort_unstable_by(|a: &Record, b| {
            (&a.prospect.id, &a.prospect.path).cmp(&(&b.prospect.id, &b.prospect.path))
        });
        if any_repeated(counts) {
            let (paths, _) = self.ledger.files_below(folders(files));
            problems.extend(self.ledger.duplicate_ids(&paths));
            leave_repeated_out(&mut records);
        }
        // Threads finish in any order; one ledger must always give one list.
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        (records, problems, unread)
    }

    fn scan(&self, files: Files, keep: Keep, each: &(dyn Fn(usize, &Record) + Sync)) -> Scanned {
        self.scanned(files, keep, None, each)
    }

    fn sift(&self, sieve: &dyn Sieve, each: &(dyn Fn(usize, &Record) + Sync)) -> Scanned {
        self.scanned(Files::Everybody, Keep::Everything, Some(sieve), each)
    }

    fn begin(&self, files: Files, keep: Keep) -> Option<Box<dyn Scan + '_>> {
        let walk = Mutex::new(Walk::new(&self.ledger, folders(files)));
        let scan = FilesScan { files: self, keep, walk, counts: Mutex::default() };
        self.ledger.stored.is_none().then(|| Box::new(scan) as Box<dyn Scan + '_>)
    }

    fn threads(&self) -> usize {
        *THREADS
    }

    fn earlier(&self, day: Date) -> Box<dyn Shelf> {
        Box::new(LedgerFiles {
            ledger: self.ledger.clone(),
            as_of: day,
            beside: self.beside.clone(),
            place: self.place.clone(),
        })
    }
}

impl Ledger {
    /// The book of the ledger on a day. The book reads the prospects when they are first needed.
    pub fn load(&self, as_of: Date) -> Book {
        let (tallies, problems) = read_tallies(self, as_of);
        let files = LedgerFiles { ledger: self.clone(), as_of, beside: problems, place: None };
        Book::on(Box::new(files), self.settings.clone(), as_of, tallies)
    }

    /// The book of the ledger on a day, as a part of a company.
    pub fn load_in(&self, place: PlaceInCompany, as_of: Date) -> Book {
        let (mut tallies, problems) = read_tallies(self, as_of);
        for (rep, ..) in &mut tallies {
            *rep = place.member.rep_of(rep);
        }
        let settings = place.member.settings.clone();
        let files =
            LedgerFiles { ledger: self.clone(), as_of, beside: problems, place: Some(place) };
        Book::on(Box::new(files), settings, as_of, tallies)
    }

    /// Files whose ids are equal but for case and Unicode form.
    pub fn duplicate_ids(&self, paths: &[PathBuf]) -> Vec<Diagnostic> {
        let mut seen: HashMap<String, &PathBuf> = HashMap::with_capacity(paths.len());
        let mut problems = Vec::new();
        for path in paths {
            let id = id_of(path);
            if let Some(first) = seen.get(&id::fold(&id)) {
                let message = words!(
                    "the id `{id}` is also that of {}",
                    "id `{id}` 与 {} 的相同",
                    self.show(first).display()
                );
                let other = id_of(first);
                let differ = match (id == other, id::composed(&id) != id::composed(&other)) {
                    (true, _) => words!(
                        "folders carry no meaning: the file's name alone is the id",
                        "文件夹没有含义：id 只取自文件名"
                    ),
                    (_, true) => words!(
                        "they differ only in case, which many file systems do not see",
                        "两者只有大小写不同，许多文件系统无法区分"
                    ),
                    _ => words!(
                        "they look the same and differ only in Unicode form (é, or e and an accent)",
                        "两者看上去相同，只有 Unicode 形式不同（é，或 e 加重音符）"
                    ),
                };
                problems.push(
                    Diagnostic::new(Code::DuplicateId, message)
                        .at(Place::file(self.show(path)))
                        .note(differ)
                        .note(words!("reports leave this file out", "报表不计入该文件"))
                        .help(words!(
                            "rename one of the files, or join the two",
                            "请重命名其中一个文件，或合并两个文件"
                        )),
                );
            } else {
                seen.insert(id::fold(&id), path);
            }
        }
        problems
    }
}

/// The result of each thread, with its counts.
type ThreadParts<A> = Vec<(A, ThreadCounts)>;

/// A scan for threads of the caller's.
struct FilesScan<'s> {
    files: &'s LedgerFiles,
    keep: Keep,
    walk: Mutex<Walk<'s>>,
    counts: Mutex<Vec<ThreadCounts>>,
}

impl Scan for FilesScan<'_> {
    fn work(&self, thread: usize, each: &(dyn Fn(usize, &Record) + Sync)) {
        let mut counts = ThreadCounts::default();
        self.files.take_batches(
            &self.walk,
            None,
            (self.keep, None),
            &mut counts,
            &mut |record, _| {
                if let Some(record) = record {
                    each(thread, record);
                }
            },
        );
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).push(counts);
    }

    fn end(self: Box<Self>) -> Scanned {
        let counts = self.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let walk = self.walk.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.files.result(counts, &walk.problems)
    }
}

impl LedgerFiles {
    /// Calls `each` once per record; with a sieve only for those that it wants.
    fn scanned(
        &self,
        files: Files,
        keep: Keep,
        sieve: Option<&dyn Sieve>,
        each: &(dyn Fn(usize, &Record) + Sync),
    ) -> Scanned {
        let (parts, problems) =
            self.each_file(files, keep, sieve, |thread, (): &mut (), record, _| {
                if let Some(record) = record {
                    each(thread, record);
                }
            });
        self.result(parts.into_iter().map(|((), counts)| counts).collect(), &problems)
    }

    /// The result of a scan with these counts, in which these folders could not be listed.
    fn result(&self, counts: Vec<ThreadCounts>, problems: &[Diagnostic]) -> Scanned {
        let beside = || problems.iter().chain(&self.beside).filter(|p| p.is_error());
        let unopened = beside().find(|p| p.code.leaves_unread()).cloned();
        Scanned {
            incomplete: counts.iter().find_map(|counts| counts.incomplete.clone()).or(unopened),
            first_entry: counts.iter().filter_map(|counts| counts.first).min(),
            errors: beside().count() + counts.iter().map(|counts| counts.errors).sum::<usize>(),
            unread: counts.iter().map(|counts| counts.unread).sum(),
            repeated_ids: any_repeated(counts),
        }
    }

    /// Reads every file once, and returns the parts of all threads and the folders that could not be listed. `each` gets
    /// the number of the thread, the thread's own part, the record if the file gave one, and the findings
    /// about the file. A record that `each` leaves in place is recycled. A file that the sieve does not
    /// want gives neither.
    fn each_file<A: Default + Send>(
        &self,
        files: Files,
        keep: Keep,
        sieve: Option<&dyn Sieve>,
        each: impl Fn(usize, &mut A, &mut Option<Record>, Vec<Diagnostic>) + Sync,
    ) -> (ThreadParts<A>, Vec<Diagnostic>) {
        if self.ledger.stored.is_some() {
            return self.each_of_stored(files, each);
        }
        let mut walk = Walk::new(&self.ledger, folders(files));
        let first = walk.next_batch();
        // A ledger of one batch is not worth a thread.
        let alone = first.is_none() || walk.is_finished();
        let walk = Mutex::new(walk);
        let work = |thread: usize, begun: Option<Batch>| {
            let (mut part, mut counts) = (A::default(), ThreadCounts::default());
            let part_of = &mut part;
            self.take_batches(&walk, begun, (keep, sieve), &mut counts, &mut |record, found| {
                each(thread, part_of, record, found);
            });
            (part, counts)
        };
        let parts = if alone {
            vec![work(0, first)]
        } else {
            std::thread::scope(|scope| {
                let work = &work;
                let others: Vec<_> =
                    (1..self.threads()).map(|n| scope.spawn(move || work(n, None))).collect();
                let mut parts = vec![work(0, first)];
                for other in others {
                    parts.push(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
                }
                parts
            })
        };
        let walk = walk.into_inner().unwrap_or_else(PoisonError::into_inner);
        (parts, walk.problems)
    }

    /// Reads one batch of files after the other, for one thread, until there are no more; `begun` comes first.
    fn take_batches(
        &self,
        walk: &Mutex<Walk>,
        mut begun: Option<Batch>,
        (keep, sieve): (Keep, Option<&dyn Sieve>),
        counts: &mut ThreadCounts,
        each: &mut impl FnMut(&mut Option<Record>, Vec<Diagnostic>),
    ) {
        let mut scratch = Scratch::default();
        let mut own: Option<Folder> = None;
        let next = || walk.lock().unwrap_or_else(PoisonError::into_inner).next_batch();
        while let Some(batch) = begun.take().or_else(next) {
            // Threads that share one handle of a folder wait for each other with every file.
            own = own.filter(|own| own.path == batch.folder.path);
            own = own.or_else(|| batch.folder.again().ok());
            let folder = own.as_ref().unwrap_or(&batch.folder);
            self.ledger.files_read.fetch_add(batch.names.len(), Ordering::Relaxed);
            for name in &batch.names {
                counts.ids.push(id_hash(name));
                let (mut record, found) = self.one(folder, name, keep, sieve, &mut scratch, counts);
                each(&mut record, found);
                scratch.recycle(record);
            }
        }
    }

    /// Reads every file of a snapshot in git. Each thread reads a run of the sorted paths.
    fn each_of_stored<A: Default + Send>(
        &self,
        files: Files,
        each: impl Fn(usize, &mut A, &mut Option<Record>, Vec<Diagnostic>) + Sync,
    ) -> (ThreadParts<A>, Vec<Diagnostic>) {
        let (paths, problems) = self.ledger.files_below(folders(files));
        let work = |thread: usize, paths: &[PathBuf]| {
            let (mut part, mut counts) = (A::default(), ThreadCounts::default());
            for path in paths {
                self.ledger.files_read.fetch_add(1, Ordering::Relaxed);
                counts.ids.extend(path.file_name().map(id_hash));
                let (mut record, found) = self.in_full(path, &mut counts);
                each(thread, &mut part, &mut record, found);
            }
            (part, counts)
        };
        let run = paths.len().div_ceil(self.threads()).max(FEW_FILES);
        let mut runs = paths.chunks(run);
        let first = runs.next().unwrap_or_default();
        let parts = std::thread::scope(|scope| {
            let work = &work;
            let others: Vec<_> =
                (1..).zip(runs).map(|(n, run)| scope.spawn(move || work(n, run))).collect();
            let mut parts = vec![work(0, first)];
            for other in others {
                parts.push(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            parts
        });
        (parts, problems)
    }

    /// Reads one file: with the quick reader if it understands the file, else in full.
    fn one(
        &self,
        folder: &Folder,
        name: &OsStr,
        keep: Keep,
        sieve: Option<&dyn Sieve>,
        scratch: &mut Scratch,
        counts: &mut ThreadCounts,
    ) -> (Option<Record>, Vec<Diagnostic>) {
        let name_text = name.to_string_lossy();
        let id = stem(&name_text);
        let Scratch { bytes, events } = scratch;
        let text = text_of(folder, name, bytes).map(|text| self.ledger.opened(text));
        let text = text.as_deref();
        let may_want = |(text, sieve): (&str, &dyn Sieve)| match &self.place {
            Some(place) => sieve.may_want(&place.member.id_of(id), text),
            None => sieve.may_want(id, text),
        };
        if text.zip(sieve).is_some_and(|asked| !may_want(asked)) {
            return (None, Vec::new());
        }
        let text = text.filter(|_| id::validate(id).is_ok());
        let settings = &self.ledger.settings;
        let read = |text| quick(text, id, folder.file(name), settings, keep, events);
        match text.and_then(read).map(|prospect| self.named(prospect)) {
            Some(prospect) if sieve.is_some_and(|sieve| !sieve.wants(&prospect)) => {
                scratch.keep(prospect.events);
                (None, Vec::new())
            }
            Some(prospect) => self.replayed(prospect, Vec::new(), counts),
            None => self.in_full(&folder.file(name), counts),
        }
    }

    /// Reads one file by its path, with all findings about it.
    fn in_full(&self, path: &Path, counts: &mut ThreadCounts) -> (Option<Record>, Vec<Diagnostic>) {
        match self.ledger.read(path) {
            Ok(Loaded { prospect, problems, .. }) => {
                self.replayed(self.named(prospect), problems, counts)
            }
            Err(problems) => {
                counts.unread += 1;
                counts.count(&problems);
                (None, problems)
            }
        }
    }

    /// A file with the names that it has in the company, if it is read as a part of one.
    fn named(&self, mut prospect: Prospect) -> Prospect {
        if let Some(place) = &self.place {
            place.member.qualify(&mut prospect);
        }
        prospect
    }

    fn replayed(
        &self,
        prospect: Prospect,
        mut problems: Vec<Diagnostic>,
        counts: &mut ThreadCounts,
    ) -> (Option<Record>, Vec<Diagnostic>) {
        let own = &self.ledger.settings;
        let settings = self.place.as_ref().map_or(own, |place| &place.member.settings);
        let mut record = replay(prospect, settings, self.as_of);
        if let (Some(record), Some(place)) = (&mut record, &self.place) {
            record.ledger = place.position;
        }
        // Findings of replay carry the path below the root; messages show it from here.
        if let Some(record) = &mut record {
            let opened = record.state.opened.filter(|_| !record.prospect.is_customer);
            counts.first = counts.first.into_iter().chain(opened).min();
            for finding in &mut record.findings {
                self.ledger.show_place(finding);
            }
            let broken = |d: &&Diagnostic| d.is_error();
            problems.extend(record.findings.iter().filter(broken).cloned());
        }
        counts.count(&problems);
        (record, problems)
    }
}

impl ThreadCounts {
    fn count(&mut self, problems: &[Diagnostic]) {
        self.errors += problems.iter().filter(|p| p.is_error()).count();
        let unopened = problems.iter().find(|p| p.code.leaves_unread());
        self.incomplete = self.incomplete.take().or(unopened.cloned());
    }
}

/// The text of a file in a folder, read into `bytes`; `None` if it cannot be read or is not UTF-8.
fn text_of<'b>(folder: &Folder, name: &OsStr, bytes: &'b mut Vec<u8>) -> Option<&'b str> {
    folder.read(name, bytes).ok()?;
    simdutf8::basic::from_utf8(bytes).ok()
}

/// The folders of files.
fn folders(files: Files) -> &'static [&'static str] {
    match files {
        Files::Prospects => &[PROSPECTS],
        Files::Customers => &[CUSTOMERS],
        Files::Everybody => &JOURNALS,
    }
}

/// The id that a file's name gives.
fn stem(name: &str) -> &str {
    name.strip_suffix(".toml").unwrap_or(name)
}

/// The id that a file's name gives, folded and hashed.
fn id_hash(name: &OsStr) -> u64 {
    let name = name.to_string_lossy();
    let id = stem(&name);
    let mut hash = StableHasher::default();
    if id.is_ascii() {
        id.bytes().for_each(|byte| hash.write_u8(byte.to_ascii_lowercase()));
    } else {
        hash.write(id::fold(id).as_bytes());
    }
    hash.finish()
}

/// Do two files have one id? Ids that only hash alike count as equal, which costs a second, exact look.
fn any_repeated(counts: Vec<ThreadCounts>) -> bool {
    let mut parts = counts.into_iter().map(|counts| counts.ids);
    let mut ids = parts.next().unwrap_or_default();
    parts.for_each(|part| ids.extend(part));
    ids.sort_unstable();
    ids.windows(2).any(|pair| pair[0] == pair[1])
}

/// Keeps the first by path of the records that share an id.
fn leave_repeated_out(records: &mut Vec<Record>) {
    records.sort_by(|a, b| a.prospect.path.cmp(&b.prospect.path));
    let mut seen = HashSet::with_capacity(records.len());
    records.retain(|record: &Record| seen.insert(id::fold(&record.prospect.id)));
    records.sort_by(|a, b| a.prospect.id.cmp(&b.prospect.id));
}
