//! One self-contained page for one sheet or several: no network, no script needed to read it. Style
//! and script are `page.css` and `page.js`, and the page's own policy allows these two and nothing
//! else.

use super::text::{decimals, escaped, plain, ratio, shown};
use super::{Format, Options, meant_for, svg};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use std::io::{self, Write};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// SHA-256 of the two, in base64: a test computes them.
const STYLE_HASH: &str = "1KGLsuz5CwigT/4pjGR7F/DpNluoFRHAb6+BVJtE2jI=";
const SCRIPT_HASH: &str = "ZEsH7LuZgYcY6NjC2+chuqq3dCxqJ5bIuallzaOXRV0=";

pub(super) fn write(
    sheet: &Sheet,
    tables: &[&Table],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    begin(out, &sheet.title, &sheet.about, "", options)?;
    content(out, sheet, tables, 1, options)?;
    end(out)
}

/// Several sheets on one page, with a table of contents.
pub fn page(title: &str, about: &str, sheets: &[Sheet], options: &Options) -> String {
    let mut bytes = Vec::new();
    // A write to a `Vec` does not fail.
    let _ = write_page(title, about, sheets, options, &mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}

fn write_page(
    title: &str,
    about: &str,
    sheets: &[Sheet],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let entries = (1..).zip(sheets).map(|(n, sheet)| {
        let heading = escaped(&sheet.title);
        format!("<li><a href=\"#s{n}\">{heading}</a></li>\n")
    });
    let contents: String = entries.collect();
    let label = options.lang.pick("Contents", "目录");
    let nav = format!("<nav aria-label=\"{label}\">\n<ul>\n{contents}</ul>\n</nav>\n");
    begin(out, title, about, &nav, options)?;
    for (n, sheet) in (1..).zip(sheets) {
        writeln!(out, "<section id=\"s{n}\" aria-labelledby=\"s{n}-h\">")?;
        writeln!(out, "<h2 id=\"s{n}-h\">{}</h2>", escaped(&sheet.title))?;
        if !sheet.about.is_empty() {
            writeln!(out, "<p class=\"about\">{}</p>", escaped(&sheet.about))?;
        }
        let meant = meant_for(sheet, Format::Html.readers());
        let tables: Vec<&Table> = meant.into_iter().map(|at| &sheet.tables[at]).collect();
        content(out, sheet, &tables, n, options)?;
        writeln!(out, "</section>")?;
    }
    end(out)
}

/// Everything up to the body.
fn begin(
    out: &mut dyn Write,
    title: &str,
    about: &str,
    nav: &str,
    options: &Options,
) -> io::Result<()> {
    let lang = options.lang.pick("en", "zh-Hans");
    let title = escaped(title);
    let about = match escaped(about) {
        about if about.is_empty() => about,
        about => format!("<p class=\"about\">{about}</p>\n"),
    };
    write!(
        out,
        "<!DOCTYPE html>
<html lang=\"{lang}\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; \
         style-src 'sha256-{STYLE_HASH}'; script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; \
         form-action 'none'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"referrer\" content=\"no-referrer\">
<link rel=\"icon\" href=\"data:,\">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{about}</header>
{nav}<main>
"
    )
}

/// Everything behind the body.
fn end(out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "</main>
<script>{SCRIPT}</script>
</body>
</html>
"
    )
}

/// Pictures, tables and notes of the sheet, which is the page's `n`th.
fn content(
    out: &mut dyn Write,
    sheet: &Sheet,
    tables: &[&Table],
    n: usize,
    options: &Options,
) -> io::Result<()> {
    let figures = sheet.pictures.iter().enumerate().filter_map(|(i, picture)| {
        let drawing = svg::draw(picture, &format!("s{n}-p{}", i + 1))?;
        let title = escaped(&picture.title);
        Some(format!("<figure>\n<figcaption>{title}</figcaption>\n{drawing}</figure>\n"))
    });
    let figures: String = figures.collect();
    if !figures.is_empty() {
        writeln!(out, "<div class=\"pictures\">\n{figures}</div>")?;
    }
    for table in tables.iter().filter(|table| !table.columns.is_empty()) {
        put_table(out, table, &sheet.title, options)?;
    }
    if !sheet.notes.is_empty() {
        writeln!(out, "<ul class=\"notes\">")?;
        for note in &sheet.notes {
            writeln!(out, "<li>{}</li>", escaped(note))?;
        }
        writeln!(out, "</ul>")?;
    }
    Ok(())
}

fn put_table(
    out: &mut dyn Write,
    table: &Table,
    sheet_title: &str,
    options: &Options,
) -> io::Result<()> {
    let total = |row: &Row| row.emphasis == Emphasis::Total;
    let body = table.rows.len() - table.rows.iter().rev().take_while(|row| total(row)).count();
    // Sums among the rows would lose their rows by sorting.
    let sorts = body > 1 && !table.rows.iter().take(body).any(|row| total(&row));
    let sortable = if sorts { " data-sortable" } else { "" };
    let (title, class) = match (table.title.as_str(), sheet_title) {
        ("", inherited) => (escaped(inherited), " class=\"hidden\""),
        (own, _) => (escaped(own), ""),
    };
    writeln!(out, "<div class=\"scroll\" role=\"group\" aria-label=\"{title}\" tabindex=\"0\">")?;
    writeln!(out, "<table{sortable}>\n<caption><span{class}>{title}</span></caption>")?;
    write!(out, "<thead>\n<tr>")?;
    for column in &table.columns {
        let title = escaped(&column.title);
        write!(out, "<th scope=\"col\" class=\"{}\">{title}</th>", class_of(column.kind))?;
    }
    write!(out, "</tr>\n</thead>\n<tbody>\n")?;
    let decimals = decimals(table);
    let mut line = String::new();
    for (at, row) in table.rows.iter().enumerate() {
        line.clear();
        if at == body {
            line.push_str("</tbody>\n<tfoot>\n");
        }
        put_row(&mut line, &row, &table.columns, &decimals, options);
        out.write_all(line.as_bytes())?;
    }
    let part = if body < table.rows.len() { "tfoot" } else { "tbody" };
    writeln!(out, "</{part}>\n</table>\n</div>")
}

