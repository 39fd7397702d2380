//! The formats of Excel. The one home of `calamine`.

use super::sheet::{SheetRows, Value, clock};
use super::{SheetName, Unreadable, Workbook};
use crate::diag::Words;
use calamine::{
    Data, DataRef, Error, ExcelDateTime, ExcelDateTimeType, Reader, Sheet, SheetVisible,
};
use std::io::Cursor;

/// The days that a serial number can be, without their end: up to the year 9999.
const SERIALS: std::ops::Range<f64> = 0.0..2_958_466.0;
const SECONDS: f64 = 86_400.0;

fn damaged(error: impl Into<Error>) -> Unreadable {
    match error.into() {
        Error::Xlsx(calamine::XlsxError::Password)
        | Error::Xls(calamine::XlsError::Password)
        | Error::Xlsb(calamine::XlsbError::Password) => Unreadable::Locked,
        error => Unreadable::Damaged(Words::verbatim(error.to_string())),
    }
}

fn names(sheets: &[Sheet]) -> Vec<SheetName> {
    let name = |sheet: &Sheet| SheetName {
        name: sheet.name.clone(),
        hidden: sheet.visible != SheetVisible::Visible,
    };
    sheets.iter().map(name).collect()
}

/// A workbook of Excel since 2007; its cells are read one by one.
pub(super) struct Xlsx<'b> {
    file: calamine::Xlsx<Cursor<&'b [u8]>>,
    sheets: Vec<SheetName>,
}

impl Xlsx<'_> {
    pub(super) fn open(bytes: &[u8]) -> Result<Xlsx<'_>, Unreadable> {
        let file = calamine::Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
        let sheets = names(file.sheets_metadata());
        Ok(Xlsx { file, sheets })
    }
}

impl Workbook for Xlsx<'_> {
    fn sheets(&self) -> &[SheetName] {
        &self.sheets
    }

    fn cells(&mut self, sheet: usize, rows: &mut SheetRows) -> Result<(), Unreadable> {
        let from_1904 = self.file.has_1904_epoch();
        let mut cells = match self.file.worksheet_cells_reader(&self.sheets[sheet].name) {
            // A sheet of a chart has no cells.
            Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(()),
            cells => cells.map_err(damaged)?,
        };
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            let (row, column) = cell.get_position();
            add(rows, row, column, cell.get_value(), from_1904)?;
        }
        Ok(())
    }
}

/// A binary workbook of Excel since 2007.
pub(super) struct Xlsb<'b> {
    file: calamine::Xlsb<Cursor<&'b [u8]>>,
    sheets: Vec<SheetName>,
}

impl Xlsb<'_> {
    pub(super) fn open(bytes: &[u8]) -> Result<Xlsb<'_>, Unreadable> {
        let file = calamine::Xlsb::new(Cursor::new(bytes)).map_err(damaged)?;
        let sheets = names(file.sheets_metadata());
        Ok(Xlsb { file, sheets })
    }
}

impl Workbook for Xlsb<'_> {
    fn sheets(&self) -> &[SheetName] {
        &self.sheets
    }

    fn cells(&mut self, sheet: usize, rows: &mut SheetRows) -> Result<(), Unreadable> {
        let from_1904 = self.file.has_1904_epoch();
        let name = &self.sheets[sheet].name;
        let mut cells = self.file.worksheet_cells_reader(name).map_err(damaged)?;
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            let (row, column) = cell.get_position();
            add(rows, row, column, cell.get_value(), from_1904)?;
        }
        Ok(())
    }
}

/// A workbook of Excel up to 2003.
pub(super) struct Xls<'b> {
    file: calamine::Xls<Cursor<&'b [u8]>>,
    sheets: Vec<SheetName>,
}

impl Xls<'_> {
    pub(super) fn open(bytes: &[u8]) -> Result<Xls<'_>, Unreadable> {
        let file = calamine::Xls::new(Cursor::new(bytes)).map_err(damaged)?;
        let sheets = names(file.sheets_metadata());
        Ok(Xls { file, sheets })
    }
}

