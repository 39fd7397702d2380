//! The purchases of a prospect: what it ordered, when, and for how much. Every figure of money bought adds these up.

use crate::model::event::{Event, EventKey};
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::papers::{Paper, papers};
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::money::Money;

/// An order, or a refund after one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// The day.
    pub on: Date,
    /// The money, in the ledger's currency where it has a rate; less than nothing for a refund.
    pub money: Option<Money>,
    /// Is it an order, and no refund?
    pub is_order: bool,
}

/// An order up to a day: a paper that binds, or a pursuit that closed without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The day since which it binds.
    pub on: Date,
    /// Its money, in the ledger's own currency where it has a rate: that of the paper, else the value that was
    /// expected when it was entered; of a pursuit that closed without one, its contract, else that value.
    pub money: Option<Money>,
    /// The paper; none for a pursuit that closed without one.
    pub paper: Option<Paper>,
}

/// The orders up to a day, in order: entries `order` and `booking`, those of one number once, and pursuits that closed
/// without either.
pub fn orders(record: &Record, settings: &Settings, on: Date) -> Vec<Order> {
    let mut values: Vec<(Date, Money)> = Vec::new();
    let mut entries: Vec<&Event> = Vec::new();
    // The value that was expected when an order was entered.
    let mut expected: Vec<(&EventKey, Money)> = Vec::new();
    for event in standing(&record.prospect.events, on) {
        values.extend(event.value.map(|value| (event.date(), settings.own(value))));
        if matches!(event.kind, EventKind::Order | EventKind::Booking) {
            entries.push(event);
            expected.extend(values.last().map(|(_, value)| (&event.key, *value)));
        }
    }
    let mut found: Vec<Order> = Vec::new();
    for paper in papers(entries, settings) {
        let Some(on) = paper.bound else { continue };
        let value = || expected.iter().find(|(key, _)| key.text == paper.key);
        let money = paper.money.or_else(|| value().map(|(_, value)| *value));
        found.push(Order { on, money, paper: Some(paper) });
    }
    for (on, money) in closed_without_entry(record, &found) {
        found.push(Order { on, money, paper: None });
    }
    found.sort_by_key(|order| order.on);
    found
}

/// The purchases up to a day, in order: orders, and refunds after them. Refunds without any order are left out.
pub fn purchases(record: &Record, settings: &Settings, on: Date) -> Vec<Purchase> {
    let orders = orders(record, settings, on).into_iter();
    let mut found: Vec<Purchase> =
        orders.map(|order| Purchase { on: order.on, money: order.money, is_order: true }).collect();
    if found.is_empty() {
        return found;
    }
    let refunds = standing(&record.prospect.events, on).filter(|e| e.kind == EventKind::Refund);
    found.extend(refunds.map(|event| {
        let money = event.amount.map(|amount| settings.own(amount).negated());
        Purchase { on: event.date(), money, is_order: false }
    }));
    found.sort_by_key(|purchase| purchase.on);
    found
}

/// The days on which pursuits closed without an entry that says so - imported, moved by force, or on a board whose
/// contract ends them - and what each brought: its contract, else the value expected that day.
fn closed_without_entry(record: &Record, orders: &[Order]) -> Vec<(Date, Option<Money>)> {
    let mut found = Vec::new();
    for pursuit in &record.history.pursuits {
        let Some((ended, Outcome::Won)) = pursuit.ended else { continue };
        let inside = |order: &Order| pursuit.opened <= order.on && order.on <= ended;
        if !orders.iter().any(inside) {
            found.push((ended, pursuit.worth.leading()));
        }
    }
    found
}
