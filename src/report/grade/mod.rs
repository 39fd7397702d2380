//! `crm grade`: each customer's grade, the rule that gave it, and the figures behind it.

mod why;

use super::figures::others;
use super::{Request, row_of_each};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::{Lifecycle, Scale};
use crate::rules::grading::{Graded, narrow};
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Rows, Sheet, Table};
use crate::table::words::{column, title};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Sum;
use crate::value::text::Text;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::mem::take;
use std::path::Path;
use std::sync::Arc;
use why::Why;

/// The customers of the prospects that were asked for, graded.
pub struct Grades {
    graded: Arc<Graded>,
    /// Each once, the best grades first.
    found: Vec<GradedCustomer>,
    why: bool,
    settings: Settings,
    on: Date,
}

/// A customer, by the first of its prospects that were asked for.
struct GradedCustomer {
    /// The prospect's position in the book.
    prospect: u32,
    name: Text,
    /// The facts of the prospect that represents the customer, where the reasons are asked for.
    facts: NamedFacts,
}

/// NamedFacts with their names.
type NamedFacts = Box<[(&'static str, Text)]>;

/// The facts of a prospect that are shown: its name if it was asked for, or is that of a customer's file.
#[derive(Default)]
struct ShownFacts {
    asked: bool,
    name: Option<Text>,
    facts: NamedFacts,
}

impl Grades {
    /// Those of the selected prospects, or of the one in the file `only`; with `why`, every dimension with
    /// its figures.
    pub fn of(book: &Book, request: &Request, only: Option<&Path>, why: bool) -> Grades {
        let selected = request.selection(book);
        let mut seen = row_of_each(book, |record| {
            let prospect = &record.prospect;
            let asked = selected.has(record) && only.is_none_or(|path| prospect.path == path);
            // A prospect that was not asked for may represent its account.
            let told = why && (asked || prospect.account.is_some() || prospect.is_customer);
            let facts = if told { facts(record) } else { NamedFacts::default() };
            let name = (asked || prospect.is_customer).then(|| prospect.name.clone());
            ShownFacts { asked, name, facts }
        });
        let graded = Arc::clone(book.graded());
        let asked = |position: usize| seen[position].asked;
        let firsts: Vec<usize> = graded.first_of_each(asked).collect();
        let found = firsts.into_iter().map(|position| {
            let customer = graded.at(position);
            let lead = customer.lead as usize;
            // A customer with a file is called as the file is.
            let shown = if customer.has_file { lead } else { position };
            let name = seen[shown].name.take().unwrap_or_default();
            GradedCustomer { prospect: narrow(shown), name, facts: take(&mut seen[lead].facts) }
        });
        let mut found: Vec<GradedCustomer> = found.collect();
        let grades = book.settings.grading.grades();
        found.sort_by_cached_key(|found| {
            let known = |grade: &str| grades.iter().position(|known| *known == grade);
            let customer = graded.at(found.prospect as usize);
            customer.grade().and_then(known).unwrap_or(grades.len())
        });
        Grades { graded, found, why, settings: book.settings.clone(), on: book.as_of }
    }

    /// Was no prospect asked for that exists?
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The sheet of them.
    pub fn sheet(self) -> Sheet {
        let lang = self.settings.language;
        let mut sheet = Sheet {
            id: "grade".into(),
            title: lang.pick("Grades", "客户分级").into(),
            about: self.about(),
            ..Sheet::default()
        };
        let note = foreign(self.found.iter().map(|found| self.customer(found)), lang);
        let grades = Arc::new(self);
        if grades.why {
            sheet.tables.push(verdicts(&grades));
            sheet.tables.push(reasons(&grades));
        } else {
            sheet.tables.push(short(&grades));
            sheet.tables.push(full(&grades));
            sheet.notes.extend(rules(&grades.settings));
        }
        sheet.notes.extend(note);
        sheet
    }

    fn customer(&self, found: &GradedCustomer) -> &Customer {
        self.graded.at(found.prospect as usize)
    }

    fn id(&self, found: &GradedCustomer) -> Cell {
        Cell::text(self.graded.id(found.prospect as usize).clone())
    }

    /// The day, and of how many customers and prospects the figures are.
    fn about(&self) -> String {
        let prospects: u32 = self.found.iter().map(|found| self.customer(found).prospects()).sum();
        let (day, customers) = (self.on, self.found.len());
        match self.settings.language {
            Lang::En | Lang::Machine => {
                format!("{day}  ·  customers: {customers}, prospects: {prospects}")
            }
            Lang::Zh => format!("{day}  ·  客户：{customers}，档案：{prospects}"),
        }
    }

    /// A row for each customer.
    fn rows(
        self: &Arc<Grades>,
        row: impl Fn(&Grades, &GradedCustomer, &Customer) -> Row + Send + Sync + 'static,
    ) -> Rows {
        let grades = Arc::clone(self);
        Rows::made(grades.found.len(), move |at| {
            let found = &grades.found[at];
            row(&grades, found, grades.customer(found))
        })
    }
}

/// The rules, numbered as the `rule` column does.
pub(super) fn rules(settings: &Settings) -> Vec<String> {
    let lang = settings.language;
    let everybody = lang.pick("everybody else", "其余");
    let rules = settings.grading.rules.iter().enumerate().map(|(position, rule)| {
        let when = if rule.when.trim().is_empty() { everybody } else { &*rule.when };
        format!("{} {}: {} = {when}", lang.pick("rule", "规则"), position + 1, rule.grade)
    });
    rules.collect()
}

/// A note where orders are in currencies without a rate.
pub(super) fn foreign<'b>(
    customers: impl Iterator<Item = &'b Customer>,
    lang: Lang,
) -> Option<String> {
    let mut bought = Sum::default();
    for customer in customers {
        bought.add_sum(&customer.figures.bought);
    }
    let amounts = others(&bought);
    (!amounts.is_empty()).then(|| {
        let left = lang
            .pick("left out, because [rates] has no rate for it: ", "[rates] 中没有汇率，未计入：");
        format!("{left}{}", lang.listed(amounts))
    })
}

/// The name of a customer: that of its file, else its account, else the prospect's name; with the number of its
/// prospects if there are several.
pub(super) fn named(customer: &Customer, prospect: &str) -> String {
    match &customer.account {
        Some(account) if customer.prospects() > 1 => {
            let name = if customer.has_file { prospect } else { account };
            format!("{name} ({})", customer.prospects())
        }
        _ => prospect.to_owned(),
    }
}

fn grade_cell(customer: &Customer, lang: Lang) -> Cell {
    match customer.grade() {
        Some(grade) => Cell::text(grade),
        None => Cell::Absent(lang.pick("none", "无").into()),
    }
}

fn rule_cell(customer: &Customer) -> Cell {
    Cell::maybe(customer.verdict.as_ref(), |verdict| Cell::count(verdict.rule + 1))
}

/// The table for people: the columns that fit beside each other.
fn short(grades: &Arc<Grades>) -> Table {
    let lang = grades.settings.language;
    let columns = vec![
        column("grade", Kind::Text, lang),
        column("rule", Kind::Number, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("value-level", Kind::Text, lang),
        column("demand", Kind::Text, lang),
        column("lifecycle", Kind::Text, lang),
        column("rfm", Kind::Text, lang),
        column("orders", Kind::Number, lang),
        column("bought", Kind::Number, lang),
    ];
    let columns = Column::giving_way(columns, &["rule", "rfm", "orders"]);
    let rows = grades.rows(move |grades, found, customer| {
        let level = |scale: Scale| Cell::maybe(scale.of(customer), |l| Cell::text(l.short(lang)));
        let figures = &customer.figures;
        let cells = vec![
            grade_cell(customer, lang),
            rule_cell(customer),
            grades.id(found),
            Cell::text(named(customer, &found.name)),
            level(Scale::Value),
            level(Scale::Demand),
            level(Scale::Lifecycle),
            Cell::maybe(customer.rfm, |scores| Cell::text(scores.to_string())),
            Cell::Int(i64::from(figures.orders)),
            if figures.is_buyer() { Cell::Amount(figures.bought.own) } else { Cell::Empty },
        ];
        let lapsed = customer.lifecycle == Lifecycle::Lapsed;
        Row::with(cells, if lapsed { Emphasis::Warn } else { Emphasis::Plain })
    });
    Table { id: "customers".into(), columns, rows, audience: Audience::People, ..Table::default() }
}

/// The table for machines: every column.
fn full(grades: &Arc<Grades>) -> Table {
    let lang = grades.settings.language;
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("account", Kind::Text, lang),
        column("prospects", Kind::Number, lang),
        column("grade", Kind::Text, lang),
        column("rule", Kind::Number, lang),
    ];
    columns.extend(Scale::ALL.map(|(name, scale)| {
        column(if scale == Scale::Value { "value-level" } else { name }, Kind::Text, lang)
    }));
    columns.extend([
        column("rfm", Kind::Text, lang),
        column("recency", Kind::Number, lang),
        column("frequency", Kind::Number, lang),
        column("bought", Kind::Number, lang),
        column("last-order", Kind::Date, lang),
        column("last-contact", Kind::Date, lang),
    ]);
    let rows = grades.rows(|grades, found, customer| {
        let figures = &customer.figures;
        let mut cells = vec![
            grades.id(found),
            Cell::text(found.name.clone()),
            Cell::maybe(customer.account.as_deref(), Cell::text),
            Cell::Int(i64::from(customer.prospects())),
            Cell::maybe(customer.grade(), Cell::text),
            rule_cell(customer),
        ];
        cells.extend(
            Scale::ALL.map(|(_, scale)| Cell::maybe(scale.of(customer), |l| Cell::text(l.id))),
        );
        cells.extend([
            Cell::maybe(customer.rfm, |scores| Cell::text(scores.to_string())),
            Cell::maybe(figures.recency(grades.on), Cell::Int),
            Cell::Int(i64::from(figures.orders)),
            if figures.is_buyer() { Cell::Amount(figures.bought.own) } else { Cell::Empty },
            Cell::maybe(figures.last_order, Cell::Date),
            Cell::maybe(figures.last_contact, Cell::Date),
        ]);
        Row::new(cells)
    });
    let (id, audience) = ("grades".into(), Audience::Machines);
    Table { id, columns, rows, audience, ..Table::default() }
}

/// Each customer's grade, with the whole rule.
fn verdicts(grades: &Arc<Grades>) -> Table {
    let lang = grades.settings.language;
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("grade", Kind::Text, lang),
        column("rule", Kind::Number, lang),
        column("when", Kind::Text, lang),
    ];
    let rows = grades.rows(move |grades, found, customer| {
        let rule = customer.verdict.as_ref().map(|v| &grades.settings.grading.rules[v.rule]);
        let when = match rule {
            None => lang.pick("no rule fits", "没有符合的规则"),
            Some(rule) if rule.when.trim().is_empty() => lang.pick("everybody else", "其余"),
            Some(rule) => &rule.when,
        };
        Row::new(vec![
            grades.id(found),
            Cell::text(named(customer, &found.name)),
            grade_cell(customer, lang),
            rule_cell(customer),
            Cell::text(when),
        ])
    });
    Table { id: "grades".into(), columns, rows, ..Table::default() }
}