impl Workbook for Xls<'_> {
    fn sheets(&self) -> &[SheetName] {
        &self.sheets
    }

    fn cells(&mut self, sheet: usize, rows: &mut SheetRows) -> Result<(), Unreadable> {
        let from_1904 = self.file.has_1904_epoch();
        let range = self.file.worksheet_range(&self.sheets[sheet].name).map_err(damaged)?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let (row, column) = (top + index(row), left + index(column));
            add(rows, row, column, &borrowed(value), from_1904)?;
        }
        Ok(())
    }
}

fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

fn add(
    rows: &mut SheetRows,
    row: u32,
    column: u32,
    value: &DataRef,
    from_1904: bool,
) -> Result<(), Unreadable> {
    let value = match value {
        DataRef::Empty => return Ok(()),
        // A format of whole numbers has 32 bits.
        DataRef::Int(number) => Value::Number(*number as f64),
        DataRef::Float(number) => Value::Number(*number),
        DataRef::String(text) => Value::Text(text.into()),
        DataRef::SharedString(text) => Value::Text((*text).into()),
        DataRef::Bool(truth) => Value::Truth(*truth),
        DataRef::DateTimeIso(text) => Value::iso(text),
        DataRef::DurationIso(text) => Value::Text(text.into()),
        DataRef::Error(error) => Value::Error(error.to_string()),
        DataRef::DateTime(moment) if moment.is_datetime() => day(moment.as_f64(), from_1904),
        DataRef::DateTime(span) => Value::Text(clock(span.as_f64()).into()),
    };
    rows.add(row, column, value)
}

/// The day of a serial number, with its time if it has one; a time alone is a text.
fn day<'v>(serial: f64, from_1904: bool) -> Value<'v> {
    if !SERIALS.contains(&serial) {
        return Value::Error("#NUM!".to_owned());
    }
    // A time is a share of a day: 14:00 may come as a millisecond before.
    let seconds = (serial * SECONDS).round();
    // The last half second of a day is in that day, but for the millisecond.
    let is_over = seconds % SECONDS == 0.0 && seconds - serial * SECONDS > 0.001;
    let rounded = if is_over { seconds - 1.0 } else { seconds } / SECONDS;
    if rounded < 1.0 && !from_1904 {
        return Value::Text(clock(rounded).into());
    }
    // A tenth of a second more, because a time is cut off.
    let kept = if rounded.fract() == 0.0 { rounded } else { rounded + 0.1 / SECONDS };
    let moment = ExcelDateTime::new(kept, ExcelDateTimeType::DateTime, from_1904);
    let (year, month, day, hours, minutes, seconds, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    Value::Day(match (hours, minutes, seconds) {
        (0, 0, 0) => date,
        (_, _, 0) => format!("{date}T{hours:02}:{minutes:02}"),
        _ => format!("{date}T{hours:02}:{minutes:02}:{seconds:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(serial: f64, from_1904: bool) -> String {
        match day(serial, from_1904) {
            Value::Day(day) | Value::Error(day) => day,
            Value::Text(text) => text.into_owned(),
            _ => String::new(),
        }
    }

    #[test]
    fn serials_are_days() {
        for (serial, day) in [
            (1.0, "1900-01-01"),
            (61.0, "1900-03-01"),
            (45_943.0, "2025-10-13"),
            (46_086.583_333_333_336, "2026-03-05T14:00"),
            (46_086.583_333_32, "2026-03-05T14:00"),
            (46_086.999_99, "2026-03-05T23:59:59"),
            (46_086.999_995, "2026-03-05T23:59:59"),
            (46_086.999_999_98, "2026-03-05T23:59:59"),
            (46_086.999_999_99, "2026-03-06"),
            (46_086.000_011_574_08, "2026-03-05T00:00:01"),
            (0.75, "18:00"),
            (2_958_465.0, "9999-12-31"),
            (2_958_466.0, "#NUM!"),
            (-1.0, "#NUM!"),
            (f64::NAN, "#NUM!"),
        ] {
            assert_eq!(shown(serial, false), day, "{serial}");
        }
        assert_eq!(shown(0.0, true), "1904-01-01");
        assert_eq!(shown(44_624.0, true), "2026-03-05");
    }
}
