//! Tables for eyes: columns two spaces apart under a ruled header, numbers to the right, and the
//! words of the sheet around them.
//!
//! On a terminal a table fits its width ([`super::fit`]): optional columns give way, then words are cut, while ids,
//! numbers and dates stay whole; a line below names the columns that are left out. Where the columns that must stay
//! are too wide, each row becomes a block of `title  value` lines, or the lines scroll sideways in a pager that can do
//! that. Where the output is not a terminal, a row is a line, as wide as it needs.
//!
//! Headers and rows that wrap are `comfy-table`'s.

use super::fit::{Fit, GAP, Need, TERMINAL, WIDEST, Wider, cut, cut_reason, fit};
use super::text::{Look, clean, looks, shown};
use super::{Options, TextBlocks, in_parts, picture};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::value::label::Lang;
use anstyle::{AnsiColor, Style};
use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle, Width,
};
use std::borrow::Cow;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// The most lines of a cell.
const LINES: usize = 3;

pub(super) fn write(
    sheet: &Sheet,
    tables: &[&Table],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut blocks = TextBlocks::of(out);
    if let Some(heading) = words(&[(&sheet.title, "", BOLD), (&sheet.about, "", DIM)], options) {
        blocks.next()?.write_all(heading.as_bytes())?;
    }
    let title = |title: &str| words(&[(title, "", BOLD)], options).unwrap_or_default();
    for (at, table) in tables.iter().filter(|table| !table.columns.is_empty()).enumerate() {
        let out = blocks.next()?;
        out.write_all(title(&table.title).as_bytes())?;
        let more = if at == 0 { String::new() } else { format!(" --table {}", table.id) };
        grid(table, &more, options, out)?;
    }
    for picture in &sheet.pictures {
        let lines = picture::lines(picture, options);
        if !lines.is_empty() {
            let mut drawn = title(&picture.title);
            lines
                .iter()
                .for_each(|(line, emphasis)| put(&mut drawn, line, style(*emphasis), options));
            blocks.next()?.write_all(drawn.as_bytes())?;
        }
    }
    let bullet = if options.ascii { "- " } else { "• " };
    let notes: Vec<_> =
        sheet.notes.iter().map(|note| (note.as_str(), bullet, Style::new())).collect();
    match words(&notes, options) {
        Some(notes) => blocks.next()?.write_all(notes.as_bytes()),
        None => Ok(()),
    }
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

fn style(emphasis: Emphasis) -> Style {
    match emphasis {
        Emphasis::Plain => Style::new(),
        Emphasis::Good => AnsiColor::Green.on_default(),
        Emphasis::Warn => AnsiColor::Yellow.on_default(),
        Emphasis::Total => BOLD,
    }
}

/// Paragraphs within the width, each with the text before its first line; nothing if all of them
/// are empty.
fn words(paragraphs: &[(&str, &str, Style)], options: &Options) -> Option<String> {
    let mut out = String::new();
    for (text, before, style) in paragraphs.iter().filter(|(text, ..)| !text.is_empty()) {
        let text = clean(text);
        let indent = before.width();
        let room = options.width.map_or(WIDEST, |width| width.max(TERMINAL) - indent);
        let width = text.width().min(room);
        let mut before = *before;
        let mut pen = Pen::new(vec![ColumnShape { width, right: false }], options);
        pen.row(vec![text.into_owned()], usize::MAX);
        for line in pen.lines() {
            put(&mut out, &format!("{before:indent$}{line}"), *style, options);
            before = "";
        }
    }
    (!out.is_empty()).then_some(out)
}

/// One line, without trailing spaces.
fn put(out: &mut String, line: &str, style: Style, options: &Options) {
    let line = line.trim_end();
    if options.color && style != Style::new() && !line.is_empty() {
        out.push_str(&format!("{style}{line}{style:#}\n"));
    } else {
        out.extend([line, "\n"]);
    }
}

/// The sign of a text that is cut.
fn ellipsis(options: &Options) -> &'static str {
    if options.ascii { "..." } else { "…" }
}

/// A column as it is drawn.
#[derive(Debug, Clone, Copy)]
struct ColumnShape {
    width: usize,
    right: bool,
}

/// Draws rows into columns of given widths.
struct Pen {
    shapes: Vec<ColumnShape>,
    table: comfy_table::Table,
}

