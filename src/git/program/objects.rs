//! The objects of a repository: commits, trees, the index and contents.

use super::output::{one_line, parts, path_of};
use super::{Git, drained, feed, not_run};
use crate::diag::{Code, Diagnostic};
use crate::disk::file::MAX_FILE;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::PathBuf;
use std::process::Output;

/// The id of an object that is not there: an old or new end of a ref that does not exist.
pub fn is_nothing(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b == b'0')
}

/// A file in a tree or in the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrackedFile {
    /// From the repository's top level.
    pub path: PathBuf,
    /// Its kind.
    pub mode: Mode,
    /// Its object.
    pub id: String,
    /// 0, or in an unmerged index 1 (base), 2 (ours), 3 (theirs).
    pub stage: u8,
}

/// The kind of an entry of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// A file, executable or not.
    File,
    /// A symbolic link.
    Link,
    /// Another repository.
    Submodule,
}

impl Mode {
    /// The kind that git's six digits mean.
    pub fn parse(mode: &[u8]) -> Mode {
        match mode {
            b"120000" => Mode::Link,
            b"160000" => Mode::Submodule,
            _ => Mode::File,
        }
    }
}

/// The object of an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// Its size in bytes, more than a file of a ledger may have; its bytes were skipped.
    TooLarge(u64),
    /// There is no such object.
    Missing,
}

impl Git {
    /// The commit that a revision names; `None` where it names none.
    pub fn find_commit(&self, revision: &str) -> Result<Option<String>, Diagnostic> {
        let commit = format!("{revision}^{{commit}}");
        let words = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        let output = self.output(&words, &[])?;
        // An unborn or unknown name ends with 1, an impossible one with 128.
        Ok(output.status.success().then(|| one_line(&output.stdout)))
    }

    /// The commit that a revision names. Fails if it names none.
    pub fn commit(&self, revision: &str) -> Result<String, Diagnostic> {
        self.find_commit(revision)?.ok_or_else(|| {
            Diagnostic::new(
                Code::BadRevision,
                words!("`{revision}` names no commit", "`{revision}` 指向的不是提交"),
            )
            .help(words!(
                "a commit, a branch or a tag: HEAD~1, main, v1.2, 'main@{{yesterday}}'",
                "请给出提交、分支或标签：HEAD~1、main、v1.2、'main@{{yesterday}}'"
            ))
        })
    }

    /// The tree without files: compared with it, every file is new.
    pub fn empty_tree(&self) -> Result<String, Diagnostic> {
        self.line(&["hash-object", "-t", "tree", "--stdin"])
    }

    /// Every file of a commit or tree below a prefix (`sales/`; empty for all), by path.
    pub fn tree(&self, revision: &str, prefix: &str) -> Result<Vec<TrackedFile>, Diagnostic> {
        let mut words = vec!["ls-tree", "-r", "-z", "--full-tree", revision];
        if !prefix.is_empty() {
            words.extend(["--", prefix]);
        }
        Ok(tree_entries(&self.run(&words)?))
    }

    /// Every file of the index below a prefix, by path; without files that were only announced (`git add -N`).
    pub fn index(&self, prefix: &str) -> Result<Vec<TrackedFile>, Diagnostic> {
        let mut entries = self.listed("--stage", prefix)?;
        if entries.iter().any(|entry| EMPTY.contains(&entry.id.as_str())) {
            let announced =
                self.compare(&["diff-files", "-z", "--name-only", "--diff-filter=A"])?;
            let announced: Vec<PathBuf> = parts(&announced).map(path_of).collect();
            entries.retain(|entry| !announced.contains(&entry.path));
        }
        Ok(entries)
    }

    /// The versions of every file below a prefix that a merge left several of, by path and stage.
    pub fn unmerged(&self, prefix: &str) -> Result<Vec<TrackedFile>, Diagnostic> {
        self.listed("--unmerged", prefix)
    }

    fn listed(&self, what: &str, prefix: &str) -> Result<Vec<TrackedFile>, Diagnostic> {
        let top = format!(":(top,literal){prefix}");
        let mut words = vec!["ls-files", what, "--full-name", "-z"];
        words.extend(["--", if prefix.is_empty() { ":(top)" } else { &top }]);
        Ok(index_entries(&self.run(&words)?))
    }

