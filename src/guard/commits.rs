//! The changes of each new commit: compared with its parent, and for a merge with each of its sides.

use super::past::Pasts;
use super::repository::{Differences, Repository};
use crate::diag::{Code, Diagnostic};
use crate::git::program::{Git, Version};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// One file that a commit has in another version than one of its sides, or that has gone since they parted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// From the repository's top level.
    pub path: PathBuf,
    /// The file in each side; empty for a commit without a parent.
    pub sides: Vec<Version>,
    /// In the common ancestors of the sides.
    pub ancestors: Vec<Version>,
    /// In the commit.
    pub now: Version,
}

impl Change {
    /// Is this version of the file none of the sides'?
    pub fn is_new(&self) -> bool {
        !self.sides.contains(&self.now)
    }
}

/// A commit and its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// How many sides it has: its parents without those that are ancestors of another one.
    pub sides: usize,
    /// The common pasts of the sides.
    pub pasts: Pasts,
    /// Its changes.
    pub changes: Vec<Change>,
}

impl Commit {
    /// Is a change of a whole file the commit's own: not the version of the only side that changed it?
    pub fn is_own(&self, change: &Change) -> bool {
        if self.sides < 2 {
            return change.is_new();
        }
        let sides: Vec<(usize, Version)> = change.sides.iter().cloned().enumerate().collect();
        let before = |n: usize| change.ancestors.get(n).cloned().flatten();
        self.pasts.live(&sides, &None, before) != [change.now.clone()]
    }
}

/// The most sides of a merge.
const SIDES: usize = 16;

/// The commits that `wanted` (words of `git rev-list`) names with their parents, parents before their children.
pub fn listed(git: &Git, wanted: &[&str]) -> Result<Vec<(String, Vec<String>)>, Diagnostic> {
    let words = [&["rev-list", "--topo-order", "--reverse", "--parents"], wanted].concat();
    let listed = git.run(&words)?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let ids = |line: &str| {
        let mut ids = line.split(' ').map(str::to_owned);
        Some((ids.next()?, ids.collect()))
    };
    Ok(listed.lines().filter_map(ids).collect())
}

/// A commit with its changes.
pub fn commit(
    repository: &dyn Repository,
    id: &str,
    parents: &[String],
) -> Result<Commit, Diagnostic> {
    let sides = match parents {
        [] | [_] => parents.to_vec(),
        _ => repository.independent(&parents.iter().map(String::as_str).collect::<Vec<_>>())?,
    };
    if sides.len() > SIDES {
        let n = sides.len();
        let message = words!(
            "commit {} merges {n} branches at once",
            "提交 {} 一次合并了 {n} 个分支",
            id.get(..10).unwrap_or(id)
        );
        return Err(Diagnostic::new(Code::NotForward, message).help(words!(
            "merge them one after another; {SIDES} at once at most",
            "请逐个合并；一次最多 {SIDES} 个"
        )));
    }
    let pasts = Pasts::of(repository, &sides)?;
    let from = |commit: &String| repository.differences(Some(commit), id);
    let since_sides = match sides.is_empty() {
        true => vec![repository.differences(None, id)?],
        false => sides.iter().map(from).collect::<Result<Vec<_>, _>>()?,
    };
    let since_ancestors = pasts.ancestors.iter().map(from).collect::<Result<Vec<_>, _>>()?;
    // A file that all sides moved away: their version of it is known by its text in the ancestor.
    let left = since_ancestors.iter().flatten().filter(|(_, (_, now))| now.is_none());
    let paths: BTreeSet<&PathBuf> =
        since_sides.iter().flat_map(Differences::keys).chain(left.map(|(path, _)| path)).collect();
    let change = |path: &&PathBuf| {
        let known = since_sides.iter().find_map(|found| found.get(*path));
        let now = known.and_then(|(_, now)| now.clone());
        let before = |found: &Differences| match found.get(*path) {
            Some((was, _)) => was.clone(),
            None => now.clone(),
        };
        let of_sides = match sides.is_empty() {
            true => Vec::new(),
            false => since_sides.iter().map(before).collect(),
        };
        let ancestors = since_ancestors.iter().map(before).collect();
        Change { path: (*path).clone(), sides: of_sides, ancestors, now }
    };
    let changes = paths.iter().map(change).collect();
    Ok(Commit { id: id.to_owned(), sides: sides.len(), pasts, changes })
}
