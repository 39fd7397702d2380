//! Every prospect of a ledger, read and replayed by as many threads as the machine has. A thread takes a
//! batch of names, reads file by file into one buffer, replays each prospect, and hands the record on.

use crate::diag::Diagnostic;
use crate::disk::cache::Cache;
use crate::disk::ledger::{Ledger, Loaded};
use crate::disk::listing::Names;
use crate::disk::remembered::Remembered;
use crate::disk::walk::{Batch, Folder, Listed, Walk};
use crate::format::layout::PROSPECTS;
use crate::format::quick::quick;
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use crate::rules::book::{Keep, Passed, Shelf};
use crate::rules::replay::replay;
use crate::rules::replay::standing::Standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::hash::StableHasher;
use crate::value::id;
use rayon::prelude::*;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::hash::Hasher;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{LazyLock, Mutex, PoisonError};

/// The prospects of a ledger on a day.
#[derive(Debug)]
pub struct Files {
    /// The ledger.
    pub ledger: Ledger,
    /// The day.
    pub as_of: Date,
    /// What is wrong beside prospects.
    pub beside: Vec<Diagnostic>,
}

/// As many as the machine has processors; the system is asked once.
static THREADS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));

/// What one thread met on its way.
#[derive(Debug, Default)]
pub(super) struct Met {
    first: Option<Date>,
    errors: usize,
    /// The ids of its files, folded and hashed.
    ids: Vec<u64>,
}

impl Shelf for Files {
    fn read(&self, keep: Keep) -> (Vec<Record>, Vec<Diagnostic>) {
        type Part = (Vec<Record>, Vec<Diagnostic>);
        let (met, mut problems) = self.each_file(keep, |_, part: &mut Part, record, found| {
            part.0.extend(record.take());
            part.1.extend(found);
        });
        let mut records = Vec::new();
        let (parts, met): (Vec<Part>, Vec<Met>) = met.into_iter().unzip();
        for (some, found) in parts {
            records.extend(some);
            problems.extend(found);
        }
        problems.extend(self.beside.iter().cloned());
        records.sort_unstable_by(|a: &Record, b| {
            (&a.prospect.id, &a.prospect.path).cmp(&(&b.prospect.id, &b.prospect.path))
        });
        if repeated(met) {
            let (paths, _) = self.ledger.paths();
            problems.extend(self.ledger.duplicate_ids(&paths));
            leave_repeated_out(&mut records);
        }
        // Threads come in any order; the same ledger shall give the same list.
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        (records, problems)
    }

    fn pass(&self, keep: Keep, each: &(dyn Fn(usize, &Record) + Sync)) -> Passed {
        let (met, problems) = self.each_file(keep, |thread, (): &mut (), record, _| {
            if let Some(record) = record {
                each(thread, record);
            }
        });
        self.passed(met.into_iter().map(|((), met)| met).collect(), &problems)
    }

    fn standings(&self, each: &(dyn Fn(usize, &Standing) + Sync)) -> Passed {
        match self.ledger.remember {
            Some(now) if cfg!(unix) && self.ledger.snapshot.is_none() => {
                Remembered::of(self, now).pass(each)
            }
            _ => self.pass(Keep::AllButNotes, &|thread, record| {
                each(thread, &Standing::of(record, self.as_of));
            }),
        }
    }

    fn threads(&self) -> usize {
        *THREADS
    }

    fn earlier(&self, day: Date) -> Box<dyn Shelf> {
        Box::new(Files { ledger: self.ledger.clone(), as_of: day, beside: self.beside.clone() })
    }
}

/// What came of handing out every file.
pub(super) struct Walked<A> {
    /// Of each thread.
    pub parts: Vec<A>,
    /// What lies in folders.
    pub listed: Listed,
    /// What could not be listed.
    pub problems: Vec<Diagnostic>,
}

/// What a thread has in hand: memory that it uses for one file after the other, and what it met.
#[derive(Debug, Default)]
pub(super) struct Hand {
    bytes: Vec<u8>,
    events: Vec<Event>,
    pub(super) met: Met,
}

impl Hand {
    /// What is left of a record is used again.
    pub(super) fn take_back(&mut self, record: Option<Record>) {
        if let Some(mut record) = record {
            record.prospect.events.clear();
            self.events = record.prospect.events;
        }
    }
}

impl Files {
    /// Reads every file once. `take` is given the number of the thread, the thread's own part, a record if
    /// the file gave one, and what is wrong with it; what it leaves of the record is used again. Threads
    /// begin only where there is more than one batch to read.
    fn each_file<A: Default + Send>(
        &self,
        keep: Keep,
        take: impl Fn(usize, &mut A, &mut Option<Record>, Vec<Diagnostic>) + Sync,
    ) -> (Vec<(A, Met)>, Vec<Diagnostic>) {
        if self.ledger.snapshot.is_some() {
            return self.each_of_snapshot(take);
        }
        let walked =
            self.each_batch(None, |thread, (part, hand): &mut (A, Hand), folder, names| {
                self.ledger.files_read.fetch_add(names.len(), Ordering::Relaxed);
                for name in names.iter() {
                    hand.met.ids.push(id_hash(name));
                    let (mut record, found) = self.one(folder, name, keep, hand);
                    take(thread, part, &mut record, found);
                    hand.take_back(record);
                }
            });
        let parts = walked.parts.into_iter().map(|(part, hand)| (part, hand.met)).collect();
        (parts, walked.problems)
    }

