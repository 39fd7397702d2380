//! Reads the file of an import.

use crate::diag::{Code, Diagnostic};
use crate::format::rows::read;
use crate::model::mapping::Form;
use crate::model::rows::SourceRows;
use std::io::Read;
use std::path::Path;

/// The largest file that is imported.
pub const MAX_IMPORTED: u64 = 1024 * 1024 * 1024;

/// The name that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// Reads a file of rows; `-` is standard input. `path` is also what diagnostics print.
///
/// # Errors
/// Fails if the file cannot be read, is larger than [`MAX_IMPORTED`], not of its encoding, or no table.
pub fn read_rows(path: &Path, form: &Form) -> Result<SourceRows, Diagnostic> {
    let unreadable = |error: std::io::Error| {
        Diagnostic::new(
            Code::Unreadable,
            words!("{} cannot be read: {error}", "无法读取 {}：{error}", path.display()),
        )
    };
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = if path.as_os_str() == STANDARD_INPUT {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(path).map_err(unreadable)?)
    };
    source.take(MAX_IMPORTED + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_IMPORTED {
        let message = words!("{} is larger than 1 GiB", "{} 超过 1 GiB", path.display());
        return Err(Diagnostic::new(Code::TooLarge, message)
            .help(words!("import it in parts", "请分批导入")));
    }
    read(bytes, form, path)
}
