//! The money of a customer on a day: what it agreed to, what was billed, what was paid, and what it owes.
//!
//! A *claim* is an invoice; or an instalment of a contract that no invoice names, which arises on its due date; or,
//! where a customer has neither invoices nor contracts with an amount, an order. Definitions and check figures:
//! `docs/money.md`.

pub mod ages;
mod claims;
pub mod customers;
mod settle;
#[cfg(test)]
mod tests;

use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::paper::Status;
use crate::model::settings::Settings;
use crate::rules::purchases::{Order, orders};
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::stats::Observation;
use crate::value::date::Date;
use crate::value::money::{Amount, Money, Sum};
use crate::value::text::Text;

/// The days of the window whose billed money a DSO looks at.
pub const DSO_DAYS: i64 = 90;

/// The origin of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An invoice.
    Invoice,
    /// An instalment of a contract without invoices.
    Instalment,
    /// An order or a booking, where the customer has neither invoices nor contracts with an amount.
    Order,
}

impl Origin {
    /// Each with its id, and its words in English and Chinese.
    pub const NAMES: [(Origin, &'static str, &'static str, &'static str); 3] = [
        (Origin::Invoice, "invoice", "invoice", "发票"),
        (Origin::Instalment, "instalment", "instalment", "分期"),
        (Origin::Order, "order", "order", "订单"),
    ];
}

/// Money that a customer owes, or owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its origin.
    pub origin: Origin,
    /// The number of its paper, else the key of the paper's first entry; empty for an order without a number.
    pub name: Text,
    /// The contract that it bills.
    pub contract: Option<Text>,
    /// Which instalment of its contract it is, from 1; 0 for other claims.
    pub instalment: usize,
    /// What it is for.
    pub what: Option<Text>,
    /// The product of its paper.
    pub product: Option<Text>,
    /// The file of its paper, by its position among those of the customer.
    pub file: usize,
    /// The day on which it arose.
    pub arose: Date,
    /// The day by which it is to be paid.
    pub due: Date,
    /// The money, more than nothing; in the ledger's own currency where it has a rate.
    pub money: Money,
    /// The part of it that is not settled.
    pub open: Amount,
    /// The day on which the last of it was settled.
    pub settled: Option<Date>,
    /// Did a payment settle some of it? Credits alone do not.
    pub paid: bool,
}

impl Claim {
    /// The days since its due day; 0 on that day and before it.
    pub fn days_over(&self, on: Date) -> i64 {
        on.days_since(self.due).max(0)
    }

    /// The part that is open.
    pub fn open_money(&self) -> Money {
        Money { amount: self.open, ..self.money }
    }

    /// The days from the day on which it arose to the last payment: an event. A claim that is open on the day, and one
    /// that credits alone settled, is censored.
    pub fn days_to_pay(&self, on: Date) -> Observation {
        let end = self.settled.unwrap_or(on);
        let days = u32::try_from(end.days_since(self.arose)).unwrap_or_default();
        match self.settled {
            Some(_) if self.paid => Observation::event(days),
            _ => Observation::censored(days),
        }
    }
}

/// Contracted money that is not billed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCome {
    /// The number of the contract, else the key of its first entry.
    pub contract: Text,
    /// The day on which it is to be paid; none if the contract states none.
    pub due: Option<Date>,
    /// The money.
    pub money: Money,
    /// Which instalment of the contract it is, from 1.
    pub instalment: usize,
    /// What it is for.
    pub what: Option<Text>,
    /// The product of the contract.
    pub product: Option<Text>,
    /// The file of the contract.
    pub file: usize,
    /// Does the contract bill by invoices, so that it needs one more?
    pub needs_invoice: bool,
}

