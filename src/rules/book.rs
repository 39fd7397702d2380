//! A whole ledger, replayed up to a day: what reports and plans read.

use super::query::{Context, Query};
use super::state::Record;
use crate::diag::Diagnostic;
use crate::model::date::Date;
use crate::model::settings::Settings;

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
    pub tallies: Vec<(Box<str>, Date, Tally)>,
    /// What could not be read, and rules that entries broke.
    pub problems: Vec<Diagnostic>,
}

impl Book {
    /// The prospects that a query means.
    pub fn select<'b>(&'b self, query: &'b Query) -> impl Iterator<Item = &'b Record> {
        let context = Context { settings: &self.settings, as_of: self.as_of };
        self.records.iter().filter(move |record| query.matches(record, &context))
    }
}
