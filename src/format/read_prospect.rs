//! A prospect's file: text -> [`Prospect`], with everything that is wrong in it.

use crate::diag::{Code, Diagnostic, Place};
use crate::format::append::not_lines;
use crate::format::syntax::looks_like_date;
use crate::format::tree::{Reader, TomlTable, TomlValue, parse};
use crate::model::event::{Event, EventKey, event_keys};
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Settings;
use crate::value::date::Date;
use std::path::Path;
use toml::de::DeValue;

/// Keys of a contact.
const CONTACT_KEYS: [&str; 6] = ["name", "role", "decides", "phone", "email", "birthday"];

/// Reads a file's text. Wrong values are left out and reported; the prospect is `None` only if the file is empty
/// or not TOML. `path` is relative to the ledger's root, `shown` is the path that diagnostics print.
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
        let problem = Diagnostic::new(Code::EmptyFile, words!("the file is empty", "文件是空的"))
            .at(place)
            .help(words!(
                "a prospect needs at least a name: name = \"…\"",
                "潜在客户至少要有名称：name = \"…\""
            ));
        return (None, vec![problem]);
    }
    for (key, value) in &table {
        fact(&mut reader, &mut prospect, key.get_ref(), value, settings);
    }
    events_last(&mut reader, &table);
    reader.problems.extend(not_lines(text, "events", &table, &place));
    if prospect.name.trim().is_empty() {
        match table.get("name").map(|name| (name.get_ref(), name.span())) {
            None => reader.problems.push(
                Diagnostic::new(
                    Code::MissingName,
                    words!("the prospect has no `name`", "该潜在客户没有 `name`"),
                )
                .at(place)
                .help(words!(
                    "add a line at the top: name = \"…\"",
                    "请在开头加一行：name = \"…\""
                )),
            ),
            Some((DeValue::String(_), span)) => {
                let diagnostic = Diagnostic::new(
                    Code::MissingName,
                    words!("the `name` is empty", "`name` 是空的"),
                )
                .help(words!(
                    "write the prospect's name: name = \"…\"",
                    "请写明客户名称：name = \"…\""
                ));
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
    value: &TomlValue,
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
fn events_last(reader: &mut Reader, table: &TomlTable) {
    let Some((events, _)) = table.get_key_value("events") else { return };
    let after = table
        .iter()
        .filter(|(key, _)| key.get_ref() != "events")
        .find(|(_, value)| last_start(value) > events.span().start);
    if let Some((key, _)) = after {
        let diagnostic = Diagnostic::new(
            Code::EventsNotLast,
            words!("`{}` is after `[events]`", "`{}` 位于 `[events]` 之后", key.get_ref()),
        )
        .help(words!(
            "move `[events]` to the end of the file: entries are added there",
            "请把 `[events]` 移到文件末尾：记录追加在那里"
        ));
        reader.problem(key.span(), diagnostic);
    }
}

/// Where the last `[[contact]]`, or any other table under its own header, begins.
fn last_start(value: &TomlValue) -> usize {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| item.span().start).max().unwrap_or(0),
        _ => value.span().start,
    }
}

fn contact(reader: &mut Reader, table: &TomlTable) -> Contact {
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
                    words!(
                        "unknown key `{key}` of a contact; it is kept",
                        "联系人中有未知的键 `{key}`；予以保留"
                    ),
                )
                .nearest(key, CONTACT_KEYS);
                reader.problem(span, diagnostic);
            }
        }
    }
    contact
}

fn events(reader: &mut Reader, table: &TomlTable) -> Vec<Event> {
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
                let diagnostic = Diagnostic::new(
                    Code::WrongType,
                    words!("an event needs a `kind`", "记录要有 `kind`"),
                )
                .help(words!(
                    "write the kind of event: kind = \"meeting\" (or call, note, …)",
                    "请写明记录种类：kind = \"meeting\"（或 call、note 等）"
                ));
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
fn entry<'v, 'a>(
    reader: &mut Reader,
    key: &str,
    value: &'v TomlValue<'a>,
) -> Option<&'v TomlTable<'a>> {
    match value.get_ref() {
        DeValue::Table(fields) => Some(fields),
        _ => {
            let diagnostic =
                Diagnostic::new(Code::WrongType, words!("an entry is a table", "记录应为表")).help(
                    words!(
                        "write {key} = {{ kind = \"note\", note = \"…\" }}",
                        "请写 {key} = {{ kind = \"note\", note = \"…\" }}"
                    ),
                );
            reader.problem(value.span(), diagnostic);
            None
        }
    }
}

/// The finding about a key, of an event or of a day's tally, that is not `DATE[-N][-SUFFIX]`.
pub fn bad_key(key: &str) -> Diagnostic {
    let date = key.get(..10).filter(|date| looks_like_date(date) && date.len() == 10);
    match date {
        Some(date) if Date::parse(date).is_none() => Diagnostic::new(
            Code::BadDate,
            words!("`{date}` is not in the calendar", "日历上没有 `{date}` 这一天"),
        )
        .help(words!(
            "a key begins with the day of the event: YYYY-MM-DD",
            "键以发生的日期开头：YYYY-MM-DD"
        )),
        _ => Diagnostic::new(
            Code::BadEventKey,
            words!("`{key}` is not DATE[-N][-SUFFIX]", "`{key}` 不符合 DATE[-N][-SUFFIX]"),
        )
        .help(words!(
            "a key begins with the day: 2009-12-03, 2009-12-03-2, 2009-12-03-call",
            "键以日期开头：2009-12-03、2009-12-03-2、2009-12-03-call"
        )),
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
        fn field(reader: &mut Reader, event: &mut Event, key: &str, value: &TomlValue) {
            match key {
                $(stringify!($name) => event.$name = read_value!($type, reader, key, value),)*
                unknown => event.unknown.push(unknown.into()),
            }
        }
    };
}
event_keys!(define_field);
