//! JSON: an array of objects, an object with one such array in it, or an object on each line. A nested object becomes
//! columns `a.b`, a list of plain values one cell `x;y`.

use super::cells;
use crate::diag::{Code, Diagnostic, Place, Spot, Words};
use crate::model::rows::{SourceCell, SourceRow, SourceRows};
use crate::value::text::Text;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;

/// Objects lie at most so deep in each other.
const DEEPEST: usize = 32;
/// The columns that all objects together may have.
const COLUMNS: usize = 16_384;
/// The memory that cells may fill, in bytes: 1 GiB.
const BUDGET: usize = 1024 * 1024 * 1024;

/// Reads the objects of a JSON text.
///
/// # Errors
/// Fails if the text is no JSON, an object has a name twice or is nested too deep, and if it is in doubt which array
/// has the objects.
pub fn parse_json(text: &str, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let text = text.trim_start_matches('\u{feff}');
    let broken = |error: serde_json::Error| {
        let why = unplaced(&error);
        refused(words!("the file is not JSON: {why}", "文件不是 JSON：{why}"), shown)
            .at(Place::file(shown).at(Spot::Line(error.line() as u64)))
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Depth(DEEPEST).deserialize(&mut reader).map_err(broken)?;
    reader.end().map_err(broken)?;
    let mut table = Table::default();
    let found = match value {
        Json::List(items) if items.iter().any(|item| matches!(item, Json::Object(_))) => items,
        Json::Object(fields) => only_array(fields, shown)?,
        _ => return Err(no_objects(shown)),
    };
    for (number, item) in (1..).zip(found) {
        table.add(number, item, shown)?;
    }
    Ok(table.rows)
}

/// Reads an object on each line; blank lines are left out.
///
/// # Errors
/// As [`parse_json`], with the line.
pub fn parse_json_lines(text: &str, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let mut table = Table::default();
    for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = Depth(DEEPEST).deserialize(&mut reader);
        let value = value.and_then(|value| reader.end().map(|()| value)).map_err(|error| {
            let why = unplaced(&error);
            refused(words!("line {line} is not JSON: {why}", "第 {line} 行不是 JSON：{why}"), shown)
                .at(Place::file(shown).at(Spot::Line(line)))
        })?;
        table.add(line, value, shown)?;
    }
    Ok(table.rows)
}

/// The objects of the only array of objects in an object; an object without any array is a row itself.
fn only_array(fields: Vec<(String, Json)>, shown: &Path) -> Result<Vec<Json>, Diagnostic> {
    let is_table = |value: &Json| matches!(value, Json::List(items) if items.iter().any(|item| matches!(item, Json::Object(_))));
    let names: Vec<String> = fields
        .iter()
        .filter(|(_, value)| is_table(value))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    match names.len() {
        0 if fields.is_empty() => Err(no_objects(shown)),
        0 => Ok(vec![Json::Object(fields)]),
        1 => {
            let mut lists = fields.into_iter().filter(|(_, value)| is_table(value));
            match lists.next() {
                Some((_, Json::List(items))) => Ok(items),
                _ => Err(no_objects(shown)),
            }
        }
        _ => {
            let names = names.join(", ");
            let message = words!("several arrays have objects: {names}", "有多个对象数组：{names}");
            Err(refused(message, shown)
                .help(words!("keep one of them in the file", "请在文件中只保留其中一个")))
        }
    }
}

fn refused(message: Words, shown: &Path) -> Diagnostic {
    Diagnostic::new(Code::BadRow, message).at(Place::file(shown))
}

fn no_objects(shown: &Path) -> Diagnostic {
    refused(words!("the file has no objects", "文件中没有对象"), shown).help(words!(
        "write an array of objects: [{{\"name\": \"Acme\"}}, …]",
        "应为对象的数组：[{{\"name\": \"Acme\"}}, ……]"
    ))
}

/// The reason of an error without its place, which the finding has.
fn unplaced(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}

/// A value. An object keeps the order of its fields.
enum Json {
    Null,
    Truth(bool),
    Number(Text),
    Word(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Reads a value that may hold values so deep.
struct Depth(usize);

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Json;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        reader.deserialize_any(self)
    }
}

