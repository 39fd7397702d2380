//! `crm report idic`: how far each customer is identified, told apart, talked with and served in its own way, and the next
//! action for each.

use super::Request;
use super::acquainted::{Acquaintances, Acquainted, acquainted};
use super::breakdown::{by_cell, by_column};
use super::figures::{enough, rate, without_rate};
use crate::diag::{Diagnostic, counted};
use crate::rules::book::Book;
use crate::rules::idic::{PARTS, Points};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use std::collections::BTreeMap;

/// The four parts by grade and for each customer.
pub fn idic(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let Acquaintances { customers, expects, .. } = acquainted(book, request);
    let mut sheet = Sheet {
        id: "idic".into(),
        title: lang
            .pick("Identify, differentiate, interact, customise", "识别、区分、互动、定制")
            .into(),
        about: match lang {
            Lang::En | Lang::Machine => {
                let n = counted(customers.len(), "customer", "customers");
                format!(
                    "{}  ·  {n}; contacts, offers and money of the 365 days up to it",
                    book.as_of
                )
            }
            Lang::Zh => {
                format!(
                    "{}  ·  客户 {} 个；联系、方案与金额为此前365天",
                    book.as_of,
                    customers.len()
                )
            }
        },
        tables: vec![
            machines(&customers, lang),
            people(&customers, lang),
            actions(&customers, lang),
            groups(&customers, request, lang),
        ],
        ..Sheet::default()
    };
    let mut all = Sum::default();
    customers.iter().for_each(|customer| all.add_sum(&customer.bought));
    sheet.notes.extend(without_rate(&all, &book.settings));
    if customers.is_empty() {
        sheet.notes.push(first_steps(lang));
    } else {
        if !expects {
            sheet.notes.push(no_expectation(lang));
        }
        if customers.iter().all(|customer| customer.idic.offers.all == 0) {
            sheet.notes.push(no_offers(lang));
        }
    }
    sheet.hide_empty();
    let heads = sheet.tables.iter_mut().filter(|table| table.id == "idic");
    heads.for_each(|table| table.audience = Audience::Machines);
    Ok(sheet)
}

/// What to record first, where there is no customer yet.
pub(super) fn first_steps(lang: Lang) -> String {
    lang.pick(
        "no customer yet: record an order (crm log ID order --amount MONEY) or make a customer's file (crm add --customer NAME)",
        "还没有客户：先记一笔订单（crm log 编号 order --amount 金额），或建客户档案（crm add --customer 名称）",
    )
    .into()
}

/// Why no money is expected.
pub(super) fn no_expectation(lang: Lang) -> String {
    lang.pick(
        "no expected money: the ledger has fewer than 50 buyers, or fewer than 10 that ordered again (`crm report lifetime`)",
        "没有预期金额：已购客户不足50个，或再次下单的不足10个（见 `crm report lifetime`）",
    )
    .into()
}

fn no_offers(lang: Lang) -> String {
    lang.pick(
        "no offer for one customer alone is recorded: crm log ID tailored --what TEXT, and --taken when it is taken",
        "还没有定制方案的记录：crm log 编号 tailored --what 内容；被采纳时加 --taken",
    )
    .into()
}

/// The column of a part.
fn part(at: usize, lang: Lang) -> Column {
    let (id, en, zh) = PARTS[at];
    Column::new(id, lang.pick(en, zh), Kind::Number)
}

/// `6/9`, as people read points.
fn points(points: Points) -> Cell {
    match points.all {
        0 => Cell::Empty,
        all => Cell::text(format!("{}/{all}", points.met)),
    }
}

fn expected(customer: &Acquainted) -> Cell {
    Cell::maybe(customer.expected, Cell::Amount)
}

/// The customers for people.
fn people(customers: &[Acquainted], lang: Lang) -> Table {
    let mut columns = vec![
        column("grade", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
    ];
    columns.extend((0..PARTS.len()).map(|at| part(at, lang)));
    columns.push(Column::new("weakest", lang.pick("Weakest", "最弱"), Kind::Text));
    columns.push(Column::new("bought", lang.pick("Bought", "购买额"), Kind::Number));
    let expects = customers.iter().any(|customer| customer.expected.is_some());
    if expects {
        columns.push(Column::new("expected", lang.pick("Next year", "来年预期"), Kind::Number));
    }
    let row = |customer: &Acquainted| {
        let mut cells = vec![
            Cell::text(customer.grade.clone()),
            Cell::text(customer.id.clone()),
            Cell::text(customer.name.as_str()),
        ];
        let [known, apart, interact, _] = customer.idic.parts();
        cells.extend([known, apart, interact, customer.idic.offers].map(points));
        cells.push(customer.weakest(lang));
        cells.push(Cell::sum(&customer.bought));
        if expects {
            cells.push(expected(customer));
        }
        Row::new(cells)
    };
    let rows = customers.iter().map(row).collect();
    let columns = Column::giving_way(columns, &["weakest"]);
    Table { id: "customers".into(), columns, rows, audience: Audience::People, ..Table::default() }
}

/// The next action of each customer.
fn actions(customers: &[Acquainted], lang: Lang) -> Table {
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang).optional(2),
        Column::new("weakest", lang.pick("Weakest", "最弱"), Kind::Text).optional(3),
        Column::new("next-action", lang.pick("Next action", "下一步行动"), Kind::Text).wraps(),
    ];
    let row = |customer: &Acquainted| {
        let action = customer.action(lang)?;
        Some(Row::new(vec![
            Cell::text(customer.id.clone()),
            Cell::text(customer.name.as_str()),
            Cell::maybe(customer.owner.clone(), Cell::Text),
            customer.weakest(lang),
            Cell::text(action),
        ]))
    };
    let rows = customers.iter().filter_map(row).collect();
    let title = lang.pick("Next action", "下一步行动").into();
    Table { id: "actions".into(), title, columns, rows, audience: Audience::People }
}

