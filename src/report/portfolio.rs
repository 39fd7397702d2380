//! `crm report portfolio`: the value chain of customers in five steps - who is significant, how well they are known, who is
//! around them, what they are offered, how they are kept - and the next action for each significant one.

use super::Request;
use super::acquainted::{Acquaintances, Acquainted, acquainted};
use super::figures::{count, enough, few, rate, without_rate};
use super::idic::{first_steps, no_expectation};
use crate::diag::{Diagnostic, counted};
use crate::model::profile::Relation;
use crate::rules::book::Book;
use crate::rules::buyers::Buyer;
use crate::rules::customer::levels::{Relationship, Value};
use crate::rules::dealings::year_to;
use crate::rules::idic::Points;
use crate::rules::query::Query;
use crate::rules::retention::{BalanceDays, CustomerBalance, Movement};
use crate::rules::significance::{REASONS, reasons, top_fifth};
use crate::stats::Proportion;
use crate::table::sheet::{Audience, Cell, Column, Kind, Row, Rows, Sheet, Table};
use crate::table::terms::term;
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::text::Text;
use std::collections::BTreeMap;

/// The steps of the chain: id, English, Chinese.
const STEPS: [(&str, &str, &str); 5] = [
    ("analysis", "1 portfolio", "1 组合分析"),
    ("intimacy", "2 intimacy", "2 客户亲密"),
    ("network", "3 network", "3 关系网络"),
    ("proposition", "4 value proposition", "4 价值主张"),
    ("lifecycle", "5 lifecycle", "5 生命周期"),
];

/// The figures of significant customers, or of the others.
#[derive(Default)]
struct ChainFigures {
    customers: u64,
    bought: Amount,
    expected: Option<Amount>,
    open: Amount,
    open_count: u64,
    identified: Points,
    interact: Points,
    people: [u64; 3],
    with_offer: u64,
    offers: Points,
    satisfied: (f64, u64),
    balance: CustomerBalance,
}

impl ChainFigures {
    fn add(&mut self, customer: &Acquainted, movement: &Movement) {
        self.customers += 1;
        self.bought = self.bought.plus(customer.bought.own);
        if let Some(money) = customer.expected {
            self.expected = Some(self.expected.unwrap_or(Amount::ZERO).plus(money));
        }
        self.open = self.open.plus(customer.open.own);
        self.open_count += customer.open_count;
        let [identified, _, interact, _] = customer.idic.parts();
        self.identified.add(identified);
        self.interact.add(interact);
        let people = self.people.iter_mut().zip(customer.people);
        people.for_each(|(sum, more)| *sum += u64::from(more));
        self.with_offer += u64::from(customer.idic.offers.all > 0);
        self.offers.add(customer.idic.offers);
        if let Some(share) = customer.satisfaction {
            self.satisfied = (self.satisfied.0 + share, self.satisfied.1 + 1);
        }
        self.balance.add(movement);
    }
}

/// The customers by significance, the five steps, the matrix of value by relationship.
pub fn portfolio(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let Acquaintances { customers, buyers, expects } = acquainted(book, request);
    let top = top_fifth(customers.iter().filter_map(|customer| customer.expected));
    // Of fewer than five buyers there is no top fifth.
    let ranked = customers.iter().filter(|one| one.pyramid.is_some()).count();
    let pyramid = |one: &Acquainted| one.pyramid.filter(|_| enough(ranked as u64));
    let significant: Vec<(&Acquainted, Vec<Text>)> = customers
        .iter()
        .map(|one| (one, reasons(&one.strategic, pyramid(one), one.expected, top)))
        .collect();
    let figures = figures(&significant, &buyers, book);
    let others = others(book);
    let mut sheet = Sheet {
        id: "portfolio".into(),
        title: lang.pick("Customer portfolio", "客户组合").into(),
        about: about(&significant, book),
        tables: vec![
            chain(&figures, others, lang),
            listed(&significant, lang),
            matrix(&customers, lang),
            cells(&customers, lang),
        ],
        ..Sheet::default()
    };
    let mut all = Sum::default();
    for customer in &customers {
        all.add_sum(&customer.bought);
        all.add_sum(&customer.open);
    }
    sheet.notes.extend(without_rate(&all, &book.settings));
    if customers.is_empty() {
        sheet.tables.iter_mut().for_each(|table| table.rows = Rows::default());
        sheet.notes.push(first_steps(lang));
    } else {
        if !expects {
            sheet.notes.push(no_expectation(lang));
        }
        if significant.iter().all(|(_, reasons)| reasons.is_empty()) {
            sheet.notes.push(
                lang.pick(
                    "no customer is significant yet: state why one is, crm set ID strategic=benchmark (volume, benchmark, inspiration, door-opener)",
                    "还没有战略客户：写明其意义，crm set 编号 strategic=benchmark（volume、benchmark、inspiration、door-opener）",
                )
                .into(),
            );
        }
    }
    sheet.hide_empty();
    Ok(sheet)
}

