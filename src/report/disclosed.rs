//! The private fields that a command gives out to files and programs, and of whom: what a record of access states.

use super::due::{BIRTHDAY, NEXT};
use crate::model::privacy::{Privacy, VEIL};
use crate::model::prospect::{Contact, Prospect};
use crate::rules::attribute::of_customer;
use crate::rules::book::{Book, Files};
use crate::rules::company::parts;
use crate::rules::query::Query;
use crate::table::sheet::{Audience, Cell, Kind, Row, Sheet, Table};
use crate::table::words::title;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::BTreeSet;

/// Columns that show the field which the row names in one of [`NAMING`].
const NAMED: [&str; 2] = ["excerpt", "detail"];
/// The columns in which a row names a field, by its id or its title, or a thing that is due.
const NAMING: [&str; 3] = ["found-in", "fact", "what"];
/// The column of changes, each with the name of its field.
const CHANGES: &str = "set";

/// How a column shows a private field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Showing {
    /// It is the field's own.
    Itself,
    /// The row names the field.
    Named,
    /// The cell names the field.
    Inside,
}

/// The private fields that are given out, and the prospects and customers that they are of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Disclosed {
    fields: BTreeSet<Text>,
    ids: BTreeSet<Text>,
    /// The rows that name no prospect.
    unnamed: usize,
}

impl Disclosed {
    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = &Text> {
        self.fields.iter()
    }

    /// Of how many prospects and customers they are.
    pub fn people(&self) -> usize {
        self.ids.len() + self.unnamed
    }

    /// Adds fields of a prospect or customer, if there are any.
    pub fn add(&mut self, id: &str, fields: impl IntoIterator<Item = Text>) {
        let fields: Vec<Text> = fields.into_iter().collect();
        if !fields.is_empty() {
            self.ids.insert(id.into());
            self.fields.extend(fields);
        }
    }

    /// Adds the private fields of files, `among` all of them, that are open to the user; in a company those of the ledger
    /// `member`.
    pub fn add_files(
        &mut self,
        book: &Book,
        (files, query): (Files, &Query),
        among: &[&str],
        member: Option<&str>,
        privacy: &Privacy,
    ) {
        let wanted: Vec<&Text> = private(privacy, among).collect();
        let row = |prospect: &Prospect| -> Vec<Text> {
            wanted
                .iter()
                .filter(|field| has(prospect, field))
                .map(|field| (*field).clone())
                .collect()
        };
        let found = book.gather_in(files, query, |record| {
            let prospect = &record.prospect;
            Some((prospect.id.clone(), row(prospect)))
        });
        let own = found.into_iter().filter(|(id, _)| is_of(member, id));
        own.for_each(|(id, fields)| self.add(&id, fields));
    }

    /// Adds the private fields in a sheet, or in its table `only`, of the rows whose ids begin with `member/` in a
    /// company.
    pub fn add_sheet(
        &mut self,
        sheet: &Sheet,
        only: Option<&str>,
        member: Option<&str>,
        privacy: &Privacy,
    ) {
        let is_given = |table: &&Table| match only {
            Some(only) => table.id == only,
            None => table.audience != Audience::Nobody,
        };
        sheet
            .tables
            .iter()
            .filter(is_given)
            .for_each(|table| self.add_table(table, member, privacy));
    }

    /// Adds what the sheet of one prospect or customer gives out.
    pub fn add_sheet_of(&mut self, id: &str, sheet: &Sheet, privacy: &Privacy) {
        let mut own = Disclosed::default();
        own.add_sheet(sheet, None, None, privacy);
        self.add(id, own.fields);
    }

    fn add_table(&mut self, table: &Table, member: Option<&str>, privacy: &Privacy) {
        let columns = table.columns.iter().enumerate();
        let showing = columns.flat_map(|(at, column)| {
            let fields = shown_in(&column.id, privacy);
            fields.into_iter().map(move |(field, how)| (at, field, how))
        });
        let showing: Vec<(usize, Text, Showing)> = showing.collect();
        if showing.is_empty() {
            return;
        }
        let ids = table.columns.iter().position(|column| column.kind == Kind::Id);
        let naming = table.columns.iter().position(|column| NAMING.contains(&&*column.id));
        for row in table.rows.iter() {
            let id = ids.and_then(|at| words_of(row.cells.get(at)?).next());
            if id.is_some_and(|id| !is_of(member, id)) {
                continue;
            }
            let fields = given(&row, &showing, naming);
            match id {
                Some(id) => self.add(id, fields),
                None if fields.is_empty() => {}
                None => {
                    self.unnamed += 1;
                    self.fields.extend(fields);
                }
            }
        }
    }
}