/// A contract on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Its number, else the key of its first entry.
    pub name: Text,
    /// The key of its first entry.
    pub key: Text,
    /// The file of that entry.
    pub file: usize,
    /// Its status: the stated one, else signed.
    pub status: Status,
    /// The day of its first entry.
    pub on: Date,
    /// The day since which it binds; none if it does not.
    pub bound: Option<Date>,
    /// Its money: its amount, else that of its schedule; in the currencies of both.
    pub money: Sum,
    /// Its first day.
    pub starts: Option<Date>,
    /// Its last day.
    pub ends: Option<Date>,
    /// The day on which its renewal is due.
    pub renewal_due: Option<Date>,
    /// The number of the contract that it renews.
    pub renews: Option<Text>,
    /// The part of its money that was billed.
    pub billed: Sum,
    /// The part of its claims that was settled, and what was paid for it in advance.
    pub received: Sum,
    /// The product.
    pub product: Option<Text>,
}

impl Contract {
    /// Does it run on a day: it binds, and the day is within its term?
    pub fn runs(&self, on: Date) -> bool {
        let begun = self.starts.or(self.bound).is_some_and(|first| first <= on);
        self.bound.is_some() && begun && self.ends.is_none_or(|last| on <= last)
    }
}

/// An entry whose `for` settles nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The file of the entry.
    pub file: usize,
    /// The key of the entry.
    pub key: Text,
    /// Its kind.
    pub kind: EventKind,
    /// The number that it names.
    pub names: Text,
    /// Why it settles nothing.
    pub why: StrayReason,
}

/// Why an entry's `for` settles nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrayReason {
    /// The customer has no paper of this number.
    Unknown,
    /// The paper is in another currency, without a rate between them.
    Currency,
}

/// Money received or credited that has settled nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepaid {
    /// The file of the payment.
    pub file: usize,
    /// The money; less than nothing where more was given back than had come in.
    pub money: Money,
    /// Was it paid for a paper that it names?
    pub is_named: bool,
}

/// A number of one kind of paper that entries of several files state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedNumber {
    /// The kind of the paper.
    pub kind: EventKind,
    /// The number.
    pub number: Text,
    /// Each file, with the key of its first entry of the paper.
    pub files: Vec<(usize, Text)>,
}

/// The money of a customer on a day.
///
/// Always, in each currency: `contracted` = `billed` + what is to come; `billed` = `settled` + what is open;
/// `settled` + `prepaid` = `received` - `refunded` + `credited`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The claims that arose up to the day, in the order in which they did.
    pub claims: Vec<Claim>,
    /// What is contracted and not billed, the earliest first.
    pub to_come: Vec<ToCome>,
    /// Every contract, drafts too, in the order of their first entries.
    pub contracts: Vec<Contract>,
    /// The money that has settled nothing.
    pub prepaid: Vec<Prepaid>,
    /// The entries whose `for` settles nothing.
    pub strays: Vec<Stray>,
    /// What the customer agreed to: its contracts; what was invoiced beyond them or without one; orders where they
    /// are claims.
    pub contracted: Sum,
    /// Payments.
    pub received: Sum,
    /// Refunds.
    pub refunded: Sum,
    /// Credits.
    pub credited: Sum,
    /// The numbers that entries of several files state.
    pub shared_numbers: Vec<SharedNumber>,
}

impl Account {
    /// The account of a customer that has the entries of these files, up to the day. The positions of the files are
    /// those of claims.
    pub fn of(files: &[FileMoney], settings: &Settings, on: Date) -> Account {
        let journal = claims::Journal::of(files, settings);
        let mut account = Account::default();
        claims::fill(&mut account, &journal, files, settings, on);
        settle::settle(&mut account, &journal, settings);
        account
    }

    /// Is there nothing to tell of?
    pub fn is_empty(&self) -> bool {
        *self == Account::default()
    }

    /// The claims that arose.
    pub fn billed(&self) -> Sum {
        sum(self.claims.iter().map(|claim| claim.money))
    }

    /// The part of the claims that is settled.
    pub fn settled(&self) -> Sum {
        let mut settled = self.billed();
        settled.take_sum(&self.open());
        settled
    }

    /// The part of the claims that is open.
    pub fn open(&self) -> Sum {
        sum(self.claims.iter().map(Claim::open_money))
    }

    /// The part of the claims that is past its due day.
    pub fn past_due(&self, on: Date) -> Sum {
        sum(self.claims.iter().filter(|claim| claim.due < on).map(Claim::open_money))
    }

