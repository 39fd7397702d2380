//! Files of other programs -> rows of cells. The content of a file tells its kind, not its name.

pub mod calendar;
pub mod csv;
pub mod kind;
pub mod mail;
pub mod vcard;

use crate::diag::{Code, Diagnostic, Place, Words, counted};
use crate::format::encoding::{Charset, decoded};
use crate::model::mapping::Form;
use crate::model::rows::SourceRows;
use crate::value::date::Moment;
use crate::value::zone::Zone;
use kind::SourceKind;
use std::path::Path;

/// Reads the rows of a file of any kind. `shown` is the name that diagnostics print.
///
/// # Errors
/// Fails if the file is not of its encoding, is of a kind that has no rows, or has no columns.
pub fn read(bytes: Vec<u8>, form: &Form, shown: &Path) -> Result<SourceRows, Diagnostic> {
    match SourceKind::of(&bytes) {
        SourceKind::Csv => csv::parse_csv(&text(bytes, form, shown)?, form, shown),
        SourceKind::Vcards => vcard::parse_vcards(&text(bytes, form, shown)?, shown),
        SourceKind::Calendar => {
            calendar::parse_calendar(&text(bytes, form, shown)?, form, shown)
        }
        // A message names the encodings of its parts.
        SourceKind::Mail | SourceKind::Mailbox => mail::parse_mail(&bytes, form, shown),
        kind => Err(no_rows(kind, shown)),
    }
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

/// So many things are left out; `None` for none. The English text for one and for several.
fn counted_words(count: usize, en: [&str; 2], zh: &str) -> Option<Words> {
    let text = counted(&count.to_string(), en[0], en[1]);
    (count > 0).then(|| Words::both(text, format!("{count} {zh}")))
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
        "save it as CSV, in UTF-8, and import that file",
        "请另存为 UTF-8 编码的 CSV 文件，再导入该文件"
    ))
}
