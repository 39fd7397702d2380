//! JSON: an array of objects, an object with one such array in it, or an object on each line. A nested object becomes
//! columns `a.b`, a list of plain values one cell `x;y`. An object becomes a row as soon as it is read: of the values of a
//! file, no more than those of one row are in memory.

use super::cells;
use crate::diag::{Code, Diagnostic, Place, Spot, Words, listed};
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
/// The memory that values and cells may fill, in bytes: 1 GiB.
const BUDGET: usize = 1024 * 1024 * 1024;

/// Reads the objects of a JSON text.
///
/// # Errors
/// Fails if the text is no JSON, an object has a name twice or is nested too deep, and if it is in doubt which array
/// has the objects.
pub fn parse_json(text: &str, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let text = text.trim_start_matches('\u{feff}');
    let mut table = Table::within(BUDGET);
    let mut reader = serde_json::Deserializer::from_str(text);
    let top = Value { depth: DEEPEST, at: At::Top, table: &mut table };
    let read = top.deserialize(&mut reader);
    let value = read.and_then(|value| reader.end().map(|()| value)).map_err(|error| {
        if let Some(why) = table.refusal.take() {
            return refused(why, shown);
        }
        let why = unplaced(&error);
        refused(words!("the file is not JSON: {why}", "文件不是 JSON：{why}"), shown)
            .at(Place::file(shown).at(Spot::Line(error.line() as u64)))
    })?;
    let fields = match value {
        Json::Rows => return Ok(table.rows),
        Json::Object(fields) if !fields.is_empty() => fields,
        _ => return Err(no_objects(shown)),
    };
    let arrays = fields.iter().filter(|(_, value)| matches!(value, Json::Rows));
    let names: Vec<String> = arrays.map(|(name, _)| format!("`{name}`")).collect();
    match names.len() {
        0 => table.add(1, Json::Object(fields)).map_err(|why| refused(why, shown))?,
        1 => {}
        _ => {
            let names = listed(names);
            let message =
                words!("several arrays have objects: {names}", "有多个对象数组：{names:#}");
            return Err(refused(message, shown)
                .help(words!("keep one of them in the file", "请在文件中只保留其中一个")));
        }
    }
    Ok(table.rows)
}

/// Reads an object on each line; blank lines are left out.
///
/// # Errors
/// As [`parse_json`], with the line.
pub fn parse_json_lines(text: &str, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let mut table = Table::within(BUDGET);
    for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let left = table.budget;
        let value =
            Value { depth: DEEPEST, at: At::Below, table: &mut table }.deserialize(&mut reader);
        let value = value.and_then(|value| reader.end().map(|()| value)).map_err(|error| {
            let place = Place::file(shown).at(Spot::Line(line));
            let Some(why) = table.refusal.take() else {
                let why = unplaced(&error);
                let message =
                    words!("line {line} is not JSON: {why}", "第 {line} 行不是 JSON：{why}");
                return refused(message, shown).at(place);
            };
            refused(why, shown).at(place)
        })?;
        table.budget = left;
        table.add(line, value).map_err(|why| refused(why, shown))?;
    }
    Ok(table.rows)
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
    /// A list of objects that are rows of the table already.
    Rows,
}

/// The place of a value in a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The whole file.
    Top,
    /// A field of the object that is the whole file.
    Field,
    /// Further down.
    Below,
}

/// Reads a value that may hold values so deep, within the budget of a table. Objects in a list that is the whole file,
/// or a field of its object, become rows of the table.
struct Value<'t> {
    depth: usize,
    at: At,
    table: &'t mut Table,
}

