//! Writing: all or nothing, under a lock, through temporary files, fsync and rename. A kill at any
//! moment leaves every file old or new; a commit of several files that was cut short is finished by
//! the next one to open the ledger for writing or reading.

use super::load::symlink;
use super::root::{PRIVATE, link_on_the_way};
use crate::diag::{Code, Diagnostic, Place};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a command waits for another one to finish writing.
const LOCK_WAIT: Duration = Duration::from_secs(10);
/// So many files are made durable at the same time.
const STAGED_AT_ONCE: usize = 32;
const LOCK: &str = "lock";
const JOURNAL: &str = "journal";
const TEMPORARY: &str = "tmp";

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Relative to the ledger's root.
    pub path: PathBuf,
    /// The text it had; `None` = a new file.
    pub before: Option<String>,
    /// The text it gets.
    pub after: String,
}

/// The right to write a ledger: holds its lock until dropped.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    _lock: File,
}

impl Writer {
    /// Takes the ledger's lock, waiting at most ten seconds, and tidies up after a writer that died.
    pub fn open(root: &Path) -> Result<Writer, Diagnostic> {
        Writer::open_within(root, LOCK_WAIT)
    }

    /// The same, waiting at most so long.
    pub fn open_within(root: &Path, wait: Duration) -> Result<Writer, Diagnostic> {
        let private = root.join(PRIVATE);
        prepare(&private).map_err(|error| failed(&private, &error))?;
        let path = private.join(LOCK);
        let lock = lock(&path, wait)?;
        let writer = Writer { root: root.to_owned(), _lock: lock };
        writer.recover().map_err(|error| failed(&private, &error))?;
        Ok(writer)
    }

    /// Writes all changes or none.
    pub fn commit(&self, changes: &[Change]) -> Result<(), Diagnostic> {
        if changes.is_empty() {
            return Ok(());
        }
        let staged = self.stage(changes)?;
        if changes.len() > 1 {
            self.write_journal(&staged).map_err(|error| {
                self.discard();
                failed(&self.private(JOURNAL), &error)
            })?;
        }
        for (position, (temporary, target)) in staged.iter().enumerate() {
            if let Err(error) = fs::rename(temporary, target) {
                self.roll_back(&changes[..position]);
                self.discard();
                return Err(failed(target, &error));
            }
        }
        // From here on the new state stands; what is left is tidying and durability.
        self.sync(changes.iter().map(|change| change.path.as_path()));
        let _ = fs::remove_file(self.private(JOURNAL));
        Ok(())
    }

    /// Writes every new text to a temporary file and makes it durable.
    fn stage(&self, changes: &[Change]) -> Result<Vec<(PathBuf, PathBuf)>, Diagnostic> {
        use rayon::prelude::*;
        let stage_all = || {
            changes
                .par_iter()
                .enumerate()
                .map(|(number, change)| {
                    if let Some(link) = link_on_the_way(&self.root, &change.path) {
                        return Err(symlink(&link));
                    }
                    let target = self.root.join(&change.path);
                    let temporary = self.private(TEMPORARY).join(number.to_string());
                    stage_one(&temporary, &target, change)
                        .map_err(|error| failed(&target, &error))?;
                    Ok((temporary, target))
                })
                .collect::<Result<Vec<_>, Diagnostic>>()
        };
        // Whoever waits for the disk needs no processor: many waits at once are one wait for a file
        // system that commits them together.
        let waiting = changes.len().min(STAGED_AT_ONCE);
        let staged = if waiting > 1
            && let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(waiting).build()
        {
            pool.install(stage_all)
        } else {
            stage_all()
        };
        if staged.is_err() {
            self.discard();
        }
        staged
    }

    /// The list of renames, durable before the first of them: a line for each file.
    fn write_journal(&self, staged: &[(PathBuf, PathBuf)]) -> std::io::Result<()> {
        let mut text = String::new();
        for (number, (_, target)) in staged.iter().enumerate() {
            let relative = target.strip_prefix(&self.root).unwrap_or(target);
            let relative = relative
                .to_str()
                .filter(|path| !path.contains('\n'))
                .ok_or(std::io::ErrorKind::InvalidFilename)?;
            text.push_str(&format!("{number} {relative}\n"));
        }
        text.push_str("end\n");
        // What the journal promises must be on the disk before the journal is.
        sync_folder(&self.private(TEMPORARY));
        let temporary = self.private(TEMPORARY).join(JOURNAL);
        write_durably(&temporary, text.as_bytes())?;
        fs::rename(&temporary, self.private(JOURNAL))?;
        sync_folder(&self.root.join(PRIVATE));
        Ok(())
    }

    /// Puts the old texts back after a rename failed half-way.
    fn roll_back(&self, done: &[Change]) {
        for change in done {
            let target = self.root.join(&change.path);
            // Best effort: the error that led here is the one to report.
            let _ = match &change.before {
                Some(before) => {
                    let temporary = self.private(TEMPORARY).join("back");
                    write_durably(&temporary, before.as_bytes())
                        .and_then(|()| fs::rename(&temporary, &target))
                }
                None => fs::remove_file(&target),
            };
        }
    }

