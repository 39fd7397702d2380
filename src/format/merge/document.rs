//! A file's text in parts that can be merged: sections with their headers, entries in them, and the
//! comments and blank lines above each. Put together again the parts are the text, byte for byte.

use super::Unclear;
use crate::diag::Place;
use crate::format::tree::parse;
use std::collections::{BTreeMap, HashMap, HashSet};
use toml::de::{DeTable, DeValue};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// The list of the readers of sealed values in the settings, each known by its rep.
pub const READERS: &str = "privacy.reader";

/// The mark at the beginning of some UTF-8 files.
pub const BOM: char = '\u{feff}';

/// A line (a value may stretch over several) without its line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'t> {
    /// The text without the line end.
    pub text: &'t str,
    /// `\n`, `\r\n`, or nothing at the end of a file.
    pub newline: &'t str,
}

/// A key with its value, or the header of a section.
#[derive(Debug, Clone)]
pub struct DocumentEntry<'t> {
    /// The key's parts, decoded; empty for a header.
    pub key: Vec<String>,
    /// Comments and blank lines above it.
    pub lead: Vec<Line<'t>>,
    /// The whole line.
    pub line: Line<'t>,
    /// Up to the value: `company  = `; the whole header.
    pub before: &'t str,
    /// The value as written; nothing for a header.
    pub value: &'t str,
    /// The text after the value: spaces and a comment.
    pub after: &'t str,
}

/// A header and the entries below it; the first section has the entries above all headers.
#[derive(Debug, Clone)]
pub struct Section<'t> {
    /// Its identity, equal in every version of a file.
    pub id: String,
    /// The header's parts; empty for the first section.
    pub path: Vec<String>,
    /// Is it one of several, `[[contact]]`?
    pub is_element: bool,
    /// Is its identity its content, because it has no name?
    pub is_nameless: bool,
    /// The header; `None` for the first section.
    pub header: Option<DocumentEntry<'t>>,
    /// The entries, in order.
    pub entries: Vec<DocumentEntry<'t>>,
    /// Comments and blank lines at the end of the file; only the last section has them.
    pub tail: Vec<Line<'t>>,
}

impl Section<'_> {
    /// A text among its entries.
    pub fn text_of(&self, key: &str) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.key == [key])?;
        match DeValue::parse(entry.value).ok()?.into_inner() {
            DeValue::String(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    /// Every value of it by key, as written.
    fn values(&self) -> BTreeMap<&[String], &str> {
        self.entries.iter().map(|entry| (&*entry.key, entry.value)).collect()
    }

    /// Its whole text, comments included.
    pub fn said(&self) -> Vec<&str> {
        let entries = self.header.iter().chain(&self.entries);
        let lines = entries.flat_map(|entry| entry.lead.iter().chain(std::iter::once(&entry.line)));
        let texts = lines.chain(&self.tail).map(|line| line.text.trim());
        texts.filter(|text| !text.is_empty()).collect()
    }
}

/// A file in parts.
#[derive(Debug, Clone)]
pub struct Document<'t> {
    /// Does it begin with a byte-order mark?
    pub bom: bool,
    /// The sections, at least one.
    pub sections: Vec<Section<'t>>,
    places: HashMap<String, usize>,
    comments: HashSet<&'t str>,
}

impl<'t> Document<'t> {
    /// Splits a text into parts. `names` are the keys that identify the elements of a list of tables.
    pub fn read(text: &'t str, names: &[&str]) -> Result<Document<'t>, Unclear> {
        parse(text, &Place::file("")).map_err(|_| Unclear::NotToml)?;
        let mut sections = vec![Section::new(Vec::new(), false, None)];
        let mut lead = Vec::new();
        for raw in lines(text) {
            let Some(section) = sections.last_mut() else { break };
            match &raw.what {
                LineContent::Nothing => lead.push(raw.line),
                LineContent::Header { key, is_element } => {
                    let header = raw.entry(Vec::new(), std::mem::take(&mut lead));
                    sections.push(Section::new(key.clone(), *is_element, Some(header)));
                }
                LineContent::Entry { key } => {
                    let entry = raw.entry(key.clone(), std::mem::take(&mut lead));
                    section.entries.push(entry);
                }
            }
        }
        if let Some(last) = sections.last_mut() {
            last.tail = lead;
        }
        identify(&mut sections, names);
        let leads = sections.iter().flat_map(|section| {
            let entries = section.header.iter().chain(&section.entries);
            entries.flat_map(|entry| &entry.lead).chain(&section.tail)
        });
        let comments = leads.map(|line| line.text).collect();
        let places = HashMap::new();
        let mut document = Document { bom: text.starts_with(BOM), sections, places, comments };
        document.place();
        Ok(document)
    }

    /// The section of this identity.
    pub fn section(&self, id: &str) -> Option<&Section<'t>> {
        self.places.get(id).map(|place| &self.sections[*place])
    }