/// The customers for machines: every figure in a column of its own.
fn machines(customers: &[Acquainted], lang: Lang) -> Table {
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("grade", Kind::Text, lang),
        column("owner", Kind::Text, lang),
    ];
    let numbers = [
        "identify",
        "identify-of",
        "differentiate",
        "differentiate-of",
        "interact",
        "interact-of",
        "preferred-channel",
        "preferred-channel-of",
        "offers-taken",
        "offers",
        "bought-in-year",
        "expected",
    ];
    columns.extend(numbers.map(|id| Column::new(id, id, Kind::Number)));
    columns
        .extend(["has-needs", "weakest", "next-action"].map(|id| Column::new(id, id, Kind::Text)));
    let row = |customer: &Acquainted| {
        let mut cells = vec![
            Cell::text(customer.id.clone()),
            Cell::text(customer.name.as_str()),
            Cell::text(customer.grade.clone()),
            Cell::maybe(customer.owner.clone(), Cell::Text),
        ];
        let [known, apart, interact, _] = customer.idic.parts();
        let all = [known, apart, interact, customer.idic.preferred, customer.idic.offers];
        for Points { met, all } in all {
            cells.extend([met, all].map(super::figures::count));
        }
        cells.push(Cell::Amount(customer.bought.own));
        cells.push(expected(customer));
        cells.push(Cell::Bool(customer.has_needs));
        cells.push(customer.weakest(lang));
        cells.push(Cell::maybe(customer.action(lang), Cell::text));
        Row::new(cells)
    };
    let rows = customers.iter().map(row).collect();
    Table { id: "idic".into(), columns, rows, audience: Audience::Machines, ..Table::default() }
}

/// The figures of a group.
#[derive(Default)]
struct OfGroup {
    customers: u64,
    parts: [Points; 3],
    offers: Points,
    with_offer: u64,
    bought: Amount,
    expected: Option<Amount>,
}

/// A row for each grade, or for each value of the attribute that figures are broken down by.
fn groups(customers: &[Acquainted], request: &Request, lang: Lang) -> Table {
    let mut groups: BTreeMap<(usize, String), OfGroup> = BTreeMap::new();
    for customer in customers {
        let of = match &customer.group {
            Some(group) => groups.entry((0, group.clone())).or_default(),
            None => groups.entry((customer.rank, customer.grade.to_string())).or_default(),
        };
        of.customers += 1;
        let [known, apart, interact, _] = customer.idic.parts();
        of.parts.iter_mut().zip([known, apart, interact]).for_each(|(sum, more)| sum.add(more));
        of.offers.add(customer.idic.offers);
        of.with_offer += u64::from(customer.idic.offers.all > 0);
        of.bought = of.bought.plus(customer.bought.own);
        if let Some(money) = customer.expected {
            of.expected = Some(of.expected.unwrap_or(Amount::ZERO).plus(money));
        }
    }
    let head = |id: &str, en, zh| Column::new(id, lang.pick(en, zh), Kind::Number);
    let by = by_column(request, lang).unwrap_or_else(|| column("grade", Kind::Text, lang));
    let mut columns = vec![by, column("customers", Kind::Number, lang)];
    columns.extend((0..3).map(|at| part(at, lang)));
    columns.extend([
        head("with-offer", "With an offer", "有定制方案"),
        head("taken", "Taken", "被采纳"),
        head("bought", "Bought", "购买额"),
        head("expected", "Next year", "来年预期"),
    ]);
    let row = |((_, group), of): ((usize, String), OfGroup)| {
        // Of fewer than five customers there is no share.
        let share = |points: Points| match enough(of.customers) {
            true => rate(points.met, points.all, lang),
            false => super::figures::few(of.customers, lang),
        };
        let name = by_cell(request, &group, lang).unwrap_or_else(|| Cell::text(group));
        let mut cells = vec![name, super::figures::count(of.customers)];
        cells.extend(of.parts.map(share));
        cells.push(rate(of.with_offer, of.customers, lang));
        cells.push(rate(of.offers.met, of.offers.all, lang));
        cells.push(Cell::Amount(of.bought));
        cells.push(Cell::maybe(of.expected, Cell::Amount));
        Row::with(cells, Emphasis::Plain)
    };
    let rows = groups.into_iter().map(row).collect();
    let title = lang.pick("All together", "汇总").into();
    let columns = Column::giving_way(columns, &["expected", "taken"]);
    Table { id: "groups".into(), title, columns, rows, ..Table::default() }
}
