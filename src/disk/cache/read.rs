//! Looking rows up.

use super::{FOLDER, HEADER, MAGIC, PLACE, Place, Row, Stamp, read_at};
use crate::format::layout::PRIVATE;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::ops::Range;
use std::path::Path;

/// What was remembered, as it stands in its file.
#[derive(Debug, Default)]
pub struct Cache {
    file: Option<File>,
    pub(super) index: Vec<u8>,
    /// By folder and first name.
    pub(super) pieces: Vec<Piece>,
}

/// Rows that stand together in the file.
#[derive(Debug)]
pub(super) struct Piece {
    place: Place,
    /// Where the index names its folder, and its first row.
    pub(super) folder: Range<usize>,
    first: Range<usize>,
}

/// Which row of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowAt {
    pub(super) piece: usize,
    pub(super) bytes: Range<usize>,
}

/// Where somebody looks rows up. Who asks for one after the other in the order of names has each at hand.
#[derive(Debug, Default)]
pub struct Cursor {
    /// The pieces of the folder.
    folder: Range<usize>,
    /// The one that was read; none of it is left if it is not whole.
    pub(super) piece: Option<usize>,
    pub(super) bytes: Vec<u8>,
    at: usize,
    /// Something was not whole.
    pub torn: bool,
}

/// What is remembered of a file.
#[derive(Debug)]
pub struct Found<'c> {
    row: RowAt,
    stamp: Stamp,
    text: &'c [u8],
}

impl<'c> Found<'c> {
    /// Where it stands and what it is, if the file's stamp is still the same.
    pub fn if_still(self, stamp: Stamp) -> Option<(RowAt, &'c [u8])> {
        (self.stamp == stamp).then_some((self.row, self.text))
    }
}

impl Cache {
    /// The cache of a name, if there is one of this seal.
    pub fn open(root: &Path, name: &str, seal: u64) -> Cache {
        plain_file(&root.join(PRIVATE).join(FOLDER).join(name))
            .and_then(|file| Cache::of(file, seal))
            .unwrap_or_default()
    }

    /// The cache in a file, if it is one.
    pub(super) fn of(file: File, seal: u64) -> Option<Cache> {
        let mut header = [0; HEADER];
        let known = [MAGIC, seal.to_le_bytes()].concat();
        if !read_at(&file, 0, &mut header) || !header.starts_with(&known) {
            return None;
        }
        let mut index = Vec::new();
        Place::from_bytes(header.last_chunk()?)?.read(&file, &mut index)?;
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < index.len() {
            let (place, rest) = index.get(at..)?.split_first_chunk()?;
            let [folder, first, ..] = rest.as_chunks().0 else { return None };
            let behind = at + PLACE + 4;
            let folder = behind..behind + usize::from(u16::from_le_bytes(*folder));
            let first = folder.end..folder.end + usize::from(u16::from_le_bytes(*first));
            index.get(first.clone())?;
            at = first.end;
            pieces.push(Piece { place: Place::from_bytes(place)?, folder, first });
        }
        Some(Cache { file: Some(file), index, pieces })
    }

    /// Goes to a folder; rows are looked up there from now on.
    pub fn enter(&self, cursor: &mut Cursor, folder: &Path) {
        let folder = folder.as_os_str().as_encoded_bytes();
        let start = self.pieces.partition_point(|piece| &self.index[piece.folder.clone()] < folder);
        let here = self.pieces[start..]
            .partition_point(|piece| &self.index[piece.folder.clone()] == folder);
        cursor.folder = start..start + here;
        if cursor.piece.is_some_and(|piece| !cursor.folder.contains(&piece)) {
            cursor.piece = None;
            cursor.bytes.clear();
        }
    }

    /// What is remembered of a file of the folder.
    pub fn find<'c>(&self, cursor: &'c mut Cursor, name: &OsStr) -> Option<Found<'c>> {
        let name = name.as_encoded_bytes();
        let at_hand = cursor.row().is_some_and(|row| row.name == name);
        if !at_hand {
            self.seek(cursor, name)?;
        }
        let start = cursor.at;
        let row = Row::first(cursor.bytes.get(start..)?)?;
        cursor.at += row.length();
        let at = RowAt { piece: cursor.piece?, bytes: start..cursor.at };
        Some(Found { row: at, stamp: Stamp::from_bytes(row.stamp)?, text: row.text })
    }

    /// The same for who asks only once, and keeps the text.
    pub fn take(&self, folder: &Path, name: &OsStr, stamp: Stamp) -> Option<(RowAt, Vec<u8>)> {
        let mut cursor = Cursor::default();
        self.enter(&mut cursor, folder);
        let (row, text) = self.find(&mut cursor, name)?.if_still(stamp)?;
        let start = row.bytes.end - text.len();
        cursor.bytes.truncate(row.bytes.end);
        cursor.bytes.drain(..start);
        Some((row, cursor.bytes))
    }

    /// Goes to the row of a name.
    fn seek(&self, cursor: &mut Cursor, name: &[u8]) -> Option<()> {
        let pieces = &self.pieces[cursor.folder.clone()];
        let behind = pieces.partition_point(|piece| &self.index[piece.first.clone()] <= name);
        let piece = cursor.folder.start + behind.checked_sub(1)?;
        cursor.at = 0;
        if cursor.piece != Some(piece) {
            self.load(cursor, piece);
        }
        loop {
            let row = cursor.row()?;
            match row.name.cmp(name) {
                std::cmp::Ordering::Less => cursor.at += row.length(),
                std::cmp::Ordering::Equal => return Some(()),
                std::cmp::Ordering::Greater => return None,
            }
        }
    }

    /// The length of all its pieces.
    pub(super) fn length(&self) -> u64 {
        self.pieces.iter().map(|piece| u64::from(piece.place.length)).sum()
    }

    pub(super) fn load(&self, cursor: &mut Cursor, piece: usize) {
        let read = self.file.as_ref().zip(self.pieces.get(piece));
        let whole = read.and_then(|(file, piece)| piece.place.read(file, &mut cursor.bytes));
        cursor.piece = Some(piece);
        cursor.torn |= whole.is_none();
    }
}

impl Cursor {
    /// The row that stands here.
    fn row(&self) -> Option<Row<'_>> {
        Row::first(self.bytes.get(self.at..)?)
    }
}

/// A plain file; links are not followed.
fn plain_file(path: &Path) -> Option<File> {
    let plain = fs::symlink_metadata(path).ok()?.is_file();
    File::open(path).ok().filter(|_| plain)
}
