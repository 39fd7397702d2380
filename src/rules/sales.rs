//! The sales of a file: the money that was booked, billed and received, day by day and by product.
//!
//! - **Booked**: orders and bookings, on the day since which they bind ([`orders`]).
//! - **Billed**: invoices less credit notes, on the day since which they bind.
//! - **Received**: payments less refunds, on their day.
//!
//! A paper with lines is one sale for each line; the money that its lines leave is one more, without a product of its
//! own.

use crate::model::kind::EventKind;
use crate::model::settings::Settings;
use crate::rules::papers::{Paper, money_of_line, papers, quantity};
use crate::rules::purchases::orders;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::money::{Amount, Money};
use crate::value::text::Text;

/// The column of a report that a sale belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleKind {
    /// An order or a booking.
    Booked,
    /// An invoice, or a credit note, which is less than nothing.
    Billed,
    /// A payment, or a refund, which is less than nothing.
    Received,
}

/// A sale, or a line of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Its kind.
    pub kind: SaleKind,
    /// The day.
    pub on: Date,
    /// Is it the first of its paper? Orders are counted by it.
    pub is_first: bool,
    /// Its money, in the ledger's own currency where it has a rate.
    pub money: Option<Money>,
    /// Its cost to us, if the settings have one for the product, in the currency of the money.
    pub cost: Option<Money>,
    /// How many were sold; none where no line says so.
    pub quantity: Option<Amount>,
    /// The product: of the line, else of the entry, else of the prospect.
    pub product: Option<Text>,
    /// The way by which it came, if the entry states one.
    pub channel: Option<Text>,
}

impl Sale {
    /// Its standard premium (标准保费): its money, weighed by its product.
    pub fn standard(&self, settings: &Settings) -> Option<Money> {
        let product = self.product.as_deref().and_then(|id| settings.product(id));
        let money = self.money?;
        Some(match product {
            Some(product) if product.standard != Amount::from_int(1) => {
                Money { amount: money.amount.times(product.standard).trimmed(), ..money }
            }
            Some(_) => money,
            None => money,
        })
    }

    /// Its money less its cost; `None` where the cost is not known.
    pub fn margin(&self) -> Option<Money> {
        let (money, cost) = (self.money?, self.cost?);
        (money.currency == cost.currency)
            .then(|| Money { amount: money.amount.minus(cost.amount), ..money })
    }
}

/// The sales of a file up to a day.
pub fn sales(record: &Record, settings: &Settings, on: Date) -> Vec<Sale> {
    let of_file = record.prospect.product.as_ref();
    let mut found = Vec::new();
    for order in orders(record, settings, on) {
        match &order.paper {
            Some(paper) => {
                let paper = Paper { money: order.money, ..paper.clone() };
                found.extend(of_paper(&paper, SaleKind::Booked, order.on, of_file, settings));
            }
            None => found.push(Sale {
                kind: SaleKind::Booked,
                on: order.on,
                is_first: true,
                money: order.money,
                cost: None,
                quantity: None,
                product: of_file.cloned(),
                channel: None,
            }),
        }
    }
    let entries: Vec<_> = standing(&record.prospect.events, on).collect();
    let bills = entries.iter().copied();
    let bills = bills.filter(|e| matches!(e.kind, EventKind::Invoice | EventKind::Credit));
    for paper in papers(bills, settings) {
        let Some(on) = paper.bound else { continue };
        let sales = of_paper(&paper, SaleKind::Billed, on, of_file, settings);
        match paper.kind {
            EventKind::Credit => found.extend(sales.into_iter().map(Sale::negated)),
            _ => found.extend(sales),
        }
    }
    for event in entries {
        let money = event.amount.map(|amount| settings.own(amount));
        let money = match event.kind {
            EventKind::Payment => money,
            EventKind::Refund => money.map(Money::negated),
            _ => continue,
        };
        found.push(Sale {
            kind: SaleKind::Received,
            on: event.date(),
            is_first: true,
            money,
            cost: None,
            quantity: None,
            product: event.details().product.as_ref().or(of_file).cloned(),
            channel: event.details().channel.clone(),
        });
    }
    found
}

/// The entries `booking` of a file up to a day, as the team sheet counts them: without orders, and without pursuits
/// that closed with neither.
pub fn bookings(record: &Record, settings: &Settings, on: Date) -> Vec<Sale> {
    let entries = standing(&record.prospect.events, on);
    let entries = entries.filter(|event| event.kind == EventKind::Booking);
    let bound = papers(entries, settings).into_iter();
    let bound = bound.filter_map(|paper| paper.bound.map(|on| (paper, on)));
    let product = record.prospect.product.as_ref();
    bound
        .flat_map(|(paper, on)| of_paper(&paper, SaleKind::Booked, on, product, settings))
        .collect()
}

