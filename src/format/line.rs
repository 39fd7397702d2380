//! An event as its line of TOML 1.0.

use crate::model::event::{Event, EventKey, event_keys};
use crate::model::paper::{Instalment, LineItem};
use crate::model::profile::FactValue;
use crate::value::date::Date;
use crate::value::hash::StableHasher;
use crate::value::text::Text;
use std::fmt::Write;
use std::hash::Hasher;
use toml_writer::TomlStringBuilder;

/// A text as a basic string of TOML 1.0: one line, whatever it holds.
pub fn quoted(text: &str) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = toml_writer::TomlWrite::value(&mut out, TomlStringBuilder::new(text).as_basic());
    out
}

/// A key of a table: as it is, or as a text where TOML demands it.
pub fn bare_or_quoted(key: &str) -> String {
    let bare = !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if bare { key.to_owned() } else { quoted(key) }
}

/// `["a", "b"]`
pub fn quoted_list(items: &[Text]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// Money as TOML: a number, or a text with the currency.
pub fn money(money: crate::value::money::Money) -> String {
    match money.currency {
        None => money.amount.to_string(),
        Some(_) => quoted(&money.to_string()),
    }
}

/// Pairs as an inline table; `None` if there are none.
fn inline<T>(pairs: &[(Text, T)], value: impl Fn(&T) -> String) -> Option<String> {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, of)| format!("{} = {}", bare_or_quoted(key), value(of))).collect();
    (!pairs.is_empty()).then(|| format!("{{ {} }}", pairs.join(", ")))
}

/// Roles with their reps as an inline table; `None` if there are none.
pub fn written_roles(roles: &[(Text, Text)]) -> Option<String> {
    inline(roles, |rep| quoted(rep))
}

/// Names with their days as an inline table; `None` if there are none.
pub fn written_days(days: &[(Text, Date)]) -> Option<String> {
    inline(days, ToString::to_string)
}

/// Facts with their new values as an inline table; `None` if there are none.
pub fn written_facts(facts: &[(Text, FactValue)]) -> Option<String> {
    inline(facts, fact_value)
}

/// The value of a fact as TOML; an empty text takes a fact off.
pub fn fact_value(value: &FactValue) -> String {
    match value {
        FactValue::Nothing => quoted(""),
        FactValue::Text(text) => quoted(text),
        FactValue::Texts(texts) => quoted_list(texts),
        FactValue::Money(of) => money(*of),
        FactValue::Date(date) => date.to_string(),
    }
}

/// The key whose value may be long, and is therefore the last one of a line.
const NOTE: &str = "note";

/// Instalments as an array of inline tables; `None` if there are none.
pub fn written_schedule(schedule: &[Instalment]) -> Option<String> {
    blocks(schedule, |one| {
        [
            one.due.map(|due| format!("due = {due}")),
            one.amount.map(|amount| format!("amount = {}", money(amount))),
            one.what.as_deref().map(|what| format!("what = {}", quoted(what))),
        ]
    })
}

/// Line items as an array of inline tables; `None` if there are none.
pub fn written_lines(lines: &[LineItem]) -> Option<String> {
    blocks(lines, |item| {
        [
            Some(format!("product = {}", quoted(&item.product))),
            item.quantity.map(|quantity| format!("quantity = {quantity}")),
            item.price.map(|price| format!("price = {}", money(price))),
        ]
    })
}

fn blocks<T>(items: &[T], fields: impl Fn(&T) -> [Option<String>; 3]) -> Option<String> {
    let block = |item: &T| {
        let fields: Vec<String> = fields(item).into_iter().flatten().collect();
        format!("{{ {} }}", fields.join(", "))
    };
    let blocks: Vec<String> = items.iter().map(block).collect();
    (!blocks.is_empty()).then(|| format!("[{}]", blocks.join(", ")))
}

