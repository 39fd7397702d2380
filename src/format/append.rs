//! Adding lines to a journal in a file's text without changing a byte before them.

use crate::diag::{Code, Diagnostic, Place};
use crate::format::line::newline_of;
use crate::format::tree::{TomlTable, TomlValue, parse};
use toml::de::DeValue;

/// Adds lines to the table `journal` (`events`): at the end of the file where it is the last table, else
/// at that table's end. Newline style and byte-order mark stay as in the file. The result holds every
/// old entry and the new ones; the caller checks that the new ones read back as meant.
pub fn append(
    text: &str,
    journal: &str,
    lines: &[String],
    place: &Place,
) -> Result<String, Diagnostic> {
    let newline = newline_of(text);
    let table = parse(text, place).map_err(|mut problems| problems.swap_remove(0))?;
    let mut added = String::new();
    for line in lines {
        added.push_str(line);
        added.push_str(newline);
    }
    let Some((name, events)) = table.get_key_value(journal) else {
        return Ok(join_at_end(text, &format!("{newline}[{journal}]{newline}{added}"), newline));
    };
    let refusal = || no_journal(journal, &place.clone().span(name.span())).refused();
    let DeValue::Table(entries) = events.get_ref() else { return Err(refusal()) };
    let Some(header) = header_end(text, journal, events.span().start) else {
        return Err(refusal());
    };
    if let Some(odd) = not_lines(text, journal, &table, place) {
        return Err(odd.refused());
    }
    let end = entries.values().map(|entry| entry.span().end).max().unwrap_or(0).max(header);
    let follows = table
        .iter()
        .filter(|(key, _)| key.get_ref() != journal)
        .any(|(key, value)| key.span().start.max(last_start(value.get_ref())) > header);
    let line_end = text[end..].find('\n').map_or(text.len(), |p| end + p + 1);
    let (before, after) = text.split_at(if follows { line_end } else { text.len() });
    let new = join_at_end(before, &added, newline) + after;
    // Entries under headers of their own (`[events.KEY]`) would swallow the lines.
    if entries_of(&new, journal, place) == Some(entries.len() + lines.len()) {
        Ok(new)
    } else {
        Err(refusal())
    }
}

/// The finding that entries of a journal are not lines under its header, but under headers of their own
/// (`[events.KEY]`), or that it has none (`events = { … }`). They are read; but lines cannot be added behind them, and
/// a merge of lines may fuse two of them.
pub fn not_lines(
    text: &str,
    journal: &str,
    table: &TomlTable,
    place: &Place,
) -> Option<Diagnostic> {
    let (name, events) = table.get_key_value(journal)?;
    let DeValue::Table(entries) = events.get_ref() else { return None };
    let finding = |span| Some(no_journal(journal, &place.clone().span(span)));
    let is_block =
        |value: &TomlValue| text[value.span()].starts_with('[') && value.get_ref().is_table();
    match entries.iter().find(|(_, value)| is_block(value)) {
        Some((key, _)) => finding(key.span()),
        None if header_end(text, journal, events.span().start).is_none() => finding(name.span()),
        None => None,
    }
}

/// How many entries the journal has.
fn entries_of(text: &str, journal: &str, place: &Place) -> Option<usize> {
    match parse(text, place).ok()?.get(journal)?.get_ref() {
        DeValue::Table(entries) => Some(entries.len()),
        _ => None,
    }
}

/// The start of the last table inside a value: `[[contact]]` may come again after other tables.
fn last_start(value: &DeValue) -> usize {
    match value {
        DeValue::Array(items) => items.iter().map(|item| item.span().start).max().unwrap_or(0),
        DeValue::Table(table) => table.values().map(|value| value.span().start).max().unwrap_or(0),
        _ => 0,
    }
}

/// Where the header `[events]` ends, if the journal is written under one.
fn header_end(text: &str, journal: &str, span_start: usize) -> Option<usize> {
    let line_start = text.get(..span_start)?.rfind('\n').map_or(0, |p| p + 1);
    let line_end = text[span_start..].find('\n').map_or(text.len(), |p| span_start + p);
    let line = text.get(line_start..line_end)?.trim_start_matches('\u{feff}').trim_start();
    let inner: String =
        line.chars().take_while(|c| *c != '#').filter(|c| !c.is_whitespace()).collect();
    (inner == format!("[{journal}]")).then_some(line_end)
}

fn join_at_end(text: &str, added: &str, newline: &str) -> String {
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
    format!("{text}{gap}{added}")
}

fn no_journal(journal: &str, place: &Place) -> Diagnostic {
    let message = words!(
        "not every entry is a line under the header `[{journal}]`, so none can be added",
        "有的记录没有逐行写在表头 `[{journal}]` 之下，无法追加"
    );
    Diagnostic::new(Code::EntriesNotLines, message).at(place.clone()).help(words!(
        "write the entries as lines under `[{journal}]`, one each",
        "请把记录写在 `[{journal}]` 之下，每条一行"
    ))
}
