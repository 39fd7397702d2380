//! `crm report sales`: booked, billed and received money of a period, against the targets and the same days a year
//! before.

mod against_targets;

use super::Request;
use super::breakdown::{group_name, join};
use super::dimension::Dimension;
use super::figures::{bars, count, member, without_rate};
use crate::diag::Diagnostic;
use crate::model::profile::Relation;
use crate::model::sales::TargetSpan;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::rules::sales::{Sale, SaleKind, sales as sales_of};
use crate::rules::team::order::rank;
use crate::table::sheet::{
    Audience, Cell, Column, Emphasis, Kind, Picture, Quantity, Row, Sheet, Table,
};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::period::Period;
use against_targets::{TargetScan, against_targets};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The figures of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct SalesFigures {
    orders: u64,
    booked: Sum,
    standard: Sum,
    billed: Sum,
    received: Sum,
    /// Booked money less its cost, where the cost is known; and the booked money of those.
    margin: Sum,
    costed: Sum,
    quantity: Option<Amount>,
    /// Booked in the same days a year before.
    before: Sum,
}

impl SalesFigures {
    fn add(&mut self, sale: &Sale, settings: &Settings) {
        let money = sale.money.into_iter();
        match sale.kind {
            SaleKind::Booked => {
                self.orders += u64::from(sale.is_first);
                money.for_each(|money| self.booked.add(money));
                sale.standard(settings).into_iter().for_each(|money| self.standard.add(money));
                if let (Some(margin), Some(money)) = (sale.margin(), sale.money) {
                    self.margin.add(margin);
                    self.costed.add(money);
                }
                self.quantity = plus(self.quantity, sale.quantity);
            }
            SaleKind::Billed => money.for_each(|money| self.billed.add(money)),
            SaleKind::Received => money.for_each(|money| self.received.add(money)),
        }
    }

    fn join(&mut self, other: &SalesFigures) {
        self.orders += other.orders;
        self.booked.add_sum(&other.booked);
        self.standard.add_sum(&other.standard);
        self.billed.add_sum(&other.billed);
        self.received.add_sum(&other.received);
        self.margin.add_sum(&other.margin);
        self.costed.add_sum(&other.costed);
        self.quantity = plus(self.quantity, other.quantity);
        self.before.add_sum(&other.before);
    }
}

fn plus(a: Option<Amount>, b: Option<Amount>) -> Option<Amount> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.plus(b)),
        (a, b) => a.or(b),
    }
}

/// The figures of the selected files.
#[derive(Default)]
struct SalesScan {
    groups: BTreeMap<String, SalesFigures>,
    targets: TargetScan,
}

/// The days of the report: those asked for, else the fiscal quarter of the as-of day; none after that day, unless all of
/// them are.
fn days(book: &Book, request: &Request) -> Period {
    let quarter = || TargetSpan::Quarter.around(book.as_of, book.settings.fiscal_year);
    let asked = request.period.unwrap_or_else(quarter);
    let is_ahead = asked.from > book.as_of;
    Period { to: if is_ahead { asked.to } else { asked.to.min(book.as_of) }, ..asked }
}

/// The same days a year before.
fn year_before(period: Period) -> Period {
    Period { from: period.from.plus_months(-12), to: period.to.plus_months(-12) }
}

/// The sales of a period.
pub fn sales(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let by = request.by.clone().unwrap_or(Dimension::OWNER);
    let period = days(book, request);
    let before = year_before(period);
    let spans = against_targets::spans(book, request, period.to.min(book.as_of));
    let SalesScan { groups, targets } = request.fold_everybody(
        book,
        |found: &mut SalesScan, record| {
            if !counts(record) {
                return;
            }
            let settings = book.settings_of(record);
            let sold = sales_of(record, settings, book.as_of);
            for sale in &sold {
                let (inside, earlier) = (period.contains(sale.on), before.contains(sale.on));
                if inside || earlier && sale.kind == SaleKind::Booked {
                    let slot = found.groups.entry(group(&by, record, book, sale)).or_default();
                    if inside {
                        slot.add(sale, settings);
                    }
                    if earlier && sale.kind == SaleKind::Booked {
                        sale.money.into_iter().for_each(|money| slot.before.add(money));
                    }
                }
                let owner = record.history.owner_on(sale.on).unwrap_or_default();
                found.targets.add(sale, owner, &spans, settings);
            }
        },
        |all, part| {
            join(&mut all.groups, part.groups, |known, figures| known.join(&figures));
            all.targets.join(part.targets);
        },
    );
    let mut total = SalesFigures::default();
    groups.values().for_each(|figures| total.join(figures));
    let lines = lines(&groups, &total, &by, settings);
    let mut sheet = Sheet {
        id: "sales".into(),
        title: lang.pick("Sales", "销售").into(),
        about: about(period, before, lang),
        tables: vec![machines(&lines, &by, lang), people(&lines, &by, &total, settings)],
        ..Sheet::default()
    };
    sheet.pictures.extend(picture(&lines, &by, settings));
    sheet.tables.extend(against_targets(book, request, &spans, &targets));
    sheet.notes.extend(notes(&total, settings));
    Ok(sheet)
}

