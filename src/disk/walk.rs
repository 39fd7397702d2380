//! Lists the files of a ledger, in batches that several threads can read at a time, and opens a file from
//! the folder that holds it.

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::file::{MAX_FILE, is_out_of_files, symlink, too_many_files};
use crate::disk::ledger::Ledger;
use crate::disk::listing::{EntryKind, Listing};
use crate::format::layout::{ACTIVITY, JOURNALS, PRIVATE};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder whose files are being read.
#[derive(Debug)]
pub struct Folder {
    /// Relative to the ledger's root.
    pub path: PathBuf,
    /// Files are opened relative to this, so that the system does not resolve the folder for each file.
    #[cfg(unix)]
    handle: std::fs::File,
    #[cfg(not(unix))]
    absolute: PathBuf,
}

/// Files of one folder.
#[derive(Debug)]
pub struct Batch {
    /// The folder that holds them.
    pub folder: Arc<Folder>,
    /// Their names, in no order.
    pub names: Vec<OsString>,
}

/// A walk through every `.toml` file below a folder, or through every file of the ledger. Links are not followed, and
/// git's ignore rules are not looked at.
#[derive(Debug)]
pub struct Walk<'l> {
    ledger: &'l Ledger,
    which: Which,
    open: Vec<(Arc<Folder>, Listing)>,
    below: Vec<PathBuf>,
    /// The links that are not followed and the folders that could not be listed.
    pub problems: Vec<Diagnostic>,
    /// Of a walk through every file: the links, pipes, devices and other repositories.
    pub left_out: Vec<PathBuf>,
}

/// The files that a walk gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those that end in `.toml` and are not hidden.
    Toml,
    /// All but those of the private folder.
    All,
}

