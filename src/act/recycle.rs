//! Prospects that go back to the pool: the sheet that shows them, and the entries that release them.

use super::proposal::Proposed;
use crate::plan::recycle::Recycled;
use crate::report::breakdown::stage_cell;
use crate::rules::book::Book;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::label::Lang;

/// The entries. `spoken`: the language of their reasons.
pub fn releases(recycled: &[Recycled], spoken: Lang) -> impl Iterator<Item = Proposed<'_>> {
    recycled.iter().map(move |item| {
        let owner = item.prospect.owner.as_deref().unwrap_or_default();
        Proposed {
            path: &item.prospect.path,
            stage: None,
            serves: Vec::new(),
            owner: Some("".into()),
            reason: item.cause.words().get(spoken).into(),
            moved: words!("{owner} -> pool", "{owner} -> 公海"),
        }
    })
}

/// A row for each of them.
pub fn sheet(recycled: &[Recycled], book: &Book) -> Sheet {
    let lang = book.settings.language;
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang).optional(2),
        column("owner", Kind::Text, lang),
        column("date", Kind::Date, lang),
        column("reason", Kind::Text, lang),
    ];
    let rows = recycled
        .iter()
        .map(|item| {
            let prospect = &item.prospect;
            let cells = vec![
                Cell::text(prospect.id.clone()),
                Cell::text(prospect.name.clone()),
                match prospect.is_customer {
                    true => Cell::Empty,
                    false => stage_cell(prospect.stage(&book.settings), lang),
                },
                Cell::maybe(prospect.owner.clone(), Cell::Text),
                Cell::Date(item.on),
                Cell::text(item.cause.words().get(lang)),
            ];
            Row::with(cells, Emphasis::Warn)
        })
        .collect();
    let mut sheet =
        Sheet::single("recycle", lang.pick("Back to the pool", "回收公海"), columns, rows);
    sheet.about = book.as_of.to_string();
    sheet
}
