//! The entries that a session wrote, or would write on a dry run, as data: a row for each.

use crate::model::event::Event;
use crate::table::sheet::{Cell, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::path::PathBuf;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The prospect, or the rep of a tally.
    pub id: Text,
    /// The entry's key.
    pub key: Text,
    /// Its kind; `tally` for a tally.
    pub kind: Text,
    /// The column that it moves to, if it names one.
    pub stage: Option<Text>,
    /// The owner from now on, if it names one; empty = the pool.
    pub owner: Option<Text>,
    /// The file, as messages show it.
    pub file: PathBuf,
}

impl Written {
    /// An event of a prospect.
    pub fn of(id: &Text, event: &Event, file: PathBuf) -> Written {
        Written {
            id: id.clone(),
            key: event.key.text.clone(),
            kind: (&*event.kind).into(),
            stage: event.stage.clone(),
            owner: event.owner.clone(),
            file,
        }
    }
}

/// The entries as a sheet.
pub fn sheet(written: &[Written], lang: Lang) -> Sheet {
    let columns = vec![
        column("id", Kind::Id, lang),
        column("key", Kind::Text, lang),
        column("kind", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("owner", Kind::Text, lang),
        column("file", Kind::Text, lang),
    ];
    let row = |entry: &Written| {
        let Written { id, key, kind, stage, owner, file } = entry.clone();
        Row::new(vec![
            Cell::text(id),
            Cell::text(key),
            Cell::text(kind),
            Cell::maybe(stage, Cell::text),
            Cell::maybe(owner, Cell::text),
            Cell::text(file.display().to_string()),
        ])
    };
    let rows: Vec<Row> = written.iter().map(row).collect();
    Sheet::single("written", lang.pick("Entries", "记录"), columns, rows.into())
}
