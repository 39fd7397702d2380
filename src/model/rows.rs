//! A table of texts, as a CSV file has it: a header, and rows with their line numbers.

use crate::value::text::Text;
/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRow {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Its cells, without white space around them; as many as the row has.
    pub cells: Vec<Text>,
    /// A quote is opened and never closed: the rest of the file is in the last cell.
    pub unclosed: bool,
}

/// A header and the rows below it. Rows without a single word in them are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CsvRows {
    /// The names of the columns.
    pub header: Vec<Text>,
    /// The rows.
    pub rows: Vec<CsvRow>,
}

impl CsvRows {
    /// The position of a column; `None` unless it occurs exactly once.
    pub fn column(&self, name: &str) -> Option<usize> {
        let mut found = self.header.iter().enumerate().filter(|(_, column)| &***column == name);
        match (found.next(), found.next()) {
            (Some((position, _)), None) => Some(position),
            _ => None,
        }
    }
}
