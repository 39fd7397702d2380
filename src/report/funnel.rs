//! `crm report funnel`: how many stand in each column on a day, what they are worth, and the shape.

use super::Request;
use super::words::column;
use crate::diag::Diagnostic;
use crate::model::label::Lang;
use crate::model::money::{Amount, Money, Sum};
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::model::sheet::{
    Cell, Chart, Column, Emphasis, Kind, Picture, Quantity, Row, Sheet, Table,
};
use crate::rules::book::Book;
use crate::rules::shape::Shape;
use crate::rules::state::Record;
use std::collections::BTreeMap;

/// One column of one group.
#[derive(Debug, Clone, Default)]
struct Figures {
    count: u64,
    value: Sum,
    weighted: Amount,
    overdue: u64,
}

/// The columns of one group: as many as the pipeline has.
type Groups = BTreeMap<String, Vec<Figures>>;

/// The funnel: a table for each pipeline in use.
pub fn funnel(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let mut sheet = Sheet {
        id: "funnel".into(),
        title: lang.pick("Funnel", "漏斗").into(),
        about: about(book),
        ..Sheet::default()
    };
    for (index, pipeline) in settings.pipelines.iter().enumerate() {
        let groups = count(book, request, index, pipeline);
        if groups.is_empty() && (index > 0 || settings.pipelines.len() > 1) {
            continue;
        }
        sheet.tables.push(table(pipeline, &groups, request, settings));
        sheet.notes.extend(notes(pipeline, &groups, settings));
        sheet.pictures.push(picture(pipeline, &groups, settings));
    }
    if let [only] = sheet.tables.as_mut_slice() {
        only.title = String::new();
    }
    Ok(sheet)
}

fn about(book: &Book) -> String {
    let lang = book.settings.language;
    let currency = book.settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
    format!("{} {}{currency}", lang.pick("snapshot of", "截至"), book.as_of)
}

/// What a prospect is worth in the funnel: what was booked once it is won, else what is expected.
fn worth(record: &Record) -> Sum {
    let mut sum = Sum::default();
    let booked = &record.state.booked;
    if record.state.outcome == Outcome::Won && *booked != Sum::default() {
        sum.add_sum(booked);
    } else if let Some(value) = record.state.value {
        sum.add(value);
    }
    sum
}

fn count(book: &Book, request: &Request, index: usize, pipeline: &Pipeline) -> Groups {
    let mut groups = Groups::new();
    for record in request.select(book).filter(|record| record.state.pipeline == index) {
        let group = request.by.as_ref().map(|by| by.of(record, &book.settings)).unwrap_or_default();
        let columns =
            groups.entry(group).or_insert_with(|| vec![Figures::default(); pipeline.stages.len()]);
        let cell = &mut columns[record.state.stage];
        let worth = worth(record);
        cell.count += 1;
        cell.overdue += u64::from(record.state.flags.overdue);
        cell.value.add_sum(&worth);
        let probability = pipeline.stages[record.state.stage].probability;
        cell.weighted = cell.weighted.plus(worth.own.times(probability).round(2));
    }
    groups
}

fn table(pipeline: &Pipeline, groups: &Groups, request: &Request, settings: &Settings) -> Table {
    let lang = settings.language;
    let foreign = groups.values().flatten().any(|cell| !cell.value.others.is_empty());
    let mut columns: Vec<Column> = Vec::new();
    columns.extend(request.by.as_ref().map(|by| column(by.name(), Kind::Text, lang)));
    columns.push(column("stage", Kind::Text, lang));
    columns.push(column("stage-label", Kind::Text, lang));
    for id in ["count", "value", "weighted", "overdue"] {
        columns.push(column(id, Kind::Number, lang));
    }
    if foreign {
        columns.push(Column::new(
            "other-currencies",
            lang.pick("Other currencies", "其他货币"),
            Kind::Text,
        ));
    }
    let empty = [(String::new(), vec![Figures::default(); pipeline.stages.len()])];
    let shown: Vec<(&String, &Vec<Figures>)> = if groups.is_empty() && request.by.is_none() {
        empty.iter().map(|(group, cells)| (group, cells)).collect()
    } else {
        groups.iter().collect()
    };
    let mut rows = Vec::new();
    for (group, cells) in shown {
        let mut open = Figures::default();
        for (stage, cell) in pipeline.stages.iter().zip(cells) {
            let mut row: Vec<Cell> = Vec::new();
            row.extend(request.by.is_some().then(|| group_cell(group, lang)));
            row.push(Cell::text(&*stage.id));
            row.push(Cell::text(stage.label.get(lang, &stage.id)));
            row.extend(figures(cell, foreign));
            let emphasis =
                if stage.outcome == Outcome::Won { Emphasis::Good } else { Emphasis::Plain };
            rows.push(Row::with(row, emphasis));
            if stage.outcome == Outcome::Open {
                open.count += cell.count;
                open.overdue += cell.overdue;
                open.value.add_sum(&cell.value);
                open.weighted = open.weighted.plus(cell.weighted);
            }
        }
        let mut row: Vec<Cell> = Vec::new();
        row.extend(request.by.is_some().then(|| group_cell(group, lang)));
        row.push(Cell::text(lang.pick("open", "进行中")));
        row.push(Cell::Empty);
        row.extend(figures(&open, foreign));
        rows.push(Row::with(row, Emphasis::Total));
    }
    let title = pipeline.label.get(lang, &pipeline.id).to_owned();
    Table { id: pipeline.id.to_string(), title, columns, rows, ..Table::default() }
}

