//! A prospect's file: text -> [`Prospect`], with everything that is wrong in it.

use crate::diag::{Code, Diagnostic, Place};
use crate::format::syntax::looks_like_date;
use crate::format::tree::{Reader, Table, Value, parse};
use crate::model::event::{Event, EventKey, event_keys};
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Settings;
use crate::value::date::Date;
use std::path::Path;
use toml::de::DeValue;

/// Keys of a contact.
const CONTACT_KEYS: [&str; 6] = ["name", "role", "decides", "phone", "email", "birthday"];

/// Reads a file's text. What cannot be known is left out and reported; `None` only where the file as a
/// whole says nothing (empty, or not TOML). `path` is relative to the ledger's root, `shown` the path
/// that diagnostics print.
pub fn read_prospect(
    text: &str,
    id: &str,
    path: &Path,
    shown: &Path,
    settings: &Settings,
) -> (Option<Prospect>, Vec<Diagnostic>) {
    let place = Place::file(shown);
    let table = match parse(text, &place) {
        Ok(table) => table,
        Err(problems) => return (None, problems),
    };
    let mut reader = Reader::new(place.clone(), Code::WrongType);
    let mut prospect = Prospect { id: id.into(), path: path.to_owned(), ..Prospect::default() };
    if table.is_empty() {
        let problem = Diagnostic::new(Code::EmptyFile, "the file is empty")
            .at(place)
            .help("a prospect needs at least a name: name = \"…\"");
        return (None, vec![problem]);
    }
    for (key, value) in &table {
        fact(&mut reader, &mut prospect, key.get_ref(), value, settings);
    }
    events_last(&mut reader, &table);
    if prospect.name.trim().is_empty() {
        match table.get("name").map(|name| (name.get_ref(), name.span())) {
            None => reader.problems.push(
                Diagnostic::new(Code::MissingName, "the prospect has no `name`")
                    .at(place)
                    .help("add a line at the top: name = \"…\""),
            ),
            Some((DeValue::String(_), span)) => {
                let diagnostic = Diagnostic::new(Code::MissingName, "the `name` is empty")
                    .help("say who this is: name = \"…\"");
                reader.problem(span, diagnostic);
            }
            // Of another type: reported as that.
            Some(_) => {}
        }
        prospect.name = id.into();
    }
    (Some(prospect), reader.problems)
}

fn fact(
    reader: &mut Reader,
    prospect: &mut Prospect,
    key: &str,
    value: &Value,
    settings: &Settings,
) {
    match key {
        "name" | "company" | "industry" | "region" | "size" | "source" | "product" | "account"
        | "pipeline" => {
            if let Some(text) = reader.text(key, value) {
                prospect.set_fact(key, &text);
            }
        }
        "needs" => prospect.needs = reader.texts(key, value),
        "tags" => prospect.tags = reader.texts(key, value),
        "contact" => {
            prospect.contacts = reader
                .tables(key, value)
                .into_iter()
                .map(|(table, _)| contact(reader, table))
                .collect();
        }
        "events" => {
            if let Some(table) = reader.table(key, value) {
                prospect.events = events(reader, table);
            }
        }
        own if settings.facts.iter().any(|fact| **fact == *own) => {
            if let Some(text) = reader.text(key, value) {
                prospect.set_fact(key, &text);
            }
        }
        unknown => prospect.unknown.push(unknown.into()),
    }
}

/// `[events]` is the last table, so that an entry is added at the end of the file.
fn events_last(reader: &mut Reader, table: &Table) {
    let Some((events, _)) = table.get_key_value("events") else { return };
    let after = table
        .iter()
        .filter(|(key, _)| key.get_ref() != "events")
        .find(|(_, value)| last_start(value) > events.span().start);
    if let Some((key, _)) = after {
        let diagnostic = Diagnostic::new(
            Code::EventsNotLast,
            format!("`{}` stands after `[events]`", key.get_ref()),
        )
        .help("move `[events]` to the end of the file: entries are added there");
        reader.problem(key.span(), diagnostic);
    }
}

/// Where the last `[[contact]]`, or any other table under its own header, begins.
fn last_start(value: &Value) -> usize {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| item.span().start).max().unwrap_or(0),
        _ => value.span().start,
    }
}

