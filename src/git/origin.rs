//! Where the entries of a prospect came from: the commit that brought each, through renames and merges.

use crate::diag::Diagnostic;
use crate::format::content::content;
use crate::git::program::{Blob, is_nothing, parts, path_of};
use crate::git::snapshot::Tracked;
use crate::rules::growth::Content;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A commit, as far as an audit shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditedCommit {
    /// Its full id.
    pub id: String,
    /// The author's name as the commit states it; git does not verify it.
    pub author: String,
    /// The author's e-mail, not verified either.
    pub email: String,
    /// The stated day: 2009-12-18.
    pub date: String,
}

/// The commits that brought one entry into the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The commit that brought the key; `None` while it is not committed.
    pub brought: Option<AuditedCommit>,
    /// The commits that gave it another content later.
    pub changed: Vec<AuditedCommit>,
    /// The entry in the file differs from the committed one.
    pub uncommitted: bool,
}

/// The origin of every entry of a prospect's file, and of those that were there once and are gone.
pub fn origins(
    tracked: &Tracked,
    path: &Path,
    now: &str,
) -> Result<BTreeMap<String, Origin>, Diagnostic> {
    let versions = versions(tracked, path)?;
    Ok(fold(&versions, &content(now).0))
}

/// Every version of a file that commits brought, parents before their children.
fn versions(tracked: &Tracked, path: &Path) -> Result<Vec<(AuditedCommit, Content)>, Diagnostic> {
    let texts = texts(tracked, path)?.into_iter();
    Ok(texts.map(|(commit, text)| (commit, content(&text).0)).collect())
}

/// The text of every version of a file that commits brought, parents before their children; empty where the file is too
/// large or gone.
///
/// # Errors
/// Fails if git does.
pub fn texts(tracked: &Tracked, path: &Path) -> Result<Vec<(AuditedCommit, String)>, Diagnostic> {
    let git = &tracked.git;
    if git.find_commit("HEAD")?.is_none() {
        return Ok(Vec::new());
    }
    let place = |path: &Path| format!(":(top,literal){}", path.display());
    let full = PathBuf::from(format!("{}{}", tracked.prefix, path.display()));
    let follow = ["log", "--follow", "--format=", "--name-only", "-z", "HEAD", "--", &place(&full)];
    let mut names: Vec<PathBuf> = parts(&git.run(&follow)?).map(path_of).collect();
    names.push(full);
    names.sort();
    names.dedup();
    let places: Vec<String> = names.iter().map(|name| place(name)).collect();
    let mut words = vec!["log", "--topo-order", "--reverse", "--full-history", "-m", "--raw"];
    words.extend(["--no-abbrev", "--no-renames", "-z", LINE, "HEAD", "--"]);
    words.extend(places.iter().map(String::as_str));
    let listed = listed(&git.run(&words)?);
    let blobs = git.blobs(listed.iter().map(|(_, id)| id.as_str()))?;
    let read = |blob: Blob| match blob {
        Blob::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Blob::TooLarge(_) | Blob::Missing => String::new(),
    };
    Ok(listed.into_iter().zip(blobs).map(|((commit, _), blob)| (commit, read(blob))).collect())
}

/// Id, author, e-mail and day, marked so that no path looks like it.
const LINE: &str = "--format=%x01%H%x02%an%x02%ae%x02%as%x02";

/// The commits and the objects that they brought, out of the log.
fn listed(log: &[u8]) -> Vec<(AuditedCommit, String)> {
    let mut commit = AuditedCommit::default();
    let mut found = Vec::new();
    for part in parts(log) {
        let text = String::from_utf8_lossy(part);
        let text = text.trim_start_matches('\n');
        if let Some(head) = text.strip_prefix('\u{1}') {
            let mut fields = head.split('\u{2}').map(str::to_owned);
            let mut next = || fields.next().unwrap_or_default();
            commit = AuditedCommit { id: next(), author: next(), email: next(), date: next() };
        } else if let Some(change) = text.strip_prefix(':')
            && let Some(id) = change.split(' ').nth(3).filter(|id| !is_nothing(id))
        {
            found.push((commit.clone(), id.to_owned()));
        }
    }
    found
}

/// Goes through the versions: the first with a key brought it, later ones with a content that was not seen
/// before changed it.
fn fold(versions: &[(AuditedCommit, Content)], now: &Content) -> BTreeMap<String, Origin> {
    let mut origins: BTreeMap<String, Origin> = BTreeMap::new();
    let mut seen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (commit, version) in versions {
        for (key, value) in &version.events {
            let known = seen.entry(key).or_default();
            if known.contains(&value.as_str()) {
                continue;
            }
            let origin = origins.entry(key.clone()).or_default();
            if known.is_empty() {
                origin.brought = Some(commit.clone());
            } else {
                origin.changed.push(commit.clone());
            }
            known.push(value);
        }
    }
    for (key, value) in &now.events {
        let known = seen.get(key.as_str()).is_some_and(|known| known.contains(&value.as_str()));
        origins.entry(key.clone()).or_default().uncommitted = !known;
    }
    origins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(id: &str, events: &str) -> (AuditedCommit, Content) {
        let pair = |word: &str| word.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()));
        let events = events.split_whitespace().filter_map(pair).collect();
        (
            AuditedCommit { id: id.to_owned(), ..AuditedCommit::default() },
            Content { events, ..Content::default() },
        )
    }

    #[test]
    fn who_brought_and_who_changed() {
        let versions = [version("1", "a=x"), version("2", "a=x b=y"), version("3", "a=z b=y")];
        let found = fold(&versions, &version("", "a=z b=y c=new").1);
        let brought = |key: &str| found[key].brought.as_ref().map(|commit| commit.id.as_str());
        assert_eq!((brought("a"), brought("b"), brought("c")), (Some("1"), Some("2"), None));
        assert_eq!(found["a"].changed.len(), 1);
        assert_eq!(found["a"].changed[0].id, "3");
        assert!(found["c"].uncommitted && !found["a"].uncommitted);
    }

    #[test]
    fn a_merge_brings_nothing_that_its_sides_brought() {
        let sides = [version("1", "a=x"), version("2", "a=x b=y"), version("3", "a=x c=z")];
        let merge = version("4", "a=x b=y c=z d=w");
        let versions: Vec<_> = sides.into_iter().chain([merge.clone()]).collect();
        let found = fold(&versions, &merge.1);
        let brought: Vec<_> = found.values().map(|o| o.brought.clone().unwrap().id).collect();
        assert_eq!(brought, ["1", "2", "3", "4"]);
    }

    #[test]
    fn the_log_is_taken_apart() {
        let (old, new) = ("0".repeat(40), "b".repeat(40));
        let log = format!(
            "\u{1}abc\u{2}A B\u{2}a@b\u{2}2009-12-18\u{2}\0\n:000000 100644 {old} {new} A\0:x\0\n:100644 000000 {new} {old} D\0y\0"
        );
        let found = listed(log.as_bytes());
        let commit = AuditedCommit {
            id: "abc".into(),
            author: "A B".into(),
            email: "a@b".into(),
            date: "2009-12-18".into(),
        };
        assert_eq!(found, [(commit, new)]);
    }
}
