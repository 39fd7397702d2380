//! The ids a sheet lists, one a line and each once, for `xargs`: the first column of ids, of the
//! table asked for or of the first table that has one.

use super::text::clean;
use super::{Format, Options, RenderError, tables};
use crate::model::sheet::{Cell, Emphasis, Kind, Sheet};
use std::collections::HashSet;

pub(super) fn render(sheet: &Sheet, options: &Options) -> Result<String, RenderError> {
    let (table, column) = tables(sheet, options, Format::Ids.readers())?
        .into_iter()
        .find_map(|table| {
            let column = table.columns.iter().position(|column| column.kind == Kind::Id)?;
            Some((table, column))
        })
        .ok_or_else(|| RenderError::NoIds { sheet: sheet.id.clone() })?;
    let ids = table
        .rows
        .iter()
        .filter(|row| row.emphasis != Emphasis::Total)
        .filter_map(|row| row.cells.get(column))
        .flat_map(|cell| match cell {
            Cell::Text(id) => std::slice::from_ref(id),
            Cell::List(ids) => ids,
            _ => &[],
        });
    let mut seen = HashSet::new();
    let mut out = String::new();
    for id in ids.filter(|id| seen.insert(id.as_str())) {
        out.push_str(&clean(id));
        out.push('\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sheet::{Column, Row};
    use crate::render::samples;

    #[test]
    fn each_once_in_order() {
        let mut sheet = samples::sheet();
        let again = sheet.tables[0].rows[0].clone();
        sheet.tables[0].rows.push(again);
        assert_eq!(render(&sheet, &Options::default()).unwrap(), "wang\nzhang\n");
    }

    #[test]
    fn lists_of_ids() {
        let ids = Cell::list(["a", "b"]);
        let rows = vec![Row::new(vec![ids]), Row::new(vec![Cell::text("b")])];
        let sheet = Sheet::single("s", "", vec![Column::new("who", "", Kind::Id)], rows);
        assert_eq!(render(&sheet, &Options::default()).unwrap(), "a\nb\n");
    }

    #[test]
    fn none_to_print() {
        let options = Options { table: Some("money".into()), ..Options::default() };
        let wrong = render(&samples::sheet(), &options).unwrap_err();
        assert_eq!(wrong.to_string(), "`won` does not list ids");
    }
}
