//! `crm list`: chosen prospects, chosen columns, in a chosen order.

use super::Request;
use super::columns::Choice;
use crate::diag::Diagnostic;
use crate::model::sheet::{Cell, Sheet};
use crate::rules::book::Book;
use crate::rules::state::Record;
use std::cmp::Ordering;

/// The columns unless others are asked for.
pub const DEFAULT: [&str; 8] =
    ["id", "name", "company", "stage", "owner", "value", "next", "flags"];

/// A list. `sort` names columns, each with `-` before it for the reverse order; ids break ties.
pub fn list(
    book: &Book,
    request: &Request,
    columns: &[&str],
    sort: &[String],
) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let choice = Choice::of(columns.iter().copied(), &book.settings, lang)?;
    let mut records: Vec<&Record> = request.select(book).collect();
    for key in sort.iter().rev() {
        let (name, reverse) =
            key.strip_prefix('-').map_or((key.as_str(), false), |name| (name, true));
        let key = Choice::of([name], &book.settings, lang)?;
        let mut keyed: Vec<(Cell, &Record)> = records
            .iter()
            .map(|record| (key.cells(record, book).swap_remove(0), *record))
            .collect();
        keyed.sort_by(|a, b| order(&a.0, &b.0, reverse));
        records = keyed.into_iter().map(|(_, record)| record).collect();
    }
    let rows = records.iter().map(|record| choice.row(record, book)).collect();
    let mut sheet = Sheet::single("list", "", choice.heads(), rows);
    sheet.about = format!(
        "{}  ·  {}",
        book.as_of,
        lang.pick("prospects: ", "客户：").to_owned() + &records.len().to_string()
    );
    Ok(sheet)
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