fn contact(reader: &mut Reader, table: &Table) -> Contact {
    let mut contact = Contact::default();
    for (key, value) in table {
        let span = key.span();
        let key: &str = key.get_ref();
        match key {
            "name" => contact.name = reader.text(key, value).unwrap_or_default(),
            "role" => contact.role = reader.text(key, value),
            "decides" => contact.decides = reader.boolean(key, value).unwrap_or(false),
            "phone" => contact.phone = reader.text(key, value),
            "email" => contact.email = reader.text(key, value),
            "birthday" => contact.birthday = reader.date(key, value),
            _ => {
                let diagnostic = Diagnostic::new(
                    Code::UnknownKey,
                    format!("unknown key `{key}` of a contact; it is kept"),
                )
                .nearest(key, CONTACT_KEYS);
                reader.problem(span, diagnostic);
            }
        }
    }
    contact
}

fn events(reader: &mut Reader, table: &Table) -> Vec<Event> {
    let mut events = Vec::with_capacity(table.len());
    for (key, value) in table {
        let Some(event_key) = EventKey::parse(key.get_ref()) else {
            reader.problem(key.span(), bad_key(key.get_ref()));
            continue;
        };
        if let Some(fields) = entry(reader, key.get_ref(), value) {
            let mut event = Event::new(event_key, "");
            for (key, value) in fields {
                field(reader, &mut event, key.get_ref(), value);
            }
            if event.kind.is_empty() {
                let diagnostic = Diagnostic::new(Code::WrongType, "an event needs a `kind`")
                    .help("say what happened: kind = \"meeting\" (or call, note, …)");
                reader.problem(key.span(), diagnostic);
                event.kind = "note".into();
            }
            events.push(event);
        }
    }
    events.sort_by(|a, b| a.key.cmp(&b.key));
    events
}

/// The fields of an entry.
fn entry<'v, 'a>(reader: &mut Reader, key: &str, value: &'v Value<'a>) -> Option<&'v Table<'a>> {
    match value.get_ref() {
        DeValue::Table(fields) => Some(fields),
        _ => {
            let diagnostic = Diagnostic::new(Code::WrongType, "an entry is a table")
                .help(format!("write {key} = {{ kind = \"note\", note = \"…\" }}"));
            reader.problem(value.span(), diagnostic);
            None
        }
    }
}

/// A key that is not `DATE[-N][-SUFFIX]`; also what a day's tally has for its key.
pub fn bad_key(key: &str) -> Diagnostic {
    let date = key.get(..10).filter(|date| looks_like_date(date) && date.len() == 10);
    match date {
        Some(date) if Date::parse(date).is_none() => {
            Diagnostic::new(Code::BadDate, format!("`{date}` is not in the calendar"))
                .help("a key begins with the day on which it happened: YYYY-MM-DD")
        }
        _ => Diagnostic::new(Code::BadEventKey, format!("`{key}` is not DATE[-N][-SUFFIX]"))
            .help("a key begins with the day: 2009-12-03, 2009-12-03-2, 2009-12-03-call"),
    }
}

/// Reads a value of a type in the table of keys.
macro_rules! read_value {
    (Kind, $reader:ident, $key:ident, $value:ident) => {
        (&*$reader.text($key, $value).unwrap_or_default()).into()
    };
    (Criteria, $reader:ident, $key:ident, $value:ident) => {
        $reader.texts($key, $value)
    };
    (Time, $reader:ident, $key:ident, $value:ident) => {
        $reader.time($key, $value)
    };
    (Date, $reader:ident, $key:ident, $value:ident) => {
        $reader.date($key, $value)
    };
    (Moment, $reader:ident, $key:ident, $value:ident) => {
        $reader.moment($key, $value)
    };
    (Money, $reader:ident, $key:ident, $value:ident) => {
        $reader.money($key, $value)
    };
    (Bool, $reader:ident, $key:ident, $value:ident) => {
        $reader.boolean($key, $value)
    };
    (Score, $reader:ident, $key:ident, $value:ident) => {
        $reader.amount($key, $value)
    };
    ($text:ident, $reader:ident, $key:ident, $value:ident) => {
        $reader.text($key, $value)
    };
}

macro_rules! define_field {
    ($($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*) => {
        fn field(reader: &mut Reader, event: &mut Event, key: &str, value: &Value) {
            match key {
                $(stringify!($name) => event.$name = read_value!($type, reader, key, value),)*
                unknown => event.unknown.push(unknown.into()),
            }
        }
    };
}
event_keys!(define_field);
