//! `crm sweep`: those past the cycle; with `--apply` they fall back.

use super::report::Selection;
use crate::cli::args::Signed;
use crate::cli::context::Context;
use crate::cli::entry::{Entry, Session};
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
    /// Write the fall-back entries
    #[arg(long)]
    apply: bool,
    /// With --apply: print what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Who records it [default: CRM_USER, else the rep with git's user.email]
    #[arg(long, value_name = "REP")]
    by: Option<String>,
}

impl Sweep {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        // The lock is taken before anything is read: nobody writes between the look and the entry.
        let session = if self.apply { Some(Session::open(context, self.dry_run)?) } else { None };
        let request = self.selection.request(context)?;
        let book = context.book()?;
        let overdue = sweep(&book, &request.query);
        // The data first: if it cannot be shown as asked, nothing is written.
        if !self.dry_run {
            context.emit(&sheet(&overdue, &book))?;
        }
        if let Some(session) = &session {
            self.write(session, &overdue)?;
        }
        Ok(())
    }

    fn write(&self, session: &Session, overdue: &[Overdue]) -> Result<(), Failure> {
        let settings = &session.ledger.settings;
        let signed = Signed { by: self.by.clone(), ..Signed::default() };
        let draft = session.draft("moved", &signed, &Default::default())?;
        let mut entries = Vec::new();
        for item in overdue.iter().filter(|item| item.falls) {
            let target = session.target(&item.record.prospect.path)?;
            let first = &item.record.pipeline(settings).stages[0].id;
            let mut event = draft.clone();
            event.stage = Some(first.clone());
            event.reason = Some(item.reason.as_str().into());
            let said = format!("{}: {} -> {first}", target.named(), item.record.stage_id(settings));
            entries.push(Entry { target, events: vec![event], said });
        }
        session.commit(entries)
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
                Cell::Text(reason),
            ];
            Row::with(cells, Emphasis::Warn)
        })
        .collect();
    let mut sheet =
        Sheet::single("sweep", lang.pick("Past the sales cycle", "超过销售周期"), columns, rows);
    sheet.about = book.as_of.to_string();
    sheet
}