impl Pen {
    fn new(shapes: Vec<ColumnShape>, options: &Options) -> Pen {
        let mut table = comfy_table::Table::new();
        let rule = LineStyle::none().fill(if options.ascii { '-' } else { '─' });
        table
            .load_style(TableStyle::new().header_separator(rule))
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_truncation_indicator(ellipsis(options));
        Pen { shapes, table }
    }

    fn header(&mut self, cells: Vec<String>) {
        self.table.set_header(cells);
    }

    /// A row whose cells have at most so many lines.
    fn row(&mut self, cells: Vec<String>, lines: usize) {
        let mut row = comfy_table::Row::from(cells);
        self.table.add_row(std::mem::take(row.max_height(lines)));
    }

    /// The drawn text.
    fn lines(mut self) -> impl Iterator<Item = String> {
        let last = self.shapes.len().saturating_sub(1);
        for (i, (column, shape)) in self.table.column_iter_mut().zip(&self.shapes).enumerate() {
            let gap = if i < last { GAP } else { 0 };
            let [width, gap] =
                [shape.width.max(1) + gap, gap].map(|n| n.try_into().unwrap_or(u16::MAX));
            column.set_padding((0, gap));
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
            if shape.right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self.table.lines().collect::<Vec<_>>().into_iter()
    }
}

/// A table as far as the terminal has room for it, and a line that names the columns that are left out. `more`: the
/// option that names the table, where a sheet has several.
fn grid(table: &Table, more: &str, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let looks = looks(table, options);
    let whole = Grid::of(table, &looks, options);
    let ranks = ranks(table, whole.is_list);
    let mut needs = whole.needs.clone();
    // What names the rows of figures is read before them.
    if let Some(first) = needs.first_mut().filter(|_| !whole.is_list) {
        first.least = first.fair;
    }
    let mut fitted = fit(&needs, &ranks, options.width);
    if fitted.widths.is_none() && options.scrolls {
        fitted = fit(&whole.needs, &ranks, None);
    }
    let Fit { shown, widths: Some(widths) } = fitted else {
        return whole.blocks(options, out);
    };
    let all = 0..table.columns.len();
    let titles = all.filter(|at| !shown.contains(at)).map(|at| table.columns[at].title.as_str());
    let mut left_out: Vec<&str> = Vec::new();
    for title in titles {
        // Several columns may have one title, below those that tell them apart.
        if !left_out.contains(&title) {
            left_out.push(title);
        }
    }
    Grid { columns: shown, ..whole }.write(&widths, options, out)?;
    if left_out.is_empty() || table.rows.is_empty() {
        return Ok(());
    }
    let titles = left_out.join(options.lang.pick(", ", "、"));
    let said = match options.lang {
        Lang::Zh => format!("此宽度未显示：{titles}（加宽终端，或用 -f csv{more}）"),
        _ => {
            format!("not shown at this width: {titles} (a wider terminal or -f csv{more} has them)")
        }
    };
    out.write_all(words(&[(&said, "", DIM)], options).unwrap_or_default().as_bytes())
}

/// The ranks of the columns. The first names the row. The figures of a single row are all worth a line each, where they do
/// not fit beside each other.
fn ranks(table: &Table, is_list: bool) -> Vec<u8> {
    let numbers = table.columns.iter().skip(1).all(|column| column.kind == Kind::Number);
    let stays = |at: usize| at == 0 || !is_list && numbers && table.rows.len() == 1;
    let columns = table.columns.iter().enumerate();
    columns.map(|(at, column)| if stays(at) { 0 } else { column.optional }).collect()
}

/// Some columns of a table, and the needs of all. The rows are asked for twice: for that, and to be written.
struct Grid<'t> {
    table: &'t Table,
    /// The columns' positions,
    columns: Vec<usize>,
    /// How each column of the table looks,
    looks: &'t [Look<'t>],
    /// It lists things with ids.
    is_list: bool,
    /// The titles,
    titles: Vec<String>,
    needs: Vec<Need>,
}

