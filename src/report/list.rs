//! `crm list`: chosen prospects, chosen columns, in a chosen order.

use super::Request;
use super::columns::{Choice, emphasis, states_more};
use crate::diag::Diagnostic;
use crate::model::settings::Settings;
use crate::rules::book::{Book, Keep};
use crate::rules::grading::narrow;
use crate::rules::replay::state::Record;
use crate::table::packed_row::PackedRow;
use crate::table::sheet::{Cell, Column, Row, Rows, Sheet};
use crate::value::label::Lang;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The columns unless others are asked for.
pub const DEFAULT: [&str; 8] =
    ["id", "name", "company", "stage", "owner", "value", "next", "flags"];

/// The columns of customers unless others are asked for.
pub const CUSTOMERS: [&str; 9] =
    ["id", "name", "owner", "grade", "lifecycle", "deals", "bought", "last-order", "next"];

/// A list that is asked for.
pub struct List {
    choice: Choice,
    /// The columns that it is sorted by, the most important last; of each, whether in reverse.
    keys: Choice,
    reversed: Vec<bool>,
    /// The columns that give way first.
    yields: &'static [&'static str],
}

/// A prospect of the list: the cells that it is sorted by, and its row.
struct SortedRow {
    keys: Box<[Cell]>,
    row: PackedRow,
}

impl List {
    /// A list with these columns. `sort` names columns, each with `-` before it for the reverse order; ids
    /// break ties.
    pub fn of(columns: &[&str], sort: &[String], settings: &Settings) -> Result<List, Diagnostic> {
        let lang = settings.language;
        let choice = Choice::of(columns.iter().copied(), settings, lang)?;
        let keys = sort.iter().rev().map(|key| match key.strip_prefix('-') {
            Some(name) => (name, true),
            None => (key.as_str(), false),
        });
        let (names, reversed): (Vec<&str>, Vec<bool>) = keys.unzip();
        // The order is that of ids in every language.
        let keys = Choice::of(names, settings, Lang::Machine)?;
        Ok(List { choice, keys, reversed, yields: &[] })
    }

    fn asks_grades(&self) -> bool {
        self.choice.asks_grades() || self.keys.asks_grades()
    }

    /// The columns were not asked for: some give way to others where a terminal is narrow, in this order.
    #[must_use]
    pub fn unasked(self) -> List {
        List { yields: &["company", "deals", "last-order"], ..self }
    }

    /// Grades the book, and reads the files that columns look into, where they are asked for.
    fn prepare(&self, book: &Book) {
        if self.asks_grades() {
            book.graded();
        }
        book.read_others(self.choice.others().and(self.keys.others()));
    }

    /// The parts of each record that it needs.
    pub fn keep(&self, request: &Request, book: &Book) -> Keep {
        request.keep(&book.settings, book.as_of, self.asks_grades())
    }

    /// The prospects that the request selects. Only their rows are kept.
    pub fn sheet(self, book: &Book, request: &Request) -> Sheet {
        self.prepare(book);
        let lines = request.gather(book, |record| Some(self.line(record, book)));
        self.sorted("list", lines, 0, book)
    }

    /// The prospects that the request selects, for other programs; the last so many columns only where a prospect states
    /// one of the facts of [`more_facts`](super::columns::more_facts), which they show.
    pub fn export(self, more: usize, book: &Book, request: &Request) -> Sheet {
        self.prepare(book);
        let is_stated = AtomicBool::new(false);
        let lines = request.gather(book, |record| {
            if states_more(&record.prospect) {
                is_stated.store(true, Relaxed);
            }
            Some(self.line(record, book))
        });
        let without = if is_stated.load(Relaxed) { 0 } else { more };
        self.sorted("list", lines, without, book)
    }

    /// The customers that the request selects, whatever their relation: those with a file, and those that have bought.
    /// A customer without a file is shown by the prospect that represents it.
    pub fn customers(self, book: &Book, request: &Request) -> Sheet {
        self.prepare(book);
        let graded = book.graded();
        let lines = request.gather_everybody(book, |record| {
            let is_shown = record.prospect.is_customer || {
                let position = graded.position(&record.prospect.id)?;
                let customer = graded.at(position);
                customer.figures.is_buyer() && customer.lead == narrow(position)
            };
            is_shown.then(|| self.line(record, book))
        });
        self.sorted("customers", lines, 0, book)
    }

    fn line(&self, record: &Record, book: &Book) -> SortedRow {
        let row = Row::with(self.choice.cells(record, book), emphasis(record));
        SortedRow { keys: self.keys.cells(record, book).into(), row: PackedRow::of(&row) }
    }

    /// The sheet of the lines, without its last so many columns.
    fn sorted(self, id: &str, mut lines: Vec<SortedRow>, without: usize, book: &Book) -> Sheet {
        let lang = book.settings.language;
        lines.par_sort_by(|a, b| self.order(a, b));
        let heads = Column::giving_way(self.choice.heads(), self.yields);
        let (mut heads, count) = (heads, lines.len());
        let width = heads.len() - without;
        heads.truncate(width);
        let rows = Rows::made(count, move |at| {
            let mut row = lines[at].row.row();
            row.cells.truncate(width);
            row
        });
        let mut sheet = Sheet::single(id, "", heads, rows);
        let noun = match id {
            "customers" => lang.pick("customers: ", "客户："),
            _ => lang.pick("prospects: ", "潜在客户："),
        };
        sheet.about = format!("{}  ·  {noun}{count}", book.as_of);
        sheet
    }

    fn order(&self, a: &SortedRow, b: &SortedRow) -> Ordering {
        let keys = a.keys.iter().zip(&b.keys).zip(&self.reversed).rev();
        let mut orders = keys.map(|((a, b), reverse)| order(a, b, *reverse));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// The order of two cells; empty ones come last either way.
fn order(a: &Cell, b: &Cell, reverse: bool) -> Ordering {
    let ordering = match (a, b) {
        (Cell::Empty, Cell::Empty) => Ordering::Equal,
        (Cell::Empty, _) => return Ordering::Greater,
        (_, Cell::Empty) => return Ordering::Less,
        (Cell::Int(a), Cell::Int(b)) => a.cmp(b),
        (Cell::Date(a), Cell::Date(b)) => a.cmp(b),
        (Cell::Moment(a), Cell::Moment(b)) => a.cmp(b),
        (Cell::Amount(a), Cell::Amount(b)) => a.cmp(b),
        (Cell::Money(a), Cell::Money(b)) => {
            a.currency.cmp(&b.currency).then(a.amount.cmp(&b.amount))
        }
        (Cell::List(a), Cell::List(b)) => a.cmp(b),
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        _ => Ordering::Equal,
    };
    if reverse { ordering.reverse() } else { ordering }
}
