//! The state of a ledger that a backup has to bring back: its repository, and the files beside the last commit.

use super::names::{is_storable, name_of};
use super::open::is_backup;
use super::{MAX_FILE, MAX_FILES};
use crate::diag::{Code, Diagnostic, Place};
use crate::disk::durable::UNFINISHED;
use crate::disk::ledger::Ledger;
use crate::disk::private::repository_of;
use crate::disk::recover::remains;
use crate::disk::root::link_on_the_way;
use crate::disk::sealed_file::Identities;
use crate::disk::stamp::Stamp;
use crate::disk::walk::{Batch, Walk};
use crate::format::layout::SETTINGS;
use crate::format::manifest::{Repository, StoredFile};
use crate::git::program::Git;
use crate::git::whole::{Committed, committed, first_commits, listed, repository, work_tree};
use crate::value::digest::{Digester, digest};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The state of a ledger.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// The way from the top of the repository to the ledger: empty, or `sales/`.
    pub prefix: String,
    /// What tells the ledger from others.
    pub marks: Vec<String>,
    pub git: Option<Repository>,
    pub files: Vec<StoredFile>,
    pub removed: Vec<String>,
    /// What no backup can hold, and earlier backups.
    pub left_out: Vec<String>,
    committed: Committed,
    there: There,
}

/// The stamps of the files below the root of a ledger.
type There = BTreeMap<PathBuf, Stamp>;

/// What a look at a ledger leaves aside.
#[derive(Clone, Copy, Default)]
pub(super) struct Aside<'a> {
    /// The file that is being written.
    pub own: Option<&'a Path>,
    /// The keys by which earlier backups are known.
    pub identities: Option<&'a Identities>,
}

impl State {
    /// The state of the ledger at `root`. Every file that it holds beside the last commit is read once.
    ///
    /// # Errors
    /// Fails if git does, if a file cannot be read, or if the files are too large to be stored.
    pub fn of(root: &Path, aside: Aside) -> Result<State, Diagnostic> {
        let git = Git::at(root);
        let (told, prefix, committed) = match repository_of(root) {
            Some(_) => {
                let (prefix, told) = (git.prefix(root)?, repository(&git)?);
                let committed = committed(&git, &told, &prefix)?;
                (Some(told), prefix, committed)
            }
            None => (None, String::new(), Committed::new()),
        };
        let there = there(root, aside.own, told.as_ref().map(|_| &committed))?;
        let tree = work_tree(&git, &committed, &there)?;
        let mut state = State {
            prefix,
            marks: marks_of(root)?,
            git: told,
            files: Vec::new(),
            removed: tree.removed.iter().filter_map(|path| name_of(path)).collect(),
            left_out: tree.left_out.iter().map(|path| path.display().to_string()).collect(),
            committed,
            there,
        };
        let mut sum = 0;
        for path in &tree.changed {
            let name = name_of(path).filter(|name| is_storable(name));
            match name.filter(|_| !is_backup(&root.join(path), aside.identities)) {
                Some(name) => state.files.push(stored(root, name)?),
                None => state.left_out.push(path.display().to_string()),
            }
            sum += state.files.last().map_or(0, |file| file.size);
            if sum > MAX_FILES {
                return Err(too_large(Path::new("."), MAX_FILES));
            }
        }
        state.left_out.sort();
        Ok(state)
    }

    /// Has nothing been written since the state was taken? Files are looked at, and not read again. Commits that git made
    /// meanwhile, with no file changed, do not count: the state holds the references as they were.
    ///
    /// # Errors
    /// Fails if git does.
    pub fn is_still_so(&self, root: &Path, aside: Aside) -> Result<bool, Diagnostic> {
        let git = Git::at(root);
        // The journal first: a write that ends behind this look has files that differ in the next one.
        if remains(root).journal {
            return Ok(false);
        }
        if let Some(told) = &self.git {
            let now = repository(&git)?;
            let is_commit = told.branch.is_empty();
            if now.branch != told.branch || is_commit && now.commit != told.commit {
                return Ok(false);
            }
        }
        let committed = self.git.as_ref().map(|_| &self.committed);
        Ok(there(root, aside.own, committed)? == self.there)
    }
}

