//! A ledger's files as git has them: of a commit, or staged in the index. The work tree is not read.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::disk::file::{symlink, too_large, utf8};
use crate::disk::ledger::Stored;
use crate::format::layout::SETTINGS;
use crate::git::program::{Blob, Git, Mode, TrackedFile, parts, path_of, raw};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A ledger in its repository.
#[derive(Debug, Clone)]
pub struct Tracked {
    /// Its git.
    pub git: Git,
    /// The ledger's path from the top level: empty, or `sales/`.
    pub prefix: String,
}

impl Tracked {
    /// The ledger's files as of a revision. The branch that has no commit yet has none.
    pub fn at(&self, revision: &str) -> Result<Snapshot, Diagnostic> {
        if revision == "HEAD" && self.git.find_commit(revision)?.is_none() {
            return Ok(Snapshot::empty(&self.git));
        }
        Snapshot::of_commit(&self.git, &self.git.commit(revision)?, &self.prefix)
    }

    /// The files that differ between `before`, the snapshot of a revision, and `now`; without `now`, between
    /// `before` and the disk. A file on the disk that git does not know is not among them.
    pub fn differing(
        &self,
        now: Option<&Snapshot>,
        before: &Snapshot,
        revision: &str,
    ) -> Result<BTreeSet<PathBuf>, Diagnostic> {
        if let Some(now) = now {
            let differs = |path: &&PathBuf| before.object(path) != now.object(path);
            let all = before.entries().keys().chain(now.entries().keys());
            return Ok(all.filter(differs).cloned().collect());
        }
        if before.entries().is_empty() {
            return Ok(BTreeSet::new());
        }
        let pathspec = format!(":(top,literal){}", self.prefix);
        let pathspec = if self.prefix.is_empty() { ":(top)" } else { &pathspec };
        let words = ["diff-index", "--name-only", "--no-renames", "-z", revision, "--", pathspec];
        let listed = self.git.compare(&words)?;
        let below = |path: PathBuf| path.strip_prefix(&self.prefix).ok().map(Path::to_owned);
        Ok(parts(&listed).map(path_of).filter_map(below).collect())
    }

    /// The staged changes since the last commit: the files that differ, their committed versions, and their staged
    /// versions with the staged settings. Other files are not listed, which would be slow in a large ledger.
    pub fn staged_changes(&self) -> Result<(BTreeSet<PathBuf>, Snapshot, Snapshot), Diagnostic> {
        let Tracked { git, prefix } = self;
        let base = match git.find_commit("HEAD")? {
            Some(commit) => commit,
            None => git.empty_tree()?,
        };
        let pathspec = format!(":(top,literal){prefix}");
        let pathspec = if prefix.is_empty() { ":(top)" } else { &pathspec };
        let words = ["diff-index", "--cached", "--raw", "--no-abbrev", "--no-renames", "-z"];
        let listed = git.run(&[&words[..], &[&base, "--", pathspec]].concat())?;
        let (mut was, mut is) = (Vec::new(), git.index(&format!("{prefix}{SETTINGS}"))?);
        let mut changed = BTreeSet::new();
        for (path, (before, after)) in raw(&listed) {
            changed.extend(path.strip_prefix(prefix).ok().map(Path::to_owned));
            let entry = |(mode, id): (String, String)| {
                let mode = Mode::parse(mode.as_bytes());
                TrackedFile { path: path.clone(), mode, id, stage: 0 }
            };
            was.extend(before.map(entry));
            is.extend(after.map(entry));
        }
        Ok((changed, Snapshot::of(git, was, prefix), Snapshot::of(git, is, prefix)))
    }

    /// The staged files of the ledger.
    pub fn staged(&self) -> Result<Snapshot, Diagnostic> {
        Snapshot::of_index(&self.git, &self.prefix)
    }
}

/// The files of one state of a ledger, by their paths below its root. Copies share their data.
#[derive(Debug, Clone)]
pub struct Snapshot {
    git: Git,
    entries: Arc<BTreeMap<PathBuf, TrackedFile>>,
    /// Contents by object, of those that were fetched.
    blobs: Arc<HashMap<String, Blob>>,
    /// Files that a merge left in several versions.
    unmerged: Vec<PathBuf>,
}

impl Snapshot {
    /// The files of a commit below a prefix (`sales/`; empty for the whole repository).
    pub fn of_commit(git: &Git, commit: &str, prefix: &str) -> Result<Snapshot, Diagnostic> {
        Ok(Snapshot::of(git, git.tree(commit, prefix)?, prefix))
    }

    /// The staged files: those that a commit made now would have.
    pub fn of_index(git: &Git, prefix: &str) -> Result<Snapshot, Diagnostic> {
        Ok(Snapshot::of(git, git.index(prefix)?, prefix))
    }