    /// Gives sections, by their position, other identities.
    pub fn rename(&mut self, ids: Vec<(usize, String)>) {
        for (position, id) in ids {
            self.sections[position].id = id;
        }
        self.place();
    }

    fn place(&mut self) {
        let ids = self.sections.iter().enumerate();
        self.places = ids.map(|(place, section)| (section.id.clone(), place)).collect();
    }

    /// Is this line among the comments and blank lines?
    pub fn has_comment(&self, text: &str) -> bool {
        self.comments.contains(text)
    }

    /// The sections' identities, in order.
    pub fn ids(&self) -> Vec<&str> {
        self.sections.iter().map(|section| &*section.id).collect()
    }
}

impl<'t> Section<'t> {
    fn new(path: Vec<String>, is_element: bool, header: Option<DocumentEntry<'t>>) -> Section<'t> {
        Section {
            id: String::new(),
            path,
            is_element,
            is_nameless: false,
            header,
            entries: Vec::new(),
            tail: Vec::new(),
        }
    }
}

/// Gives every section its identity: the path, and for an element of a list of tables its name and the element
/// that contains it.
fn identify(sections: &mut [Section], names: &[&str]) {
    let mut elements: BTreeMap<Vec<String>, String> = BTreeMap::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for section in sections {
        let mut id = String::new();
        for depth in 1..=section.path.len() {
            let path = &section.path[..depth];
            id.push_str(&format!(".{:?}", path[depth - 1]));
            if depth < section.path.len()
                && let Some(element) = elements.get(path)
            {
                id.push_str(element);
            }
        }
        if section.is_element {
            let name = names.iter().find_map(|name| section.text_of(name));
            let is_reader = || section.path.join(".") == READERS;
            let name = name.or_else(|| section.text_of("rep").filter(|_| is_reader()));
            section.is_nameless = name.is_none();
            let name = name.unwrap_or_else(|| format!("{:?}", section.values()));
            let count = seen.entry(format!("{id}#{name}")).or_default();
            let element = format!("#{name:?}#{count}");
            *count += 1;
            let below = elements.range(section.path.clone()..).map(|(path, _)| path);
            let below: Vec<_> =
                below.take_while(|path| path.starts_with(&section.path)).cloned().collect();
            below.iter().for_each(|path| {
                elements.remove(path);
            });
            id.push_str(&element);
            elements.insert(section.path.clone(), element);
        }
        section.id = id;
    }
}

/// The kind of a line.
enum LineContent {
    /// A comment, or blank.
    Nothing,
    Header {
        key: Vec<String>,
        is_element: bool,
    },
    Entry {
        key: Vec<String>,
    },
}

/// A line with its kind and the place of its value.
struct RawLine<'t> {
    line: Line<'t>,
    what: LineContent,
    /// Bytes of the line before the value, and up to its end.
    value: (usize, usize),
}

impl<'t> RawLine<'t> {
    fn entry(&self, key: Vec<String>, lead: Vec<Line<'t>>) -> DocumentEntry<'t> {
        let (from, to) = self.value;
        let text = self.line.text;
        DocumentEntry {
            key,
            lead,
            line: self.line,
            before: &text[..from],
            value: &text[from..to],
            after: &text[to..],
        }
    }
}

/// The lines of a document that is valid TOML; a value that stretches over several is one line.
fn lines(text: &str) -> Vec<RawLine<'_>> {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut found = Vec::new();
    let mut current = Scan::new(start);
    for token in Source::new(text).lex() {
        let (from, to) = (token.span().start(), token.span().end());
        match token.kind() {
            TokenKind::Newline if current.depth > 0 => {}
            TokenKind::Newline | TokenKind::Eof => {
                if to > current.start {
                    found.push(current.finish(text, from, to));
                }
                current = Scan::new(to);
            }
            TokenKind::Whitespace | TokenKind::Comment => {}
            TokenKind::Equals if current.equals.is_none() && current.depth == 0 => {
                current.equals = Some(to);
            }
            kind => {
                match kind {
                    TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                        current.depth += 1;
                    }
                    TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                        current.depth = current.depth.saturating_sub(1);
                    }
                    _ => {}
                }
                current.first.get_or_insert(from);
                if current.equals.is_some() {
                    current.value.get_or_insert(from);
                }
                current.end = to;
            }
        }
    }
    found
}

