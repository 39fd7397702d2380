//! A whole ledger, replayed up to a day, for reports and plans.
//!
//! Its records are those of prospects; [`Book::customers`] are those of the customers' files, and
//! [`Book::fold_everybody`] reads both.
//!
//! There are two ways to read a book. [`Book::fold`] calls a function once for each record, on several threads and
//! in no order, and keeps no record. [`Book::gather`] gives a row for each record, in the order of ids.
//! Grades are made by [`Book::graded`], a fold of its own beside the one that needs them.
//!
//! The book of a company has no shelf of its own but a book for each ledger ([`Book::company`]). It reads one after
//! the other, each with its own settings, grades and customers' files: [`Book::ledger_of`] a record.
//!
//! [`Book::records`] holds all records in memory at once. Its users are `diff`, which pairs the records of two
//! states of a ledger, the announcements of the pool where grades have rules of their own, which replay each
//! prospect for several days, the dashboard, which makes many reports of one reading, and `--strict`.

mod shelf;
mod together;

pub use shelf::{Files, Keep, Scan, Scanned, Shelf, Sieve};

use super::customer::Customer;
use super::grading::Graded;
use super::grading::grader::{Grader, Taken};
use super::query::{Others, Query, QueryContext};
use crate::diag::Diagnostic;
use crate::model::settings::Settings;
use crate::rules::attribute::View;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A rep's activity of one day, counted by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Numbers dialled.
    pub dials: u32,
    /// Calls that were answered.
    pub conversations: u32,
    /// First meetings set.
    pub appointments: u32,
}

impl Tally {
    /// Tallies by rep and day, those of one day added up.
    pub fn in_order(mut tallies: Vec<(Text, Date, Tally)>) -> Vec<(Text, Date, Tally)> {
        tallies.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        tallies.dedup_by(|later, first| {
            let same = (&later.0, later.1) == (&first.0, first.1);
            if same {
                first.2 = first.2.plus(&later.2);
            }
            same
        });
        tallies
    }

    /// The tally of several on one day.
    #[must_use]
    pub fn plus(&self, other: &Tally) -> Tally {
        Tally {
            dials: self.dials + other.dials,
            conversations: self.conversations + other.conversations,
            appointments: self.appointments + other.appointments,
        }
    }

    /// More conversations than dials: each conversation has been dialled. Appointments have no such bound, since
    /// they are also made face to face and in writing.
    pub fn is_impossible(&self) -> bool {
        self.conversations > self.dials
    }
}

/// A ledger on a day. Its records are read when they are first needed.
#[derive(Debug)]
pub struct Book {
    /// Its settings.
    pub settings: Settings,
    /// The day: entries after it do not exist.
    pub as_of: Date,
    /// Daily tallies: rep, day, counts; sorted.
    pub tallies: Vec<(Text, Date, Tally)>,
    /// The parts of its records that are kept, once they are read.
    pub keep: Keep,
    /// Those of the ledgers, if it is that of a company.
    ledgers: Vec<Book>,
    shelf: Option<Box<dyn Shelf>>,
    kept: OnceLock<KeptRecords>,
    customers: OnceLock<CustomerFiles>,
    deals: OnceLock<HashMap<String, Arc<[Arc<Record>]>>>,
    scanned: OnceLock<Scanned>,
    graded: OnceLock<Arc<Graded>>,
}

/// Records in memory, with the findings about them.
#[derive(Debug)]
struct KeptRecords {
    records: Vec<Record>,
    problems: Vec<Diagnostic>,
    unread: usize,
}

/// The records of customers' files, by id.
#[derive(Debug, Default)]
struct CustomerFiles {
    records: Vec<Arc<Record>>,
    /// The position of each id, folded.
    positions: HashMap<String, usize>,
}

impl CustomerFiles {
    fn of(records: impl IntoIterator<Item = Record>) -> CustomerFiles {
        CustomerFiles::joined(records.into_iter().map(Arc::new).collect())
    }

    fn joined(records: Vec<Arc<Record>>) -> CustomerFiles {
        let folded = |record: &Arc<Record>| fold(&record.prospect.id);
        let positions = records.iter().map(folded).zip(0..).collect();
        CustomerFiles { records, positions }
    }
}

/// The part of a fold that each thread has so far.
struct FoldParts<A>(Vec<Mutex<A>>);

impl<A: Default> FoldParts<A> {
    fn of(shelf: &dyn Shelf) -> FoldParts<A> {
        FoldParts((0..shelf.threads()).map(|_| Mutex::default()).collect())
    }