/// Is an id one of a ledger of the company? Where there is no company, each is.
fn is_of(member: Option<&str>, id: &str) -> bool {
    member.is_none_or(|member| parts(id).is_some_and(|(of, _)| of == member))
}

/// The private fields among some.
fn private<'p>(privacy: &'p Privacy, among: &[&str]) -> impl Iterator<Item = &'p Text> {
    let fields = privacy.fields.iter().map(|(field, _)| field);
    fields.filter(move |field| among.is_empty() || among.contains(&&***field))
}

/// The private fields that columns show.
pub fn shown_by<'c>(columns: impl Iterator<Item = &'c str>, privacy: &Privacy) -> Vec<Text> {
    columns.flat_map(|column| shown_in(column, privacy)).map(|(field, _)| field).collect()
}

/// The private fields that a column shows, and how.
fn shown_in(column: &str, privacy: &Privacy) -> Vec<(Text, Showing)> {
    let (_, own) = of_customer(column);
    let key = own.replace('-', "_");
    let how = |field: &Text| match own {
        _ if **field == *own || **field == *key => Some(Showing::Itself),
        CHANGES => Some(Showing::Inside),
        _ => NAMED.contains(&own).then_some(Showing::Named),
    };
    let fields = privacy.fields.iter().map(|(field, _)| field);
    fields.filter_map(|field| Some((field.clone(), how(field)?))).collect()
}

/// The fields that a row gives out; `naming`: the column in which it names its field.
fn given(row: &Row, showing: &[(usize, Text, Showing)], naming: Option<usize>) -> Vec<Text> {
    let named: Vec<&str> =
        naming.and_then(|at| row.cells.get(at)).into_iter().flat_map(words_of).collect();
    let is_named = |field: &str| {
        let due = match field {
            "next_what" => Some(NEXT),
            "birthday" => Some(BIRTHDAY),
            _ => None,
        };
        let due = due.into_iter().flat_map(|(_, en, zh)| [en.to_owned(), zh.to_owned()]);
        let id = field.replace('_', "-");
        let titles = [Lang::En, Lang::Zh].map(|lang| title(&id, lang));
        let mut names = due.chain(titles).chain([id, field.to_owned()]);
        names.any(|name| named.contains(&&*name))
    };
    let is_given = |(at, field, how): &&(usize, Text, Showing)| {
        let Some(cell) = row.cells.get(*at).filter(|cell| is_open(cell)) else { return false };
        match how {
            Showing::Itself => true,
            Showing::Named => is_named(field),
            Showing::Inside => words_of(cell).any(|word| word.contains(&**field)),
        }
    };
    showing.iter().filter(is_given).map(|(_, field, _)| field.clone()).collect()
}

/// The words of a cell.
fn words_of(cell: &Cell) -> impl Iterator<Item = &str> {
    let words = match cell {
        Cell::Text(text) => std::slice::from_ref(text),
        Cell::List(words) | Cell::Lines(words) => words,
        _ => &[],
    };
    words.iter().map(|word| &**word)
}

/// Has a cell a value that the user can read?
fn is_open(cell: &Cell) -> bool {
    match cell {
        Cell::Empty | Cell::Bool(_) | Cell::Absent(_) => false,
        Cell::Text(text) => !text.is_empty() && !cell.is_veiled(),
        Cell::List(words) | Cell::Lines(words) => !words.is_empty() && !cell.is_veiled(),
        _ => true,
    }
}