impl<'t> Grid<'t> {
    fn of(table: &'t Table, looks: &'t [Look<'t>], options: &Options) -> Grid<'t> {
        let is_list = table.columns.iter().any(|column| column.kind == Kind::Id);
        let title = |column: &Column| clean(&column.title).into_owned();
        let titles: Vec<String> = table.columns.iter().map(title).collect();
        let none: Vec<Need> = titles.iter().map(|title| Need::of_title(title)).collect();
        let of_part = |part| {
            let mut needs = none.clone();
            for row in table.rows.part(part) {
                for (at, (need, cell)) in needs.iter_mut().zip(&row.cells).enumerate() {
                    let text = shown(cell, &looks[at], options);
                    need.take(cell, &text, &table.columns[at], is_list);
                }
            }
            needs
        };
        let mut needs = none.clone();
        for part in in_parts(&table.rows, of_part) {
            needs.iter_mut().zip(part).for_each(|(need, other)| need.join(other));
        }
        Grid { table, columns: (0..table.columns.len()).collect(), looks, is_list, titles, needs }
    }

    /// The cells of a row, each with its text for people and its column.
    fn cells<'r>(
        &'r self,
        row: &'r Row,
        options: &'r Options,
    ) -> impl Iterator<Item = (&'r Cell, Cow<'r, str>, &'r Column)> {
        let cells = self.columns.iter().filter_map(|at| Some((row.cells.get(*at)?, *at)));
        cells.map(|(cell, at)| {
            (cell, shown(cell, &self.looks[at], options), &self.table.columns[at])
        })
    }

    /// The texts of a row, cut to the widths of their columns where they may be.
    fn texts<'r>(
        &'r self,
        row: &'r Row,
        shapes: &[ColumnShape],
        options: &'r Options,
    ) -> Vec<Cow<'r, str>> {
        let sign = ellipsis(options);
        let fitted =
            |((cell, text, column), shape): ((&Cell, Cow<'r, str>, &Column), &ColumnShape)| {
                let is_cut = Wider::of(cell, column, self.is_list) == Wider::IsCut;
                match cell {
                    _ if !is_cut || text.width() <= shape.width => text,
                    Cell::Absent(_) => cut_reason(&text, shape.width, sign).into(),
                    _ => cut(&text, shape.width, sign).into(),
                }
            };
        self.cells(row, options).zip(shapes).map(fitted).collect()
    }

    /// Header, rule, rows.
    fn write(&self, widths: &[usize], options: &Options, out: &mut dyn Write) -> io::Result<()> {
        let kinds = self.columns.iter().map(|at| self.table.columns[*at].kind);
        let shapes: Vec<ColumnShape> = widths
            .iter()
            .zip(kinds)
            .map(|(width, kind)| ColumnShape { width: *width, right: kind == Kind::Number })
            .collect();
        let mut drawn = String::new();
        let mut pen = Pen::new(shapes.clone(), options);
        pen.header(self.columns.iter().map(|at| self.titles[*at].clone()).collect());
        pen.lines().for_each(|line| put(&mut drawn, &line, BOLD, options));
        out.write_all(drawn.as_bytes())?;
        let lines = if options.width.is_some() { LINES } else { usize::MAX };
        // Rows of several lines are told apart by a rule.
        let width = shapes.iter().map(|shape| shape.width + GAP).sum::<usize>() - GAP;
        let rule = if options.ascii { "-" } else { "─" }.repeat(width);
        let of_part = |part| {
            let mut drawn = String::new();
            for row in self.table.rows.part(part) {
                let style = style(row.emphasis);
                let texts = self.texts(&row, &shapes, options);
                let listed = row.cells.iter().any(|cell| matches!(cell, Cell::Lines(_)));
                if let Some(line) = flat(&texts, &shapes).filter(|_| !listed) {
                    put(&mut drawn, &line, style, options);
                } else {
                    let mut pen = Pen::new(shapes.clone(), options);
                    let lines = if listed { usize::MAX } else { lines };
                    pen.row(texts.into_iter().map(Cow::into_owned).collect(), lines);
                    pen.lines().for_each(|line| put(&mut drawn, &line, style, options));
                }
                if listed {
                    put(&mut drawn, &rule, Style::new(), options);
                }
            }
            drawn
        };
        in_parts(&self.table.rows, of_part).try_for_each(|part| out.write_all(part.as_bytes()))
    }

