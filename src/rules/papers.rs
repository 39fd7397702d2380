//! Papers: quotes, contracts, orders, bookings, invoices, credits and deliveries. Entries of one kind and one number
//! are one paper, which the later ones change; an entry without a number is a paper by itself.

use crate::model::event::{Details, Event};
use crate::model::kind::EventKind;
use crate::model::paper::{LineItem, Status};
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::money::{Amount, Money};
use crate::value::text::Text;

/// The status of an entry's paper, if it states one.
fn status(event: &Event) -> Option<Status> {
    event.details().status.as_deref().and_then(Status::parse)
}

/// Does a paper of this kind bind both sides, in this status? Its money counts from then on. A contract needs a
/// signature; an order or a booking counts unless it is a draft or was called off. `before`: did it bind before? A
/// paper that is put away stays what it was.
fn binds(kind: &EventKind, status: Option<Status>, before: bool) -> bool {
    match (kind, status) {
        (_, None) => true,
        (_, Some(Status::Archived)) => before,
        (EventKind::Contract, Some(status)) => status.binds(),
        (_, Some(status)) => {
            !matches!(status, Status::Draft | Status::Rejected | Status::Cancelled)
        }
    }
}

/// The price of one of a line, in the ledger's own currency where it has a rate: the stated one, else that of its product.
fn price(item: &LineItem, settings: &Settings) -> Option<Money> {
    let known = || settings.product(&item.product)?.price;
    item.price.or_else(known).map(|price| settings.own(price))
}

/// The quantity of a line; one where none is stated.
pub fn quantity(item: &LineItem) -> Amount {
    item.quantity.unwrap_or(Amount::from_int(1))
}

/// The money of a line: its price times its quantity; `None` if no price is known.
pub fn money_of_line(item: &LineItem, settings: &Settings) -> Option<Money> {
    let price = price(item, settings)?;
    Some(Money { amount: price.amount.times(quantity(item)), ..price })
}

/// The sum of some lines; `None` if there are none, if one has no price, or if they are of several currencies.
pub fn sum_of_lines(lines: &[LineItem], settings: &Settings) -> Option<Money> {
    let each: Option<Vec<Money>> = lines.iter().map(|item| money_of_line(item, settings)).collect();
    sum_alike(each?)
}

/// The sum of money of one currency; `None` if there is none, or if it is of several.
pub fn sum_alike(all: impl IntoIterator<Item = Money>) -> Option<Money> {
    let mut all = all.into_iter();
    let first = all.next()?;
    all.try_fold(first, |sum, money| {
        let alike = sum.currency == money.currency;
        alike.then(|| Money { amount: sum.amount.plus(money.amount), ..sum })
    })
}

/// The money of an entry, in the ledger's own currency where it has a rate: its amount, else the sum of its lines.
pub fn money(event: &Event, settings: &Settings) -> Option<Money> {
    let stated = event.amount.map(|amount| settings.own(amount));
    stated.or_else(|| sum_of_lines(&event.details.as_deref()?.lines, settings))
}

/// How many days before the end of a contract its renewal is due, where the contract does not state it.
pub const NOTICE_DAYS: u32 = 30;

/// The day on which the renewal of a contract is due: its last day less the days of notice; `None` without a last day.
pub fn renewal_due(contract: &Paper) -> Option<Date> {
    let notice = contract.details.notice_days.unwrap_or(NOTICE_DAYS);
    Some(contract.details.ends?.plus(-i64::from(notice)))
}

/// A paper as its entries up to a day make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its kind.
    pub kind: EventKind,
    /// The key of its first entry.
    pub key: Text,
    /// The position of that entry among those of which the papers were made.
    pub entry: usize,
    /// The day of its first entry.
    pub on: Date,
    /// The day since which it binds; `None` if it does not.
    pub bound: Option<Date>,
    /// Its money, in the ledger's own currency where it has a rate.
    pub money: Option<Money>,
    /// The rep that recorded it first.
    pub by: Option<Text>,
    /// Its keys, each as the last entry that states it has it.
    pub details: Details,
}

impl Paper {
    /// The paper that an entry begins, at its position among the entries.
    pub(in crate::rules) fn of(event: &Event, entry: usize, settings: &Settings) -> Paper {
        Paper {
            kind: event.kind.clone(),
            key: event.key.text.clone(),
            entry,
            on: event.date(),
            bound: binds(&event.kind, status(event), true).then(|| event.date()),
            money: money(event, settings),
            by: event.by.clone(),
            details: event.details().clone(),
        }
    }

    /// A later entry of this kind and number changes it.
    pub(in crate::rules) fn take(&mut self, event: &Event, settings: &Settings) {
        let bound = binds(&event.kind, status(event).or(self.status()), self.bound.is_some());
        self.bound = bound.then(|| self.bound.unwrap_or(event.date()));
        self.money = money(event, settings).or(self.money);
        self.details.take(event.details());
    }

    /// The number that people call it by; none for an entry without one.
    pub fn number(&self) -> Option<&Text> {
        self.details.number.as_ref()
    }

    /// Its status, if one was stated.
    pub fn status(&self) -> Option<Status> {
        self.details.status.as_deref().and_then(Status::parse)
    }

