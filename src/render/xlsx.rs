//! A workbook for Excel, LibreOffice and others: one worksheet a table, with a bold, frozen and filtered header, and the
//! total rows; below the first table the words around it. Cells are typed: days are days, money and counts are
//! numbers, shares are percentages, truth values are truth values, and texts are texts, so that no program runs them and
//! a telephone number keeps its zero. Pictures are left out.
//!
//! The same sheet gives the same bytes: the workbook is dated on the day that the sheet looks from.

use super::text::{Look, acts, looks, ratio, shown};
use super::{Options, RenderError, in_parts};
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::value::date::Moment;
use crate::value::label::Lang;
use crate::value::money::Amount;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};
use std::borrow::Cow;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// The rows of a worksheet, its header among them.
pub(super) const MOST_ROWS: usize = 1_048_576;
/// The units of UTF-16 in a cell.
pub(super) const LONGEST_TEXT: usize = 32_767;
/// The characters in the name of a worksheet.
const LONGEST_NAME: usize = 31;
/// The digits that a number of a worksheet keeps; an amount with more of them is written as text.
const EXACT_DIGITS: usize = 15;
/// The first day of the calendar of worksheets.
const CALENDAR: &str = "1900-01-01";
/// Columns are no wider than so many characters, and no narrower than so many.
const WIDTHS: (usize, usize) = (6, 60);
/// Numbers have at most so many decimals.
const MOST_DECIMALS: usize = 9;

pub(super) fn write(
    sheet: &Sheet,
    tables: &[&Table],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bytes = workbook(sheet, tables, options).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

/// The reason why a workbook cannot hold the tables: too many rows, or too long a text.
pub(super) fn refusal(sheet: &Sheet, tables: &[&Table]) -> Option<RenderError> {
    tables.iter().enumerate().find_map(|(at, table)| {
        let below = if at == 0 { words_below(sheet).len() } else { 0 };
        let rows = 1 + table.rows.len() + below;
        if rows > MOST_ROWS {
            return Some(RenderError::TooManyRows { table: table.id.clone(), rows });
        }
        let too_long = in_parts(&table.rows, |part| {
            let long = |row: &Row| row.cells.iter().position(|cell| length(cell) > LONGEST_TEXT);
            part.clone().zip(table.rows.part(part)).find_map(|(at, row)| Some((at, long(&row)?)))
        });
        let (row, column) = too_long.flatten().next()?;
        let column = table.columns.get(column).map(|column| column.id.clone());
        Some(RenderError::TooLong { column: column.unwrap_or_default(), row: row + 1 })
    })
}

/// The length of a cell's text in UTF-16.
fn length(cell: &Cell) -> usize {
    // A unit of UTF-16 has at least one byte in UTF-8, and most texts are far from the limit.
    match words(cell, &Look::default()) {
        Some(text) if text.len() > LONGEST_TEXT => text.encode_utf16().count(),
        _ => 0,
    }
}

fn workbook(sheet: &Sheet, tables: &[&Table], options: &Options) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let day = options.day.map_or_else(|| CALENDAR.to_owned(), |day| day.to_string());
    let day = ExcelDateTime::parse_from_str(&day)?;
    let properties = DocProperties::new().set_title(&sheet.title).set_subject(&sheet.about);
    workbook.set_properties(&properties.set_creation_datetime(&day));
    let styles = [Styles::of(Format::new()), Styles::of(Format::new().set_bold())];
    for (at, (table, name)) in tables.iter().zip(names(sheet, tables)).enumerate() {
        let page = workbook.add_worksheet_with_constant_memory()?;
        page.set_name(name)?;
        let below = if at == 0 { words_below(sheet) } else { Vec::new() };
        fill(page, table, &below, &styles, options)?;
    }
    workbook.save_to_buffer()
}

/// The lines below the first table: the title, the population and the notes. A sheet without a title is data alone.
fn words_below(sheet: &Sheet) -> Vec<&str> {
    if sheet.title.is_empty() && sheet.notes.is_empty() {
        return Vec::new();
    }
    let words = [&sheet.title, &sheet.about].into_iter().chain(&sheet.notes);
    let words = words.map(String::as_str).filter(|words| !words.is_empty());
    std::iter::once("").chain(words).collect()
}

/// A column of the worksheet: that of the table, or the currencies of its amounts.
struct PageColumn<'o> {
    at: usize,
    look: Look<'o>,
    part: Part,
    width: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Amount,
    Currency,
}

