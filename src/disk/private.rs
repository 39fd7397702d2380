//! The files that one clone keeps for itself beside a ledger: the lock, the journal of a commit under way, and new
//! texts until they are renamed.
//!
//! A file that a clone obeys must not be able to come with it. So lock and journal are in the git directory, which git
//! fills with nothing of another repository; a linked worktree has one of its own. Only where there is no git they
//! are in `.crm/`. New texts are in `.crm/tmp` in both cases, because the git directory may be on another file
//! system, and a rename crosses none: by themselves they mean nothing, the journal names those that count.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::disk::durable::{failed, sync_folder, write_durably};
use crate::disk::journal::fingerprint;
use crate::format::layout::PRIVATE;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a command waits for another one to finish writing.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(10);
const LOCK: &str = "lock";
const JOURNAL: &str = "journal";
const TEMPORARY: &str = "tmp";
const DRAFTS: &str = "edit";
const PAST: &str = "undo";
const VERIFIED: &str = "verified";
/// The folder in a git directory.
const IN_GIT: &str = "crm";

/// The repository that a folder is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The folder that holds `.git`.
    pub top: PathBuf,
    /// The git directory: `.git` itself, or the folder that a file `.git` names.
    pub git: PathBuf,
}

/// Finds the repository of a folder as git does, by walking up to the first `.git`, without starting git. A `.git`
/// that names a folder which does not exist counts: the folder is git's, but its state cannot be found.
pub fn repository_of(folder: &Path) -> Option<Repository> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find_map(|top| {
        let own = top.join(".git");
        let meta = fs::metadata(&own).ok()?;
        let git = if meta.is_dir() {
            own.join("HEAD").symlink_metadata().ok()?;
            own
        } else {
            let text = fs::read_to_string(&own).unwrap_or_default();
            top.join(text.strip_prefix("gitdir:").unwrap_or(".git").trim())
        };
        Some(Repository { top: top.to_owned(), git })
    })
}

/// Would git take this folder for a repository by itself? Then it reads the settings in it, which can start programs.
pub fn is_git_directory(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).symlink_metadata().is_ok();
    has("HEAD") && (has("commondir") || has("objects") && has("refs"))
}

/// The places of one ledger in one clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Private {
    /// `.crm` of the ledger.
    own: PathBuf,
    /// The folders of lock and journal, each made if it is missing; the last one has them.
    state: Vec<PathBuf>,
}

impl Private {
    /// The places of the ledger at `root`.
    pub fn of(root: &Path) -> Private {
        let own = root.join(PRIVATE);
        let Some(Repository { top, git }) = repository_of(root) else {
            return Private { state: vec![own.clone()], own };
        };
        let mut state = vec![git.join(IN_GIT)];
        // A repository can hold several ledgers.
        let root = root.canonicalize().unwrap_or_default();
        let below = root.strip_prefix(top).unwrap_or(&root).as_os_str();
        if !below.is_empty() {
            let name = format!("at-{:016x}", fingerprint(below.as_encoded_bytes()));
            state.push(state[0].join(name));
        }
        Private { own, state }
    }

    fn in_state(&self, name: &str) -> PathBuf {
        self.state.last().unwrap_or(&self.own).join(name)
    }

    /// The list of renames of a commit under way.
    pub fn journal(&self) -> PathBuf {
        self.in_state(JOURNAL)
    }

    /// The folder of the last writes, to take them back.
    pub fn past(&self) -> PathBuf {
        self.in_state(PAST)
    }

    /// The note of the last backup that was verified.
    pub fn verified(&self) -> PathBuf {
        self.in_state(VERIFIED)
    }

    /// The folder of the journal.
    pub fn journal_folder(&self) -> &Path {
        self.state.last().unwrap_or(&self.own)
    }

    /// The file that a writer locks.
    pub fn lock(&self) -> PathBuf {
        self.in_state(LOCK)
    }

    /// The folder of new texts.
    pub fn temporaries(&self) -> PathBuf {
        self.own.join(TEMPORARY)
    }

