//! A table of a page.

use super::Frame;
use crate::render::text::{Look, escaped, looks, plain, ratio, shown};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Table};
use std::io::{self, Write};

/// The column that names the thing of a row, and so comes first where rows have ids.
const NAME: &str = "name";

/// The columns of a table in the order of the page: a name comes before everything else.
struct Order {
    positions: Vec<usize>,
    /// The column of ids, if there is one.
    id: Option<usize>,
    name: Option<usize>,
}

impl Order {
    fn of(columns: &[Column]) -> Order {
        let id = columns.iter().position(|column| column.kind == Kind::Id);
        let name = columns.iter().position(|column| column.id == NAME).filter(|_| id.is_some());
        let mut positions: Vec<usize> = (0..columns.len()).collect();
        if let Some(at) = name {
            positions.remove(at);
            positions.insert(0, at);
        }
        Order { positions, id, name }
    }
}

pub(super) fn put_table(
    out: &mut dyn Write,
    table: &Table,
    sheet_title: &str,
    frame: &Frame,
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
    let order = Order::of(&table.columns);
    writeln!(out, "<div class=\"scroll\" role=\"group\" aria-label=\"{title}\" tabindex=\"0\">")?;
    writeln!(out, "<table{sortable}>\n<caption><span{class}>{title}</span></caption>")?;
    write!(out, "<thead>\n<tr>")?;
    for column in order.positions.iter().map(|at| &table.columns[*at]) {
        let title = escaped(&column.title);
        let chosen = frame.choices.iter().any(|choice| choice.column == column.id);
        let chosen =
            if chosen { format!(" data-c=\"{}\"", escaped(&column.id)) } else { String::new() };
        write!(out, "<th scope=\"col\" class=\"{}\"{chosen}>{title}</th>", class_of(column.kind))?;
    }
    write!(out, "</tr>\n</thead>\n<tbody>\n")?;
    let looks = looks(table, frame.options);
    let folds = has_rows_of_something(table, body);
    let mut line = String::new();
    for (at, row) in table.rows.iter().enumerate() {
        line.clear();
        if at == body {
            line.push_str("</tbody>\n<tfoot>\n");
        }
        let is_zero = folds && at < body && is_of_zeros(&row, &table.columns);
        put_row(&mut line, &row, &table.columns, &order, &looks, is_zero, frame);
        out.write_all(line.as_bytes())?;
    }
    let part = if body < table.rows.len() { "tfoot" } else { "tbody" };
    writeln!(out, "</{part}>\n</table>\n</div>")
}

/// Has the table a row that is not of zeros? Else there is nothing to fold.
fn has_rows_of_something(table: &Table, body: usize) -> bool {
    table.rows.part(0..body).any(|row| !is_of_zeros(&row, &table.columns))
}

/// Does a row have two numbers or more, and is each of them nothing? Sums are kept.
fn is_of_zeros(row: &Row, columns: &[Column]) -> bool {
    let numbers = row.cells.iter().zip(columns).filter(|(_, column)| column.kind == Kind::Number);
    let mut known = 0;
    for (cell, _) in numbers {
        match cell {
            Cell::Empty | Cell::Absent(_) => {}
            Cell::Int(0) => known += 1,
            Cell::Number(x, _) | Cell::Share(x) if *x == 0.0 => known += 1,
            Cell::Amount(amount) if amount.is_zero() => known += 1,
            Cell::Money(money) if money.amount.is_zero() => known += 1,
            _ => return false,
        }
    }
    known > 1 && row.emphasis == Emphasis::Plain
}

fn class_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Date => "k",
        Kind::Text => "t",
        Kind::Number => "n",
    }
}

fn put_row(
    out: &mut String,
    row: &Row,
    columns: &[Column],
    order: &Order,
    looks: &[Look],
    is_zero: bool,
    frame: &Frame,
) {
    out.push_str(match row.emphasis {
        Emphasis::Plain if is_zero => "<tr class=\"z\">",
        Emphasis::Plain => "<tr>",
        Emphasis::Good => "<tr class=\"good\">",
        Emphasis::Warn => "<tr class=\"warn\">",
        Emphasis::Total => "<tr class=\"total\">",
    });
    let id = order.id.and_then(|at| row.cells.get(at)).map(plain).filter(|id| !id.is_empty());
    for (place, at) in order.positions.iter().enumerate() {
        let (Some(cell), Some(column)) = (row.cells.get(*at), columns.get(*at)) else { continue };
        let text = shown(cell, &looks[*at], frame.options);
        // A header of nothing is none.
        let is_header = place == 0 && !text.trim().is_empty();
        let (open, close) =
            if is_header { ("<th scope=\"row\"", "</th>") } else { ("<td", "</td>") };
        out.extend([open, " class=\"", class_of(column.kind), "\""]);
        // The sort key of a column of numbers, where that is not its text.
        if column.kind == Kind::Number {
            let key = plain(cell);
            if key != text {
                out.extend([" data-v=\"", &escaped(&key), "\""]);
            }
        }
        // The id that a name is shown for: choices and links go by it.
        let id_of_name = looks[*at].is_named(cell).then(|| plain(cell));
        if let Some(id) = &id_of_name {
            out.extend([" data-k=\"", &escaped(id), "\""]);
        }
        out.push('>');
        let named = id.as_deref().filter(|_| order.name == Some(*at) || order.id == Some(*at));
        let link = frame.place.filter(|_| !text.is_empty());
        let link = link.and_then(|place| {
            let word = id_of_name.as_deref().unwrap_or(text.trim());
            Some(format!("{}{}", place.root, (place.link)(&column.id, word, named)?))
        });
        if let Some(link) = &link {
            out.extend(["<a href=\"", &escaped(link), "\">"]);
        }
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
        if link.is_some() {
            out.push_str("</a>");
        }
        out.push_str(close);
    }
    out.push_str("</tr>\n");
}
