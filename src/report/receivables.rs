//! `crm report receivables`: what customers owe, by age; what is to come and what is prepaid; how long they take to pay.

use super::Request;
use super::breakdown::{by_cell, by_column};
use super::figures::{enough, few, reached, without_rate};
use super::money_exceptions::exceptions;
use crate::diag::{Diagnostic, Lang, counted};
use crate::model::sales::Receivables;
use crate::rules::book::Book;
use crate::rules::receivables::ages::{AgedMoney, dso_window};
use crate::rules::receivables::customers::{CustomerMoney, customers};
use crate::stats::KaplanMeier;
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::money::{Amount, Currency, Money, Sum};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Figures by group and currency: the ledger's own currency first.
type Groups = BTreeMap<(Option<Currency>, String), AgedMoney>;

/// The money that the selected customers owe, one by one and in all.
pub fn receivables(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang, on) = (&book.settings, book.settings.language, book.as_of);
    let chosen = selected(book, request);
    let mut rows: Vec<(&CustomerMoney, Option<Currency>, AgedMoney)> = Vec::new();
    let (mut groups, mut all) = (Groups::new(), Groups::new());
    for customer in &chosen {
        let mut own = Groups::new();
        add(&mut own, customer, book, |_, _| String::new());
        add(&mut all, customer, book, |_, _| String::new());
        if let Some(by) = &request.by {
            add(&mut groups, customer, book, |product, file| {
                let of_file = || customer.files[file].group.clone().unwrap_or_default();
                match product.filter(|_| by.name() == "product") {
                    Some(product) => product.to_owned(),
                    None => of_file(),
                }
            });
        }
        let unsettled = own.into_iter().filter(|(_, money)| !money.is_settled());
        rows.extend(unsettled.map(|((currency, _), money)| (customer, currency, money)));
    }
    rows.sort_by_key(|(customer, currency, money)| {
        (*currency, Reverse(money.past_due()), Reverse(money.open()), customer.id.clone())
    });
    let owing: BTreeSet<(&str, &str)> =
        rows.iter().map(|(one, ..)| (&*one.id, &*one.files[0].id)).collect();
    let settled = chosen.len() - owing.len();
    let total = all.get(&(None, String::new())).cloned().unwrap_or_default();
    let mut tables = vec![by_customer(&rows, &total, book)];
    if request.by.is_some() {
        tables.push(by_group(&groups, &total, request, book));
    }
    tables.push(to_pay(&groups, &total, request, lang));
    let mut sheet = Sheet {
        id: "receivables".into(),
        title: lang.pick("Receivables", "应收").into(),
        about: match lang {
            Lang::En | Lang::Machine => {
                let n = counted(chosen.len(), "customer", "customers");
                format!("{on}  ·  {n} with money")
            }
            Lang::Zh => format!("{on}  ·  有往来款的客户 {} 个", chosen.len()),
        },
        tables,
        ..Sheet::default()
    };
    let window = dso_window(on);
    sheet.notes.push(match lang {
        Lang::En | Lang::Machine => {
            format!("DSO: what is open / billed in {window} x 90 days; days to pay: Kaplan-Meier, from the day a claim arose, open ones censored")
        }
        Lang::Zh => format!("DSO：未结 / {window} 应收 × 90 天；付款天数：Kaplan-Meier，自应收发生之日起，未结者删失"),
    });
    if settled > 0 {
        sheet.notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!(
                    "not listed, as they owe nothing: {}",
                    counted(settled, "customer", "customers")
                )
            }
            Lang::Zh => format!("另有 {settled} 个客户不欠款，未列出"),
        });
    }
    let received = chosen.iter().any(|customer| !customer.account.received.is_zero());
    if !received && !chosen.is_empty() {
        sheet.notes.push(
            lang.pick(
                "no payment is entered for any of them: nothing is known to be paid",
                "这些客户都没有付款记录：无从得知是否已付",
            )
            .to_owned(),
        );
    }
    let mut foreign = Sum::default();
    for ((currency, _), money) in &all {
        foreign.add(Money { amount: money.open(), currency: *currency });
    }
    sheet.notes.extend(without_rate(&foreign, settings));
    sheet.notes.extend(exceptions(&chosen, settings, on));
    Ok(sheet)
}

/// The customers with money of which the request selects a file.
pub(super) fn selected(book: &Book, request: &Request) -> Vec<CustomerMoney> {
    let selection = request.selection(book);
    let mut chosen = customers(book, |file, record| {
        file.is_selected = selection.has(record);
        file.group = request.group(record, book);
    });
    chosen.retain(|customer| customer.files.iter().any(|file| file.is_selected));
    chosen
}

/// Adds the money of a customer to the groups of its claims, by product and file.
fn add(
    groups: &mut Groups,
    customer: &CustomerMoney,
    book: &Book,
    group: impl Fn(Option<&str>, usize) -> String,
) {
    let (terms, account) = (&book.settings.receivables, &customer.account);
    for claim in &account.claims {
        let key = (claim.money.currency, group(claim.product.as_deref(), claim.file));
        groups.entry(key).or_default().add(claim, terms, book.as_of);
    }
    for one in &account.to_come {
        let key = (one.money.currency, group(one.product.as_deref(), one.file));
        let sum = &mut groups.entry(key).or_default().to_come;
        *sum = sum.plus(one.money.amount);
    }
    for one in &account.prepaid {
        let key = (one.money.currency, group(None, one.file));
        let sum = &mut groups.entry(key).or_default().prepaid;
        *sum = sum.plus(one.money.amount);
    }
}

