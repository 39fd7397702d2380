//! Files of other programs -> rows of cells. The content of a file tells its kind, not its name.

pub mod calendar;
mod cells;
pub mod csv;
pub mod json;
pub mod kind;
pub mod mail;
pub mod spreadsheet;
pub mod vcard;

use crate::diag::{Code, Diagnostic, Place};
use crate::format::encoding::{Charset, decoded};
use crate::model::mapping::Form;
use crate::model::rows::{LeftOut, SourceRows};
use crate::value::date::Moment;
use crate::value::zone::Zone;
use kind::SourceKind;
use std::path::Path;

/// Reads the rows of a file of any kind. `shown` is the name that diagnostics print.
///
/// # Errors
/// Fails if the file is not of its encoding, is of a kind that has no rows, or has no columns.
pub fn read(bytes: Vec<u8>, form: &Form, shown: &Path) -> Result<SourceRows, Diagnostic> {
    if bytes.is_empty() {
        return Err(empty(shown));
    }
    let kind = SourceKind::of(&bytes);
    let mut rows = match kind {
        SourceKind::Csv => csv::parse_csv(&text(bytes, form, shown)?, form, shown),
        SourceKind::Workbook => spreadsheet::parse_workbook(&bytes, form, shown),
        SourceKind::Json => json::parse_json(&text(bytes, form, shown)?, shown),
        SourceKind::JsonLines => json::parse_json_lines(&text(bytes, form, shown)?, shown),
        SourceKind::Vcards => vcard::parse_vcards(&text(bytes, form, shown)?, shown),
        SourceKind::Calendar => calendar::parse_calendar(&text(bytes, form, shown)?, form, shown),
        // A message names the encodings of its parts.
        SourceKind::Mail | SourceKind::Mailbox => mail::parse_mail(&bytes, form, shown),
        SourceKind::Markup => Err(no_rows(kind, shown)),
    }?;
    rows.no_use = kind.no_use();
    cells::number_repeated(&mut rows);
    Ok(rows)
}

/// The text of a file, in the encoding that its form names, its mark, or UTF-8.
fn text(bytes: Vec<u8>, form: &Form, shown: &Path) -> Result<String, Diagnostic> {
    let charset = form.encoding.as_deref().map(Charset::named).transpose()?;
    decoded(bytes, charset, shown)
}

/// A moment as clocks of a time zone show it; `None` without a zone, and beyond the calendar.
fn moment(seconds: i64, zone: Option<&Zone>) -> Option<Moment> {
    zone.and_then(|zone| Moment::of_seconds(seconds, zone))
}

/// What is left out, in numbers: those that are not zero.
fn left_out<const N: usize>(counts: [(usize, [&'static str; 2], &'static str); N]) -> Vec<LeftOut> {
    let all = counts.into_iter().map(|(count, en, zh)| LeftOut { count, en, zh });
    all.filter(|left| left.count > 0).collect()
}

/// That a file has no bytes, whatever its name says.
fn empty(shown: &Path) -> Diagnostic {
    let message = words!("{} is empty: 0 bytes", "{} 是空文件：0 字节", shown.display());
    Diagnostic::new(Code::BadMapping, message).at(Place::file(shown)).help(words!(
        "export it again, and look whether the export or the download was finished",
        "请重新导出，并确认导出或下载已经完成"
    ))
}

fn no_rows(kind: SourceKind, shown: &Path) -> Diagnostic {
    let what = kind.words();
    let (en, zh) = (what.en(), what.zh());
    let message = words!(
        "{} is {en}: it has no rows to import",
        "{} 是{zh}，没有可导入的行",
        shown.display()
    );
    Diagnostic::new(Code::BadRow, message).at(Place::file(shown)).help(words!(
        "open it in a spreadsheet program and save it as .xlsx or CSV",
        "请用表格软件打开，另存为 .xlsx 或 CSV"
    ))
}