impl Depth {
    fn below<E: Error>(&self) -> Result<Depth, E> {
        let below = self.0.checked_sub(1).map(Depth);
        below.ok_or_else(|| E::custom(format!("nested deeper than {DEEPEST}")))
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Truth(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.to_string().into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.to_string().into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Number(cells::decimal(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Word(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self.below()?)? {
            all.push(item);
        }
        Ok(Json::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut all: Vec<(String, Json)> = Vec::new();
        let mut names = HashSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("an object has `{name}` twice")));
            }
            all.push((name, fields.next_value_seed(self.below()?)?));
        }
        Ok(Json::Object(all))
    }
}

/// Objects as rows; the columns are all their fields, in the order of appearance.
struct Table {
    rows: SourceRows,
    columns: HashMap<Text, usize>,
    budget: usize,
}

impl Default for Table {
    fn default() -> Table {
        Table { rows: SourceRows::default(), columns: HashMap::new(), budget: BUDGET }
    }
}

impl Table {
    fn add(&mut self, number: u64, item: Json, shown: &Path) -> Result<(), Diagnostic> {
        let at = |found: Diagnostic| found.at(Place::file(shown));
        let Json::Object(fields) = item else {
            let message = words!("record {number} is no object", "第 {number} 条记录不是对象");
            return Err(at(Diagnostic::new(Code::BadRow, message)));
        };
        let mut row = Vec::new();
        self.flatten("", fields, &mut row).map_err(|words| {
            let (en, zh) = (words.en(), words.zh());
            let words = words!("record {number}: {en}", "第 {number} 条记录：{zh}");
            at(Diagnostic::new(Code::BadRow, words))
        })?;
        if row.iter().any(|cell: &SourceCell| !cell.text.is_empty()) {
            self.rows.rows.push(SourceRow { line: number, cells: row, unclosed: false });
        }
        Ok(())
    }

    fn flatten(
        &mut self,
        prefix: &str,
        fields: Vec<(String, Json)>,
        row: &mut Vec<SourceCell>,
    ) -> Result<(), Words> {
        for (name, value) in fields {
            let name = format!("{prefix}{}", cells::trimmed(&name));
            let cell = match value {
                Json::Object(fields) => {
                    self.flatten(&format!("{name}."), fields, row)?;
                    continue;
                }
                Json::List(items) => SourceCell::written(list(&name, items)?),
                plain => cell(plain),
            };
            let column = self.column(&name)?;
            let further = (column + 1).saturating_sub(row.len());
            let needed = further * size_of::<SourceCell>() + cell.text.len();
            self.budget = self.budget.checked_sub(needed).ok_or_else(|| {
                words!("the cells so far fill more than 1 GiB", "至此的单元格超过 1 GiB")
            })?;
            row.resize_with(row.len().max(column + 1), SourceCell::default);
            if !row[column].text.is_empty() {
                return Err(words!(
                    "two fields are the column `{name}`",
                    "两个字段同为列 `{name}`"
                ));
            }
            row[column] = cell;
        }
        Ok(())
    }

    fn column(&mut self, name: &str) -> Result<usize, Words> {
        if let Some(known) = self.columns.get(name) {
            return Ok(*known);
        }
        let next = self.rows.header.len();
        if next == COLUMNS {
            return Err(words!("there are more than 16,384 columns", "列数超过 16,384"));
        }
        self.rows.header.push(name.into());
        self.columns.insert(name.into(), next);
        Ok(next)
    }
}

/// A value that is neither list nor object as a cell.
fn cell(value: Json) -> SourceCell {
    match value {
        Json::Truth(truth) => SourceCell::typed(if truth { "true" } else { "false" }),
        Json::Number(number) => SourceCell::typed(number),
        Json::Word(word) => SourceCell::written(cells::trimmed(&word)),
        Json::Null | Json::List(_) | Json::Object(_) => SourceCell::default(),
    }
}

