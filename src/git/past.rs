//! What git's history holds of one file.

use crate::disk::file::read_text;
use crate::disk::private::repository_of;
use crate::format::layout::has_journal;
use crate::git::program::{Blob, Git, Version, is_nothing, parts, path_of, raw};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The past of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastOfFile {
    /// The commits that changed it.
    pub commits: Vec<String>,
    /// Its names, from the repository's top level.
    pub names: Vec<String>,
    /// The lines that commits added and removed, as git shows them.
    pub texts: Vec<String>,
}

impl PastOfFile {
    /// The past of a file of the ledger at `root`; `None` where git does not keep it.
    pub fn of(root: &Path, path: &Path) -> Option<PastOfFile> {
        repository_of(root)?;
        let git = Git::at(root);
        let top = git.prefix(root).ok()?;
        let place = format!(":(top,literal){top}{}", path.display());
        // Followed, a path that came twice loses what it had before; not followed, an earlier name.
        let log = |more: &[&str]| {
            let of = |how: &[&str]| {
                let words = [&["log", "HEAD"], how, more, &["--", &place]].concat();
                let done = git.attempt(&words).ok()?;
                (done.0 == Some(0)).then_some(done.1)
            };
            Some([of(&["--follow"])?, of(&[])?].concat())
        };
        let commits = log(&["--format=%H"])?;
        let commits: BTreeSet<String> =
            String::from_utf8_lossy(&commits).lines().map(str::to_owned).collect();
        let names = log(&["--format=", "--name-only", "-z"])?;
        let names: BTreeSet<PathBuf> = parts(&names).map(path_of).collect();
        // Git takes a file for the earlier name of another one that is like it.
        let (own, folder) =
            (PathBuf::from(format!("{top}{}", path.display())), git.top_level().ok()?);
        let is_own = |name: &&PathBuf| **name == own || !folder.join(name).exists();
        let names = names.iter().filter(is_own).map(|name| name.display().to_string());
        Some(PastOfFile {
            commits: commits.into_iter().collect(),
            names: names.filter(|name| !name.is_empty()).collect(),
            texts: vec![String::from_utf8_lossy(&log(&["--format=", "-p"])?).into_owned()],
        })
    }

    /// The changes of journals in each commit that changed this file and took a journal away, and in the work tree if
    /// one is gone there: a join of two files is among them.
    pub fn changes_that_took_away(&self, root: &Path) -> Vec<Vec<JournalChange>> {
        let git = Git::at(root);
        let Ok(prefix) = git.prefix(root) else { return Vec::new() };
        let of_commit = |commit: &String| {
            let words =
                ["diff-tree", "-r", "--no-commit-id", "--no-renames", "--raw", "-z", commit];
            git.run(&words).ok()
        };
        let here = git.run(&["diff-index", "--no-renames", "--raw", "-z", "HEAD"]).ok();
        let outputs = self.commits.iter().filter_map(of_commit).chain(here);
        outputs.filter_map(|output| took_away(&git, root, &prefix, &output)).collect()
    }
}

/// A change of a prospect's or customer's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalChange {
    /// Below the ledger's root.
    pub path: PathBuf,
    /// The text before.
    pub before: Option<String>,
    /// The text after.
    pub after: Option<String>,
}

/// The changes of journals below a prefix that git tells, if one of them takes a journal away.
fn took_away(git: &Git, root: &Path, prefix: &str, output: &[u8]) -> Option<Vec<JournalChange>> {
    let journals = raw(output).into_iter().filter_map(|(path, versions)| {
        let path = path.strip_prefix(prefix).ok()?.to_owned();
        has_journal(&path).then_some((path, versions))
    });
    let journals: Vec<(PathBuf, (Version, Version))> = journals.collect();
    if journals.iter().all(|(_, (_, after))| after.is_some()) {
        return None;
    }
    let text = |path: &Path, version: Version| {
        let (_, id) = version?;
        if is_nothing(&id) {
            let file = root.join(path);
            return read_text(&file, &file).ok();
        }
        match git.blobs([&*id]).ok()?.pop()? {
            Blob::Bytes(bytes) => String::from_utf8(bytes).ok(),
            Blob::TooLarge(_) | Blob::Missing => None,
        }
    };
    let change = |(path, (before, after)): (PathBuf, (Version, Version))| JournalChange {
        before: text(&path, before),
        after: text(&path, after),
        path,
    };
    Some(journals.into_iter().map(change).collect())
}
