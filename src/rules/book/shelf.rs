//! The source of a book's records, and what is asked of it.

use crate::diag::Diagnostic;
use crate::model::prospect::Prospect;
use crate::rules::replay::state::Record;
use crate::value::date::Date;

/// The source of a book's records.
pub trait Shelf: std::fmt::Debug + Send + Sync {
    /// Reads every record into memory, by id, with the findings about files and entries, and the number of files that could
    /// not be read.
    fn read(&self, files: Files, keep: Keep) -> (Vec<Record>, Vec<Diagnostic>, usize);

    /// Calls `each` once per record, in no order, without keeping records in memory. Several threads call it;
    /// its first argument is the number of the thread.
    fn scan(&self, files: Files, keep: Keep, each: &(dyn Fn(usize, &Record) + Sync)) -> Scanned;

    /// Calls `each` as [`Shelf::scan`] does, once per record that the sieve wants, with everything in it.
    fn sift(&self, sieve: &dyn Sieve, each: &(dyn Fn(usize, &Record) + Sync)) -> Scanned;

    /// Begins a scan as [`Shelf::scan`] makes it, for threads of the caller's; `None` where the shelf has threads of its
    /// own only.
    fn begin(&self, files: Files, keep: Keep) -> Option<Box<dyn Scan + '_>>;

    /// How many threads scan.
    fn threads(&self) -> usize;

    /// The shelf of the ledger as it was on an earlier day.
    fn earlier(&self, day: Date) -> Box<dyn Shelf>;
}

/// A scan of a shelf, for threads of the caller's: several shelves are scanned by the same threads, one after the other,
/// so that no thread waits for another at the end of each.
pub trait Scan: Sync {
    /// Calls `each` for records until every one of the shelf has been taken by a thread. Every thread calls it, with its
    /// number.
    fn work(&self, thread: usize, each: &(dyn Fn(usize, &Record) + Sync));

    /// The result, when all threads are done.
    fn end(self: Box<Self>) -> Scanned;
}

/// Tells which prospects of a ledger are wanted, before all of the work for them is done. Several threads ask it.
pub trait Sieve: Sync {
    /// May the prospect of this id be wanted, by the raw text of its file? What is kept back is not read.
    fn may_want(&self, id: &str, text: &str) -> bool;

    /// Is the prospect wanted? It is not replayed yet, and has the facts at the top of its file.
    fn wants(&self, prospect: &Prospect) -> bool;
}

/// The files of a ledger that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Those of prospects.
    Prospects,
    /// Those of customers.
    Customers,
    /// Both.
    Everybody,
}

/// The parts of a record that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Everything in its file.
    Everything,
    /// Everything but notes, which are the bulk of a file.
    AllButNotes,
}

/// The result of a scan, beside the records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scanned {
    /// The day of the first entry of the ledger.
    pub first_entry: Option<Date>,
    /// The number of errors: files that could not be read, and entries that break a rule.
    pub errors: usize,
    /// The number of files that could not be read: their prospects are in no figure.
    pub unread: usize,
    /// The reason why the ledger was not read whole, though it is there. The results of the scan are void.
    pub incomplete: Option<Diagnostic>,
    /// Two files have one id. Only a comparison of all paths tells which of them counts, so the results of
    /// the scan are void.
    pub repeated_ids: bool,
}
