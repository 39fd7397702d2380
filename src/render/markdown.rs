//! GitHub's Markdown: a heading, a table for each table with its columns padded so that the source
//! reads well too, and the notes as a list. The content of a cell stays text.

use super::text::{Look, clean, looks, shown};
use super::{Options, TextBlocks, picture};
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet, Table};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Cells wider than this are not padded for.
const WIDEST: usize = 48;

pub(super) fn write(
    sheet: &Sheet,
    tables: &[&Table],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut blocks = TextBlocks::of(out);
    if !sheet.title.is_empty() {
        writeln!(blocks.next()?, "## {}", escaped(&sheet.title))?;
    }
    if !sheet.about.is_empty() {
        writeln!(blocks.next()?, "{}", line(&sheet.about))?;
    }
    for table in tables {
        if !table.title.is_empty() {
            writeln!(blocks.next()?, "### {}", escaped(&table.title))?;
        }
        if !table.columns.is_empty() {
            grid(table, options, blocks.next()?)?;
        }
    }
    let as_text = Options { width: None, ..options.clone() };
    for picture in &sheet.pictures {
        let drawn: Vec<String> =
            picture::lines(picture, &as_text).into_iter().map(|(line, _)| line).collect();
        if !drawn.is_empty() {
            writeln!(blocks.next()?, "### {}", escaped(&picture.title))?;
            write!(blocks.next()?, "{}", fenced(&drawn.join("\n")))?;
        }
    }
    if !sheet.notes.is_empty() {
        let out = blocks.next()?;
        for note in &sheet.notes {
            writeln!(out, "- {}", line(note))?;
        }
    }
    Ok(())
}

/// The rows are asked for twice: for how wide the columns are, and to be written.
fn grid(table: &Table, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let header: Vec<String> = table.columns.iter().map(|column| escaped(&column.title)).collect();
    let looks = looks(table, options);
    let text = |(cell, look): (&Cell, &Look)| {
        let shown = shown(cell, look, options);
        match cell {
            // A table's row is one line.
            Cell::Lines(_) => shown.lines().map(escaped).collect::<Vec<_>>().join("<br>"),
            _ => escaped(shown.trim()),
        }
    };
    let texts = |row: &Row| -> Vec<String> {
        let cells = row.cells.iter().zip(&looks).map(text);
        match row.emphasis {
            Emphasis::Total => cells
                .map(|cell| if cell.is_empty() { cell } else { format!("**{cell}**") })
                .collect(),
            _ => cells.collect(),
        }
    };
    let right: Vec<bool> = table.columns.iter().map(|column| column.kind == Kind::Number).collect();
    let mut widths = vec![3; right.len()];
    let mut widen = |cells: &[String]| {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.width().min(WIDEST).max(*width);
        }
    };
    widen(&header);
    table.rows.iter().for_each(|row| widen(&texts(&row)));

    let line = |cells: &[String]| {
        let mut line = String::new();
        for (i, width) in widths.iter().enumerate() {
            let cell = cells.get(i).map_or("", String::as_str);
            let gap = " ".repeat(width.saturating_sub(cell.width()));
            let (before, after) = if right[i] { (gap.as_str(), "") } else { ("", gap.as_str()) };
            line.extend(["| ", before, cell, after, " "]);
        }
        line
    };
    writeln!(out, "{}|", line(&header))?;
    for (width, right) in widths.iter().zip(&right) {
        let dashes = "-".repeat(width - 1);
        let [before, after] = if *right { ["| ", ": "] } else { ["| -", " "] };
        write!(out, "{before}{dashes}{after}")?;
    }
    writeln!(out, "|")?;
    table.rows.iter().try_for_each(|row| writeln!(out, "{}|", line(&texts(&row))))
}

/// Text kept as it is, behind a fence longer than any within it.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}text\n{text}\n{fence}\n")
}

/// Text that Markdown leaves alone, within a line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        if matches!(c, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text that starts a line, and starts nothing else: no heading, no list.
fn line(text: &str) -> String {
    let text = escaped(text.trim());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if text[digits..].starts_with(['.', ')']) && digits > 0 {
        format!("{}\\{}", &text[..digits], &text[digits..])
    } else if text.starts_with(['#', '-', '+', '=']) {
        format!("\\{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::text::acts;
    use crate::render::{Format, RenderError, samples};
    use proptest::prelude::*;

    fn render(sheet: &Sheet, options: &Options) -> Result<String, RenderError> {
        samples::rendered(sheet, Format::Markdown, options)
    }

    #[test]
    fn reads_well_as_source() {
        let expected = "\
## Won

as of 2009-12-15

| Id    | Name              |         Value |                  Won | Since      |
| ----- | ----------------- | ------------: | -------------------: | ---------- |
| wang  | 王经理            |     18,000.00 | 4,238/6,711   63.2 % | 2009-12-15 |
| zhang | Zhang, Wei \\| \"Z\" |  1,500.50 USD |     (n = 3, too few) |            |
|       | **all**           | **19,500.00** |                      |            |

### Money

| What   | Sum |
| ------ | --: |
| booked |  12 |

- Hold it.
";
        assert_eq!(render(&samples::sheet(), &Options::default()).unwrap(), expected);
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("a|b *c* <img> [x](y) \\"), "a\\|b \\*c\\* \\<img\\> \\[x\\](y) \\\\");
        assert_eq!(line("# one"), "\\# one");
        assert_eq!(line("12. May"), "12\\. May");
        assert_eq!(line("12 of 15"), "12 of 15");
        assert_eq!(fenced("a\n```\nb"), "````text\na\n```\nb\n````\n");
    }

    proptest! {
        #[test]
        fn a_line_a_row_whatever_it_says(text in "(\\PC|[\\x00-\\xff|\\\\\u{202e}\u{2028}])*") {
            let markdown = render(&samples::of_text(&text), &Options::default()).unwrap();
            prop_assert!(!markdown.chars().any(|c| acts(c) && c != '\n'));
            let (tables, _) = markdown.split_once("\n```").unwrap();
            let rows: Vec<&str> = tables.lines().filter(|line| line.starts_with('|')).collect();
            prop_assert_eq!(rows.len(), 4);
            for row in rows {
                let pipes = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
                prop_assert_eq!(pipes, 4);
            }
        }
    }
}