/// Has a prospect a value of a field that the user can read?
fn has(prospect: &Prospect, field: &str) -> bool {
    let is_open = |text: &Text| !text.is_empty() && **text != *VEIL;
    let person = |value: fn(&Contact) -> &Option<Text>| {
        prospect.contacts.iter().filter_map(|person| value(person).as_ref()).any(is_open)
    };
    let profile = prospect.profile();
    let of_people = match field {
        "phone" => person(|person| &person.phone),
        "email" => person(|person| &person.email),
        "role" => person(|person| &person.role),
        "concern" => person(|person| &person.concern),
        "prefers" => person(|person| &person.prefers),
        "birthday" => prospect.contacts.iter().any(|person| person.birthday.is_some()),
        "note" => prospect.events.iter().filter_map(|event| event.note.as_ref()).any(is_open),
        "next_what" => prospect.events.iter().filter_map(|e| e.next_what.as_ref()).any(is_open),
        "solution" => {
            prospect.events.iter().filter_map(|e| e.details().solution.as_ref()).any(is_open)
        }
        "challenge" => profile.challenge.iter().any(is_open),
        "wants" => profile.wants.iter().any(is_open),
        "documents" => profile.documents.iter().any(is_open),
        _ => false,
    };
    of_people || prospect.fact(field).is_some_and(|text| !text.is_empty() && *text != *VEIL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::sheet::{Column, Rows};

    fn privacy() -> Privacy {
        let fields = ["phone", "note", "next_what", "卡号"];
        Privacy { fields: fields.map(|field| (field.into(), 1)).into(), ..Privacy::default() }
    }

    fn sheet(columns: &[(&str, Kind)], rows: Vec<Vec<Cell>>) -> Sheet {
        let columns = columns.iter().map(|(id, kind)| Column::new(*id, *id, *kind)).collect();
        let rows: Rows = rows.into_iter().map(Row::new).collect();
        Sheet::single("list", "", columns, rows)
    }

    fn of(sheet: &Sheet, member: Option<&str>) -> (Vec<Text>, usize) {
        let mut disclosed = Disclosed::default();
        disclosed.add_sheet(sheet, None, member, &privacy());
        (disclosed.fields().cloned().collect(), disclosed.people())
    }

    #[test]
    fn people_are_counted_once_and_only_with_what_is_open() {
        let row = |id: &str, phone: Cell| vec![Cell::text(id), phone, Cell::text("Ann")];
        let columns = [("id", Kind::Id), ("phone", Kind::Text), ("contact", Kind::Text)];
        let rows = vec![
            row("a", Cell::text("1")),
            row("a", Cell::text("2")),
            row("b", Cell::text(VEIL)),
            row("c", Cell::Empty),
        ];
        assert_eq!(of(&sheet(&columns, rows), None), (vec!["phone".into()], 1));
        let without = sheet(&columns[1..], vec![row("a", Cell::text("1"))[1..].to_vec()]);
        assert_eq!(of(&without, None), (vec!["phone".into()], 1));
    }

    #[test]
    fn an_excerpt_is_of_the_field_that_it_was_found_in() {
        let columns = [("id", Kind::Id), ("found-in", Kind::Text), ("excerpt", Kind::Text)];
        let row = |id: &str, places: &[&str]| {
            vec![Cell::text(id), Cell::list(places.iter().copied()), Cell::text("x")]
        };
        let rows = vec![
            row("a", &["name"]),
            row("b", &["name", "note"]),
            row("c", &["备注"]),
            row("d", &["Company"]),
        ];
        assert_eq!(of(&sheet(&columns, rows), None), (vec!["note".into()], 2));
    }

    #[test]
    fn a_row_and_a_cell_name_their_fields() {
        let columns = [("id", Kind::Id), ("what", Kind::Text), ("detail", Kind::Text)];
        let row = |id: &str, what: &str| [id, what, "x"].map(Cell::text).to_vec();
        let rows = vec![row("a", "next step"), row("b", "tell the customer"), row("c", NEXT.2)];
        assert_eq!(of(&sheet(&columns, rows), None), (vec!["next_what".into()], 2));
        let columns = [("id", Kind::Id), ("set", Kind::Text)];
        let row = |id: &str, set: &str| [id, set].map(Cell::text).to_vec();
        let rows = vec![row("a", "{ region = \"x\" }"), row("b", "{ 卡号 = \"1\" }")];
        assert_eq!(of(&sheet(&columns, rows), None), (vec!["卡号".into()], 1));
    }

    #[test]
    fn a_ledger_of_a_company_has_its_own_rows() {
        let columns = [("id", Kind::Id), ("customer.卡号", Kind::Text)];
        let row = |id: &str| [id, "x"].map(Cell::text).to_vec();
        let sheet = sheet(&columns, vec![row("north/a"), row("south/a"), row("north/b")]);
        assert_eq!(of(&sheet, Some("north")), (vec!["卡号".into()], 2));
        assert_eq!(of(&sheet, Some("south")).1, 1);
    }
}
