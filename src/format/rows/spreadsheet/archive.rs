//! The container of a workbook, looked at before a reader unpacks it into memory: what it unpacks to is counted by
//! unpacking it into nothing, because the sizes that it states may lie.

use super::Unreadable;
use super::records::{Burden, burden};
use crate::diag::Words;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// A workbook unpacks to at most so many bytes: 1 GiB.
const UNPACKED: u64 = 1024 * 1024 * 1024;
/// Below so many bytes the ratio is left alone.
const SMALL: u64 = 64 * 1024 * 1024;
/// A larger one unpacks to at most so many times its size.
const RATIO: u64 = 200;
/// A workbook has at most so many parts.
const PARTS: usize = 10_000;
/// The cells of all sheets of an .xls file that a reader spreads out: those of one full sheet.
const SPREAD: u64 = 65_536 * 256;
/// The texts of the cells of all its sheets, in bytes: 256 MiB.
const TEXTS: u64 = 256 * 1024 * 1024;

/// The format of a workbook.
pub(super) enum Container {
    OpenDocument,
    Xlsx,
    Xlsb,
    Xls,
}

/// The archive of a workbook.
pub(super) fn zipped(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Unreadable> {
    ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| Unreadable::Damaged(Words::verbatim(error.to_string())))
}

/// The format of a workbook.
///
/// # Errors
/// Fails if it unpacks to too much, is locked, or is no workbook.
pub(super) fn container(bytes: &[u8]) -> Result<Container, Unreadable> {
    if !bytes.starts_with(b"PK") {
        return compound(bytes).map(|()| Container::Xls);
    }
    let mut archive = zipped(bytes)?;
    let names = |archive: &ZipArchive<_>, name: &str| archive.index_for_name(name).is_some();
    let found = if names(&archive, "content.xml") {
        Container::OpenDocument
    } else if names(&archive, "xl/workbook.bin") {
        Container::Xlsb
    } else {
        Container::Xlsx
    };
    let allowed = allowed(bytes.len() as u64);
    let parts = archive.len();
    if parts > PARTS {
        return Err(too_large());
    }
    let mut unpacked = 0;
    for part in 0..parts {
        let part = archive.by_index(part).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Unreadable::Locked,
            error => Unreadable::Damaged(Words::verbatim(error.to_string())),
        })?;
        // One byte more tells that there is more.
        let mut part = part.take(allowed - unpacked + 1);
        unpacked += std::io::copy(&mut part, &mut std::io::sink())
            .map_err(|error| Unreadable::Damaged(Words::verbatim(error.to_string())))?;
        if unpacked > allowed {
            return Err(too_large());
        }
    }
    Ok(found)
}

/// What a file of this size may unpack to.
fn allowed(packed: u64) -> u64 {
    packed.saturating_mul(RATIO).clamp(SMALL, UNPACKED)
}

fn too_large() -> Unreadable {
    Unreadable::TooLarge(words!(
        "the workbook unpacks to more than 1 GiB, or to more than 200 times its size",
        "工作簿解压后超过 1 GiB，或超过其大小的 200 倍"
    ))
}

/// Looks at a file of the older Excel, whose reader builds all cells of all sheets at once.
fn compound(bytes: &[u8]) -> Result<(), Unreadable> {
    let damaged = |error: std::io::Error| Unreadable::Damaged(Words::verbatim(error.to_string()));
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    if file.is_stream("EncryptedPackage") {
        return Err(Unreadable::Locked);
    }
    let name = if file.is_stream("Workbook") { "Workbook" } else { "Book" };
    let stream = file.open_stream(name).map_err(damaged)?;
    let mut records = Vec::new();
    stream.take(bytes.len() as u64).read_to_end(&mut records).map_err(damaged)?;
    match burden(&records) {
        None => Err(Unreadable::Damaged(words!(
            "its sheets are not in their places",
            "工作表不在应有的位置"
        ))),
        Some(Burden { cells, .. }) if cells > SPREAD => Err(Unreadable::TooLarge(words!(
            "the sheets of the workbook span more than 16,777,216 cells",
            "工作簿中各工作表的范围超过 16,777,216 个单元格"
        ))),
        Some(Burden { texts, .. }) if texts > TEXTS => Err(Unreadable::TooLarge(words!(
            "the texts of the workbook's cells come to more than 256 MiB",
            "工作簿中各单元格的文本合计超过 256 MiB"
        ))),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_may_unpack_to_so_much() {
        assert_eq!(allowed(0), SMALL);
        assert_eq!(allowed(SMALL / RATIO), SMALL);
        assert_eq!(allowed(1_000_000), 200_000_000);
        assert_eq!(allowed(UNPACKED), UNPACKED);
        assert_eq!(allowed(u64::MAX), UNPACKED);
    }
}
