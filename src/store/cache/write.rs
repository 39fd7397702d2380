//! Putting rows in the place of what was remembered before.

use super::read::{Cache, Cursor, RowAt};
use super::{FOLDER, HEADER, MAGIC, PIECE, Place, Row, Stamp};
use crate::store::root::PRIVATE;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::ops::Range;
use std::path::Path;

impl Cache {
    /// Puts rows, some of them kept of this cache, in the place of what was remembered under a name. Who may
    /// not write here, or has no room, remembers nothing: that is no error of the command.
    pub fn replace(&self, root: &Path, name: &str, seal: u64, rows: &[Rows]) {
        let _ = write(root, name, |file| self.write_rows(file, seal, rows));
    }

    pub(super) fn write_rows(&self, file: &mut File, seal: u64, rows: &[Rows]) -> io::Result<()> {
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

/// Rows to be written: those that were kept and those that are new, in the order in which they came.
#[derive(Debug, Default)]
pub struct Rows {
    pub(super) folder: Vec<u8>,
    pub(super) spans: Vec<Span>,
    new: Vec<u8>,
    /// The next row does not go on where the last one ended.
    pub(super) apart: bool,
}

/// Rows of one folder, in the order of names and with none between them.
#[derive(Debug)]
pub(super) struct Span {
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
