//! The money of a customer, as `crm show` prints it.

use crate::rules::receivables::customers::CustomerMoney;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Money, Sum};

/// The block of money of a customer; empty where it has none.
pub(super) fn money(customer: Option<&CustomerMoney>, on: Date, lang: Lang) -> Table {
    let columns = vec![column("fact", Kind::Text, lang), column("detail", Kind::Text, lang)];
    let rows = customer.map(|customer| rows(customer, on, lang)).unwrap_or_default();
    let (id, title) = ("money".into(), lang.pick("Money", "往来款").into());
    Table { id, title, columns, rows: rows.into(), ..Table::default() }
}

fn rows(customer: &CustomerMoney, on: Date, lang: Lang) -> Vec<Row> {
    let account = &customer.account;
    let past_due = account.past_due(on);
    let sums = [
        ("contracted", "Contracted", "合同额", &account.contracted),
        ("billed", "Billed", "已应收", &account.billed()),
        ("to-come", "To come", "未到期分期", &account.to_come()),
        ("received", "Received", "已收", &account.received),
        ("refunded", "Refunded", "已退", &account.refunded),
        ("credited", "Credited", "红字", &account.credited),
        ("open", "Open", "未结", &account.open()),
        ("overdue", "Overdue", "逾期", &past_due),
        ("prepaid", "Prepaid", "预收", &account.prepaid()),
    ];
    let always = ["contracted", "billed", "received", "open"];
    let shown = sums.into_iter().filter(|(id, _, _, sum)| always.contains(id) || !sum.is_zero());
    let row = |(id, en, zh, sum): (&str, &str, &str, &Sum)| {
        let cells = vec![Cell::text(lang.term(id, en, zh)), amount(sum)];
        let is_late = id == "overdue";
        Row::with(cells, if is_late { Emphasis::Warn } else { Emphasis::Plain })
    };
    let mut rows: Vec<Row> = shown.map(row).collect();
    if let Some(limit) = customer.credit_limit {
        let over = customer.over_limit().is_some();
        let cells = vec![
            Cell::text(lang.term("credit-limit", "Credit limit", "信用额度")),
            Cell::Money(limit),
        ];
        rows.push(Row::with(cells, if over { Emphasis::Warn } else { Emphasis::Plain }));
    }
    rows
}

/// A sum in every currency that it has.
fn amount(sum: &Sum) -> Cell {
    match sum.foreign().next() {
        None => Cell::Amount(sum.own),
        Some(_) => {
            let own = Money { amount: sum.own, currency: None };
            let own = Some(own).filter(|own| !own.amount.is_zero());
            Cell::list(own.into_iter().chain(sum.foreign()).map(|money| money.to_string()))
        }
    }
}
