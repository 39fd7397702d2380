//! Puts a [`Sheet`] into one of several formats. Knows tables, columns and cells, and no
//! sales words.
//!
//! Each format is one file with one function and one line in `FORMATS`. People's formats (table,
//! Markdown, HTML, workbooks) show everything: titles, totals, notes, and but for workbooks pictures. Machines'
//! formats (CSV, TSV, JSON, JSON lines, ids) give the records: plain numbers, ISO dates, no totals.

mod csv;
mod fit;
mod html;
mod ids;
mod json;
mod markdown;
mod picture;
mod svg;
mod table;
mod text;
mod xlsx;

pub use html::{Link, Place, SCRIPT, STYLE, page};
pub use text::clean;

use crate::diag::Words;
use crate::table::sheet::{Audience, Rows, Sheet, Table};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Currency;
use rayon::prelude::*;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

/// So many rows are written at a time by one thread,
const PART: usize = 500;
/// and so many parts by all of them.
const AT_ONCE: usize = 16;

/// A way to write a sheet down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For a terminal, or any eye.
    #[default]
    Table,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// The ids, one a line.
    Ids,
    /// GitHub's Markdown.
    Markdown,
    /// A page that needs nothing but itself.
    Html,
    /// A workbook for Excel and others.
    Xlsx,
}

/// Writes the chosen tables of a sheet, and the other parts that the format has.
type Renderer = fn(&Sheet, &[&Table], &Options, &mut dyn Write) -> io::Result<()>;

struct FormatEntry {
    format: Format,
    name: &'static str,
    endings: &'static [&'static str],
    readers: Audience,
    renderer: Renderer,
}

/// Every format, in the order of [`Format`].
#[rustfmt::skip]
static FORMATS: &[FormatEntry] = &[
    FormatEntry { format: Format::Table,    name: "table",    endings: &["txt"],             readers: Audience::People,   renderer: table::write },
    FormatEntry { format: Format::Csv,      name: "csv",      endings: &["csv"],             readers: Audience::Machines, renderer: csv::write },
    FormatEntry { format: Format::Tsv,      name: "tsv",      endings: &["tsv", "tab"],      readers: Audience::Machines, renderer: csv::write_tsv },
    FormatEntry { format: Format::Json,     name: "json",     endings: &["json"],            readers: Audience::Machines, renderer: json::write },
    FormatEntry { format: Format::Jsonl,    name: "jsonl",    endings: &["jsonl", "ndjson"], readers: Audience::Machines, renderer: json::write_lines },
    FormatEntry { format: Format::Ids,      name: "ids",      endings: &["ids"],             readers: Audience::Machines, renderer: ids::write },
    FormatEntry { format: Format::Markdown, name: "markdown", endings: &["md", "markdown"],  readers: Audience::People,   renderer: markdown::write },
    FormatEntry { format: Format::Html,     name: "html",     endings: &["html", "htm"],     readers: Audience::People,   renderer: html::write },
    FormatEntry { format: Format::Xlsx,     name: "xlsx",     endings: &["xlsx"],            readers: Audience::People,   renderer: xlsx::write },
];

impl Format {
    /// Every format's name, in the order they are documented.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().map(|entry| entry.name)
    }

    /// The format of a name; an unknown one is answered with the nearest.
    pub fn parse(name: &str) -> Result<Format, RenderError> {
        FORMATS.iter().find(|entry| entry.name == name).map(|entry| entry.format).ok_or_else(|| {
            RenderError::NoSuchFormat {
                name: name.to_owned(),
                candidates: nearest(name, Format::names()),
            }
        })
    }

    /// The format that a file's ending asks for: `sizes.csv`.
    pub fn of_file_name(name: &str) -> Option<Format> {
        let (_, ending) = name.rsplit_once('.')?;
        let ending = ending.to_ascii_lowercase();
        FORMATS
            .iter()
            .find(|entry| entry.endings.contains(&ending.as_str()))
            .map(|entry| entry.format)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// Its readers: tables for other readers are left out, unless one is asked for by its name.
    pub fn readers(self) -> Audience {
        self.entry().readers
    }

    fn entry(self) -> &'static FormatEntry {
        &FORMATS[self as usize]
    }
}

