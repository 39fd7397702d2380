//! Reads the file of an import.

use super::file::utf8;
use crate::diag::{Code, Diagnostic};
use crate::format::read_csv::parse_csv;
use crate::model::rows::CsvRows;
use std::io::Read;
use std::path::Path;

/// The largest file that is imported.
pub const MAX_CSV: u64 = 1024 * 1024 * 1024;

/// Reads a file of rows. `path` is also what diagnostics print.
pub fn read_csv(path: &Path, delimiter: Option<u8>) -> Result<CsvRows, Diagnostic> {
    let unreadable = |error: std::io::Error| {
        Diagnostic::new(
            Code::Unreadable,
            words!("{} cannot be read: {error}", "无法读取 {}：{error}", path.display()),
        )
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_CSV + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_CSV {
        let message = words!("{} is larger than 1 GiB", "{} 超过 1 GiB", path.display());
        return Err(Diagnostic::new(Code::TooLarge, message)
            .help(words!("import it in parts", "请分批导入")));
    }
    parse_csv(&utf8(bytes, path)?, delimiter, path)
}
