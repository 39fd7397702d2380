//! Putting rows in the place of what was remembered before: into a file beside it, piece by piece while they
//! come, so that they need not be held until all are there.

use super::read::{Cache, Cursor, RowAt};
use super::{FOLDER, HEADER, MAGIC, PIECE, Place, Row, Stamp};
use crate::format::layout::PRIVATE;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A thread holds so many bytes of new rows before it writes them, so that small ledgers have no draft.
const MANY: usize = 64 * 1024;

/// What is to be remembered, as far as it has been written. The file is made for its first piece, and taken
/// away where it does not come to its place. Who may not write here, or has no room, remembers nothing: that
/// is no error of the command.
#[derive(Debug)]
pub struct Draft<'c> {
    old: &'c Cache,
    root: &'c Path,
    name: &'c str,
    seal: u64,
    /// So many bytes of new rows are enough to write, with those that were kept between them.
    pub(super) enough: usize,
    /// None could be made where it holds none.
    file: OnceLock<Option<File>>,
    /// Where the next piece goes. Each thread writes its own at once: the index gives them an order.
    end: AtomicU64,
}

impl Cache {
    /// Begins what shall be remembered in the place of this under a name. Where little is new, nothing is
    /// written before somebody knows that it is worth it.
    pub fn draft<'c>(&'c self, root: &'c Path, name: &'c str, seal: u64) -> Draft<'c> {
        let hundredth = usize::try_from(self.length() / 100).unwrap_or(usize::MAX);
        let (file, end) = (OnceLock::new(), AtomicU64::new(HEADER as u64));
        Draft { old: self, root, name, seal, enough: MANY.max(hundredth), file, end }
    }
}

impl Draft<'_> {
    /// Takes the rows of whole batches, if there are enough of them.
    pub fn take(&self, rows: &mut Rows) {
        if rows.new.len() >= self.enough {
            rows.write(self);
        }
    }

    /// Takes all that is left, and puts it in its place.
    pub fn finish(self, parts: impl IntoIterator<Item = Rows>) {
        let _ = self.place(parts);
    }

    fn place(&self, parts: impl IntoIterator<Item = Rows>) -> io::Result<()> {
        let mut pieces = Vec::new();
        for mut rows in parts {
            rows.write(self);
            if rows.lost {
                return Err(io::ErrorKind::WriteZero.into());
            }
            pieces.append(&mut rows.written);
        }
        pieces.sort_unstable_by(|a, b| (&a.folder, &a.first).cmp(&(&b.folder, &b.first)));
        let mut index = Vec::new();
        for piece in &pieces {
            index.extend(piece.place.to_bytes());
            for name in [&piece.folder, &piece.first] {
                index.extend(u16::try_from(name.len()).map_err(io::Error::other)?.to_le_bytes());
            }
            index.extend_from_slice(&piece.folder);
            index.extend_from_slice(&piece.first);
        }
        let index = self.put(&index)?;
        // The header comes last: a file that is being written is none.
        let header = [&MAGIC[..], &self.seal.to_le_bytes(), &index.to_bytes()].concat();
        write_at(self.file()?, 0, &header)?;
        if !self.is_beside() {
            return Err(io::ErrorKind::NotFound.into());
        }
        fs::rename(self.beside(), self.folder().join(self.name))
    }

    /// Writes a piece behind all others.
    fn put(&self, bytes: &[u8]) -> io::Result<Place> {
        let file = self.file()?;
        let start = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let place = Place::of(start, bytes).ok_or(io::ErrorKind::FileTooLarge)?;
        write_at(file, start, bytes)?;
        Ok(place)
    }

    fn file(&self) -> io::Result<&File> {
        let file = self.file.get_or_init(|| self.create().ok());
        file.as_ref().ok_or_else(|| io::ErrorKind::PermissionDenied.into())
    }

    fn create(&self) -> io::Result<File> {
        let (private, folder) = (self.root.join(PRIVATE), self.folder());
        if private.is_symlink() || folder.is_symlink() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        fs::create_dir_all(&folder)?;
        // Never in git, even where nobody has told git so.
        if let Ok(mut ignore) = create_new(&folder.join(".gitignore")) {
            ignore.write_all(b"*\n")?;
        }
        // Always of one name, so that who is killed here leaves nothing that another does not take away.
        // Of two at once the later one is left alone.
        let _ = fs::remove_file(self.beside());
        create_new(&self.beside())
    }

    fn folder(&self) -> PathBuf {
        self.root.join(PRIVATE).join(FOLDER)
    }

    fn beside(&self) -> PathBuf {
        self.folder().join(format!("{}.new", self.name))
    }

    /// Is it still this draft that lies there, and not somebody else's?
    fn is_beside(&self) -> bool {
        let own = self.file.get().and_then(Option::as_ref);
        own.is_some_and(|file| is_at(file, &self.beside()))
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if self.is_beside() {
            let _ = fs::remove_file(self.beside());
        }
    }
}

