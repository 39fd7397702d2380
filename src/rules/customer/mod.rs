//! A customer as grading sees it: plain data. The logic that fills it is `rules::grading`.

pub mod figures;
pub mod levels;
pub mod scores;

use crate::value::text::Text;
use figures::Figures;
use levels::{Demand, Lifecycle, Loyalty, Pareto, Pyramid, Relationship, Value};
use scores::Scores;
use std::sync::Arc;

/// The composite grade, and the rule that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeVerdict {
    /// The grade.
    pub grade: Text,
    /// The rule's position in the settings.
    pub rule: usize,
}

/// A customer, graded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The account whose prospects it is; none where it is a prospect without one.
    pub account: Option<Box<str>>,
    /// Has it a file of its own?
    pub has_file: bool,
    /// How many files it is: its prospects, and its own file if it has one.
    pub members: u32,
    /// The first of them by id: its position in the book.
    pub first: u32,
    /// The one that represents it, likewise: its own file, else the first that is open and owned, else the first
    /// that is owned, else the first.
    pub lead: u32,
    /// Its figures.
    pub figures: Figures,
    /// Days without an order after which it lapses.
    pub gap: u32,
    /// Its level of value.
    pub value: Value,
    /// How long and closely it has been with us.
    pub relationship: Relationship,
    /// How much it wants now.
    pub demand: Demand,
    /// Whether it comes back.
    pub loyalty: Loyalty,
    /// Its phase between first order and last.
    pub lifecycle: Lifecycle,
    /// Its class among the customers that bought.
    pub pareto: Option<Pareto>,
    /// Its level among the customers that bought.
    pub pyramid: Option<Pyramid>,
    /// Its scores among the customers that bought.
    pub rfm: Option<Scores>,
    /// Its grade; none where no rule fits.
    pub verdict: Option<Arc<GradeVerdict>>,
}

impl Customer {
    /// How many prospects it is.
    pub fn prospects(&self) -> u32 {
        self.members - u32::from(self.has_file)
    }

    /// Its grade.
    pub fn grade(&self) -> Option<&str> {
        self.verdict.as_ref().map(|verdict| &*verdict.grade)
    }

    /// Does it order: new, active or won back?
    pub fn is_active(&self) -> bool {
        matches!(self.lifecycle, Lifecycle::New | Lifecycle::Active | Lifecycle::WonBack)
    }
}
