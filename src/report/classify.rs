//! `crm classify`: where the evidence puts each prospect, beside where it stands.

use super::Request;
use super::columns::stage_name;
use super::words::column;
use crate::model::pipeline::Outcome;
use crate::model::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::rules::book::Book;
use crate::rules::moves::{next_stage, why_not};
use crate::rules::state::Record;

/// The classification; with `target`, what would be missing for that column instead of the next one.
pub fn classify(book: &Book, request: &Request, target: Option<&str>) -> Sheet {
    let settings = &book.settings;
    let lang = settings.language;
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("supported", Kind::Text, lang),
        column("verdict", Kind::Text, lang),
        column("missing", Kind::Text, lang),
        column("owner", Kind::Text, lang),
    ];
    let rows: Vec<Row> = request
        .select(book)
        .map(|record| {
            let (verdict, emphasis) = verdict(record);
            let wanted = match target {
                Some(id) => record.pipeline(settings).find(id),
                None => next_stage(record, settings),
            };
            let missing = match wanted {
                Some(stage) if record.state.outcome == Outcome::Open => {
                    why_not(record, settings, stage, book.as_of)
                        .into_iter()
                        .map(|status| status.id.to_string())
                        .collect()
                }
                _ => Vec::new(),
            };
            let cells = vec![
                Cell::text(&*record.prospect.id),
                Cell::text(&*record.prospect.name),
                Cell::text(record.stage_id(settings)),
                Cell::text(stage_name(record, record.state.supported, settings)),
                Cell::text(verdict),
                Cell::list(missing),
                Cell::maybe(record.state.owner.as_deref(), Cell::text),
            ];
            Row::with(cells, emphasis)
        })
        .collect();
    let mut sheet =
        Sheet::single("classify", lang.pick("Classification", "按证据分级"), columns, rows);
    if let (Some(id), Some(table)) = (target, sheet.tables.first_mut())
        && let Some(missing) = table.columns.iter_mut().find(|c| c.id == "missing")
    {
        missing.title = format!("{} {id}", lang.pick("Missing for", "还缺：到"));
    }
    sheet.about = book.as_of.to_string();
    sheet
}

/// In one word: how its column compares with its evidence.
fn verdict(record: &Record) -> (&'static str, Emphasis) {
    let state = &record.state;
    if state.outcome != Outcome::Open {
        ("ended", Emphasis::Plain)
    } else if state.flags.overdue && state.supported < state.stage {
        ("overdue", Emphasis::Warn)
    } else if state.supported < state.stage {
        ("overstated", Emphasis::Warn)
    } else if state.supported > state.stage {
        ("could-advance", Emphasis::Good)
    } else {
        ("holds", Emphasis::Plain)
    }
}