/// Do the sales of a file count? Those of partners, agents and suppliers do not.
fn counts(record: &Record) -> bool {
    record.prospect.profile().relation == Relation::Customer
}

/// The group of a sale: owner, department, and day to quarter are those of its day, product and channel those of its
/// entry where it has them.
fn group(by: &Dimension, record: &Record, book: &Book, sale: &Sale) -> String {
    let own = match by.name() {
        "product" => sale.product.as_deref(),
        "channel" => sale.channel.as_deref(),
        _ => None,
    };
    let owner = record.history.owner_on(sale.on);
    own.map_or_else(|| by.of_day(record, book, sale.on, owner), str::to_owned)
}

fn about(period: Period, before: Period, lang: Lang) -> String {
    match lang {
        Lang::En | Lang::Machine => {
            format!("{period}; the year before is {before}; orders and bookings are booked")
        }
        Lang::Zh => format!("{period}；去年同期为 {before}；订单与承保计入承保"),
    }
}

/// A group with its name, its figures, and how it is set.
type SalesRow<'f> = (&'f str, &'f SalesFigures, Emphasis);

/// The groups: reps in the order of the team, days to quarters in order, others by money; then all.
fn lines<'f>(
    groups: &'f BTreeMap<String, SalesFigures>,
    total: &'f SalesFigures,
    by: &Dimension,
    settings: &Settings,
) -> Vec<SalesRow<'f>> {
    let mut lines: Vec<SalesRow> =
        groups.iter().map(|(id, figures)| (id.as_str(), figures, Emphasis::Plain)).collect();
    match by.name() {
        "owner" => lines.sort_by_cached_key(|(id, ..)| (rank(id, settings), (*id).to_owned())),
        _ if by.span().is_some() => {}
        _ => lines.sort_by_key(|(id, figures, _)| (Reverse(figures.booked.own), *id)),
    }
    lines.push((settings.language.pick("all", "合计"), total, Emphasis::Total));
    lines
}

/// Money a year before, and how much more it is now, as a share of it.
fn growth(figures: &SalesFigures) -> Cell {
    let (now, before) = (figures.booked.own.to_f64(), figures.before.own.to_f64());
    if before > 0.0 { Cell::Share((now - before) / before) } else { Cell::Empty }
}

/// The margin as a share of the booked money whose cost is known.
fn margin_rate(figures: &SalesFigures) -> Cell {
    let (margin, costed) = (figures.margin.own.to_f64(), figures.costed.own.to_f64());
    if costed > 0.0 { Cell::Share(margin / costed) } else { Cell::Empty }
}

fn machines(lines: &[SalesRow], by: &Dimension, lang: Lang) -> Table {
    let mut columns = vec![column(by.name(), Kind::Text, lang)];
    columns.extend(
        [
            "orders",
            "booked",
            "standard",
            "billed",
            "received",
            "margin",
            "margin-rate",
            "costed",
            "quantity",
            "year-before",
            "growth",
        ]
        .map(|id| column(id, Kind::Number, lang)),
    );
    let rows = lines.iter().map(|(id, figures, emphasis)| {
        let cells = vec![
            Cell::text(*id),
            count(figures.orders),
            Cell::sum(&figures.booked),
            Cell::sum(&figures.standard.round(2)),
            Cell::sum(&figures.billed),
            Cell::sum(&figures.received),
            Cell::sum(&figures.margin),
            margin_rate(figures),
            Cell::sum(&figures.costed),
            Cell::maybe(figures.quantity, Cell::Amount),
            Cell::sum(&figures.before),
            growth(figures),
        ];
        Row::with(cells, *emphasis)
    });
    Table {
        id: "sales".into(),
        rows: rows.collect(),
        columns,
        audience: Audience::Machines,
        ..Table::default()
    }
}