/// How it shall look. The default is plain text of any width.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The terminal's columns; `None` where the output is not a terminal. On a terminal, control
    /// characters are shown as escapes even in CSV, which keeps them otherwise.
    pub width: Option<usize>,
    /// Lines wider than the terminal scroll sideways: a table that cannot fit it is as wide as it needs.
    pub scrolls: bool,
    /// Colour and weight by escape sequences.
    pub color: bool,
    /// Lines, bars and marks from ASCII only. Texts of the ledger are not changed.
    pub ascii: bool,
    /// Leave text as it is that a spreadsheet would run as a formula, and control characters (CSV, TSV).
    pub raw: bool,
    /// Begin with a byte-order mark, by which Excel knows UTF-8 (CSV, TSV).
    pub bom: bool,
    /// The day that the sheet looks from: the date of a workbook.
    pub day: Option<Date>,
    /// Only the table of this id, where a sheet has several.
    pub table: Option<String>,
    /// The language of the few words that are the renderer's own.
    pub lang: Lang,
    /// The currency of amounts that state none.
    pub currency: Option<Currency>,
    /// The names that people read instead of ids.
    pub names: Names,
}

/// The names that people read instead of ids in some columns. Formats for machines keep the ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// The ids of these columns.
    pub columns: &'static [&'static str],
    /// The names by id.
    pub of: HashMap<String, String>,
}

impl Names {
    /// Are the ids of a column shown as names?
    fn has(&self, column: &str) -> bool {
        !self.of.is_empty() && self.columns.contains(&column)
    }
}

/// Why a sheet cannot be rendered as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words().en())]
pub enum RenderError {
    /// No format of this name.
    NoSuchFormat {
        /// The name that was asked for.
        name: String,
        /// The nearest names, the nearest first.
        candidates: Vec<String>,
    },
    /// No table of this id on the sheet.
    NoSuchTable {
        /// The sheet's id.
        sheet: String,
        /// The name that was asked for.
        name: String,
        /// The nearest tables' ids, the nearest first.
        candidates: Vec<String>,
    },
    /// No column of ids to print.
    NoIds {
        /// The sheet's id.
        sheet: String,
    },
    /// A table has more rows than a worksheet.
    TooManyRows {
        /// The table's id.
        table: String,
        /// The rows, with the header and the words below them.
        rows: usize,
    },
    /// A text is longer than a cell of a worksheet.
    TooLong {
        /// The column's id.
        column: String,
        /// The number of the row, from 1.
        row: usize,
    },
}

impl RenderError {
    /// The error, for people.
    pub fn words(&self) -> Words {
        match self {
            RenderError::NoSuchFormat { name, .. } => {
                words!("there is no format `{name}`", "没有格式 `{name}`")
            }
            RenderError::NoSuchTable { sheet, name, .. } => {
                words!("`{sheet}` has no table `{name}`", "`{sheet}` 没有表格 `{name}`")
            }
            RenderError::NoIds { sheet } => {
                words!("`{sheet}` does not list ids", "`{sheet}` 不列出编号")
            }
            RenderError::TooManyRows { table, rows } => {
                let most = xlsx::MOST_ROWS;
                words!(
                    "`{table}` needs {rows} rows, and a worksheet has {most}",
                    "`{table}` 需要 {rows} 行，而一张工作表最多 {most} 行"
                )
            }
            RenderError::TooLong { column, row } => {
                let most = xlsx::LONGEST_TEXT;
                words!(
                    "`{column}` in row {row} is longer than the {most} characters that a cell of a worksheet holds",
                    "第 {row} 行的 `{column}` 超过工作表单元格的上限（{most} 个字符）"
                )
            }
        }
    }

    /// The names that may have been meant, the nearest first.
    pub fn candidates(&self) -> &[String] {
        match self {
            RenderError::NoSuchFormat { candidates, .. }
            | RenderError::NoSuchTable { candidates, .. } => candidates,
            RenderError::NoIds { .. }
            | RenderError::TooManyRows { .. }
            | RenderError::TooLong { .. } => &[],
        }
    }
}

/// A sheet that is to be written in a format. Its errors are known before the first byte.
#[derive(Debug)]
pub struct Rendering {
    sheet: Sheet,
    format: Format,
    options: Options,
    /// The positions of the tables to show.
    tables: Vec<usize>,
}

