//! `crm report contracts`: contracts by status, their terms, what is billed and received; renewals asked and won.

use super::Request;
use super::breakdown::{by_cell, by_column};
use super::figures::{count, rate, without_rate};
use super::money_exceptions::exceptions;
use super::receivables::selected;
use crate::diag::{Diagnostic, Lang, counted};
use crate::model::paper::Status;
use crate::rules::book::Book;
use crate::rules::receivables::customers::CustomerMoney;
use crate::rules::receivables::{Account, Contract, sum};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::money::Sum;
use std::collections::BTreeMap;

/// A contract of a customer.
struct Agreement<'c> {
    customer: &'c CustomerMoney,
    contract: &'c Contract,
    group: String,
    to_come: Sum,
    renewal: Renewal,
}

/// How far the renewal of a contract is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Renewal {
    /// It has no last day, it does not bind, or its renewal is not due.
    NotDue,
    /// A contract that binds renews it, due or not.
    Won,
    /// Another contract that does not bind would renew it.
    Asked,
    /// No contract renews it yet, and it runs.
    Unasked,
    /// It ended, and none renewed it.
    Ended,
}

impl Renewal {
    /// That of a contract of an account on a day.
    fn of(contract: &Contract, account: &Account, on: Date) -> Renewal {
        let Some(due) = contract.renewal_due else { return Renewal::NotDue };
        if account.is_renewed(contract) {
            return Renewal::Won;
        }
        let ended = contract.ends.is_some_and(|ends| ends < on);
        match (account.successors(contract).next().is_some(), ended) {
            _ if on < due => Renewal::NotDue,
            (true, false) => Renewal::Asked,
            (false, false) => Renewal::Unasked,
            (_, true) => Renewal::Ended,
        }
    }

    /// Its words in English and Chinese; none where there is nothing to do or to tell.
    fn words(self) -> Option<(&'static str, &'static str, &'static str)> {
        match self {
            Renewal::NotDue => None,
            Renewal::Won => Some(("won", "won", "已续签")),
            Renewal::Asked => Some(("asked", "asked", "已提出")),
            Renewal::Unasked => Some(("unasked", "to be asked", "待提出")),
            Renewal::Ended => Some(("ended", "ended without", "到期未续")),
        }
    }
}

/// The contracts of the selected customers.
pub fn contracts(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang, on) = (&book.settings, book.settings.language, book.as_of);
    let chosen = selected(book, request);
    let by_product = request.by.as_ref().is_some_and(|by| by.name() == "product");
    let mut all: Vec<Agreement> = Vec::new();
    for customer in &chosen {
        let account = &customer.account;
        for contract in &account.contracts {
            let of_file = || customer.files[contract.file].group.clone();
            let product = contract.product.as_ref().filter(|_| by_product);
            let rest = account.to_come.iter().filter(|one| one.contract == contract.name);
            all.push(Agreement {
                customer,
                contract,
                group: product.map(|id| id.to_string()).or_else(of_file).unwrap_or_default(),
                to_come: sum(rest.map(|one| one.money)),
                renewal: Renewal::of(contract, account, on),
            });
        }
    }
    all.sort_by_key(|one| {
        let ends = one.contract.ends.unwrap_or(Date::MAX);
        (one.contract.bound.is_none(), ends, one.customer.id.clone(), one.contract.name.clone())
    });
    let mut sheet = Sheet {
        id: "contracts".into(),
        title: lang.pick("Contracts", "合同").into(),
        about: match lang {
            Lang::En | Lang::Machine => {
                let n = counted(all.len(), "contract", "contracts");
                format!("{on}  ·  {n}, drafts too")
            }
            Lang::Zh => format!("{on}  ·  合同 {} 份，含草稿", all.len()),
        },
        tables: vec![list(&all, lang), by_status(&all, lang), terms(&all, request, on, lang)],
        ..Sheet::default()
    };
    sheet.notes.push(
        lang.pick(
            "renewals: of the contracts whose renewal was due by the day (notice_days before their end), those that another contract renews: asked counts drafts, won those that bind",
            "续签：截至当天已到续签提醒日（到期前 notice_days 天）的合同中，有另一合同 renews 它的：已提出含草稿，已续签须生效",
        )
        .to_owned(),
    );
    let mut foreign = Sum::default();
    all.iter()
        .filter(|one| one.contract.bound.is_some())
        .for_each(|one| foreign.add_sum(&one.contract.money));
    sheet.notes.extend(without_rate(&foreign, settings));
    let unknown = all.iter().filter_map(|one| {
        let renews = one.contract.renews.as_ref()?;
        let known = one.customer.account.contracts.iter().any(|other| other.name == *renews);
        let (id, name) = (&one.customer.id, &one.contract.name);
        (!known).then(|| match lang {
            Lang::En | Lang::Machine => {
                format!("{id}: `{name}` renews `{renews}`, and there is no such contract")
            }
            Lang::Zh => format!("{id}：`{name}` 续签 `{renews}`，但没有该合同"),
        })
    });
    sheet.notes.extend(unknown);
    sheet.notes.extend(exceptions(&chosen, settings, on));
    Ok(sheet)
}

