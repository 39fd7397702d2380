//! The ids a sheet lists, one a line and each once, for `xargs`: the first column of ids, of the
//! table asked for or of the first table that has one.

use super::Options;
use super::text::clean;
use crate::table::sheet::{Cell, Emphasis, Kind, Sheet, Table};
use crate::value::text::Text;
use std::collections::HashSet;
use std::io::{self, Write};

pub(super) fn write(
    _: &Sheet,
    tables: &[&Table],
    _: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some((table, column)) = column(tables) else { return Ok(()) };
    let mut seen: HashSet<Text> = HashSet::new();
    for row in table.rows.iter().filter(|row| row.emphasis != Emphasis::Total) {
        let ids = match row.cells.get(column) {
            Some(Cell::Text(id)) => std::slice::from_ref(id),
            Some(Cell::List(ids)) => ids,
            _ => &[],
        };
        for id in ids {
            if seen.insert(id.clone()) {
                writeln!(out, "{}", clean(id))?;
            }
        }
    }
    Ok(())
}

/// The first table that has a column of ids, and that column's position.
pub(super) fn column<'t>(tables: &[&'t Table]) -> Option<(&'t Table, usize)> {
    let ids = |table: &Table| table.columns.iter().position(|column| column.kind == Kind::Id);
    tables.iter().find_map(|table| Some((*table, ids(table)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, RenderError, samples};
    use crate::table::sheet::{Column, Row};
    use std::borrow::Cow;

    fn render(sheet: &Sheet, options: &Options) -> Result<String, RenderError> {
        samples::rendered(sheet, Format::Ids, options)
    }

    #[test]
    fn each_once_in_order() {
        let mut sheet = samples::sheet();
        let rows = &sheet.tables[0].rows;
        let twice = rows.iter().chain(rows.iter()).map(Cow::into_owned).collect();
        sheet.tables[0].rows = twice;
        assert_eq!(render(&sheet, &Options::default()).unwrap(), "wang\nzhang\n");
    }

    #[test]
    fn lists_of_ids() {
        let ids = Cell::list(["a", "b"]);
        let rows = vec![Row::new(vec![ids]), Row::new(vec![Cell::text("b")])];
        let sheet = Sheet::single("s", "", vec![Column::new("who", "", Kind::Id)], rows.into());
        assert_eq!(render(&sheet, &Options::default()).unwrap(), "a\nb\n");
    }

    #[test]
    fn none_to_print() {
        let options = Options { table: Some("money".into()), ..Options::default() };
        let wrong = render(&samples::sheet(), &options).unwrap_err();
        assert_eq!(wrong.to_string(), "`won` does not list ids");
    }
}