    /// The contents of objects, in their order, from one process.
    pub fn blobs<'i>(
        &self,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<Vec<Blob>, Diagnostic> {
        let words = ["cat-file", "--batch", "--buffer"];
        let mut request = String::new();
        let mut wanted = 0;
        for id in ids {
            request.push_str(id);
            request.push('\n');
            wanted += 1;
        }
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let mut child = self.spawn(&words)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let complaints = child.stderr.take();
        let (read, stderr) = std::thread::scope(|scope| {
            scope.spawn(move || feed(input, request.as_bytes()));
            let stderr = scope.spawn(move || drained(complaints));
            let read = output.ok_or(ErrorKind::BrokenPipe.into()).and_then(|output| {
                let mut output = BufReader::new(output);
                (0..wanted).map(|_| one_blob(&mut output)).collect::<std::io::Result<Vec<Blob>>>()
            });
            (read, stderr.join().unwrap_or_default())
        });
        let status = child.wait().map_err(|error| not_run(&error))?;
        let ended = Output { status, stdout: Vec::new(), stderr };
        match read {
            Ok(blobs) => Ok(blobs),
            Err(_) if !ended.status.success() => Err(self.failed(&words, &ended)),
            Err(error) => Err(Diagnostic::new(
                Code::GitFailed,
                words!(
                    "cannot read the output of git cat-file: {error}",
                    "无法读懂 git cat-file 的输出：{error}"
                ),
            )),
        }
    }
}

/// The objects of an empty file, in both kinds of repository.
pub(super) const EMPTY: [&str; 2] = [
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
];

/// `MODE TYPE ID\tPATH`, each ended by a NUL.
fn tree_entries(bytes: &[u8]) -> Vec<TrackedFile> {
    entries(bytes, |fields| (fields.get(2).copied().unwrap_or_default(), 0))
}

/// `MODE ID STAGE\tPATH`, each ended by a NUL.
pub(super) fn index_entries(bytes: &[u8]) -> Vec<TrackedFile> {
    entries(bytes, |fields| {
        let stage =
            fields.get(2).and_then(|stage| stage.first()).map_or(0, |b| b.wrapping_sub(b'0'));
        (fields.get(1).copied().unwrap_or_default(), stage)
    })
}

fn entries<'b>(bytes: &'b [u8], id: impl Fn(&[&'b [u8]]) -> (&'b [u8], u8)) -> Vec<TrackedFile> {
    let one = |part: &'b [u8]| {
        let tab = part.iter().position(|b| *b == b'\t')?;
        let fields: Vec<&[u8]> = part[..tab].split(|b| *b == b' ').collect();
        let (id, stage) = id(&fields);
        Some(TrackedFile {
            path: path_of(&part[tab + 1..]),
            mode: Mode::parse(fields.first()?),
            id: String::from_utf8_lossy(id).into_owned(),
            stage,
        })
    };
    parts(bytes).filter_map(one).collect()
}

/// `ID TYPE SIZE`, the bytes, a newline; or `ID missing`.
pub(super) fn one_blob(output: &mut impl BufRead) -> std::io::Result<Blob> {
    let mut head = String::new();
    output.read_line(&mut head)?;
    let mut words = head.trim_end().rsplit(' ');
    let (size, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if matches!(size, "missing" | "ambiguous") {
        return Ok(Blob::Missing);
    }
    let size: u64 = size.parse().map_err(|_| std::io::Error::other(head.trim().to_owned()))?;
    let mut content = output.take(size);
    let blob = if kind != "blob" || size > MAX_FILE {
        std::io::copy(&mut content, &mut std::io::sink())?;
        if kind == "blob" { Blob::TooLarge(size) } else { Blob::Missing }
    } else {
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        content.read_to_end(&mut bytes)?;
        Blob::Bytes(bytes)
    };
    let mut newline = [0];
    output.read_exact(&mut newline)?;
    Ok(blob)
}
