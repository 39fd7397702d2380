//! Mending what a merge by lines left: git's three stages of a file, or the markers in it.

use crate::diag::{Code, Diagnostic, Place};
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

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mended {
    /// There is nothing to mend: no markers.
    Nothing,
    /// Git has several versions, but somebody has mended the file by hand.
    ByHand,
    /// Merged; what is left in conflict stands between markers.
    Merged {
        /// The whole file.
        text: String,
        /// What is left.
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
                let message = "a version of the file in git is too large, or is not there";
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

/// Mends one file: `current` is its text in the work tree, `stages` what git has of it if it is unmerged,
/// `shown` the path that messages print.
pub fn mend(
    git: Option<&Git>,
    kind: Kind,
    current: Option<&str>,
    stages: Option<&Stages>,
    shown: &Path,
) -> Result<Mended, Diagnostic> {
    let unmergeable = |code, message: String| Diagnostic::new(code, message).at(Place::file(shown));
    let (Some(git), Some(stages)) = (git, stages) else {
        return match current {
            Some(text) if has_markers(text) => mend_markers(kind, text, shown),
            _ => Ok(Mended::Nothing),
        };
    };
    let (Some(ours), Some(theirs)) = (&stages.ours, &stages.theirs) else {
        let (one, other) =
            if stages.ours.is_some() { ("their", "ours") } else { ("our", "theirs") };
        let message = format!("{one} side removed the file, and {other} changed it");
        return Err(unmergeable(Code::MergeConflict, message)
            .help("keep it with `git add FILE`, or let it go with `git rm FILE`"));
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
    // Who has begun to mend it by hand must not lose that: then the markers that are left count.
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

/// Mends a file from the markers in it. The ancestor is what both sides have outside of conflicts, and
/// what markers show of it.
fn mend_markers(kind: Kind, text: &str, shown: &Path) -> Result<Mended, Diagnostic> {
    let broken = |message: &str| {
        Diagnostic::new(Code::MergeConflict, message)
            .at(Place::file(shown))
            .help("mend it by hand; in the middle of a merge `git checkout -m FILE` begins anew")
    };
    let sides =
        take_apart(text).ok_or_else(|| broken("the markers in the file do not go together"))?;
    let markers = labelled(sides.labels.clone());
    let all = |base: &str| {
        merge(Versions { base, ours: &sides.ours, theirs: &sides.theirs }, kind, &markers)
    };
    // What is known of the ancestor need not be valid by itself.
    let merged = all(&sides.base)
        .or_else(|_| all(""))
        .map_err(|why| broken(&format!("the sides of the file cannot be merged: {why}")))?;
    Ok(Mended::Merged { text: merged.text, conflicts: merged.conflicts })
}

/// Markers with the labels that a file has.
fn labelled((ours, theirs): (String, String)) -> Markers {
    let usual = Markers::default();
    let or = |label: String, otherwise: String| if label.is_empty() { otherwise } else { label };
    Markers { ours: or(ours, usual.ours), theirs: or(theirs, usual.theirs), ..usual }
}

/// Are two files the same but for the labels of their markers?
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
