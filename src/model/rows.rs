//! A table of texts, as a file of another program has it: a header, and rows with their line numbers.

use crate::diag::{Words, counted};
use crate::value::text::Text;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SourceCell {
    /// Its text, without white space around it.
    pub text: Text,
    /// The file states that it is a number, a day or a truth value: the text is `1500.5`, an ISO date
    /// (`2026-03-05`, or with a time `2026-03-05T14:00`) or `true`, whatever form the texts of the file have.
    pub typed: bool,
    /// The file has an error here, such as `#N/A`: there is no value.
    pub error: bool,
}

impl SourceCell {
    /// A cell whose file has texts only.
    pub fn written(text: impl Into<Text>) -> SourceCell {
        SourceCell { text: text.into(), ..SourceCell::default() }
    }

    /// A number with a point, an ISO date, or `true` and `false`.
    pub fn typed(text: impl Into<Text>) -> SourceCell {
        SourceCell { typed: true, ..SourceCell::written(text) }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// The line it begins on, from 1; of a sheet its row, of a file of records the number of the record; of the files
    /// of a folder its number among all rows.
    pub line: u64,
    /// Its cells; as many as the row has.
    pub cells: Vec<SourceCell>,
    /// A quote is opened and never closed: the rest of the file is in the last cell.
    pub unclosed: bool,
}

/// So many things of a kind that a file has and its rows do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// How many.
    pub count: usize,
    /// What becomes of one of them, and of several.
    pub en: [&'static str; 2],
    /// In Chinese, behind the number.
    pub zh: &'static str,
}

impl LeftOut {
    /// For people: `2 pictures are not kept`.
    pub fn words(&self) -> Words {
        let text = counted(self.count.to_string(), self.en[0], self.en[1]);
        Words::both(text, format!("{} {}", self.count, self.zh))
    }
}

/// A header and the rows below it. Rows without a single word in them are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceRows {
    /// The names of the columns.
    pub header: Vec<Text>,
    /// The rows.
    pub rows: Vec<SourceRow>,
    /// Of the files of a folder: the file of each row, and its line there.
    pub origins: Vec<(Arc<PathBuf>, u64)>,
    /// Of the meetings of a calendar: the name by which the calendar knows each, by line.
    pub uids: HashMap<u64, Text>,
    /// What the file has and the rows do not, for people: pictures of cards, meetings to come.
    pub left_out: Vec<LeftOut>,
    /// How the file was read, where that is not plain: columns that were renamed.
    pub notes: Vec<Words>,
    /// The options of an import that files of this kind have no use for, as they are typed: `--sheet`.
    pub no_use: Vec<&'static str>,
    /// No row can state a day, as those of an address book: they are of the day of the import.
    pub undated: bool,
}

impl SourceRows {
    /// The position of a column; `None` unless it occurs exactly once.
    pub fn column(&self, name: &str) -> Option<usize> {
        let mut found = self.header.iter().enumerate().filter(|(_, column)| &***column == name);
        match (found.next(), found.next()) {
            (Some((position, _)), None) => Some(position),
            _ => None,
        }
    }
}