/// A bar for each open column and the won one, of all groups together.
fn picture(pipeline: &Pipeline, groups: &Groups, settings: &Settings) -> Picture {
    let lang = settings.language;
    let bars: Vec<Quantity> = pipeline.stages[..=pipeline.won()]
        .iter()
        .enumerate()
        .map(|(stage, column)| {
            let count: u64 = groups.values().map(|columns| columns[stage].count).sum();
            let label = column.label.get(lang, &column.id);
            let bar = Quantity::new(label, count as f64, count.to_string());
            if column.outcome == Outcome::Won { bar.with(Emphasis::Good) } else { bar }
        })
        .collect();
    let said: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.label, bar.text)).collect();
    Picture {
        title: pipeline.label.get(lang, &pipeline.id).to_owned(),
        description: said.join(", "),
        chart: Chart::Bars(bars),
    }
}

fn figures(cell: &Figures, foreign: bool) -> Vec<Cell> {
    let int = |n: u64| Cell::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let mut cells = vec![
        int(cell.count),
        Cell::Amount(cell.value.own),
        Cell::Amount(cell.weighted),
        int(cell.overdue),
    ];
    if foreign {
        let others = cell.value.others.iter();
        let text = others.map(|(currency, amount)| {
            Money { amount: *amount, currency: Some(*currency) }.to_string()
        });
        cells.push(Cell::List(text.collect()));
    }
    cells
}

/// A group's name; people read a word where machines read nothing.
pub(super) fn group_cell(group: &str, lang: Lang) -> Cell {
    if group.is_empty() { Cell::Absent(lang.pick("none", "无").into()) } else { Cell::text(group) }
}

/// The shape of each group, over the last three open columns of the board.
fn notes(pipeline: &Pipeline, groups: &Groups, settings: &Settings) -> Vec<String> {
    let lang = settings.language;
    let open = pipeline.open().len();
    // The first column is the feed: a funnel needs three behind it.
    if open < 4 {
        return Vec::new();
    }
    let single = groups.len() <= 1 && groups.keys().all(String::is_empty);
    let mut notes = Vec::new();
    let none = vec![Figures::default(); pipeline.stages.len()];
    let all: Vec<(&str, &Vec<Figures>)> = if groups.is_empty() {
        vec![("", &none)]
    } else {
        groups.iter().map(|(group, cells)| (group.as_str(), cells)).collect()
    };
    for (group, cells) in all {
        let [a, b, c] = [open - 3, open - 2, open - 1].map(|column| cells[column].count);
        let shape = Shape::of(a, b, c, u64::from(settings.stuck_factor));
        let counts: Vec<String> = [open - 3, open - 2, open - 1]
            .iter()
            .map(|column| format!("{} {}", cells[*column].count, pipeline.stages[*column].id))
            .collect();
        let who = if single {
            String::new()
        } else {
            format!("{}: ", if group.is_empty() { lang.pick("none", "无") } else { group })
        };
        notes.push(format!(
            "{who}{} {} ({}): {}",
            lang.pick("shape", "形状"),
            shape.label(lang),
            counts.join(" / "),
            shape.advice(lang)
        ));
    }
    notes
}
