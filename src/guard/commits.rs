//! The changes of each new commit: compared with its parent, and for a merge with the union of its sides.

use crate::diag::Diagnostic;
use crate::git::program::{Git, Version, raw};
use crate::rules::growth::taken;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// One file that a commit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// From the repository's top level.
    pub path: PathBuf,
    /// The file in each parent; empty for a commit without a parent.
    pub parents: Vec<Version>,
    /// The file in the sides' common ancestor, if both sides changed it differently: then the merge must be the
    /// union of the sides.
    pub base: Option<Version>,
    /// In the commit.
    pub now: Version,
}

/// A commit and what it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// Its own changes.
    pub changes: Vec<Change>,
}

/// The commits that `wanted` (words of `git rev-list`) names, parents before their children.
pub fn commits(git: &Git, wanted: &[&str]) -> Result<Vec<Commit>, Diagnostic> {
    let words = [&["rev-list", "--topo-order", "--reverse", "--parents"], wanted].concat();
    let listed = git.run(&words)?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    listed
        .lines()
        .filter_map(|line| {
            let mut ids = line.split(' ');
            Some((ids.next()?, ids.collect::<Vec<&str>>()))
        })
        .map(|(id, parents)| Ok(Commit { id: id.to_owned(), changes: changes(git, id, &parents)? }))
        .collect()
}

/// Everything between two commits, as if it were one.
pub fn whole(git: &Git, old: &str, new: &str) -> Result<Commit, Diagnostic> {
    Ok(Commit { id: new.to_owned(), changes: changes(git, new, &[old])? })
}

fn changes(git: &Git, commit: &str, parents: &[&str]) -> Result<Vec<Change>, Diagnostic> {
    match parents {
        [] => {
            let found = differences(git, &["--root", commit])?;
            let change = |(path, (_, now))| Change { path, parents: Vec::new(), base: None, now };
            Ok(found.into_iter().map(change).collect())
        }
        [parent] => {
            let found = differences(git, &[parent, commit])?;
            let change = |(path, (was, now))| Change { path, parents: vec![was], base: None, now };
            Ok(found.into_iter().map(change).collect())
        }
        _ => merge(git, commit, parents),
    }
}

/// The changes of a merge, compared with the common ancestor of its sides.
fn merge(git: &Git, commit: &str, parents: &[&str]) -> Result<Vec<Change>, Diagnostic> {
    let words = [&["merge-base", "--octopus"], parents].concat();
    // Sides without a common past began with nothing.
    let base = match git.ask(&words)? {
        Some(line) => String::from_utf8_lossy(&line).trim().to_owned(),
        None => git.empty_tree()?,
    };
    let sides = parents
        .iter()
        .map(|parent| differences(git, &[&base, parent]))
        .collect::<Result<Vec<_>, _>>()?;
    let merged = differences(git, &[&base, commit])?;
    let paths: BTreeSet<&PathBuf> =
        sides.iter().chain([&merged]).flat_map(BTreeMap::keys).collect();
    let mut changes = Vec::new();
    for path in paths {
        let all = || sides.iter().chain([&merged]);
        let base = all().find_map(|side| side.get(path)).and_then(|(was, _)| was.clone());
        let of = |side: &BTreeMap<PathBuf, (Version, Version)>| {
            side.get(path).map_or_else(|| base.clone(), |(_, now)| now.clone())
        };
        let parents: Vec<Version> = sides.iter().map(of).collect();
        let now = of(&merged);
        let borrowed: Vec<Option<&(String, String)>> = parents.iter().map(Option::as_ref).collect();
        let clash = match taken(base.as_ref(), &borrowed) {
            Some(expected) if expected == now.as_ref() => continue,
            Some(_) => None,
            None => Some(base.clone()),
        };
        changes.push(Change { path: path.clone(), parents, base: clash, now });
    }
    Ok(changes)
}

/// The files that differ between two trees, with their versions before and after.
fn differences(
    git: &Git,
    what: &[&str],
) -> Result<BTreeMap<PathBuf, (Version, Version)>, Diagnostic> {
    let words = ["diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", "--no-commit-id"];
    Ok(raw(&git.run(&[&words, what].concat())?))
}