    /// Hands out every file once, in batches; what lies in folders may be known. `take` is given the number
    /// of the thread, the thread's own part, and the names of some files of a folder, which each thread has
    /// open for itself: those that share one wait for each other with every file. Threads begin only where
    /// there is more than one batch.
    pub(super) fn each_batch<A: Default + Send>(
        &self,
        folders: Option<&Cache>,
        take: impl Fn(usize, &mut A, &Folder, &Names) + Sync,
    ) -> Walked<A> {
        let mut walk = Walk::new(&self.ledger, Path::new(PROSPECTS), folders);
        let first = walk.next_batch();
        let alone = first.is_none() || walk.is_finished();
        let walk = Mutex::new(walk);
        let work = |thread: usize, mut begun: Option<Batch>| {
            let mut part = A::default();
            let mut own: Option<Folder> = None;
            let next = || walk.lock().unwrap_or_else(PoisonError::into_inner).next_batch();
            while let Some(batch) = begun.take().or_else(next) {
                own = own.filter(|own| own.path == batch.folder.path);
                own = own.or_else(|| batch.folder.again().ok());
                take(thread, &mut part, own.as_ref().unwrap_or(&batch.folder), &batch.names);
            }
            part
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
        Walked { parts, listed: walk.listed, problems: walk.problems }
    }

    /// What was seen by all threads together.
    pub(super) fn passed(&self, met: Vec<Met>, problems: &[Diagnostic]) -> Passed {
        let beside = problems.iter().chain(&self.beside).filter(|p| p.is_error()).count();
        Passed {
            first: met.iter().filter_map(|met| met.first).min(),
            errors: beside + met.iter().map(|met| met.errors).sum::<usize>(),
            repeated: repeated(met),
        }
    }

    /// The same for files that are not on the disk.
    fn each_of_snapshot<A: Default>(
        &self,
        take: impl Fn(usize, &mut A, &mut Option<Record>, Vec<Diagnostic>),
    ) -> (Vec<(A, Met)>, Vec<Diagnostic>) {
        let (paths, problems) = self.ledger.paths();
        let (mut part, mut met) = (A::default(), Met::default());
        for path in paths {
            met.ids.extend(path.file_name().map(id_hash));
            let (mut record, found) = self.in_full(&path, &mut met);
            take(0, &mut part, &mut record, found);
        }
        (vec![(part, met)], problems)
    }

    /// One file: read by the quick reader if it can, else in full.
    pub(super) fn one(
        &self,
        folder: &Folder,
        name: &OsStr,
        keep: Keep,
        hand: &mut Hand,
    ) -> (Option<Record>, Vec<Diagnostic>) {
        let name_text = name.to_string_lossy();
        match self.at_once(folder, name, stem(&name_text), keep, hand) {
            Some(prospect) => self.replayed(prospect, Vec::new(), &mut hand.met),
            None => self.in_full(&folder.file(name), &mut hand.met),
        }
    }

    /// One file by its path, read with everything that can be said about it.
    fn in_full(&self, path: &Path, met: &mut Met) -> (Option<Record>, Vec<Diagnostic>) {
        match self.ledger.read(path) {
            Ok(Loaded { prospect, problems, .. }) => self.replayed(prospect, problems, met),
            Err(problems) => {
                met.count(&problems);
                (None, problems)
            }
        }
    }

    fn replayed(
        &self,
        prospect: Prospect,
        mut problems: Vec<Diagnostic>,
        met: &mut Met,
    ) -> (Option<Record>, Vec<Diagnostic>) {
        let mut record = replay(prospect, &self.ledger.settings, self.as_of);
        // Findings of replay carry the path below the root; messages show it from here.
        if let Some(record) = &mut record {
            met.first = met.first.into_iter().chain(record.state.opened).min();
            for finding in &mut record.findings {
                self.ledger.show_place(finding);
            }
            let broken = |d: &&Diagnostic| d.is_error();
            problems.extend(record.findings.iter().filter(broken).cloned());
        }
        met.count(&problems);
        (record, problems)
    }

    /// The prospect of a file in which nothing is unusual or wrong.
    fn at_once(
        &self,
        folder: &Folder,
        name: &OsStr,
        stem: &str,
        keep: Keep,
        hand: &mut Hand,
    ) -> Option<Prospect> {
        folder.read(name, &mut hand.bytes).ok()?;
        let text = simdutf8::basic::from_utf8(&hand.bytes).ok()?;
        id::validate(stem).ok()?;
        quick(text, stem, folder.file(name), &self.ledger.settings, keep, &mut hand.events)
    }
}

impl Met {
    fn count(&mut self, problems: &[Diagnostic]) {
        self.errors += problems.iter().filter(|p| p.is_error()).count();
    }
}

/// The id of a file of this name.
fn stem(name: &str) -> &str {
    name.strip_suffix(".toml").unwrap_or(name)
}

/// The id of a file of this name, folded and hashed.
pub(super) fn id_hash(name: &OsStr) -> u64 {
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

/// Do two files have one id? Two that only hash alike look so too, and cost no more than a second look.
fn repeated(met: Vec<Met>) -> bool {
    let mut parts = met.into_iter().map(|met| met.ids);
    let mut ids = parts.next().unwrap_or_default();
    parts.for_each(|part| ids.extend(part));
    any_twice(ids)
}

/// Is one of these among them twice?
pub(super) fn any_twice(mut ids: Vec<u64>) -> bool {
    ids.par_sort_unstable();
    ids.windows(2).any(|pair| pair[0] == pair[1])
}

/// Of two files with one id the first by path stands; the other is a finding.
fn leave_repeated_out(records: &mut Vec<Record>) {
    records.sort_by(|a, b| a.prospect.path.cmp(&b.prospect.path));
    let mut seen = HashSet::with_capacity(records.len());
    records.retain(|record: &Record| seen.insert(id::fold(&record.prospect.id)));
    records.sort_by(|a, b| a.prospect.id.cmp(&b.prospect.id));
}
