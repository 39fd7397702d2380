//! Merges one file from git's three versions by its meaning, and if that is not clear, by git's own merge of
//! lines.

use crate::diag::{Code, Diagnostic};
use crate::disk::durable::write_file;
use crate::format::merge::markers::{Markers, take_apart};
use crate::format::merge::{Conflict, FileKind, Merged, Unclear, Versions, merge};
use crate::git::program::Git;
use std::path::Path;

/// Three versions of a file, as bytes.
#[derive(Debug, Clone, Copy)]
pub struct Blobs<'b> {
    /// The common ancestor; empty where there is none.
    pub base: &'b [u8],
    /// Our side.
    pub ours: &'b [u8],
    /// Their side.
    pub theirs: &'b [u8],
}

/// A merged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedFile {
    /// The result, with markers where there are conflicts.
    pub bytes: Vec<u8>,
    /// The values that both sides changed differently; after a merge of lines, the places of the markers.
    pub conflicts: Vec<Conflict>,
    /// Why it was merged by lines, if it was.
    pub by_lines: Option<Unclear>,
}

/// Merges a file. `git` lies in the repository: its `merge.conflictStyle` says whether the common ancestor
/// is shown in conflicts.
pub fn merge_file(
    git: &Git,
    blobs: Blobs,
    kind: FileKind,
    markers: &Markers,
) -> Result<MergedFile, Diagnostic> {
    let why = match by_meaning(blobs, kind, markers) {
        Ok(merged) if merged.conflicts.is_empty() || !shows_base(git) => return Ok(merged.into()),
        Ok(_) => {
            let markers = Markers { show_base: true, ..markers.clone() };
            match by_meaning(blobs, kind, &markers) {
                Ok(merged) => return Ok(merged.into()),
                Err(why) => why,
            }
        }
        Err(why) => why,
    };
    Ok(MergedFile { by_lines: Some(why), ..by_lines(git, blobs, markers)? })
}

impl From<Merged> for MergedFile {
    fn from(merged: Merged) -> MergedFile {
        let bytes = merged.text.into_bytes();
        MergedFile { bytes, conflicts: merged.conflicts, by_lines: None }
    }
}

fn by_meaning(blobs: Blobs, kind: FileKind, markers: &Markers) -> Result<Merged, Unclear> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Unclear::NotToml);
    let (base, ours, theirs) = (text(blobs.base)?, text(blobs.ours)?, text(blobs.theirs)?);
    let merged = merge(Versions { base, ours, theirs }, kind, markers);
    // Branches that were merged criss-cross have an ancestor that git merged itself; parts of it that were in
    // conflict are not known.
    if let (Err(Unclear::NotToml), Some(known)) = (&merged, take_apart(base)) {
        return merge(Versions { base: &known.base, ours, theirs }, kind, markers);
    }
    merged
}

/// Does the user want to see the common ancestor between the markers?
fn shows_base(git: &Git) -> bool {
    let style = git.ask(&["config", "--get", "merge.conflictStyle"]).ok().flatten();
    style.is_some_and(|style| style.trim_ascii().ends_with(b"diff3"))
}

/// Git's merge of lines.
pub fn by_lines(git: &Git, blobs: Blobs, markers: &Markers) -> Result<MergedFile, Diagnostic> {
    by_lines_with(git, blobs, markers, &[])?.ok_or_else(|| {
        Diagnostic::new(
            Code::GitFailed,
            words!("git merge-file could not merge the versions", "git merge-file 无法合并各版本"),
        )
        .help(words!(
            "a version of the file may have bytes that are not text",
            "文件的某个版本可能含有非文本内容"
        ))
    })
}

/// Git's merge of lines with options; `None` if git cannot do it, or does not know an option.
pub fn by_lines_with(
    git: &Git,
    blobs: Blobs,
    markers: &Markers,
    options: &[&str],
) -> Result<Option<MergedFile>, Diagnostic> {
    let folder = tempfile::tempdir().map_err(|error| {
        Diagnostic::new(
            Code::WriteFailed,
            words!("no temporary folder can be made", "无法建立临时文件夹").because(&error),
        )
    })?;
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        write_file(&path, bytes).map_err(|error| {
            let message =
                words!("{} cannot be written", "无法写入 {}", path.display()).because(&error);
            Diagnostic::new(Code::WriteFailed, message)
        })?;
        Ok::<String, Diagnostic>(path.display().to_string())
    };
    let paths = [put("ours", blobs.ours)?, put("base", blobs.base)?, put("theirs", blobs.theirs)?];
    let size = format!("--marker-size={}", markers.size.max(1));
    let mut words = vec!["merge-file", "-p", "-q", &size];
    words.extend(options);
    for label in [&markers.ours, &markers.base, &markers.theirs] {
        words.extend(["-L", label]);
    }
    words.extend(paths.iter().map(String::as_str));
    // The status is the number of conflicts, at most 127.
    let (status, bytes) = git.attempt(&words)?;
    Ok(match status {
        Some(status @ 0..=127) => {
            let conflicts = if status == 0 { Vec::new() } else { places(&bytes, markers) };
            Some(MergedFile { bytes, conflicts, by_lines: None })
        }
        _ => None,
    })
}

/// Where conflicts begin in a merge of lines.
fn places(bytes: &[u8], markers: &Markers) -> Vec<Conflict> {
    let mark = vec![b'<'; markers.size.max(1)];
    let begins = |line: &[u8]| {
        line.strip_prefix(&*mark).is_some_and(|rest| matches!(rest, [] | [b' ' | b'\r', ..]))
    };
    (1..)
        .zip(bytes.split(|b| *b == b'\n'))
        .filter(|(_, line)| begins(line))
        .map(|(line, _)| Conflict { what: words!("lines", "文字"), line })
        .collect()
}

/// The kind of the file at a path: from its ledger's root if that is found, else from the path alone.
pub fn kind_of(top: &Path, path: &Path) -> FileKind {
    let folder = top.join(path);
    let ledger = folder.ancestors().skip(1).find(|folder| {
        folder.join(crate::format::layout::SETTINGS).is_file() && folder.starts_with(top)
    });
    let below = ledger.and_then(|ledger| folder.strip_prefix(ledger).ok());
    FileKind::of(below.unwrap_or(path))
}