    /// A new text.
    pub fn temporary(&self, name: &str) -> PathBuf {
        self.temporaries().join(name)
    }

    /// The journal while it is written: beside its place, so that a rename puts it there.
    pub fn new_journal(&self) -> PathBuf {
        self.in_state("journal-new")
    }

    /// A journal in `.crm/` of a ledger that git keeps. An earlier version wrote it, or it came with a clone; nothing
    /// tells which, so it is not obeyed.
    pub fn foreign_journal(&self) -> Option<PathBuf> {
        let journal = self.own.join(JOURNAL);
        (journal != self.journal() && journal.symlink_metadata().is_ok()).then_some(journal)
    }

    /// The first of the places that is a symbolic link. Through it, tidying would delete, and the lock overwrite, files
    /// elsewhere.
    pub fn link(&self) -> Option<PathBuf> {
        let own = [self.own.clone(), self.temporaries()];
        let files = [self.lock(), self.journal(), self.new_journal(), self.past()];
        own.into_iter().chain(self.state.clone()).chain(files).find(|path| path.is_symlink())
    }

    /// Makes the folders; `.crm` keeps itself out of git. The folder of new texts is made last: if it exists, so do
    /// all.
    pub fn prepare(&self) -> std::io::Result<()> {
        let temporaries = self.temporaries();
        if temporaries.is_dir() && self.journal_folder().is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&self.own)?;
        let ignore = self.own.join(".gitignore");
        // An empty file was cut short, or another first writer is writing it: the later writer makes it again.
        while !fs::symlink_metadata(&ignore).is_ok_and(|meta| meta.is_symlink() || meta.len() > 0) {
            let _ = fs::remove_file(&ignore);
            match write_durably(&ignore, b"*\n", None) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                written => written?,
            }
        }
        // A git directory is never made here: where it is missing, the write fails.
        for folder in self.state.iter().chain([&temporaries]) {
            match fs::create_dir(folder) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        // A journal is worth nothing if its folder is not found after a power loss.
        let parents = [self.own.parent(), Some(&self.own)].into_iter().flatten();
        parents.chain(self.state.iter().filter_map(|f| f.parent())).try_for_each(sync_folder)
    }
}

/// The folder of texts that are being edited. It is made if it is missing.
pub fn drafts(root: &Path) -> std::io::Result<PathBuf> {
    let private = Private::of(root);
    if let Some(link) = private.link() {
        let message = format!("{} is a symbolic link", link.display());
        return Err(std::io::Error::other(message));
    }
    private.prepare()?;
    let folder = private.in_state(DRAFTS);
    match fs::create_dir(&folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(folder),
    }
}

/// The folder of texts that are being edited, which may be missing.
pub fn drafts_as_they_are(root: &Path) -> PathBuf {
    Private::of(root).in_state(DRAFTS)
}

/// Takes the lock, waiting at most `wait`.
pub(super) fn lock(path: &Path, wait: Duration) -> Result<File, Diagnostic> {
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let failed = |error: std::io::Error| failed(path, &error);
    let file = open.map_err(failed)?;
    let mut file = match file.try_lock() {
        Ok(()) => file,
        Err(TryLockError::Error(error)) => return Err(failed(error)),
        Err(TryLockError::WouldBlock) => match queue(file, wait) {
            Some(locked) => locked.map_err(failed)?,
            None => return Err(held(path, wait)),
        },
    };
    // The holder's name, for the message of a process that waits in vain. The lock itself belongs to the operating
    // system and ends with the process.
    let _ = file.set_len(0);
    let _ = file.write_all(format!("process {}", std::process::id()).as_bytes());
    Ok(file)
}