    /// Each row as a block of lines, a title and a value each: for tables too wide for the terminal.
    fn blocks(&self, options: &Options, out: &mut dyn Write) -> io::Result<()> {
        let width = options.width.unwrap_or(WIDEST).max(TERMINAL);
        let titles =
            self.titles.iter().map(|title| title.width()).max().unwrap_or(0).min(width / 3);
        let shapes =
            [titles, width - GAP - titles].map(|width| ColumnShape { width, right: false });
        let mut blocks = TextBlocks::of(out);
        for row in self.table.rows.iter() {
            let mut pen = Pen::new(shapes.to_vec(), options);
            for ((cell, text, column), title) in self.cells(&row, options).zip(&self.titles) {
                let listed = matches!(cell, Cell::Lines(_));
                let stays = Wider::of(cell, column, false) == Wider::Stays;
                let lines = if listed || stays { usize::MAX } else { LINES };
                if !text.is_empty() {
                    pen.row(vec![title.clone(), text.trim().to_owned()], lines);
                }
            }
            let mut drawn = String::new();
            pen.lines().for_each(|line| put(&mut drawn, &line, style(row.emphasis), options));
            blocks.next()?.write_all(drawn.as_bytes())?;
        }
        Ok(())
    }
}

/// A row as the one line that it is where every cell fits its column. Nearly all rows are, and of a
/// long list this takes a third of the time that `comfy-table` does.
fn flat(texts: &[Cow<'_, str>], shapes: &[ColumnShape]) -> Option<String> {
    let mut line = String::with_capacity(shapes.iter().map(|shape| shape.width + GAP + 4).sum());
    for (i, (text, shape)) in texts.iter().zip(shapes).enumerate() {
        let gap = shape.width.checked_sub(text.width())?;
        let (before, after) = if shape.right { (gap, 0) } else { (0, gap) };
        let between = if i == 0 { 0 } else { GAP };
        line.extend(std::iter::repeat_n(' ', between + before));
        line.push_str(text);
        line.extend(std::iter::repeat_n(' ', after));
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::text::acts;
    use crate::render::{Format, RenderError, samples};
    use proptest::prelude::*;

    fn render(sheet: &Sheet, options: &Options) -> Result<String, RenderError> {
        samples::rendered(sheet, Format::Table, options)
    }

    fn at(width: usize) -> Options {
        Options { width: Some(width), ..Options::default() }
    }

    #[test]
    fn optional_columns_go_where_the_terminal_is_narrow() {
        let columns = vec![
            Column::new("id", "Id", Kind::Id),
            Column::new("company", "Company", Kind::Text).optional(2),
            Column::new("flags", "Flags", Kind::Text),
        ];
        let row = ["zhang", "时装连锁店", "overdue, missed"].map(Cell::text).to_vec();
        let sheet = Sheet::single("x", "", columns, vec![Row::new(row)].into());
        let drawn = |width| render(&sheet, &at(width)).unwrap();
        assert_eq!(
            drawn(34),
            "Id     Company     Flags\n──────────────────────────────────\nzhang  时装连锁店  overdue, missed\n"
        );
        assert_eq!(
            drawn(33),
            "Id     Flags\n──────────────────────\nzhang  overdue, missed\n\
             not shown at this width: Company\n(a wider terminal or -f csv has\nthem)\n"
        );
        // Then the words are cut.
        assert!(
            drawn(21).starts_with("Id     Flags\n─────────────────────\nzhang  overdue, miss…\n")
        );
    }

    #[test]
    fn the_look() {
        let expected = "\
Won
as of 2009-12-15

Id     Name                     Value                   Won  Since
───────────────────────────────────────────────────────────────────────
wang   王经理               18,000.00  4,238/6,711   63.2 %  2009-12-15
zhang  Zhang, Wei | \"Z\"  1,500.50 USD      (n = 3, too few)
       all                  19,500.00

Money
What    Sum
───────────
booked   12

• Hold it.
";
        assert_eq!(render(&samples::sheet(), &Options::default()).unwrap(), expected);
        assert_eq!(render(&samples::sheet(), &at(80)).unwrap(), expected);
        let ascii = Options { ascii: true, ..Options::default() };
        let plain = expected.replace(['─', '•'], "-");
        assert_eq!(render(&samples::sheet(), &ascii).unwrap(), plain);
    }

    #[test]
    fn words_give_way_and_numbers_do_not() {
        let narrow = render(&samples::sheet(), &at(64)).unwrap();
        let cut = "\nzhang  Zhang, W…  1,500.50 USD      (n = 3, too few)\n";
        assert!(narrow.contains(cut), "{narrow}");
        assert!(narrow.contains("4,238/6,711   63.2 %  2009-12-15\n"), "{narrow}");
    }

    #[test]
    fn a_table_of_sentences_wraps_where_a_list_is_cut() {
        let long = "no entry of this kind in the pursuit";
        let sheet = |kind| {
            let columns = vec![Column::new("a", "A", kind), Column::new("why", "Why", Kind::Text)];
            let row = Row::new(vec![Cell::text("met"), Cell::text(long)]);
            Sheet::single("x", "", columns, vec![row].into())
        };
        let list = render(&sheet(Kind::Id), &at(24)).unwrap();
        assert!(list.ends_with("\nmet  no entry of this k…\n"), "{list}");
        let facts = render(&sheet(Kind::Text), &at(24)).unwrap();
        assert!(facts.ends_with("\nmet  no entry of this\n     kind in the pursuit\n"), "{facts}");
    }

    /// Rows of an id and numbers that cannot all be on a narrow terminal.
    fn figures(ranks: [u8; 2], rows: usize, kind: Kind) -> Sheet {
        let number = |id: &str, rank| Column::new(id, id, Kind::Number).optional(rank);
        let columns = vec![
            Column::new("id", "id", kind),
            number("first", ranks[0]),
            number("second", ranks[1]),
        ];
        let row =
            || Row::new(vec![Cell::text("a"), Cell::Int(123_456_789), Cell::Int(987_654_321)]);
        Sheet::single("x", "", columns, (0..rows).map(|_| row()).collect())
    }

    #[test]
    fn only_columns_that_must_stay_make_blocks_and_a_pager_that_scrolls_makes_none() {
        let drawn = |sheet: Sheet, options: &Options| render(&sheet, options).unwrap();
        let blocks = "id      a\nfirst   123,456,789\nsecond  987,654,321\n";
        assert_eq!(drawn(figures([0, 0], 1, Kind::Id), &at(26)), blocks);
        let table = drawn(figures([1, 1], 2, Kind::Id), &at(26));
        assert!(table.starts_with("id        first\n"), "{table}");
        assert!(table.contains("not shown at this width:\nsecond (a wider terminal\n"), "{table}");
        let scrolls = Options { scrolls: true, ..at(26) };
        let wide = drawn(figures([0, 0], 1, Kind::Id), &scrolls);
        assert_eq!(wide, drawn(figures([0, 0], 1, Kind::Id), &Options::default()));
        // Figures of one row, which are no list, are all worth a line.
        assert_eq!(drawn(figures([1, 1], 1, Kind::Text), &at(26)), blocks);
    }

    #[test]
    fn a_title_that_is_left_out_twice_is_told_once_and_another_table_is_named() {
        let mut sheet = figures([1, 1], 2, Kind::Id);
        let mut more = figures([2, 2], 2, Kind::Id).tables.remove(0);
        more.id = "more".into();
        more.columns.iter_mut().skip(1).for_each(|column| column.title = "Low".into());
        sheet.tables.push(more);
        let drawn = render(&sheet, &Options { lang: Lang::Zh, ..at(20) }).unwrap();
        assert!(drawn.contains("此宽度未显示：second"), "{drawn}");
        let narrow = render(&sheet, &at(20)).unwrap();
        assert!(narrow.contains("--table"), "{narrow}");
        assert_eq!(drawn.matches("Low").count(), 2, "its title, and what is left out: {drawn}");
    }

    #[test]
    fn colour_only_if_asked() {
        let color = Options { color: true, ..Options::default() };
        let out = render(&samples::sheet(), &color).unwrap();
        assert!(out.contains("\u{1b}[32mwang"));
        assert!(
            anstream::adapter::strip_str(&out).to_string()
                == render(&samples::sheet(), &Options::default()).unwrap()
        );
    }

    proptest! {
        #[test]
        fn never_wider_than_the_terminal(
            text in "(\\PC|[ a-z]|[\u{4e00}-\u{4fff}]|[👩👨\u{200d}💻🇩🇪\u{fe0f}1#\u{20e3}é]|[\\x00-\\xff\u{202e}\u{2028}]){0,60}",
            width in 40usize..120,
        ) {
            let out = render(&samples::of_text(&text), &at(width)).unwrap();
            for line in out.lines() {
                prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
            }
            prop_assert!(!out.chars().any(|c| acts(c) && c != '\n'));
        }

        #[test]
        fn nothing_is_cut_without_a_terminal(text in "[a-z\u{4e00}-\u{4e10}]{0,200}") {
            let out = render(&samples::of_text(&text), &Options::default()).unwrap();
            prop_assert!(out.matches(&*text).count() >= 10);
        }
    }
}
