//! A whole ledger, replayed up to a day: what reports and plans read.

use super::grading::grader::{Grader, Taken, arrange};
use super::grading::{Customer, Graded};
use super::query::{Context, Query};
use super::replay::replay;
use super::standing::Standing;
use super::state::Record;
use crate::diag::Diagnostic;
use crate::model::date::Date;
use crate::model::settings::Settings;
use crate::model::text::Text;
use rayon::prelude::*;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A rep's activity of one day, counted by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Numbers dialled.
    pub dials: u32,
    /// Somebody answered.
    pub conversations: u32,
    /// First meetings set.
    pub appointments: u32,
}

impl Tally {
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

/// Where a book's records come from, when it is asked for them.
pub trait Shelf: std::fmt::Debug + Send + Sync {
    /// Every record, by id, and what could not be read or broke a rule.
    fn read(&self, keep: Keep) -> (Vec<Record>, Vec<Diagnostic>);

    /// Lets every record pass by once, in no order, and keeps none: the memory it takes does not grow
    /// with the ledger. Several threads hand them over; the first argument of `each` says which.
    fn pass(&self, keep: Keep, each: &(dyn Fn(usize, &Record) + Sync)) -> Passed;

    /// Lets pass by in the same way where every prospect stands.
    fn standings(&self, each: &(dyn Fn(usize, &Standing) + Sync)) -> Passed;

    /// How many threads hand records over.
    fn threads(&self) -> usize;

    /// The same ledger on an earlier day.
    fn earlier(&self, day: Date) -> Box<dyn Shelf>;
}

/// What a record carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Everything that stands in its file.
    Everything,
    /// Everything but notes, which are the bulk of a file.
    AllButNotes,
}

/// What was seen on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Passed {
    /// The day of the first entry of all.
    pub first: Option<Date>,
    /// Errors: what could not be read, and rules that entries broke.
    pub errors: usize,
    /// Two files have one id: which of them stands takes all files side by side, so nothing of this
    /// pass may be used.
    pub repeated: bool,
}

/// A ledger on a day. Its records are read when somebody first asks for them.
#[derive(Debug)]
pub struct Book {
    /// Its settings.
    pub settings: Settings,
    /// The day: entries after it do not exist.
    pub as_of: Date,
    /// Daily tallies: rep, day, counts; sorted.
    pub tallies: Vec<(Text, Date, Tally)>,
    /// What its records carry, once they are read.
    pub keep: Keep,
    shelf: Option<Box<dyn Shelf>>,
    kept: OnceLock<Kept>,
    passed: OnceLock<Passed>,
    graded: OnceLock<Arc<Graded>>,
}

/// Records in memory, with what was found wrong.
#[derive(Debug)]
struct Kept {
    records: Vec<Record>,
    problems: Vec<Diagnostic>,
}

/// What each thread has folded so far.
struct Parts<A>(Vec<Mutex<A>>);

impl<A: Default> Parts<A> {
    fn of(shelf: &dyn Shelf) -> Parts<A> {
        Parts((0..shelf.threads()).map(|_| Mutex::default()).collect())
    }

    /// Lets a thread go on with its own part.
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
    /// A book of these records.
    pub fn of(
        settings: Settings,
        as_of: Date,
        records: Vec<Record>,
        tallies: Vec<(Text, Date, Tally)>,
    ) -> Book {
        let kept = OnceLock::from(Kept { records, problems: Vec::new() });
        Book { kept, ..Book::empty(settings, as_of, tallies) }
    }