/// A sale for each line of a paper, and one for the money that the lines leave.
fn of_paper(
    paper: &Paper,
    kind: SaleKind,
    on: Date,
    of_file: Option<&Text>,
    settings: &Settings,
) -> Vec<Sale> {
    let details = &paper.details;
    let sale = |money, cost, quantity, product| Sale {
        kind,
        on,
        is_first: false,
        money,
        cost,
        quantity,
        product,
        channel: details.channel.clone(),
    };
    let mut found = Vec::new();
    let mut left = paper.money;
    for item in &details.lines {
        let count = quantity(item);
        let money = money_of_line(item, settings);
        let cost = settings.product(&item.product).and_then(|product| product.cost);
        let cost = cost.map(|cost| settings.own(cost));
        let cost = cost.map(|cost| Money { amount: cost.amount.times(count), ..cost });
        if let (Some(left), Some(money)) = (&mut left, money)
            && left.currency == money.currency
        {
            left.amount = left.amount.minus(money.amount);
        }
        found.push(sale(money, cost, Some(count), Some(item.product.clone())));
    }
    let nothing = left.is_none_or(|left| left.amount.is_zero());
    if found.is_empty() || !nothing {
        let product = details.product.as_ref().or(of_file).cloned();
        found.push(sale(left, None, None, product));
    }
    found[0].is_first = true;
    found
}

impl Sale {
    /// A credit note takes off what an invoice billed.
    fn negated(self) -> Sale {
        Sale {
            money: self.money.map(Money::negated),
            cost: self.cost.map(Money::negated),
            quantity: self.quantity.map(|quantity| Amount::ZERO.minus(quantity)),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::paper::LineItem;
    use crate::model::prospect::Prospect;
    use crate::model::sales::Product;
    use crate::rules::replay::replay;

    fn settings() -> Settings {
        let product = |id: &str, price: &str, cost: &str, standard: &str| Product {
            id: id.into(),
            price: Money::parse(price).ok(),
            cost: Money::parse(cost).ok(),
            standard: Amount::parse(standard).unwrap(),
            ..Product::default()
        };
        let products =
            vec![product("health", "500", "320", "1.2"), product("travel", "80", "", "0.1")];
        Settings { products, ..Settings::default() }
    }

    fn event(key: &str, kind: &str, amount: &str, lines: &[(&str, &str)]) -> Event {
        let mut event = Event::new(EventKey::parse(key).unwrap(), kind);
        event.amount = Money::parse(amount).ok();
        let line = |(product, quantity): &(&str, &str)| LineItem {
            product: (*product).into(),
            quantity: Amount::parse(quantity).ok(),
            price: None,
        };
        event.details_mut().lines = lines.iter().map(line).collect();
        event
    }

    /// Kind, day, product, money, standard premium, margin.
    fn of(product: Option<&str>, events: Vec<Event>) -> Vec<String> {
        let settings = settings();
        let product = product.map(Into::into);
        let prospect = Prospect { product, events, ..Prospect::default() };
        let on = Date::parse("2010-12-31").unwrap();
        let record = replay(prospect, &settings, on).unwrap();
        let said = |money: Option<Money>| money.map_or("-".into(), |money| money.to_string());
        let shown = |sale: &Sale| {
            format!(
                "{:?} {} {} {} {} {}",
                sale.kind,
                sale.on,
                sale.product.as_deref().unwrap_or("-"),
                said(sale.money),
                said(sale.standard(&settings)),
                said(sale.margin())
            )
        };
        sales(&record, &settings, on).iter().map(shown).collect()
    }

    #[test]
    fn a_paper_is_divided_by_its_lines_and_what_they_leave_has_the_product_of_the_file() {
        let order = event("2010-01-05", "order", "1200", &[("health", "2"), ("travel", "1")]);
        assert_eq!(
            of(Some("travel"), vec![order]),
            [
                "Booked 2010-01-05 health 1000 1200 360",
                "Booked 2010-01-05 travel 80 8 -",
                "Booked 2010-01-05 travel 120 12 -",
            ]
        );
    }

    #[test]
    fn a_booking_without_lines_is_of_the_product_of_its_entry_or_of_its_file() {
        let mut named = event("2010-01-05", "booking", "100", &[]);
        named.details_mut().product = Some("health".into());
        let plain = event("2010-01-06", "booking", "100", &[]);
        assert_eq!(
            of(None, vec![named, plain]),
            ["Booked 2010-01-05 health 100 120 -", "Booked 2010-01-06 - 100 100 -"]
        );
    }

    #[test]
    fn an_invoice_is_billed_while_it_binds() {
        let numbered = |key: &str, status: &str| {
            let mut invoice = event(key, "invoice", "500", &[]);
            invoice.details_mut().number = Some("B".into());
            invoice.details_mut().status = (!status.is_empty()).then(|| status.into());
            invoice
        };
        let (sent, off) = (numbered("2010-01-05", ""), numbered("2010-01-06", "cancelled"));
        assert_eq!(of(None, vec![sent.clone()]), ["Billed 2010-01-05 - 500 500 -"]);
        assert_eq!(of(None, vec![sent, off]), [""; 0]);
    }

    #[test]
    fn credits_and_refunds_take_off() {
        let events = vec![
            event("2010-01-05", "invoice", "", &[("health", "2")]),
            event("2010-01-06", "credit", "", &[("health", "1")]),
            event("2010-01-07", "payment", "700", &[]),
            event("2010-01-08", "refund", "200", &[]),
        ];
        assert_eq!(
            of(None, events),
            [
                "Billed 2010-01-05 health 1000 1200 360",
                "Billed 2010-01-06 health -500 -600 -180",
                "Received 2010-01-07 - 700 700 -",
                "Received 2010-01-08 - -200 -200 -",
            ]
        );
    }
}
