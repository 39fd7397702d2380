//! A file as the items that a merge puts together: its facts, its entries, its comments. Spacing, line ends and the
//! order of lines are no items.

use super::FileKind;
use super::document::READERS;
use crate::format::content::{canonical, canonical_items};
use crate::format::tree::{TomlTable, TomlValue};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// A file in items; the values in one canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Items {
    /// Every value outside of the journal, by the way to it. A table of a list is known by its name; where the order
    /// of a list has a meaning, the list of the names is a fact too.
    pub facts: BTreeMap<String, String>,
    /// The entries of the journal, by key.
    pub entries: BTreeMap<String, String>,
    /// How often each comment is there.
    pub comments: BTreeMap<String, usize>,
    /// Is the file not TOML? Then the items are those of the parts that can be read.
    pub broken: bool,
}

/// The items of a ledger's file.
pub fn items(text: &str, kind: FileKind) -> Items {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut items = Items { broken: !errors.is_empty(), ..Items::default() };
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            (name, DeValue::Table(entries)) if kind.journal() == Some(name) => {
                items.entries = canonical_items(entries);
            }
            (name, _) => fact(&mut items.facts, kind, word(name), value),
        }
    }
    items.comments = comments(text);
    items
}

/// The items of a file that is not TOML, such as `.gitattributes`: its lines.
pub fn lines(text: &str) -> Items {
    let mut items = Items::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        *items.comments.entry(line.to_owned()).or_default() += 1;
    }
    items
}

fn fact(facts: &mut BTreeMap<String, String>, kind: FileKind, path: String, value: &TomlValue) {
    let is_table = |value: &TomlValue| matches!(value.get_ref(), DeValue::Table(_));
    match value.get_ref() {
        DeValue::Table(table) if !table.is_empty() => {
            for (key, value) in table {
                fact(facts, kind, format!("{path}.{}", word(key.get_ref())), value);
            }
        }
        DeValue::Array(elements) if !elements.is_empty() && elements.iter().all(is_table) => {
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            let mut order = Vec::new();
            for element in elements.iter() {
                let DeValue::Table(table) = element.get_ref() else { continue };
                let key = if path == READERS { &["rep"][..] } else { kind.names() };
                let name = name(table, key).unwrap_or_else(|| canonical(element));
                let count = seen.entry(name.clone()).or_default();
                *count += 1;
                let name = if *count == 1 { name } else { format!("{name} ({count})") };
                fact(facts, kind, format!("{path} {}", word(&name)), element);
                order.push(name);
            }
            if kind == FileKind::Settings && !super::combine::UNORDERED.contains(&&*path) {
                facts.insert(path, format!("{order:?}"));
            }
        }
        _ => {
            facts.insert(path, canonical(value));
        }
    }
}

/// A part of the way to a fact, in quotes where two ways could look alike.
fn word(part: &str) -> String {
    let plain = |c: char| !(c == '.' || c == '"' || c.is_whitespace());
    if part.chars().all(plain) { part.to_owned() } else { format!("{part:?}") }
}

/// The name by which a table of a list is known.
fn name(table: &TomlTable, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match table.get(*key)?.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    })
}

/// The remarks of all comments: one comment holds several where a merge has put them behind one value.
fn comments(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for token in Source::new(text).lex() {
        if token.kind() == TokenKind::Comment {
            let (from, to) = (token.span().start(), token.span().end());
            for remark in super::lines::remarks(&text[from..to]) {
                *found.entry(remark.to_owned()).or_default() += 1;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str, kind: FileKind) -> Vec<String> {
        let items = items(text, kind);
        items.facts.into_iter().map(|(key, value)| format!("{key}={value}")).collect()
    }

    #[test]
    fn facts_are_known_by_the_way_to_them() {
        let text = "name = 'a' # why # so\n# top\n[[contact]]\nname = 'x'\nphone = '1'\n[[contact]]\nname = 'x'\n\
            [events]\n# top\n2009-12-03 = { kind = 'call' }\n";
        let expected = [
            "contact \"x (2)\".name=\"x\"",
            "contact x.name=\"x\"",
            "contact x.phone=\"1\"",
            "name=\"a\"",
        ];
        assert_eq!(facts(text, FileKind::Prospect), expected);
        let items = items(text, FileKind::Prospect);
        assert_eq!(items.entries.len(), 1);
        let comments: Vec<(&str, usize)> =
            items.comments.iter().map(|(text, n)| (&**text, *n)).collect();
        assert_eq!(comments, [("so", 1), ("top", 2), ("why", 1)]);
    }

    #[test]
    fn order_is_a_fact_where_it_has_a_meaning() {
        let text = "[[rep]]\nid = 'b'\n[[rep]]\nid = 'a'\n[[pipeline]]\nid = 'p'\n[[pipeline.stage]]\nid = '2'\n\
            [[pipeline.stage]]\nid = '1'\n";
        let found = facts(text, FileKind::Settings);
        assert!(found.contains(&"pipeline p.stage=[\"2\", \"1\"]".to_owned()), "{found:?}");
        assert!(!found.iter().any(|fact| fact.starts_with("rep=")), "{found:?}");
    }

    #[test]
    fn of_a_broken_file_what_can_be_read() {
        let items = items("name = 'a' # x\n<<<<\n", FileKind::Prospect);
        assert!(items.broken);
        assert_eq!((items.facts.len(), items.comments.len()), (1, 1));
    }
}
