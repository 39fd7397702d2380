//! Where in a file a named part stands. Prospects keep no places; they are looked up again, here, in the
//! few files that have something to report.

use crate::diag::Spot;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The bytes that a spot means in this text; `None` for the whole of it, or where it is not found.
pub fn locate(text: &str, spot: &Spot) -> Option<Range<usize>> {
    match spot {
        Spot::Whole => None,
        Spot::Span(from, to) => Some(on_characters(text, *from, *to)),
        Spot::Line(line) => line_span(text, *line),
        Spot::Fact(key) => {
            let (table, _) = DeTable::parse_recoverable(text);
            Some(table.get_ref().get(key.as_str())?.span())
        }
        Spot::Event(key, field) => {
            let (table, _) = DeTable::parse_recoverable(text);
            let DeValue::Table(events) = table.get_ref().get("events")?.get_ref() else {
                return None;
            };
            let (name, value) = events.get_key_value(key.as_str())?;
            match (field, value.get_ref()) {
                (Some(field), DeValue::Table(fields)) => {
                    fields.get(*field).map(|value| value.span()).or(Some(name.span()))
                }
                _ => Some(name.span()),
            }
        }
    }
}

fn line_span(text: &str, line: u64) -> Option<Range<usize>> {
    let mut start = 0;
    for (number, content) in (1u64..).zip(text.split_inclusive('\n')) {
        if number == line {
            return Some(start..start + content.trim_end_matches(['\n', '\r']).len());
        }
        start += content.len();
    }
    None
}

/// The range widened to whole characters, inside the text.
fn on_characters(text: &str, from: usize, to: usize) -> Range<usize> {
    let mut from = from.min(text.len());
    let mut to = to.clamp(from, text.len());
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    while !text.is_char_boundary(to) {
        to += 1;
    }
    from..to
}
