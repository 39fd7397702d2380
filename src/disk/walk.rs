//! A walk through every prospect's file: listed in batches that several threads take in turn, and opened
//! from the folder it lies in.

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::cache::{Cache, RowAt, Stamp};
use crate::disk::ledger::{Ledger, MAX_FILE, symlink};
use crate::disk::listing::{Kind, Listing, Names, contents};
use crate::disk::remembered::ITSELF;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    pub names: Names,
}

/// A walk through every `.toml` file below a folder. Hidden files are left out, links not followed.
/// Git's ignore rules do not decide what a ledger holds.
#[derive(Debug)]
pub struct Walk<'l> {
    ledger: &'l Ledger,
    open: Vec<(Arc<Folder>, Listing)>,
    below: Vec<PathBuf>,
    known: Option<&'l Cache>,
    /// What lies in which folder, for whoever remembers it.
    pub listed: Listed,
    /// What could not be followed or listed.
    pub problems: Vec<Diagnostic>,
}

/// What a walk can say about folders.
#[derive(Debug, Default)]
pub struct Listed {
    /// All of them, where folders are remembered.
    pub folders: Vec<Known>,
    /// How many files there are in all.
    pub files: usize,
}

/// A folder of which it is known what lies in it.
#[derive(Debug)]
pub struct Known {
    /// Relative to the ledger's root.
    pub path: PathBuf,
    /// What lies in it, as [`contents`] has it.
    pub contents: Arc<Vec<u8>>,
    /// Where that was remembered; `None` where it was listed.
    pub row: Option<RowAt>,
    /// The stamp from before it was listed.
    pub stamp: Option<Stamp>,
}

impl<'l> Walk<'l> {
    /// Begins at a folder of the ledger; one that is not there has no files. Folders are listed from memory
    /// where the cache knows them.
    pub fn new(ledger: &'l Ledger, folder: &Path, known: Option<&'l Cache>) -> Walk<'l> {
        let mut walk = Walk {
            ledger,
            open: Vec::new(),
            below: Vec::new(),
            known,
            listed: Listed::default(),
            problems: Vec::new(),
        };
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
            let mut names = Names::default();
            let mut beside = |name: &OsStr, kind| match kind {
                Kind::Folder => self.below.push(folder.file(name)),
                Kind::Link => self.problems.push(symlink(&self.ledger.show(&folder.file(name)))),
                Kind::File | Kind::Other => {}
            };
            let mut more = || entries.more(&mut names, &mut beside);
            // A small folder is done with one batch.
            let more = more().and_then(|any| Ok(any && more()?));
            if !matches!(more, Ok(true)) {
                self.open.pop();
            }
            if let Err(error) = more {
                self.problems.push(unlisted(self.ledger, &folder.path, &error));
            }
            if !names.is_empty() {
                self.listed.files += names.len();
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
        let opened = Folder::open(path.clone(), &absolute).and_then(|folder| {
            let listing = self.listing(&folder, &absolute)?;
            Ok((Arc::new(folder), listing))
        });
        match opened {
            Ok(open) => self.open.push(open),
            Err(error) => self.problems.push(unlisted(self.ledger, &path, &error)),
        }
    }

    /// What lies in a folder: known already, or, where folders are remembered, listed as a whole.
    fn listing(&mut self, folder: &Folder, absolute: &Path) -> std::io::Result<Listing> {
        let Some(known) = self.known else { return Listing::open(absolute) };
        let stamp = folder.own_stamp();
        let remembered = |stamp| known.take(&folder.path, ITSELF.as_ref(), stamp);
        let (row, contents) = match stamp.and_then(remembered) {
            Some((row, contents)) => (Some(row), contents),
            None => (None, contents(absolute)?),
        };
        let contents = Arc::new(contents);
        let listing = Listing::known(Arc::clone(&contents));
        self.listed.folders.push(Known { path: folder.path.clone(), contents, row, stamp });
        Ok(listing)
    }
}

impl Folder {
    #[cfg(unix)]
    fn open(path: PathBuf, absolute: &Path) -> std::io::Result<Folder> {
        Ok(Folder { path, handle: std::fs::File::open(absolute)? })
    }

    #[cfg(not(unix))]
    fn open(path: PathBuf, absolute: &Path) -> std::io::Result<Folder> {
        Ok(Folder { path, absolute: absolute.to_owned() })
    }

    /// The same folder, opened once more: threads that share one handle wait for each other.
    #[cfg(unix)]
    pub fn again(&self) -> std::io::Result<Folder> {
        use rustix::fs::{Mode, OFlags, openat};
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = openat(&self.handle, ".", flags, Mode::empty())?;
        Ok(Folder { path: self.path.clone(), handle: handle.into() })
    }

    /// The same where there are no handles.
    #[cfg(not(unix))]
    pub fn again(&self) -> std::io::Result<Folder> {
        Ok(Folder { path: self.path.clone(), absolute: self.absolute.clone() })
    }

    /// The path of a file of the folder, relative to the ledger's root.
    pub fn file(&self, name: &OsStr) -> PathBuf {
        let mut path = OsString::with_capacity(self.path.as_os_str().len() + 1 + name.len());
        path.push(&self.path);
        path.push(std::path::MAIN_SEPARATOR_STR);
        path.push(name);
        path.into()
    }

    /// The stamp of the folder itself: it changes with every name that comes or goes.
    #[cfg(unix)]
    fn own_stamp(&self) -> Option<Stamp> {
        rustix::fs::fstat(&self.handle).ok().and_then(|stat| stamp(&stat))
    }

    /// The stamp of a file of the folder; none of a link.
    #[cfg(unix)]
    #[inline]
    pub fn stamp(&self, name: &OsStr) -> Option<Stamp> {
        use rustix::fs::{AtFlags, FileType, statat};
        let stat = statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let plain = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        stamp(&stat).filter(|_| plain)
    }

    /// The same where nothing says when its state last changed: no folder has a stamp.
    #[cfg(not(unix))]
    fn own_stamp(&self) -> Option<Stamp> {
        None
    }

    /// And no file.
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

/// The stamp in what the system says of a file.
#[cfg(unix)]
fn stamp(stat: &rustix::fs::Stat) -> Option<Stamp> {
    let time = |seconds: i64, nanos: i64| seconds.checked_mul(1_000_000_000)?.checked_add(nanos);
    Some(Stamp {
        size: u64::try_from(stat.st_size).ok()?,
        modified: time(stat.st_mtime, i64::try_from(stat.st_mtime_nsec).ok()?)?,
        changed: time(stat.st_ctime, i64::try_from(stat.st_ctime_nsec).ok()?)?,
        inode: stat.st_ino,
    })
}

fn unlisted(ledger: &Ledger, folder: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::Unreadable, format!("cannot read a folder: {error}"))
        .at(Place::file(ledger.show(folder)))
}
