//! Pages: of one sheet, or of several with tiles above them. Each needs no script to be read and no network; style and
//! script are `page.css` and `page.js`. A page by itself has both in it, and its own policy allows these two and nothing
//! else; the pages of a folder share two files beside them.

mod table;

use super::text::escaped;
use super::{Format, Options, meant_for, svg};
use crate::table::page::{Choice, Page, Room, Tile, Way};
use crate::table::sheet::{Sheet, Table};
use std::fmt::Write as _;
use std::io::{self, Write};
use table::put_table;

/// The style of every page.
pub const STYLE: &str = include_str!("page.css");
/// The script of every page.
pub const SCRIPT: &str = include_str!("page.js");
/// SHA-256 of the two, in base64: a test computes them.
const STYLE_HASH: &str = "jRPaWLs04Z7A/XlWfLDdrGeYxeDn3oZz9Bv9PwFU7i0=";
const SCRIPT_HASH: &str = "CNGU7ymM1zct7PSxZ1i9NxfPY1j4Q/3a+qVybQOhyyo=";

/// The page that a cell leads to: by the id of its column, its text, and the id of its row's thing where it names one.
pub type Link<'l> = &'l (dyn Fn(&str, &str, Option<&str>) -> Option<String> + Sync);

/// The place of a page in a folder of pages.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    /// The way to the folder's own root: nothing, or `../`.
    pub root: &'p str,
    /// The address of this page from that root.
    pub file: &'p str,
    /// The main pages of the folder: name, and address from the root.
    pub pages: &'p [(String, String)],
    /// The pages that cells lead to.
    pub link: Link<'p>,
    /// A script of data beside the page's own, if it reads one: its address from the root.
    pub data: Option<&'p str>,
}

/// The parts of a page's frame, and how its sheets are drawn.
struct Frame<'p> {
    options: &'p Options,
    place: Option<Place<'p>>,
    choices: &'p [Choice],
}

pub(super) fn write(
    sheet: &Sheet,
    tables: &[&Table],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let frame = Frame { options, place: None, choices: &[] };
    let about = about(&sheet.about);
    frame.begin(out, &sheet.title, &about, "")?;
    writeln!(out, "<div class=\"parts\">\n<section class=\"card wide\">")?;
    frame.content(out, sheet, tables, 1, Room::Wide)?;
    writeln!(out, "</section>\n</div>")?;
    frame.end(out)
}