    /// No files at all.
    pub fn empty(git: &Git) -> Snapshot {
        Snapshot::of(git, Vec::new(), "")
    }

    fn of(git: &Git, entries: Vec<TrackedFile>, prefix: &str) -> Snapshot {
        let below = |entry: &TrackedFile| entry.path.strip_prefix(prefix).ok().map(Path::to_owned);
        let (merged, unmerged): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.stage == 0);
        let mut unmerged: Vec<PathBuf> = unmerged.iter().filter_map(below).collect();
        unmerged.dedup();
        let entries =
            merged.into_iter().filter_map(|entry| Some((below(&entry)?, entry))).collect();
        Snapshot { git: git.clone(), entries: Arc::new(entries), blobs: Arc::default(), unmerged }
    }

    /// Every file, by its path below the root.
    pub fn entries(&self) -> &BTreeMap<PathBuf, TrackedFile> {
        &self.entries
    }

    /// Files that a merge left in several versions: none of them is staged.
    pub fn unmerged(&self) -> &[PathBuf] {
        &self.unmerged
    }

    /// The object of a file.
    pub fn object(&self, relative: &Path) -> Option<&str> {
        self.entries.get(relative).map(|entry| entry.id.as_str())
    }

    /// Reads many files in one go; those read later on their own cost a process each.
    pub fn fetch<'p>(
        &mut self,
        wanted: impl IntoIterator<Item = &'p Path>,
    ) -> Result<(), Diagnostic> {
        let entries = wanted.into_iter().filter_map(|path| self.entries.get(path));
        let mut ids: Vec<&str> = entries
            .filter(|entry| entry.mode == Mode::File && !self.blobs.contains_key(&entry.id))
            .map(|entry| entry.id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let blobs = self.git.blobs(ids.iter().copied())?;
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        Arc::make_mut(&mut self.blobs).extend(ids.into_iter().zip(blobs));
        Ok(())
    }

    /// Takes over the contents that an earlier snapshot has read, of the files that are here too.
    pub fn take_over(&mut self, earlier: Snapshot) {
        let wanted: HashSet<&str> = self.entries.values().map(|entry| entry.id.as_str()).collect();
        let mut known = Arc::unwrap_or_clone(earlier.blobs);
        known.retain(|id, _| wanted.contains(id.as_str()));
        Arc::make_mut(&mut self.blobs).extend(known);
    }

    /// Reads every file below folders of the ledger.
    pub fn fetch_below(&mut self, folders: &[&str]) -> Result<(), Diagnostic> {
        let is_wanted = |path: &&PathBuf| folders.iter().any(|folder| path.starts_with(folder));
        let paths: Vec<PathBuf> = self.entries.keys().filter(is_wanted).cloned().collect();
        self.fetch(paths.iter().map(PathBuf::as_path))
    }
}

impl Stored for Snapshot {
    /// A file's text: not a link, not too large, UTF-8.
    fn text(&self, relative: &Path, shown: &Path) -> Result<String, Diagnostic> {
        let unreadable =
            |message: Words| Diagnostic::new(Code::Unreadable, message).at(Place::file(shown));
        let entry = self
            .entries
            .get(relative)
            .ok_or_else(|| unreadable(words!("the file does not exist", "文件不存在")))?;
        match entry.mode {
            Mode::Link => return Err(symlink(shown)),
            Mode::Submodule => {
                return Err(unreadable(words!(
                    "this path is another repository",
                    "此路径是另一个仓库"
                )));
            }
            Mode::File => {}
        }
        let fetched = match self.blobs.get(&entry.id) {
            Some(blob) => blob.clone(),
            None => self.git.blobs([entry.id.as_str()])?.pop().unwrap_or(Blob::Missing),
        };
        match fetched {
            Blob::Bytes(bytes) => utf8(bytes, shown),
            Blob::TooLarge(size) => Err(too_large(size, shown)),
            Blob::Missing => Err(unreadable(words!(
                "its object is missing from the repository",
                "仓库中缺少其对象"
            ))),
        }
    }

    fn files_below(&self, folders: &[&str]) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let (mut files, mut links) = (Vec::new(), Vec::new());
        for (path, entry) in self.entries.iter() {
            let below = folders.iter().find_map(|folder| path.strip_prefix(folder).ok());
            let Some(below) = below else { continue };
            let hidden = |part: std::path::Component| {
                part.as_os_str().as_encoded_bytes().first() == Some(&b'.')
            };
            if below.components().any(hidden) {
                continue;
            }
            match entry.mode {
                Mode::Link => links.push(path.clone()),
                Mode::File if path.extension().is_some_and(|e| e == "toml") => {
                    files.push(path.clone());
                }
                _ => {}
            }
        }
        (files, links)
    }
}
