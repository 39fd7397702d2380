//! The query language: one way to say which prospects are meant, for `list`, for every report, for
//! `--where`, and for the conditions of rules. `docs/queries.md` is its page for users.
//!
//! A text becomes tokens (`lexer`), tokens become a tree (`parser`), each term of it is compiled once
//! (`compile`) with everything resolved that the settings know, and the tree is asked about one record
//! after another (`matching`). What may be asked stands in two tables: [`FIELDS`] and [`FLAGS`].

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

pub use fields::{FIELDS, Field};
pub use flags::{FLAGS, Flag};
pub use help::help;

use super::state::Record;
use crate::diag::{Code, Diagnostic, Place, Source, Spot};
use crate::model::date::Date;
use crate::model::settings::Settings;
use std::fmt;
use std::ops::Range;

/// The longest query, in bytes: far more than anybody types, room for a script's list of ids.
pub const MAX_BYTES: usize = 64 * 1024;

/// The deepest nesting of parentheses and negations.
pub const MAX_DEPTH: usize = 64;

/// A question that every prospect answers with yes or no.
#[derive(Debug, Clone)]
pub struct Query {
    text: Box<str>,
    node: matching::Node,
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
        let asked = Asked { text, origin, settings, today };
        match parser::parse(&asked) {
            Ok(node) => Ok(Query { text: text.into(), node }),
            Err(diagnostic) => Err(*diagnostic),
        }
    }

    /// Does it match everything because nothing was asked?
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Is this prospect meant?
    pub fn matches(&self, record: &Record, context: &Context<'_>) -> bool {
        let view = view::View { record, settings: context.settings, as_of: context.as_of };
        self.node.matches(&view)
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
}

/// Boxed, because a diagnostic is many times larger than what the readers hand on.
type Parsed<T> = Result<T, Box<Diagnostic>>;

impl Asked<'_> {
    /// What is wrong with these bytes of the query.
    fn wrong(&self, span: &Range<usize>, message: impl Into<String>) -> Diagnostic {
        let source = Source::Text { origin: self.origin.to_owned(), text: self.text.to_owned() };
        Diagnostic::new(Code::BadQuery, message)
            .at(Place { source, spot: Spot::Span(span.start, span.end) })
    }
}
