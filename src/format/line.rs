//! An event as its line of TOML 1.0.

use crate::model::event::{Event, EventKey};
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

/// The inline table of an event: kind, person and time first, the note last.
pub fn body(event: &Event) -> String {
    let mut out = format!("{{ kind = {}", quoted(&event.kind));
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(out, ", {key} = {value}");
        }
    };
    let text = |value: &Option<Text>| value.as_deref().map(quoted);
    let list = |items: &[Text]| (!items.is_empty()).then(|| quoted_list(items));
    put("by", text(&event.by));
    put("time", event.time.map(|t| t.to_string()));
    put("owner", text(&event.owner));
    put("stage", text(&event.stage));
    put("confirms", list(&event.confirms));
    put("revokes", list(&event.revokes));
    put("close_by", event.close_by.map(|d| d.to_string()));
    put("next", event.next.map(|m| m.to_string()));
    put("next_what", text(&event.next_what));
    put("value", event.value.map(money));
    put("amount", event.amount.map(money));
    put("reached", event.reached.map(|b| b.to_string()));
    put("score", event.score.map(|s| s.to_string()));
    put("scale", text(&event.scale));
    put("ticket", text(&event.ticket));
    put("until", event.until.map(|d| d.to_string()));
    put("event", text(&event.event));
    put("reason", text(&event.reason));
    put("forced", text(&event.forced));
    put("note", text(&event.note));
    out.push_str(" }");
    out
}

/// The line of an event under its key.
pub fn event_line(event: &Event) -> String {
    format!("{} = {}", event.key, body(event))
}

/// Gives an event its key: the day's highest N plus one, and a suffix made from the content, so that
/// two branches which both write a second event of a day do not clash, and the same command gives the
/// same bytes.
pub fn assign_key(event: &mut Event, id: &str, existing: &[Event]) {
    let date = event.date();
    // They stand in the order of their keys: the day's last one has its highest N.
    let until = existing.partition_point(|event| event.date() <= date);
    let last = existing[..until].last().filter(|event| event.date() == date);
    let n = last.map_or(0, |event| event.key.n) + 1;
    let text = written_key(id, date, n, &body(event));
    event.key = EventKey { date, n, text: text.into() };
}

/// A key with a suffix made from whose journal it is for and what is written under it.
pub fn written_key(of: &str, date: Date, n: u32, content: &str) -> String {
    let mut hash = StableHasher::default();
    for part in [of, &date.to_string(), &n.to_string(), content] {
        hash.write(part.as_bytes());
        hash.write(&[0]);
    }
    format!("{date}-{n}-{}", base32(hash.finish(), 3))
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