fn about(significant: &[(&Acquainted, Vec<Text>)], book: &Book) -> String {
    let many = significant.iter().filter(|(_, reasons)| !reasons.is_empty()).count();
    match book.settings.language {
        Lang::En | Lang::Machine => {
            let n = counted(significant.len(), "customer", "customers");
            format!(
                "{}  ·  {n}, {many} of them significant; money of the 365 days up to it",
                book.as_of
            )
        }
        Lang::Zh => format!(
            "{}  ·  客户 {} 个，其中战略客户 {many} 个；金额为此前365天",
            book.as_of,
            significant.len()
        ),
    }
}

/// Those of the significant customers, and those of the others.
fn figures(
    customers: &[(&Acquainted, Vec<Text>)],
    buyers: &BTreeMap<u32, Buyer>,
    book: &Book,
) -> [ChainFigures; 2] {
    let nothing = Buyer::default();
    let days = BalanceDays::of(year_to(book.as_of), book.as_of);
    let mut figures = [ChainFigures::default(), ChainFigures::default()];
    for (customer, reasons) in customers {
        let buyer = buyers.get(&customer.first).unwrap_or(&nothing);
        let movement = Movement::of(buyer, &book.settings.grading, days);
        figures[usize::from(reasons.is_empty())].add(customer, &movement);
    }
    figures
}

/// The number of files of partners, agents and suppliers, prospects' too. Customers' files of them have no grade, so they
/// are none of the graded ones.
fn others(book: &Book) -> u64 {
    book.fold_everybody(
        &Query::everything(),
        |n: &mut u64, record| {
            *n += u64::from(record.prospect.profile().relation != Relation::Customer);
        },
        |n, more| *n += more,
    )
}

