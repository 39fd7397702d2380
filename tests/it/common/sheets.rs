//! Reports of small books made in memory, and how their sheets look.

use super::{book, day, query};
use crm::report::dimension::Dimension;
use crm::report::{Request, find};
use crm::rules::book::Book;
use crm::table::sheet::{Cell, Emphasis, Sheet, Table};
use crm::value::period::Period;

/// A book of prospects with events, without facts.
pub fn ledger(settings: &str, prospects: &[(&str, &str)], on: &str) -> Book {
    let prospects: Vec<(&str, &str, &str)> =
        prospects.iter().map(|(id, events)| (*id, "", *events)).collect();
    book(settings, &prospects, on)
}

/// A book of as many alike as are asked for, under ids that begin alike.
pub fn many(settings: &str, alike: &[(usize, &str, &str)], on: &str) -> Book {
    let ids: Vec<(String, &str)> = alike
        .iter()
        .flat_map(|(n, id, events)| (0..*n).map(move |at| (format!("{id}{at:02}"), *events)))
        .collect();
    let prospects: Vec<(&str, &str)> = ids.iter().map(|(id, events)| (&**id, *events)).collect();
    ledger(settings, &prospects, on)
}

/// These days, as a period is asked for.
pub fn days(from: &str, to: &str) -> Option<Period> {
    Some(Period { from: day(from), to: day(to) })
}

/// A report, of all prospects unless the request is changed.
pub fn make(name: &str, book: &Book, change: impl FnOnce(&mut Request)) -> Sheet {
    let mut request = Request::of(query(book, ""));
    change(&mut request);
    (find(name).unwrap().make)(book, &request).unwrap()
}

/// A report of everything.
pub fn plain(name: &str, book: &Book) -> Sheet {
    make(name, book, |_| ())
}

/// The table of this id.
pub fn table<'s>(sheet: &'s Sheet, id: &str) -> &'s Table {
    sheet.tables.iter().find(|table| table.id == id).unwrap()
}

/// A cell as text.
pub fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::Int(n) => n.to_string(),
        Cell::Number(x, digits) => format!("{x:.digits$}"),
        Cell::Amount(amount) => amount.to_string(),
        Cell::Rate(n, of) => format!("{n}/{of}"),
        Cell::Absent(why) => why.to_string(),
        other => format!("{other:?}"),
    }
}

/// The rows of a table as text: cells between bars, `!` before those that warn, `+` before good ones, `=` before sums.
pub fn rows(table: &Table) -> Vec<String> {
    let row = |cells: &[Cell], emphasis: Emphasis| {
        let mark = match emphasis {
            Emphasis::Plain => "",
            Emphasis::Good => "+",
            Emphasis::Warn => "!",
            Emphasis::Total => "=",
        };
        let cells: Vec<String> = cells.iter().map(shown).collect();
        format!("{mark}{}", cells.join("|"))
    };
    table.rows.iter().map(|one| row(&one.cells, one.emphasis)).collect()
}

/// The mark of each row, without its cells.
pub fn marks(table: &Table) -> String {
    let marked = rows(table);
    marked
        .iter()
        .map(|row| row.chars().next().filter(|c| "!+=".contains(*c)).unwrap_or('.'))
        .collect()
}

/// One column, from top to bottom.
pub fn column(table: &Table, id: &str) -> Vec<String> {
    let at = table.columns.iter().position(|column| column.id == id).unwrap();
    table.rows.iter().map(|row| shown(&row.cells[at])).collect()
}

/// How many notes hold these words.
pub fn remarks(sheet: &Sheet, part: &str) -> usize {
    sheet.notes.iter().filter(|note| note.contains(part)).count()
}

/// Open at 50 %, due on 2010-01-25.
pub const OPEN: &str = "2010-01-01 = { kind = \"imported\", stage = \"50\", owner = \"he\", value = 100, close_by = 2010-01-25 }\n";
/// Met, and won after a week.
pub const WON: &str = "2010-01-01 = { kind = \"imported\", stage = \"25\", owner = \"he\" }\n\
    2010-01-02 = { kind = \"meeting\" }\n\
    2010-01-09 = { kind = \"booking\", amount = 100, stage = \"closed\", forced = \"x\" }\n";
/// Lost on 2010-01-09.
pub const LOST: &str = "2010-01-01 = { kind = \"imported\", stage = \"25\", owner = \"he\" }\n\
    2010-01-09 = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n";
/// One rep, who may hold two.
pub const TEAM: &str = "[[rep]]\nid = \"he\"\ncapacity = 2\n";

/// A report broken down by owner.
pub fn by_owner(name: &str, book: &Book) -> Sheet {
    make(name, book, |request| request.by = Some(Dimension::OWNER))
}
