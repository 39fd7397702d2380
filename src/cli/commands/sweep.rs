//! `crm sweep`: prospects past the sales cycle; with `--apply` they fall back.

use super::report::Selection;
use crate::cli::context::Context;
use crate::cli::proposal::{Apply, Proposed};
use crate::diag::{Failure, Words};
use crate::model::pipeline::Stage;
use crate::plan::sweep::{Overdue, sweep};
use crate::report::breakdown::stage_cell;
use crate::rules::book::Book;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::label::Lang;
use clap::Args;

/// Prospects past the sales cycle; with --apply they fall back to the first column
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm sweep\n  crm sweep --apply --format csv > swept.csv\n\n\
    A prospect that has signed or paid is listed without a column to fall to, and is never swept: a person decides.")]
pub struct Sweep {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    apply: Apply,
}

impl Sweep {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = self.apply.session(self.apply.apply, context)?;
        let request = self.selection.request(context)?;
        let book = context.book_for(&request, false)?;
        let overdue = context.reading(&book, || sweep(&book, &request.query))?;
        let falls = overdue.iter().filter_map(|item| {
            let first = item.falls_to.clone()?;
            Some(Proposed {
                path: &item.prospect.path,
                moved: Words::each(|lang| {
                    let label = |stage: &Stage| stage.label.get(lang, &stage.id).to_owned();
                    let settings = &book.settings;
                    let (from, to) =
                        (item.prospect.stage(settings), item.prospect.first_stage(settings));
                    format!("{} -> {}", label(from), label(to))
                }),
                stage: Some(first),
                owner: None,
                reason: item.reason(context.spoken()).into(),
            })
        });
        self.apply.carry_out(context, session.as_ref(), sheet(&overdue, &book), "moved", falls)
    }
}

fn sheet(overdue: &[Overdue], book: &Book) -> Sheet {
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