/// The values of a list in one text.
fn list(name: &str, items: Vec<Json>) -> Result<String, Words> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Json::List(_) | Json::Object(_) => {
                return Err(words!(
                    "`{name}` is a list of lists or objects, which is no cell",
                    "`{name}` 是数组或对象的列表，不能成为单元格"
                ));
            }
            plain => texts.push(cell(plain).text),
        }
    }
    Ok(texts
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| &**text)
        .collect::<Vec<_>>()
        .join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> (Vec<String>, Vec<(u64, Vec<String>)>) {
        let read = match text.trim_start().starts_with('[') || !text.contains("}\n{") {
            true => parse_json(text, Path::new("x.json")),
            false => parse_json_lines(text, Path::new("x.json")),
        }
        .unwrap();
        let header = read.header.iter().map(ToString::to_string).collect();
        let cells = |row: &SourceRow| {
            let shown = |cell: &SourceCell| match cell.typed {
                true => format!("={}", cell.text),
                false => cell.text.to_string(),
            };
            (row.line, row.cells.iter().map(shown).collect())
        };
        (header, read.rows.iter().map(cells).collect())
    }

    fn why(text: &str) -> String {
        let read = match text.contains("}\n{") {
            true => parse_json_lines(text, Path::new("x.json")),
            false => parse_json(text, Path::new("x.json")),
        };
        read.unwrap_err().message.en().to_owned()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn objects_are_rows() {
        let (header, read) = rows(
            r#"[{"id": 7, "name": " A & B ", "company": {"city": "上海", "staff": {"n": 15.0}}},
                {"tags": ["x", 1, null, true], "id": "0042", "won": false, "sum": 0.30000000000000004},
                {}, {"name": null}]"#,
        );
        assert_eq!(header, ["id", "name", "company.city", "company.staff.n", "tags", "won", "sum"]);
        assert_eq!(
            read,
            [
                row(1, &["=7", "A & B", "上海", "=15"]),
                row(2, &["0042", "", "", "", "x;1;true", "=false", "=0.3"])
            ]
        );
    }

    #[test]
    fn the_objects_may_lie_in_one_array() {
        let one = r#"{"total": 2, "ids": [1], "results": [{"a": 1}, {"a": 2}]}"#;
        assert_eq!(rows(one).1, [row(1, &["=1"]), row(2, &["=2"])]);
        assert_eq!(rows(r#"{"a": 1}"#).1, [row(1, &["=1"])]);
        assert_eq!(
            why(r#"{"x": [{"a": 1}], "y": [{"a": 2}]}"#),
            "several arrays have objects: `x`, `y`"
        );
    }

    #[test]
    fn lines_know_their_numbers() {
        let (header, read) = rows("{\"a\": 1}\n{\"b\": 2}\n\n{\"a\": 3}\n");
        assert_eq!(header, ["a", "b"]);
        assert_eq!(read, [row(1, &["=1"]), row(2, &["", "=2"]), row(4, &["=3"])]);
        assert!(why("{\"a\": 1}\n{\"a\" 2}\n").starts_with("line 2 is not JSON: expected `:`"));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for (text, reason) in [
            ("[]", "the file has no objects"),
            ("{}", "the file has no objects"),
            ("[1, 2]", "the file has no objects"),
            ("[{\"a\": 1}, 2]", "record 2 is no object"),
            ("[{\"a\": 1, \"a\": 2}]", "the file is not JSON: an object has `a` twice"),
            ("[{\"a\": [[1]]}]", "record 1: `a` is a list of lists or objects, which is no cell"),
            ("[{\"a.b\": 1, \"a\": {\"b\": 2}}]", "record 1: two fields are the column `a.b`"),
            ("[{\"a\": 1}] x", "the file is not JSON: trailing characters"),
        ] {
            assert_eq!(why(text), reason, "{text}");
        }
    }

    #[test]
    fn depth_has_an_end() {
        // The array and its object are two levels, and a value of an object lies below it.
        let nested = |n: usize| format!("[{}1{}]", "{\"a\":".repeat(n), "}".repeat(n));
        assert_eq!(rows(&nested(DEEPEST - 1)).1.len(), 1);
        assert_eq!(why(&nested(DEEPEST)), "the file is not JSON: nested deeper than 32");
        assert!(why(&"[".repeat(1_000_000)).contains("nested deeper than 32"));
    }

    #[test]
    fn columns_have_an_end() {
        let object = |n: usize| {
            let fields: Vec<String> = (0..n).map(|i| format!("\"{i}\":1")).collect();
            format!("[{{{}}}]", fields.join(","))
        };
        assert_eq!(rows(&object(COLUMNS)).0.len(), COLUMNS);
        assert!(why(&object(COLUMNS + 1)).contains("more than 16,384 columns"));
    }
}