/// A row for each customer and dimension: the level, and the figures that it comes from.
fn reasons(grades: &Arc<Grades>) -> Table {
    let lang = grades.settings.language;
    let mut columns = vec![
        column("dimension", Kind::Text, lang),
        column("level", Kind::Text, lang),
        column("why", Kind::Text, lang),
    ];
    // For one customer the table above has the name.
    let several = grades.found.len() != 1;
    if several {
        columns.insert(0, column("id", Kind::Id, lang));
    }
    // The row behind the last one of each customer.
    let ends = grades.found.iter().scan(0, |rows, found| {
        *rows += Scale::ALL.len() + found.facts.len();
        Some(*rows)
    });
    let ends: Vec<usize> = ends.collect();
    let ranks = ranks(&grades.graded);
    let grades = Arc::clone(grades);
    let rows = Rows::made(ends.last().copied().unwrap_or_default(), move |at| {
        let position = ends.partition_point(|end| *end <= at);
        let found = &grades.found[position];
        let before = position.checked_sub(1).map_or(0, |before| ends[before]);
        let mut cells = match Scale::ALL.get(at - before) {
            Some((name, scale)) => dimension(name, *scale, grades.customer(found), &grades, &ranks),
            None => {
                let (fact, value) = &found.facts[at - before - Scale::ALL.len()];
                vec![Cell::text(title(fact, lang)), Cell::text(value.clone()), Cell::Empty]
            }
        };
        if several {
            cells.insert(0, grades.id(found));
        }
        Row::new(cells)
    });
    let heading = lang.pick("Why", "依据").into();
    Table { id: "why".into(), title: heading, columns, rows, ..Table::default() }
}

