//! Adding facts and people to the text of a prospect's file without a change of anything else in it.

use crate::diag::{Diagnostic, Place};
use crate::format::line::newline_of;
use crate::format::tree::{TomlTable, TomlValue, parse};
use toml::de::DeValue;

/// Adds lines `name = value` behind the last fact, with the signs under each other where they fit, and blocks of people
/// behind the last person, or the facts. Newline style and byte-order mark stay as in the file.
///
/// # Errors
/// Fails if the text is not TOML. The caller checks that the result reads back as meant.
pub fn add_facts(
    text: &str,
    facts: &[(String, String)],
    people: &[String],
    place: &Place,
) -> Result<String, Diagnostic> {
    let newline = newline_of(text);
    let table = parse(text, place).map_err(|mut problems| problems.swap_remove(0))?;
    let layout = Layout::of(text, &table);
    let mut lines = String::new();
    for (name, value) in facts {
        let pad = " ".repeat(layout.sign.saturating_sub(name.chars().count() + 1));
        lines.push_str(&format!("{name}{pad} = {value}{newline}"));
    }
    let blocks: String =
        people.iter().map(|person| format!("{newline}{}", person.replace('\n', newline))).collect();
    let (head, rest) = text.split_at(layout.facts_end);
    let (middle, tail) = rest.split_at(layout.people_end - layout.facts_end);
    let mut out = String::with_capacity(text.len() + lines.len() + blocks.len());
    for part in [head, &lines, middle, &blocks, tail] {
        let is_open = !out.is_empty() && !out.ends_with(['\n', '\u{feff}']);
        if is_open && !part.is_empty() {
            out.push_str(newline);
        }
        out.push_str(part);
    }
    Ok(out)
}

/// The places in a file where facts and people end.
struct Layout {
    facts_end: usize,
    people_end: usize,
    /// The column of the sign of the last fact.
    sign: usize,
}

impl Layout {
    fn of(text: &str, table: &TomlTable) -> Layout {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let is_header = |value: &TomlValue| text[value.span()].starts_with('[');
        // The first table under a header of its own ends the facts.
        let header = |value: &TomlValue| match value.get_ref() {
            DeValue::Table(_) => is_header(value).then(|| value.span().start),
            DeValue::Array(items) => {
                let first = items.iter().next()?;
                let is_block = first.get_ref().is_table() && is_header(first);
                is_block.then(|| first.span().start)
            }
            _ => None,
        };
        let first = table.iter().filter_map(|(_, value)| header(value)).min();
        let facts_until = first.unwrap_or(text.len());
        let facts = table.iter().filter(|(key, _)| key.span().start < facts_until);
        let last = facts.max_by_key(|(key, _)| key.span().start);
        let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        let facts_end = last.map_or(start, |(_, value)| line_end(value.span().end));
        let sign = last.map_or(0, |(key, _)| {
            let line = text[..key.span().start].rfind('\n').map_or(start, |end| end + 1);
            let sign = text[key.span().end..].find('=').map_or(0, |at| key.span().end + at);
            text.get(line..sign).map_or(0, |before| before.chars().count())
        });
        let journal = table.get("events").and_then(header).unwrap_or(text.len());
        let before = table.iter().filter(|(key, _)| key.get_ref() != "events");
        let ends = before.map(|(_, value)| deep_end(value)).filter(|end| *end <= journal);
        let people_end = ends.max().map_or(facts_end, |end| line_end(end).max(facts_end));
        Layout { facts_end, people_end, sign }
    }
}

/// Where the last value in a value ends.
fn deep_end(value: &TomlValue) -> usize {
    let inner = match value.get_ref() {
        DeValue::Array(items) => items.iter().map(deep_end).max(),
        DeValue::Table(table) => table.values().map(deep_end).max(),
        _ => None,
    };
    inner.unwrap_or(0).max(value.span().end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> String {
        let facts = [("size".to_owned(), "\"9\"".to_owned()), ("a-long-name".into(), "1".into())];
        let people = ["[[contact]]\nname = \"李\"\n".to_owned()];
        let out = add_facts(text, &facts, &people, &Place::file("x.toml")).unwrap();
        // Nothing of the text is changed: without the new lines it is there again.
        let new = ["size", "a-long-name", "[[contact]]", "name = \"李\""];
        let old = |text: &str| {
            let lines = text.trim_start_matches('\u{feff}').lines().map(str::to_owned);
            let is_new = |line: &String| new.iter().any(|new| line.starts_with(new));
            lines.filter(|line| !line.is_empty() && !is_new(line)).collect::<Vec<_>>()
        };
        assert_eq!(old(&out), old(text));
        out
    }

    #[test]
    fn facts_go_behind_the_last_fact_and_people_behind_the_last_person() {
        assert_eq!(
            added(
                "# old\nname    = \"张\" # x\nneeds   = [\n  \"a\", # =\n]\n\n[[contact]]\nrole = \"b\"\n\n\
                 [events]\n2009-12-03 = { kind = \"call\" }\n"
            ),
            "# old\nname    = \"张\" # x\nneeds   = [\n  \"a\", # =\n]\nsize    = \"9\"\na-long-name = 1\n\n\
             [[contact]]\nrole = \"b\"\n\n[[contact]]\nname = \"李\"\n\n\
             [events]\n2009-12-03 = { kind = \"call\" }\n"
        );
    }

    #[test]
    fn files_of_every_shape() {
        let people = "\n[[contact]]\nname = \"李\"\n";
        for (text, out) in [
            ("", format!("size = \"9\"\na-long-name = 1\n{people}")),
            ("x = 1", format!("x = 1\nsize = \"9\"\na-long-name = 1\n{people}")),
            (
                "\u{feff}[events]\n",
                format!("\u{feff}size = \"9\"\na-long-name = 1\n{people}[events]\n"),
            ),
            ("x = 1\n[events]", format!("x = 1\nsize = \"9\"\na-long-name = 1\n{people}[events]")),
        ] {
            assert_eq!(added(text), out);
        }
        let crlf = added("x = 1\r\n[events]\r\n");
        assert!(crlf.lines().count() == crlf.matches("\r\n").count(), "{crlf:?}");
    }
}
