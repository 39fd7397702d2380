//! The types of attributes: how the value of each is read from a record, without a copy where there is none to make.

use super::view::View;
use crate::rules::customer::levels::Scale;
use crate::value::date::{Date, Moment};
use crate::value::money::{Amount, Money, Sum};

/// The type of an attribute, and how its value is read.
#[derive(Debug, Clone, Copy)]
pub enum AttributeKind {
    /// Words: `:` in a query looks for a part of them.
    Words(Vocabulary, Read),
    /// Ids and enumerations: a query compares the whole.
    Exact(Vocabulary, Read),
    /// A column of the prospect's own pipeline, by its position.
    Stage(fn(&View<'_>) -> Option<usize>),
    /// A step of a process, by its position in the order of the steps.
    Steps(Steps, StepReader),
    /// A number.
    Number(Unit, Numbers),
    /// A number; a query may name a level of a dimension of grading instead.
    Valued(Scale, Numbers),
    /// The customer's level of a dimension of grading.
    Level(Scale),
    /// A day.
    Date(Tense, DayReader),
    /// The flags that are up (see [`FLAGS`](super::FLAGS)).
    Flags,
}

/// The steps of a process in their order: id, English, Chinese.
pub type Steps = &'static [(&'static str, &'static str, &'static str)];

/// Reads the position of a step.
#[derive(Debug, Clone, Copy)]
pub struct StepReader {
    /// As a position.
    pub at: fn(&View<'_>) -> Option<usize>,
    /// As a number, to be compared.
    pub number: Numbers,
}

/// Reads a number.
pub type Numbers = for<'a> fn(&View<'a>) -> Figure<'a>;

/// Does one of the prospect's texts pass the test?
pub type Texts = fn(&View<'_>, &dyn Fn(&str) -> bool) -> bool;

/// How the texts of an attribute are read.
#[derive(Debug, Clone, Copy)]
pub enum Read {
    /// One, kept in the record.
    One(for<'a> fn(&View<'a>) -> Option<&'a str>),
    /// One, made when it is asked for.
    Made(fn(&View<'_>) -> Option<String>),
    /// Several; a column shows the first.
    First(Texts),
    /// Several; a column lists them.
    All(Texts),
}

impl Read {
    /// Does one of the texts pass the test?
    pub(in crate::rules) fn any(self, view: &View<'_>, is: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Read::One(read) => read(view).is_some_and(is),
            Read::Made(make) => make(view).is_some_and(|text| is(&text)),
            Read::First(texts) | Read::All(texts) => texts(view, is),
        }
    }
}

/// How a day is read.
#[derive(Debug, Clone, Copy)]
pub enum DayReader {
    /// A day.
    Date(fn(&View<'_>) -> Option<Date>),
    /// A day, perhaps with a time.
    Moment(fn(&View<'_>) -> Option<Moment>),
}

impl DayReader {
    /// The day, without its time.
    pub(in crate::rules) fn date(self, view: &View<'_>) -> Option<Date> {
        match self {
            DayReader::Date(read) => read(view),
            DayReader::Moment(read) => read(view).map(|moment| moment.date),
        }
    }
}

/// Which names an attribute of texts can have: a query refuses others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// Any text.
    Any,
    /// Reps.
    Reps,
    /// Departments.
    Departments,
    /// Campaigns.
    Campaigns,
    /// Ledgers of a company.
    Ledgers,
    /// Pipelines.
    Pipelines,
    /// Kinds of event.
    Kinds,
    /// Criteria, the rule of the cycle included.
    Criteria,
    /// Reasons: those that the settings name have labels, any other text is one too.
    Reasons,
    /// Levels of a dimension of grading.
    Levels(Scale),
    /// Grades.
    Grades,
    /// A few words, each with its words in English and Chinese; and what they are.
    Words(
        &'static [(&'static str, &'static str, &'static str)],
        &'static (&'static str, &'static str),
    ),
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Plain,
    /// Money.
    Money,
    /// Hundredths of a share.
    Percent,
    /// Days.
    Days,
}

/// Which way a duration in a query counts from the as-of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// Back.
    Past,
    /// Ahead.
    Ahead,
}

/// A number as it is read.
#[derive(Debug, Clone, Copy)]
pub enum Figure<'a> {
    /// There is none.
    None,
    /// A count, or days.
    Count(i64),
    /// Money in the ledger's currency.
    Amount(Amount),
    /// Money.
    Money(Money),
    /// Money, perhaps in several currencies.
    Sum(&'a Sum),
    /// A share, 0 to 1.
    Share(Amount),
    /// Money in a currency without a rate, whose amount in the ledger's is not known; whether it is more than
    /// nothing.
    Foreign {
        /// Is it more than nothing?
        positive: bool,
    },
}

impl Figure<'_> {
    /// A count.
    pub(super) fn count(number: impl Into<i64>) -> Self {
        Figure::Count(number.into())
    }

    /// Days, if there are any.
    pub(super) fn days(days: Option<i64>) -> Self {
        days.map_or(Figure::None, Figure::Count)
    }
}