impl Value<'_> {
    fn below<E: Error>(&mut self, at: At) -> Result<Value<'_>, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Value { depth, at, table: self.table }),
            None => Err(E::custom(format!("nested deeper than {DEEPEST}"))),
        }
    }

    fn spend<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        let spent = self.table.spend(size_of::<Json>() + bytes);
        spent.map_err(|why| self.table.refuse(why))
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Json;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(mut self) -> Result<Json, E> {
        self.spend(0)?;
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(mut self, truth: bool) -> Result<Json, E> {
        self.spend(0)?;
        Ok(Json::Truth(truth))
    }

    fn visit_i64<E: Error>(mut self, number: i64) -> Result<Json, E> {
        self.spend(0)?;
        Ok(Json::Number(number.to_string().into()))
    }

    fn visit_u64<E: Error>(mut self, number: u64) -> Result<Json, E> {
        self.spend(0)?;
        Ok(Json::Number(number.to_string().into()))
    }

    fn visit_f64<E: Error>(mut self, number: f64) -> Result<Json, E> {
        self.spend(0)?;
        Ok(Json::Number(cells::decimal(number)))
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<Json, E> {
        self.spend(text.len())?;
        Ok(Json::Word(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Json, A::Error> {
        self.spend(0)?;
        let (mut all, mut number, mut has_rows) = (Vec::new(), 0, false);
        loop {
            let left = self.table.budget;
            let Some(item) = items.next_element_seed(self.below(At::Below)?)? else { break };
            number += 1;
            has_rows |= self.at != At::Below && matches!(item, Json::Object(_));
            if !has_rows {
                all.push(item);
                continue;
            }
            self.table.budget = left;
            // All are rows, or none is.
            let first = all.pop().map(|plain| (1, plain));
            let (number, item) = first.unwrap_or((number, item));
            self.table.add(number, item).map_err(|why| self.table.refuse(why))?;
        }
        Ok(if has_rows { Json::Rows } else { Json::List(all) })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Json, A::Error> {
        self.spend(0)?;
        let below = if self.at == At::Top { At::Field } else { At::Below };
        let mut all: Vec<(String, Json)> = Vec::new();
        let mut names = HashSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            self.spend(2 * (size_of::<String>() + name.len()))?;
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("an object has `{name}` twice")));
            }
            all.push((name, fields.next_value_seed(self.below(below)?)?));
        }
        Ok(Json::Object(all))
    }
}

/// Objects as rows; the columns are all their fields, in the order of appearance.
struct Table {
    rows: SourceRows,
    columns: HashMap<Text, usize>,
    /// The memory that is left, in bytes.
    budget: usize,
    /// Why a value is refused that is no fault of the JSON.
    refusal: Option<Words>,
}

impl Table {
    fn within(budget: usize) -> Table {
        Table { rows: SourceRows::default(), columns: HashMap::new(), budget, refusal: None }
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Words> {
        let left = self.budget.checked_sub(bytes);
        self.budget = left.ok_or_else(|| {
            words!("the values so far fill more than 1 GiB", "至此的值超过 1 GiB")
        })?;
        Ok(())
    }

    /// Keeps the reason of a refusal, and stops the reader.
    fn refuse<E: Error>(&mut self, why: Words) -> E {
        self.refusal = Some(why);
        E::custom("refused")
    }

    fn add(&mut self, number: u64, item: Json) -> Result<(), Words> {
        let Json::Object(fields) = item else {
            return Err(words!("record {number} is no object", "第 {number} 条记录不是对象"));
        };
        let mut row = Vec::new();
        self.flatten("", fields, &mut row).map_err(|words| {
            let (en, zh) = (words.en(), words.zh());
            words!("record {number}: {en}", "第 {number} 条记录：{zh}")
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
            self.spend(further * size_of::<SourceCell>() + cell.text.len())?;
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
        Json::Null | Json::List(_) | Json::Object(_) | Json::Rows => SourceCell::default(),
    }
}

/// The values of a list in one text.
fn list(name: &str, items: Vec<Json>) -> Result<String, Words> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Json::List(_) | Json::Object(_) | Json::Rows => {
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
            ("[1, 2, {\"a\": 1}]", "record 1 is no object"),
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
    fn memory_has_an_end_before_a_value_is_kept() {
        let read = |text: &str, budget: usize| {
            let mut table = Table::within(budget);
            let mut reader = serde_json::Deserializer::from_str(text);
            let top = Value { depth: DEEPEST, at: At::Top, table: &mut table };
            let read = top.deserialize(&mut reader).is_ok();
            (read, table.budget, table.rows.rows.len())
        };
        // A list that is no table, in an object that may be a row; and one of lists.
        let numbers = format!("{{\"a\": [{}1]}}", "1,".repeat(999));
        assert!(!read(&numbers, 1000 * size_of::<Json>()).0);
        assert!(read(&numbers, 1100 * size_of::<Json>()).0);
        assert!(!read(&format!("[{}[]]", "[],".repeat(999)), 1000 * size_of::<Json>()).0);
        // The values of an object are given back when it has become a row: two cells are left of each.
        let objects = format!("[{}{{}}]", "{\"a\": 1, \"b\": 2},".repeat(1000));
        let cells = 2000 * (size_of::<SourceCell>() + 1);
        let (_, left, count) = read(&objects, cells + 1000);
        assert_eq!((left, count), (1000 - size_of::<Json>(), 1000));
        assert!(!read(&objects, cells).0);
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
