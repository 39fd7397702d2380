//! Repairs a file after a merge by lines: from git's three stages of it, or from the markers in it.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::disk::file::{read_text, utf8};
use crate::disk::ledger::Ledger;
use crate::format::layout::SETTINGS;
use crate::format::merge::markers::{Markers, SIZE, take_apart};
use crate::format::merge::{Conflict, Kind, Versions, merge};
use crate::git::merge_file::{Blobs, MergedFile, by_lines, merge_file};
use crate::git::program::{Blob, Git};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The versions of a file in an unmerged index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stages {
    /// The common ancestor.
    pub base: Option<Vec<u8>>,
    /// Ours.
    pub ours: Option<Vec<u8>>,
    /// Theirs.
    pub theirs: Option<Vec<u8>>,
}

/// The result of mending a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mended {
    /// There is nothing to mend: no markers.
    Nothing,
    /// Git has several versions, but the file was mended by hand.
    ByHand,
    /// Merged; the remaining conflicts are between markers.
    Merged {
        /// The whole file.
        text: String,
        /// The remaining conflicts.
        conflicts: Vec<Conflict>,
    },
}

/// The unmerged files below the ledger's `prefix`, by their path from its root.
pub fn unmerged(git: &Git, prefix: &str) -> Result<BTreeMap<PathBuf, Stages>, Diagnostic> {
    let entries = git.unmerged(prefix)?;
    let blobs = git.blobs(entries.iter().map(|entry| &*entry.id))?;
    let mut found: BTreeMap<PathBuf, Stages> = BTreeMap::new();
    for (entry, blob) in entries.iter().zip(blobs) {
        let Ok(path) = entry.path.strip_prefix(prefix) else { continue };
        let stages = found.entry(path.to_owned()).or_default();
        let slot = match entry.stage {
            1 => &mut stages.base,
            2 => &mut stages.ours,
            _ => &mut stages.theirs,
        };
        match blob {
            Blob::Bytes(bytes) => *slot = Some(bytes),
            Blob::TooLarge(_) | Blob::Missing => {
                let message = words!(
                    "a version of the file in git is too large, or is missing",
                    "文件在 git 中的某个版本过大或缺失"
                );
                return Err(Diagnostic::new(Code::TooLarge, message).at(Place::file(path)));
            }
        }
    }
    Ok(found)
}

/// The files of a ledger with a line that begins a conflict.
pub fn marked(ledger: &Ledger) -> BTreeSet<PathBuf> {
    let (mut paths, _) = ledger.paths();
    paths.extend(ledger.activity_paths().0);
    paths.push(SETTINGS.into());
    let marked = paths.into_par_iter().filter(|path| {
        read_text(&ledger.root.join(path), path).is_ok_and(|text| has_markers(&text))
    });
    marked.collect::<Vec<_>>().into_iter().collect()
}

/// Has a text a line that begins a conflict?
pub fn has_markers(text: &str) -> bool {
    let mark = "<".repeat(SIZE);
    let first = text.trim_start_matches('\u{feff}');
    first.starts_with(&mark) || text.contains(&format!("\n{mark}"))
}

/// Mends one file: `current` is its text in the work tree, `stages` are git's versions if it is unmerged,
/// `shown` the path that messages print.
pub fn mend(
    git: Option<&Git>,
    kind: Kind,
    current: Option<&str>,
    stages: Option<&Stages>,
    shown: &Path,
) -> Result<Mended, Diagnostic> {
    let (Some(git), Some(stages)) = (git, stages) else {
        return match current {
            Some(text) if has_markers(text) => mend_markers(kind, text, shown),
            _ => Ok(Mended::Nothing),
        };
    };
    let (Some(ours), Some(theirs)) = (&stages.ours, &stages.theirs) else {
        let message = if stages.ours.is_some() {
            words!(
                "their side removed the file, and ours changed it",
                "对方删除了文件，我方作了修改"
            )
        } else {
            words!(
                "our side removed the file, and theirs changed it",
                "我方删除了文件，对方作了修改"
            )
        };
        return Err(Diagnostic::new(Code::MergeConflict, message).at(Place::file(shown)).help(
            words!(
                "keep it with `git add FILE`, or remove it with `git rm FILE`",
                "保留用 `git add FILE`，删除用 `git rm FILE`"
            ),
        ));
    };
    let blobs = Blobs { base: stages.base.as_deref().unwrap_or_default(), ours, theirs };
    let text = match current {
        None => return from_stages(git, kind, blobs, &Markers::default(), shown),
        Some(text) => text,
    };
    if !has_markers(text) {
        // A driver that failed, or `-merge`, leaves a side as it was.
        let is_side = [ours, theirs].into_iter().any(|side| **side == *text.as_bytes());
        let as_it_was = is_side && ours != theirs;
        return if as_it_was {
            from_stages(git, kind, blobs, &Markers::default(), shown)
        } else {
            Ok(Mended::ByHand)
        };
    }
    let markers = labelled(take_apart(text).map(|sides| sides.labels).unwrap_or_default());
    // Mending by hand that was begun must not be lost: then the remaining markers count.
    let untouched = |merged: &MergedFile| same_but_labels(&merged.bytes, text.as_bytes());
    let lines = by_lines(git, blobs, &markers)?;
    let meaning = merge_file(git, blobs, kind, &markers)?;
    if untouched(&lines) || untouched(&meaning) {
        merged(meaning, shown)
    } else {
        mend_markers(kind, text, shown)
    }
}

