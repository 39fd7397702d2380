//! `crm export events`: the journals of chosen prospects, one row an entry.

use super::Request;
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::rules::book::{Book, Keep};
use crate::rules::replay::state::Record;
use crate::rules::replay::{retracted_by_later, upto};
use crate::table::packed_row::PackedRow;
use crate::table::sheet::{Cell, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::text::Text;

/// An entry, whose it is, and whether a later one took it back.
struct Line<'b> {
    record: &'b Record,
    event: &'b Event,
    retracted: bool,
}

/// The column of notes, which are kept only where somebody asks for them.
const NOTE: &str = "note";

/// A column: its id, what it holds, and its cell.
type Definition = (&'static str, Kind, fn(&Line) -> Cell);

/// Every column: whose and when, then the fields of an entry under the names that files give them, with
/// `-` for `_`.
const COLUMNS: &[Definition] = &[
    ("id", Kind::Id, |l| Cell::text(&*l.record.prospect.id)),
    ("name", Kind::Text, |l| Cell::text(&*l.record.prospect.name)),
    ("key", Kind::Text, |l| Cell::text(&*l.event.key.text)),
    ("date", Kind::Date, |l| Cell::Date(l.event.date())),
    ("kind", Kind::Text, |l| Cell::text(&*l.event.kind)),
    ("by", Kind::Text, |l| text(&l.event.by)),
    ("time", Kind::Text, |l| Cell::maybe(l.event.time, |time| Cell::text(time.to_string()))),
    ("owner", Kind::Text, |l| text(&l.event.owner)),
    ("stage", Kind::Text, |l| text(&l.event.stage)),
    ("confirms", Kind::Text, |l| list(&l.event.confirms)),
    ("revokes", Kind::Text, |l| list(&l.event.revokes)),
    ("close-by", Kind::Date, |l| Cell::maybe(l.event.close_by, Cell::Date)),
    ("next", Kind::Date, |l| Cell::maybe(l.event.next, Cell::Moment)),
    ("next-what", Kind::Text, |l| text(&l.event.next_what)),
    ("value", Kind::Number, |l| Cell::maybe(l.event.value, Cell::Money)),
    ("amount", Kind::Number, |l| Cell::maybe(l.event.amount, Cell::Money)),
    ("reached", Kind::Text, |l| Cell::maybe(l.event.reached, Cell::Bool)),
    ("score", Kind::Number, |l| Cell::maybe(l.event.score, Cell::Amount)),
    ("scale", Kind::Text, |l| text(&l.event.scale)),
    ("ticket", Kind::Text, |l| text(&l.event.ticket)),
    ("until", Kind::Date, |l| Cell::maybe(l.event.until, Cell::Date)),
    ("event", Kind::Text, |l| text(&l.event.event)),
    ("reason", Kind::Text, |l| text(&l.event.reason)),
    ("forced", Kind::Text, |l| text(&l.event.forced)),
    (NOTE, Kind::Text, |l| text(&l.event.note)),
    ("retracted", Kind::Text, |l| Cell::Bool(l.retracted)),
];

fn text(value: &Option<Text>) -> Cell {
    Cell::maybe(value.as_deref(), Cell::text)
}

fn list(items: &[Text]) -> Cell {
    Cell::list(items.iter().cloned())
}

/// The names of the columns, in the order of `export`.
pub fn all() -> Vec<String> {
    COLUMNS.iter().map(|(id, ..)| (*id).to_owned()).collect()
}

/// The entries that are asked for.
pub struct Events(Vec<&'static Definition>);

impl Events {
    /// With these columns.
    pub fn of(columns: &[&str]) -> Result<Events, Diagnostic> {
        let chosen = columns.iter().map(|name| {
            let name = name.trim();
            let ids = || COLUMNS.iter().map(|(id, ..)| *id);
            COLUMNS.iter().find(|(id, ..)| *id == name).ok_or_else(|| {
                Diagnostic::new(Code::BadArgument, format!("no column `{name}`"))
                    .nearest(name, ids())
                    .help(format!("columns: {}", ids().collect::<Vec<_>>().join(", ")))
            })
        });
        Ok(Events(chosen.collect::<Result<_, _>>()?))
    }

    /// What of each record it takes.
    pub fn keep(&self, request: &Request, book: &Book) -> Keep {
        if self.0.iter().any(|(id, ..)| *id == NOTE) {
            Keep::Everything
        } else {
            request.keep(&book.settings, book.as_of, false)
        }
    }

    /// Those up to the day, prospect by prospect, in order of replay. Nothing of them is kept but their
    /// rows.
    pub fn sheet(&self, book: &Book, request: &Request) -> Sheet {
        let lang = book.settings.language;
        let rows: Vec<Box<[PackedRow]>> = request.gather(book, |record| {
            let events = upto(&record.prospect.events, book.as_of);
            let lines = events.iter().zip(retracted_by_later(events));
            let lines = lines.map(|(event, retracted)| Line { record, event, retracted });
            let cells = |line: &Line| self.0.iter().map(|(_, _, cell)| cell(line)).collect();
            Some(lines.map(|line| PackedRow::of(&Row::new(cells(&line)))).collect())
        });
        let rows: Vec<PackedRow> = rows.into_iter().flatten().collect();
        let heads = self.0.iter().map(|(id, kind, _)| column(id, *kind, lang)).collect();
        let mut sheet = Sheet::single("events", "", heads, rows.into());
        sheet.about = book.as_of.to_string();
        sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::FIELDS;

    #[test]
    fn every_field_of_an_entry_is_exported() {
        let columns = all();
        for field in FIELDS {
            assert!(columns.contains(&field.replace('_', "-")), "{field}");
        }
    }
}
