//! `crm report lifetime`: the orders and the money that are expected of each customer in the next year.

use super::Request;
use super::breakdown::{by_cell, by_column};
use super::chosen::{Chosen, chosen};
use super::figures::{number, without_rate};
use crate::diag::{Diagnostic, counted};
use crate::rules::book::Book;
use crate::rules::lifetime::{AHEAD, Expected, Lifetime, TooFewBuyers};
use crate::stats::bg_nbd::{LEAST_REPEATING, LEAST_UNITS};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::Amount;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The sums of a group.
#[derive(Default)]
struct ExpectedOfGroup {
    customers: usize,
    alive: f64,
    orders: f64,
    money: Option<Amount>,
}

impl ExpectedOfGroup {
    fn add(&mut self, expected: Option<&Expected>) {
        self.customers += 1;
        let Some(expected) = expected else { return };
        self.alive += expected.alive;
        self.orders += expected.orders;
        let money = expected.money.into_iter();
        money.for_each(|more| self.money = Some(self.money.unwrap_or(Amount::ZERO).plus(more)));
    }
}

/// A customer that bought, and what is expected of it.
type Line<'c, 'b> = (&'c Chosen<'b>, Option<Expected>);

/// What is expected of the selected customers that bought; the models are those of all customers.
pub fn lifetime(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let models = Lifetime::of(book);
    let all = chosen(book, request);
    let buyers = all.iter().filter(|one| one.customer.figures.is_buyer());
    let mut lines: Vec<Line> = buyers
        .map(|one| (one, models.as_ref().ok().and_then(|models| models.customer(one.customer))))
        .collect();
    lines.sort_by(|(a, x), (b, y)| {
        let money = |expected: &Option<Expected>| Reverse(expected.and_then(|one| one.money));
        let orders = |expected: &Option<Expected>| expected.map_or(0.0, |one| one.orders);
        let by_orders = orders(y).total_cmp(&orders(x));
        money(x).cmp(&money(y)).then(by_orders).then_with(|| a.id.cmp(b.id))
    });
    let mut sheet = Sheet {
        id: "lifetime".into(),
        title: lang.pick("Expected of customers", "客户预期价值").into(),
        about: about(book, lines.len()),
        tables: vec![customers(&lines, request, lang)],
        ..Sheet::default()
    };
    let groups = groups(&lines, request, lang);
    match request.by {
        Some(_) => sheet.tables.insert(0, groups),
        None => sheet.tables.push(groups),
    }
    sheet.hide_empty();
    // Machines read the head of the first table even of nothing.
    let first = sheet.tables.first_mut().filter(|table| table.rows.is_empty());
    first.into_iter().for_each(|table| table.audience = Audience::Machines);
    match models {
        Ok(models) => {
            sheet.notes = notes(&models, lang);
            sheet.notes.extend(without_rate(&models.foreign, settings));
        }
        Err(few) => sheet.notes.push(too_few(few, lang)),
    }
    Ok(sheet)
}

fn about(book: &Book, n: usize) -> String {
    let (on, lang) = (book.as_of, book.settings.language);
    let last = on.plus(i64::from(AHEAD));
    match lang {
        Lang::En | Lang::Machine => {
            let n = counted(n, "customer that bought", "customers that bought");
            format!("{n}; expected from {} to {last}", on.plus(1))
        }
        Lang::Zh => format!("已购客户 {n} 个；预期期间 {} 至 {last}", on.plus(1)),
    }
}

fn head(id: &str, en: &str, zh: &str, lang: Lang) -> Column {
    Column::new(id, lang.pick(en, zh), Kind::Number)
}

/// The columns of what is expected of a customer or a group.
fn expected_columns(lang: Lang) -> [Column; 4] {
    [
        head("alive", "Still buys", "仍在购买", lang),
        head("expected-orders", "Orders", "预期单数", lang),
        head("expected-mean", "Per order", "预期件均", lang),
        head("expected-money", "Money", "预期金额", lang),
    ]
}

fn customers(lines: &[Line], request: &Request, lang: Lang) -> Table {
    let mut columns = vec![column("id", Kind::Id, lang), column("name", Kind::Text, lang)];
    columns.extend(by_column(request, lang).filter(|by| !matches!(&*by.id, "id" | "name")));
    columns.extend([
        head("bought-so-far", "Bought", "已购金额", lang),
        head("orders-so-far", "Orders so far", "已购单数", lang).optional(2),
        column("last-order", Kind::Date, lang),
    ]);
    let known = lines.iter().any(|(_, expected)| expected.is_some());
    // People need no empty columns; machines have the same ones always.
    let shown = known || lang == Lang::Machine;
    columns.extend(expected_columns(lang).into_iter().filter(|_| shown));
    let mut rows = Vec::new();
    for (one, expected) in lines {
        let figures = &one.customer.figures;
        let mut cells = vec![Cell::text(one.id.clone()), Cell::text(one.name.as_str())];
        cells.extend(one.group.as_ref().and_then(|group| by_cell(request, group, lang)));
        cells.extend([
            Cell::sum(&figures.bought),
            Cell::Int(i64::from(figures.orders)),
            Cell::maybe(figures.last_order, Cell::Date),
            Cell::maybe(*expected, |expected| Cell::Share(expected.alive)),
            Cell::maybe(*expected, |expected| Cell::Number(expected.orders, 2)),
            Cell::maybe(expected.and_then(|expected| expected.mean), Cell::Amount),
            Cell::maybe(expected.and_then(|expected| expected.money), Cell::Amount),
        ]);
        cells.truncate(columns.len());
        rows.push(Row::new(cells));
    }
    if known && lines.len() > 1 {
        let mut all = ExpectedOfGroup::default();
        lines.iter().for_each(|(_, expected)| all.add(expected.as_ref()));
        let mut cells = vec![Cell::text(lang.pick("all", "合计"))];
        cells.resize(columns.len() - 4, Cell::Empty);
        cells.extend([number(all.alive), Cell::Number(all.orders, 2), Cell::Empty]);
        cells.push(Cell::maybe(all.money, Cell::Amount));
        rows.push(Row::with(cells, Emphasis::Total));
    }
    Table { id: "customers".into(), columns, rows: rows.into(), ..Table::default() }
}

