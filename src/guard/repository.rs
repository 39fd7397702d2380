//! The guard's questions to a repository. Git answers it with a process for each question; a test keeps its trees in
//! memory.

use crate::diag::Diagnostic;
use crate::git::program::{Blob, Git, Version, raw};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The files that differ between two trees, with their versions before and after.
pub type Differences = BTreeMap<PathBuf, (Version, Version)>;

/// A store of commits.
pub trait Repository {
    /// The files that differ between two commits; `None`: the tree without files.
    fn differences(&self, old: Option<&str>, new: &str) -> Result<Differences, Diagnostic>;

    /// The best common ancestors of two commits; none where they began apart.
    fn bases(&self, one: &str, other: &str) -> Result<Vec<String>, Diagnostic>;

    /// Those of some commits that are no ancestors of others of them, in their order.
    fn independent(&self, commits: &[&str]) -> Result<Vec<String>, Diagnostic>;

    /// The contents of objects, in their order.
    fn contents(&self, objects: &[&str]) -> Result<Vec<Blob>, Diagnostic>;
}

impl Repository for Git {
    fn differences(&self, old: Option<&str>, new: &str) -> Result<Differences, Diagnostic> {
        let empty = if old.is_none() { self.empty_tree()? } else { String::new() };
        let words = ["diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", "--no-commit-id"];
        Ok(raw(&self.run(&[&words[..], &[old.unwrap_or(&empty), new]].concat())?))
    }

    fn bases(&self, one: &str, other: &str) -> Result<Vec<String>, Diagnostic> {
        let found = self.ask(&["merge-base", "--all", one, other])?.unwrap_or_default();
        Ok(ids(&found))
    }

    fn independent(&self, commits: &[&str]) -> Result<Vec<String>, Diagnostic> {
        let found = ids(&self.run(&[&["merge-base", "--independent"], commits].concat())?);
        let stays = |commit: &&&str| found.iter().any(|id| id == **commit);
        Ok(commits.iter().filter(stays).map(|commit| (*commit).to_owned()).collect())
    }

    fn contents(&self, objects: &[&str]) -> Result<Vec<Blob>, Diagnostic> {
        self.blobs(objects.iter().copied())
    }
}

fn ids(lines: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(lines).lines().map(str::to_owned).collect()
}