fn head(id: &str, en: &str, zh: &str, lang: Lang) -> Column {
    Column::new(id, lang.pick(en, zh), Kind::Number)
}

/// The columns of money: amount, billed, to come, received.
fn money_columns(lang: Lang) -> [Column; 4] {
    [
        head("amount", "Amount", "金额", lang),
        head("billed", "Billed", "已应收", lang),
        head("to-come", "To come", "未到期分期", lang),
        head("received", "Received", "已收", lang),
    ]
}

/// The word of a status.
fn status_word(status: Status, lang: Lang) -> Cell {
    let words = Status::ALL.iter().find(|row| row.1 == status);
    Cell::maybe(words, |(id, _, zh)| Cell::text(lang.pick(id, zh)))
}

fn list(all: &[Agreement], lang: Lang) -> Table {
    let mut columns = vec![
        Column::new("contract", lang.pick("Contract", "合同"), Kind::Text).whole(),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang),
        Column::new("status", lang.pick("Status", "状态"), Kind::Text),
        Column::new("starts", lang.pick("Starts", "开始"), Kind::Date),
        Column::new("ends", lang.pick("Ends", "到期"), Kind::Date),
    ];
    columns.extend(money_columns(lang));
    columns.push(Column::new("renewal", lang.pick("Renewal", "续签"), Kind::Text));
    let row = |one: &Agreement| {
        let contract = one.contract;
        let cells = vec![
            Cell::text(contract.name.clone()),
            Cell::text(one.customer.id.clone()),
            Cell::text(one.customer.name.clone()),
            Cell::maybe(one.customer.files[contract.file].owner.clone(), Cell::Text),
            status_word(contract.status, lang),
            Cell::maybe(contract.starts.or(contract.bound), Cell::Date),
            Cell::maybe(contract.ends, Cell::Date),
            Cell::sum(&contract.money),
            Cell::sum(&contract.billed),
            Cell::sum(&one.to_come),
            Cell::sum(&contract.received),
            Cell::maybe(one.renewal.words(), |(id, en, zh)| Cell::text(lang.term(id, en, zh))),
        ];
        let emphasis = match one.renewal {
            Renewal::Unasked | Renewal::Ended => Emphasis::Warn,
            Renewal::Won => Emphasis::Good,
            Renewal::NotDue | Renewal::Asked => Emphasis::Plain,
        };
        Row::with(cells, emphasis)
    };
    let rows: Vec<Row> = all.iter().map(row).collect();
    let columns = Column::giving_way(columns, &["to-come", "starts", "owner"]);
    Table { id: "contracts".into(), columns, rows: rows.into(), ..Table::default() }
}

/// The sums of some contracts: amount, billed, to come, received.
fn money_cells(some: &[&Agreement]) -> [Cell; 4] {
    let own = |read: for<'a> fn(&'a Agreement<'a>) -> &'a Sum| {
        let mut sum = Sum::default();
        some.iter().for_each(|one| sum.add_sum(read(one)));
        Cell::Amount(sum.own)
    };
    [
        own(|one| &one.contract.money),
        own(|one| &one.contract.billed),
        own(|one| &one.to_come),
        own(|one| &one.contract.received),
    ]
}

fn by_status(all: &[Agreement], lang: Lang) -> Table {
    let mut columns = vec![
        Column::new("status", lang.pick("Status", "状态"), Kind::Text),
        head("contracts", "Contracts", "份数", lang),
    ];
    columns.extend(money_columns(lang));
    let row = |(_, status, _): &(&str, Status, &str)| {
        let some: Vec<&Agreement> =
            all.iter().filter(|one| one.contract.status == *status).collect();
        let mut cells = vec![status_word(*status, lang), Cell::count(some.len())];
        cells.extend(money_cells(&some));
        (!some.is_empty()).then(|| Row::new(cells))
    };
    let rows: Vec<Row> = Status::ALL.iter().filter_map(row).collect();
    let title = lang.pick("By status", "按状态").into();
    Table { id: "status".into(), title, columns, rows: rows.into(), ..Table::default() }
}

