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
    let rows: Vec<Box<[PackedRow]>> = request.gather(book, |record| {
        let rows = rows(record).into_iter();
        Some(rows.map(|cells| PackedRow::of(&Row::new(cells))).collect())
    });
    let rows: Vec<PackedRow> = rows.into_iter().flatten().collect();
    let mut sheet = Sheet::single(id, "", heads, rows.into());
    sheet.about = book.as_of.to_string();
    sheet
}
