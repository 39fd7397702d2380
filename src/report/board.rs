//! `crm report board`: the prospects in each column.

use super::Request;
use super::breakdown::{stage_cells, stage_columns};
use super::columns::{emphasis, flag_cell};
use super::dimension::Dimension;
use crate::diag::Diagnostic;
use crate::model::pipeline::{Outcome, Pipeline};
use crate::rules::attribute::View;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Cell, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::text::Text;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A prospect on the board: its row, and the order of that: by pipeline and group, the open ones first and
/// of them the furthest, then by id.
struct BoardRow {
    place: (usize, Option<String>, bool, Reverse<usize>, Text),
    row: Row,
}

impl BoardRow {
    fn of(record: &Record, book: &Book, request: &Request) -> BoardRow {
        let (state, prospect) = (&record.state, &record.prospect);
        let settings = &book.settings;
        let group = request.group(record, book);
        let stage = &record.pipeline(settings).stages[state.stage];
        let mut cells = Vec::with_capacity(11);
        let by = group_column(request).zip(group.as_deref());
        cells.extend(by.map(|(by, group)| Cell::text(by.word(group, settings.language))));
        cells.extend(stage_cells(stage, settings.language));
        cells.extend([
            Cell::text(prospect.id.clone()),
            Cell::text(prospect.name.clone()),
            Cell::maybe(prospect.company.clone(), Cell::text),
            Cell::maybe(state.owner.clone(), Cell::text),
            Cell::maybe(state.value, Cell::Money),
            Cell::maybe(state.age(book.as_of), Cell::Int),
            Cell::maybe(state.evidence.next.as_ref(), |next| Cell::Date(next.at.date)),
            flag_cell(&View::of(record, settings, book.as_of)),
        ]);
        let ended = state.outcome != Outcome::Open;
        let place = (state.pipeline, group, ended, Reverse(state.stage), prospect.id.clone());
        BoardRow { place, row: Row::with(cells, emphasis(record)) }
    }
}

/// The board: a table for each pipeline in use, open prospects by column, the furthest first. With a
/// period, those that left the board in it come below.
pub fn board(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let mut columns = stage_columns(lang);
    columns.extend([
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("company", Kind::Text, lang).optional(3),
        column("owner", Kind::Text, lang),
        column("value", Kind::Number, lang),
        column("age", Kind::Number, lang).optional(2),
        column("next", Kind::Date, lang),
        column("flags", Kind::Text, lang),
    ]);
    if let Some(by) = group_column(request) {
        columns.insert(0, column(by.name(), Kind::Text, lang));
    }
    let mut lines = request.fold(
        book,
        |lines: &mut Vec<BoardRow>, record| {
            if shown(record, request) {
                lines.push(BoardRow::of(record, book, request));
            }
        },
        |all, part| all.extend(part),
    );
    lines.sort_by(|a, b| a.place.cmp(&b.place));
    let used: BTreeSet<usize> = lines.iter().map(|line| line.place.0).collect();
    let mut lines = lines.into_iter().peekable();
    let mut tables = Vec::new();
    let boards: Vec<(usize, &Pipeline)> = settings.boards(|index| used.contains(&index)).collect();
    let several = boards.len() > 1;
    for (index, pipeline) in boards {
        let own = std::iter::from_fn(|| lines.next_if(|line| line.place.0 == index));
        let rows: Vec<Row> = own.map(|line| line.row).collect();
        let unused = rows.is_empty() && several;
        let title = pipeline.label.get(lang, &pipeline.id).to_owned();
        tables.push(Table {
            id: pipeline.id.to_string(),
            title,
            columns: columns.clone(),
            rows: rows.into(),
            audience: if unused { Audience::Nobody } else { Audience::All },
        });
    }
    let mut shown = tables.iter_mut().filter(|table| table.audience == Audience::All);
    if let (Some(only), None) = (shown.next(), shown.next()) {
        only.title = String::new();
    }
    Ok(Sheet {
        id: "board".into(),
        title: lang.pick("Board", "潜在客户管理看板").into(),
        about: book.as_of.to_string(),
        tables,
        ..Sheet::default()
    })
}

/// The dimension of the groups, unless the board has a column of it anyhow.
fn group_column(request: &Request) -> Option<&Dimension> {
    request.by.as_ref().filter(|by| by.name() != "owner")
}

/// Open prospects; and those that ended inside the period, if one is stated.
fn shown(record: &Record, request: &Request) -> bool {
    let ended_inside = || {
        let since = record.state.since;
        request.period.is_some_and(|period| since.is_some_and(|date| period.contains(date)))
    };
    record.state.outcome == Outcome::Open || ended_inside()
}
