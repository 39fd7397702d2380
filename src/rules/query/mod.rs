//! The query language: one way to say which prospects are meant, for `list`, for every report, for
//! `--where`, and for the conditions of rules. `docs/queries.md` is its page for users.
//!
//! A text becomes tokens (`lexer`), tokens become a tree (`parser`), each term of it is compiled once
//! (`compile`) with everything resolved that the settings know, and the tree is asked about one record
//! after another (`matching`). What may be asked stands in two tables: [`FIELDS`] and [`FLAGS`].

mod apart;
mod compile;
mod fields;
mod flags;
mod help;
mod lexer;
mod matching;
mod parser;
mod pattern;
#[cfg(test)]
mod tests;
mod view;

pub(super) use apart::Questions;
pub use fields::{FIELDS, Field};
pub use flags::{FLAGS, Flag};
pub use help::help;
pub(super) use view::Answers;

use crate::diag::{Code, Diagnostic, Place, Source, Spot, Words};
use crate::model::settings::Settings;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::text::Text;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

/// The longest query, in bytes: far more than anybody types, room for a script's list of ids.
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

/// What a query is asked against, beside the record.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
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
        let (asks_notes, grade_at) = (Cell::new(false), RefCell::new(None));
        let asked = Asked { text, origin, settings, today, asks_notes, grade_at };
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

    /// Does it match everything because nothing was asked?
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Does it ask for a dimension of grading, or the grade? Then the book has to be graded before it
    /// is asked; [`Book::selection`](super::book::Book::selection) does that.
    pub fn asks_grades(&self) -> bool {
        self.node.asks_grades()
    }

    /// Does it look into notes?
    pub fn asks_notes(&self) -> bool {
        self.asks_notes
    }

    /// Where it asks for the composite grade, which the rules of grading may not.
    pub fn grade_at(&self) -> Option<Range<usize>> {
        self.grade_at.clone()
    }

    /// Is this prospect meant?
    pub fn matches(&self, record: &Record, context: &Context<'_>) -> bool {
        let customer = record.customer.get().map(|customer| &**customer);
        debug_assert!(
            customer.is_some() || !self.asks_grades(),
            "`{self}` asks for grades of a book that is not graded: go through Book::selection"
        );
        let (settings, as_of, answers) = (context.settings, context.as_of, &Answers::default());
        self.node.matches(&view::View { record, settings, as_of, customer, answers })
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
    /// Were notes among what is looked into?
    asks_notes: Cell<bool>,
    /// Where the grade itself first stands.
    grade_at: RefCell<Option<Range<usize>>>,
}

/// Boxed, because a diagnostic is many times larger than what the readers hand on.
type Parsed<T> = Result<T, Box<Diagnostic>>;

impl Asked<'_> {
    /// What is wrong with these bytes of the query.
    fn wrong(&self, span: &Range<usize>, message: impl Into<Words>) -> Diagnostic {
        let source = Source::Text { origin: self.origin.to_owned(), text: self.text.to_owned() };
        Diagnostic::new(Code::BadQuery, message)
            .at(Place { source, spot: Spot::Span(span.start, span.end) })
    }
}
