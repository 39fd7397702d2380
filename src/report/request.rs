//! Requests: a query and options, and the records that they ask for.

use super::dimension::Dimension;
use crate::model::settings::Settings;
use crate::rules::book::{Book, Files, Keep, Selection};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::table::sheet::Audience;
use crate::value::date::Date;
use crate::value::money::Amount;
use crate::value::period::Period;
use crate::value::text::Text;

/// A request to a report, beyond the day.
pub struct Request {
    /// Only these prospects.
    pub query: Query,
    /// The files whose rows are gathered: those of prospects, unless otherwise stated.
    pub files: Files,
    /// A row or block for each value of this.
    pub by: Option<Dimension>,
    /// The days it covers, if stated.
    pub period: Option<Period>,
    /// The target, if stated: closes of `ratios`.
    pub target: Option<Amount>,
    /// Every single thing behind the figures.
    pub list: bool,
    /// The audience, if it is known: tables for others alone need not be made.
    pub readers: Option<Audience>,
}

impl Request {
    /// These prospects, and nothing else asked.
    pub fn of(query: Query) -> Request {
        Request {
            query,
            files: Files::Prospects,
            by: None,
            period: None,
            target: None,
            list: false,
            readers: None,
        }
    }

    /// The prospects that the query selects, as a test for records of the book. Grades the book first if the
    /// query or the breakdown asks for grades.
    pub fn selection<'s>(&'s self, book: &'s Book) -> Selection<'s> {
        self.grade_if_asked(book);
        book.selection(&self.query)
    }

    /// Folds the records that the query selects (see [`Book::fold`]). Grades the book first if the query or the
    /// breakdown asks for grades.
    pub fn fold<A: Default + Send>(
        &self,
        book: &Book,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        self.grade_if_asked(book);
        book.fold(&self.query, step, join)
    }

    /// Folds the prospects and customers' files that the query selects, likewise.
    pub fn fold_everybody<A: Default + Send>(
        &self,
        book: &Book,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        self.grade_if_asked(book);
        book.fold_everybody(&self.query, step, join)
    }

    /// A row for each record of a prospect, or of a customer's file, that the query selects, in the order of ids (see
    /// [`Book::gather`]). Grades the book first if the query or the breakdown asks for grades.
    pub fn gather<T: Send>(
        &self,
        book: &Book,
        row: impl Fn(&Record) -> Option<T> + Sync,
    ) -> Vec<T> {
        self.grade_if_asked(book);
        book.gather_in(self.files, &self.query, row)
    }

    /// A row for each prospect or customer's file that the request selects, likewise.
    pub fn gather_everybody<T: Send>(
        &self,
        book: &Book,
        row: impl Fn(&Record) -> Option<T> + Sync,
    ) -> Vec<T> {
        self.grade_if_asked(book);
        book.gather_everybody(&self.query, row)
    }

    /// The value of the attribute that figures are broken down by, if they are.
    pub fn group(&self, record: &Record, book: &Book) -> Option<String> {
        self.by.as_ref().map(|by| by.of(record, book))
    }

    /// The rep, if the query asks for the prospects of one owner and nothing else.
    pub fn only_owner(&self, settings: &Settings) -> Option<Text> {
        let query = self.query.to_string();
        let owner = query.trim().strip_prefix("owner:")?;
        let is_one = !owner.contains([' ', ',', '(', ')', '"', '*']);
        is_one
            .then(|| settings.rep_named(owner).map_or_else(|_| owner.into(), |rep| rep.id.clone()))
    }

    /// May a table for these readers be looked at?
    pub fn is_read_by(&self, readers: Audience) -> bool {
        self.readers.is_none_or(|known| known == readers)
    }

    /// The parts of each record that the answer needs: notes only where a query looks into them, this one or one of
    /// the rules. With `rules` the rules are asked for any request.
    pub fn keep(&self, settings: &Settings, as_of: Date, rules: bool) -> Keep {
        let rules = rules || self.asks_grades() || self.query.asks_grades();
        if self.query.asks_notes() || rules && rules_ask_notes(settings, as_of) {
            Keep::Everything
        } else {
            Keep::AllButNotes
        }
    }

    /// Is it broken down by an attribute that needs grades?
    pub(super) fn asks_grades(&self) -> bool {
        self.by.as_ref().is_some_and(Dimension::asks_grades)
    }

    fn grade_if_asked(&self, book: &Book) {
        if self.asks_grades() {
            book.graded();
        }
        if let Some(by) = &self.by {
            book.read_others(by.others());
        }
    }
}

/// Does a rule of grading or allocation look into notes?
fn rules_ask_notes(settings: &Settings, as_of: Date) -> bool {
    let grading = settings.grading.rules.iter().map(|rule| &rule.when);
    let mut conditions = grading.chain(settings.allocation.exclude.iter().map(|rule| &rule.when));
    conditions.any(|when| match Query::parse(when, "when", settings, as_of) {
        Ok(query) => query.asks_notes(),
        // A period in words that is empty on this day may not be so on an earlier one.
        Err(_) => true,
    })
}