    /// Finishes a commit whose journal is whole, and removes what a dead writer left.
    fn recover(&self) -> std::io::Result<()> {
        let journal = self.private(JOURNAL);
        let mut text = String::new();
        if let Ok(mut file) = File::open(&journal) {
            file.read_to_string(&mut text)?;
            // Only a whole journal is obeyed; it is written in one rename, so another kind is foreign.
            if let Some(lines) = text.strip_suffix("end\n") {
                let entries = || lines.lines().filter_map(|line| line.split_once(' '));
                for (number, relative) in entries() {
                    let temporary = self.private(TEMPORARY).join(number);
                    if temporary.exists() && self.is_inside(Path::new(relative)) {
                        fs::rename(&temporary, self.root.join(relative))?;
                    }
                }
                self.sync(entries().map(|(_, relative)| Path::new(relative)));
            }
            fs::remove_file(&journal)?;
        }
        self.discard();
        Ok(())
    }

    /// Makes renames durable, in each file's folder.
    fn sync<'p>(&self, paths: impl Iterator<Item = &'p Path>) {
        let folders: BTreeSet<&Path> = paths.filter_map(Path::parent).collect();
        for folder in folders {
            sync_folder(&self.root.join(folder));
        }
    }

    /// A path of a journal may not lead out of the ledger.
    fn is_inside(&self, relative: &Path) -> bool {
        let names = relative.components().all(|part| matches!(part, Component::Normal(_)));
        names && link_on_the_way(&self.root, relative).is_none()
    }

    /// Removes all temporary files.
    fn discard(&self) {
        let _ = fs::remove_file(self.private(JOURNAL));
        if let Ok(entries) = fs::read_dir(self.private(TEMPORARY)) {
            for entry in entries.flatten() {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn private(&self, name: &str) -> PathBuf {
        self.root.join(PRIVATE).join(name)
    }
}

/// Finishes a commit that a dead writer left half done, before anybody reads. Costs one look at the
/// disk where there is none.
pub fn recover(root: &Path) -> Result<(), Diagnostic> {
    if root.join(PRIVATE).join(JOURNAL).exists() {
        Writer::open(root)?;
    }
    Ok(())
}

/// The private folder, which keeps itself out of git.
fn prepare(private: &Path) -> std::io::Result<()> {
    if private.join(TEMPORARY).is_dir() {
        return Ok(());
    }
    fs::create_dir_all(private.join(TEMPORARY))?;
    let ignore = private.join(".gitignore");
    if !ignore.exists() {
        write_durably(&ignore, b"*\n")?;
    }
    Ok(())
}

fn lock(path: &Path, wait: Duration) -> Result<File, Diagnostic> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|error| failed(path, &error))?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(failed(path, &error)),
            Err(TryLockError::WouldBlock) if started.elapsed() < wait => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => return Err(held(&mut file, path, wait)),
        }
    }
    // Who holds it, for whoever waits in vain. The lock itself is the operating system's and ends with
    // the process.
    let _ = file.set_len(0);
    let _ = file.write_all(format!("process {}", std::process::id()).as_bytes());
    Ok(file)
}

fn held(file: &mut File, path: &Path, wait: Duration) -> Diagnostic {
    let mut holder = String::new();
    let _ = file.take(100).read_to_string(&mut holder);
    let holder = if holder.trim().is_empty() { "another process".to_owned() } else { holder };
    Diagnostic::new(
        Code::Locked,
        format!("{holder} has been writing this ledger for more than {} seconds", wait.as_secs()),
    )
    .at(Place::file(path))
    .help("try again when it has finished; a process that died holds nothing")
}

fn stage_one(temporary: &Path, target: &Path, change: &Change) -> std::io::Result<()> {
    if let Some(folder) = target.parent().filter(|folder| !folder.is_dir()) {
        fs::create_dir_all(folder)?;
        folder.ancestors().skip(1).take(2).for_each(sync_folder);
    }
    write_durably(temporary, change.after.as_bytes())?;
    // A file keeps the permissions it had.
    if change.before.is_some() {
        let permissions = fs::metadata(target)?.permissions();
        if permissions.readonly() {
            return Err(std::io::ErrorKind::PermissionDenied.into());
        }
        fs::set_permissions(temporary, permissions)?;
    }
    Ok(())
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes renames in a folder durable, where the system can.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::WriteFailed, format!("{} cannot be written: {error}", path.display()))
        .help("nothing was changed; mend the disk or its permissions and run the command again")
}

/// Adds a line to a record outside the ledger, durably; it is never shortened.
pub fn append_line(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()
}

/// Writes a file outside the ledger (`-o`): new or old, never half. A link is followed, and what is no
/// file (`/dev/stdout`, a pipe) is written into, not replaced.
pub fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let followed = path.canonicalize();
    let path = followed.as_deref().unwrap_or(path);
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    // A temporary file is private; what somebody asked for is as readable as any file of theirs.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions =
            fs::metadata(path).map_or(fs::Permissions::from_mode(0o644), |m| m.permissions());
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