    /// Its number, else the key of its entry.
    pub fn name(&self) -> &Text {
        self.number().unwrap_or(&self.key)
    }
}

/// The papers among some entries, in the order of their first ones. The entries are in the order of replay, without
/// those that were retracted.
pub fn papers<'e>(entries: impl IntoIterator<Item = &'e Event>, settings: &Settings) -> Vec<Paper> {
    let mut papers: Vec<Paper> = Vec::new();
    let entries = entries.into_iter().enumerate();
    for (entry, event) in entries.filter(|(_, event)| is_paper(&event.kind)) {
        let number = event.details().number.as_ref();
        let known = number.and_then(|number| {
            papers.iter_mut().find(|p| p.kind == event.kind && p.number() == Some(number))
        });
        match known {
            Some(paper) => paper.take(event, settings),
            None => papers.push(Paper::of(event, entry, settings)),
        }
    }
    papers
}

/// Is an entry of this kind a paper, which a later entry can change?
pub fn is_paper(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Quote
            | EventKind::Contract
            | EventKind::Order
            | EventKind::Booking
            | EventKind::Invoice
            | EventKind::Credit
            | EventKind::Delivery
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;
    use crate::model::sales::Product;

    fn event(key: &str, kind: &str, number: &str, status: &str, amount: &str) -> Event {
        let mut event = Event::new(EventKey::parse(key).unwrap(), kind);
        event.amount = Money::parse(amount).ok();
        let text = |text: &str| (!text.is_empty()).then(|| text.into());
        event.details_mut().number = text(number);
        event.details_mut().status = text(status);
        event
    }

    fn found(events: &[Event]) -> Vec<String> {
        let shown = |paper: Paper| {
            let money = paper.money.map(|money| money.to_string()).unwrap_or_default();
            let bound = paper.bound.map_or("-".to_owned(), |day| day.to_string());
            format!("{} {} {bound} {money}", paper.kind, paper.name())
        };
        papers(events, &Settings::default()).into_iter().map(shown).collect()
    }

    #[test]
    fn a_contract_binds_from_its_signature_until_it_is_called_off() {
        let draft = event("2010-01-01", "contract", "C-1", "draft", "100");
        let signed = event("2010-01-05", "contract", "C-1", "signed", "");
        let changed = event("2010-01-07", "contract", "C-1", "", "120");
        let off = event("2010-01-09", "contract", "C-1", "cancelled", "");
        let archived = event("2010-01-10", "contract", "C-1", "archived", "");
        let all = [draft, signed, changed, off, archived];
        assert_eq!(found(&all[..1]), ["contract C-1 - 100"]);
        assert_eq!(found(&all[..2]), ["contract C-1 2010-01-05 100"]);
        assert_eq!(found(&all[..3]), ["contract C-1 2010-01-05 120"]);
        assert_eq!(found(&all[..4]), ["contract C-1 - 120"]);
        assert_eq!(found(&all), ["contract C-1 - 120"]);
        let put_away = [all[1].clone(), all[4].clone()];
        assert_eq!(found(&put_away), ["contract C-1 2010-01-05 "]);
    }

    #[test]
    fn only_entries_of_one_kind_and_number_are_one_paper() {
        let entries = [
            event("2010-01-01", "order", "1", "", "10"),
            event("2010-01-02", "invoice", "1", "", "20"),
            event("2010-01-03", "order", "", "", "30"),
            event("2010-01-04", "order", "", "rejected", "40"),
            event("2010-01-05", "payment", "1", "", "50"),
        ];
        assert_eq!(
            found(&entries),
            [
                "order 1 2010-01-01 10",
                "invoice 1 2010-01-02 20",
                "order 2010-01-03 2010-01-03 30",
                "order 2010-01-04 - 40",
            ]
        );
    }

    #[test]
    fn lines_add_up_at_their_own_price_or_that_of_the_product() {
        let price = Money::parse("500").ok();
        let product = Product { id: "p".into(), price, ..Product::default() };
        let settings = Settings { products: vec![product], ..Settings::default() };
        let item = |product: &str, quantity: &str, price: &str| LineItem {
            product: product.into(),
            quantity: Amount::parse(quantity).ok(),
            price: Money::parse(price).ok(),
        };
        let sum = |lines: &[LineItem]| sum_of_lines(lines, &settings).map(|sum| sum.to_string());
        assert_eq!(sum(&[]), None);
        assert_eq!(sum(&[item("p", "", "")]), Some("500".into()));
        assert_eq!(sum(&[item("p", "12", ""), item("q", "2.5", "3")]), Some("6007.5".into()));
        assert_eq!(sum(&[item("p", "12", ""), item("q", "2", "")]), None);
        assert_eq!(sum(&[item("p", "12", ""), item("q", "2", "3 USD")]), None);
        let mut invoice = event("2010-01-01", "invoice", "", "", "7");
        invoice.details_mut().lines = vec![item("p", "2", "")];
        assert_eq!(money(&invoice, &settings).map(|money| money.to_string()), Some("7".into()));
        invoice.amount = None;
        assert_eq!(money(&invoice, &settings).map(|money| money.to_string()), Some("1000".into()));
    }
}
