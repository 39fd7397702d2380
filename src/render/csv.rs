//! Comma- and tab-separated values of one table: a header of column ids, then one record a row,
//! without totals.
//!
//! CSV is RFC 4180 but for the line end, which is `\n`: scripts read lines, and every reader of CSV
//! reads both. There is a byte-order mark only where one is asked for: without it Excel reads UTF-8 in the code page of
//! the machine. Line breaks and tabs of a cell are kept, quoted; TSV has no quotes, and
//! they become spaces.
//!
//! Text, headers too, that a spreadsheet would run as a formula gets a `'` in front; control characters and those that
//! reorder or hide text are spelt out as `\u{1b}`. `raw` leaves both as they are, the latter not on a terminal.
//! Numbers are never touched, negative ones neither.

use super::text::{acts, breaks, plain};
use super::{Options, in_parts};
use crate::table::sheet::{Cell, Emphasis, Sheet, Table};
use crate::value::entity::encoded;
use crate::value::formula::neutralised;
use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

pub(super) fn write(
    _: &Sheet,
    tables: &[&Table],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_records(tables, options, out, |records| {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        records(&mut |fields| {
            // A write to a `Vec` does not fail, and records may differ in length.
            let _ = writer.write_record(fields.iter().map(AsRef::as_ref));
        });
        writer.into_inner().unwrap_or_default()
    })
}

pub(super) fn write_tsv(
    _: &Sheet,
    tables: &[&Table],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_records(tables, options, out, |records| {
        let mut text = String::new();
        records(&mut |fields| {
            for (i, field) in fields.iter().enumerate() {
                if i > 0 {
                    text.push('\t');
                }
                text.extend(field.chars().map(|c| if breaks(c) { ' ' } else { c }));
            }
            text.push('\n');
        });
        text.into_bytes()
    })
}