impl<'l> Walk<'l> {
    /// Begins at folders of the ledger. A folder that does not exist has no files.
    pub fn new(ledger: &'l Ledger, folders: &[&str]) -> Walk<'l> {
        let mut walk = Walk::of(ledger, Which::Toml);
        for folder in folders.iter().map(Path::new) {
            let top = ledger.root.join(folder);
            if top.is_symlink() {
                walk.problems.push(symlink(&ledger.show(folder)));
            } else if top.exists() {
                walk.below.push(folder.to_owned());
            }
        }
        walk
    }

    /// Begins at the root, for every file.
    pub fn everything(ledger: &'l Ledger) -> Walk<'l> {
        let mut walk = Walk::of(ledger, Which::All);
        walk.below.push(PathBuf::new());
        walk
    }

    fn of(ledger: &'l Ledger, which: Which) -> Walk<'l> {
        let (open, below, problems, left_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Walk { ledger, which, open, below, problems, left_out }
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
            let mut names = Vec::new();
            let (below, problems) = (&mut self.below, &mut self.problems);
            let (which, left_out) = (self.which, &mut self.left_out);
            let mut each = |name: &OsStr, kind| match (which, kind) {
                (Which::All, EntryKind::File) => names.push(name.to_owned()),
                (Which::All, EntryKind::Folder) if folder.file(name) == Path::new(PRIVATE) => {}
                (Which::All, EntryKind::Folder) if name != ".git" => below.push(folder.file(name)),
                (Which::All, _) => left_out.push(folder.file(name)),
                _ if name.as_encoded_bytes().starts_with(b".") => {}
                (_, EntryKind::File) if name.as_encoded_bytes().ends_with(b".toml") => {
                    names.push(name.to_owned());
                }
                (_, EntryKind::Folder) => below.push(folder.file(name)),
                (_, EntryKind::Link) => {
                    problems.push(symlink(&self.ledger.show(&folder.file(name))));
                }
                (_, EntryKind::File | EntryKind::Other) => {}
            };
            let mut more = || entries.more(&mut each);
            // A small folder is done with one batch.
            let more = more().and_then(|any| Ok(any && more()?));
            if !matches!(more, Ok(true)) {
                self.open.pop();
            }
            if let Err(error) = more {
                self.problems.push(unlisted(self.ledger, &folder.path, &error));
            }
            if !names.is_empty() {
                return Some(Batch { folder, names });
            }
        }
    }

    /// Is every file part of a batch by now?
    pub fn is_finished(&self) -> bool {
        self.open.is_empty() && self.below.is_empty()
    }

    fn enter(&mut self, path: PathBuf) {
        let absolute = self.ledger.root.join(&path);
        let opened = Folder::open(path.clone(), &absolute)
            .and_then(|folder| Ok((Arc::new(folder), Listing::open(&absolute)?)));
        match opened {
            Ok(open) => self.open.push(open),
            Err(error) => self.problems.push(unlisted(self.ledger, &path, &error)),
        }
    }
}

impl Ledger {
    /// The paths of all prospects and customers, sorted, relative to the root; and the links and folders that were left
    /// out.
    pub fn paths(&self) -> (Vec<PathBuf>, Vec<Diagnostic>) {
        self.files_below(&JOURNALS)
    }

    /// The paths of all `.toml` files below folders of the ledger, likewise.
    pub fn files_below(&self, folders: &[&str]) -> (Vec<PathBuf>, Vec<Diagnostic>) {
        if let Some(stored) = &self.stored {
            let (files, links) = stored.files_below(folders);
            return (files, links.iter().map(|link| symlink(&self.show(link))).collect());
        }
        let mut walk = Walk::new(self, folders);
        let mut paths = Vec::new();
        while let Some(Batch { folder, names }) = walk.next_batch() {
            paths.extend(names.iter().map(|name| folder.file(name)));
        }
        paths.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        (paths, walk.problems)
    }

    /// The paths of all reps' tally files, likewise.
    pub fn activity_paths(&self) -> (Vec<PathBuf>, Vec<Diagnostic>) {
        self.files_below(&[ACTIVITY])
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

    /// Opens the folder again, for another thread: threads that share one handle wait for each other.
    #[cfg(unix)]
    pub fn again(&self) -> std::io::Result<Folder> {
        use rustix::fs::{Mode, OFlags, openat};
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = openat(&self.handle, ".", flags, Mode::empty())?;
        Ok(Folder { path: self.path.clone(), handle: handle.into() })
    }

    /// Copies the folder where there are no handles.
    #[cfg(not(unix))]
    pub fn again(&self) -> std::io::Result<Folder> {
        Ok(Folder { path: self.path.clone(), absolute: self.absolute.clone() })
    }

    /// The path of a file of the folder, relative to the ledger's root.
    pub fn file(&self, name: &OsStr) -> PathBuf {
        if self.path.as_os_str().is_empty() {
            return name.into();
        }
        let mut path = OsString::with_capacity(self.path.as_os_str().len() + 1 + name.len());
        path.push(&self.path);
        path.push(std::path::MAIN_SEPARATOR_STR);
        path.push(name);
        path.into()
    }

    /// Reads a file of the folder into `buffer`, replacing its contents. Fails on a link and on a file larger
    /// than [`MAX_FILE`]; a pipe or device does not block.
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

    /// Reads a file by its path, where files cannot be opened relative to a folder.
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

/// Initial read size, in bytes; most files are smaller.
#[cfg(unix)]
const FIRST_READ: usize = 16 * 1024;

fn unlisted(ledger: &Ledger, folder: &Path, error: &std::io::Error) -> Diagnostic {
    if is_out_of_files(error) {
        return too_many_files().at(Place::file(ledger.show(folder)));
    }
    Diagnostic::new(
        Code::FolderUnreadable,
        words!("cannot read a folder", "无法读取文件夹").because(error),
    )
    .at(Place::file(ledger.show(folder)))
    .help(words!(
        "what is in it is in no answer: make it a folder that you may read",
        "其中的内容不在任何答案里：请使它成为您可以读取的文件夹"
    ))
}