fn fill(
    page: &mut Worksheet,
    table: &Table,
    below: &[&str],
    styles: &[Styles; 2],
    options: &Options,
) -> Result<(), XlsxError> {
    let columns = page_columns(table, options);
    let [plain, bold] = styles;
    let behind = match options.lang {
        Lang::Machine => "-currency",
        lang => lang.pick(" currency", "币种"),
    };
    for (at, column) in (0..).zip(&columns) {
        let title = text(&table.columns[column.at].title);
        let title = match column.part {
            Part::Currency => format!("{title}{}", behind).into(),
            Part::Whole | Part::Amount => title,
        };
        let width = title.width().max(column.width).clamp(WIDTHS.0, WIDTHS.1);
        // A sign for the filter is beside the title.
        page.set_column_width(at, width as f64 + 2.5)?;
        // Days and numbers are on the right of their cells.
        let is_right = matches!(table.columns[column.at].kind, Kind::Number | Kind::Date);
        let style =
            if is_right && column.part != Part::Currency { &bold.right } else { &bold.text };
        page.write_string_with_format(0, at, &*title, style)?;
    }
    let mut last_record = 0;
    let mut at = 0;
    for row in table.rows.iter() {
        at += 1;
        let style = match row.emphasis {
            Emphasis::Total => bold,
            Emphasis::Plain | Emphasis::Good | Emphasis::Warn => {
                last_record = at;
                plain
            }
        };
        for (to, column) in (0..).zip(&columns) {
            if let Some(cell) = row.cells.get(column.at) {
                write_cell(page, (at, to), cell, column, style)?;
            }
        }
    }
    for words in below {
        at += 1;
        if !words.is_empty() {
            page.write_string(at, 0, text(words))?;
        }
    }
    if let Some(last) = u16::try_from(columns.len()).ok().and_then(|count| count.checked_sub(1)) {
        page.set_freeze_panes(1, 0)?;
        page.autofilter(0, 0, last_record, last)?;
        page.set_repeat_rows(0, 0)?;
    }
    page.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// The columns of the worksheet. Amounts of which one is in another currency than the ledger's have the currency
/// in a column of its own, behind them.
fn page_columns<'o>(table: &Table, options: &'o Options) -> Vec<PageColumn<'o>> {
    let looks = looks(table, options);
    let mut widths = vec![0; table.columns.len()];
    let mut is_foreign = vec![false; table.columns.len()];
    let of_part = |part| {
        let (mut widths, mut is_foreign) = (widths.clone(), is_foreign.clone());
        for row in table.rows.part(part) {
            for (at, cell) in row.cells.iter().enumerate().take(widths.len()) {
                widths[at] = widths[at].max(width(cell, &looks[at], options));
                is_foreign[at] |= cell.currency().is_some();
            }
        }
        (widths, is_foreign)
    };
    for (some, foreign) in in_parts(&table.rows, of_part).collect::<Vec<_>>() {
        widths.iter_mut().zip(some).for_each(|(width, other)| *width = other.max(*width));
        is_foreign.iter_mut().zip(foreign).for_each(|(known, other)| *known |= other);
    }
    let mut columns = Vec::new();
    for at in 0..table.columns.len() {
        let column = |part| PageColumn { at, look: looks[at], part, width: widths[at] };
        if is_foreign[at] {
            columns.extend([column(Part::Amount), column(Part::Currency)]);
        } else {
            columns.push(column(Part::Whole));
        }
    }
    columns
}

/// The width of a cell as people see it; that of its widest line.
fn width(cell: &Cell, look: &Look, options: &Options) -> usize {
    let seen = words(cell, look).unwrap_or_else(|| shown(cell, look, options));
    seen.lines().map(UnicodeWidthStr::width).max().unwrap_or(0)
}

fn write_cell(
    page: &mut Worksheet,
    (row, at): (u32, u16),
    cell: &Cell,
    column: &PageColumn,
    style: &Styles,
) -> Result<(), XlsxError> {
    if column.part == Part::Currency {
        if let Some(currency) = cell.currency() {
            page.write_string_with_format(row, at, currency.to_string(), &style.text)?;
        }
        return Ok(());
    }
    let decimals = usize::try_from(column.look.money).unwrap_or(MOST_DECIMALS);
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Int(n) => return amount(page, (row, at), Amount::from_int(*n), style, 0),
        Cell::Money(money) => return amount(page, (row, at), money.amount, style, decimals),
        Cell::Amount(sum) => return amount(page, (row, at), *sum, style, decimals),
        Cell::Number(x, decimals) if x.is_finite() => {
            page.write_number_with_format(
                row,
                at,
                *x,
                style.number(column.look.decimals(*decimals)),
            )?;
        }
        Cell::Rate(n, of) => {
            if let Some(share) = ratio(*n, *of) {
                page.write_number_with_format(row, at, share, &style.percent)?;
            }
        }
        Cell::Share(x) if x.is_finite() => {
            page.write_number_with_format(row, at, *x, &style.percent)?;
        }
        Cell::Number(..) | Cell::Share(_) => return Ok(()),
        Cell::Date(date) => {
            return moment(page, (row, at), Moment { date: *date, time: None }, style);
        }
        Cell::Moment(time) => return moment(page, (row, at), *time, style),
        Cell::Bool(yes) => {
            page.write_boolean_with_format(row, at, *yes, &style.text)?;
        }
        cell if cell.is_veiled() => return Ok(()),
        Cell::Text(_) | Cell::List(_) | Cell::Lines(_) | Cell::Absent(_) => {
            let words = words(cell, &column.look).unwrap_or_default();
            let style = if words.contains('\n') { &style.lines } else { &style.text };
            page.write_string_with_format(row, at, words, style)?;
        }
    }
    Ok(())
}

