//! Repairs a file after a merge by lines: from git's three stages of it, or from the markers in it.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::disk::file::{read_text, utf8};
use crate::disk::ledger::Ledger;
use crate::format::layout::{OF_REPS, SETTINGS};
use crate::format::merge::markers::{Markers, SIZE, Sides, take_apart};
use crate::format::merge::{Conflict, FileKind, Versions, is_one_sided, merge, two_in};
use crate::format::tree::{is_toml, string_at};
use crate::git::merge_driver::leaves_our_side;
use crate::git::merge_file::{Blobs, MergedFile, by_lines_with, merge_file};
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

/// The files of a ledger that have conflicts between markers.
pub fn marked(ledger: &Ledger) -> BTreeSet<PathBuf> {
    let (mut paths, _) = ledger.paths();
    paths.extend(ledger.files_below(&OF_REPS).0);
    paths.push(SETTINGS.into());
    let marked = paths.into_par_iter().filter(|path| {
        read_text(&ledger.root.join(path), path).is_ok_and(|text| has_conflict(&text))
    });
    marked.collect::<Vec<_>>().into_iter().collect()
}

/// Has a text conflicts between markers? A marker is not TOML; where the text is, it is in a text of several lines.
fn has_conflict(text: &str) -> bool {
    has_mark(text.as_bytes()) && !is_toml(text)
}

/// Has a text a line that begins as a conflict does?
fn has_mark(text: &[u8]) -> bool {
    const MARK: &[u8] = &[b'<'; SIZE];
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    text.split(|byte| *byte == b'\n').any(|line| line.starts_with(MARK))
}

/// Was an unmerged file settled by hand, so that only `git add` is left to do? `file` is its path on the disk.
pub fn is_settled(git: &Git, file: &Path, stages: &Stages) -> Result<bool, Diagnostic> {
    let (Some(_), Some(_), Ok(text)) = (&stages.ours, &stages.theirs, read_text(file, file)) else {
        return Ok(false);
    };
    Ok(!has_mark(text.as_bytes()) && !is_left_by_git(git, file, &text, stages)?)
}

/// Is a text without conflicts the one that git left? A merge of lines leaves markers, so a file without them was
/// settled by hand; but where git does not merge the file, it leaves our side as it was.
fn is_left_by_git(git: &Git, file: &Path, text: &str, stages: &Stages) -> Result<bool, Diagnostic> {
    let is_ours = stages.ours.as_deref() == Some(text.as_bytes());
    Ok(is_ours && stages.ours != stages.theirs && leaves_our_side(git, file)?)
}

/// Mends one file: `file` is its path on the disk, `current` its text there, `stages` are git's versions if it is
/// unmerged, `shown` the path that messages print.
pub fn mend(
    git: Option<&Git>,
    kind: FileKind,
    file: &Path,
    current: Option<&str>,
    stages: Option<&Stages>,
    shown: &Path,
) -> Result<Mended, Diagnostic> {
    let (Some(git), Some(all)) = (git, stages) else {
        return match current {
            Some(text) if has_conflict(text) => mend_markers(kind, text, shown),
            _ => Ok(Mended::Nothing),
        };
    };
    let (Some(ours), Some(theirs)) = (&all.ours, &all.theirs) else {
        let message = if all.ours.is_some() {
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
                "保留用 `git add 文件`，删除用 `git rm 文件`"
            ),
        ));
    };
    let blobs = Blobs { base: all.base.as_deref().unwrap_or_default(), ours, theirs };
    let text = match current {
        None => return from_stages(git, kind, blobs, &Markers::default(), shown),
        Some(text) => text,
    };
    if has_mark(text.as_bytes()) {
        // Mending by hand that was begun must not be lost: then the remaining markers count.
        let sides = take_apart(text);
        let markers = sides.as_ref().map(Sides::markers).unwrap_or_default();
        let markers = Markers { show_base: false, ..markers };
        let meaning = merge_file(git, blobs, kind, &markers)?;
        if same_sides(&meaning.bytes, text, sides.as_ref())
            || is_of_git(git, blobs, &markers, text, sides.as_ref())?
        {
            return merged(meaning, shown);
        }
        // The marks of a text of several lines that a side has are its own words.
        if has_conflict(text) || !has_mark(ours) && !has_mark(theirs) {
            return mend_markers(kind, text, shown);
        }
    }
    if is_left_by_git(git, file, text, all)? {
        from_stages(git, kind, blobs, &Markers::default(), shown)
    } else {
        Ok(Mended::ByHand)
    }
}

