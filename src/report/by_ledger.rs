//! The ledgers of a company beside each other: for its start page and its dashboard.

use super::Request;
use crate::model::pipeline::Outcome;
use crate::rules::book::Book;
use crate::rules::company::parts;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::money::{Money, Sum};
use crate::value::text::Text;
use std::cmp::Reverse;
use std::collections::HashMap;

/// The open prospects of one ledger.
#[derive(Clone, Default)]
struct Open {
    count: usize,
    overdue: usize,
    value: Sum,
    weighted: Sum,
}

impl Open {
    fn add(&mut self, other: &Open) {
        self.count += other.count;
        self.overdue += other.overdue;
        self.value.add_sum(&other.value);
        self.weighted.add_sum(&other.weighted);
    }
}

/// A row for each ledger of a company, those with the most due first: the things of the work list `due`, and the open
/// prospects that the request selects. `None` of a single ledger.
pub(super) fn by_ledger(book: &Book, request: &Request, due: &Sheet) -> Option<Table> {
    if book.ledgers().is_empty() {
        return None;
    }
    let (settings, lang) = (&book.settings, book.settings.language);
    let things = things(due);
    let mut open = request.fold(
        book,
        |all: &mut Vec<Open>, record| {
            all.resize_with(settings.ledgers.len(), Open::default);
            if record.state.outcome != Outcome::Open {
                return;
            }
            let Some(open) = all.get_mut(record.ledger) else { return };
            open.count += 1;
            open.overdue += usize::from(record.state.flags.overdue);
            record.state.value.into_iter().for_each(|value| open.value.add(value));
            let weighted = record.weighted(settings).map(|amount| Money { amount, currency: None });
            weighted.into_iter().for_each(|weighted| open.weighted.add(weighted));
        },
        |all, part| {
            all.resize_with(settings.ledgers.len(), Open::default);
            all.iter_mut().zip(&part).for_each(|(known, more)| known.add(more));
        },
    );
    open.resize_with(settings.ledgers.len(), Open::default);
    let number = |id: &&str| column(id, Kind::Number, lang);
    let due = Column::new("due", lang.pick("Due", "待办"), Kind::Number);
    let mut columns = vec![column("ledger", Kind::Text, lang), due];
    columns.extend(["overdue", "open", "value", "weighted"].iter().map(number));
    let mut ledgers: Vec<_> = settings.ledgers.iter().zip(&open).collect();
    let of = |ledger: &str| things.get(ledger).copied().unwrap_or_default();
    ledgers.sort_by_key(|(ledger, open)| (Reverse(of(ledger)), Reverse(open.overdue)));
    let row = |(ledger, open): &(&Text, &Open)| {
        Row::new(vec![
            Cell::text((*ledger).clone()),
            Cell::count(of(ledger)),
            Cell::count(open.overdue),
            Cell::count(open.count),
            Cell::Amount(open.value.own),
            Cell::Amount(open.weighted.own),
        ])
    };
    Some(Table {
        id: "ledgers".into(),
        title: lang.pick("By ledger", "按账本").into(),
        columns,
        rows: ledgers.iter().map(row).collect(),
        ..Table::default()
    })
}

/// How many things of a work list each ledger has.
fn things(due: &Sheet) -> HashMap<String, usize> {
    let mut things = HashMap::new();
    let Some(table) = due.tables.iter().find(|table| table.id == "due") else { return things };
    let Some(at) = table.columns.iter().position(|column| &*column.id == "id") else {
        return things;
    };
    for row in table.rows.iter() {
        if let Cell::Text(id) = &row.cells[at]
            && let Some((ledger, _)) = parts(id)
        {
            *things.entry(ledger.to_owned()).or_default() += 1;
        }
    }
    things
}