fn class_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Date => "k",
        Kind::Text => "t",
        Kind::Number => "n",
    }
}

fn put_row(out: &mut String, row: &Row, columns: &[Column], decimals: &[u32], options: &Options) {
    out.push_str(match row.emphasis {
        Emphasis::Plain => "<tr>",
        Emphasis::Good => "<tr class=\"good\">",
        Emphasis::Warn => "<tr class=\"warn\">",
        Emphasis::Total => "<tr class=\"total\">",
    });
    for (i, (cell, column)) in row.cells.iter().zip(columns).enumerate() {
        let (open, close) = if i == 0 { ("<th scope=\"row\"", "</th>") } else { ("<td", "</td>") };
        let text = shown(cell, decimals[i], options);
        out.extend([open, " class=\"", class_of(column.kind), "\""]);
        // The sort key of a column of numbers, where that is not its text.
        if column.kind == Kind::Number {
            let key = plain(cell);
            if key != text {
                out.extend([" data-v=\"", &escaped(&key), "\""]);
            }
        }
        out.push('>');
        match cell {
            Cell::Rate(n, of) if ratio(*n, *of).is_some() => {
                let (of, percent) = text.split_once("  ").unwrap_or_default();
                out.extend(["<span class=\"of\">", of, "</span>", percent.trim_start()]);
            }
            Cell::Absent(_) => {
                out.extend(["<span class=\"absent\">", &escaped(&text), "</span>"]);
            }
            Cell::Lines(_) => {
                let lines: Vec<String> = text.lines().map(escaped).collect();
                out.push_str(&lines.join("<br>"));
            }
            _ => out.push_str(&escaped(text.trim())),
        }
        out.push_str(close);
    }
    out.push_str("</tr>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::text::acts;
    use crate::render::{RenderError, samples};
    use proptest::prelude::*;
    use std::process::{Command, Stdio};

    /// The base64 of the SHA-256 of a text, if this machine has OpenSSL's program.
    fn hash(text: &str) -> Option<String> {
        let mut child = Command::new("sh")
            .args(["-c", "openssl dgst -sha256 -binary | openssl base64"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(text.as_bytes()).ok()?;
        let out = String::from_utf8(child.wait_with_output().ok()?.stdout).ok()?;
        Some(out.trim().to_owned()).filter(|hash| !hash.is_empty())
    }

    fn render(sheet: &Sheet, options: &Options) -> Result<String, RenderError> {
        samples::rendered(sheet, Format::Html, options)
    }

    #[test]
    fn the_policy_names_the_style_and_the_script() {
        match (hash(STYLE), hash(SCRIPT)) {
            (Some(style), Some(script)) => {
                assert_eq!((style.as_str(), script.as_str()), (STYLE_HASH, SCRIPT_HASH));
            }
            _ => println!("skipped: no openssl here"),
        }
    }

    #[test]
    fn a_page_of_one() {
        let html = render(&samples::sheet(), &Options::default()).unwrap();
        assert!(html.contains("<html lang=\"en\">"));
        assert!(html.contains("<h1>Won</h1>\n<p class=\"about\">as of 2009-12-15</p>"));
        assert!(html.contains("<tr class=\"good\"><th scope=\"row\" class=\"k\">wang</th>"));
        assert!(html.contains(
            "<td class=\"n\" data-v=\"0.631501\"><span class=\"of\">4,238/6,711</span>63.2 %</td>"
        ));
        assert!(html.contains("<tfoot>\n<tr class=\"total\">"));
        assert!(html.contains("<caption><span>Money</span></caption>"));
        assert!(!html.contains("<nav"));
    }

    #[test]
    fn a_page_of_several() {
        let sheets = [samples::sheet(), samples::of_text("x")];
        let html = page("Monday", "", &sheets, &Options::default());
        assert!(html.contains("<li><a href=\"#s2\">x</a></li>"));
        assert!(
            html.contains("<section id=\"s2\" aria-labelledby=\"s2-h\">\n<h2 id=\"s2-h\">x</h2>")
        );
        assert!(html.contains("id=\"s2-p3-t\""));
    }

    #[test]
    fn sums_among_the_rows_are_not_sorted_away() {
        let mut sheet = samples::sheet();
        assert!(render(&sheet, &Options::default()).unwrap().contains("<table data-sortable>"));
        let rows = &sheet.tables[0].rows;
        sheet.tables[0].rows =
            [0, 2, 1].map(|at| rows.get(at).unwrap().into_owned()).to_vec().into();
        assert!(!render(&sheet, &Options::default()).unwrap().contains("<table data-sortable>"));
    }

    proptest! {
        #[test]
        fn text_stays_text(text in "(\\PC|[\\x00-\\xff<>&\"'\u{202e}])*") {
            let text = format!("<b>\"'{text}");
            let html = render(&samples::of_text(&text), &Options::default()).unwrap();
            prop_assert!(!html.contains("<b>") && !html.contains("\"'<"));
            prop_assert!(!html.chars().any(|c| acts(c) && c != '\n'));
        }
    }
}
