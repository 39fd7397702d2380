//! Prospects past the sales cycle: the sheet that shows them, and the moves that make them fall back.

use super::proposal::Proposed;
use crate::diag::Words;
use crate::model::pipeline::Stage;
use crate::plan::sweep::Overdue;
use crate::report::breakdown::stage_cell;
use crate::rules::book::Book;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::label::Lang;

/// The moves: each falls to the first column, unless it has signed or paid. `spoken`: the language of their reasons.
pub fn falls<'b>(
    overdue: &'b [Overdue],
    book: &'b Book,
    spoken: Lang,
) -> impl Iterator<Item = Proposed<'b>> {
    overdue.iter().filter_map(move |item| {
        let first = item.falls_to.clone()?;
        let settings = &book.settings;
        let (from, to) = (item.prospect.stage(settings), item.prospect.first_stage(settings));
        let moved = Words::each(|lang| {
            let label = |stage: &Stage| stage.label.get(lang, &stage.id).to_owned();
            format!("{} -> {}", label(from), label(to))
        });
        let reason = item.reason(spoken).into();
        let path = &item.prospect.path;
        let serves = Vec::new();
        Some(Proposed { path, stage: Some(first), owner: None, serves, reason, moved })
    })
}

/// A row for each of them.
pub fn sheet(overdue: &[Overdue], book: &Book) -> Sheet {
    let settings = &book.settings;
    let lang = settings.language;
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("falls-to", Kind::Text, lang),
        column("age", Kind::Number, lang),
        column("cycle", Kind::Number, lang),
        column("owner", Kind::Text, lang),
        column("reason", Kind::Text, lang),
    ];
    let rows = overdue
        .iter()
        .map(|item| {
            let prospect = &item.prospect;
            let why = item.reason(lang);
            let reason = match (&item.falls_to, lang) {
                (Some(_), _) => why,
                (None, Lang::En | Lang::Machine) => {
                    format!("{why}; signed or paid: not swept, a person decides")
                }
                (None, Lang::Zh) => format!("{why}；已签约或已付款：不自动退回，由人决定"),
            };
            let cells = vec![
                Cell::text(prospect.id.clone()),
                Cell::text(prospect.name.clone()),
                stage_cell(prospect.stage(settings), lang),
                Cell::maybe(item.falls_to.as_ref(), |_| {
                    stage_cell(prospect.first_stage(settings), lang)
                }),
                Cell::Int(item.age),
                Cell::Int(i64::from(item.cycle)),
                Cell::maybe(prospect.owner.clone(), Cell::Text),
                Cell::text(reason),
            ];
            Row::with(cells, Emphasis::Warn)
        })
        .collect();
    let mut sheet =
        Sheet::single("sweep", lang.pick("Past the sales cycle", "超过销售周期"), columns, rows);
    sheet.about = book.as_of.to_string();
    sheet
}
