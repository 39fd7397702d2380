//! The sheets of `crm export` that have several rows a prospect.

use super::Request;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::table::packed_row::PackedRow;
use crate::table::sheet::{Cell, Column, Row, Sheet};

/// The rows of each prospect that is asked for, in the order of ids. Nothing of a prospect is kept but its rows.
pub(super) fn several(
    id: &str,
    heads: Vec<Column>,
    book: &Book,
    request: &Request,
    rows: impl Fn(&Record) -> Vec<Vec<Cell>> + Sync,
) -> Sheet {
    let rows = request.gather(book, |record| rows_of(rows(record)));
    sheet(id, heads, book, rows)
}

/// The rows of one prospect, as they are kept.
pub(super) fn rows_of(rows: Vec<Vec<Cell>>) -> Option<Box<[PackedRow]>> {
    Some(rows.into_iter().map(|cells| PackedRow::of(&Row::new(cells))).collect())
}

/// The sheet of the rows of all prospects.
pub(super) fn sheet(
    id: &str,
    heads: Vec<Column>,
    book: &Book,
    rows: Vec<Box<[PackedRow]>>,
) -> Sheet {
    let rows: Vec<PackedRow> = rows.into_iter().flatten().collect();
    let mut sheet = Sheet::single(id, "", heads, rows.into());
    sheet.about = book.as_of.to_string();
    sheet
}
