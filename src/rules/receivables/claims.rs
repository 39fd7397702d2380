//! From papers to claims, and what is to come.

use super::{
    Account, Claim, Contract, FileMoney, Origin, SharedNumber, Stray, StrayReason, ToCome, sum,
};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::paper::Status;
use crate::model::settings::Settings;
use crate::rules::dealings::line;
use crate::rules::papers::{Paper, papers, renewal_due};
use crate::value::date::Date;
use crate::value::money::{Amount, Money, Sum};
use crate::value::text::Text;
use std::collections::BTreeMap;

/// The entries of all files of a customer in the order of replay, and the papers that they make.
pub(super) struct Journal<'f> {
    /// The entries, each with the position of its file.
    pub entries: Vec<(usize, &'f Event)>,
    /// Their papers.
    pub papers: Vec<Paper>,
}

impl<'f> Journal<'f> {
    pub fn of(files: &'f [FileMoney], settings: &Settings) -> Journal<'f> {
        let each = files.iter().enumerate();
        let mut entries: Vec<(usize, &Event)> =
            each.flat_map(|(at, file)| file.entries.iter().map(move |event| (at, event))).collect();
        entries.sort_by(|a, b| (&a.1.key, a.0).cmp(&(&b.1.key, b.0)));
        let papers = papers(entries.iter().map(|(_, event)| *event), settings);
        Journal { entries, papers }
    }

    /// The file of a paper.
    pub fn file(&self, paper: &Paper) -> usize {
        self.entries.get(paper.entry).map_or(0, |(file, _)| *file)
    }

    /// The papers of a kind that bind.
    pub fn binding(&self, kind: EventKind) -> impl Iterator<Item = &Paper> {
        self.papers.iter().filter(move |paper| paper.kind == kind && paper.bound.is_some())
    }
}

/// The money that a contract's invoices bill, by contract.
type Invoiced<'p> = BTreeMap<&'p Text, Sum>;

/// Puts the claims, the contracts and what is to come into an account.
pub(super) fn fill(
    account: &mut Account,
    journal: &Journal,
    files: &[FileMoney],
    settings: &Settings,
    on: Date,
) {
    let product =
        |paper: &Paper| product(paper).or_else(|| files.get(journal.file(paper))?.product.clone());
    let bound: Vec<&Text> = journal.binding(EventKind::Contract).map(Paper::name).collect();
    let mut invoiced = Invoiced::new();
    for invoice in journal.binding(EventKind::Invoice) {
        let contract = invoice.details.settles.as_ref();
        let contract = contract.and_then(|named| bound.iter().find(|name| **name == named));
        let Some(money) = invoice.money else { continue };
        if let Some(contract) = contract {
            invoiced.entry(contract).or_default().add(positive(money));
        } else {
            account.contracted.add(positive(money));
        }
        let (arose, due) = (invoice.bound.unwrap_or(invoice.on), invoice.details.due);
        account.claims.push(Claim {
            origin: Origin::Invoice,
            name: invoice.name().clone(),
            contract: contract.map(|name| (*name).clone()),
            product: product(invoice),
            due: due.unwrap_or(arose.plus(i64::from(settings.receivables.payment_days))),
            ..claim(arose, money, journal.file(invoice))
        });
    }
    for paper in journal.papers.iter().filter(|paper| paper.kind == EventKind::Contract) {
        let parts = instalments(paper, settings);
        let mut contract = contract(paper, journal.file(paper), product(paper), &parts);
        if contract.bound.is_some() {
            bill(account, &mut contract, parts, invoiced.get(paper.name()), on);
        }
        account.contracts.push(contract);
    }
    let is_billed = account.claims.iter().any(|claim| claim.origin == Origin::Invoice)
        || account.contracts.iter().any(|c| c.bound.is_some() && !c.money.is_zero());
    if !is_billed {
        orders(account, files, settings);
    }
    account.claims.sort_by_key(|claim| (claim.arose, claim.due));
    account.to_come.sort_by_key(|one| one.due.unwrap_or(Date::MAX));
    account.shared_numbers = shared_numbers(journal);
    let strays = journal.binding(EventKind::Invoice).filter_map(|invoice| {
        let names = invoice.details.settles.as_ref()?;
        // An invoice of less than nothing is a credit, which may name another invoice.
        let is_credit = invoice.money.is_some_and(|money| money.amount.is_negative());
        let fits = |kind: &EventKind| {
            *kind == EventKind::Contract || is_credit && *kind == EventKind::Invoice
        };
        let known = journal.papers.iter().any(|paper| fits(&paper.kind) && paper.name() == names);
        (!known).then(|| Stray {
            file: journal.file(invoice),
            key: invoice.key.clone(),
            kind: EventKind::Invoice,
            names: names.clone(),
            why: StrayReason::Unknown,
        })
    });
    account.strays.extend(strays);
}

fn claim(arose: Date, money: Money, file: usize) -> Claim {
    Claim {
        origin: Origin::Order,
        name: Text::default(),
        contract: None,
        instalment: 0,
        what: None,
        product: None,
        file,
        arose,
        due: arose,
        money,
        open: money.amount,
        settled: None,
        paid: false,
    }
}

/// Nothing in place of less than nothing.
fn positive(money: Money) -> Money {
    Money { amount: money.amount.max(Amount::ZERO), ..money }
}

/// The product of a paper: the one that all of its lines name, else the one that it names itself.
pub(super) fn product(paper: &Paper) -> Option<Text> {
    let mut products: Vec<&Text> = paper.details.lines.iter().map(|line| &line.product).collect();
    products.dedup();
    match products[..] {
        [] => paper.details.product.clone(),
        [one] => Some(one.clone()),
        _ => Some(SEVERAL.into()),
    }
}

/// The product of a paper with lines of several products.
const SEVERAL: &str = "several";

/// An instalment: its day, its money, and what it is for.
type DatedPart = (Option<Date>, Money, Option<Text>);

/// The instalments of a contract, each with its day and its money. A contract without a schedule is one instalment, due
/// on its date; what the amount has beyond the schedule has no day.
fn instalments(paper: &Paper, settings: &Settings) -> Vec<DatedPart> {
    let mut found: Vec<DatedPart> = Vec::new();
    for one in &paper.details.schedule {
        let Some(money) = one.amount.map(|money| settings.own(money)) else { continue };
        found.push((one.due.or(paper.bound), positive(money), one.what.clone()));
    }
    found.sort_by_key(|(due, ..)| *due);
    let Some(all) = paper.money else { return found };
    if found.is_empty() {
        return vec![(paper.bound, positive(all), None)];
    }
    let scheduled = found.iter().filter(|(_, money, _)| money.currency == all.currency);
    let scheduled = scheduled.fold(Amount::ZERO, |sum, (_, money, _)| sum.plus(money.amount));
    let mut rest = Money { amount: all.amount.minus(scheduled), ..all };
    if !positive(rest).amount.is_zero() {
        found.push((None, rest, None));
    }
    // The amount is what was agreed: a schedule of more loses its last instalments.
    for (_, money, _) in
        found.iter_mut().rev().filter(|(_, money, _)| money.currency == all.currency)
    {
        if !rest.amount.is_negative() {
            break;
        }
        let cut = Amount::ZERO.minus(rest.amount).min(money.amount);
        money.amount = money.amount.minus(cut);
        rest.amount = rest.amount.plus(cut);
    }
    found.retain(|(_, money, _)| !money.amount.is_zero());
    found
}

fn contract(paper: &Paper, file: usize, product: Option<Text>, parts: &[DatedPart]) -> Contract {
    let details = &paper.details;
    Contract {
        name: paper.name().clone(),
        key: paper.key.clone(),
        file,
        status: paper.status().unwrap_or(Status::Signed),
        on: paper.on,
        bound: paper.bound,
        money: sum(parts.iter().map(|(_, money, _)| *money)),
        starts: details.starts,
        ends: details.ends,
        renewal_due: paper.bound.and_then(|_| renewal_due(paper)),
        renews: details.renews.clone(),
        billed: Sum::default(),
        received: Sum::default(),
        product,
    }
}

/// Bills a contract that binds: its invoices bill its instalments, the earliest first; without any, each instalment
/// is a claim from its day on.
fn bill(
    account: &mut Account,
    contract: &mut Contract,
    parts: Vec<DatedPart>,
    invoiced: Option<&Sum>,
    on: Date,
) {
    let bound = contract.bound.unwrap_or(contract.on);
    account.contracted.add_sum(&contract.money);
    if let Some(invoiced) = invoiced {
        // What is invoiced beyond it is agreed as well.
        let lines = |sum: &Sum| {
            let own = Money { amount: sum.own, currency: None };
            std::iter::once(own).chain(sum.others()).collect::<Vec<Money>>()
        };
        for money in lines(invoiced) {
            let agreed = line(&contract.money, money.currency);
            account.contracted.add(positive(Money { amount: money.amount.minus(agreed), ..money }));
        }
        contract.billed = invoiced.clone();
    }
    let mut left = invoiced.cloned().unwrap_or_default();
    for (instalment, (due, mut money, what)) in (1..).zip(parts) {
        let due_now = due.filter(|due| *due <= on && invoiced.is_none());
        if let Some(due) = due_now {
            contract.billed.add(money);
            account.claims.push(Claim {
                origin: Origin::Instalment,
                name: contract.name.clone(),
                contract: Some(contract.name.clone()),
                instalment,
                what,
                product: contract.product.clone(),
                due,
                ..claim(due.max(bound), money, contract.file)
            });
            continue;
        }
        let taken = line(&left, money.currency);
        let taken = taken.max(Amount::ZERO).min(money.amount);
        left.take(Money { amount: taken, ..money });
        money.amount = money.amount.minus(taken);
        if money.amount.is_zero() {
            continue;
        }
        account.to_come.push(ToCome {
            contract: contract.name.clone(),
            due,
            money,
            instalment,
            what,
            product: contract.product.clone(),
            file: contract.file,
            needs_invoice: invoiced.is_some(),
        });
    }
}

/// The purchases of a customer without invoices and contracts are its claims.
fn orders(account: &mut Account, files: &[FileMoney], settings: &Settings) {
    let days = i64::from(settings.receivables.payment_days);
    for (at, file) in files.iter().enumerate() {
        for order in &file.orders {
            let Some(money) = order.money else { continue };
            account.contracted.add(positive(money));
            account.claims.push(Claim {
                name: order.number.clone().unwrap_or_default(),
                due: order.on.plus(days),
                product: order.product.clone().or_else(|| file.product.clone()),
                ..claim(order.on, money, at)
            });
        }
    }
}

/// The numbers that entries of several files state for papers of one kind.
fn shared_numbers(journal: &Journal) -> Vec<SharedNumber> {
    let numbered = journal.papers.iter().filter_map(|paper| Some((paper, paper.number()?)));
    let shared = numbered.filter_map(|(paper, number)| {
        let with = journal.entries.iter().filter(|(_, event)| {
            event.kind == paper.kind && event.details().number.as_ref() == Some(number)
        });
        let mut files: Vec<(usize, Text)> = Vec::new();
        for (file, event) in with {
            if !files.iter().any(|(known, _)| known == file) {
                files.push((*file, event.key.text.clone()));
            }
        }
        let (kind, number) = (paper.kind.clone(), number.clone());
        (files.len() > 1).then_some(SharedNumber { kind, number, files })
    });
    shared.collect()
}
