//! What is remembered of files from one command to the next: a short text of bytes for each file, found
//! by its folder and name, and believed only while its stamp is the same. It can be deleted at any time,
//! never reaches git, and whatever is not whole or not of this program and these settings counts as none.
//!
//! ```text
//! magic  seal  where the index begins, its length and checksum  |  pieces  |  index
//! piece: rows of one folder, in the order of names
//! index: where each piece begins, its length and checksum, its folder, the name of its first row
//! ```
//!
//! All numbers are little-endian. Only the index is read at once; threads read the pieces they come to and
//! check each before they believe a row of it. The index has pieces by folder and first name, and no two have
//! names between each other's; in the file they lie as they came. A file of ours may be read while another
//! command puts a new one in its place: it is written beside it and renamed.

mod draft;
mod read;
#[cfg(test)]
mod tests;

pub use draft::{Draft, Rows};
pub use read::{Cache, Cursor, RowAt};

use std::fs::File;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The folder of caches, below the ledger's private one.
const FOLDER: &str = "cache";
/// The first bytes, and the version of all that follows them.
const MAGIC: [u8; 8] = *b"crmrows3";
/// Magic, seal, and where the index is.
const HEADER: usize = 8 + 8 + 16;
/// Where a piece or the index begins, its length and its checksum.
const PLACE: usize = 8 + 4 + 4;
/// Stamp, length of the name, length of the text.
const ROW: usize = 4 * 8 + 2 + 4;
/// Pieces hold the rows of a batch of files, and no more than this: little beside the memory next to a
/// processor. About half of it is usual, and much beside a call of the system.
const PIECE: usize = 32 * 1024;
/// So long a file must have been left alone before it is remembered: a file system whose clock ticks
/// slowly could give a later change the same time.
const SETTLED: Duration = Duration::from_secs(2);

/// What changes when a file does. The time of the last change to a file's state (`ctime`) cannot be set
/// by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Length in bytes.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub modified: i64,
    /// When it, its name or its rights last changed.
    pub changed: i64,
    /// Which file it is.
    pub inode: u64,
}

impl Stamp {
    /// Has the file been left alone for long enough before `now`, so that the next change to it will
    /// show? After git's rule for files that are "racily clean".
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let limit = now.checked_sub(SETTLED).and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let limit = limit.and_then(|since| i64::try_from(since.as_nanos()).ok());
        limit.is_some_and(|limit| self.modified.max(self.changed) < limit)
    }

    fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let numbers = [
            self.size.to_le_bytes(),
            self.modified.to_le_bytes(),
            self.changed.to_le_bytes(),
            self.inode.to_le_bytes(),
        ];
        bytes.as_chunks_mut::<8>().0.copy_from_slice(&numbers);
        bytes
    }

    fn from_bytes(bytes: &[u8; 32]) -> Option<Stamp> {
        let [size, modified, changed, inode] = bytes.as_chunks::<8>().0 else { return None };
        Some(Stamp {
            size: u64::from_le_bytes(*size),
            modified: i64::from_le_bytes(*modified),
            changed: i64::from_le_bytes(*changed),
            inode: u64::from_le_bytes(*inode),
        })
    }
}

/// A part of the file, and the checksum that it must have.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    length: u32,
    sum: u32,
}

impl Place {
    fn of(start: u64, bytes: &[u8]) -> Option<Place> {
        let length = u32::try_from(bytes.len()).ok()?;
        Some(Place { start, length, sum: crc32fast::hash(bytes) })
    }

    fn from_bytes(bytes: &[u8; PLACE]) -> Option<Place> {
        let (start, rest) = bytes.split_first_chunk()?;
        let (length, sum) = rest.split_first_chunk()?;
        Some(Place {
            start: u64::from_le_bytes(*start),
            length: u32::from_le_bytes(*length),
            sum: u32::from_le_bytes(sum.try_into().ok()?),
        })
    }

    fn to_bytes(self) -> [u8; PLACE] {
        let mut bytes = [0; PLACE];
        bytes[..8].copy_from_slice(&self.start.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.length.to_le_bytes());
        bytes[12..].copy_from_slice(&self.sum.to_le_bytes());
        bytes
    }

    /// Puts what stands there in place of `bytes`, if it is whole; nothing otherwise.
    fn read(self, file: &File, bytes: &mut Vec<u8>) -> Option<()> {
        let length = self.length as usize;
        // Whoever made up a length is not given memory for it.
        let fits = || file.metadata().is_ok_and(|meta| u64::from(self.length) <= meta.len());
        if length <= bytes.capacity() || fits() {
            bytes.resize(length, 0);
            if read_at(file, self.start, bytes) && crc32fast::hash(bytes) == self.sum {
                return Some(());
            }
        }
        bytes.clear();
        None
    }
}

/// A row, as it stands in a piece.
struct Row<'b> {
    stamp: &'b [u8; 32],
    name: &'b [u8],
    text: &'b [u8],
}

impl<'b> Row<'b> {
    /// The row that begins here.
    fn first(bytes: &'b [u8]) -> Option<Row<'b>> {
        let (stamp, rest) = bytes.split_first_chunk()?;
        let (name, rest) = rest.split_first_chunk()?;
        let (text, rest) = rest.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*name)))?;
        let text = rest.get(..u32::from_le_bytes(*text) as usize)?;
        Some(Row { stamp, name, text })
    }

    fn length(&self) -> usize {
        ROW + self.name.len() + self.text.len()
    }
}

/// Fills `bytes` with what stands at a place of a file.
#[cfg(unix)]
fn read_at(file: &File, start: u64, bytes: &mut [u8]) -> bool {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start).is_ok()
}

/// The same where nothing is remembered, because nothing says when a file last changed.
#[cfg(not(unix))]
fn read_at(_: &File, _: u64, _: &mut [u8]) -> bool {
    false
}
