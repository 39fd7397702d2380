//! `crm report sources`: the results of each source or campaign, and their cost.

use super::Request;
use super::breakdown::{group_name, join};
use super::dimension::Dimension;
use super::figures::{count, others, per, rate, words};
use crate::diag::Diagnostic;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::acts::first_prospect_column;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use std::collections::BTreeMap;

/// The results of one source.
#[derive(Debug, Clone, Default)]
struct Brought {
    leads: u64,
    prospects: u64,
    won: u64,
    lost: u64,
    value: Sum,
    /// The cost of the campaign in the period; `None` where the source is no campaign.
    cost: Option<Amount>,
    /// A campaign whose cost cannot be said: it has none, or no dates for a period.
    unknown_cost: bool,
}

impl Brought {
    fn open(&self) -> u64 {
        self.leads - self.won - self.lost
    }

    fn add(&mut self, other: &Brought) {
        self.leads += other.leads;
        self.prospects += other.prospects;
        self.won += other.won;
        self.lost += other.lost;
        self.value.add_sum(&other.value);
        self.cost = match (self.cost, other.cost) {
            (Some(a), Some(b)) => Some(a.plus(b)),
            (a, b) => a.or(b),
        };
    }
}

/// Sources of the prospects opened in the period, or any other dimension of them.
pub fn sources(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let by = request.by.clone().unwrap_or(Dimension::SOURCE);
    let campaigns = by == Dimension::SOURCE;
    let mut groups = request.fold(
        book,
        |groups: &mut BTreeMap<String, Brought>, record| {
            let opened = record.state.opened;
            if request.period.is_none_or(|p| opened.is_some_and(|day| p.contains(day))) {
                count_in(groups.entry(by.of(record, book)).or_default(), record, settings);
            }
        },
        |all, part| join(all, part, |known, brought| known.add(&brought)),
    );
    // A campaign that brought no prospect cost its money too. A query asks about prospects only.
    if campaigns && request.query.is_empty() {
        for campaign in &settings.campaigns {
            groups.entry(campaign.id.to_string()).or_default();
        }
    }
    for (id, brought) in groups.iter_mut().filter(|_| campaigns) {
        if let Some(campaign) = settings.campaign(id) {
            brought.cost = campaign.cost_in(request.period, book.as_of);
            brought.unknown_cost = brought.cost.is_none();
        }
    }
    let mut all = Brought::default();
    groups.values().for_each(|brought| all.add(brought));
    let mut lines: Vec<(&str, &Brought, Emphasis)> =
        groups.iter().map(|(id, brought)| (id.as_str(), brought, Emphasis::Plain)).collect();
    lines.sort_by(|a, b| b.1.leads.cmp(&a.1.leads).then(a.0.cmp(b.0)));
    lines.push((lang.pick("all", "合计"), &all, Emphasis::Total));
    let mut sheet = Sheet {
        id: "sources".into(),
        title: lang.pick("Sources", "来源").into(),
        about: about(book, request),
        tables: vec![
            machines(&lines, &by, settings),
            conversion(&lines, &by, settings),
            money(&lines, &by, settings),
        ],
        ..Sheet::default()
    };
    if groups.is_empty() {
        sheet.notes.push(lang.pick("nobody was opened in these days", "期间没有建档").into());
    }
    let foreign = others(&all.value);
    if !foreign.is_empty() {
        let title = lang
            .pick("won in other currencies, not in the columns above", "其他货币成交（未计入）");
        sheet.notes.push(lang.about(title, &lang.listed(foreign)));
    }
    if lines.iter().any(|(_, brought, _)| brought.unknown_cost) {
        let note = "a campaign's cost falls on a period by days: it needs `cost`, `from` and `to`";
        let zh = "活动费用按天分摊到期间：需要 cost、from 和 to";
        sheet.notes.push(lang.pick(note, zh).into());
    }
    Ok(sheet)
}

fn about(book: &Book, request: &Request) -> String {
    let lang = book.settings.language;
    match (request.period, lang) {
        (Some(period), Lang::En | Lang::Machine) => {
            format!("cohort: prospects opened in {period}, as of {}", book.as_of)
        }
        (Some(period), Lang::Zh) => format!("队列：{period} 建档的客户，截至 {}", book.as_of),
        (None, Lang::En | Lang::Machine) => {
            format!("all prospects, as of {}", book.as_of)
        }
        (None, Lang::Zh) => format!("全部客户，截至 {}", book.as_of),
    }
}

fn count_in(slot: &mut Brought, record: &Record, settings: &Settings) {
    let pipeline = record.pipeline(settings);
    let prospect = first_prospect_column(pipeline)..=pipeline.won();
    let spells = &record.history.stages;
    let mut brought = record.history.won().peekable();
    slot.leads += 1;
    slot.prospects += u64::from(spells.iter().any(|spell| prospect.contains(&spell.stage)));
    if brought.peek().is_some() {
        slot.won += 1;
        brought.for_each(|(_, sum)| slot.value.add_sum(sum));
    } else if record.state.outcome == Outcome::Lost {
        slot.lost += 1;
    }
}