/// A figure of the chain: the step's position, id, English, Chinese, and its cell for a group, given all.
type ChainRow = (usize, &'static str, &'static str, &'static str, fn(&ChainFigures, Lang) -> Cell);

const ROWS: [ChainRow; 17] = [
    (0, "customers", "customers", "客户数", |f, _| count(f.customers)),
    (0, "bought", "bought in the year", "年购买额", |f, _| Cell::Amount(f.bought)),
    (0, "expected", "expected next year", "来年预期", |f, _| {
        Cell::maybe(f.expected, Cell::Amount)
    }),
    (0, "opportunities", "open prospects", "进行中机会", |f, _| count(f.open_count)),
    (0, "open-value", "their value", "机会价值", |f, _| Cell::Amount(f.open)),
    (1, "identified", "points known", "资料已知", |f, lang| {
        share(f.identified, f.customers, lang)
    }),
    (1, "interact", "promises and channels kept", "互动履约", |f, lang| {
        share(f.interact, f.customers, lang)
    }),
    (2, "people", "people known", "联系人", |f, _| count(f.people[0])),
    (2, "for", "for us", "支持者", |f, _| count(f.people[1])),
    (2, "against", "against us", "反对者", |f, _| count(f.people[2])),
    (3, "with-offer", "with an offer of their own", "有定制方案", |f, lang| {
        rate(f.with_offer, f.customers, lang)
    }),
    (3, "taken", "of these offers taken", "方案被采纳", |f, lang| {
        rate(f.offers.met, f.offers.all, lang)
    }),
    (3, "satisfaction", "satisfaction, of its scale", "满意度（占满分）", |f, lang| {
        let (sum, n) = f.satisfied;
        if enough(n) { Cell::Share(sum / n as f64) } else { few(n, lang) }
    }),
    (4, "acquired", "acquired and won back", "新增与赢回", |f, _| {
        count(f.balance.new.customers + f.balance.won_back.customers)
    }),
    (4, "kept", "kept", "留存", |f, lang| proportion(f.balance.kept(), lang)),
    (4, "grown", "grown", "增长", |f, _| count(f.balance.grown.customers)),
    (4, "churned", "churned", "流失", |f, lang| proportion(f.balance.churn(), lang)),
];

/// A share of points of enough customers.
fn share(points: Points, customers: u64, lang: Lang) -> Cell {
    if enough(customers) { rate(points.met, points.all, lang) } else { few(customers, lang) }
}

fn proportion(of: Proportion, lang: Lang) -> Cell {
    rate(of.successes, of.trials, lang)
}

/// The five steps: each figure of the significant customers, of the others, and the share of the first in both.
fn chain([first, second]: &[ChainFigures; 2], others: u64, lang: Lang) -> Table {
    let columns = vec![
        Column::new("step", lang.pick("Step", "步骤"), Kind::Text),
        Column::new("figure", lang.pick("Figure", "指标"), Kind::Text),
        Column::new("significant", lang.pick("Significant", "战略客户"), Kind::Number),
        Column::new("others", lang.pick("Others", "其他客户"), Kind::Number),
        Column::new("share", lang.pick("Share", "占比"), Kind::Number),
    ];
    let mut rows: Vec<Row> = Vec::new();
    for (step, id, en, zh, cell) in ROWS {
        let (step_id, step_en, step_zh) = STEPS[step];
        let of_all = match id {
            "customers" => part(first.customers as f64, second.customers as f64),
            "bought" => part(first.bought.to_f64(), second.bought.to_f64()),
            "opportunities" => part(first.open_count as f64, second.open_count as f64),
            "open-value" => part(first.open.to_f64(), second.open.to_f64()),
            "expected" => first
                .expected
                .zip(second.expected)
                .and_then(|(one, other)| part(one.to_f64(), other.to_f64())),
            _ => None,
        };
        let of_all = of_all.filter(|_| enough(first.customers + second.customers));
        rows.push(Row::new(vec![
            Cell::text(lang.term(step_id, step_en, step_zh)),
            Cell::text(lang.term(id, en, zh)),
            cell(first, lang),
            cell(second, lang),
            Cell::maybe(of_all, Cell::Share),
        ]));
        if id == "against" {
            rows.push(Row::new(vec![
                Cell::text(lang.term(step_id, step_en, step_zh)),
                Cell::text(lang.term(
                    "partners",
                    "partners, agents, suppliers around",
                    "合作伙伴、代理商、供应商",
                )),
                Cell::Empty,
                count(others),
                Cell::Empty,
            ]));
        }
    }
    Table { id: "chain".into(), columns, rows: rows.into(), ..Table::default() }
}

/// The part of the first in both; none where both are nothing.
fn part(first: f64, second: f64) -> Option<f64> {
    let all = first + second;
    (all > 0.0).then(|| first / all)
}

/// The significant customers with their reasons and next actions.
fn listed(customers: &[(&Acquainted, Vec<Text>)], lang: Lang) -> Table {
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang).optional(2),
        Column::new("reasons", lang.pick("Significant for", "战略意义"), Kind::Text),
        Column::new("bought", lang.pick("Bought", "购买额"), Kind::Number),
        Column::new("expected", lang.pick("Next year", "来年预期"), Kind::Number).optional(2),
        Column::new("open-value", lang.pick("Open", "机会价值"), Kind::Number),
        Column::new("next-action", lang.pick("Next action", "下一步行动"), Kind::Text).wraps(),
    ];
    let mut significant: Vec<&(&Acquainted, Vec<Text>)> =
        customers.iter().filter(|(_, reasons)| !reasons.is_empty()).collect();
    significant.sort_by_key(|(one, _)| (std::cmp::Reverse(one.bought.own), one.id.clone()));
    let row = |(one, reasons): &(&Acquainted, Vec<Text>)| {
        let words = reasons.iter().map(|reason| term(&REASONS, reason, lang).to_owned());
        Row::new(vec![
            Cell::text(one.id.clone()),
            Cell::text(one.name.as_str()),
            Cell::maybe(one.owner.clone(), Cell::Text),
            Cell::list(words),
            Cell::sum(&one.bought),
            Cell::maybe(one.expected, Cell::Amount),
            Cell::sum(&one.open),
            Cell::maybe(one.step(lang), Cell::text),
        ])
    };
    let rows = significant.into_iter().map(row).collect();
    let title = lang.pick("Significant customers", "战略客户").into();
    Table { id: "significant".into(), title, columns, rows, ..Table::default() }
}

