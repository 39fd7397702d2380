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
//! check each before they believe a row of it. A file of ours may be read while another command puts a
//! new one in its place: it is written beside it and renamed.

use super::root::PRIVATE;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The folder of caches, below the ledger's private one.
const FOLDER: &str = "cache";
/// The first bytes, and the version of all that follows them.
const MAGIC: [u8; 8] = *b"crmrows2";
/// Magic, seal, and where the index is.
const HEADER: usize = 8 + 8 + 16;
/// Where a piece or the index begins, its length and its checksum.
const PLACE: usize = 8 + 4 + 4;
/// Stamp, length of the name, length of the text.
const ROW: usize = 4 * 8 + 2 + 4;
/// Pieces are about so long: little beside the memory next to a processor, much beside a call of the system.
const PIECE: usize = 16 * 1024;
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

/// What was remembered, as it stands in its file.
#[derive(Debug, Default)]
pub struct Cache {
    file: Option<File>,
    index: Vec<u8>,
    /// By folder and first name.
    pieces: Vec<Piece>,
}

/// Rows that stand together in the file.
#[derive(Debug)]
struct Piece {
    place: Place,
    /// Where the index names its folder, and its first row.
    folder: Range<usize>,
    first: Range<usize>,
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

/// Which row of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowAt {
    piece: usize,
    bytes: Range<usize>,
}

/// Where somebody looks rows up. Who asks for one after the other in the order of names has each at hand.
#[derive(Debug, Default)]
pub struct Cursor {
    /// The pieces of the folder.
    folder: Range<usize>,
    /// The one that was read; none of it is left if it is not whole.
    piece: Option<usize>,
    bytes: Vec<u8>,
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

impl Cache {
    /// The cache of a name, if there is one of this seal.
    pub fn open(root: &Path, name: &str, seal: u64) -> Cache {
        plain_file(&root.join(PRIVATE).join(FOLDER).join(name))
            .and_then(|file| Cache::of(file, seal))
            .unwrap_or_default()
    }

    /// The cache in a file, if it is one.
    fn of(file: File, seal: u64) -> Option<Cache> {
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

    fn load(&self, cursor: &mut Cursor, piece: usize) {
        let read = self.file.as_ref().zip(self.pieces.get(piece));
        let whole = read.and_then(|(file, piece)| piece.place.read(file, &mut cursor.bytes));
        cursor.piece = Some(piece);
        cursor.torn |= whole.is_none();
    }

    /// Puts rows, some of them kept of this cache, in the place of what was remembered under a name. Who may
    /// not write here, or has no room, remembers nothing: that is no error of the command.
    pub fn replace(&self, root: &Path, name: &str, seal: u64, rows: &[Rows]) {
        let _ = write(root, name, |file| self.write_rows(file, seal, rows));
    }

    fn write_rows(&self, file: &mut File, seal: u64, rows: &[Rows]) -> io::Result<()> {
        let spans = rows.iter().flat_map(|rows| rows.spans.iter().map(move |span| (rows, span)));
        let mut spans: Vec<(&Rows, &Span)> = spans.collect();
        spans.sort_by(|(_, a), (_, b)| (&a.folder, &a.first).cmp(&(&b.folder, &b.first)));
        file.write_all(&[0; HEADER])?;
        let mut pieces = Pieces::behind_header(&mut *file);
        let mut cursor = Cursor::default();
        for (rows, span) in spans {
            let bytes = match &span.rows {
                Source::New(range) => rows.new.get(range.clone()),
                Source::Kept(RowAt { piece, bytes }) => {
                    if cursor.piece != Some(*piece) {
                        self.load(&mut cursor, *piece);
                    }
                    cursor.bytes.get(bytes.clone())
                }
            };
            let mut rest = bytes.unwrap_or_default();
            while let Some(row) = Row::first(rest) {
                let (row, behind) = rest.split_at(row.length());
                pieces.add(&span.folder, row)?;
                rest = behind;
            }
        }
        let index = pieces.finish()?;
        // The header comes last: a file that is being written is none.
        file.rewind()?;
        file.write_all(&[&MAGIC[..], &seal.to_le_bytes(), &index.to_bytes()].concat())
    }
}

impl Cursor {
    /// The row that stands here.
    fn row(&self) -> Option<Row<'_>> {
        Row::first(self.bytes.get(self.at..)?)
    }
}

/// Rows to be written: those that were kept and those that are new, in the order in which they came.
#[derive(Debug, Default)]
pub struct Rows {
    folder: Vec<u8>,
    spans: Vec<Span>,
    new: Vec<u8>,
    /// The next row does not go on where the last one ended.
    apart: bool,
}

/// Rows of one folder, in the order of names and with none between them.
#[derive(Debug)]
struct Span {
    folder: Vec<u8>,
    first: Vec<u8>,
    rows: Source,
}

#[derive(Debug)]
enum Source {
    New(Range<usize>),
    Kept(RowAt),
}

impl Rows {
    /// Rows of this folder follow, each batch of them in the order of names.
    pub fn begin(&mut self, folder: &Path) {
        folder.as_os_str().as_encoded_bytes().clone_into(&mut self.folder);
        self.apart = true;
    }

