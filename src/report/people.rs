//! `crm export people`: the contacts of chosen prospects, one row a person.

use super::Request;
use super::columns::positions;
use super::several::several;
use crate::diag::Diagnostic;
use crate::model::kind::KINDS;
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::table::terms::{PARTS, STANCES, term};
use crate::table::words::column;
use crate::value::label::Lang;

/// A column: its id, its kind, and its cell.
type Definition = (&'static str, Kind, fn(&Prospect, &Contact) -> Cell);

/// Every column: the prospect, then the person.
const COLUMNS: &[Definition] = &[
    ("id", Kind::Id, |prospect, _| Cell::text(&*prospect.id)),
    ("name", Kind::Text, |prospect, _| Cell::text(&*prospect.name)),
    ("contact", Kind::Text, |_, person| Cell::text(&*person.name)),
    ("role", Kind::Text, |_, person| Cell::maybe(person.role.as_deref(), Cell::text)),
    ("decides", Kind::Text, |_, person| Cell::Bool(person.decides)),
    ("phone", Kind::Text, |_, person| Cell::maybe(person.phone.as_deref(), Cell::text)),
    ("email", Kind::Text, |_, person| Cell::maybe(person.email.as_deref(), Cell::text)),
    ("birthday", Kind::Date, |_, person| Cell::maybe(person.birthday, Cell::Date)),
    ("part", Kind::Text, |_, person| Cell::maybe(person.part.as_deref(), Cell::text)),
    ("stance", Kind::Text, |_, person| Cell::maybe(person.stance.as_deref(), Cell::text)),
    ("concern", Kind::Text, |_, person| Cell::maybe(person.concern.as_deref(), Cell::text)),
    ("prefers", Kind::Text, |_, person| Cell::maybe(person.prefers.as_deref(), Cell::text)),
    ("refuses", Kind::Text, |_, person| Cell::list(person.refuses.iter().map(|way| &**way))),
    ("left", Kind::Date, |_, person| Cell::maybe(person.left, Cell::Date)),
];

/// The names of the columns, in the order of `export`.
pub fn all() -> Vec<String> {
    COLUMNS.iter().map(|(id, ..)| (*id).to_owned()).collect()
}

/// The people that are asked for.
pub struct People(Vec<&'static Definition>);

impl People {
    /// With these columns.
    ///
    /// # Errors
    /// If a name is that of no column.
    pub fn of(names: &[&str]) -> Result<People, Diagnostic> {
        let positions = positions(names, &all(), "people")?;
        Ok(People(positions.into_iter().map(|at| &COLUMNS[at]).collect()))
    }

    /// The people prospect by prospect, in the order of the files.
    pub fn sheet(&self, book: &Book, request: &Request) -> Sheet {
        let lang = book.settings.language;
        let heads = self.0.iter().map(|(id, kind, _)| column(id, *kind, lang)).collect();
        several("people", heads, book, request, |record| {
            let prospect = &record.prospect;
            let cells = |person| self.0.iter().map(|(_, _, cell)| cell(prospect, person)).collect();
            prospect.contacts.iter().map(cells).collect()
        })
    }
}

/// The people of one prospect. People read words in place of ids, and no columns without a cell.
pub fn of_one(prospect: &Prospect, settings: &Settings) -> Sheet {
    let lang = settings.language;
    let is_shown = |(id, _, _): &&Definition| match lang {
        Lang::Machine => true,
        Lang::En | Lang::Zh => !["id", "name"].contains(id),
    };
    let mut columns: Vec<&Definition> = COLUMNS.iter().filter(is_shown).collect();
    let is_empty = |(_, _, cell): &Definition| {
        let cells = prospect.contacts.iter().map(|person| cell(prospect, person));
        cells.into_iter().all(|cell| match cell {
            Cell::Empty | Cell::Bool(false) => true,
            Cell::List(items) => items.is_empty(),
            _ => false,
        })
    };
    if lang != Lang::Machine {
        columns.retain(|column| column.0 == "contact" || !is_empty(column));
    }
    let row = |person| {
        let cells = columns.iter().map(|(id, _, cell)| in_words(id, cell(prospect, person), lang));
        Row::new(cells.collect())
    };
    let rows: Vec<Row> = prospect.contacts.iter().map(row).collect();
    let heads = columns.iter().map(|(id, kind, _)| of_person(column(id, *kind, lang))).collect();
    Sheet::single("people", &*prospect.name, heads, rows.into())
}

/// A column of people: what is dialled or written to stays whole.
pub(super) fn of_person(column: Column) -> Column {
    if ["phone", "email"].contains(&&*column.id) { column.whole() } else { column }
}

/// The cell of a column whose ids have words for people.
pub(super) fn in_words(id: &str, cell: Cell, lang: Lang) -> Cell {
    let set = match id {
        "part" => PARTS,
        "stance" => STANCES,
        "prefers" | "refuses" => KINDS,
        _ => return cell,
    };
    match cell {
        Cell::Text(id) => Cell::text(term(set, &id, lang)),
        Cell::List(ids) => Cell::list(ids.iter().map(|id| term(set, id, lang))),
        cell => cell,
    }
}