fn from_stages(
    git: &Git,
    kind: Kind,
    blobs: Blobs,
    markers: &Markers,
    shown: &Path,
) -> Result<Mended, Diagnostic> {
    merged(merge_file(git, blobs, kind, markers)?, shown)
}

fn merged(file: MergedFile, shown: &Path) -> Result<Mended, Diagnostic> {
    let text = utf8(file.bytes, shown)?;
    Ok(Mended::Merged { text, conflicts: file.conflicts })
}

/// Mends a file from the markers in it. The ancestor is the text outside of conflicts, and inside of them the
/// ancestor's part if the markers show it.
fn mend_markers(kind: Kind, text: &str, shown: &Path) -> Result<Mended, Diagnostic> {
    let broken = |message: Words| {
        Diagnostic::new(Code::MergeConflict, message).at(Place::file(shown)).help(words!(
            "edit it by hand; during a merge `git checkout -m FILE` starts over",
            "请手工修改；合并过程中可用 `git checkout -m FILE` 重新开始"
        ))
    };
    let sides = take_apart(text).ok_or_else(|| {
        broken(words!("the markers in the file do not match", "文件中的冲突标记不配对"))
    })?;
    let markers = labelled(sides.labels.clone());
    let all = |base: &str| {
        merge(Versions { base, ours: &sides.ours, theirs: &sides.theirs }, kind, &markers)
    };
    // The known parts of the ancestor need not be valid by themselves.
    let merged = all(&sides.base).or_else(|_| all("")).map_err(|why| {
        let why = why.words();
        broken(Words::both(
            format!("the sides of the file cannot be merged: {}", why.en()),
            format!("文件的双方改动无法合并：{}", why.zh()),
        ))
    })?;
    Ok(Mended::Merged { text: merged.text, conflicts: merged.conflicts })
}

/// Markers with the labels that a file has.
fn labelled((ours, theirs): (String, String)) -> Markers {
    let usual = Markers::default();
    let or = |label: String, otherwise: String| if label.is_empty() { otherwise } else { label };
    Markers { ours: or(ours, usual.ours), theirs: or(theirs, usual.theirs), ..usual }
}

/// Are two files equal but for the labels of their markers?
fn same_but_labels(a: &[u8], b: &[u8]) -> bool {
    let lines = |text| {
        <[u8]>::split(text, |byte| *byte == b'\n').map(|line: &[u8]| {
            let mark = line.first().copied().unwrap_or_default();
            let size = line.iter().take_while(|byte| **byte == mark).count();
            if b"<|>".contains(&mark) && size >= SIZE { &line[..size] } else { line }
        })
    };
    lines(a).eq(lines(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_count() {
        assert!(same_but_labels(b"a\n<<<<<<< x\nb\n", b"a\n<<<<<<< HEAD\nb\n"));
        assert!(!same_but_labels(b"a\n<<<<<<< x\nb\n", b"a\n<<<<<<< x\nc\n"));
        assert!(!same_but_labels(b"a\n", b"b\n"));
    }

    #[test]
    fn markers_begin_lines() {
        assert!(has_markers("\u{feff}<<<<<<< a\n"));
        assert!(has_markers("x\n<<<<<<< a\n"));
        assert!(!has_markers("x = \"<<<<<<< a\"\n"));
    }
}