    /// A book that takes its records from a shelf, once it is asked for them.
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
        let (kept, passed, graded) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Book { settings, as_of, tallies, keep, shelf: None, kept, passed, graded }
    }

    /// Every prospect that exists on that day, by id. What needs no two of them at a time takes
    /// [`Book::fold`] instead.
    pub fn records(&self) -> &[Record] {
        &self.kept().records
    }

    fn kept(&self) -> &Kept {
        self.kept.get_or_init(|| {
            let (records, problems) =
                self.shelf.as_ref().map(|shelf| shelf.read(self.keep)).unwrap_or_default();
            records.iter().for_each(|record| self.introduce(record));
            Kept { records, problems }
        })
    }

    /// What could not be read, and rules that entries broke.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.kept().problems
    }

    /// How many errors were met by whoever read the records; `None` if nobody has yet.
    pub fn errors(&self) -> Option<usize> {
        let error = |problem: &&Diagnostic| problem.is_error();
        let kept = self.kept.get().map(|kept| kept.problems.iter().filter(error).count());
        kept.or(self.passed.get().map(|passed| passed.errors))
    }

    /// Folds the prospects that a query means, in no order: each thread that reads them has a part of
    /// its own, and `join` puts the parts together. Nothing is kept in memory, unless records are
    /// there already. A query that asks for grades has the book graded first, in a pass of its own. What
    /// records carry is what the book keeps.
    pub fn fold<A: Default + Send>(
        &self,
        query: &Query,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        let step = |part: &mut A, record: &Record, meant: bool| {
            if meant {
                step(part, record);
            }
        };
        self.fold_all(query, step, join)
    }

    /// The same with every prospect; `step` is told whether the query means it.
    pub fn fold_all<A: Default + Send>(
        &self,
        query: &Query,
        step: impl Fn(&mut A, &Record, bool) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        let context = Context { settings: &self.settings, as_of: self.as_of };
        self.grade_for(query);
        let step = |part: &mut A, record: &Record| {
            step(part, record, query.matches(record, &context));
        };
        let pass = |shelf: &dyn Shelf, parts: &Parts<A>| {
            shelf.pass(self.keep, &|thread, record| {
                self.introduce(record);
                parts.with(thread, |part| step(part, record));
            })
        };
        self.in_parts(pass, step, join)
    }

    /// The same of where all prospects stand, which may be known without reading every file.
    pub fn fold_standings<A: Default + Send>(
        &self,
        step: impl Fn(&mut A, &Standing) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        let pass = |shelf: &dyn Shelf, parts: &Parts<A>| {
            shelf.standings(&|thread, standing| parts.with(thread, |part| step(part, standing)))
        };
        let of_record = |all: &mut A, record: &Record| step(all, &Standing::of(record, self.as_of));
        self.in_parts(pass, of_record, join)
    }

    /// Folds what the shelf lets pass by into the parts of its threads. Records that are in memory already,
    /// or have to be seen side by side, are folded one by one.
    fn in_parts<A: Default + Send>(
        &self,
        pass: impl FnOnce(&dyn Shelf, &Parts<A>) -> Passed,
        of_record: impl Fn(&mut A, &Record),
        join: impl Fn(&mut A, A),
    ) -> A {
        if let Some(shelf) = self.shelf.as_deref().filter(|_| self.kept.get().is_none()) {
            let parts = Parts::of(shelf);
            let passed = pass(shelf, &parts);
            if !passed.repeated {
                // Who passes by a second time sees the same.
                let _ = self.passed.set(passed);
                return parts.joined(join);
            }
        }
        let mut all = A::default();
        self.records().iter().for_each(|record| of_record(&mut all, record));
        all
    }

    /// What each prospect that a query means gives, in the order of their ids.
    pub fn gather<T: Send>(
        &self,
        query: &Query,
        each: impl Fn(&Record) -> Option<T> + Sync,
    ) -> Vec<T> {
        let mut found = self.fold(
            query,
            |found: &mut Vec<(Text, T)>, record| {
                found.extend(each(record).map(|one| (record.prospect.id.clone(), one)));
            },
            |all, part| all.extend(part),
        );
        found.par_sort_unstable_by(|a, b| a.0.cmp(&b.0));
        found.into_iter().map(|(_, one)| one).collect()
    }

    /// The day of the first entry of all.
    pub fn first_entry(&self) -> Option<Date> {
        match (self.kept.get(), self.passed.get()) {
            (None, Some(passed)) => passed.first,
            _ => self.records().iter().filter_map(|record| record.state.opened).min(),
        }
    }

    /// The prospects that a query means. One that asks for grades has the book graded first.
    pub fn select<'b>(&'b self, query: &Query) -> impl Iterator<Item = &'b Record> {
        self.grade_for(query);
        let context = Context { settings: &self.settings, as_of: self.as_of };
        self.records().iter().filter(move |record| query.matches(record, &context))
    }

    fn grade_for(&self, query: &Query) {
        if query.asks_grades() {
            self.graded();
        }
    }

    /// The customers, graded now if that has not been done: [`Record::customer`] is known from then on.
    pub fn graded(&self) -> &Arc<Graded> {
        if self.graded.get().is_none() {
            self.fold_and_grade(&Query::everything(), |(), _, _| (), |(), ()| ());
        }
        self.graded.get_or_init(Default::default)
    }

    /// The same as [`Book::fold_all`], with the customers graded in the same pass: `step` sees no grades yet.
    /// Where the query asks for grades, or they are known, it sees them.
    pub fn fold_and_grade<A: Default + Send>(
        &self,
        query: &Query,
        step: impl Fn(&mut A, &Record, bool) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        self.grade_for(query);
        match self.graded.get() {
            Some(_) => self.fold_all(query, step, join),
            None => self.fold_ungraded(query, step, join).0,
        }
    }

    /// The same where nothing is graded yet; and which of the records, in the order in which the parts have
    /// them, comes first by id, which next, and so on.
    fn fold_ungraded<A: Default + Send>(
        &self,
        query: &Query,
        step: impl Fn(&mut A, &Record, bool) + Sync,
        join: impl Fn(&mut A, A),
    ) -> (A, Vec<u32>) {
        let grader = Grader::of(&self.settings, self.as_of);
        let (taken, all) = self.fold_all(
            query,
            |(taken, part): &mut (Taken, A), record, meant| {
                grader.take(taken, record);
                step(part, record, meant);
            },
            |(taken, all), (other, part)| {
                taken.join(other);
                join(all, part);
            },
        );
        let (graded, order) = grader.grade(taken);
        // Whoever was faster computed the same.
        let _ = self.graded.set(Arc::new(graded));
        if let Some(kept) = self.kept.get() {
            kept.records.iter().for_each(|record| self.introduce(record));
        }
        (all, order)
    }

    /// What each prospect gives, in the order of their ids; `each` is told whether the query means it. Graded
    /// as [`Book::fold_and_grade`] does it.
    pub fn gather_and_grade<T: Send>(
        &self,
        query: &Query,
        each: impl Fn(&Record, bool) -> T + Sync,
    ) -> Vec<T> {
        self.grade_for(query);
        if let Some(graded) = self.graded.get() {
            let mut found = self.fold_all(
                query,
                |found: &mut Vec<(usize, T)>, record, meant| {
                    let position = graded.position(&record.prospect.id);
                    found.extend(position.map(|position| (position, each(record, meant))));
                },
                |all, part| all.extend(part),
            );
            found.sort_unstable_by_key(|(position, _)| *position);
            return found.into_iter().map(|(_, one)| one).collect();
        }
        let (mut found, order) = self.fold_ungraded(
            query,
            |found: &mut Vec<T>, record, meant| found.push(each(record, meant)),
            |all, part| all.extend(part),
        );
        arrange(&mut found, &order);
        found
    }

    /// Leaves the customer with a record, if the book is graded.
    fn introduce(&self, record: &Record) {
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

    /// The same ledger on an earlier day.
    #[must_use]
    pub fn earlier(&self, day: Date) -> Book {
        let day = day.min(self.as_of);
        let settings = self.settings.clone();
        let tallies = self.tallies.iter().filter(|(_, on, _)| *on <= day).cloned().collect();
        match &self.shelf {
            Some(shelf) if self.kept.get().is_none() => {
                Book { keep: self.keep, ..Book::on(shelf.earlier(day), settings, day, tallies) }
            }
            _ => {
                let replayed = |record: &Record| replay(record.prospect.clone(), &settings, day);
                let records = self.records().iter().filter_map(replayed).collect();
                Book::of(settings, day, records, tallies)
            }
        }
    }
}
