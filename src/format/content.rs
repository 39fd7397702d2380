//! A prospect's text as its [`Content`]: compared without comments, spacing, order and spelling.

use crate::format::line::quoted;
use crate::format::tree::{TomlTable, TomlValue};
use crate::rules::growth::Content;
use toml::de::{DeTable, DeValue};

/// The content of a file, and whether all of it is valid TOML; from a broken file, the parts that can be read.
pub fn content(text: &str) -> (Content, bool) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut content = Content::default();
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("events", DeValue::Table(events)) => content.events = canonical_items(events),
            (key, _) => {
                content.facts.insert(key.to_owned(), canonical(value));
            }
        }
    }
    (content, errors.is_empty())
}

/// The values of a table by their keys, each in its one spelling.
pub fn canonical_items(table: &TomlTable) -> std::collections::BTreeMap<String, String> {
    let item = |(key, value): (&toml::Spanned<std::borrow::Cow<str>>, &TomlValue)| {
        (key.get_ref().as_ref().to_owned(), canonical(value))
    };
    table.iter().map(item).collect()
}

/// One spelling for one value. Numbers stay as written: 1500.50 and 1500.5 count as different.
pub fn canonical(value: &TomlValue) -> String {
    match value.get_ref() {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => number.to_string(),
            Err(_) => number.as_str().to_owned(),
        },
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let pair = |(key, value): (String, String)| format!("{} = {value}", quoted(&key));
            let items: Vec<String> = canonical_items(table).into_iter().map(pair).collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

/// The line on which an event begins, as it is written; cut where it is very long.
pub fn event_line_in(text: &str, key: &str) -> Option<String> {
    let spot = crate::diag::Spot::Event(key.to_owned(), None);
    let at = crate::format::locate::locate(text, &spot)?.start;
    let start = text[..at].rfind('\n').map_or(0, |p| p + 1);
    let line = text[start..].lines().next()?;
    let short: String = line.chars().take(LINE).collect();
    Some(if short.len() < line.len() { format!("{short}…") } else { short })
}

/// The value of each entry as it is written, with the comment behind it: of those that are written on one line under the
/// journal's header.
pub fn written_entries(text: &str) -> std::collections::BTreeMap<String, String> {
    let (table, _) = DeTable::parse_recoverable(text);
    let mut written = std::collections::BTreeMap::new();
    if let Some(DeValue::Table(events)) = table.get_ref().get("events").map(|e| e.get_ref()) {
        for (key, value) in events {
            let Some(rest) = text.get(value.span().start..) else { continue };
            let line = rest.lines().next().unwrap_or_default().trim_end();
            let is_whole = line.len() >= value.span().len() && line.starts_with('{');
            if is_whole {
                written.insert(key.get_ref().to_string(), line.to_owned());
            }
        }
    }
    written
}

/// The most characters of a line that a message shows.
const LINE: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_is_no_content() {
        let one = "name = \"a\" # who\n[events]\n2009-12-03 = { kind = \"call\", odd = [1, 0x10], note = \"a\\nb\" }\n";
        let other = "name='a'\r\n\r\n[events]\r\n2009-12-03={note=\"\"\"a\nb\"\"\",kind='call',odd=[ 1,16, ]}\r\n";
        assert_eq!(content(one), content(other));
        let changed = one.replace("odd = [1,", "odd = [2,");
        assert_ne!(content(one), content(&changed), "keys that nobody knows count too");
        assert!(content(one).1);
    }

    #[test]
    fn of_a_broken_file_what_can_be_read() {
        let (content, whole) =
            content("name = \"a\"\n[events]\n2009-12-03 = { kind = \"call\" }\n<<<<\n");
        assert!(!whole);
        assert_eq!(content.events.len(), 1);
    }

    #[test]
    fn the_line_of_an_event() {
        let text = "name = \"x\"\n[events]\r\n2009-12-03 = { kind = \"call\" }\r\n";
        assert_eq!(
            event_line_in(text, "2009-12-03").as_deref(),
            Some("2009-12-03 = { kind = \"call\" }")
        );
        assert_eq!(event_line_in(text, "2009-12-04"), None);
    }
}
