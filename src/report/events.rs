//! `crm export events`: the journals of chosen prospects, one row an entry.

use super::Request;
use super::columns::{criterion, currency_column, positions};
use super::several::several;
use crate::diag::Diagnostic;
use crate::format::line::{
    written_days, written_facts, written_lines, written_roles, written_schedule,
};
use crate::model::buying::BUYER_STEPS;
use crate::model::event::{Event, KEYS, KeyType, NO_OWNER, event_keys};
use crate::model::kind::KINDS;
use crate::model::privacy::VEIL;
use crate::model::profile::FactValue;
use crate::model::settings::Settings;
use crate::rules::book::{Book, Keep};
use crate::rules::replay::state::Record;
use crate::rules::replay::{retracted_by_later, upto};
use crate::table::sheet::{Cell, Kind, Sheet};
use crate::table::terms::term;
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::text::Text;

/// An entry, its prospect, and whether a later one retracted it.
struct EventRow<'b> {
    record: &'b Record,
    settings: &'b Settings,
    event: &'b Event,
    retracted: bool,
}

/// The column of notes, which are kept only where they are asked for.
const NOTE: &str = "note";

/// A column: its id with `_` for `-`, its kind, and its cell.
type Definition = (&'static str, (Kind, fn(&EventRow) -> Cell));

/// The kind of column and the cell of a type in the table of keys.
macro_rules! cell_of {
    (Kind, $l:ident, $value:expr) => {
        (Kind::Text, |$l| Cell::text(term(KINDS, &$value, $l.settings.language)))
    };
    (Criteria, $l:ident, $value:expr) => {
        (Kind::Text, |$l| $l.criteria(&$value))
    };
    (Stage, $l:ident, $value:expr) => {
        (Kind::Text, |$l| Cell::maybe($value.as_deref(), |id| Cell::text($l.stage(id))))
    };
    (Time, $l:ident, $value:expr) => {
        (Kind::Text, |$l| Cell::maybe($value, |time| Cell::text(time.to_string())))
    };
    (Date, $l:ident, $value:expr) => {
        (Kind::Date, |$l| Cell::maybe($value, Cell::Date))
    };
    (Moment, $l:ident, $value:expr) => {
        (Kind::Date, |$l| Cell::maybe($value, Cell::Moment))
    };
    (Money, $l:ident, $value:expr) => {
        (Kind::Number, |$l| Cell::maybe($value, Cell::Money))
    };
    (Bool, $l:ident, $value:expr) => {
        (Kind::Text, |$l| Cell::maybe($value, Cell::Bool))
    };
    (Score, $l:ident, $value:expr) => {
        (Kind::Number, |$l| Cell::maybe($value, Cell::Amount))
    };
    (Count, $l:ident, $value:expr) => {
        (Kind::Number, |$l| Cell::maybe($value, |count| Cell::Int(i64::from(count))))
    };
    (Severity, $l:ident, $value:expr) => {
        cell_of!(Count, $l, $value)
    };
    (Roles, $l:ident, $value:expr) => {
        (Kind::Text, |$l| Cell::maybe(written_roles(&$value), Cell::text))
    };
    (Facts, $l:ident, $value:expr) => {
        (Kind::Text, |$l| $l.facts(&$value))
    };
    (Schedule, $l:ident, $value:expr) => {
        (Kind::Text, |$l| Cell::maybe(written_schedule(&$value), Cell::text))
    };
    (Lines, $l:ident, $value:expr) => {
        (Kind::Text, |$l| Cell::maybe(written_lines(&$value), Cell::text))
    };
    (Texts, $l:ident, $value:expr) => {
        (Kind::Text, |$l| texts(&$value))
    };
    (Dates, $l:ident, $value:expr) => {
        (Kind::Text, |$l| Cell::maybe(written_days(&$value), Cell::text))
    };
    (Buyer, $l:ident, $value:expr) => {
        (Kind::Text, |$l| {
            let word = |step: &str| Cell::text(term(&BUYER_STEPS, step, $l.settings.language));
            Cell::maybe($value.as_deref(), word)
        })
    };
    (Rep, $l:ident, $value:expr) => {
        (Kind::Text, |$l| rep(&$value))
    };
    ($text:ident, $l:ident, $value:expr) => {
        (Kind::Text, |$l| text(&$value))
    };
}

macro_rules! define_columns {
    (
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        /// Every column: whose entry and when, then its keys; the rarer ones last.
        const COLUMNS: &[Definition] = &[
            ("id", (Kind::Id, |l| Cell::text(&*l.record.prospect.id))),
            ("name", (Kind::Text, |l| Cell::text(&**l.name()))),
            ("key", (Kind::Text, |l| Cell::text(&*l.event.key.text))),
            ("date", (Kind::Date, |l| Cell::Date(l.event.date()))),
            $((stringify!($name), cell_of!($type, l, l.event.$name)),)*
            ("retracted", (Kind::Text, |l| Cell::Bool(l.retracted))),
            $(($key, cell_of!($of_type, l, l.event.details().$of)),)*
        ];
    };
}
event_keys!(define_columns);

fn text(value: &Option<Text>) -> Cell {
    Cell::maybe(value.as_deref(), Cell::text)
}

fn texts(values: &[Text]) -> Cell {
    if values.is_empty() { Cell::Empty } else { Cell::list(values.iter().cloned()) }
}

/// A rep; an empty one, which releases to the pool, is told from none.
fn rep(value: &Option<Text>) -> Cell {
    Cell::maybe(value.as_deref(), |id| Cell::text(if id.is_empty() { NO_OWNER } else { id }))
}

impl EventRow<'_> {
    /// The name at the top of the file: a later one is that of an entry.
    fn name(&self) -> &Text {
        let prospect = &self.record.prospect;
        prospect.opening.as_deref().map_or(&prospect.name, |opening| &opening.name)
    }

    /// A column of the prospect's board: its id for machines, its label for people.
    fn stage<'s>(&'s self, id: &'s str) -> &'s str {
        let pipeline = self.record.pipeline(self.settings);
        let stage = pipeline.find(id).map(|position| &pipeline.stages[position]);
        stage.map_or(id, |stage| stage.label.term(self.settings.language, id))
    }

    /// Changes of facts; for machines without those that the user cannot read.
    fn facts(&self, changes: &[(Text, FactValue)]) -> Cell {
        let is_veiled = |value: &FactValue| match value {
            FactValue::Text(text) => **text == *VEIL,
            FactValue::Texts(texts) => texts.iter().any(|text| **text == *VEIL),
            FactValue::Nothing | FactValue::Money(_) | FactValue::Date(_) => false,
        };
        let is_shown = |(_, value): &&(Text, FactValue)| {
            self.settings.language != Lang::Machine || !is_veiled(value)
        };
        let shown: Vec<(Text, FactValue)> = changes.iter().filter(is_shown).cloned().collect();
        Cell::maybe(written_facts(&shown), Cell::text)
    }

    fn criteria(&self, ids: &[Text]) -> Cell {
        Cell::list(ids.iter().map(|id| criterion(id, self.settings)))
    }
}