/// A line while its tokens come.
struct Scan {
    start: usize,
    depth: usize,
    first: Option<usize>,
    equals: Option<usize>,
    value: Option<usize>,
    end: usize,
}

impl Scan {
    fn new(start: usize) -> Scan {
        Scan { start, depth: 0, first: None, equals: None, value: None, end: start }
    }

    fn finish<'t>(&self, text: &'t str, newline: usize, end: usize) -> RawLine<'t> {
        let line = Line { text: &text[self.start..newline], newline: &text[newline..end] };
        let Some(first) = self.first else {
            return RawLine { line, what: LineContent::Nothing, value: (0, 0) };
        };
        if let Some(equals) = self.equals {
            let key = key_of(&text[first..equals - 1]);
            let value = self.value.unwrap_or(self.end);
            let value = (value - self.start, self.end - self.start);
            return RawLine { line, what: LineContent::Entry { key }, value };
        }
        let header = &text[first..self.end];
        let is_element = header.starts_with("[[");
        let inner = header.trim_start_matches('[').trim_end_matches(']');
        let end = self.end - self.start;
        RawLine {
            line,
            what: LineContent::Header { key: key_of(inner), is_element },
            value: (end, end),
        }
    }
}

/// The parts of a key, decoded.
fn key_of(written: &str) -> Vec<String> {
    let bare = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    let parts: Vec<&str> = written.split('.').map(str::trim).collect();
    if parts.iter().all(|part| bare(part)) {
        return parts.into_iter().map(String::from).collect();
    }
    let text = format!("{} = 0", written.trim());
    let mut key = Vec::new();
    let Ok(table) = DeTable::parse(&text) else { return vec![written.to_owned()] };
    let mut level = Some(table.get_ref());
    while let Some((name, value)) = level.and_then(|table| table.iter().next()) {
        key.push(name.get_ref().to_string());
        level = value.get_ref().as_table();
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn together(document: &Document) -> String {
        let mut out = if document.bom { BOM.to_string() } else { String::new() };
        let mut put = |line: &Line| out.push_str(&[line.text, line.newline].concat());
        for section in &document.sections {
            for entry in section.header.iter().chain(&section.entries) {
                entry.lead.iter().for_each(&mut put);
                assert_eq!([entry.before, entry.value, entry.after].concat(), entry.line.text);
                put(&entry.line);
            }
            section.tail.iter().for_each(&mut put);
        }
        out
    }

    #[test]
    fn the_parts_are_the_text() {
        for text in [
            "",
            "\n",
            "name = \"a\"",
            "\u{feff}# first\r\nname\t= 'a = b' # why\r\n\r\n[[contact]] # one\r\nname=\"x\"\r\n[events]\r\n",
            "needs = [ # many\n  \"a]\", # one\n\n  \"b\",\n]\n# end\n\n",
            "text = \"\"\"\na = 1\n[x]\n\"\"\" # done\n'q.r' . \"张\" = { a = [1, 2] }\n[ a . 'b c' ]\n",
        ] {
            let document = Document::read(text, &["name"]).unwrap();
            assert_eq!(together(&document), text);
        }
    }

    #[test]
    fn keys_and_values() {
        let text = "needs = [\n \"a\",\n]  # c\n'q.r'.\"张\" = 1\n[[ a . 'b c' ]]\nname = 'x'\n[a.'b c'.d]\n";
        let document = Document::read(text, &["name"]).unwrap();
        let entries = &document.sections[0].entries;
        assert_eq!((entries[0].before, entries[0].after), ("needs = ", "  # c"));
        assert_eq!(entries[0].value, "[\n \"a\",\n]");
        assert_eq!(entries[1].key, ["q.r", "张"]);
        let ids = document.ids().join(" / ");
        assert_eq!(ids, " / .'a'.'b c'#'x'#0 / .'a'.'b c'#'x'#0.'d'".replace('\'', "\""));
    }

    #[test]
    fn what_is_not_toml() {
        assert_eq!(Document::read("a = \n", &[]).unwrap_err(), Unclear::NotToml);
    }
}