    /// What is contracted and not billed.
    pub fn to_come(&self) -> Sum {
        sum(self.to_come.iter().map(|one| one.money))
    }

    /// What was received or credited and has settled nothing.
    pub fn prepaid(&self) -> Sum {
        sum(self.prepaid.iter().map(|one| one.money))
    }

    /// The contracts that renew this one, or would.
    pub fn successors(&self, contract: &Contract) -> impl Iterator<Item = &Contract> {
        self.contracts.iter().filter(|other| other.renews.as_ref() == Some(&contract.name))
    }

    /// Does a contract that binds renew this one?
    pub fn is_renewed(&self, contract: &Contract) -> bool {
        self.successors(contract).any(|other| other.bound.is_some())
    }

    /// The contracts that run or wait and whose renewal is due up to a day, each with its day; not those that another
    /// one renews, and none past its last day.
    pub fn renewals(&self, on: Date, last: Date) -> impl Iterator<Item = (&Contract, Date)> {
        let open = self.contracts.iter().filter(move |contract| {
            contract.bound.is_some()
                && contract.status != Status::Archived
                && contract.ends.is_some_and(|ends| on <= ends)
                && !self.is_renewed(contract)
        });
        open.filter_map(move |one| Some((one, one.renewal_due.filter(|due| *due <= last)?)))
    }
}

/// A sum of money.
pub fn sum(all: impl IntoIterator<Item = Money>) -> Sum {
    let mut sum = Sum::default();
    all.into_iter().for_each(|money| sum.add(money));
    sum
}

/// The entries and orders of one file that its customer's account is made of.
#[derive(Debug, Clone, Default)]
pub struct FileMoney {
    /// Contracts, invoices, credits, payments and refunds, in order: without the keys that do not matter here.
    entries: Vec<Event>,
    /// The orders; they are claims where the customer has neither invoices nor contracts with an amount.
    orders: Vec<OrderMoney>,
    /// The product that the file is about.
    product: Option<Text>,
}

/// An order, as a claim needs it.
#[derive(Debug, Clone)]
struct OrderMoney {
    on: Date,
    money: Option<Money>,
    number: Option<Text>,
    product: Option<Text>,
}

impl OrderMoney {
    fn of(order: Order) -> OrderMoney {
        let number = order.paper.as_ref().and_then(|paper| paper.number().cloned());
        let product = order.paper.as_ref().and_then(claims::product);
        OrderMoney { on: order.on, money: order.money, number, product }
    }
}

impl FileMoney {
    /// Those of a file up to a day; `None` if it has none.
    pub fn of(record: &Record, settings: &Settings, on: Date) -> Option<FileMoney> {
        let prospect = &record.prospect;
        let matters = |event: &&Event| is_of_money(&event.kind);
        let entries: Vec<Event> = if prospect.events.iter().any(|event| matters(&event)) {
            standing(&prospect.events, on).filter(matters).map(bare).collect()
        } else {
            Vec::new()
        };
        let bought = |event: &Event| matches!(event.kind, EventKind::Order | EventKind::Booking);
        let won = record.history.pursuits.iter().any(|pursuit| pursuit.ended.is_some());
        let bought = won || prospect.events.iter().any(bought);
        let orders = if bought { orders(record, settings, on) } else { Vec::new() };
        let orders: Vec<OrderMoney> = orders.into_iter().map(OrderMoney::of).collect();
        let some = !entries.is_empty() || !orders.is_empty();
        let product = prospect.product.clone();
        some.then_some(FileMoney { entries, orders, product })
    }
}

/// Has an entry of this kind to do with claims and their settlement?
fn is_of_money(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Contract
            | EventKind::Invoice
            | EventKind::Credit
            | EventKind::Payment
            | EventKind::Refund
    )
}

/// The keys of an entry that matter here.
fn bare(event: &Event) -> Event {
    Event {
        amount: event.amount,
        details: event.details.clone(),
        ..Event::new(event.key.clone(), event.kind.name())
    }
}
