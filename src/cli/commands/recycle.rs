//! `crm recycle`: who goes back to the pool today; with `--apply` they do.

use super::report::Selection;
use crate::cli::args::Signed;
use crate::cli::context::Context;
use crate::cli::entry::{Entry, Session};
use crate::diag::Failure;
use crate::model::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::plan::recycle::{Recycled, recycle};
use crate::report::words::column;
use crate::rules::book::Book;
use clap::Args;

/// Those who go back to the pool today: no contact for too long, overdue too often
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm recycle\n  crm recycle --apply\n\n\
    [pool] in crm.toml says when: recycle_days, recycle_overdue, for each grade where wanted. `crm due\n\
    --in 7d` announces it. A hold protects until its date; what has signed or paid stays.")]
pub struct Recycle {
    #[command(flatten)]
    selection: Selection,
    /// Write the entries
    #[arg(long)]
    apply: bool,
    /// With --apply: print what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Who records it [default: CRM_USER, else the rep with git's user.email]
    #[arg(long, value_name = "REP")]
    by: Option<String>,
}

impl Recycle {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        // The lock is taken before anything is read: nobody writes between the look and the entry.
        let session = if self.apply { Some(Session::open(context, self.dry_run)?) } else { None };
        let request = self.selection.request(context)?;
        let book = context.book()?;
        let recycled = recycle(&book, &request.query);
        if let Some(session) = &session {
            self.write(session, &recycled)?;
        }
        if !self.dry_run {
            context.emit(&sheet(&recycled, &book))?;
        }
        Ok(())
    }

    fn write(&self, session: &Session, recycled: &[Recycled]) -> Result<(), Failure> {
        let signed = Signed { by: self.by.clone(), ..Signed::default() };
        let mut draft = session.draft("assigned", &signed, &Default::default())?;
        draft.owner = Some("".into());
        let mut entries = Vec::new();
        for item in recycled {
            let target = session.target(&item.record.prospect.path)?;
            let mut event = draft.clone();
            event.reason = Some(item.reason.as_str().into());
            let owner = item.record.state.owner.as_deref().unwrap_or_default();
            let said = format!("{}: {owner} -> pool", target.named());
            entries.push(Entry { target, events: vec![event], said });
        }
        session.commit(entries)
    }
}

fn sheet(recycled: &[Recycled], book: &Book) -> Sheet {
    let settings = &book.settings;
    let lang = settings.language;
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
            let record = item.record;
            let cells = vec![
                Cell::text(&*record.prospect.id),
                Cell::text(&*record.prospect.name),
                Cell::text(record.stage_id(settings)),
                Cell::maybe(record.state.owner.as_deref(), Cell::text),
                Cell::Date(item.on),
                Cell::text(item.reason.clone()),
            ];
            Row::with(cells, Emphasis::Warn)
        })
        .collect();
    let mut sheet =
        Sheet::single("recycle", lang.pick("Back to the pool", "回收公海"), columns, rows);
    sheet.about = book.as_of.to_string();
    sheet
}
