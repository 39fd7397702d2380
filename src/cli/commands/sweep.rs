//! `crm sweep`: those past the cycle; with `--apply` they fall back.

use super::report::Selection;
use crate::cli::context::Context;
use crate::cli::proposal::{Apply, Proposed};
use crate::diag::Failure;
use crate::model::label::Lang;
use crate::model::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::plan::sweep::{Overdue, sweep};
use crate::report::columns::stage_name;
use crate::report::words::column;
use crate::rules::book::Book;
use clap::Args;

/// Those past the sales cycle; with --apply they fall back to the first column
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm sweep\n  crm sweep --apply --format csv > swept.csv\n\n\
    Whoever has signed or paid is listed and never swept: a person decides.")]
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
        let book = context.book()?;
        let overdue = sweep(&book, &request.query);
        let falls = overdue.iter().filter(|item| item.falls).map(|item| {
            let settings = &book.settings;
            let first = stage_name(item.record, 0, settings);
            Proposed {
                record: item.record,
                stage: Some(first.into()),
                owner: None,
                reason: item.reason.as_str().into(),
                moved: format!("{} -> {first}", item.record.stage_id(settings)),
            }
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
            let record = item.record;
            let to = if item.falls { 0 } else { record.state.stage };
            let reason = match (item.falls, lang) {
                (true, _) => item.reason.clone(),
                (false, Lang::En) => format!("{}; signed or paid, a person decides", item.reason),
                (false, Lang::Zh) => format!("{}；已签约或已收款，由人决定", item.reason),
            };
            let cells = vec![
                Cell::text(&*record.prospect.id),
                Cell::text(&*record.prospect.name),
                Cell::text(record.stage_id(settings)),
                Cell::text(stage_name(record, to, settings)),
                Cell::Int(item.age),
                Cell::Int(i64::from(record.state.cycle_days)),
                Cell::maybe(record.state.owner.as_deref(), Cell::text),
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
