//! What a query sees of a prospect on a day.

use crate::model::event::Event;
use crate::model::pipeline::Pipeline;
use crate::model::settings::Settings;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::Scale;
use crate::rules::replay::evidence::Case;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;

/// What one prospect answered: a bit for each question.
#[derive(Debug, Default)]
pub(in crate::rules) struct Answers(pub(super) Box<[u64]>);

impl Answers {
    /// The answer to one question.
    pub(super) fn get(&self, question: usize) -> bool {
        self.0.get(question / 64).is_some_and(|bits| bits >> (question % 64) & 1 == 1)
    }
}

/// A record, and what it is judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) record: &'a Record,
    pub(super) settings: &'a Settings,
    pub(super) as_of: Date,
    /// The graded customer it belongs to, where the query asks for one.
    pub(super) customer: Option<&'a Customer>,
    /// What the prospect answered before, where a query was taken apart.
    pub(super) answers: &'a Answers,
}

impl<'a> View<'a> {
    /// The board it stands on.
    pub(super) fn pipeline(&self) -> &'a Pipeline {
        self.record.pipeline(self.settings)
    }

    /// Its evidence on the day.
    pub(super) fn case(&self) -> Case<'a> {
        self.record.case(self.settings, self.as_of)
    }

    /// Does this criterion hold on the day?
    pub(super) fn holds(&self, criterion: &str) -> bool {
        self.case().holds(criterion)
    }

    /// Is the customer's level of this dimension the one asked for?
    pub(super) fn level(&self, scale: Scale, is: &dyn Fn(&str) -> bool) -> bool {
        self.customer.and_then(|customer| scale.of(customer)).is_some_and(|level| is(level.id))
    }

    /// Whole days from `date` to the day of the report.
    pub(super) fn days_since(&self, date: Date) -> i64 {
        self.as_of.days_since(date)
    }

    /// The journal up to the day, without the entries that were retracted by then.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'a Event> + use<'a> {
        standing(&self.record.prospect.events, self.as_of)
    }
}