/// Receives the fields of one record after the other.
type Put<'p> = &'p mut dyn FnMut(&[Cow<'_, str>]);

/// Writes the header and the rows of the first table, in the bytes that `encode` makes of some of them.
fn write_records(
    tables: &[&Table],
    options: &Options,
    out: &mut dyn Write,
    encode: impl Fn(&dyn Fn(Put<'_>)) -> Vec<u8> + Sync,
) -> io::Result<()> {
    let Some(table) = tables.first() else { return Ok(()) };
    if options.bom {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let header: Vec<_> =
        table.columns.iter().map(|column| text(column.id.as_str().into(), options)).collect();
    out.write_all(&encode(&|put| put(&header)))?;
    let of_part = |part: Range<usize>| {
        encode(&|put| {
            let rows = table.rows.part(part.clone());
            for row in rows.filter(|row| row.emphasis != Emphasis::Total) {
                let fields: Vec<_> = row.cells.iter().map(|cell| field(cell, options)).collect();
                put(&fields);
            }
        })
    };
    in_parts(&table.rows, of_part).try_for_each(|part| out.write_all(&part))
}

fn field<'a>(cell: &'a Cell, options: &Options) -> Cow<'a, str> {
    if cell.is_veiled() {
        return Cow::Borrowed("");
    }
    let value = plain(cell);
    if !matches!(cell, Cell::Text(_) | Cell::List(_) | Cell::Lines(_)) {
        return value;
    }
    text(value, options)
}

/// Text that neither a spreadsheet nor a terminal obeys.
fn text<'a>(value: Cow<'a, str>, options: &Options) -> Cow<'a, str> {
    let value = if options.raw { value } else { neutralised(encoded(value)) };
    let spelt = |c: char| acts(c) && !matches!(c, '\n' | '\r' | '\t');
    if (options.raw && options.width.is_none()) || !value.chars().any(spelt) {
        return value;
    }
    let mut out = String::with_capacity(value.len() + 16);
    for c in value.chars() {
        if spelt(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, RenderError, samples};
    use crate::table::sheet::{Column, Kind, Row};
    use crate::value::money::{Amount, Money};
    use proptest::prelude::*;

    fn render(sheet: &Sheet, options: &Options) -> Result<String, RenderError> {
        samples::rendered(sheet, Format::Csv, options)
    }

    fn cells(cells: Vec<Cell>, options: &Options) -> Vec<String> {
        let columns =
            (0..cells.len()).map(|i| Column::new(format!("c{i}"), "", Kind::Text)).collect();
        let sheet = Sheet::single("s", "", columns, vec![Row::new(cells)].into());
        let text = render(&sheet, options).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let record = reader.records().next().unwrap().unwrap();
        record.iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_header_plain_numbers_and_no_totals() {
        let csv = render(&samples::sheet(), &Options::default()).unwrap();
        assert_eq!(
            csv,
            "id,name,value,won,since\n\
             wang,王经理,18000,0.631501,2009-12-15\n\
             zhang,\"Zhang, Wei | \"\"Z\"\"\",1500.50 USD,,\n"
        );
        let options = Options { table: Some("money".into()), ..Options::default() };
        assert_eq!(render(&samples::sheet(), &options).unwrap(), "what,sum\nbooked,12\n");
    }

    #[test]
    fn formulas_are_neutralised_in_text_only() {
        for text in ["=1+1", "+86 10", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"] {
            let quoted = [format!("'{text}")];
            assert_eq!(cells(vec![Cell::text(text)], &Options::default()), quoted);
            let raw = Options { raw: true, ..Options::default() };
            assert_eq!(cells(vec![Cell::text(text)], &raw), [text]);
        }
        let numbers = vec![
            Cell::Int(-1),
            Cell::Number(-1.5, 1),
            Cell::Amount(Amount::from_int(-3)),
            Cell::Money(Money::parse("-3 USD").unwrap()),
            Cell::text("a=b"),
        ];
        assert_eq!(cells(numbers, &Options::default()), ["-1", "-1.5", "-3", "-3 USD", "a=b"]);
        let list = Cell::list(["-a", "b"]);
        assert_eq!(cells(vec![list], &Options::default()), ["'-a;b"]);
    }

    #[test]
    fn control_characters_are_spelt_out_unless_raw() {
        let text = "a\u{1b}[2Jb\nc\td\u{85}\u{9b}\u{202e}\u{2066}\u{0}\u{b}é";
        let cell = || vec![Cell::text(text)];
        let spelt = "a\\u{1b}[2Jb\nc\td\\u{85}\\u{9b}\\u{202e}\\u{2066}\\u{0}\\u{b}é";
        assert_eq!(cells(cell(), &Options::default()), [spelt]);
        let raw = Options { raw: true, ..Options::default() };
        assert_eq!(cells(cell(), &raw), [text]);
        let terminal = Options { width: Some(80), ..raw };
        assert_eq!(cells(cell(), &terminal), [spelt]);
    }

    #[test]
    fn a_byte_order_mark_is_first_and_only_where_it_is_asked_for() {
        for (format, marked) in [(Format::Csv, true), (Format::Tsv, true), (Format::Json, false)] {
            let sheet = samples::sheet();
            let plain = samples::rendered(&sheet, format, &Options::default()).unwrap();
            let options = Options { bom: true, ..Options::default() };
            let with = samples::rendered(&sheet, format, &options).unwrap();
            assert!(!plain.contains('\u{feff}'));
            assert_eq!(with, if marked { format!("\u{feff}{plain}") } else { plain });
        }
    }

    #[test]
    fn headers_are_text_too() {
        for (id, header) in
            [("=1+1", "'=1+1"), ("@x", "'@x"), ("a\u{1b}b", "a\\u{1b}b"), ("id", "id")]
        {
            let column = vec![Column::new(id, "", Kind::Text)];
            let sheet = Sheet::single("s", "", column, vec![Row::new(vec![Cell::Int(1)])].into());
            for format in [Format::Csv, Format::Tsv] {
                let written = |raw| {
                    let options = Options { raw, ..Options::default() };
                    samples::rendered(&sheet, format, &options).unwrap()
                };
                assert_eq!(written(false), format!("{header}\n1\n"));
                assert_eq!(written(true), format!("{id}\n1\n"));
            }
        }
    }

    #[test]
    fn tsv_has_one_line_a_row() {
        let columns = vec![Column::new("a", "", Kind::Text), Column::new("b", "", Kind::Text)];
        let row = Row::new(vec![Cell::text("x\ty\r\nz"), Cell::text("\"q\"")]);
        let sheet = Sheet::single("s", "", columns, vec![row].into());
        assert_eq!(
            samples::rendered(&sheet, Format::Tsv, &Options::default()).unwrap(),
            "a\tb\nx y  z\t\"q\"\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_raw_reads_back(texts in prop::collection::vec("\\PC*|[\\x00-\\x7f]*", 1..6)) {
            let raw = Options { raw: true, ..Options::default() };
            prop_assert_eq!(cells(texts.iter().map(Cell::text).collect(), &raw), texts);
        }

        #[test]
        fn no_text_field_starts_as_a_formula(text in "[=+\\-@\t\r'a]{0,4}") {
            let field = cells(vec![Cell::text(text), Cell::Int(1)], &Options::default()).remove(0);
            prop_assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}
