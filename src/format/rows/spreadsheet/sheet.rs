//! Cells of a sheet -> rows, within a budget of memory.

use super::Unreadable;
use crate::format::rows::cells;
use crate::model::rows::{SourceCell, SourceRow, SourceRows};
use std::borrow::Cow;

/// The columns that a sheet of Excel can have.
const COLUMNS: usize = 16_384;
/// The memory that the cells of a sheet may fill, in bytes: 1 GiB.
const BUDGET: usize = 1024 * 1024 * 1024;

/// The value of a cell.
#[derive(Clone)]
pub(super) enum Value<'v> {
    /// A text.
    Text(Cow<'v, str>),
    /// A number.
    Number(f64),
    /// A truth value.
    Truth(bool),
    /// A day, or a day with a time, in ISO form.
    Day(String),
    /// An error such as `#N/A`.
    Error(String),
}

impl Value<'_> {
    /// A day of an ISO date, with its time if it has one that is not midnight; as written, without its offset.
    pub(super) fn iso(text: &str) -> Value<'static> {
        let shape =
            text.bytes().take(10).map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
        if !shape.eq(*b"0000-00-00") {
            return Value::Text(text.to_owned().into());
        }
        let (day, time) = text.split_at(10);
        let time = time.get(..9).or(time.get(..6)).unwrap_or("");
        let time = time.strip_suffix(":00").filter(|time| time.len() == 6).unwrap_or(time);
        match time {
            "" | "T00:00" => Value::Day(day.to_owned()),
            time => Value::Day(format!("{day}{time}")),
        }
    }
}

/// The rows of a sheet while it is read.
pub(super) struct SheetRows {
    rows: SourceRows,
    /// The row that is being filled, from 0, and its cells.
    row: u32,
    cells: Vec<SourceCell>,
    skipped: u32,
    budget: usize,
    probe: bool,
}

impl SheetRows {
    /// Rows below so many that are skipped; the first one with cells is the header.
    pub(super) fn below(skipped: u32) -> SheetRows {
        SheetRows {
            rows: SourceRows::default(),
            row: 0,
            cells: Vec::new(),
            skipped,
            budget: BUDGET,
            probe: false,
        }
    }

    /// Finds out whether there is a cell: the first one is enough.
    pub(super) fn probe() -> SheetRows {
        SheetRows { probe: true, ..SheetRows::below(0) }
    }

    /// Adds a cell; row and column count from 0. Rows come in their order.
    pub(super) fn add(&mut self, row: u32, column: u32, value: Value) -> Result<(), Unreadable> {
        let cell = match value {
            Value::Text(text) => cells::cell(&text),
            Value::Number(number) => SourceCell::typed(cells::decimal(number)),
            Value::Truth(truth) => SourceCell::typed(if truth { "true" } else { "false" }),
            Value::Day(day) => SourceCell::typed(day),
            Value::Error(error) => SourceCell { error: true, ..SourceCell::written(error) },
        };
        if cell.text.is_empty() {
            return Ok(());
        }
        if self.probe {
            return Err(Unreadable::Enough);
        }
        if row != self.row {
            self.end_row();
            self.row = row;
        }
        let column = column as usize;
        if column >= COLUMNS {
            return Err(Unreadable::TooLarge(words!(
                "the sheet has more than 16,384 columns",
                "工作表超过 16,384 列"
            )));
        }
        let further = (column + 1).saturating_sub(self.cells.len());
        let needed = further * size_of::<SourceCell>() + cell.text.len();
        self.budget = self.budget.checked_sub(needed).ok_or_else(|| {
            Unreadable::TooLarge(words!(
                "the cells of the sheet fill more than 1 GiB",
                "工作表的单元格超过 1 GiB"
            ))
        })?;
        if further > 0 {
            self.cells.resize_with(column + 1, SourceCell::default);
        }
        self.cells[column] = cell;
        Ok(())
    }

    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() || self.row < self.skipped {
            return;
        }
        if self.rows.header.is_empty() {
            self.rows.header = cells.into_iter().map(|cell| cell.text).collect();
            return;
        }
        let line = u64::from(self.row) + 1;
        self.rows.rows.push(SourceRow { line, cells, unclosed: false });
    }

    /// The rows.
    pub(super) fn finish(mut self) -> SourceRows {
        self.end_row();
        self.rows
    }
}

/// Hours and minutes of a share of a day, or of several days.
pub(super) fn clock(days: f64) -> String {
    let seconds = (days * 86_400.0).round();
    let (sign, seconds) = (if seconds < 0.0 { "-" } else { "" }, seconds.abs());
    let (hours, minutes, rest) =
        ((seconds / 3600.0).floor(), (seconds / 60.0).floor() % 60.0, seconds % 60.0);
    match rest {
        0.0 => format!("{sign}{hours:02}:{minutes:02}"),
        _ => format!("{sign}{hours:02}:{minutes:02}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_days_and_times() {
        for (text, day) in [
            ("2026-03-05", "2026-03-05"),
            ("2026-03-05T00:00:00", "2026-03-05"),
            ("2026-03-05T14:00:00", "2026-03-05T14:00"),
            ("2026-03-05T14:00", "2026-03-05T14:00"),
            ("2026-03-05T14:00:30.25", "2026-03-05T14:00:30"),
            ("2026-03-05T14:00:00Z", "2026-03-05T14:00"),
        ] {
            assert!(matches!(Value::iso(text), Value::Day(found) if found == day), "{text}");
        }
        assert!(matches!(Value::iso("soon"), Value::Text(_)));
        assert!(matches!(Value::iso("2026-03-05T1"), Value::Day(day) if day == "2026-03-05"));
    }

    #[test]
    fn spans_are_hours_and_minutes() {
        assert_eq!(clock(1.5), "36:00");
        assert_eq!(clock(0.0), "00:00");
        assert_eq!(clock(-0.25), "-06:00");
        assert_eq!(clock(1.0 / 86_400.0), "00:00:01");
    }

    #[test]
    fn rows_and_gaps() {
        let mut rows = SheetRows::below(1);
        for (row, column, text) in
            [(0, 0, "Title"), (2, 1, "a"), (2, 2, "b"), (5, 2, "x"), (6, 0, " "), (7, 1, "y")]
        {
            assert!(rows.add(row, column, Value::Text(text.into())).is_ok());
        }
        let rows = rows.finish();
        assert_eq!(rows.header, ["", "a", "b"]);
        let lines: Vec<(u64, usize)> =
            rows.rows.iter().map(|row| (row.line, row.cells.len())).collect();
        assert_eq!(lines, [(6, 3), (8, 2)]);
    }

    #[test]
    fn the_last_column_is_the_16384th() {
        let mut rows = SheetRows::below(0);
        assert!(rows.add(0, 16_383, Value::Number(1.0)).is_ok());
        assert!(matches!(rows.add(0, 16_384, Value::Number(1.0)), Err(Unreadable::TooLarge(_))));
    }

    #[test]
    fn memory_has_an_end() {
        let mut rows = SheetRows { budget: 1000, ..SheetRows::below(0) };
        assert!(rows.add(0, 3, Value::Number(1.0)).is_ok());
        assert!(matches!(rows.add(1, 100, Value::Number(1.0)), Err(Unreadable::TooLarge(_))));
    }
}