/// The sums of each group.
fn groups(lines: &[Line], request: &Request, lang: Lang) -> Table {
    let mut groups: BTreeMap<&str, ExpectedOfGroup> = BTreeMap::new();
    for (one, expected) in lines {
        if let Some(group) = &one.group {
            groups.entry(group).or_default().add(expected.as_ref());
        }
    }
    let mut sorted: Vec<(&str, ExpectedOfGroup)> = groups.into_iter().collect();
    sorted.sort_by_key(|(_, group)| Reverse(group.money));
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.push(column("customers", Kind::Number, lang));
    let [alive, orders, _, money] = expected_columns(lang);
    let known = lines.iter().any(|(_, expected)| expected.is_some());
    let shown = known || lang == Lang::Machine;
    columns.extend([alive, orders, money].into_iter().filter(|_| shown));
    let width = columns.len();
    let rows = sorted.into_iter().map(|(name, group)| {
        let mut cells: Vec<Cell> = by_cell(request, name, lang).into_iter().collect();
        cells.push(Cell::count(group.customers));
        let figure = |cell: Cell| if known { cell } else { Cell::Empty };
        cells.extend([figure(number(group.alive)), figure(Cell::Number(group.orders, 2))]);
        cells.push(Cell::maybe(group.money, Cell::Amount));
        cells.truncate(width);
        Row::new(cells)
    });
    let title = lang.pick("By group", "分组").into();
    Table { id: "groups".into(), title, rows: rows.collect(), columns, ..Table::default() }
}

fn too_few(few: TooFewBuyers, lang: Lang) -> String {
    let TooFewBuyers { buyers, repeating } = few;
    match lang {
        Lang::En | Lang::Machine => format!(
            "nothing is expected of so few: {} bought, {repeating} of them again on a later day; the model needs {LEAST_UNITS} and {LEAST_REPEATING}",
            counted(buyers, "customer", "customers")
        ),
        Lang::Zh => format!(
            "客户太少，不作预期：已购 {buyers} 个，其中再次购买 {repeating} 个；模型至少需要 {LEAST_UNITS} 个和 {LEAST_REPEATING} 个"
        ),
    }
}

fn notes(models: &Lifetime, lang: Lang) -> Vec<String> {
    let fit = models.orders;
    let (model, n, again, likelihood) = (fit.model, fit.n, fit.repeating, fit.log_likelihood);
    let (r, alpha, a, b) = (model.r, model.alpha, model.a, model.b);
    let parameters = format!("r {r:.3}, alpha {alpha:.1}, a {a:.3}, b {b:.3}");
    let mut notes = vec![match lang {
        Lang::En | Lang::Machine => format!(
            "orders: BG/NBD of all {n} customers that bought, {again} of them again; {parameters} (days), log-likelihood {likelihood:.1}"
        ),
        Lang::Zh => format!(
            "单数：BG/NBD 模型，全部已购客户 {n} 个，其中再次购买 {again} 个；{parameters}（单位：天），对数似然 {likelihood:.1}"
        ),
    }];
    if fit.is_at_the_end {
        notes.push(
            lang.pick(
                "the model of the orders is at the limit of the search: too little tells how customers differ, so read its figures with care",
                "单数模型停在搜索边界：数据不足以区分客户，数字仅供参考",
            )
            .into(),
        );
    }
    notes.push(match (models.money, lang) {
        (Some(fit), _) => {
            let (model, n, likelihood) = (fit.model, fit.n, fit.log_likelihood);
            let parameters =
                format!("p {:.2}, q {:.2}, gamma {:.2}", model.p, model.q, model.gamma);
            match lang {
                Lang::En | Lang::Machine => format!(
                    "money of an order: gamma-gamma of the {n} customers with money on later days; {parameters}, log-likelihood {likelihood:.1}"
                ),
                Lang::Zh => format!(
                    "件均：gamma-gamma 模型，后续购买有金额的客户 {n} 个；{parameters}，对数似然 {likelihood:.1}"
                ),
            }
        }
        (None, Lang::En | Lang::Machine) => {
            format!("no money is expected: fewer than {LEAST_REPEATING} customers have money on later days")
        }
        (None, Lang::Zh) => format!("不作金额预期：后续购买有金额的客户不足 {LEAST_REPEATING} 个"),
    });
    notes.push(
        lang.pick(
            "orders of one day are one; a customer with a single order counts as one that still buys; nothing seasonal is in it",
            "同一天的订单算一次；只买过一次的客户视为仍在购买；模型不含季节性",
        )
        .to_owned(),
    );
    notes
}