/// The id of a column: `next-what` for the key `next_what`.
fn id_of(name: &str) -> String {
    name.replace('_', "-")
}

/// A part of what a definition gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Amount,
    Currency,
}

/// Every column, currencies behind their amounts.
fn columns() -> impl Iterator<Item = (String, &'static Definition, Part)> {
    let is_money =
        |name: &str| KEYS.iter().any(|row| row.name == name && row.kind == KeyType::Money);
    COLUMNS.iter().flat_map(move |definition| {
        let id = id_of(definition.0);
        match is_money(definition.0) {
            false => vec![(id, definition, Part::Whole)],
            true => {
                let currency = (currency_column(&id), definition, Part::Currency);
                vec![(id, definition, Part::Amount), currency]
            }
        }
    })
}

/// The names of the columns, in the order of `export`.
pub fn all() -> Vec<String> {
    columns().map(|(id, ..)| id).collect()
}

/// The entries that are asked for.
pub struct Events(Vec<(String, &'static Definition, Part)>);

impl Events {
    /// With these columns.
    pub fn of(names: &[&str]) -> Result<Events, Diagnostic> {
        let every: Vec<_> = columns().collect();
        let positions = positions(names, &all(), "events")?;
        let chosen = positions.iter().map(|at| every[*at].clone());
        // An amount whose currency has no column of its own names it itself.
        let alone = |id: &str| positions.iter().all(|at| every[*at].0 != currency_column(id));
        let chosen = chosen.map(|(id, definition, part)| {
            let part = if part == Part::Amount && alone(&id) { Part::Whole } else { part };
            (id, definition, part)
        });
        Ok(Events(chosen.collect()))
    }

    /// The parts of each record that it needs.
    pub fn keep(&self, request: &Request, book: &Book) -> Keep {
        if self.0.iter().any(|(name, ..)| name == NOTE) {
            Keep::Everything
        } else {
            request.keep(&book.settings, book.as_of, false)
        }
    }

    /// Those up to the day, prospect by prospect, in order of replay.
    pub fn sheet(&self, book: &Book, request: &Request) -> Sheet {
        let lang = book.settings.language;
        let heads = self.0.iter().map(|(id, (_, (kind, _)), part)| {
            let kind = if *part == Part::Currency { Kind::Text } else { *kind };
            column(id, kind, lang)
        });
        let heads = heads.collect();
        type Chosen = (String, &'static Definition, Part);
        let cell = |line: &EventRow, (_, (_, (_, cell)), part): &Chosen| match part {
            Part::Whole => cell(line),
            Part::Amount => cell(line).without_currency(),
            Part::Currency => cell(line).currency_alone(),
        };
        several("events", heads, book, request, |record| {
            let events = upto(&record.prospect.events, book.as_of);
            let settings = book.settings_of(record);
            let lines = events.iter().zip(retracted_by_later(events));
            let lines =
                lines.map(|(event, retracted)| EventRow { record, settings, event, retracted });
            lines.map(|line| self.0.iter().map(|column| cell(&line, column)).collect()).collect()
        })
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

    #[test]
    fn notes_are_kept_where_they_are_a_column() {
        let settings = crate::model::settings::Settings::default();
        let on = crate::value::date::Date::parse("2010-01-01").unwrap();
        let book = Book::of(settings, on, Vec::new(), Vec::new());
        let request = Request::of(crate::rules::query::Query::everything());
        let keeps = |name: &str| Events::of(&[name]).unwrap().keep(&request, &book);
        assert!(keeps(NOTE) == Keep::Everything && keeps("kind") != Keep::Everything);
    }

    #[test]
    fn the_currency_beside_an_amount_is_text() {
        let settings = crate::model::settings::Settings::default();
        let book = Book::of(
            settings,
            crate::value::date::Date::parse("2010-01-01").unwrap(),
            Vec::new(),
            Vec::new(),
        );
        let request = Request::of(crate::rules::query::Query::everything());
        let sheet = Events::of(&["value", "value-currency"]).unwrap().sheet(&book, &request);
        let kinds: Vec<Kind> = sheet.tables[0].columns.iter().map(|column| column.kind).collect();
        assert_eq!(kinds, [Kind::Number, Kind::Text]);
    }
}
