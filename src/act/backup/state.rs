//! The state of a ledger that a backup has to bring back: its repository, and the files beside the last commit.

use super::{MAX_FILE, MAX_FILES};
use crate::diag::{Code, Diagnostic, Place};
use crate::disk::durable::UNFINISHED;
use crate::disk::ledger::Ledger;
use crate::disk::private::repository_of;
use crate::format::layout::{PRIVATE, SETTINGS, danger, plain};
use crate::format::manifest::{Repository, StoredFile};
use crate::git::program::Git;
use crate::git::whole::{WorkTree, first_commits, repository, work_tree};
use crate::value::digest::{Digester, digest};
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// The state of a ledger. Two that are equal have the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// The way from the top of the repository to the ledger: empty, or `sales/`.
    pub prefix: String,
    /// What tells the ledger from others.
    pub marks: Vec<String>,
    pub git: Option<Repository>,
    pub files: Vec<StoredFile>,
    pub removed: Vec<String>,
    pub left_out: Vec<String>,
}

impl State {
    /// The state of the ledger at `root`, without the file `but`.
    ///
    /// # Errors
    /// Fails if git does, if a file cannot be read, or if the files are too large to be stored.
    pub fn of(root: &Path, but: Option<&Path>) -> Result<State, Diagnostic> {
        let (repository, prefix, marks, tree) = match repository_of(root) {
            Some(_) => {
                let git = Git::at(root);
                let prefix = git.prefix(root)?;
                let tree = work_tree(&git, &prefix, own_files(root))?;
                (Some(repository(&git)?), prefix, first_commits(&git)?, tree)
            }
            None => (None, String::new(), Vec::new(), every_file(root)?),
        };
        let marks = if marks.is_empty() { vec![mark_of_place(root)] } else { marks };
        let mut state = State {
            prefix,
            marks,
            git: repository,
            files: Vec::new(),
            removed: tree.removed.iter().filter_map(|path| name_of(path)).collect(),
            left_out: tree.left_out.iter().map(|path| path.display().to_string()).collect(),
        };
        let mut sum = 0;
        for path in
            tree.changed.iter().filter(|path| Some(path.as_path()) != but && !is_unfinished(path))
        {
            match name_of(path).filter(|name| is_storable(name)) {
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

    /// Is a backup with these marks one of this ledger?
    pub fn is_of(&self, marks: &[String]) -> bool {
        self.marks.iter().any(|mark| marks.contains(mark))
    }
}

/// Is this the new text of a file that is being written, or that was cut short?
fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.starts_with(UNFINISHED))
}

/// A path as the parts of a container are named; `None` of one that is not Unicode.
fn name_of(path: &Path) -> Option<String> {
    let parts = path.components().map(|part| match part {
        Component::Normal(part) => part.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<&str>>>()?.join("/"))
}

/// May a file of this name be stored and brought back? Nothing that a machine or git would obey is.
pub(super) fn is_storable(name: &str) -> bool {
    let path = Path::new(name);
    let of_git = |part: &str| plain(part) == ".git" || plain(part).starts_with("git~");
    !name.contains(['\\', '\0', '\n', '\r'])
        && name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != ".." && !of_git(part))
        && path.components().all(|part| matches!(part, Component::Normal(_)))
        && danger(path).is_none()
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

/// Every file below a folder that git does not keep, but for the private ones.
fn every_file(root: &Path) -> Result<WorkTree, Diagnostic> {
    let mut found = WorkTree::default();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let listed = fs::read_dir(root.join(&folder))
            .map_err(|error| Diagnostic::unreadable(&folder, &error))?;
        for entry in listed {
            let entry = entry.map_err(|error| Diagnostic::unreadable(&folder, &error))?;
            let path = folder.join(entry.file_name());
            match entry.file_type() {
                _ if path == Path::new(PRIVATE) => {}
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => {
                    found.changed.insert(path);
                }
                _ => {
                    found.left_out.insert(path);
                }
            }
        }
    }
    Ok(found)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_be_stored() {
        for name in ["crm.toml", "prospects/张.toml", "notes/a b.md", ".gitignore", "a/.gitkeep"] {
            assert!(is_storable(name), "{name}");
        }
        for name in [
            "",
            "..",
            "../a",
            "a/../b",
            "/a",
            "a//b",
            "./a",
            ".git/hooks/pre-commit",
            "a/.GIT/config",
            "a/.git",
            ".git./config",
            "git~1/config",
            ".crm/journal",
            "HEAD",
            "a\\b",
            "a\nb",
        ] {
            assert!(!is_storable(name), "{name}");
        }
    }
}