/// Waits for a lock in the system's own queue, which is first come, first served: among many writers, one that only
/// polls could wait for long. Returns `None` if the lock is not free in time.
fn queue(file: File, wait: Duration) -> Option<std::io::Result<File>> {
    if wait.is_zero() {
        return None;
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    // If the lock comes too late, the file has no receiver: it is closed, and the lock is free.
    std::thread::spawn(move || sender.send(file.lock().map(|()| file)));
    receiver.recv_timeout(wait).ok()
}

/// That another process holds the lock.
pub(super) fn held(path: &Path, wait: Duration) -> Diagnostic {
    let mut holder = String::new();
    let _ = File::open(path).and_then(|file| file.take(100).read_to_string(&mut holder));
    let holder = match holder.trim() {
        "" => words!("another process", "另一进程"),
        holder => Words::both(holder, holder),
    };
    let seconds = wait.as_secs();
    let message = Words::both(
        format!("{} has been writing this ledger for more than {seconds} seconds", holder.en()),
        format!("{} 写入本账本已超过 {seconds} 秒", holder.zh()),
    );
    Diagnostic::new(Code::Locked, message).at(Place::file(path)).help(words!(
        "try again when that process has finished; a process that was killed leaves no lock",
        "请等该进程结束后重试；已中止的进程不会占用锁"
    ))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests lay out their own files")]
mod tests {
    use super::*;

    #[test]
    fn many_first_writers_prepare_a_ledger() {
        for round in 0..50 {
            let folder = tempfile::tempdir().unwrap();
            if round % 2 == 0 {
                fs::create_dir(folder.path().join(".git")).unwrap();
                fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
            }
            let private = Private::of(folder.path());
            std::thread::scope(|scope| {
                let work: Vec<_> = (0..8).map(|_| scope.spawn(|| private.prepare())).collect();
                work.into_iter().for_each(|work| work.join().unwrap().unwrap());
            });
            assert_eq!(fs::read(folder.path().join(".crm/.gitignore")).unwrap(), b"*\n");
            assert_eq!(folder.path().join(".git/crm").is_dir(), round % 2 == 0);
        }
    }

    #[test]
    fn the_git_directory_of_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let below = top.join("a/sales");
        fs::create_dir_all(&below).unwrap();
        assert_eq!(Private::of(&below).journal(), below.join(".crm/journal"));
        // An empty `.git` is none: git walks on.
        fs::create_dir(top.join(".git")).unwrap();
        fs::create_dir(below.join(".git")).unwrap();
        assert_eq!(repository_of(&below), None);
        fs::write(top.join(".git/HEAD"), "").unwrap();
        let main = Repository { top: top.clone(), git: top.join(".git") };
        assert_eq!(repository_of(&below), Some(main));
        assert_eq!(Private::of(&top).lock(), top.join(".git/crm/lock"));
        let (one, other) = (Private::of(&below).lock(), Private::of(&top.join("a")).lock());
        assert!(one.starts_with(top.join(".git/crm")) && one != other, "{one:?}");
        // A worktree or a submodule: a file that names the folder, absolute or from where it lies.
        fs::write(top.join("a/.git"), "gitdir: ../.git/worktrees/a\n").unwrap();
        assert_eq!(repository_of(&below).unwrap().top, top.join("a"));
        assert_eq!(repository_of(&below).unwrap().git, top.join("a/../.git/worktrees/a"));
        let private = Private::of(&top.join("a"));
        assert!(private.prepare().is_err(), "no git directory is made");
        fs::create_dir_all(top.join(".git/worktrees/a")).unwrap();
        private.prepare().unwrap();
        assert!(top.join(".git/worktrees/a/crm").is_dir());
        fs::write(top.join("a/.git"), format!("gitdir: {}\n", top.join("x").display())).unwrap();
        assert_eq!(repository_of(&below).unwrap().git, top.join("x"));
    }

    #[test]
    fn folders_that_git_takes_for_repositories() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        fs::write(top.join("HEAD"), "").unwrap();
        fs::create_dir(top.join("objects")).unwrap();
        assert!(!is_git_directory(top));
        fs::create_dir(top.join("refs")).unwrap();
        assert!(is_git_directory(top));
        fs::remove_dir(top.join("refs")).unwrap();
        fs::write(top.join("commondir"), "../x").unwrap();
        assert!(is_git_directory(top));
        fs::remove_file(top.join("HEAD")).unwrap();
        assert!(!is_git_directory(top));
    }
}