    /// Calls `step` with the part of a thread.
    fn with(&self, thread: usize, step: impl FnOnce(&mut A)) {
        if let Some(part) = self.0.get(thread) {
            step(&mut part.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn joined(self, join: impl Fn(&mut A, A)) -> A {
        let parts = self.0.into_iter();
        let mut parts = parts.map(|p| p.into_inner().unwrap_or_else(PoisonError::into_inner));
        let mut all = parts.next().unwrap_or_default();
        parts.for_each(|part| join(&mut all, part));
        all
    }
}

impl Book {
    /// A book of these records, of prospects and customers.
    pub fn of(
        settings: Settings,
        as_of: Date,
        records: Vec<Record>,
        tallies: Vec<(Text, Date, Tally)>,
    ) -> Book {
        let (customers, records): (Vec<Record>, Vec<Record>) =
            records.into_iter().partition(|record| record.prospect.is_customer);
        let kept = OnceLock::from(KeptRecords { records, problems: Vec::new(), unread: 0 });
        let customers = OnceLock::from(CustomerFiles::of(customers));
        Book { kept, customers, ..Book::empty(settings, as_of, tallies) }
    }

    /// A book that reads its records from a shelf when they are first needed.
    pub fn on(
        shelf: Box<dyn Shelf>,
        settings: Settings,
        as_of: Date,
        tallies: Vec<(Text, Date, Tally)>,
    ) -> Book {
        Book { shelf: Some(shelf), ..Book::empty(settings, as_of, tallies) }
    }

    fn empty(settings: Settings, as_of: Date, tallies: Vec<(Text, Date, Tally)>) -> Book {
        let keep = Keep::Everything;
        let (kept, scanned, graded) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let (customers, deals) = (OnceLock::new(), OnceLock::new());
        let (ledgers, shelf) = (Vec::new(), None);
        Book {
            settings,
            as_of,
            tallies,
            keep,
            ledgers,
            shelf,
            kept,
            customers,
            deals,
            scanned,
            graded,
        }
    }

    /// Every prospect that exists on that day, by id, in memory all at once. [`Book::fold`] needs less memory,
    /// where no two records are compared.
    pub fn records(&self) -> &[Record] {
        &self.kept().records
    }

    fn kept(&self) -> &KeptRecords {
        self.kept.get_or_init(|| {
            if !self.ledgers.is_empty() {
                let of_all = || self.ledgers.iter().map(Book::kept);
                return KeptRecords {
                    records: of_all().flat_map(|kept| &kept.records).cloned().collect(),
                    problems: of_all().flat_map(|kept| &kept.problems).cloned().collect(),
                    unread: of_all().map(|kept| kept.unread).sum(),
                };
            }
            let (records, problems, unread) = self
                .shelf
                .as_ref()
                .map(|shelf| shelf.read(Files::Everybody, self.keep))
                .unwrap_or_default();
            let (customers, records): (Vec<Record>, Vec<Record>) =
                records.into_iter().partition(|record| record.prospect.is_customer);
            // If they were read before, they are equal.
            customers.iter().for_each(|record| self.attach_customer(record));
            let _ = self.customers.set(CustomerFiles::of(customers));
            records.iter().for_each(|record| self.attach_customer(record));
            KeptRecords { records, problems, unread }
        })
    }

    fn customer_files(&self) -> &CustomerFiles {
        self.customers.get_or_init(|| {
            if !self.ledgers.is_empty() {
                let of_all = self.ledgers.iter().flat_map(Book::customers);
                return CustomerFiles::joined(of_all.cloned().collect());
            }
            let read = |shelf: &dyn Shelf| shelf.read(Files::Customers, self.keep).0;
            let records = self.shelf.as_deref().map(read).unwrap_or_default();
            records.iter().for_each(|record| self.attach_customer(record));
            CustomerFiles::of(records)
        })
    }

    /// The records of the customers' files that exist on that day, by id.
    pub fn customers(&self) -> &[Arc<Record>] {
        &self.customer_files().records
    }

    /// The record of the customer's file with an id.
    pub fn customer_file(&self, id: &str) -> Option<&Arc<Record>> {
        let files = self.customer_files();
        files.positions.get(&fold(id)).map(|position| &files.records[*position])
    }

    /// The prospects with an `account`, by that of their customer, folded.
    fn deals(&self) -> &HashMap<String, Arc<[Arc<Record>]>> {
        self.deals.get_or_init(|| {
            let kept = self.gather(&Query::everything(), |record| {
                let account = fold(record.prospect.account.as_deref()?);
                Some((account, Arc::new(record.clone())))
            });
            let mut deals: HashMap<String, Vec<Arc<Record>>> = HashMap::new();
            for (account, record) in kept {
                deals.entry(account).or_default().push(record);
            }
            deals.into_iter().map(|(account, records)| (account, records.into())).collect()
        })
    }

    /// Reads the other files that questions look into, before records are read that need them.
    pub fn read_others(&self, others: Others) {
        if !self.ledgers.is_empty() {
            return self.ledgers.iter().for_each(|ledger| ledger.read_others(others));
        }
        if others.file {
            self.customer_files();
        }
        if others.deals {
            self.deals();
        }
    }

    /// Puts the other files of its customer into a record.
    pub fn attach(&self, record: &Record, others: Others) {
        if let Some(ledger) = self.ledgers.get(record.ledger) {
            return ledger.attach(record, others);
        }
        let prospect = &record.prospect;
        if others.file
            && let Some(account) = prospect.account.as_deref()
            && record.file.get().is_none()
            && let Some(file) = self.customer_file(account)
        {
            let _ = record.file.set(Arc::clone(file));
        }
        let customer = match prospect.is_customer {
            true => Some(&prospect.id),
            false => prospect.account.as_ref(),
        };
        if others.deals
            && record.deals.get().is_none()
            && let Some(customer) = customer
            && let Some(deals) = self.deals().get(&fold(customer))
        {
            let _ = record.deals.set(Arc::clone(deals));
        }
    }

    /// The findings about files that could not be read, and about entries that break a rule.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.kept().problems
    }

    /// How many errors the book has; `None` if it has not been read yet.
    pub fn errors(&self) -> Option<usize> {
        if !self.ledgers.is_empty() {
            return self.ledgers.iter().filter_map(Book::errors).reduce(|sum, n| sum + n);
        }
        let error = |problem: &&Diagnostic| problem.is_error();
        let kept = self.kept.get().map(|kept| kept.problems.iter().filter(error).count());
        kept.or(self.scanned.get().map(|scanned| scanned.errors))
    }

    /// How many files could not be read, so that their prospects are in no figure; 0 if the book has not been read yet.
    pub fn unread(&self) -> usize {
        if !self.ledgers.is_empty() {
            return self.ledgers.iter().map(Book::unread).sum();
        }
        let kept = self.kept.get().map(|kept| kept.unread);
        kept.or(self.scanned.get().map(|scanned| scanned.unread)).unwrap_or_default()
    }

    /// The reason why the book was not read whole, if it was not.
    pub fn incomplete(&self) -> Option<&Diagnostic> {
        if !self.ledgers.is_empty() {
            return self.ledgers.iter().find_map(Book::incomplete);
        }
        let unopened = |problem: &&Diagnostic| problem.code.leaves_unread();
        let kept = self.kept.get().and_then(|kept| kept.problems.iter().find(unopened));
        kept.or(self.scanned.get().and_then(|scanned| scanned.incomplete.as_ref()))
    }

    /// The day of the first entry of the ledger. Reads the book if that has not been done.
    pub fn first_entry(&self) -> Option<Date> {
        if !self.ledgers.is_empty() {
            return self.ledgers.iter().filter_map(Book::first_entry).min();
        }
        match (self.kept.get(), self.scanned.get()) {
            (None, Some(scanned)) => scanned.first_entry,
            _ => self.records().iter().filter_map(|record| record.state.opened).min(),
        }
    }

    /// The prospects that a query selects, as a test for records of this book. Grades the book first if the
    /// query asks for grades.
    pub fn selection<'s>(&'s self, query: &'s Query) -> Selection<'s> {
        if query.asks_grades() {
            self.graded();
        }
        self.read_others(query.others());
        Selection { query, book: self }
    }

    /// Folds the records that a query selects, each once and in no order. Each thread that reads has a part of
    /// its own, which `step` changes; `join` adds the second part to the first. Records are not kept in memory.
    /// They have the parts that [`Book::keep`] names. Grades are known if the query asks for them, or the book is
    /// graded.
    pub fn fold<A: Default + Send>(
        &self,
        query: &Query,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        self.fold_of(Files::Prospects, query, step, join)
    }

    /// Folds the records of prospects and of customers' files that a query selects, like [`Book::fold`].
    pub fn fold_everybody<A: Default + Send>(
        &self,
        query: &Query,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        self.fold_of(Files::Everybody, query, step, join)
    }

    fn fold_of<A: Default + Send>(
        &self,
        files: Files,
        query: &Query,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        if self.ledgers.is_empty() {
            return self.fold_ledger(self.keep, files, query, &step, &join);
        }
        if query.asks_grades() {
            self.graded();
        }
        if let Some(all) = self.fold_together(files, query, &step, &join) {
            return all;
        }
        let of_each = self.ledgers.iter();
        let mut of_each =
            of_each.map(|ledger| ledger.fold_ledger(self.keep, files, query, &step, &join));
        let mut all = of_each.next().unwrap_or_default();
        of_each.for_each(|part| join(&mut all, part));
        all
    }

    /// Folds the records of one ledger, with the parts of them that are to be kept.
    fn fold_ledger<A: Default + Send>(
        &self,
        keep: Keep,
        files: Files,
        query: &Query,
        step: &(impl Fn(&mut A, &Record) + Sync),
        join: &impl Fn(&mut A, A),
    ) -> A {
        let selected = self.selection(query);
        if let Some(shelf) = self.shelf.as_deref().filter(|_| self.kept.get().is_none()) {
            let parts = FoldParts::of(shelf);
            let scanned = shelf.scan(files, keep, &|thread, record| {
                self.attach_customer(record);
                if selected.has(record) {
                    parts.with(thread, |part| step(part, record));
                }
            });
            if !scanned.repeated_ids {
                // A second scan gives the same result, so a failed `set` is fine.
                let _ = self.scanned.set(scanned);
                return parts.joined(join);
            }
        }
        let mut all = A::default();
        let records = self.records().iter().filter(|_| files != Files::Customers);
        let customers = match files {
            Files::Prospects => &[],
            Files::Customers | Files::Everybody => self.customers(),
        };
        let both = records.chain(customers.iter().map(|record| &**record));
        for record in both {
            self.attach_customer(record);
            if selected.has(record) {
                step(&mut all, record);
            }
        }
        all
    }

    /// Calls `each` for the records of prospects and customers that a query selects and the sieve wants, in no order and
    /// on several threads. Findings are those of the files that were read whole. Returns false if the records are in memory
    /// already, or two files have one id: then `each` was called in vain, and [`Book::records`] and
    /// [`Book::customers`] tell which there are.
    pub fn sift(&self, query: &Query, sieve: &dyn Sieve, each: &(dyn Fn(&Record) + Sync)) -> bool {
        if !self.ledgers.is_empty() {
            return self.ledgers.iter().all(|ledger| ledger.sift(query, sieve, each));
        }
        let selected = self.selection(query);
        let Some(shelf) = self.shelf.as_deref().filter(|_| self.kept.get().is_none()) else {
            return false;
        };
        let scanned = shelf.sift(sieve, &|_, record| {
            self.attach_customer(record);
            if selected.has(record) {
                each(record);
            }
        });
        let is_whole = !scanned.repeated_ids;
        if is_whole {
            let _ = self.scanned.set(scanned);
        }
        is_whole
    }

    /// A row for each record that a query selects, if `row` makes one of it, in the order of ids. The records are
    /// read as by [`Book::fold`].
    pub fn gather<T: Send>(
        &self,
        query: &Query,
        row: impl Fn(&Record) -> Option<T> + Sync,
    ) -> Vec<T> {
        self.gather_in(Files::Prospects, query, row)
    }

    /// A row for each record of a prospect or of a customer's file that a query selects, like [`Book::gather`].
    pub fn gather_everybody<T: Send>(
        &self,
        query: &Query,
        row: impl Fn(&Record) -> Option<T> + Sync,
    ) -> Vec<T> {
        self.gather_in(Files::Everybody, query, row)
    }

    /// A row for each record of these files that a query selects, like [`Book::gather`].
    pub fn gather_in<T: Send>(
        &self,
        files: Files,
        query: &Query,
        row: impl Fn(&Record) -> Option<T> + Sync,
    ) -> Vec<T> {
        let mut rows = self.fold_of(
            files,
            query,
            |rows: &mut Vec<(Text, T)>, record| {
                rows.extend(row(record).map(|row| (record.prospect.id.clone(), row)));
            },
            |all, part| all.extend(part),
        );
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// The customers, graded; [`Record::customer`] is known from then on. The first call folds the whole book. In a
    /// company each ledger grades its own customers, and each of its books knows those of all.
    pub fn graded(&self) -> &Arc<Graded> {
        if let Some(graded) = self.graded.get() {
            return graded;
        }
        if self.ledgers.is_empty() {
            self.fold_while_grading(|(): &mut (), _| (), |(), ()| ());
        } else {
            self.grade_together();
        }
        self.graded.get_or_init(Default::default)
    }

    /// Folds the records of prospects and of customers' files like [`Book::fold_everybody`], and grades the book in the
    /// same scan if that has not been done. The records of that scan know no grades yet.
    pub fn fold_while_grading<A: Default + Send>(
        &self,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        if self.graded.get().is_some() || !self.ledgers.is_empty() {
            self.graded();
            return self.fold_everybody(&Query::everything(), step, join);
        }
        let (graded, all) = self.fold_and_grade(step, join);
        self.know(Arc::new(graded));
        all
    }

    /// Folds the records of a ledger, and grades its customers in the same scan.
    fn fold_and_grade<A: Default + Send>(
        &self,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> (Graded, A) {
        let grader = Grader::of(&self.settings, self.as_of);
        let others = grader.others();
        self.read_others(others);
        let (taken, all) = self.fold_everybody(
            &Query::everything(),
            |(taken, part): &mut (Taken, A), record| {
                self.attach(record, others);
                grader.take(taken, record);
                step(part, record);
            },
            |(taken, all), (more, part)| {
                taken.join(more);
                join(all, part);
            },
        );
        (grader.grade(taken), all)
    }

    /// Knows the graded customers from now on, and so do the records in memory.
    fn know(&self, graded: Arc<Graded>) {
        // If another thread set it first, its value is identical.
        let _ = self.graded.set(graded);
        if let Some(kept) = self.kept.get() {
            kept.records.iter().for_each(|record| self.attach_customer(record));
        }
        if let Some(customers) = self.customers.get() {
            customers.records.iter().for_each(|record| self.attach_customer(record));
        }
    }

    /// Copies the graded customer into a record, if the book is graded.
    pub fn attach_customer(&self, record: &Record) {
        if let Some(ledger) = self.ledgers.get(record.ledger) {
            return ledger.attach_customer(record);
        }
        if let Some(graded) = self.graded.get()
            && record.customer.get().is_none()
            && let Some(customer) = graded.of(&record.prospect.id)
        {
            let _ = record.customer.set(Arc::new(customer.clone()));
        }
    }

    /// The customer that a prospect of this book belongs to.
    pub fn customer<'b>(&self, record: &'b Record) -> Option<&'b Customer> {
        self.graded();
        record.customer.get().map(|customer| &**customer)
    }

    /// The book of the ledger on an earlier day; on its own day if `day` is later.
    #[must_use]
    pub fn earlier(&self, day: Date) -> Book {
        let day = day.min(self.as_of);
        let settings = self.settings.clone();
        if !self.ledgers.is_empty() {
            let ledgers = self.ledgers.iter().map(|ledger| ledger.earlier(day)).collect();
            return Book { keep: self.keep, ..Book::company(settings, day, ledgers) };
        }
        let tallies = self.tallies.iter().filter(|(_, on, _)| *on <= day).cloned().collect();
        match &self.shelf {
            Some(shelf) if self.kept.get().is_none() => {
                Book { keep: self.keep, ..Book::on(shelf.earlier(day), settings, day, tallies) }
            }
            _ => {
                let replayed = |record: &Record| {
                    let earlier = replay(record.prospect.clone(), &settings, day)?;
                    Some(Record { ledger: record.ledger, ..earlier })
                };
                let both = self.records().iter().chain(self.customers().iter().map(|r| &**r));
                let records = both.filter_map(replayed).collect();
                Book::of(settings, day, records, tallies)
            }
        }
    }
}

/// The prospects that a query selects, on the day of a book.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'s> {
    query: &'s Query,
    book: &'s Book,
}

impl Selection<'_> {
    /// Does the query select this record, or would it if this rep owned it?
    pub fn has_with(&self, record: &Record, owner: Option<&str>) -> bool {
        let book = self.book.ledger_of(record);
        book.attach(record, self.query.others());
        let view = View::of(record, &book.settings, book.as_of);
        self.query.selects(&view)
            || owner != view.owner && self.query.selects(&View { owner, ..view })
    }

    /// Does the query select this record?
    pub fn has(&self, record: &Record) -> bool {
        let book = self.book.ledger_of(record);
        book.attach(record, self.query.others());
        self.query.matches(record, &QueryContext { settings: &book.settings, as_of: book.as_of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_book_has_the_tallies_of_its_day() {
        let day = |n| Date::MIN.plus(n);
        let tallies = (0..4).map(|n| ("he".into(), day(n), Tally::default())).collect();
        let book = Book::of(Settings::default(), day(3), Vec::new(), tallies);
        assert_eq!([0, 2, 3, 9].map(|n| book.earlier(day(n)).tallies.len()), [1, 3, 4, 4]);
    }

    #[test]
    fn as_many_conversations_as_dials_can_be_and_one_more_cannot() {
        let tally = |conversations| Tally { dials: 3, conversations, appointments: 9 };
        assert!(!tally(0).is_impossible() && !tally(3).is_impossible());
        assert!(tally(4).is_impossible());
    }
}
