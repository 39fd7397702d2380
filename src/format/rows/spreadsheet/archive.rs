//! The container of a workbook, looked at before a reader unpacks it into memory: what it unpacks to is counted by
//! unpacking it into nothing, because the sizes that it states may lie.

use super::Unreadable;
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

/// The format of a workbook.
pub(super) enum Container {
    OpenDocument,
    Xlsx,
    Xlsb,
    Xls,
}

/// The archive of a workbook.
pub(super) fn zipped(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Unreadable> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|error| Unreadable::Damaged(error.to_string()))
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
            error => Unreadable::Damaged(error.to_string()),
        })?;
        // One byte more tells that there is more.
        let mut part = part.take(allowed - unpacked + 1);
        unpacked += std::io::copy(&mut part, &mut std::io::sink())
            .map_err(|error| Unreadable::Damaged(error.to_string()))?;
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

/// Looks at a file of the older Excel: its reader spreads the cells of every sheet out between the first and the last
/// one, so that two cells can be four thousand million.
fn compound(bytes: &[u8]) -> Result<(), Unreadable> {
    let damaged = |error: std::io::Error| Unreadable::Damaged(error.to_string());
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    if file.is_stream("EncryptedPackage") {
        return Err(Unreadable::Locked);
    }
    let name = if file.is_stream("Workbook") { "Workbook" } else { "Book" };
    let stream = file.open_stream(name).map_err(damaged)?;
    let mut records = Vec::new();
    stream.take(bytes.len() as u64).read_to_end(&mut records).map_err(damaged)?;
    if spread(&records) > SPREAD {
        return Err(Unreadable::TooLarge(words!(
            "the sheets of the workbook span more than 16,777,216 cells",
            "工作簿中各工作表的范围超过 16,777,216 个单元格"
        )));
    }
    Ok(())
}

/// The cells between the first and the last one, over all sheets of a stream of records.
fn spread(records: &[u8]) -> u64 {
    const SHEET_BEGINS: [u16; 4] = [0x0009, 0x0209, 0x0409, 0x0809];
    /// Records of cells: row, column.
    const CELLS: [u16; 12] = [
        0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x00bd, 0x00d6, 0x00fd, 0x0203, 0x0204, 0x0205,
        0x027e,
    ];
    let (mut all, mut area) = (0_u64, Area::default());
    let mut rest = records;
    while let [a, b, c, d, behind @ ..] = rest {
        let (kind, length) = (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]));
        let data = &behind[..behind.len().min(length.into())];
        if SHEET_BEGINS.contains(&kind) {
            all = all.saturating_add(area.size());
            area = Area::default();
        } else if let (true, [a, b, c, d, ..]) = (CELLS.contains(&kind), data) {
            let row = u16::from_le_bytes([*a, *b]);
            area.add(row, u16::from_le_bytes([*c, *d]));
            // A record of several numbers ends with its last column.
            if let (0x00bd, [.., a, b]) = (kind, data) {
                area.add(row, u16::from_le_bytes([*a, *b]));
            }
        }
        rest = &behind[data.len()..];
    }
    all.saturating_add(area.size())
}

/// The rectangle around cells.
#[derive(Default)]
struct Area(Option<(u16, u16, u16, u16)>);

impl Area {
    fn add(&mut self, row: u16, column: u16) {
        let (top, left, bottom, right) = self.0.unwrap_or((row, column, row, column));
        self.0 = Some((top.min(row), left.min(column), bottom.max(row), right.max(column)));
    }

    fn size(&self) -> u64 {
        self.0.map_or(0, |(top, left, bottom, right)| {
            (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1)
        })
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

    #[test]
    fn the_cells_between_two_are_counted() {
        let number = |row: u16, column: u16| {
            let data = [row.to_le_bytes(), column.to_le_bytes(), [0; 2]].concat();
            [&[0x03, 0x02, 6, 0], data.as_slice()].concat()
        };
        let begin = [0x09, 0x08, 0, 0];
        assert_eq!(spread(&[]), 0);
        assert_eq!(spread(&number(3, 4)), 1);
        assert_eq!(spread(&[number(0, 0), number(1, 2)].concat()), 6);
        let two = [&begin[..], &number(0, 0), &begin, &number(65_535, 255), &number(0, 0)].concat();
        assert_eq!(spread(&two), SPREAD + 1);
        // A record that is cut off.
        assert_eq!(spread(&[0x03, 0x02, 255, 255, 1]), 0);
    }
}
