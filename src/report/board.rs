//! `crm report board`: who stands in which column.

use super::Request;
use super::columns::{emphasis, flags};
use super::words::column;
use crate::diag::Diagnostic;
use crate::model::pipeline::Outcome;
use crate::model::sheet::{Cell, Kind, Row, Sheet, Table};
use crate::rules::book::Book;
use crate::rules::state::Record;

/// The board: a table for each pipeline in use, open prospects by column, the furthest first. With a
/// period, those who left the board in it stand below.
pub fn board(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let mut columns = vec![
        column("stage", Kind::Text, lang),
        column("stage-label", Kind::Text, lang).optional(),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("company", Kind::Text, lang).optional(),
        column("owner", Kind::Text, lang),
        column("value", Kind::Number, lang),
        column("age", Kind::Number, lang),
        column("next", Kind::Date, lang),
        column("flags", Kind::Text, lang),
    ];
    if let Some(by) = &request.by {
        columns.insert(0, column(by.name(), Kind::Text, lang));
    }
    let on_board = request.gather(book, |record| shown(record, request).then(|| record.lean()));
    let mut tables = Vec::new();
    for (index, pipeline) in settings.pipelines.iter().enumerate() {
        let mut records: Vec<&Record> =
            on_board.iter().filter(|record| record.state.pipeline == index).collect();
        if records.is_empty() && (index > 0 || settings.pipelines.len() > 1) {
            continue;
        }
        let group = |r: &Record| request.group(r, settings);
        records.sort_by_key(|r| {
            (group(r), r.state.outcome != Outcome::Open, std::cmp::Reverse(r.state.stage))
        });
        let label = |r: &Record| {
            pipeline.stages[r.state.stage].label.get(lang, r.stage_id(settings)).to_owned()
        };
        let rows = records
            .iter()
            .map(|record| {
                let mut cells = vec![
                    Cell::text(record.stage_id(settings)),
                    Cell::text(label(record)),
                    Cell::text(record.prospect.id.clone()),
                    Cell::text(record.prospect.name.clone()),
                    Cell::maybe(record.prospect.company.as_deref(), Cell::text),
                    Cell::maybe(record.state.owner.as_deref(), Cell::text),
                    Cell::maybe(record.state.value, Cell::Money),
                    Cell::maybe(record.state.age(book.as_of), Cell::Int),
                    Cell::maybe(record.state.evidence.next.as_ref(), |next| {
                        Cell::Date(next.at.date)
                    }),
                    Cell::list(flags(record)),
                ];
                if let Some(group) = group(record) {
                    cells.insert(0, Cell::text(group));
                }
                Row::with(cells, emphasis(record))
            })
            .collect();
        let title = pipeline.label.get(lang, &pipeline.id).to_owned();
        tables.push(Table {
            id: pipeline.id.to_string(),
            title,
            columns: columns.clone(),
            rows,
            ..Table::default()
        });
    }
    if let [only] = tables.as_mut_slice() {
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

/// Open prospects; and those that ended inside the period, if one is stated.
fn shown(record: &Record, request: &Request) -> bool {
    let ended_inside = || {
        let since = record.state.since;
        request.period.is_some_and(|period| since.is_some_and(|date| period.contains(date)))
    };
    record.state.outcome == Outcome::Open || ended_inside()
}
