//! `crm export orders`: what chosen prospects bought and paid, one row an entry, with the owner of that day. The entries
//! that were retracted are left out: the rows add up to what was bought.

use super::Request;
use super::columns::{currency_column, positions};
use super::several::several;
use crate::diag::Diagnostic;
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::kind::KINDS;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Kind, Sheet};
use crate::table::terms::term;
use crate::table::words::column;

/// An entry with money, and its prospect.
struct Order<'b> {
    record: &'b Record,
    settings: &'b Settings,
    event: &'b Event,
}

/// A column: its id, its kind, and its cell.
type Definition = (&'static str, Kind, fn(&Order) -> Cell);

/// The columns, but for the amount and its currency, which come last.
const COLUMNS: &[Definition] = &[
    ("id", Kind::Id, |order| Cell::text(&*order.record.prospect.id)),
    ("name", Kind::Text, |order| Cell::text(&*order.record.prospect.name)),
    ("account", Kind::Text, |order| {
        Cell::maybe(order.record.prospect.account.as_deref(), Cell::text)
    }),
    ("product", Kind::Text, |order| {
        Cell::maybe(order.record.prospect.product.as_deref(), Cell::text)
    }),
    ("key", Kind::Text, |order| Cell::text(&*order.event.key.text)),
    ("date", Kind::Date, |order| Cell::Date(order.event.date())),
    ("kind", Kind::Text, |order| {
        Cell::text(term(KINDS, &order.event.kind, order.settings.language))
    }),
    ("owner", Kind::Text, |order| {
        Cell::maybe(order.record.history.owner_on(order.event.date()), Cell::text)
    }),
    ("amount", Kind::Number, |order| Cell::maybe(order.event.amount, Cell::Money)),
];

/// The column of amounts.
const AMOUNT: &str = "amount";

/// The names of the columns, in the order of `export`.
pub fn all() -> Vec<String> {
    let ids = COLUMNS.iter().map(|(id, ..)| (*id).to_owned());
    ids.chain([currency_column(AMOUNT)]).collect()
}

/// The orders that are asked for, by the positions of their columns.
pub struct Orders(Vec<usize>);

impl Orders {
    /// With these columns.
    ///
    /// # Errors
    /// If a name is that of no column.
    pub fn of(names: &[&str]) -> Result<Orders, Diagnostic> {
        Ok(Orders(positions(names, &all(), "orders")?))
    }

    /// Orders, bookings, payments and refunds up to the day, prospect by prospect.
    pub fn sheet(&self, book: &Book, request: &Request) -> Sheet {
        let settings = &book.settings;
        let apart = self.0.contains(&COLUMNS.len());
        let cell = |order: &Order, at: usize| match COLUMNS.get(at) {
            Some((AMOUNT, _, cell)) if apart => cell(order).without_currency(),
            Some((_, _, cell)) => cell(order),
            None => Cell::maybe(order.event.amount, Cell::Money).currency_alone(),
        };
        let (names, lang) = (all(), settings.language);
        let kind = |at: usize| COLUMNS.get(at).map_or(Kind::Text, |(_, kind, _)| *kind);
        let heads = self.0.iter().map(|at| column(&names[*at], kind(*at), lang)).collect();
        several("orders", heads, book, request, |record| {
            let orders =
                standing(&record.prospect.events, book.as_of).filter(|event| is_order(event));
            let orders = orders.map(|event| Order { record, settings, event });
            orders.map(|order| self.0.iter().map(|at| cell(&order, *at)).collect()).collect()
        })
    }
}

/// Is money bought, paid or given back here?
fn is_order(event: &Event) -> bool {
    let kinds = [EventKind::Order, EventKind::Booking, EventKind::Payment, EventKind::Refund];
    kinds.contains(&event.kind)
}
