//! A whole ledger, replayed up to a day: what reports and plans read.

use super::grading::{self, Customer};
use super::query::{Context, Query};
use super::replay::replay;
use super::state::Record;
use crate::diag::Diagnostic;
use crate::model::date::Date;
use crate::model::settings::Settings;
use crate::model::text::Text;

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

/// A ledger on a day.
#[derive(Debug)]
pub struct Book {
    /// Its settings.
    pub settings: Settings,
    /// The day: entries after it do not exist.
    pub as_of: Date,
    /// Every prospect that exists on that day, by id.
    pub records: Vec<Record>,
    /// Daily tallies: rep, day, counts; sorted.
    pub tallies: Vec<(Text, Date, Tally)>,
    /// What could not be read, and rules that entries broke.
    pub problems: Vec<Diagnostic>,
}

impl Book {
    /// The prospects that a query means. One that asks for grades has the book graded first.
    pub fn select<'b>(&'b self, query: &Query) -> impl Iterator<Item = &'b Record> {
        if query.asks_grades() {
            self.grade();
        }
        let context = Context { settings: &self.settings, as_of: self.as_of };
        self.records.iter().filter(move |record| query.matches(record, &context))
    }

    /// Grades the customers, if that has not been done: [`Record::customer`] is known from then on.
    pub fn grade(&self) {
        if self.records.first().is_some_and(|record| record.customer.get().is_none()) {
            grading::grade(&self.records, &self.settings, self.as_of);
        }
    }

    /// The customers, graded, in the order of their first prospects.
    pub fn customers(&self) -> impl Iterator<Item = &Customer> {
        self.grade();
        self.records.iter().enumerate().filter_map(|(position, record)| {
            let customer = record.customer.get()?;
            (customer.members.first() == Some(&position)).then_some(&**customer)
        })
    }

    /// The customer that a prospect of this book belongs to.
    pub fn customer<'b>(&self, record: &'b Record) -> Option<&'b Customer> {
        self.grade();
        record.customer.get().map(|customer| &**customer)
    }

    /// The same ledger on an earlier day.
    #[must_use]
    pub fn earlier(&self, day: Date) -> Book {
        let day = day.min(self.as_of);
        let replayed = |record: &Record| replay(record.prospect.clone(), &self.settings, day);
        Book {
            settings: self.settings.clone(),
            as_of: day,
            records: self.records.iter().filter_map(replayed).collect(),
            tallies: self.tallies.iter().filter(|(_, on, _)| *on <= day).cloned().collect(),
            problems: Vec::new(),
        }
    }
}