/// A page: by itself, or at its place in a folder of pages.
pub fn page(page: &Page, options: &Options, place: Option<Place>) -> String {
    let mut bytes = Vec::new();
    let frame = Frame { options, place, choices: &page.choices };
    // A write to a `Vec` does not fail.
    let _ = frame.write_page(page, &mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}

/// A paragraph about a page or a sheet; nothing of nothing.
fn about(words: &str) -> String {
    match escaped(words) {
        words if words.is_empty() => words,
        words => format!("<p class=\"about\">{words}</p>\n"),
    }
}

impl Frame<'_> {
    fn write_page(&self, page: &Page, out: &mut dyn Write) -> io::Result<()> {
        let lang = self.options.lang;
        let entries = (1..).zip(&page.parts).map(|(n, part)| {
            let heading = escaped(&part.sheet.title);
            format!("<li><a href=\"#s{n}\">{heading}</a></li>\n")
        });
        let contents: String = entries.collect();
        let label = lang.pick("Contents", "目录");
        let nav = match page.parts.len() {
            0 | 1 => String::new(),
            _ => format!("<nav aria-label=\"{label}\">\n<ul>\n{contents}</ul>\n</nav>\n"),
        };
        self.begin(out, &page.title, &about(&page.about), &nav)?;
        out.write_all(self.search().as_bytes())?;
        out.write_all(choices(&page.choices, lang.pick("all", "全部")).as_bytes())?;
        if !page.tiles.is_empty() {
            let label = lang.pick("Figures", "指标");
            let tiles: String = page.tiles.iter().map(tile).collect();
            writeln!(out, "<h2 class=\"hidden\">{label}</h2>\n<ul class=\"tiles\">\n{tiles}</ul>")?;
        }
        writeln!(out, "<div class=\"parts\">")?;
        for (n, part) in (1..).zip(&page.parts) {
            let sheet = &part.sheet;
            let class = if part.room == Room::Half { "card" } else { "card wide" };
            let title = escaped(&sheet.title);
            writeln!(out, "<section id=\"s{n}\" class=\"{class}\" aria-labelledby=\"s{n}-h\">")?;
            // The page's own title is read above already.
            let class = if sheet.title == page.title { " class=\"hidden\"" } else { "" };
            let heading = format!("<h2 id=\"s{n}-h\"{class}>{title}</h2>");
            if part.room == Room::Folded {
                writeln!(out, "<details>\n<summary>{heading}</summary>")?;
            } else {
                writeln!(out, "{heading}")?;
            }
            out.write_all(about(&sheet.about).as_bytes())?;
            let meant = meant_for(sheet, Format::Html.readers());
            let tables: Vec<&Table> = meant.into_iter().map(|at| &sheet.tables[at]).collect();
            self.content(out, sheet, &tables, n, part.room)?;
            if part.room == Room::Folded {
                writeln!(out, "</details>")?;
            }
            writeln!(out, "</section>")?;
        }
        writeln!(out, "</div>")?;
        self.end(out)
    }

    /// Everything up to the body.
    fn begin(&self, out: &mut dyn Write, title: &str, about: &str, nav: &str) -> io::Result<()> {
        let lang = self.options.lang.pick("en", "zh-Hans");
        let title = escaped(title);
        let (policy, style) = match self.place {
            // The pages of a folder are read from a disk, too.
            Some(Place { root, .. }) => (
                "style-src 'self' file:; script-src 'self' file:".to_owned(),
                format!("<link rel=\"stylesheet\" href=\"{}page.css\">", escaped(root)),
            ),
            None => (
                format!("style-src 'sha256-{STYLE_HASH}'; script-src 'sha256-{SCRIPT_HASH}'"),
                format!("<style>{STYLE}</style>"),
            ),
        };
        let pages = self.pages();
        write!(
            out,
            "<!DOCTYPE html>
<html lang=\"{lang}\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; {policy}; \
             base-uri 'none'; form-action 'none'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"referrer\" content=\"no-referrer\">
<link rel=\"icon\" href=\"data:,\">
<title>{title}</title>
{style}
</head>
<body>
{pages}<header>
<h1>{title}</h1>
{about}</header>
{nav}<main>
"
        )
    }

    /// The links to the main pages of the folder.
    fn pages(&self) -> String {
        let Some(place) = self.place else { return String::new() };
        let link = |(name, address): &(String, String)| {
            let current = if address == place.file { " aria-current=\"page\"" } else { "" };
            let (root, address, name) = (escaped(place.root), escaped(address), escaped(name));
            format!("<li><a href=\"{root}{address}\"{current}>{name}</a></li>\n")
        };
        let links: String = place.pages.iter().map(link).collect();
        let label = self.options.lang.pick("Pages", "页面");
        format!("<nav class=\"pages\" aria-label=\"{label}\">\n<ul>\n{links}</ul>\n</nav>\n")
    }

    /// The field of the search, where the page has its data; a script shows it.
    fn search(&self) -> String {
        let lang = self.options.lang;
        let (label, without) = (
            lang.pick("Name, company, telephone, owner, stage", "姓名、公司、电话、负责人、阶段"),
            lang.pick("The search needs a script.", "搜索需要脚本。"),
        );
        match self.place.and_then(|place| place.data) {
            None => String::new(),
            Some(_) => format!(
                "<noscript><p>{without}</p></noscript>\n<form class=\"choices\" role=\"search\" hidden><label for=\"q\">{label}<input id=\"q\" type=\"search\"></label><output id=\"count\" for=\"q\"></output></form>\n<ul id=\"found\"></ul>\n"
            ),
        }
    }

    /// Everything behind the body.
    fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        let script = match self.place {
            Some(Place { root, data, .. }) => {
                let root = escaped(root);
                let source = |file: &str| format!("<script src=\"{root}{file}\"></script>\n");
                format!("{}{}", data.map(source).unwrap_or_default(), source("page.js"))
            }
            None => format!("<script>{SCRIPT}</script>\n"),
        };
        write!(out, "</main>\n{script}</body>\n</html>\n")
    }

    /// Pictures, tables and notes of the sheet, which is the page's `n`th.
    fn content(
        &self,
        out: &mut dyn Write,
        sheet: &Sheet,
        tables: &[&Table],
        n: usize,
        room: Room,
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
        let tables: Vec<_> = tables.iter().filter(|table| !table.columns.is_empty()).collect();
        // In half the room the pictures come first, and the tables when they are asked for.
        let folds = room == Room::Half && !figures.is_empty() && !tables.is_empty();
        if folds {
            let tables = self.options.lang.pick("Tables", "数据表");
            writeln!(out, "<details class=\"tables\">\n<summary>{tables}</summary>")?;
        }
        if !tables.is_empty() {
            writeln!(out, "<div class=\"flow\">")?;
            tables.into_iter().try_for_each(|table| put_table(out, table, &sheet.title, self))?;
            writeln!(out, "</div>")?;
        }
        if folds {
            writeln!(out, "</details>")?;
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
}

/// The choices of a reader, which scripts show and obey.
fn choices(all: &[Choice], every: &str) -> String {
    let select = |(n, choice): (usize, &Choice)| {
        let (label, column) = (escaped(&choice.label), escaped(&choice.column));
        let answers = choice.answers.iter().map(|(name, values)| {
            let values: Vec<String> = values.iter().map(|value| escaped(value)).collect();
            format!("<option value=\"{}\">{}</option>", values.join("&#10;"), escaped(name))
        });
        let answers: String = answers.collect();
        format!(
            "<label for=\"c{n}\">{label}<select id=\"c{n}\" data-c=\"{column}\"><option value=\"\">{every}</option>{answers}</select></label>\n"
        )
    };
    match all.is_empty() {
        true => String::new(),
        false => {
            let selects: String = all.iter().enumerate().map(select).collect();
            format!("<div class=\"choices\" hidden>\n{selects}</div>\n")
        }
    }
}

/// A tile.
fn tile(tile: &Tile) -> String {
    let mut out = format!("<li class=\"card tile\">\n<h3>{}</h3>\n", escaped(&tile.label));
    let class = if tile.is_absent { "figure none" } else { "figure" };
    let mut put = |class: &str, words: &str| {
        if !words.is_empty() {
            let _ = writeln!(out, "<p class=\"{class}\">{}</p>", escaped(words));
        }
    };
    put(class, &tile.figure);
    put("detail", &tile.detail);
    if let Some(gauge) = &tile.gauge {
        out.push_str(&svg::gauge(gauge));
        let _ = writeln!(out, "<p class=\"detail\">{}</p>", escaped(&gauge.text));
    }
    if let Some(change) = &tile.change {
        let class = match change.way {
            Way::Same => "change",
            Way::Better => "change better",
            Way::Worse => "change worse",
        };
        let _ = writeln!(out, "<p class=\"{class}\">{}</p>", escaped(&change.text));
    }
    if let Some(course) = svg::course(&tile.course, &format!("{}: {}", tile.label, tile.range)) {
        out.push_str(&course);
        let _ = writeln!(out, "<p class=\"range\">{}</p>", escaped(&tile.range));
    }
    out.push_str("</li>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::text::acts;
    use crate::render::{RenderError, samples};
    use crate::table::page::Part;
    use crate::table::sheet::{Cell, Emphasis, Row};
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
        assert!(html.contains(
            "<tr class=\"good\"><th scope=\"row\" class=\"t\">王经理</th><td class=\"k\">wang</td>"
        ));
        assert!(html.contains(
            "<td class=\"n\" data-v=\"0.631501\"><span class=\"of\">4,238/6,711</span>63.2 %</td>"
        ));
        assert!(html.contains("<tfoot>\n<tr class=\"total\">"));
        assert!(html.contains("<caption><span>Money</span></caption>"));
        assert!(!html.contains("<nav"));
    }

    fn paged(sheets: Vec<Sheet>, place: Option<Place>) -> String {
        let part = |sheet| Part { sheet, room: Room::Half };
        let parts = sheets.into_iter().map(part).collect();
        let of = Page { title: "Monday".into(), parts, ..Page::default() };
        page(&of, &Options::default(), place)
    }

    #[test]
    fn a_page_of_several() {
        let html = paged(vec![samples::sheet(), samples::of_text("x")], None);
        assert!(html.contains("<li><a href=\"#s2\">x</a></li>"));
        assert!(html.contains(
            "<section id=\"s2\" class=\"card\" aria-labelledby=\"s2-h\">\n<h2 id=\"s2-h\">x</h2>"
        ));
        assert!(html.contains("id=\"s2-p3-t\""));
    }

    #[test]
    fn in_a_folder_names_and_ids_are_links_and_sums_are_not() {
        let link = |_: &str, _: &str, id: Option<&str>| {
            id.filter(|id| *id != "zhang").map(|id| format!("p/{id}.html"))
        };
        let pages = [("Start".to_owned(), "index.html".to_owned())];
        let place =
            Place { root: "../", file: "report/x.html", pages: &pages, link: &link, data: None };
        let html = paged(vec![samples::sheet()], Some(place));
        assert!(html.contains("<a href=\"../p/wang.html\">王经理</a></th>"));
        assert!(html.contains("<a href=\"../p/wang.html\">wang</a></td>"));
        assert!(html.contains("<a href=\"../index.html\">Start</a>"));
        assert!(!html.contains("p/zhang.html") && !html.contains("p/.html"));
        assert!(html.contains("<link rel=\"stylesheet\" href=\"../page.css\">"));
        assert!(html.contains("<script src=\"../page.js\"></script>") && !html.contains("<style>"));
    }

    #[test]
    fn rows_of_zeros_are_marked_where_others_are_something() {
        let columns = vec![
            crate::table::sheet::Column::new("a", "A", crate::table::sheet::Kind::Text),
            crate::table::sheet::Column::new("b", "B", crate::table::sheet::Kind::Number),
            crate::table::sheet::Column::new("c", "C", crate::table::sheet::Kind::Number),
        ];
        let row = |b: i64, c: i64| Row::new(vec![Cell::text("x"), Cell::Int(b), Cell::Int(c)]);
        let sheet = |rows: Vec<Row>| Sheet::single("s", "S", columns.clone(), rows.into());
        let marked = |rows| paged(vec![sheet(rows)], None).matches("<tr class=\"z\">").count();
        assert_eq!(marked(vec![row(0, 0), row(0, 1), row(0, 0)]), 2);
        assert_eq!(marked(vec![row(0, 0)]), 0);
        let one = Row::new(vec![Cell::text("x"), Cell::Int(0), Cell::Empty]);
        assert_eq!(marked(vec![one, row(1, 1)]), 0);
        let sum = Row::with(vec![Cell::text("x"), Cell::Int(0), Cell::Int(0)], Emphasis::Total);
        assert_eq!(marked(vec![row(1, 1), sum]), 0);
    }

    #[test]
    fn a_tile_without_a_figure_says_why_and_has_no_course() {
        let absent = Tile {
            label: "Win rate".into(),
            figure: "n = 4, too few".into(),
            is_absent: true,
            course: vec![None, Some(1.0)],
            ..Tile::default()
        };
        let html = tile(&absent);
        assert!(html.contains("<p class=\"figure none\">n = 4, too few</p>"));
        assert!(!html.contains("<svg"));
    }

    #[test]
    fn choices_name_the_values_that_they_mean() {
        let choice = Choice {
            column: "owner".into(),
            label: "Team".into(),
            answers: vec![("North".into(), vec!["he".into(), "li\"u".into()])],
        };
        let html = choices(&[choice], "all");
        assert!(html.contains("<option value=\"he&#10;li&quot;u\">North</option>"));
        assert_eq!(choices(&[], "all"), "");
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