impl Rendering {
    /// One of the table that is asked for, or of all that are meant for the format's readers.
    pub fn of(sheet: Sheet, format: Format, options: Options) -> Result<Rendering, RenderError> {
        let tables = match &options.table {
            None => meant_for(&sheet, format.readers()),
            Some(name) => {
                let named = sheet.tables.iter().position(|table| table.id == *name);
                vec![named.ok_or_else(|| RenderError::NoSuchTable {
                    sheet: sheet.id.clone(),
                    name: name.clone(),
                    candidates: nearest(name, sheet.tables.iter().map(|table| table.id.as_str())),
                })?]
            }
        };
        let rendering = Rendering { sheet, format, options, tables };
        if format == Format::Ids && ids::column(&rendering.tables()).is_none() {
            return Err(RenderError::NoIds { sheet: rendering.sheet.id });
        }
        if format == Format::Xlsx
            && let Some(refusal) = xlsx::refusal(&rendering.sheet, &rendering.tables())
        {
            return Err(refusal);
        }
        Ok(rendering)
    }

    /// Writes it, row by row. Text ends with a newline unless it is empty.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        (self.format.entry().renderer)(&self.sheet, &self.tables(), &self.options, out)
    }

    fn tables(&self) -> Vec<&Table> {
        self.tables.iter().filter_map(|position| self.sheet.tables.get(*position)).collect()
    }
}

/// The positions of the tables that are meant for all readers, or for these.
fn meant_for(sheet: &Sheet, readers: Audience) -> Vec<usize> {
    let meant = |table: &Table| table.audience == Audience::All || table.audience == readers;
    let tables = sheet.tables.iter().enumerate().filter(|(_, table)| meant(table));
    tables.map(|(position, _)| position).collect()
}

/// Blocks of text with an empty line between two of them.
struct TextBlocks<'o> {
    out: &'o mut dyn Write,
    begun: bool,
}

impl<'o> TextBlocks<'o> {
    fn of(out: &'o mut dyn Write) -> TextBlocks<'o> {
        TextBlocks { out, begun: false }
    }

    /// Where the next block goes.
    fn next(&mut self) -> io::Result<&mut dyn Write> {
        if std::mem::replace(&mut self.begun, true) {
            writeln!(self.out)?;
        }
        Ok(self.out)
    }
}

/// The parts of a table, made by all threads, in order: of a long one a few parts at a time, so that
/// little of it is in memory.
fn in_parts<'r, T: Send + 'r>(
    rows: &'r Rows,
    make: impl Fn(Range<usize>) -> T + Sync + 'r,
) -> impl Iterator<Item = T> + 'r {
    let all = rows.len();
    (0..all).step_by(PART * AT_ONCE).flat_map(move |from| -> Vec<T> {
        let starts = (from..all).step_by(PART).take(AT_ONCE);
        let parts: Vec<Range<usize>> = starts.map(|from| from..all.min(from + PART)).collect();
        match parts.as_slice() {
            [only] => vec![make(only.clone())],
            _ => parts.into_par_iter().map(&make).collect(),
        }
    })
}

/// All names, the most similar first.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut scored: Vec<(f64, &str)> =
        names.map(|known| (strsim::jaro_winkler(name, known), known)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().map(|(_, known)| known.to_owned()).collect()
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_formats_is_in_order_and_without_doubles() {
        for (i, entry) in FORMATS.iter().enumerate() {
            assert_eq!(entry.format as usize, i);
            assert_eq!(Format::parse(entry.name), Ok(entry.format));
            for ending in entry.endings {
                assert_eq!(Format::of_file_name(&format!("a.b.{ending}")), Some(entry.format));
            }
        }
    }

    #[test]
    fn names_and_endings() {
        assert_eq!(Format::of_file_name("out/Funnel.CSV"), Some(Format::Csv));
        assert_eq!(Format::of_file_name("README"), None);
        assert_eq!(Format::Jsonl.name(), "jsonl");
        let wrong = Format::parse("markdwon").unwrap_err();
        assert_eq!(wrong.candidates()[0], "markdown");
        assert_eq!(wrong.to_string(), "there is no format `markdwon`");
    }

    #[test]
    fn one_table_of_several() {
        let sheet = samples::sheet();
        let options = Options { table: Some("mony".into()), ..Options::default() };
        let wrong = Rendering::of(sheet, Format::Csv, options).unwrap_err();
        assert_eq!(wrong.candidates()[0], "money");
    }

    #[test]
    fn every_format_stands_an_empty_sheet() {
        for entry in FORMATS {
            let _ = samples::bytes(&Sheet::default(), entry.format, &Options::default());
        }
    }
}
