//! The query language: one way to select prospects, for `list`, for every report, for `--where`, and for the
//! conditions of rules. `docs/queries.md` is its page for users.
//!
//! A text becomes tokens (`lexer`), tokens become a tree (`parser`), each term of it is compiled once
//! (`compile`) with everything resolved that the settings know, and the tree is asked about one record
//! after another (`matching`). The fields are the rows of the table of attributes
//! ([`ATTRIBUTES`](super::attribute::ATTRIBUTES)), the flags those of [`FLAGS`](super::attribute::FLAGS).

mod apart;
mod compile;
mod help;
mod lexer;
mod matching;
mod parser;
mod pattern;
mod segments;
#[cfg(test)]
mod tests;

pub(super) use apart::Questions;
pub use help::help;
pub(super) use matching::Answers;

use crate::diag::{Code, Diagnostic, Place, Source, Spot, Words};
use crate::model::settings::Settings;
use crate::rules::attribute::View;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::text::Text;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

/// The longest query, in bytes: room for a script's list of ids.
pub const MAX_BYTES: usize = 64 * 1024;

/// The deepest nesting of parentheses and negations.
pub const MAX_DEPTH: usize = 64;

/// A question that every prospect answers with yes or no.
#[derive(Debug, Clone)]
pub struct Query {
    text: Text,
    node: matching::Node,
    asks_notes: bool,
    grade_at: Option<Range<usize>>,
}

/// The files beside a record's own that a question looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Others {
    /// The file of its customer: `customer.region:…`.
    pub file: bool,
    /// The prospects of its customer: `deal.stage:…`.
    pub deals: bool,
}

impl Others {
    /// Those of two questions.
    #[must_use]
    pub fn and(self, other: Others) -> Others {
        Others { file: self.file || other.file, deals: self.deals || other.deals }
    }
}

/// The name that means the rep who asks.
pub const ME: &str = "me";

/// The settings and the day that a query is asked against.
#[derive(Debug, Clone, Copy)]
pub struct QueryContext<'a> {
    /// The settings of the ledger.
    pub settings: &'a Settings,
    /// The day: entries after it are not seen, and durations count from it.
    pub as_of: Date,
}

impl Query {
    /// Reads a query. `origin` names the text in errors (`--where`); `today` is what `today`, `-14d` and
    /// `last month` count from. An empty text matches everything.
    pub fn parse(
        text: &str,
        origin: &str,
        settings: &Settings,
        today: Date,
    ) -> Result<Query, Diagnostic> {
        let asked = Asked::of(text, origin, settings, today);
        match parser::parse(&asked) {
            Ok(node) => Ok(Query {
                text: text.into(),
                node,
                asks_notes: asked.asks_notes.get(),
                grade_at: asked.grade_at.into_inner(),
            }),
            Err(diagnostic) => Err(*diagnostic),
        }
    }

    /// The query that every prospect answers with yes.
    pub fn everything() -> Query {
        let (text, node) = (Text::default(), matching::Node::All(Vec::new()));
        Query { text, node, asks_notes: false, grade_at: None }
    }

    /// The query for what both select.
    #[must_use]
    pub fn and(self, other: Query) -> Query {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            (false, false) => Query {
                text: format!("({self}) ({other})").into(),
                asks_notes: self.asks_notes || other.asks_notes,
                grade_at: self.grade_at.or(other.grade_at),
                node: matching::Node::All(vec![self.node, other.node]),
            },
        }
    }

    /// Is it empty? Then it matches every prospect.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Does it ask for a dimension of grading, or the grade? Then the book has to be graded before it
    /// is asked; [`Book::selection`](super::book::Book::selection) does that.
    pub fn asks_grades(&self) -> bool {
        self.node.asks_grades()
    }

    /// The other files that it looks into. A record needs them then; [`Book::fold`](super::book::Book::fold) puts them
    /// there.
    pub fn others(&self) -> Others {
        self.node.others()
    }

    /// Does it look into notes?
    pub fn asks_notes(&self) -> bool {
        self.asks_notes
    }

    /// Where it asks for the composite grade, which the rules of grading may not.
    pub fn grade_at(&self) -> Option<Range<usize>> {
        self.grade_at.clone()
    }

    /// Does it select this prospect?
    pub fn matches(&self, record: &Record, context: &QueryContext<'_>) -> bool {
        self.selects(&View::of(record, context.settings, context.as_of))
    }

    /// Does it select the prospect of a view, perhaps with another owner?
    pub fn selects(&self, view: &View<'_>) -> bool {
        debug_assert!(
            // Partners and suppliers are no customers.
            view.customer.is_some() || view.record.prospect.is_customer || !self.asks_grades(),
            "`{self}` asks for grades of a book that is not graded: go through Book::selection"
        );
        self.node.matches(view, &Answers::default())
    }
}

impl fmt::Display for Query {
    /// The query as it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A query being read, and all that its words can refer to.
struct Asked<'a> {
    text: &'a str,
    origin: &'a str,
    settings: &'a Settings,
    today: Date,
    /// Does a term look into notes?
    asks_notes: Cell<bool>,
    /// Where the grade is first asked for.
    grade_at: RefCell<Option<Range<usize>>>,
    /// The segments that it is inside of, the outermost first.
    inside: Vec<Text>,
    /// How deep it is nested in those.
    depth: usize,
    /// How many segments the whole query has been expanded by so far.
    expanded: Cell<usize>,
}

/// Boxed, because a diagnostic is many times larger than the results of the readers.
type Parsed<T> = Result<T, Box<Diagnostic>>;

impl<'a> Asked<'a> {
    /// A query that is inside of no segment.
    fn of(text: &'a str, origin: &'a str, settings: &'a Settings, today: Date) -> Asked<'a> {
        Asked {
            text,
            origin,
            settings,
            today,
            asks_notes: Cell::new(false),
            grade_at: RefCell::new(None),
            inside: Vec::new(),
            depth: 0,
            expanded: Cell::new(0),
        }
    }

    /// A diagnostic about these bytes of the query.
    fn wrong(&self, span: &Range<usize>, message: Words) -> Diagnostic {
        let source = Source::Text { origin: self.origin.to_owned(), text: self.text.to_owned() };
        Diagnostic::new(Code::BadQuery, message)
            .at(Place { source, spot: Spot::Span(span.start, span.end) })
    }
}