/// Is a text, as it is, git's own merge of the versions? Git's merges compare lines in several ways, and show conflicts
/// in several styles.
fn is_of_git(
    git: &Git,
    blobs: Blobs,
    markers: &Markers,
    text: &str,
    sides: Option<&Sides>,
) -> Result<bool, Diagnostic> {
    let ways: [&[&str]; 4] = [
        &["--diff-algorithm=histogram"],
        &[],
        &["--diff-algorithm=patience"],
        &["--diff-algorithm=minimal"],
    ];
    for way in ways {
        let lines = by_lines_with(git, blobs, markers, way)?;
        if lines.is_some_and(|lines| same_sides(&lines.bytes, text, sides)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn from_stages(
    git: &Git,
    kind: FileKind,
    blobs: Blobs,
    markers: &Markers,
    shown: &Path,
) -> Result<Mended, Diagnostic> {
    merged(merge_file(git, blobs, kind, markers)?, shown)
}

fn merged(file: MergedFile, shown: &Path) -> Result<Mended, Diagnostic> {
    let text = utf8(file.bytes, shown)?;
    if file.conflicts.is_empty() && !is_toml(&text) {
        return Err(broken(
            words!(
                "the sides of the file cannot be merged: the result is not valid TOML",
                "文件的双方改动无法合并：合并结果不是有效的 TOML"
            ),
            shown,
        ));
    }
    Ok(Mended::Merged { text, conflicts: file.conflicts })
}

/// That a file cannot be mended, and is left as it is.
fn broken(message: Words, shown: &Path) -> Diagnostic {
    Diagnostic::new(Code::MergeConflict, message).at(Place::file(shown)).help(words!(
        "edit it by hand; during a merge `git checkout -m FILE` starts over",
        "请手工修改；合并过程中可用 `git checkout -m 文件` 重新开始"
    ))
}

/// Mends a file from the markers in it. The ancestor is the text outside of conflicts, and inside of them the
/// ancestor's part if the markers show it. Fails rather than guess where that is too little.
fn mend_markers(kind: FileKind, text: &str, shown: &Path) -> Result<Mended, Diagnostic> {
    let broken = |message: Words| broken(message, shown);
    let sides = take_apart(text).ok_or_else(|| {
        broken(words!("the markers in the file do not match", "文件中的冲突标记不配对"))
    })?;
    let Sides { base, ours, theirs, .. } = &sides;
    let unclear = |why: Words| {
        broken(Words::both(
            format!("the sides of the file cannot be merged: {}", why.en()),
            format!("文件的双方改动无法合并：{}", why.zh()),
        ))
    };
    let (our, their): (Vec<usize>, Vec<usize>) = sides.starts.iter().copied().unzip();
    if string_at(ours, &our) || string_at(theirs, &their) {
        return Err(unclear(words!(
            "there are markers inside a text, which may be its own words",
            "文本内容里有冲突标记，可能是原文"
        )));
    }
    let merge = |base: &str, markers: &Markers| {
        merge(Versions { base, ours, theirs }, kind, markers).map_err(|why| unclear(why.words()))
    };
    let markers = sides.markers();
    let is_toml_base = is_toml(base);
    let merged = if sides.with_base == sides.conflicts && is_toml_base {
        merge(base, &markers)?
    } else {
        // Without the ancestor, an item that one side alone has was added by that side, or removed by the other.
        let known = if is_toml_base { &**base } else { "" };
        let merged = merge(known, &Markers { show_base: false, ..markers })?;
        let two = two_in(&merged.text).is_some();
        if !two && is_one_sided(ours, theirs, kind) {
            return Err(unclear(words!(
                "one side alone has a fact, and the file does not show whether it was added or removed",
                "有信息只出现在一方，而文件没有显示它是新增的还是被删除的"
            )));
        }
        if !merged.conflicts.is_empty() && sides.with_base > 0 {
            return Err(unclear(words!(
                "the ancestor between the markers is not valid TOML",
                "冲突标记之间的共同祖先不是有效的 TOML"
            )));
        }
        merged
    };
    Ok(Mended::Merged { text: merged.text, conflicts: merged.conflicts })
}

/// Has a merged file the sides of a text with markers? Styles of markers differ in the lines that they leave outside
/// of them, but not in the sides. A text that cannot be taken apart is compared line by line.
fn same_sides(merged: &[u8], text: &str, sides: Option<&Sides>) -> bool {
    let found = std::str::from_utf8(merged).ok().and_then(take_apart);
    match (found, sides) {
        (Some(found), Some(sides)) => (&found.ours, &found.theirs) == (&sides.ours, &sides.theirs),
        _ => same_but_labels(merged, text.as_bytes()),
    }
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
        assert!(has_conflict("\u{feff}<<<<<<< a\n"));
        assert!(has_conflict("x = 1\n<<<<<<< a\n"));
        assert!(!has_conflict("x = \"<<<<<<< a\"\n"));
        assert!(!has_conflict("x = \"\"\"\n<<<<<<< a\n=======\n>>>>>>> b\n\"\"\"\n"));
    }
}
