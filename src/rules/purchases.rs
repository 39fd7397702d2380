//! The purchases of a prospect: what it ordered, when, and for how much. Every figure of money bought adds these up.

use crate::model::event::{Event, EventKey};
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::papers::papers;
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

/// The purchases up to a day, in order: entries `order` and `booking`, those of one number once, and pursuits that
/// closed without either. An order brings its entry's money, else the value expected on that day. Refunds without any
/// order are left out.
pub fn purchases(record: &Record, settings: &Settings, on: Date) -> Vec<Purchase> {
    let mut values: Vec<(Date, Money)> = Vec::new();
    let mut found: Vec<Purchase> = Vec::new();
    let mut orders: Vec<&Event> = Vec::new();
    // The value that was expected when an order was entered.
    let mut expected: Vec<(&EventKey, Money)> = Vec::new();
    for event in standing(&record.prospect.events, on) {
        let on = event.date();
        values.extend(event.value.map(|value| (on, settings.own(value))));
        match event.kind {
            EventKind::Order | EventKind::Booking => {
                orders.push(event);
                expected.extend(values.last().map(|(_, value)| (&event.key, *value)));
            }
            EventKind::Refund => {
                let money = event.amount.map(|amount| settings.own(amount).negated());
                found.push(Purchase { on, money, is_order: false });
            }
            _ => {}
        }
    }
    for paper in papers(orders, settings) {
        let Some(on) = paper.bound else { continue };
        let value = || expected.iter().find(|(key, _)| key.text == paper.key);
        let money = paper.money.or_else(|| value().map(|(_, value)| *value));
        found.push(Purchase { on, money, is_order: true });
    }
    let without_entry = closed_without_entry(record, &found).into_iter().map(|on| {
        let known = values.iter().rev().find(|(date, _)| *date <= on);
        Purchase { on, money: known.map(|(_, value)| *value), is_order: true }
    });
    let without_entry: Vec<Purchase> = without_entry.collect();
    found.extend(without_entry);
    if !found.iter().any(|purchase| purchase.is_order) {
        found.clear();
    }
    found.sort_by_key(|purchase| purchase.on);
    found
}

/// The days on which pursuits closed without an entry that says so: imported, or moved by force.
fn closed_without_entry(record: &Record, orders: &[Purchase]) -> Vec<Date> {
    let mut found = Vec::new();
    for pursuit in &record.history.pursuits {
        let Some((ended, Outcome::Won)) = pursuit.ended else { continue };
        let inside = |order: &Purchase| pursuit.opened <= order.on && order.on <= ended;
        let known = orders.iter().filter(|purchase| purchase.is_order).any(inside);
        if !known {
            found.push(ended);
        }
    }
    found
}