/// A dimension, the level, and the figures in words.
fn dimension(
    name: &str,
    scale: Scale,
    customer: &Customer,
    grades: &Grades,
    ranks: &BTreeMap<u32, usize>,
) -> Vec<Cell> {
    let lang = grades.settings.language;
    let rank = ranks.get(&customer.first).map(|rank| (*rank, ranks.len()));
    let why = Why { customer, rank, settings: &grades.settings, on: grades.on, lang };
    vec![
        Cell::text(title(name, lang)),
        match scale.of(customer) {
            Some(level) => Cell::text(level.short(lang)),
            None => Cell::absent(why.absent(scale)),
        },
        Cell::text(why.of(scale)),
    ]
}

/// The rank of each customer that bought, by worth; the key is its first prospect's position.
fn ranks(graded: &Graded) -> BTreeMap<u32, usize> {
    let mut buyers: Vec<&Customer> =
        graded.customers().filter(|customer| customer.figures.is_buyer()).collect();
    buyers.sort_by_key(|customer| Reverse(customer.figures.worth));
    buyers.iter().enumerate().map(|(at, customer)| (customer.first, at + 1)).collect()
}

/// Industry, region and size, where they are stated.
fn facts(record: &Record) -> NamedFacts {
    let known = |name| Some((name, record.prospect.fact(name)?.into()));
    ["industry", "region", "size"].into_iter().filter_map(known).collect()
}