    /// Adds what is remembered of a file from now on.
    pub fn push(&mut self, name: &OsStr, stamp: Stamp, text: &[u8]) {
        let name = name.as_encoded_bytes();
        let lengths = (u16::try_from(name.len()), u32::try_from(text.len()));
        let (Ok(name_length), Ok(text_length)) = lengths else { return };
        let start = self.new.len();
        self.new.extend(stamp.to_bytes());
        self.new.extend(name_length.to_le_bytes());
        self.new.extend(text_length.to_le_bytes());
        self.new.extend_from_slice(name);
        self.new.extend_from_slice(text);
        let end = self.new.len();
        match self.spans.last_mut() {
            Some(Span { rows: Source::New(range), .. }) if !self.apart => range.end = end,
            _ => self.begin_span(name, Source::New(start..end)),
        }
    }

    /// Adds a row that was found.
    pub fn keep(&mut self, name: &OsStr, row: RowAt) {
        match self.spans.last_mut() {
            Some(Span { rows: Source::Kept(last), .. })
                if !self.apart && last.piece == row.piece && last.bytes.end == row.bytes.start =>
            {
                last.bytes.end = row.bytes.end;
            }
            _ => self.begin_span(name.as_encoded_bytes(), Source::Kept(row)),
        }
    }

    fn begin_span(&mut self, first: &[u8], rows: Source) {
        self.apart = false;
        self.spans.push(Span { folder: self.folder.clone(), first: first.to_vec(), rows });
    }
}

/// Puts rows into pieces.
struct Pieces<W: Write> {
    out: BufWriter<W>,
    at: u64,
    piece: Vec<u8>,
    /// What the index will say of the piece behind its place.
    title: Vec<u8>,
    folder: Vec<u8>,
    index: Vec<u8>,
}

impl<W: Write> Pieces<W> {
    fn behind_header(out: W) -> Pieces<W> {
        let (piece, title, index) = (Vec::new(), Vec::new(), Vec::new());
        let out = BufWriter::new(out);
        Pieces { out, at: HEADER as u64, piece, title, folder: Vec::new(), index }
    }

    fn add(&mut self, folder: &[u8], row: &[u8]) -> io::Result<()> {
        if self.piece.len() + row.len() > PIECE || self.folder != folder {
            self.end_piece()?;
            folder.clone_into(&mut self.folder);
        }
        if self.piece.is_empty() {
            let first = Row::first(row).map(|row| row.name).unwrap_or_default();
            let length = |bytes: &[u8]| u16::try_from(bytes.len()).map_err(io::Error::other);
            self.title.extend(length(folder)?.to_le_bytes());
            self.title.extend(length(first)?.to_le_bytes());
            self.title.extend_from_slice(folder);
            self.title.extend_from_slice(first);
        }
        self.piece.extend_from_slice(row);
        Ok(())
    }

