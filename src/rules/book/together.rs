//! The book of a company: those of its ledgers, read by the same threads.

use super::{Book, Files, FoldParts, Keep, Scan, Scanned, Selection, Shelf, Tally};
use crate::model::settings::Settings;
use crate::rules::grading::Graded;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use std::sync::Arc;

impl Book {
    /// The book of a company: those of its ledgers, whose records name them by position ([`Record::ledger`]).
    pub fn company(settings: Settings, as_of: Date, ledgers: Vec<Book>) -> Book {
        let of_all = ledgers.iter().flat_map(|ledger| &ledger.tallies);
        let tallies = Tally::in_order(of_all.cloned().collect());
        Book { ledgers, ..Book::empty(settings, as_of, tallies) }
    }

    /// Its records keep these parts, and those of its ledgers do.
    pub fn keep_parts(&mut self, keep: Keep) {
        self.keep = keep;
        self.ledgers.iter_mut().for_each(|ledger| ledger.keep = keep);
    }

    /// The books of a company's ledgers; none of a single ledger.
    pub fn ledgers(&self) -> &[Book] {
        &self.ledgers
    }

    /// The book that a record is of: that of its ledger in a company, else this one.
    pub fn ledger_of(&self, record: &Record) -> &Book {
        self.ledgers.get(record.ledger).unwrap_or(self)
    }

    /// The settings by which a record is judged: those of its ledger.
    pub fn settings_of(&self, record: &Record) -> &Settings {
        &self.ledger_of(record).settings
    }

    /// Grades the customers of each ledger of a company among themselves: a place in the result means one customer of all.
    pub(super) fn grade_together(&self) {
        let of_each = self.ledgers.iter();
        let of_each = of_each.map(|ledger| ledger.fold_and_grade(|(): &mut (), _| (), |(), ()| ()));
        let all = Arc::new(Graded::joined(of_each.map(|(graded, ())| graded).collect()));
        self.ledgers.iter().for_each(|ledger| ledger.know(Arc::clone(&all)));
        self.know(all);
    }

    /// Reads every record into memory, for many questions to one reading.
    pub fn remember(&self) {
        match self.ledgers.as_slice() {
            [] => _ = self.records(),
            ledgers => ledgers.iter().for_each(Book::remember),
        }
    }

    /// A book of an earlier day that has no records: those of another book are judged by its settings.
    #[must_use]
    pub fn bare(&self, day: Date) -> Book {
        let bare = |book: &Book| Book::of(book.settings.clone(), day, Vec::new(), Vec::new());
        match self.ledgers.as_slice() {
            [] => bare(self),
            ledgers => {
                Book::company(self.settings.clone(), day, ledgers.iter().map(bare).collect())
            }
        }
    }

    /// Folds the records of a company's ledgers, all of them by the same threads. `None` if one of them is in memory, or
    /// has an id twice.
    pub(super) fn fold_together<A: Default + Send>(
        &self,
        files: Files,
        query: &Query,
        step: &(impl Fn(&mut A, &Record) + Sync),
        join: &impl Fn(&mut A, A),
    ) -> Option<A> {
        let mut selected: Vec<(Selection, &dyn Shelf)> = Vec::new();
        for ledger in &self.ledgers {
            let shelf = ledger.shelf.as_deref().filter(|_| ledger.kept.get().is_none())?;
            selected.push((ledger.selection(query), shelf));
        }
        let scans = selected.iter().map(|(_, shelf)| shelf.begin(files, self.keep));
        let scans: Vec<Box<dyn Scan + '_>> = scans.collect::<Option<_>>()?;
        let (_, first) = selected.first()?;
        let (threads, parts) = (first.threads(), FoldParts::of(*first));
        let work = |thread: usize| {
            for ((selected, _), scan) in selected.iter().zip(&scans) {
                scan.work(thread, &|thread, record| {
                    selected.book.attach_customer(record);
                    if selected.has(record) {
                        parts.with(thread, |part| step(part, record));
                    }
                });
            }
        };
        std::thread::scope(|scope| {
            let work = &work;
            (1..threads).for_each(|thread| drop(scope.spawn(move || work(thread))));
            work(0);
        });
        let scanned: Vec<Scanned> = scans.into_iter().map(Scan::end).collect();
        if scanned.iter().any(|scanned| scanned.repeated_ids) {
            return None;
        }
        for (ledger, scanned) in self.ledgers.iter().zip(scanned) {
            let _ = ledger.scanned.set(scanned);
        }
        Some(parts.joined(join))
    }
}
