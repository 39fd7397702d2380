//! The exceptions under the reports of money: one sentence each.

use crate::diag::{Lang, Words, counted};
use crate::model::settings::Settings;
use crate::rules::dealings::line;
use crate::rules::receivables::StrayReason;
use crate::rules::receivables::customers::CustomerMoney;
use crate::value::date::Date;
use crate::value::money::{Amount, Money};

/// So many exceptions of one kind are named; the others are counted.
const NAMED: usize = 10;

/// The exceptions of the customers' accounts.
pub(super) fn exceptions(
    customers: &[CustomerMoney],
    settings: &Settings,
    on: Date,
) -> Vec<String> {
    let kinds: [fn(&CustomerMoney, Date) -> Vec<Words>; 6] =
        [over_limit, strays, not_invoiced, beside_open, given_back, currencies];
    let lang = settings.language;
    let mut notes = Vec::new();
    for kind in kinds {
        let all: Vec<Words> = customers.iter().flat_map(|customer| kind(customer, on)).collect();
        notes.extend(all.iter().take(NAMED).map(|words| words.get(lang).to_owned()));
        if let Some(more) = all.len().checked_sub(NAMED).filter(|more| *more > 0) {
            notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("and {} like this", counted(more, "exception", "exceptions"))
                }
                Lang::Zh => format!("同类情况另有 {more} 处"),
            });
        }
    }
    notes
}

fn over_limit(customer: &CustomerMoney, _: Date) -> Vec<Words> {
    let limit = customer.credit_limit.zip(customer.over_limit());
    let words = limit.map(|(limit, over)| {
        let (id, over, limit) = (&customer.id, over.grouped(), limit.grouped());
        words!(
            "{id}: owes {over} more than its credit limit of {limit}",
            "{id}：欠款超出信用额度 {limit}，多 {over}"
        )
    });
    words.into_iter().collect()
}

fn strays(customer: &CustomerMoney, _: Date) -> Vec<Words> {
    let each = customer.account.strays.iter().map(|stray| {
        let (file, key) = (&customer.files[stray.file].id, &stray.key);
        let names = &stray.names;
        match stray.why {
            StrayReason::Unknown => words!(
                "{file}: the entry {key} is for `{names}`, a number that this customer does not have: it settles nothing",
                "{file}：流水 {key} 对应 `{names}`，该客户没有这个单号：未冲抵任何应收"
            ),
            StrayReason::Currency => words!(
                "{file}: the entry {key} is for `{names}`, which is in another currency without a rate: it settles nothing",
                "{file}：流水 {key} 对应 `{names}`，币种不同且没有汇率：未冲抵任何应收"
            ),
        }
    });
    each.collect()
}

/// Instalments whose day has passed, of contracts that invoices bill.
fn not_invoiced(customer: &CustomerMoney, on: Date) -> Vec<Words> {
    let late = customer.account.to_come.iter().filter(|one| one.needs_invoice);
    let late = late.filter_map(|one| Some((one, one.due.filter(|due| *due <= on)?)));
    let each = late.map(|(one, due)| {
        let (id, contract, money) = (&customer.id, &one.contract, one.money.grouped());
        words!(
            "{id}: {money} of `{contract}` was due on {due} and is not invoiced",
            "{id}：`{contract}` 于 {due} 应付的 {money} 尚未开票"
        )
    });
    each.collect()
}

/// Money that was paid for a paper that it names, beside open claims: it settles no others.
fn beside_open(customer: &CustomerMoney, _: Date) -> Vec<Words> {
    let open = customer.account.open();
    let each = customer.account.prepaid.iter().filter(|one| one.is_named).filter(|one| {
        let line = line(&open, one.money.currency);
        !line.is_zero() && !one.money.amount.is_negative()
    });
    let each = each.map(|one| {
        let (id, money) = (&customer.id, one.money.grouped());
        words!(
            "{id}: {money} was paid beyond what it is for, and other claims are open: it settles none of them",
            "{id}：有 {money} 超出所对应单据，同时另有未结应收：未用于冲抵"
        )
    });
    each.collect()
}

fn given_back(customer: &CustomerMoney, _: Date) -> Vec<Words> {
    let each = customer.account.prepaid.iter().filter(|one| one.money.amount < Amount::ZERO);
    let each = each.map(|one| {
        let (id, money) = (&customer.id, one.money.negated().grouped());
        words!(
            "{id}: {money} more was given back than had come in for it",
            "{id}：退款比相应收款多 {money}"
        )
    });
    each.collect()
}

fn currencies(customer: &CustomerMoney, _: Date) -> Vec<Words> {
    let mut open: Vec<Money> = customer.account.open().foreign().collect();
    let own = customer.account.open().own;
    if !own.is_zero() {
        open.insert(0, Money { amount: own, currency: None });
    }
    if open.len() < 2 {
        return Vec::new();
    }
    let (id, all) = (&customer.id, open.into_iter().map(Money::grouped).collect::<Vec<_>>());
    let all = all.join(" + ");
    vec![words!("{id}: owes in several currencies: {all}", "{id}：欠款有多种币种：{all}")]
}
