//! `crm grade`: each customer's grade, the rule that gave it, and the figures behind it.

use super::Request;
use super::figures::others;
use super::words::{column, title};
use crate::model::date::Date;
use crate::model::label::Lang;
use crate::model::money::{Amount, Sum};
use crate::model::settings::Settings;
use crate::model::sheet::{Audience, Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::rules::book::Book;
use crate::rules::grading::Customer;
use crate::rules::grading::figures::Survey;
use crate::rules::grading::levels::{Lifecycle, Scale};
use crate::rules::state::Record;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The customers of the selected prospects, each once, with the first of those prospects.
fn customers<'b>(book: &'b Book, request: &'b Request) -> Vec<(&'b Customer, &'b Record)> {
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let selected = request.select(book).filter_map(|r| Some((book.customer(r)?, r)));
    selected.filter(|(customer, _)| seen.insert(customer.first)).collect()
}

/// The grades of the selected customers; with `why`, every dimension with its figures.
pub fn grade(book: &Book, request: &Request, why: bool) -> Sheet {
    let lang = book.settings.language;
    let mut found = customers(book, request);
    let grades = book.settings.grading.grades();
    let rank = |customer: &Customer| {
        let known = |grade: &str| grades.iter().position(|known| *known == grade);
        customer.grade().and_then(known).unwrap_or(grades.len())
    };
    found.sort_by_key(|(customer, _)| rank(customer));
    let mut sheet = Sheet {
        id: "grade".into(),
        title: lang.pick("Grades", "客户分级").into(),
        about: about(book, &found),
        ..Sheet::default()
    };
    if why {
        sheet.tables.push(verdicts(&found, book));
        sheet.tables.push(reasons(&found, book));
    } else {
        sheet.tables.push(short(&found, book));
        sheet.tables.push(full(&found, book));
        sheet.notes.extend(rules(&book.settings));
    }
    if let Some(note) = foreign(found.iter().map(|(customer, _)| *customer), lang) {
        sheet.notes.push(note);
    }
    sheet
}

/// The day, and of how many customers and prospects the figures are.
fn about(book: &Book, found: &[(&Customer, &Record)]) -> String {
    let prospects: u32 = found.iter().map(|(customer, _)| customer.prospects).sum();
    let (day, customers) = (book.as_of, found.len());
    match book.settings.language {
        Lang::En => format!("{day}  ·  customers: {customers}, prospects: {prospects}"),
        Lang::Zh => format!("{day}  ·  客户：{customers}，档案：{prospects}"),
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
        format!("{left}{}", amounts.join(", "))
    })
}

