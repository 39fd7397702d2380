//! `crm classify`: where the evidence puts each prospect, beside the column it is in.

use super::Request;
use super::columns::{criterion, stage_name};
use crate::model::pipeline::Outcome;
use crate::rules::book::Book;
use crate::rules::replay::moves::{next_stage, why_not};
use crate::rules::replay::state::Record;
use crate::table::packed_row::PackedRow;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::table::terms::{VERDICTS, term};
use crate::table::words::column;
use crate::value::label::Lang;

/// The classification; with `target`, the evidence that is missing for that column instead of the next one.
pub fn classify(book: &Book, request: &Request, target: Option<&str>) -> Sheet {
    let lang = book.settings.language;
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("supported", Kind::Text, lang),
        column("verdict", Kind::Text, lang),
        column("missing", Kind::Text, lang),
        column("owner", Kind::Text, lang),
    ];
    let rows = request.gather(book, |record| Some(PackedRow::of(&row(record, book, target))));
    let title = lang.pick("Classification", "按证据分级");
    let mut sheet = Sheet::single("classify", title, columns, rows.into());
    if let (Some(id), Some(table)) = (target, sheet.tables.first_mut())
        && let Some(missing) = table.columns.iter_mut().find(|c| c.id == "missing")
    {
        let pipelines = book.settings.pipelines.iter();
        let stage = pipelines.flat_map(|pipeline| &pipeline.stages).find(|stage| &*stage.id == id);
        let label = stage.map_or(id, |stage| stage.label.term(lang, id));
        missing.title = format!("{} {label}", lang.pick("Missing for", "还缺：到"));
    }
    sheet.about = book.as_of.to_string();
    sheet
}

fn row(record: &Record, book: &Book, target: Option<&str>) -> Row {
    let settings = &book.settings;
    let lang = settings.language;
    let (verdict, emphasis) = verdict(record, lang);
    let wanted = match target {
        Some(id) => record.pipeline(settings).find(id),
        None => next_stage(record, settings),
    };
    let missing = match wanted {
        Some(stage) if record.state.outcome == Outcome::Open => {
            why_not(record, settings, stage, book.as_of)
        }
        _ => Vec::new(),
    };
    let cells = vec![
        Cell::text(&*record.prospect.id),
        Cell::text(&*record.prospect.name),
        Cell::text(stage_name(record, record.state.stage, settings, lang)),
        Cell::text(stage_name(record, record.state.supported, settings, lang)),
        Cell::text(&*verdict),
        Cell::list(missing.iter().map(|status| criterion(&status.id, settings))),
        Cell::maybe(record.state.owner.as_deref(), Cell::text),
    ];
    Row::with(cells, emphasis)
}

/// How its column compares with its evidence. One that is overdue may be overstated, or could advance, as
/// well: then both words are there.
fn verdict(record: &Record, lang: Lang) -> (String, Emphasis) {
    let state = &record.state;
    if state.outcome != Outcome::Open {
        return (term(VERDICTS, "ended", lang).into(), Emphasis::Plain);
    }
    let words = [
        (state.flags.overdue, "overdue", Emphasis::Warn),
        (state.is_overstated(), "overstated", Emphasis::Warn),
        (state.could_advance(), "could-advance", Emphasis::Good),
    ];
    let up: Vec<_> = words.into_iter().filter(|(up, ..)| *up).collect();
    let emphasis = up.first().map_or(Emphasis::Plain, |(.., emphasis)| *emphasis);
    let words: Vec<&str> = match up.as_slice() {
        [] => vec![term(VERDICTS, "holds", lang)],
        up => up.iter().map(|(_, word, _)| term(VERDICTS, word, lang)).collect(),
    };
    (words.join(lang.pick(", ", "、")), emphasis)
}