/// A value of a type in the table of keys as TOML; `None` where there is nothing to write.
macro_rules! written_value {
    (Criteria, $value:expr) => {
        (!$value.is_empty()).then(|| quoted_list(&$value))
    };
    (Texts, $value:expr) => {
        (!$value.is_empty()).then(|| quoted_list(&$value))
    };
    (Dates, $value:expr) => {
        written_days(&$value)
    };
    (Buyer, $value:expr) => {
        $value.as_deref().map(quoted)
    };
    (Money, $value:expr) => {
        $value.map(money)
    };
    (Roles, $value:expr) => {
        written_roles(&$value)
    };
    (Facts, $value:expr) => {
        written_facts(&$value)
    };
    (Rep, $value:expr) => {
        $value.as_deref().map(quoted)
    };
    (Stage, $value:expr) => {
        $value.as_deref().map(quoted)
    };
    (Text, $value:expr) => {
        $value.as_deref().map(quoted)
    };
    (Reason, $value:expr) => {
        $value.as_deref().map(quoted)
    };
    (Status, $value:expr) => {
        $value.as_deref().map(quoted)
    };
    (Schedule, $value:expr) => {
        written_schedule(&$value)
    };
    (Lines, $value:expr) => {
        written_lines(&$value)
    };
    (Note, $value:expr) => {
        $value.as_deref().map(quoted)
    };
    ($shown:ident, $value:expr) => {
        $value.map(|value| value.to_string())
    };
}

macro_rules! define_body {
    (
        kind: Kind, $kind_en:literal, $kind_zh:literal, $kind_about:literal;
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        /// The inline table of an event: kind, person and time first, the note last.
        pub fn body(event: &Event) -> String {
            let (mut out, mut last) = (format!("{{ kind = {}", quoted(&event.kind)), String::new());
            $(if let Some(value) = written_value!($type, event.$name) {
                let name = stringify!($name);
                let _ = write!(if name == NOTE { &mut last } else { &mut out }, ", {name} = {value}");
            })*
            if let Some(details) = &event.details {
                $(if let Some(value) = written_value!($of_type, details.$of) {
                    let _ = write!(out, ", {} = {value}", $key);
                })*
            }
            out.push_str(&last);
            out.push_str(" }");
            out
        }
    };
}
event_keys!(define_body);

/// The line of an event under its key.
pub fn event_line(event: &Event) -> String {
    format!("{} = {}", bare_or_quoted(&event.key.text), body(event))
}

/// Gives an event its key: the day's highest N plus one, and a suffix made from the content, so that
/// two branches which both write a second event of a day do not clash, and the same command gives the
/// same bytes.
pub fn assign_key(event: &mut Event, id: &str, existing: &[Event]) {
    let date = event.date();
    // Events are in the order of their keys: the day's last event has the highest N.
    let until = existing.partition_point(|event| event.date() <= date);
    let last = existing[..until].last().filter(|event| event.date() == date);
    let n = last.map_or(0, |event| event.key.n) + 1;
    let text = written_key(id, date, n, &body(event));
    event.key = EventKey { date, n, text: text.into() };
}

/// A key with a suffix made from the prospect's id and the event's content.
pub fn written_key(of: &str, date: Date, n: u32, content: &str) -> String {
    let mut hash = StableHasher::default();
    for part in [of, &date.to_string(), &n.to_string(), content] {
        hash.write(part.as_bytes());
        hash.write(&[0]);
    }
    format!("{date}-{n}-{}", base32(hash.finish(), 3))
}

/// The suffix of the key of a thing that another program knows by a name of its own: longer than those that are made
/// from contents, so that it is none of them.
pub fn named_suffix(name: &str) -> String {
    let mut hash = StableHasher::default();
    hash.write(name.as_bytes());
    base32(hash.finish(), 6)
}

/// The lowest bits of a hash in base-32 digits that cannot be misread.
pub fn base32(hash: u64, digits: usize) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    // The low bits of FNV mix least: fold the high half in.
    let mut rest = hash ^ (hash >> 32);
    (0..digits)
        .map(|_| {
            let digit = DIGITS[(rest & 31) as usize];
            rest >>= 5;
            char::from(digit)
        })
        .collect()
}

/// The line end of a text's first line, which is the file's.
pub fn newline_of(text: &str) -> &'static str {
    if text.find('\n').is_some_and(|end| text[..end].ends_with('\r')) { "\r\n" } else { "\n" }
}