/// An amount as a number; as text where a number of a worksheet would not keep all digits.
fn amount(
    page: &mut Worksheet,
    (row, at): (u32, u16),
    amount: Amount,
    style: &Styles,
    decimals: usize,
) -> Result<(), XlsxError> {
    let written = amount.trimmed().to_string();
    let digits = written.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit);
    if digits.count() > EXACT_DIGITS {
        page.write_string_with_format(row, at, written, &style.text)?;
    } else {
        page.write_number_with_format(row, at, amount.to_f64(), style.number(decimals))?;
    }
    Ok(())
}

/// A day, perhaps with a time; as text where it is before the calendar of worksheets begins.
fn moment(
    page: &mut Worksheet,
    (row, at): (u32, u16),
    moment: Moment,
    style: &Styles,
) -> Result<(), XlsxError> {
    let written = moment.to_string();
    let style = match moment.time {
        None => &style.day,
        Some(_) if written.ends_with(":00") => &style.minute,
        Some(_) => &style.second,
    };
    match ExcelDateTime::parse_from_str(&written) {
        Ok(moment) if written.as_str() >= CALENDAR => {
            page.write_datetime_with_format(row, at, &moment, style)?
        }
        _ => page.write_string(row, at, written)?,
    };
    Ok(())
}

/// The words of a cell that is text.
fn words<'c>(cell: &'c Cell, look: &'c Look) -> Option<Cow<'c, str>> {
    match cell {
        Cell::Text(words) => Some(text(look.named(words))),
        Cell::List(words) => {
            let words: Vec<&str> = words.iter().map(|word| look.named(word)).collect();
            Some(text(&words.join("; ")).into_owned().into())
        }
        Cell::Lines(words) => Some(text(&words.join("\n")).into_owned().into()),
        Cell::Absent(why) => Some(format!("({})", text(why)).into()),
        _ => None,
    }
}

/// Text with its line breaks as worksheets have them; other characters that act are spelt out.
fn text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| acts(c) && c != '\n') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.replace("\r\n", "\n").chars() {
        if acts(c) && !matches!(c, '\n' | '\t') {
            out.extend(c.escape_unicode())
        } else {
            out.push(c)
        }
    }
    out.into()
}

/// The names of the worksheets: the titles of the tables, without what a name must not have, and no two alike.
fn names(sheet: &Sheet, tables: &[&Table]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for table in tables {
        let titles = [&table.title, &sheet.title, &table.id];
        let title = titles.into_iter().map(|title| legal(title)).find(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| "crm".to_owned());
        let is_free =
            |name: &str| names.iter().all(|known| known.to_lowercase() != name.to_lowercase());
        let numbered = (2..).map(|n| {
            let end = format!(" {n}");
            cut(&title, LONGEST_NAME - end.len()) + &end
        });
        let candidates = std::iter::once(cut(&title, LONGEST_NAME)).chain(numbered);
        names.extend(candidates.into_iter().find(|name| is_free(name)));
    }
    names
}

/// A title without characters that the name of a worksheet must not have. Excel keeps `History` for itself.
fn legal(title: &str) -> String {
    let forbidden = |c: char| acts(c) || matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\');
    let name: String = title.chars().map(|c| if forbidden(c) { ' ' } else { c }).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_matches('\'').trim();
    if name.eq_ignore_ascii_case("history") { format!("{name} 1") } else { name.to_owned() }
}

/// The first so many units of UTF-16 of a name.
fn cut(name: &str, most: usize) -> String {
    let mut length = 0;
    let fits = |c: &char| {
        length += c.len_utf16();
        length <= most
    };
    let cut: String = name.chars().take_while(fits).collect();
    cut.trim_end_matches([' ', '\'']).to_owned()
}

/// The formats of cells.
struct Styles {
    text: Format,
    right: Format,
    lines: Format,
    numbers: Vec<Format>,
    percent: Format,
    day: Format,
    minute: Format,
    second: Format,
}

impl Styles {
    fn of(base: Format) -> Styles {
        let numeric = |form: &str| base.clone().set_num_format(form);
        let number = |decimals| match decimals {
            0 => numeric("#,##0"),
            _ => numeric(&format!("#,##0.{}", "0".repeat(decimals))),
        };
        Styles {
            text: base.clone(),
            right: base.clone().set_align(FormatAlign::Right),
            lines: base.clone().set_text_wrap(),
            numbers: (0..=MOST_DECIMALS).map(number).collect(),
            percent: numeric("0.0%"),
            day: numeric("yyyy-mm-dd"),
            minute: numeric("yyyy-mm-dd hh:mm"),
            second: numeric("yyyy-mm-dd hh:mm:ss"),
        }
    }

    fn number(&self, decimals: usize) -> &Format {
        &self.numbers[decimals.min(MOST_DECIMALS)]
    }
}