/// What people call a customer: its account, else the prospect's name.
pub(super) fn named(customer: &Customer, prospect: &str) -> String {
    match &customer.account {
        Some(account) if customer.prospects > 1 => format!("{account} ({})", customer.prospects),
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

/// For people: what fits beside each other.
fn short(found: &[(&Customer, &Record)], book: &Book) -> Table {
    let lang = book.settings.language;
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
    let rows = found.iter().map(|(customer, record)| {
        let level = |scale: Scale| Cell::maybe(scale.of(customer), |l| Cell::text(l.short(lang)));
        let figures = &customer.figures;
        let cells = vec![
            grade_cell(customer, lang),
            rule_cell(customer),
            Cell::text(&*record.prospect.id),
            Cell::text(named(customer, &record.prospect.name)),
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
    Table {
        id: "customers".into(),
        columns,
        rows: rows.collect(),
        audience: Audience::People,
        ..Table::default()
    }
}

/// For machines: everything.
fn full(found: &[(&Customer, &Record)], book: &Book) -> Table {
    let lang = book.settings.language;
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
    let rows = found.iter().map(|(customer, record)| {
        let figures = &customer.figures;
        let mut cells = vec![
            Cell::text(&*record.prospect.id),
            Cell::text(&*record.prospect.name),
            Cell::maybe(customer.account.as_deref(), Cell::text),
            Cell::Int(i64::from(customer.prospects)),
            Cell::maybe(customer.grade(), Cell::text),
            rule_cell(customer),
        ];
        cells.extend(
            Scale::ALL.map(|(_, scale)| Cell::maybe(scale.of(customer), |l| Cell::text(l.id))),
        );
        cells.extend([
            Cell::maybe(customer.rfm, |scores| Cell::text(scores.to_string())),
            Cell::maybe(figures.recency(book.as_of), Cell::Int),
            Cell::Int(i64::from(figures.orders)),
            if figures.is_buyer() { Cell::Amount(figures.bought.own) } else { Cell::Empty },
            Cell::maybe(figures.last_order, Cell::Date),
            Cell::maybe(figures.last_contact, Cell::Date),
        ]);
        Row::new(cells)
    });
    let (id, audience) = ("grades".into(), Audience::Machines);
    Table { id, columns, rows: rows.collect(), audience, ..Table::default() }
}

/// Each customer's grade, with the whole rule.
fn verdicts(found: &[(&Customer, &Record)], book: &Book) -> Table {
    let lang = book.settings.language;
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("grade", Kind::Text, lang),
        column("rule", Kind::Number, lang),
        column("when", Kind::Text, lang),
    ];
    let rows = found.iter().map(|(customer, record)| {
        let rule = customer.verdict.as_ref().map(|v| &book.settings.grading.rules[v.rule]);
        let when = match rule {
            None => lang.pick("no rule fits", "没有符合的规则"),
            Some(rule) if rule.when.trim().is_empty() => lang.pick("everybody else", "其余"),
            Some(rule) => &rule.when,
        };
        Row::new(vec![
            Cell::text(&*record.prospect.id),
            Cell::text(named(customer, &record.prospect.name)),
            grade_cell(customer, lang),
            rule_cell(customer),
            Cell::text(when),
        ])
    });
    Table { id: "grades".into(), columns, rows: rows.collect(), ..Table::default() }
}

/// A row for each customer and dimension: the level, and the figures that it comes from.
fn reasons(found: &[(&Customer, &Record)], book: &Book) -> Table {
    let lang = book.settings.language;
    let mut columns = vec![
        column("dimension", Kind::Text, lang),
        column("level", Kind::Text, lang),
        column("why", Kind::Text, lang),
    ];
    // For one customer the table above says who it is.
    let several = found.len() != 1;
    if several {
        columns.insert(0, column("id", Kind::Id, lang));
    }
    let mut rows = Vec::new();
    let ranks = ranks(book);
    for (customer, record) in found {
        let rank = ranks.get(&customer.first).map(|rank| (*rank, ranks.len()));
        let why = Why { customer, rank, settings: &book.settings, on: book.as_of, lang };
        for (name, scale) in Scale::ALL {
            let mut cells = vec![
                Cell::text(title(if scale == Scale::Value { "value-level" } else { name }, lang)),
                match scale.of(customer) {
                    Some(level) => Cell::text(level.short(lang)),
                    None => Cell::absent(why.absent(scale)),
                },
                Cell::text(why.of(scale)),
            ];
            if several {
                cells.insert(0, Cell::text(&*record.prospect.id));
            }
            rows.push(Row::new(cells));
        }
        let facts = facts(book.lead(customer));
        for (fact, value) in facts {
            let mut cells = vec![Cell::text(title(fact, lang)), Cell::text(value), Cell::Empty];
            if several {
                cells.insert(0, Cell::text(&*record.prospect.id));
            }
            rows.push(Row::with(cells, Emphasis::Plain));
        }
    }
    let heading = lang.pick("Why", "依据").into();
    Table { id: "why".into(), title: heading, columns, rows: rows.into(), ..Table::default() }
}

/// The place of each customer who bought, by what it is worth; the key is its first prospect's position.
fn ranks(book: &Book) -> BTreeMap<u32, usize> {
    let mut buyers: Vec<&Customer> =
        book.graded().customers().filter(|customer| customer.figures.is_buyer()).collect();
    buyers.sort_by_key(|customer| Reverse(customer.figures.worth));
    buyers.iter().enumerate().map(|(at, customer)| (customer.first, at + 1)).collect()
}

/// Industry, region and size, where they are stated.
fn facts(record: &Record) -> Vec<(&'static str, String)> {
    let known = |name| Some((name, record.prospect.fact(name)?.to_owned()));
    ["industry", "region", "size"].into_iter().filter_map(known).collect()
}

/// The figures in words.
struct Why<'a> {
    customer: &'a Customer,
    /// Its place among those who bought, and how many there are.
    rank: Option<(usize, usize)>,
    settings: &'a Settings,
    on: Date,
    lang: Lang,
}

impl Why<'_> {
    fn absent(&self, scale: Scale) -> String {
        let buyer = self.customer.figures.is_buyer();
        let text = match (scale, buyer) {
            (Scale::Segment, true) => {
                self.lang.pick("too few customers with orders", "有订单的客户太少")
            }
            _ => self.lang.pick("no order yet", "尚无订单"),
        };
        text.to_owned()
    }

    fn of(&self, scale: Scale) -> String {
        match scale {
            Scale::Value => self.value(),
            Scale::Relationship => self.relationship(),
            Scale::Demand => self.demand(),
            Scale::Loyalty => self.loyalty(),
            Scale::Lifecycle => self.lifecycle(),
            Scale::Pareto | Scale::Pyramid => match (self.rank, self.lang) {
                (Some((rank, of)), Lang::En) => format!("number {rank} of {of} who bought"),
                (Some((rank, of)), Lang::Zh) => format!("{of} 个已购客户中第 {rank}"),
                (None, _) => String::new(),
            },
            Scale::Segment => match self.customer.rfm {
                Some(scores) => {
                    let segment = scores.segment().level().label(self.lang);
                    format!("R-F-M {scores}: {segment}")
                }
                None => String::new(),
            },
        }
    }

    fn joined(&self, parts: [String; 2]) -> String {
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(self.lang.pick("; ", "；"))
    }

    fn orders(&self) -> String {
        let n = self.customer.figures.orders;
        match (self.lang, n) {
            (Lang::En, 1) => "1 order".to_owned(),
            (Lang::En, n) => format!("{n} orders"),
            (Lang::Zh, n) => format!("{n} 单"),
        }
    }

    fn value(&self) -> String {
        let figures = &self.customer.figures;
        let grading = &self.settings.grading;
        let lang = self.lang;
        let worth = figures.worth;
        let what = if !figures.is_buyer() {
            format!("{} {}", lang.pick("expected", "预期"), figures.worth.grouped())
        } else if worth == figures.bought.own {
            let bought = figures.bought.own.grouped();
            match lang {
                Lang::En => format!("bought {bought}, {}", self.orders()),
                Lang::Zh => format!("购买 {bought}，{}", self.orders()),
            }
        } else {
            let (worth, bought) = (worth.round(2).grouped(), figures.bought.own.grouped());
            let orders = self.orders();
            match lang {
                Lang::En => format!("margin {worth} of {bought} bought, {orders}"),
                Lang::Zh => format!("购买 {bought}，毛利 {worth}，{orders}"),
            }
        };
        let limit = |stated: Option<Amount>| stated.map_or("-".to_owned(), Amount::grouped);
        let how = if grading.value_high.is_some() || grading.value_medium.is_some() {
            let (high, medium) = (limit(grading.value_high), limit(grading.value_medium));
            match lang {
                Lang::En => format!("high from {high}, medium from {medium}"),
                Lang::Zh => format!("高 ≥ {high}，中 ≥ {medium}"),
            }
        } else if figures.is_buyer() {
            let class = lang.pick("by its class among those who bought", "按已购客户中的类别");
            class.to_owned()
        } else {
            lang.pick("by its class among those who have not bought", "按未购客户中的类别")
                .to_owned()
        };
        self.joined([what, how])
    }

    fn relationship(&self) -> String {
        let figures = &self.customer.figures;
        let contacts = figures.contacts_since_first_order;
        let Some(day) = figures.first_order else { return self.mood() };
        let days = self.on.days_since(day);
        let text = match self.lang {
            Lang::En => {
                format!("{} since {day} ({days} days), {contacts} contacts", self.orders())
            }
            Lang::Zh => format!("自 {day}（{days} 天）{}，联系 {contacts} 次", self.orders()),
        };
        self.joined([text, self.mood()])
    }

    fn mood(&self) -> String {
        let Some(known) = &self.customer.figures.satisfaction else { return String::new() };
        let scale = match known.survey {
            Survey::Nps => "NPS",
            Survey::Csat => "CSAT",
        };
        match self.lang {
            Lang::En => format!("{scale} {} on {}", known.score, known.on),
            Lang::Zh => format!("{scale} {}（{}）", known.score, known.on),
        }
    }

    fn demand(&self) -> String {
        let figures = &self.customer.figures;
        let (held, of) = figures.criteria;
        let need = if figures.need {
            self.lang.pick("need stated", "需要已知")
        } else {
            self.lang.pick("no need stated", "需要未知")
        };
        let last = figures.last_contact.map_or("-".to_owned(), |day| day.to_string());
        let calls = match (figures.calls, self.lang) {
            (0, _) => String::new(),
            (n, Lang::En) => format!(", {} of {n} calls answered", figures.answered),
            (n, Lang::Zh) => format!("，{n} 次电话接通 {} 次", figures.answered),
        };
        match (figures.open, self.lang) {
            (true, Lang::En) => {
                format!("{held} of {of} criteria; {need}; last contact {last}{calls}")
            }
            (true, Lang::Zh) => {
                format!("{of} 项标准达成 {held} 项；{need}；最近联系 {last}{calls}")
            }
            (false, Lang::En) => {
                format!("nothing being pursued; {need}; last contact {last}{calls}")
            }
            (false, Lang::Zh) => format!("没有进行中的商机；{need}；最近联系 {last}{calls}"),
        }
    }

    fn loyalty(&self) -> String {
        let orders = self.customer.figures.orders;
        if orders == 0 {
            return self.mood();
        }
        let repeats = orders - 1;
        let text = match self.lang {
            Lang::En => format!("{repeats} of {} repeat", self.orders()),
            Lang::Zh => format!("{}中复购 {repeats} 单", self.orders()),
        };
        self.joined([text, self.mood()])
    }

    fn lifecycle(&self) -> String {
        let figures = &self.customer.figures;
        let gap = self.customer.gap;
        match (figures.last_order, figures.recency(self.on), self.lang) {
            (Some(last), Some(days), Lang::En) => {
                format!("last order {last} ({days} days ago); lapses after {gap} days")
            }
            (Some(last), Some(days), Lang::Zh) => {
                format!("最近购买 {last}（{days} 天前）；超过 {gap} 天为流失")
            }
            _ => String::new(),
        }
    }
}