/// The customers and their money by value and relationship.
fn grouped(customers: &[Acquainted]) -> BTreeMap<(Value, Relationship), (u64, Amount, Amount)> {
    let mut groups: BTreeMap<(Value, Relationship), (u64, Amount, Amount)> = BTreeMap::new();
    for customer in customers {
        let (n, bought, open) = groups.entry((customer.value, customer.relationship)).or_default();
        *n += 1;
        *bought = bought.plus(customer.bought.own);
        *open = open.plus(customer.open.own);
    }
    groups
}

/// The matrix for people: a row for each value, a column for each relationship; customers and what they bought.
fn matrix(customers: &[Acquainted], lang: Lang) -> Table {
    let groups = grouped(customers);
    let mut columns = vec![column("value-level", Kind::Text, lang)];
    columns.extend(Relationship::ALL.iter().map(|relationship| {
        let level = relationship.level();
        Column::new(level.id, level.short(lang), Kind::Number)
    }));
    let row = |value: &Value| {
        let mut cells = vec![Cell::text(value.level().short(lang))];
        cells.extend(Relationship::ALL.iter().map(|relationship| {
            match groups.get(&(*value, *relationship)) {
                None => Cell::Empty,
                Some((n, bought, _)) if bought.is_zero() => Cell::text(n.to_string()),
                Some((n, bought, _)) => Cell::text(match lang {
                    Lang::En | Lang::Machine => format!("{n}: {}", bought.grouped()),
                    Lang::Zh => format!("{n}：{}", bought.grouped()),
                }),
            }
        }));
        Row::new(cells)
    };
    let rows = Value::ALL.iter().map(row).collect();
    let title = lang
        .pick("Value by relationship: customers, and what they bought", "价值×关系：客户数与购买额")
        .into();
    Table { id: "matrix".into(), title, columns, rows, audience: Audience::People }
}

/// The matrix for machines: a row for each cell that has a customer.
fn cells(customers: &[Acquainted], lang: Lang) -> Table {
    let mut columns = vec![
        column("value-level", Kind::Text, lang),
        column("relationship", Kind::Text, lang),
        column("customers", Kind::Number, lang),
    ];
    columns.extend(["bought", "open-value"].map(|id| Column::new(id, id, Kind::Number)));
    let row = |((value, relationship), (n, bought, open)): (
        (Value, Relationship),
        (u64, Amount, Amount),
    )| {
        Row::new(vec![
            Cell::text(value.level().short(lang)),
            Cell::text(relationship.level().short(lang)),
            count(n),
            Cell::Amount(bought),
            Cell::Amount(open),
        ])
    };
    let rows = grouped(customers).into_iter().map(row).collect();
    Table {
        id: "value-by-relationship".into(),
        columns,
        rows,
        audience: Audience::Machines,
        ..Table::default()
    }
}
