//! `crm recycle`: the prospects that go back to the pool today; `--apply` writes it.

use super::report::Selection;
use crate::cli::context::Context;
use crate::cli::proposal::{Apply, Proposed};
use crate::diag::Failure;
use crate::plan::recycle::{Recycled, recycle};
use crate::report::breakdown::stage_cell;
use crate::rules::book::Book;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::table::words::column;
use clap::Args;

/// The prospects that go back to the pool today: no contact for too long, overdue too often
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm recycle\n  crm recycle --apply\n\n\
    [pool] in crm.toml sets when: recycle_days, recycle_overdue, for each grade where wanted. `crm due\n\
    --in 7d` announces it. A hold protects until its date; a prospect that has signed or paid stays.")]
pub struct Recycle {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    apply: Apply,
}

impl Recycle {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = self.apply.session(self.apply.apply, context)?;
        let request = self.selection.request(context)?;
        let graded = !context.ledger()?.settings.pool.grades.is_empty();
        let book = context.book_for(&request, graded)?;
        let recycled = context.reading(&book, || recycle(&book, &request.query))?;
        let released = recycled.iter().map(|item| Proposed {
            path: &item.prospect.path,
            stage: None,
            owner: Some("".into()),
            reason: item.cause.words().get(context.spoken()).into(),
            moved: {
                let owner = item.prospect.owner.as_deref().unwrap_or_default();
                words!("{owner} -> pool", "{owner} -> 公海")
            },
        });
        let sheet = sheet(&recycled, &book);
        self.apply.carry_out(context, session.as_ref(), sheet, "assigned", released)
    }
}

fn sheet(recycled: &[Recycled], book: &Book) -> Sheet {
    let lang = book.settings.language;
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang).optional(),
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
                stage_cell(prospect.stage(&book.settings), lang),
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
