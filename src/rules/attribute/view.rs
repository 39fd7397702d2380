//! The view that attributes are read from: a record, the settings, and the as-of day.

use crate::model::event::Event;
use crate::model::pipeline::Pipeline;
use crate::model::settings::Settings;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::{Level, Scale};
use crate::rules::replay::evidence::EvidenceBasis;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;

/// A record on a day. `owner` and `opened` are the record's own, unless a report looks at one of its pursuits or at
/// a day on which it had another owner.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The prospect, replayed up to the day.
    pub record: &'a Record,
    /// The settings of the ledger.
    pub settings: &'a Settings,
    /// The as-of day.
    pub as_of: Date,
    /// The graded customer that the prospect belongs to; `None` until the book is graded.
    pub customer: Option<&'a Customer>,
    /// The owner; `None` = in the pool.
    pub owner: Option<&'a str>,
    /// The day that the prospect, or the pursuit, was opened.
    pub opened: Option<Date>,
}

impl<'a> View<'a> {
    /// A record as it is on the day.
    pub fn of(record: &'a Record, settings: &'a Settings, as_of: Date) -> View<'a> {
        View {
            record,
            settings,
            as_of,
            customer: record.customer.get().map(|customer| &**customer),
            owner: record.state.owner.as_deref(),
            opened: record.state.opened,
        }
    }

    /// The view of its customer's file; its own where there is none.
    #[must_use]
    pub fn of_file(&self) -> View<'a> {
        match self.record.file.get() {
            Some(file) => self.of_other(file),
            None => *self,
        }
    }

    /// The view of another record of the same customer.
    pub(in crate::rules) fn of_other(&self, other: &'a Record) -> View<'a> {
        View { customer: self.customer, ..View::of(other, self.settings, self.as_of) }
    }

    /// The pipeline of the prospect.
    pub fn pipeline(&self) -> &'a Pipeline {
        self.record.pipeline(self.settings)
    }

    /// The evidence on the day.
    pub(in crate::rules) fn case(&self) -> EvidenceBasis<'a> {
        self.record.case(self.settings, self.as_of)
    }

    /// Does this criterion hold on the day?
    pub(in crate::rules) fn holds(&self, criterion: &str) -> bool {
        self.case().holds(criterion)
    }

    /// The customer's level of a dimension of grading.
    pub(in crate::rules) fn level(&self, scale: Scale) -> Option<&'static Level> {
        self.customer.and_then(|customer| scale.of(customer))
    }

    /// Whole days from `date` to the as-of day.
    pub(in crate::rules) fn days_since(&self, date: Date) -> i64 {
        self.as_of.days_since(date)
    }

    /// The journal up to the day, without the entries that were retracted by then.
    pub(in crate::rules) fn entries(&self) -> impl Iterator<Item = &'a Event> + use<'a> {
        standing(&self.record.prospect.events, self.as_of)
    }
}