/// The terms and renewals of the contracts that bind.
fn terms(all: &[Agreement], request: &Request, on: Date, lang: Lang) -> Table {
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.extend([
        head("contracts", "Contracts", "份数", lang),
        head("running", "Running", "履行中", lang),
        head("ending", "In notice", "提醒期内", lang),
    ]);
    columns.extend(money_columns(lang));
    columns.extend([
        head("renewals-due", "Renewals due", "应续签", lang),
        head("asked", "Asked", "已提出", lang),
        head("won", "Won", "已续签", lang),
        head("open", "Open", "未定", lang),
    ]);
    let mut groups: BTreeMap<&str, Vec<&Agreement>> = BTreeMap::new();
    let binding: Vec<&Agreement> = all.iter().filter(|one| one.contract.bound.is_some()).collect();
    for one in binding.iter().filter(|_| request.by.is_some()) {
        groups.entry(&one.group).or_default().push(one);
    }
    let cells = |some: &[&Agreement]| {
        let number =
            |is: &dyn Fn(&Agreement) -> bool| some.iter().filter(|one| is(one)).count() as u64;
        let is_due = |one: &Agreement| one.contract.renewal_due.is_some_and(|due| due <= on);
        let due = number(&is_due);
        let won = number(&|one| is_due(one) && one.renewal == Renewal::Won);
        let asked = won + number(&|one| one.renewal == Renewal::Asked);
        let open = number(&|one| matches!(one.renewal, Renewal::Asked | Renewal::Unasked));
        let running = number(&|one| one.contract.runs(on));
        let ending = number(&|one| one.contract.runs(on) && is_due(one));
        let mut cells = vec![Cell::count(some.len()), count(running), count(ending)];
        cells.extend(money_cells(some));
        cells.extend([count(due), rate(asked, due, lang), rate(won, due, lang), count(open)]);
        cells
    };
    let mut rows = Vec::new();
    for (group, some) in &groups {
        let mut row: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
        row.extend(cells(some));
        rows.push(Row::new(row));
    }
    let mut row = cells(&binding);
    if request.by.is_some() {
        row.insert(0, Cell::text(lang.pick("all", "全部")));
        rows.push(Row::with(row, Emphasis::Total));
    } else {
        rows.push(Row::new(row));
    }
    let title = lang.pick("Terms and renewals of those that bind", "生效合同的期限与续签").into();
    let columns = Column::giving_way(columns, &["to-come", "running", "ending"]);
    Table { id: "terms".into(), title, columns, rows: rows.into(), ..Table::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn contract(name: &str, ends: &str, renews: &str, binds: bool) -> Contract {
        Contract {
            name: name.into(),
            key: "2010-01-01".into(),
            file: 0,
            status: Status::Signed,
            on: day("2010-01-01"),
            bound: binds.then(|| day("2010-01-01")),
            money: Sum::default(),
            starts: None,
            ends: Date::parse(ends),
            renewal_due: Date::parse(ends).filter(|_| binds).map(|ends| ends.plus(-30)),
            renews: Some(renews).filter(|renews| !renews.is_empty()).map(Into::into),
            billed: Sum::default(),
            received: Sum::default(),
            product: None,
        }
    }

    #[test]
    fn a_renewal_is_due_thirty_days_before_the_end_and_ended_on_the_day_after() {
        let old = contract("C-1", "2010-12-31", "", true);
        let account =
            |others: &[Contract]| Account { contracts: others.to_vec(), ..Account::default() };
        let of = |on: &str, others: &[Contract]| Renewal::of(&old, &account(others), day(on));
        assert_eq!(of("2010-11-30", &[]), Renewal::NotDue);
        assert_eq!(of("2010-12-01", &[]), Renewal::Unasked);
        assert_eq!(of("2010-12-31", &[]), Renewal::Unasked);
        assert_eq!(of("2011-01-01", &[]), Renewal::Ended);
        let draft = [contract("C-2", "", "C-1", false)];
        assert_eq!(of("2010-12-01", &draft), Renewal::Asked);
        assert_eq!(of("2011-01-01", &draft), Renewal::Ended);
        let won = [contract("C-2", "", "C-1", true)];
        assert_eq!(of("2010-12-01", &won), Renewal::Won);
        assert_eq!(of("2010-12-01", &[contract("C-2", "", "C-9", true)]), Renewal::Unasked);
        let endless = contract("C-1", "", "", true);
        assert_eq!(Renewal::of(&endless, &account(&[]), day("2011-01-01")), Renewal::NotDue);
    }
}