/// The name of a source: a campaign's label, else the text of the file.
fn name(id: &str, by: &Dimension, settings: &Settings) -> Cell {
    let lang = settings.language;
    match settings.campaign(id) {
        Some(campaign) => Cell::text(campaign.label.get(lang, id)),
        None => group_name(by.word(id, lang), lang),
    }
}

fn cost_cell(brought: &Brought, lang: Lang) -> Cell {
    match brought.cost {
        Some(cost) => Cell::Amount(cost),
        None if brought.unknown_cost => Cell::Absent(lang.pick("unknown", "未知").into()),
        None => Cell::Empty,
    }
}

/// Cost for each lead, or for each close; nothing without a cost, or where the count is 0.
fn cost_per(brought: &Brought, n: u64) -> Cell {
    brought.cost.map_or(Cell::Empty, |cost| per(cost, n))
}

/// Money won for each unit of cost.
fn back(brought: &Brought) -> Option<f64> {
    let cost = brought.cost.filter(|cost| !cost.is_zero())?;
    Some(brought.value.own.to_f64() / cost.to_f64())
}

type SourceRow<'a> = (&'a str, &'a Brought, Emphasis);

fn machines(lines: &[SourceRow], by: &Dimension, settings: &Settings) -> Table {
    let lang = settings.language;
    let mut columns = vec![column(by.name(), Kind::Text, lang)];
    for id in [
        "leads",
        "became",
        "won",
        "lost",
        "open",
        "win-rate",
        "won-of-leads",
        "value",
        "value-per-close",
        "cost",
        "cost-per-lead",
        "cost-per-close",
        "return",
    ] {
        columns.push(column(id, Kind::Number, lang));
    }
    let rows = lines.iter().map(|(id, brought, emphasis)| {
        let cells = vec![
            Cell::text(*id),
            count(brought.leads),
            count(brought.prospects),
            count(brought.won),
            count(brought.lost),
            count(brought.open()),
            rate(brought.won, brought.won + brought.lost, lang),
            rate(brought.won, brought.leads, lang),
            Cell::sum(&brought.value),
            per(brought.value.own, brought.won),
            cost_cell(brought, lang),
            cost_per(brought, brought.leads),
            cost_per(brought, brought.won),
            Cell::maybe(back(brought), |back| Cell::Number(back, 2)),
        ];
        Row::with(cells, *emphasis)
    });
    Table {
        id: "sources".into(),
        rows: rows.collect(),
        columns,
        audience: Audience::Machines,
        ..Table::default()
    }
}

fn conversion(lines: &[SourceRow], by: &Dimension, settings: &Settings) -> Table {
    let lang = settings.language;
    let mut columns = vec![column(by.name(), Kind::Text, lang)];
    for id in ["leads", "became", "open", "lost", "win-rate"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let rows = lines.iter().map(|(id, brought, emphasis)| {
        let cells = vec![
            name(id, by, settings),
            count(brought.leads),
            rate(brought.prospects, brought.leads, lang),
            count(brought.open()),
            count(brought.lost),
            rate(brought.won, brought.won + brought.lost, lang),
        ];
        Row::with(cells, *emphasis)
    });
    Table {
        id: "conversion".into(),
        rows: rows.collect(),
        columns,
        audience: Audience::People,
        ..Table::default()
    }
}

fn money(lines: &[SourceRow], by: &Dimension, settings: &Settings) -> Table {
    let lang = settings.language;
    let mut columns = vec![column(by.name(), Kind::Text, lang)];
    for id in ["won", "value", "value-per-close"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let costs = lines.iter().any(|(_, b, _)| b.cost.is_some() || b.unknown_cost);
    if costs {
        for id in ["cost", "cost-per-lead", "cost-per-close", "return"] {
            columns.push(column(id, Kind::Number, lang));
        }
    }
    let rows = lines.iter().map(|(id, brought, emphasis)| {
        let mut cells = vec![
            name(id, by, settings),
            count(brought.won),
            Cell::sum(&brought.value),
            per(brought.value.own, brought.won),
        ];
        // Sources without a campaign cost nothing that is known: sums over them would flatter.
        if costs && *emphasis == Emphasis::Total {
            cells.extend([cost_cell(brought, lang), Cell::Empty, Cell::Empty, Cell::Empty]);
        } else if costs {
            cells.extend([
                cost_cell(brought, lang),
                cost_per(brought, brought.leads),
                cost_per(brought, brought.won),
                Cell::maybe(back(brought), |back| Cell::text(format!("{}x", words(back)))),
            ]);
        }
        Row::with(cells, *emphasis)
    });
    Table {
        id: "money".into(),
        title: lang.pick("Money", "金额").into(),
        rows: rows.collect(),
        columns,
        audience: Audience::People,
    }
}
