//! `crm export events`: the journals of chosen prospects, one row an entry.

use super::Request;
use super::words::column;
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::model::sheet::{Cell, Kind, Row, Sheet};
use crate::model::text::Text;
use crate::rules::book::Book;
use crate::rules::replay::{retracted_by_later, upto};
use crate::rules::state::Record;

/// An entry, whose it is, and whether a later one took it back.
struct Line<'b> {
    record: &'b Record,
    event: &'b Event,
    retracted: bool,
}

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
    ("note", Kind::Text, |l| text(&l.event.note)),
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

/// The entries up to the day, prospect by prospect, in order of replay.
pub fn events(book: &Book, request: &Request, columns: &[&str]) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let mut chosen = Vec::new();
    for name in columns.iter().map(|name| name.trim()) {
        let Some(found) = COLUMNS.iter().find(|(id, ..)| *id == name) else {
            let names = || COLUMNS.iter().map(|(id, ..)| *id);
            return Err(Diagnostic::new(Code::BadArgument, format!("no column `{name}`"))
                .nearest(name, names())
                .help(format!("columns: {}", names().collect::<Vec<_>>().join(", "))));
        };
        chosen.push(found);
    }
    let mut rows = Vec::new();
    for record in request.select(book) {
        let events = upto(&record.prospect.events, book.as_of);
        for (event, retracted) in events.iter().zip(retracted_by_later(events)) {
            let line = Line { record, event, retracted };
            rows.push(Row::new(chosen.iter().map(|(_, _, cell)| cell(&line)).collect()));
        }
    }
    let heads = chosen.iter().map(|(id, kind, _)| column(id, *kind, lang)).collect();
    let mut sheet = Sheet::single("events", "", heads, rows);
    sheet.about = book.as_of.to_string();
    Ok(sheet)
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
