//! The forms of dates, numbers and lists in an imported file, as options state them.

use crate::diag::{Code, Diagnostic, Place, Source, Spot};
use crate::format::read_mapping::bad_date_format;
use crate::model::mapping::{ColumnDates, Mapping, list_separator, number_sign};
use crate::value::date_form::DateForm;
use clap::Args;

/// How the cells of the file are written.
#[derive(Debug, Args)]
pub struct Forms {
    /// How the file, or one column of it, writes dates, if not 2009-12-18: %d/%m/%Y, excel (serial numbers), Created=%d/%m/%Y
    ///
    /// 文件或其中一列的日期写法，如果不是 2009-12-18：%d/%m/%Y、excel（序列号）、Created=%d/%m/%Y
    #[arg(long, value_name = "[COLUMN=]STRFTIME")]
    date_format: Vec<String>,
    /// The sign before decimals in amounts [default: .]
    ///
    /// 金额的小数点 [默认：.]
    #[arg(long, value_name = "CHARACTER")]
    decimal: Option<String>,
    /// The separator of thousands in amounts
    ///
    /// 金额的千位分隔符
    #[arg(long, value_name = "CHARACTER")]
    thousands: Option<String>,
    /// The sign between several needs or tags in a cell [default: ;]
    ///
    /// 一格中几项需求或标签之间的分隔符 [默认：;]
    #[arg(long, value_name = "CHARACTER")]
    list_separator: Option<String>,
}

impl Forms {
    /// The options, and whether each is stated.
    pub(super) fn stated(&self) -> [(&'static str, bool); 4] {
        [
            ("--date-format", !self.date_format.is_empty()),
            ("--decimal", self.decimal.is_some()),
            ("--thousands", self.thousands.is_some()),
            ("--list-separator", self.list_separator.is_some()),
        ]
    }

    /// Puts the forms that options state in place of those of the mapping.
    pub(super) fn state(&self, mapping: &mut Mapping) -> Result<(), Diagnostic> {
        for text in &self.date_format {
            let place = typed("--date-format", text);
            let (column, format) = match text.rsplit_once('=') {
                Some((column, format)) => (Some(column.trim()), format.trim()),
                None => (None, text.as_str()),
            };
            let form = DateForm::parse(format);
            let form = form.ok_or_else(|| bad_date_format(format).at(place.clone()))?;
            match column {
                None => mapping.date_format = Some(form),
                Some(column) => {
                    mapping.date_formats.retain(|stated| &*stated.column != column);
                    mapping.date_formats.push(ColumnDates { column: column.into(), form, place });
                }
            }
        }
        for (option, typed, slot, read) in [
            ("--decimal", &self.decimal, &mut mapping.decimal, number_sign as fn(&str) -> _),
            ("--thousands", &self.thousands, &mut mapping.thousands, number_sign),
            ("--list-separator", &self.list_separator, &mut mapping.list_separator, list_separator),
        ] {
            if let Some(text) = typed {
                *slot = Some(read(text).ok_or_else(|| character(option, text))?);
            }
        }
        Ok(())
    }
}

/// That an option is one character.
pub(super) fn character(option: &str, text: &str) -> Diagnostic {
    let message = words!(
        "{option} needs one character, not `{text}`",
        "{option} 应为一个字符，而不是 `{text}`"
    );
    Diagnostic::new(Code::BadArgument, message)
}

/// The place of something typed.
pub(super) fn typed(origin: &str, text: &str) -> Place {
    let source = Source::Text { origin: origin.to_owned(), text: text.to_owned() };
    Place { source, spot: Spot::Span(0, text.len()) }
}