/// A column for people: its id, the totals that it needs to be shown, and its cell.
type PeopleColumn = (&'static str, fn(&SalesFigures) -> bool, fn(&SalesFigures) -> Cell);

/// The columns that people read; one in which the whole report has nothing is left out.
const PEOPLE: [PeopleColumn; 9] = [
    ("orders", |_| true, |f| count(f.orders)),
    ("booked", |_| true, |f| Cell::sum(&f.booked)),
    ("year-before", |f| f.before != Sum::default(), |f| Cell::sum(&f.before)),
    ("growth", |f| f.before != Sum::default(), growth),
    ("standard", |f| f.standard != f.booked, |f| Cell::sum(&f.standard.round(2))),
    ("billed", |f| f.billed != Sum::default(), |f| Cell::sum(&f.billed)),
    ("received", |_| true, |f| Cell::sum(&f.received)),
    ("margin-rate", |f| f.costed != Sum::default(), margin_rate),
    ("quantity", |f| f.quantity.is_some(), |f| Cell::maybe(f.quantity, Cell::Amount)),
];

fn people(lines: &[SalesRow], by: &Dimension, total: &SalesFigures, settings: &Settings) -> Table {
    let lang = settings.language;
    let shown: Vec<&PeopleColumn> = PEOPLE.iter().filter(|(_, has, _)| has(total)).collect();
    let mut columns: Vec<Column> = vec![column(by.name(), Kind::Text, lang)];
    columns.extend(shown.iter().map(|(id, ..)| column(id, Kind::Number, lang)));
    let rows = lines.iter().map(|(id, figures, emphasis)| {
        let name = match emphasis {
            Emphasis::Total => Cell::text(*id),
            _ => name(id, by, settings),
        };
        let cells = shown.iter().map(|(.., cell)| cell(figures));
        Row::with(std::iter::once(name).chain(cells).collect(), *emphasis)
    });
    Table {
        id: "sales-list".into(),
        rows: rows.collect(),
        columns,
        audience: Audience::People,
        ..Table::default()
    }
}

/// The name of a group: a rep's name, the label of a product or a department, else its word.
fn name(id: &str, by: &Dimension, settings: &Settings) -> Cell {
    let lang = settings.language;
    let label = match by.name() {
        "owner" => return Cell::text(member(id, settings)),
        "product" => settings.product(id).map(|product| &product.label),
        "department" => settings.department(id).map(|department| &department.label),
        _ => None,
    };
    match label {
        Some(label) => Cell::text(label.get(lang, id)),
        None => group_name(by.word(id, lang), lang),
    }
}

fn picture(lines: &[SalesRow], by: &Dimension, settings: &Settings) -> Option<Picture> {
    let lang = settings.language;
    let bar = |(id, figures, _): &SalesRow| Quantity {
        label: match name(id, by, settings) {
            Cell::Text(text) => text.to_string(),
            _ => lang.pick("none", "无").into(),
        },
        value: figures.booked.own.to_f64(),
        text: figures.booked.own.grouped(),
        emphasis: Emphasis::Plain,
    };
    let (_, groups) = lines.split_last().filter(|(all, _)| !all.1.booked.own.is_zero())?;
    let title = lang.pick("Booked", "承保");
    (groups.len() > 1).then(|| bars(title, groups.iter().map(bar).collect()))
}

/// What is not in the figures: money without a rate, and bookings without a cost.
fn notes(total: &SalesFigures, settings: &Settings) -> Vec<String> {
    let lang = settings.language;
    let mut all = total.booked.clone();
    all.add_sum(&total.billed);
    all.add_sum(&total.received);
    let mut notes: Vec<String> = without_rate(&all, settings).into_iter().collect();
    let uncosted = total.booked.own.minus(total.costed.own);
    if !total.costed.own.is_zero() && !uncosted.is_zero() {
        let money = uncosted.grouped();
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "the margin is of bookings whose lines name a product with a cost: {money} are without one"
            ),
            Lang::Zh => format!("毛利只计明细有产品成本的承保：另有 {money} 没有成本"),
        });
    }
    notes
}
