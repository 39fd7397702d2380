//! Listing the files of a folder and of those below it, in batches that several threads take in turn.

use super::cache::Stamp;
use super::load::{Ledger, MAX_FILE, symlink};
use crate::diag::{Code, Diagnostic, Place};
use std::ffi::{OsStr, OsString};
use std::fs::{DirEntry, ReadDir};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// So many files are handed out at a time: few enough that the last ones are shared fairly, enough
/// that threads seldom wait for each other.
const BATCH: usize = 128;

/// A folder whose files are being read.
#[derive(Debug)]
pub struct Folder {
    /// Relative to the ledger's root.
    pub path: PathBuf,
    /// Files are opened from here: the system need not find the way to the folder for each of them.
    #[cfg(unix)]
    handle: std::fs::File,
    #[cfg(not(unix))]
    absolute: PathBuf,
}

/// Files of one folder.
#[derive(Debug)]
pub struct Batch {
    /// Where they lie.
    pub folder: Arc<Folder>,
    /// Their names, in no order.
    pub names: Vec<OsString>,
}

/// A walk through every `.toml` file below a folder. Hidden files are left out, links not followed.
/// Git's ignore rules do not decide what a ledger holds.
#[derive(Debug)]
pub struct Walk<'l> {
    ledger: &'l Ledger,
    open: Vec<(Arc<Folder>, ReadDir)>,
    below: Vec<PathBuf>,
    /// What could not be followed or listed.
    pub problems: Vec<Diagnostic>,
}

impl<'l> Walk<'l> {
    /// Begins at a folder of the ledger; one that is not there has no files.
    pub fn new(ledger: &'l Ledger, folder: &Path) -> Walk<'l> {
        let mut walk = Walk { ledger, open: Vec::new(), below: Vec::new(), problems: Vec::new() };
        let top = ledger.root.join(folder);
        if top.is_symlink() {
            walk.problems.push(symlink(&ledger.show(folder)));
        } else if top.exists() {
            walk.below.push(folder.to_owned());
        }
        walk
    }

    /// The next files; `None` when there are no more.
    pub fn next_batch(&mut self) -> Option<Batch> {
        loop {
            let Some((folder, entries)) = self.open.last_mut() else {
                let next = self.below.pop()?;
                self.enter(next);
                continue;
            };
            let folder = Arc::clone(folder);
            let mut names = Vec::with_capacity(BATCH);
            let mut found = Vec::new();
            let mut ended = false;
            while names.len() < BATCH {
                match entries.next() {
                    Some(Ok(entry)) => {
                        let name = entry.file_name();
                        match kind(&entry, &name) {
                            Kind::File => names.push(name),
                            Kind::Other => {}
                            folder_or_link => found.push((folder_or_link, name)),
                        }
                    }
                    Some(Err(error)) => {
                        self.problems.push(unlisted(self.ledger, &folder.path, &error))
                    }
                    None => {
                        ended = true;
                        break;
                    }
                }
            }
            if ended {
                self.open.pop();
            }
            for (kind, name) in found {
                let path = folder.file(&name);
                match kind {
                    Kind::Link => self.problems.push(symlink(&self.ledger.show(&path))),
                    _ => self.below.push(path),
                }
            }
            if !names.is_empty() {
                return Some(Batch { folder, names });
            }
        }
    }

    /// Has everything been handed out?
    pub fn is_finished(&self) -> bool {
        self.open.is_empty() && self.below.is_empty()
    }

    fn enter(&mut self, path: PathBuf) {
        let absolute = self.ledger.root.join(&path);
        let opened = std::fs::read_dir(&absolute).and_then(|entries| {
            #[cfg(unix)]
            let folder = Folder { path: path.clone(), handle: std::fs::File::open(&absolute)? };
            #[cfg(not(unix))]
            let folder = Folder { path: path.clone(), absolute };
            Ok((Arc::new(folder), entries))
        });
        match opened {
            Ok(open) => self.open.push(open),
            Err(error) => self.problems.push(unlisted(self.ledger, &path, &error)),
        }
    }
}

impl Folder {
    /// The path of a file of the folder, relative to the ledger's root.
    pub fn file(&self, name: &OsStr) -> PathBuf {
        let mut path = OsString::with_capacity(self.path.as_os_str().len() + 1 + name.len());
        path.push(&self.path);
        path.push(std::path::MAIN_SEPARATOR_STR);
        path.push(name);
        path.into()
    }

    /// The stamp of a file of the folder; none of a link.
    #[cfg(unix)]
    pub fn stamp(&self, name: &OsStr) -> Option<Stamp> {
        use rustix::fs::{AtFlags, FileType, statat};
        let stat = statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let time =
            |seconds: i64, nanos: i64| seconds.checked_mul(1_000_000_000)?.checked_add(nanos);
        let plain = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        plain.then_some(Stamp {
            size: u64::try_from(stat.st_size).ok()?,
            modified: time(stat.st_mtime, i64::try_from(stat.st_mtime_nsec).ok()?)?,
            changed: time(stat.st_ctime, i64::try_from(stat.st_ctime_nsec).ok()?)?,
            inode: stat.st_ino,
        })
    }

    /// The same where files do not say when their state last changed: none has a stamp.
    #[cfg(not(unix))]
    pub fn stamp(&self, _: &OsStr) -> Option<Stamp> {
        None
    }

    /// Reads a file of the folder into a buffer that is used again and again. A link is an error, and
    /// what is not a plain file does not block. More than the largest file that is read is not taken.
    #[cfg(unix)]
    pub fn read(&self, name: &OsStr, buffer: &mut Vec<u8>) -> std::io::Result<()> {
        use rustix::buffer::spare_capacity;
        use rustix::fs::{Mode, OFlags, openat};
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = openat(&self.handle, name, flags, Mode::empty())?;
        buffer.clear();
        loop {
            if buffer.len() as u64 > MAX_FILE {
                return Err(std::io::ErrorKind::FileTooLarge.into());
            }
            buffer.reserve(FIRST_READ.max(buffer.len()));
            let room = buffer.capacity() - buffer.len();
            let read = rustix::io::read(&file, spare_capacity(buffer))?;
            // A plain file is read short only where it ends.
            if read < room {
                return Ok(());
            }
        }
    }

    /// The same where files cannot be opened from a folder.
    #[cfg(not(unix))]
    pub fn read(&self, name: &OsStr, buffer: &mut Vec<u8>) -> std::io::Result<()> {
        use std::io::Read;
        buffer.clear();
        let file = std::fs::File::open(self.absolute.join(name))?;
        file.take(MAX_FILE + 1).read_to_end(buffer)?;
        if buffer.len() as u64 > MAX_FILE {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        Ok(())
    }
}

/// Room for nearly every file.
#[cfg(unix)]
const FIRST_READ: usize = 16 * 1024;

/// What an entry of a folder is to the walk.
enum Kind {
    File,
    Folder,
    Link,
    Other,
}

fn kind(entry: &DirEntry, name: &OsStr) -> Kind {
    if name.as_encoded_bytes().starts_with(b".") {
        return Kind::Other;
    }
    match entry.file_type() {
        Ok(kind) if kind.is_symlink() => Kind::Link,
        Ok(kind) if kind.is_dir() => Kind::Folder,
        Ok(kind) if kind.is_file() && is_toml(name) => Kind::File,
        _ => Kind::Other,
    }
}

fn is_toml(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(b".toml")
}

fn unlisted(ledger: &Ledger, folder: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::Unreadable, format!("cannot read a folder: {error}"))
        .at(Place::file(ledger.show(folder)))
}
