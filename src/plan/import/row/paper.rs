//! A row as a line of a paper.

use super::RowReader;
use crate::model::mapping::{Assignment, EntryTemplate};
use crate::model::paper::LineItem;
use crate::model::rows::SourceRow;
use crate::plan::import::ImportTerms;
use crate::plan::import::columns::{CellText, Columns, Joined};
use crate::value::text::Text;

impl<'a> RowReader<'_, 'a> {
    /// The row as a line of its paper; `None` if it names no product, as a row of charges.
    pub(super) fn line_item(
        &mut self,
        row: &Joined<'a>,
        entry: &'a EntryTemplate,
    ) -> Option<LineItem> {
        let mut item = LineItem::default();
        for assignment in &entry.line {
            let cell = self.columns.text(row, assignment);
            let field = &*assignment.field;
            match field {
                _ if cell.text.is_empty() => {}
                "quantity" => item.quantity = self.score(field, &cell),
                "price" => item.price = self.money(field, &cell),
                _ => item.product = self.product(row, assignment, cell),
            }
        }
        Some(item).filter(|item| !item.product.is_empty())
    }

    /// The first of the row's names of a product that the settings have, else the first of all.
    fn product(&self, row: &Joined<'a>, assignment: &'a Assignment, first: CellText<'a>) -> Text {
        let known = |cell: &CellText| self.import.settings.product(&cell.text).is_some();
        let found = self.columns.texts(row, assignment).find(known);
        found.unwrap_or(first).text.into()
    }
}

/// The numbers of the papers that a row is a line of.
pub(in crate::plan::import) fn paper_numbers<'a>(
    import: &'a ImportTerms<'a>,
    columns: &Columns<'a>,
    row: &'a SourceRow,
) -> Vec<Text> {
    let Ok(row) = columns.joined(row) else { return Vec::new() };
    let papers = import.mapping.entries.iter().filter(|entry| !entry.line.is_empty());
    let fields = papers.flat_map(|entry| &entry.fields).filter(|a| &*a.field == "number");
    let numbers = fields.map(|assignment| Text::from(columns.text(&row, assignment).text));
    numbers.filter(|number| !number.is_empty()).collect()
}