    fn end_piece(&mut self) -> io::Result<()> {
        if !self.piece.is_empty() {
            let piece = std::mem::take(&mut self.piece);
            let place = self.put(&piece)?;
            self.index.extend(place.to_bytes());
            self.index.append(&mut self.title);
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<Place> {
        let place = Place::of(self.at, bytes).ok_or(io::ErrorKind::FileTooLarge)?;
        self.out.write_all(bytes)?;
        self.at += u64::from(place.length);
        Ok(place)
    }

    /// Where the index is.
    fn finish(mut self) -> io::Result<Place> {
        self.end_piece()?;
        let index = std::mem::take(&mut self.index);
        let place = self.put(&index)?;
        self.out.flush()?;
        Ok(place)
    }
}

/// A plain file; links are not followed.
fn plain_file(path: &Path) -> Option<File> {
    let plain = fs::symlink_metadata(path).ok()?.is_file();
    File::open(path).ok().filter(|_| plain)
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

fn write(
    root: &Path,
    name: &str,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let private = root.join(PRIVATE);
    let folder = private.join(FOLDER);
    if private.is_symlink() || folder.is_symlink() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    fs::create_dir_all(&folder)?;
    // Never in git, even where nobody has told git so.
    if let Ok(mut ignore) = create_new(&folder.join(".gitignore")) {
        ignore.write_all(b"*\n")?;
    }
    // Always of one name, so that who is killed here leaves nothing that another does not take away. Two at
    // once may spoil each other's, which the checksums tell.
    let beside = folder.join(format!("{name}.new"));
    let _ = fs::remove_file(&beside);
    let written = create_new(&beside).and_then(|mut file| content(&mut file));
    let placed = written.and_then(|()| fs::rename(&beside, folder.join(name)));
    if placed.is_err() {
        let _ = fs::remove_file(&beside);
    }
    placed
}

/// A file that is not there yet; never through a link.
fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stamp(n: u64) -> Stamp {
        Stamp { size: n, modified: 2, changed: 3, inode: 4 }
    }

    /// Names come in any length, and in two folders.
    fn name(n: u64) -> (&'static Path, String) {
        (Path::new(["a", "a/b"][n as usize % 2]), format!("{:0>1$}", n, 4 + n as usize % 90))
    }

    /// The bytes of a cache of so many rows, put there by two threads.
    fn cache(count: u64) -> Vec<u8> {
        let mut names: Vec<_> = (0..count).map(|n| (name(n), n)).collect();
        names.sort();
        let mut parts = [Rows::default(), Rows::default()];
        for (batch, rows) in names.chunks(50).enumerate() {
            let part = &mut parts[batch % 2];
            for ((folder, name), n) in rows {
                if part.folder != folder.as_os_str().as_encoded_bytes() || part.apart {
                    part.begin(folder);
                }
                part.push(name.as_ref(), stamp(*n), &n.to_le_bytes());
            }
            part.apart = true;
        }
        bytes_of(&Cache::default(), &parts)
    }

    fn bytes_of(old: &Cache, rows: &[Rows]) -> Vec<u8> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        old.write_rows(file.as_file_mut(), 9, rows).unwrap();
        fs::read(file.path()).unwrap()
    }

    fn opened(bytes: &[u8], seal: u64) -> Option<Cache> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Cache::of(file, seal)
    }

    /// What is found of a row, with a cursor that was elsewhere before.
    fn found(cache: &Cache, cursor: &mut Cursor, n: u64) -> Option<(RowAt, Vec<u8>)> {
        let (folder, name) = name(n);
        cache.enter(cursor, folder);
        let found = cache.find(cursor, name.as_ref())?.if_still(stamp(n));
        found.map(|(row, text)| (row, text.to_vec()))
    }

    #[test]
    fn what_is_put_in_is_found_under_its_stamp_only() {
        for count in [0, 1, 2, 1000] {
            let cache = opened(&cache(count), 9).unwrap();
            assert!(count < 1000 || cache.pieces.len() > 4);
            let cursor = &mut Cursor::default();
            for n in (0..count).chain((0..count).rev().step_by(7)) {
                assert_eq!(found(&cache, cursor, n).unwrap().1, n.to_le_bytes());
                let (folder, name) = name(n);
                let row = cache.find(cursor, name.as_ref()).unwrap();
                assert!(row.if_still(stamp(n + 1)).is_none());
                assert!(cache.find(cursor, (name + "0").as_ref()).is_none());
                cache.enter(cursor, &folder.join("c"));
                assert!(cache.find(cursor, "0000".as_ref()).is_none());
            }
            assert!(found(&cache, cursor, count).is_none());
            assert!(!cursor.torn);
        }
        assert!(opened(&cache(3), 8).is_none(), "another seal");
        assert!(found(&Cache::default(), &mut Cursor::default(), 0).is_none());
    }