/// Is a backup with these marks one of the ledger at `root`?
///
/// # Errors
/// Fails if git does.
pub(super) fn is_of(root: &Path, marks: &[String]) -> Result<bool, Diagnostic> {
    Ok(marks_of(root)?.iter().any(|mark| marks.contains(mark)))
}

/// Looks at the files below the root of a ledger, without the file `own`; `committed` are the files of the last commit, where
/// git keeps the ledger.
fn there(
    root: &Path,
    own: Option<&Path>,
    committed: Option<&Committed>,
) -> Result<There, Diagnostic> {
    let paths: BTreeSet<PathBuf> = match committed {
        Some(committed) => {
            let listed = listed(&Git::at(root))?.into_iter();
            listed.chain(own_files(root)).chain(committed.keys().cloned()).collect()
        }
        None => every_path(root)?,
    };
    let stamp = |path: PathBuf| {
        let is_aside = Some(&*path) == own || is_unfinished(&path);
        // A link leads to a file elsewhere.
        let is_here = !is_aside && link_on_the_way(root, &path).is_none();
        let stamp = Stamp::at(&root.join(&path)).filter(|_| is_here)?;
        Some((path, stamp))
    };
    Ok(paths.into_iter().filter_map(stamp).collect())
}

/// What tells a ledger from others: the first commits of its repository, or its place.
fn marks_of(root: &Path) -> Result<Vec<String>, Diagnostic> {
    let marks = match repository_of(root) {
        Some(_) => first_commits(&Git::at(root))?,
        None => Vec::new(),
    };
    Ok(if marks.is_empty() { vec![mark_of_place(root)] } else { marks })
}

/// Is this the new text of a file that is being written, or that was cut short?
fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.starts_with(UNFINISHED))
}

/// The size and the digest of a file.
fn stored(root: &Path, name: String) -> Result<StoredFile, Diagnostic> {
    let file = root.join(&name);
    let unreadable = |error: std::io::Error| Diagnostic::unreadable(&file, &error);
    let opened = fs::File::open(&file).map_err(unreadable)?;
    let meta = opened.metadata().map_err(unreadable)?;
    let mut digester = Digester::default();
    let size = std::io::copy(&mut opened.take(MAX_FILE + 1), &mut digester).map_err(unreadable)?;
    if size > MAX_FILE {
        return Err(too_large(&file, MAX_FILE));
    }
    let (sha256, executable) = (digester.finish(), is_executable(&meta));
    Ok(StoredFile { path: name, size, sha256, executable })
}

#[cfg(unix)]
fn is_executable(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

/// The files of the ledger on the disk, whatever git thinks of them.
fn own_files(root: &Path) -> Vec<PathBuf> {
    let ledger = Ledger::without_settings(root.to_owned(), PathBuf::new());
    let (mut files, _) = ledger.paths();
    files.extend(ledger.activity_paths().0);
    files.extend(ledger.solutions().0.into_iter().map(|page| page.path));
    files.push(SETTINGS.into());
    files
}

/// Every path below a folder that git does not keep, but for the private ones.
fn every_path(root: &Path) -> Result<BTreeSet<PathBuf>, Diagnostic> {
    let ledger = Ledger::without_settings(root.to_owned(), PathBuf::new());
    let mut walk = Walk::everything(&ledger);
    let mut found = BTreeSet::new();
    while let Some(Batch { folder, names }) = walk.next_batch() {
        found.extend(names.iter().map(|name| folder.file(name)));
    }
    found.extend(walk.left_out);
    match walk.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(found),
    }
}

/// What tells a ledger from others that has no history.
fn mark_of_place(root: &Path) -> String {
    let place = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    digest(place.as_os_str().as_encoded_bytes())
}

fn too_large(file: &Path, limit: u64) -> Diagnostic {
    let limit = limit / 1024 / 1024;
    let message = words!(
        "files that are not committed are larger than {limit} MiB",
        "未提交的文件超过 {limit} MiB"
    );
    Diagnostic::new(Code::TooLarge, message).at(Place::file(file)).help(words!(
        "commit them, move them out of the ledger, or let git ignore them",
        "请提交它们，移出账本，或让 git 忽略它们"
    ))
}
