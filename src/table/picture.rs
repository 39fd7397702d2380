//! Pictures of figures, by their data and not by their drawing.

use crate::value::date::Date;

/// The emphasis of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Emphasis {
    /// Not at all.
    #[default]
    Plain,
    /// Good: won, met.
    Good,
    /// Wants attention: overdue, missed.
    Warn,
    /// A sum of the rows above.
    Total,
}

/// A picture with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The title, for people.
    pub title: String,
    /// The picture in words, for readers who cannot see it.
    pub description: String,
    /// The drawing.
    pub chart: Chart,
}

/// The data of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Quantities beside each other, from nothing to the largest: one bar each.
    Bars(Vec<Quantity>),
    /// Shares over time, each keeping its height until the next point: survival, cumulative curves.
    Steps {
        /// The title of the horizontal axis: `days`.
        x_title: String,
        /// The title of the vertical axis, from 0 to 1.
        y_title: String,
        /// The curves.
        series: Vec<Series>,
    },
    /// A spread around a middle, and the quantities to compare it with.
    Range {
        /// The lower end.
        low: Quantity,
        /// The middle.
        middle: Quantity,
        /// The upper end.
        high: Quantity,
        /// Others on the same scale: a target, last year.
        marks: Vec<Quantity>,
    },
    /// The stages of a process: how many are in each, what they are worth, and the share that goes on.
    Funnel(Vec<FunnelStage>),
    /// From an opening (the first) by changes, down or up, to a closing (the last).
    Waterfall(Vec<Quantity>),
    /// What was reached so far, what may be reached by some days to come, and the target.
    Fan {
        /// Reached, in the order of days.
        past: Vec<(Date, f64)>,
        /// What may be reached by a day, in the order of days.
        ahead: Vec<Spread>,
        /// The target of the last day.
        target: Option<Quantity>,
    },
    /// A dot for each thing, in columns beside each other.
    Dots {
        /// The title of the vertical axis: `days`.
        y_title: String,
        /// The name of the dots that want attention.
        marked: String,
        /// The name of the limits.
        limit: String,
        /// The columns.
        columns: Vec<DotColumn>,
    },
    /// Bars made of parts, each with a limit and a course of its own.
    Stacked {
        /// The names of the parts.
        parts: Vec<String>,
        /// The name of the limit.
        limit: String,
        /// The name of the course.
        course: String,
        /// The bars.
        bars: Vec<StackedBar>,
    },
    /// A square for each day, in columns of weeks.
    Days {
        /// The first day of the first week.
        from: Date,
        /// The quantity of each day from the first on.
        quantities: Vec<u64>,
        /// The names of the seven days of a week.
        names: [String; 7],
    },
}

/// A stage of a process.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelStage {
    /// How many are in it now.
    pub count: Quantity,
    /// What they are worth, as people read it.
    pub worth: String,
    /// The share of those that came here and went on, as people read it; empty where none is known.
    pub onward: String,
}

/// A sum that is not certain, on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The day.
    pub on: Date,
    /// It is at least this in nine cases of ten,
    pub low: f64,
    /// in one of two,
    pub middle: f64,
    /// in one of ten.
    pub high: f64,
}

/// A column of dots.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DotColumn {
    /// Its name.
    pub label: String,
    /// The height of each dot, and whether it wants attention.
    pub dots: Vec<(u32, bool)>,
    /// The height that no dot should pass.
    pub limit: Option<u32>,
}

/// A bar made of parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StackedBar {
    /// Its name.
    pub label: String,
    /// The size of each part.
    pub parts: Vec<u64>,
    /// The size that it should not pass.
    pub limit: Option<u32>,
    /// A small course beside it.
    pub course: Vec<u64>,
    /// The bar in words: `12 of 30`.
    pub text: String,
}

/// A quantity with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Its name.
    pub label: String,
    /// The quantity: decides its position. Not a number: it is not drawn.
    pub value: f64,
    /// How much, as people read it.
    pub text: String,
    /// Its emphasis.
    pub emphasis: Emphasis,
}

impl Quantity {
    /// A quantity without emphasis.
    pub fn new(label: impl Into<String>, value: f64, text: impl Into<String>) -> Quantity {
        let emphasis = Emphasis::Plain;
        Quantity { label: label.into(), value, text: text.into(), emphasis }
    }

    /// Returns the quantity with emphasis.
    #[must_use]
    pub fn with(mut self, emphasis: Emphasis) -> Quantity {
        self.emphasis = emphasis;
        self
    }
}

/// A curve of steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub label: String,
    /// x and height, in the order of x.
    pub points: Vec<(f64, f64)>,
    /// x, lower and upper limit of the height, in the order of x.
    pub band: Vec<(f64, f64, f64)>,
}
