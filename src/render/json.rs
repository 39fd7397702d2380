//! JSON, schema 1:
//!
//! ```json
//! {"schema": 1, "report": "sizes", "title": "…", "about": "…",
//!  "tables": {"by-kind": [{"kind": "small", "count": 12, "value": "18000.50"}]},
//!  "notes": ["…"]}
//! ```
//!
//! A row is an object of column ids; total rows are left out. Counts and statistics are numbers (at
//! most six decimals), money is a string (`"1500.50"`, `"1500.50 USD"`), days and times are ISO
//! strings, lists are arrays, an empty cell is `null`, a rate is `{"rate": 0.631501, "n": 4238, "of":
//! 6711}` with a `null` rate of nothing, and a number that cannot be given is `{"absent": "why"}`.
//! Pictures are left out: the tables hold their figures.
//! JSON lines are the rows of one table, an object a line. Keys keep the order of the columns.
//!
//! Control characters and those that reorder text are written as `\u001b`, which reads back unchanged.

use super::Options;
use super::text::{acts, ratio, six};
use crate::table::sheet::{Cell, Column, Emphasis, Row, Sheet, Table};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

pub(super) fn write(
    sheet: &Sheet,
    tables: &[&Table],
    _: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = SheetDocument {
        schema: 1,
        report: &sheet.id,
        title: &sheet.title,
        about: &sheet.about,
        tables: Tables(tables),
        notes: &sheet.notes,
    };
    serde_json::to_writer_pretty(Escaping(out), &document)?;
    writeln!(out)
}

pub(super) fn write_lines(
    _: &Sheet,
    tables: &[&Table],
    _: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    for record in tables.first().into_iter().flat_map(|table| records(table)) {
        serde_json::to_writer(Escaping(out), &record)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Spells out characters that act. `serde_json` escapes those that JSON demands, up to U+001F; the others can only
/// stand in strings, so they may be replaced anywhere.
struct Escaping<'a>(&'a mut dyn Write);

impl Write for Escaping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let wanted = |c: char| acts(c) && c != '\n';
        // `serde_json` writes whole characters at a time.
        let text = match bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            true => return self.0.write_all(bytes),
            false => std::str::from_utf8(bytes).map_err(io::Error::other)?,
        };
        for part in text.split_inclusive(wanted) {
            let last = part.chars().next_back().filter(|c| wanted(*c));
            let plain = &part[..part.len() - last.map_or(0, char::len_utf8)];
            self.0.write_all(plain.as_bytes())?;
            for unit in last.iter().flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(self.0, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[derive(Serialize)]
struct SheetDocument<'a> {
    schema: u32,
    report: &'a str,
    title: &'a str,
    about: &'a str,
    tables: Tables<'a>,
    notes: &'a [String],
}

struct Tables<'a>(&'a [&'a Table]);

struct Records<'a>(&'a Table);

struct RowRecord<'a>(&'a [Column], Cow<'a, Row>);

struct CellValue<'a>(&'a Cell);

fn records(table: &Table) -> impl Iterator<Item = RowRecord<'_>> {
    let rows = table.rows.iter().filter(|row| row.emphasis != Emphasis::Total);
    rows.map(|row| RowRecord(&table.columns, row))
}

impl Serialize for Tables<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|table| (&table.id, Records(table))))
    }
}

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(records(self.0))
    }
}

impl Serialize for RowRecord<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.iter().zip(&self.1.cells);
        to.collect_map(fields.map(|(column, cell)| (&column.id, CellValue(cell))))
    }
}

#[derive(Serialize)]
struct Rate {
    rate: Option<f64>,
    n: u64,
    of: u64,
}

#[derive(Serialize)]
struct Absent<'a> {
    absent: &'a str,
}

impl Serialize for CellValue<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Empty => to.serialize_none(),
            cell if cell.is_veiled() => match cell {
                Cell::Text(_) => to.serialize_none(),
                _ => to.collect_seq([(); 0]),
            },
            Cell::Text(text) => to.serialize_str(text),
            Cell::List(list) | Cell::Lines(list) => {
                to.collect_seq(list.iter().map(|word| word.as_str()))
            }
            Cell::Int(n) => to.serialize_i64(*n),
            Cell::Number(x, _) | Cell::Share(x) => six(*x).serialize(to),
            Cell::Money(money) => to.collect_str(money),
            Cell::Amount(amount) => to.collect_str(amount),
            Cell::Rate(n, of) => {
                Rate { rate: ratio(*n, *of).and_then(six), n: *n, of: *of }.serialize(to)
            }
            Cell::Date(date) => to.collect_str(date),
            Cell::Moment(moment) => to.collect_str(moment),
            Cell::Bool(yes) => to.serialize_bool(*yes),
            Cell::Absent(why) => Absent { absent: why }.serialize(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, RenderError, samples};
    use crate::table::sheet::Kind;
    use proptest::prelude::*;

    fn render(sheet: &Sheet, options: &Options) -> Result<String, RenderError> {
        samples::rendered(sheet, Format::Json, options)
    }

    #[test]
    fn the_documented_shape() {
        let json = render(&samples::sheet(), &Options::default()).unwrap();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            value,
            serde_json::json!({
                "schema": 1, "report": "won", "title": "Won", "about": "as of 2009-12-15",
                "tables": {
                    "won": [
                        {"id": "wang", "name": "王经理", "value": "18000",
                         "won": {"rate": 0.631501, "n": 4238, "of": 6711}, "since": "2009-12-15"},
                        {"id": "zhang", "name": "Zhang, Wei | \"Z\"", "value": "1500.50 USD",
                         "won": {"absent": "n = 3, too few"}, "since": null}],
                    "money": [{"what": "booked", "sum": 12}]},
                "notes": ["Hold it."]
            })
        );
        assert!(json.starts_with("{\n  \"schema\": 1,\n  \"report\": \"won\""));
        assert!(json.ends_with("}\n"));
    }

    #[test]
    fn a_line_a_row() {
        let lines =
            samples::rendered(&samples::sheet(), Format::Jsonl, &Options::default()).unwrap();
        assert_eq!(lines.lines().count(), 2);
        assert!(lines.starts_with(r#"{"id":"wang","name":"王经理","value":"18000","won":{"rate""#));
    }

    proptest! {
        #[test]
        fn texts_read_back_and_nothing_acts(text in "\\PC*|[\\x00-\\xff\u{202e}\u{2028}\u{e0001}]*") {
            let column = Column::new("t", "", Kind::Text);
            let sheet = Sheet::single("s", "", vec![column], vec![Row::new(vec![Cell::text(&text)])].into());
            let line = samples::rendered(&sheet, Format::Jsonl, &Options::default()).unwrap();
            prop_assert!(!line.trim_end().chars().any(acts));
            let value: serde_json::Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(value["t"].as_str(), Some(text.as_str()));
        }
    }
}