/// The columns of money: to come, not due, each age, open, prepaid.
fn money_columns(terms: &Receivables, lang: Lang) -> Vec<Column> {
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let mut columns =
        vec![head("to-come", "To come", "未到期分期"), head("not-due", "Not due", "未到期")];
    let mut from = 1;
    for limit in &terms.limits {
        let span = format!("{from}-{limit}");
        columns.push(head(&format!("days-{span}"), &span, &span));
        from = limit + 1;
    }
    let (over, before) = (format!("days-{from}-on"), from - 1);
    columns.push(head(&over, &format!("over {before}"), &format!("{before}天以上")));
    columns.push(head("open", "Open", "未结合计"));
    columns.push(head("prepaid", "Prepaid", "预收"));
    columns
}

/// The cells of these columns.
fn money_cells(money: &AgedMoney, terms: &Receivables, currency: Option<Currency>) -> Vec<Cell> {
    let mut ages = money.ages.clone();
    ages.resize(terms.limits.len() + 1, Amount::ZERO);
    let first = [money.to_come, money.not_due];
    let last = [money.open(), money.prepaid];
    let all = first.into_iter().chain(ages).chain(last);
    all.map(|amount| Cell::Money(Money { amount, currency })).collect()
}

fn by_customer(
    rows: &[(&CustomerMoney, Option<Currency>, AgedMoney)],
    total: &AgedMoney,
    book: &Book,
) -> Table {
    let (lang, terms) = (book.settings.language, &book.settings.receivables);
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang),
    ];
    columns.extend(money_columns(terms, lang));
    columns.push(column("credit-limit", Kind::Number, lang));
    let row = |(customer, currency, money): &(&CustomerMoney, Option<Currency>, AgedMoney)| {
        let mut cells = vec![
            Cell::text(customer.id.clone()),
            Cell::text(customer.name.clone()),
            Cell::maybe(customer.owner.clone(), Cell::Text),
        ];
        cells.extend(money_cells(money, terms, *currency));
        let limit = customer.credit_limit.filter(|limit| limit.currency == *currency);
        cells.push(Cell::maybe(limit, Cell::Money));
        let warn = !money.past_due().is_zero() || customer.over_limit().is_some();
        Row::with(cells, if warn { Emphasis::Warn } else { Emphasis::Plain })
    };
    let mut made: Vec<Row> = rows.iter().map(row).collect();
    let mut cells = vec![Cell::text(lang.pick("all", "全部")), Cell::Empty, Cell::Empty];
    cells.extend(money_cells(total, terms, None));
    cells.push(Cell::Empty);
    made.push(Row::with(cells, Emphasis::Total));
    let columns = Column::giving_way(columns, &["credit-limit", "prepaid", "owner", "to-come"]);
    Table { id: "receivables".into(), columns, rows: made.into(), ..Table::default() }
}

fn by_group(groups: &Groups, total: &AgedMoney, request: &Request, book: &Book) -> Table {
    let (lang, terms) = (book.settings.language, &book.settings.receivables);
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.extend(money_columns(terms, lang));
    let row = |((currency, group), money): (&(Option<Currency>, String), &AgedMoney)| {
        let mut cells: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
        cells.extend(money_cells(money, terms, *currency));
        Row::new(cells)
    };
    let mut rows: Vec<Row> = groups.iter().map(row).collect();
    let mut cells = vec![Cell::text(lang.pick("all", "全部"))];
    cells.extend(money_cells(total, terms, None));
    rows.push(Row::with(cells, Emphasis::Total));
    Table { id: "groups".into(), columns, rows: rows.into(), ..Table::default() }
}

/// How long it takes until claims are paid.
fn to_pay(groups: &Groups, total: &AgedMoney, request: &Request, lang: Lang) -> Table {
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.extend([
        head("open", "Open", "未结合计"),
        head("billed-90", "Billed in 90 days", "90天内应收"),
        head("dso", "DSO", "DSO"),
        head("claims", "Claims", "应收笔数"),
        head("paid", "Paid", "已付笔数"),
        head("days-median", "Days to pay", "付款天数"),
        head("days-p90", "p90", "p90"),
    ]);
    let cells = |money: &AgedMoney| {
        let curve = KaplanMeier::of(&money.days);
        let (n, paid) = curve.as_ref().map_or((0, 0), |curve| (curve.n, curve.events));
        let day = |share: f64| match &curve {
            Some(curve) if enough(curve.n as u64) => reached(curve.quantile(share), curve),
            _ => few(n as u64, lang),
        };
        vec![
            Cell::Amount(money.open()),
            Cell::Amount(money.billed_lately),
            match money.dso() {
                Some(dso) => Cell::Number(dso, 1),
                None => Cell::absent(lang.pick("nothing billed", "无新应收")),
            },
            Cell::count(n),
            Cell::count(paid),
            day(0.5),
            day(0.9),
        ]
    };
    let mut rows = Vec::new();
    let own = groups.iter().filter(|((currency, _), _)| currency.is_none());
    for ((_, group), money) in own {
        let mut row: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
        row.extend(cells(money));
        rows.push(Row::new(row));
    }
    let mut row = cells(total);
    if request.by.is_some() {
        row.insert(0, Cell::text(lang.pick("all", "全部")));
        rows.push(Row::with(row, Emphasis::Total));
    } else {
        rows.push(Row::new(row));
    }
    let title = lang.pick("How long it takes until they pay", "付款要多久").into();
    Table { id: "days-to-pay".into(), title, columns, rows: rows.into(), ..Table::default() }
}