/// Rows to be written: those that were kept and those that are new, in the order in which they came; and
/// where those are that have been written.
#[derive(Debug, Default)]
pub struct Rows {
    pub(super) spans: Vec<Span>,
    new: Vec<u8>,
    written: Vec<Written>,
    /// Some of them could not be written.
    lost: bool,
}

#[derive(Debug)]
pub(super) enum Span {
    /// What follows is a batch of this folder.
    Batch(Vec<u8>),
    /// Rows behind each other.
    New(Range<usize>),
    /// Those of the old cache too.
    Kept(RowAt),
}

/// A piece, and what the index says of it.
#[derive(Debug)]
struct Written {
    folder: Vec<u8>,
    first: Vec<u8>,
    place: Place,
}

impl Rows {
    /// A batch of this folder follows, in the order of names and with none between them that another
    /// batch has.
    pub fn begin(&mut self, folder: &Path) {
        self.spans.push(Span::Batch(folder.as_os_str().as_encoded_bytes().to_vec()));
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
            Some(Span::New(range)) => range.end = end,
            _ => self.spans.push(Span::New(start..end)),
        }
    }

    /// Adds a row that was found.
    pub fn keep(&mut self, row: RowAt) {
        match self.spans.last_mut() {
            Some(Span::Kept(last))
                if last.piece == row.piece && last.bytes.end == row.bytes.start =>
            {
                last.bytes.end = row.bytes.end;
            }
            _ => self.spans.push(Span::Kept(row)),
        }
    }

    /// Writes them all, and has room for others.
    fn write(&mut self, draft: &Draft) {
        let written = self.write_spans(draft);
        self.lost |= written.is_err();
        self.spans.clear();
        self.new.clear();
    }

    fn write_spans(&mut self, draft: &Draft) -> io::Result<()> {
        let (folder, bytes) = (&[][..], Vec::new());
        let mut pieces = Pieces { draft, folder, bytes, written: &mut self.written };
        let mut cursor = Cursor::default();
        for span in &self.spans {
            let rows = match span {
                Span::Batch(folder) => {
                    // Another thread may have the names between two batches.
                    pieces.end()?;
                    pieces.folder = folder;
                    None
                }
                Span::New(range) => self.new.get(range.clone()),
                Span::Kept(RowAt { piece, bytes }) => {
                    if cursor.piece != Some(*piece) {
                        draft.old.load(&mut cursor, *piece);
                    }
                    cursor.bytes.get(bytes.clone())
                }
            };
            let mut rest = rows.unwrap_or_default();
            while let Some(row) = Row::first(rest) {
                let (row, behind) = rest.split_at(row.length());
                pieces.add(row)?;
                rest = behind;
            }
        }
        pieces.end()
    }
}

/// Puts rows into pieces, and those into a draft.
struct Pieces<'p> {
    draft: &'p Draft<'p>,
    folder: &'p [u8],
    /// The piece that rows are added to.
    bytes: Vec<u8>,
    written: &'p mut Vec<Written>,
}

impl Pieces<'_> {
    fn add(&mut self, row: &[u8]) -> io::Result<()> {
        if self.bytes.len() + row.len() > PIECE {
            self.end()?;
        }
        if row.len() > PIECE {
            return self.put(row);
        }
        self.bytes.extend_from_slice(row);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.bytes);
        if !bytes.is_empty() {
            self.put(&bytes)?;
            bytes.clear();
        }
        self.bytes = bytes;
        Ok(())
    }

    fn put(&mut self, piece: &[u8]) -> io::Result<()> {
        let place = self.draft.put(piece)?;
        let first = Row::first(piece).map(|row| row.name.to_vec()).unwrap_or_default();
        self.written.push(Written { folder: self.folder.to_vec(), first, place });
        Ok(())
    }
}

/// A file that is not there yet; never through a link.
fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Writes at a place of a file, whoever else writes at others.
#[cfg(unix)]
fn write_at(file: &File, start: u64, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, start)
}

/// The same where nothing is remembered.
#[cfg(not(unix))]
fn write_at(_: &File, _: u64, _: &[u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Does this file lie there?
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let known = file.metadata().and_then(|own| Ok((own, fs::symlink_metadata(path)?)));
    known.is_ok_and(|(own, there)| (own.dev(), own.ino()) == (there.dev(), there.ino()))
}

/// The same where nobody writes one.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}