    #[test]
    fn rows_are_kept_beside_new_ones() {
        let count = 1000;
        let old = opened(&cache(count), 9).unwrap();
        // Every seventh is gone, every eleventh is new.
        let mut names: Vec<_> = (0..count).filter(|n| n % 7 > 0).map(|n| (name(n), n)).collect();
        names.sort();
        let (mut rows, mut cursor) = (Rows::default(), Cursor::default());
        for ((folder, name), n) in &names {
            if rows.folder != folder.as_os_str().as_encoded_bytes() {
                rows.begin(folder);
            }
            match found(&old, &mut cursor, *n).filter(|_| n % 11 > 0) {
                Some((row, _)) => rows.keep(name.as_ref(), row),
                None => rows.push(name.as_ref(), stamp(*n), b"new"),
            }
        }
        assert!(rows.spans.len() < names.len() / 2);
        let cache = opened(&bytes_of(&old, &[rows]), 9).unwrap();
        for n in 0..count {
            let text = found(&cache, &mut cursor, n).map(|(_, text)| text);
            let expected = if n % 11 > 0 { n.to_le_bytes().to_vec() } else { b"new".to_vec() };
            assert_eq!(text, Some(expected).filter(|_| n % 7 > 0));
        }
    }

    #[test]
    fn a_file_settles_in_two_seconds() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let stamp = Stamp { size: 0, modified: 10_000_000_000, changed: 20_000_000_000, inode: 0 };
        assert!(!stamp.is_settled(at(22)));
        assert!(stamp.is_settled(at(23)));
        assert!(!stamp.is_settled(UNIX_EPOCH));
    }

    proptest! {
        /// Cut short or changed by one byte, each row is what it was or not there.
        #[test]
        fn what_is_torn_is_not_believed(cut: usize, at: usize, bit in 0u32..8) {
            let whole = cache(300);
            let mut changed = whole.clone();
            let at = at % whole.len();
            changed[at] ^= 1 << bit;
            for bytes in [&whole[..cut % whole.len()], &changed] {
                let cursor = &mut Cursor::default();
                let left = opened(bytes, 9).map(|cache| {
                    (0..300).filter_map(|n| Some((n, found(&cache, cursor, n)?.1))).collect::<Vec<_>>()
                });
                let left = left.unwrap_or_default();
                prop_assert!(left.iter().all(|(n, text)| *text == n.to_le_bytes()));
                prop_assert!(left.len() < 300);
                prop_assert!(left.is_empty() || cursor.torn);
            }
        }

        /// Even one that was made up with the right checksums gives no panic, and ends.
        #[test]
        fn what_is_made_up_does_no_harm(
            piece in prop::collection::vec(any::<u8>(), 0..200),
            index in prop::collection::vec(any::<u8>(), 0..200),
            lengths in (0u16..4, 0u16..8, any::<bool>()),
            n: u64,
        ) {
            let mut piece = piece;
            if lengths.2 && piece.len() > ROW {
                // A row that has a text.
                piece[32..ROW].copy_from_slice(&[lengths.0 as u8, 0, 3, 0, 0, 0]);
            }
            let at = (HEADER as u64, HEADER as u64 + piece.len() as u64);
            let mut listed = Place::of(at.0, &piece).unwrap().to_bytes().to_vec();
            listed.extend(lengths.0.to_le_bytes());
            listed.extend(lengths.1.to_le_bytes());
            listed.extend(&index);
            for index in [index, listed] {
                let place = Place::of(at.1, &index).unwrap().to_bytes();
                let bytes = [&MAGIC[..], &9u64.to_le_bytes(), &place, &piece, &index].concat();
                if let Some(cache) = opened(&bytes, 9) {
                    let cursor = &mut Cursor::default();
                    let _ = found(&cache, cursor, n);
                    for at in 0..cache.pieces.len() {
                        let folder = &cache.index[cache.pieces[at].folder.clone()];
                        let folder = String::from_utf8_lossy(folder).into_owned();
                        cache.enter(cursor, Path::new(&folder));
                        let _ = cache.find(cursor, "~".as_ref());
                        let _ = cache.find(cursor, "".as_ref());
                    }
                }
            }
        }
    }
}
