//! The places of a prospect's file that may hold sealed values: facts, fields of people, and of entries.

use crate::diag::{Code, Diagnostic};
use crate::format::tree::{TomlTable, TomlValue};
use crate::value::sealed::is_sealed;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A place with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealablePlace {
    /// The field: `phone`, `note`.
    pub field: String,
    /// The way to it, which a sealed value is bound to: the person's name, the entry's key.
    pub way: Vec<String>,
    /// Where the value is in the text.
    pub span: Range<usize>,
    /// The sealed value; `None`: the value is open.
    pub sealed: Option<String>,
    /// The value on one line, as TOML.
    pub value: String,
}

impl SealablePlace {
    /// The bytes that the value is bound to, beside the name of its key.
    pub fn bytes(&self, key: &str) -> Vec<u8> {
        let mut bytes = format!("crm-sealed-1\0{key}").into_bytes();
        for part in &self.way {
            // The length keeps two ways apart whose parts join to one text.
            bytes.extend(format!("\0{}\0{part}", part.len()).into_bytes());
        }
        bytes
    }
}

/// The places of a file, in the order of the text; `None` if the text is not TOML.
pub fn places(text: &str) -> Option<Vec<SealablePlace>> {
    let table = DeTable::parse(text).ok()?.into_inner();
    let mut found = Vec::new();
    for (key, value) in &table {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("events", DeValue::Table(entries)) => {
                for (key, entry) in entries {
                    let DeValue::Table(fields) = entry.get_ref() else { continue };
                    fields_of(text, &["events", key.get_ref()], fields, &mut found);
                }
            }
            ("contact", DeValue::Array(people)) => {
                for person in people.iter() {
                    let DeValue::Table(fields) = person.get_ref() else { continue };
                    let name = fields.get("name").and_then(|name| name.get_ref().as_str());
                    fields_of(text, &["contact", name.unwrap_or_default()], fields, &mut found);
                }
            }
            ("sealed", DeValue::Table(_)) => {}
            (field, _) => found.extend(place(text, &["fact", field], field, value)),
        }
    }
    found.sort_by_key(|place| place.span.start);
    Some(found)
}

fn fields_of(text: &str, way: &[&str], fields: &TomlTable, found: &mut Vec<SealablePlace>) {
    for (field, value) in fields {
        let field: &str = field.get_ref();
        let way = [way, &[field]].concat();
        match value.get_ref() {
            DeValue::Table(changes) if field == "set" => fields_of(text, &way, changes, found),
            _ => found.extend(place(text, &way, field, value)),
        }
    }
}

fn place(text: &str, way: &[&str], field: &str, value: &TomlValue) -> Option<SealablePlace> {
    let is_tables = |item: &TomlValue| matches!(item.get_ref(), DeValue::Table(_));
    match value.get_ref() {
        DeValue::Table(_) => return None,
        DeValue::Array(items) if items.iter().any(is_tables) => return None,
        _ => {}
    }
    let sealed = value.get_ref().as_str().filter(|text| is_sealed(text)).map(str::to_owned);
    let written = text.get(value.span())?;
    let value_on_a_line = match written.contains(['\n', '\r']) {
        true => crate::format::content::canonical(value),
        false => written.to_owned(),
    };
    Some(SealablePlace {
        field: field.to_owned(),
        way: way.iter().map(|part| (*part).to_owned()).collect(),
        span: value.span(),
        sealed,
        value: value_on_a_line,
    })
}

/// Is a text the one line of a value of TOML that a sealed value may hold?
pub fn is_a_value(text: &str) -> bool {
    !text.contains(['\n', '\r'])
        && DeValue::parse(text).is_ok_and(|value| !matches!(value.get_ref(), DeValue::Table(_)))
        && DeTable::parse(&format!("x = {{ a = {text}, b = 1 }}")).is_ok_and(|table| {
            let inner = table.get_ref().get("x").and_then(|x| x.get_ref().as_table());
            inner.is_some_and(|inner| inner.len() == 2)
        })
}

/// That an open text is where a sealed one must be.
pub fn open_text(at: &SealablePlace) -> Diagnostic {
    let way = at.way[1..].join(" ");
    let message = words!("`{way}` must be sealed, and is open", "`{way}` 须加密，现为明文");
    Diagnostic::new(Code::NotSealed, message).help(words!(
        "crm seal seals what is open; no key is needed for that",
        "crm seal 会加密明文；这不需要密钥"
    ))
}

/// A text with new pieces at some spans, which do not overlap.
pub fn replaced(text: &str, mut pieces: Vec<(Range<usize>, String)>) -> String {
    pieces.sort_by_key(|(span, _)| span.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (span, piece) in pieces {
        out.push_str(text.get(at..span.start).unwrap_or_default());
        out.push_str(&piece);
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_people_entries_and_changes_of_facts() {
        let text = "name = \"x\"\nwants = [\n \"a\",\n]\n[[contact]]\nname = \"Ann\"\nphone = \"1\"\n[sealed]\na = \"b\"\n\
                    [events]\n2009-12-03 = { kind = \"note\", set = { company = \"C\" }, note = \"n\" }\n";
        let found = places(text).unwrap();
        let shown: Vec<String> =
            found.iter().map(|p| format!("{}={}", p.way.join("/"), p.value)).collect();
        let expected = [
            "fact/name=\"x\"",
            "fact/wants=[\"a\"]",
            "contact/Ann/name=\"Ann\"",
            "contact/Ann/phone=\"1\"",
            "events/2009-12-03/kind=\"note\"",
            "events/2009-12-03/set/company=\"C\"",
            "events/2009-12-03/note=\"n\"",
        ];
        assert_eq!(shown, expected);
        assert_eq!(&text[found[6].span.clone()], "\"n\"");
        assert_eq!(places("a = "), None);
    }

    #[test]
    fn a_value_is_one_value() {
        for text in ["\"a\"", "1971-05-02", "[\"a\", \"b\"]", "'x'", "5"] {
            assert!(is_a_value(text), "{text}");
        }
        for text in
            ["\"a\", stage = \"90\"", "\"a\" }", "\"a\"\nb = 1", "{ a = 1 }", "", "\"a\" # c"]
        {
            assert!(!is_a_value(text), "{text}");
        }
    }

    #[test]
    fn ways_do_not_run_together() {
        let place = |way: &[&str]| SealablePlace {
            field: String::new(),
            way: way.iter().map(|part| (*part).to_owned()).collect(),
            span: 0..0,
            sealed: None,
            value: String::new(),
        };
        assert_ne!(place(&["a", "b\0c"]).bytes("k"), place(&["a\0b", "c"]).bytes("k"));
    }
}
