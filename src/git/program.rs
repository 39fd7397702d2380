//! Starts the `git` program with an argument list and reads bytes: the one place that does. Files of a ledger, the
//! settings of a user and the environment must neither change what git prints nor make it start other programs;
//! so every setting that would is given ([`SETTINGS`]), variables that would are taken away ([`KEPT`] has the others), and
//! git is not run where it would take a folder of files for a repository.

use crate::diag::{Code, Diagnostic, Words};
use crate::disk::file::MAX_FILE;
use crate::disk::private::is_git_directory;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The id of an object that is not there: an old or new end of a ref that does not exist.
pub fn is_nothing(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b == b'0')
}

/// Git, run in one folder.
#[derive(Debug, Clone)]
pub struct Git {
    folder: PathBuf,
    /// The folder is the git directory itself, and was named as such.
    bare: bool,
}

/// Git reads settings in a folder that looks like a bare repository; a folder of files can be made to look so. Git since
/// 2.38 knows the setting; [`Git::planted`] looks for all of them.
const NO_BARE: &str = "safe.bareRepository=explicit";

/// The settings of git that change what the commands used here print, or that start other programs, each with the value
/// that is meant here. `git config` is asked without them: it starts nothing, and its answer is what others get.
const SETTINGS: [&str; 9] = [
    "core.fsmonitor=false",
    "diff.orderFile=/dev/null",
    "diff.relative=false",
    "diff.renameLimit=1000",
    "i18n.logOutputEncoding=UTF-8",
    "log.diffMerges=separate",
    "log.follow=false",
    "log.showRoot=true",
    "log.showSignature=false",
];

/// The variables that git gets, of all that begin with `GIT_`: where its hooks find the repository, the index and the
/// objects in quarantine, and where its configuration is.
const KEPT: [&str; 16] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_SYSTEM",
    "GIT_DIR",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Does git get this variable?
fn is_kept(name: &str) -> bool {
    let numbered = ["GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"];
    !name.starts_with("GIT_")
        || KEPT.contains(&name)
        || numbered.iter().any(|start| name.starts_with(start))
}

/// A file in a tree or in the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
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

/// A file on one side of a difference: its mode and object; `None` where it is not there.
pub type Version = Option<(String, String)>;

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
    /// Git in a folder of a work tree, or where git itself runs this program as a hook.
    pub fn at(folder: &Path) -> Git {
        let here = folder.as_os_str().is_empty();
        Git { folder: if here { PathBuf::from(".") } else { folder.to_owned() }, bare: false }
    }

    /// Git of a repository that a user names by its folder: a bare one, or one with a work tree.
    pub fn named(folder: &Path) -> Git {
        Git { bare: is_git_directory(folder), ..Git::at(folder) }
    }

    /// Runs it and gives its standard output; any other end than status 0 is an error.
    pub fn run<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Vec<u8>, Diagnostic> {
        self.run_with(words, &[])
    }

    /// [`Git::run`] with `input` on its standard input.
    pub fn run_with<S: AsRef<OsStr>>(
        &self,
        words: &[S],
        input: &[u8],
    ) -> Result<Vec<u8>, Diagnostic> {
        let output = self.output(words, input)?;
        if output.status.success() { Ok(output.stdout) } else { Err(self.failed(words, &output)) }
    }

    /// [`Git::run`] of a command that compares files of the work tree. To do so git would start the filters that
    /// attributes in the tree choose; here it gets none.
    pub fn compare<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Vec<u8>, Diagnostic> {
        let filters = ["config", "-z", "--name-only", "--get-regexp", r"^filter\..*"];
        let filters = self.ask(&filters)?.unwrap_or_default();
        let mut all: Vec<OsString> = Vec::new();
        for name in parts(&filters) {
            all.extend(["-c".into(), format!("{}=", String::from_utf8_lossy(name)).into()]);
        }
        all.extend(words.iter().map(|word| word.as_ref().to_owned()));
        self.run(&all)
    }

    /// [`Git::run`] that returns one line of text.
    pub fn line<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<String, Diagnostic> {
        self.run(words).map(|bytes| one_line(&bytes))
    }

    /// Asks git a question; `None` if it answers no, by status 1.
    pub fn ask<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Option<Vec<u8>>, Diagnostic> {
        let output = self.output(words, &[])?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout)),
            Some(1) => Ok(None),
            _ => Err(self.failed(words, &output)),
        }
    }

    /// Runs it and accepts any status: returns the status (`None` if a signal ended it) and standard output.
    pub fn attempt<S: AsRef<OsStr>>(
        &self,
        words: &[S],
    ) -> Result<(Option<i32>, Vec<u8>), Diagnostic> {
        let output = self.output(words, &[])?;
        Ok((output.status.code(), output.stdout))
    }

    /// The top of the work tree; an error where there is none.
    pub fn top_level(&self) -> Result<PathBuf, Diagnostic> {
        let words = ["rev-parse", "--show-toplevel"];
        let output = self.output(&words, &[])?;
        if output.status.success() {
            return Ok(path_of(output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout)));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("must be run in a work tree") {
            let message = words!(
                "{} is a bare repository: it has no files",
                "{} 是裸仓库，没有文件",
                self.folder.display()
            );
            return Err(Diagnostic::new(Code::NoGit, message)
                .help(words!("run it in a clone", "请在克隆中执行")));
        }
        Err(self.failed(&words, &output))
    }

    /// A folder's path from the top level, as git writes it: empty, or `sales/` with the slash.
    pub fn prefix(&self, folder: &Path) -> Result<String, Diagnostic> {
        let top = self.top_level()?;
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (top, folder) = (real(&top), real(folder));
        let Ok(below) = folder.strip_prefix(&top) else {
            let message =
                words!("{} is not below {}", "{} 不在 {} 之内", folder.display(), top.display());
            return Err(Diagnostic::new(Code::NoGit, message).help(words!(
                "git uses another repository here than the ledger's",
                "git 在这里使用的不是账本的仓库"
            )));
        };
        let parts = below.components().map(|part| part.as_os_str().to_string_lossy() + "/");
        Ok(parts.collect())
    }

    /// A file of git's own (`hooks`, `MERGE_HEAD`), wherever this repository keeps it.
    pub fn private(&self, name: &str) -> Result<PathBuf, Diagnostic> {
        let path = self.run(&["rev-parse", "--git-path", name])?;
        // Git gives it as seen from where it ran.
        let path = self.folder.join(path_of(path.strip_suffix(b"\n").unwrap_or(&path)));
        let above = path.components().any(|part| part == std::path::Component::ParentDir);
        let plain = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
        Ok(if above { plain().unwrap_or(path) } else { path })
    }

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
    pub fn tree(&self, revision: &str, prefix: &str) -> Result<Vec<Entry>, Diagnostic> {
        let mut words = vec!["ls-tree", "-r", "-z", "--full-tree", revision];
        if !prefix.is_empty() {
            words.extend(["--", prefix]);
        }
        Ok(tree_entries(&self.run(&words)?))
    }

    /// Every file of the index below a prefix, by path; without files that were only announced (`git add -N`).
    pub fn index(&self, prefix: &str) -> Result<Vec<Entry>, Diagnostic> {
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
    pub fn unmerged(&self, prefix: &str) -> Result<Vec<Entry>, Diagnostic> {
        self.listed("--unmerged", prefix)
    }

    fn listed(&self, what: &str, prefix: &str) -> Result<Vec<Entry>, Diagnostic> {
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

    fn output<S: AsRef<OsStr>>(&self, words: &[S], input: &[u8]) -> Result<Output, Diagnostic> {
        let mut child = self.spawn(words)?;
        let stdin = child.stdin.take();
        std::thread::scope(|scope| {
            scope.spawn(move || feed(stdin, input));
            child.wait_with_output().map_err(|error| not_run(&error))
        })
    }

    fn spawn<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Child, Diagnostic> {
        if let Some(planted) = self.planted() {
            return Err(not_run_in(&planted));
        }
        let mut command = Command::new("git");
        // Reading takes no lock, and no replacement object is read instead of the object asked for.
        command.args(["--no-optional-locks", "--no-replace-objects", "--no-pager"]);
        let asks = words.first().is_some_and(|word| word.as_ref() == "config");
        let settings = if asks { &[][..] } else { &SETTINGS[..] };
        for setting in [NO_BARE].iter().chain(settings) {
            command.args(["-c", setting]);
        }
        if self.bare {
            command.arg("--git-dir=.");
        }
        for (name, _) in std::env::vars_os() {
            if !is_kept(&name.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        command
            .args(words)
            .current_dir(&self.folder)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| not_run(&error))
    }

    /// The first folder, from here upwards, that git would take for a repository although it has no `.git`.
    fn planted(&self) -> Option<PathBuf> {
        if self.bare || std::env::var_os("GIT_DIR").is_some() {
            return None;
        }
        let folder = self.folder.canonicalize().ok()?;
        let of_git = |folder: &&Path| {
            folder.join(".git").symlink_metadata().is_ok() || is_git_directory(folder)
        };
        folder.ancestors().find(of_git).filter(|found| is_git_directory(found)).map(Path::to_owned)
    }

    fn failed<S: AsRef<OsStr>>(&self, words: &[S], output: &Output) -> Diagnostic {
        let mut command = words.iter().map(|word| word.as_ref().to_string_lossy());
        let command = command.find(|word| word != "-c" && !word.contains('='));
        let command = command.unwrap_or_default();
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("not a git repository") {
            let message = words!(
                "{} is not in a git repository",
                "{} 不在 git 仓库中",
                self.folder.display()
            );
            return Diagnostic::new(Code::NoGit, message).help(words!(
                "make one there: git init && git add . && git commit -m 'a ledger'",
                "请在那里建立仓库：git init && git add . && git commit -m 'a ledger'"
            ));
        }
        let mut lines = said.lines().filter(|line| !line.trim().is_empty());
        let first = lines.next().map_or_else(|| output.status.to_string(), str::to_owned);
        // Git runs in English (LC_ALL=C); its own lines are shown as they are.
        let message = words!(
            "git {command} failed: {}",
            "git {command} 失败：{}",
            first.trim_start_matches("fatal: ")
        );
        lines.take(5).fold(Diagnostic::new(Code::GitFailed, message), |diagnostic, line| {
            diagnostic.note(Words::both(line.trim(), line.trim()))
        })
    }
}

/// That git is not run in a bare repository which was not named as such.
fn not_run_in(folder: &Path) -> Diagnostic {
    let message = words!(
        "{} is a bare repository, or a folder that looks like one: git is not run in it",
        "{} 是裸仓库，或被做成裸仓库的样子：不在其中运行 git",
        folder.display()
    );
    Diagnostic::new(Code::NoGit, message)
        .help(words!("run it in a clone", "请在克隆中执行"))
        .help(words!(
            "in a ledger such a folder runs programs of a stranger: remove its HEAD, config, objects and refs",
            "账本里的这种文件夹会运行他人的程序：请删除其中的 HEAD、config、objects 和 refs"
        ))
}

/// The objects of an empty file, in both kinds of repository.
const EMPTY: [&str; 2] = [
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
];

fn feed(input: Option<std::process::ChildStdin>, bytes: &[u8]) {
    if let Some(mut input) = input {
        // A process that ends early does not read; its status tells.
        let _ = input.write_all(bytes);
    }
}

fn drained(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = pipe.read_to_end(&mut bytes);
    }
    bytes
}

/// The parts of a `-z` output.
pub fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == 0).filter(|part| !part.is_empty())
}

/// A path as git prints it with `-z`.
pub fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// `:MODE MODE ID ID STATUS`, a NUL, the path, a NUL.
pub fn raw(bytes: &[u8]) -> BTreeMap<PathBuf, (Version, Version)> {
    let mut found = BTreeMap::new();
    let mut parts = parts(bytes);
    while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
        let head = String::from_utf8_lossy(head);
        let fields: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let version = |mode: usize, id: usize| {
            let (mode, id) = (fields.get(mode)?, fields.get(id)?);
            let there = mode.bytes().any(|b| b != b'0');
            there.then(|| ((*mode).to_owned(), (*id).to_owned()))
        };
        found.insert(path_of(path), (version(0, 2), version(1, 3)));
    }
    found
}

fn one_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned()
}

/// `MODE TYPE ID\tPATH`, each ended by a NUL.
fn tree_entries(bytes: &[u8]) -> Vec<Entry> {
    entries(bytes, |fields| (fields.get(2).copied().unwrap_or_default(), 0))
}

/// `MODE ID STAGE\tPATH`, each ended by a NUL.
fn index_entries(bytes: &[u8]) -> Vec<Entry> {
    entries(bytes, |fields| {
        let stage =
            fields.get(2).and_then(|stage| stage.first()).map_or(0, |b| b.wrapping_sub(b'0'));
        (fields.get(1).copied().unwrap_or_default(), stage)
    })
}

fn entries<'b>(bytes: &'b [u8], id: impl Fn(&[&'b [u8]]) -> (&'b [u8], u8)) -> Vec<Entry> {
    let one = |part: &'b [u8]| {
        let tab = part.iter().position(|b| *b == b'\t')?;
        let fields: Vec<&[u8]> = part[..tab].split(|b| *b == b' ').collect();
        let (id, stage) = id(&fields);
        Some(Entry {
            path: path_of(&part[tab + 1..]),
            mode: Mode::parse(fields.first()?),
            id: String::from_utf8_lossy(id).into_owned(),
            stage,
        })
    };
    parts(bytes).filter_map(one).collect()
}

/// `ID TYPE SIZE`, the bytes, a newline; or `ID missing`.
fn one_blob(output: &mut impl BufRead) -> std::io::Result<Blob> {
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

fn not_run(error: &std::io::Error) -> Diagnostic {
    match error.kind() {
        ErrorKind::NotFound => Diagnostic::new(
            Code::NoGit,
            words!("the program `git` was not found", "找不到程序 `git`"),
        )
        .help(words!(
            "install git (2.30 or later), or add its folder to the PATH",
            "请安装 git（2.30 或更新），或把其文件夹加入 PATH"
        )),
        _ => Diagnostic::new(
            Code::GitFailed,
            words!("git cannot be run: {error}", "无法运行 git：{error}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(folder: &Path, words: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        Git::at(folder).run(&[&identity[..], words].concat()).unwrap();
    }

    #[allow(clippy::disallowed_methods, reason = "tests lay out their own files")]
    fn put(path: PathBuf, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn trees_index_and_objects() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        git(top, &["init", "-q", "-b", "main"]);
        let here = Git::at(top);
        assert_eq!(here.find_commit("HEAD").unwrap(), None);
        assert_eq!(here.commit("HEAD").unwrap_err().code, Code::BadRevision);
        assert_eq!(here.commit("--help").unwrap_err().code, Code::BadRevision);
        put(top.join("sales/prospects/张 \n先生.toml"), "name = \"x\"\n");
        put(top.join("other.txt"), "");
        git(top, &["add", "."]);
        git(top, &["commit", "-q", "-m", "first"]);
        put(top.join("sales/b.toml"), "later");
        git(top, &["add", "-N", "sales/b.toml"]);
        let below = Git::at(&top.join("sales"));
        assert_eq!(below.prefix(&top.join("sales")).unwrap(), "sales/");
        assert_eq!(below.prefix(top).unwrap(), "");
        let tree = below.tree("HEAD", "sales/").unwrap();
        assert_eq!(tree.len(), 1);
        assert_eq!(tree[0].path, Path::new("sales/prospects/张 \n先生.toml"));
        assert_eq!(below.index("sales/").unwrap(), tree);
        assert_eq!(below.tree("HEAD", "").unwrap().len(), 2);
        assert_eq!(below.index("").unwrap(), below.tree("HEAD", "").unwrap());
        let nothing = "0".repeat(40);
        let blobs = here.blobs([tree[0].id.as_str(), &nothing, EMPTY[0], "HEAD"]).unwrap();
        let bytes = |text: &str| Blob::Bytes(text.as_bytes().to_vec());
        assert_eq!(blobs, [bytes("name = \"x\"\n"), Blob::Missing, bytes(""), Blob::Missing]);
        assert!(here.private("hooks").unwrap().ends_with(".git/hooks"));
        assert!(here.ask(&["diff", "--quiet", "HEAD", "--", "other.txt"]).unwrap().is_some());
        let failed = here.run(&["ls-tree", "no-such"]).unwrap_err();
        assert_eq!(failed.code, Code::GitFailed);
        assert!(failed.message.en().starts_with("git ls-tree failed: "), "{failed:?}");
    }

    #[test]
    fn no_repository() {
        let folder = tempfile::tempdir().unwrap();
        let error = Git::at(folder.path()).top_level().unwrap_err();
        assert_eq!(error.code, Code::NoGit, "{error:?}");
        git(folder.path(), &["init", "-q", "--bare"]);
        let error = Git::at(folder.path()).top_level().unwrap_err();
        assert_eq!(error.code, Code::NoGit, "{error:?}");
    }

    #[test]
    fn stages_of_an_unmerged_index() {
        let id = "a".repeat(40);
        let text = format!("100644 {id} 1\tx y\0120000 {id} 2\tx y\0160000 {id} 0\tz\0");
        let found = index_entries(text.as_bytes());
        let short: Vec<_> =
            found.iter().map(|e| (e.path.to_str().unwrap(), e.mode, e.stage)).collect();
        let expected = [("x y", Mode::File, 1), ("x y", Mode::Link, 2), ("z", Mode::Submodule, 0)];
        assert_eq!(short, expected);
    }

    #[test]
    fn a_gigantic_object_is_passed_over() {
        let size = MAX_FILE + 1;
        let head = format!("{} blob {size}\n", "a".repeat(40));
        let body = vec![b'x'; usize::try_from(size).unwrap()];
        let mut output: &[u8] = &[head.as_bytes(), &body, b"\n"].concat();
        assert_eq!(one_blob(&mut output).unwrap(), Blob::TooLarge(size));
        assert!(output.is_empty());
        let mut torn: &[u8] = b"abc blob 10\nabc";
        assert!(one_blob(&mut torn).is_err());
    }

    #[test]
    fn nothing_is_all_zeroes() {
        assert!(is_nothing(&"0".repeat(40)) && is_nothing(&"0".repeat(64)));
        assert!(!is_nothing("") && !is_nothing("00a0"));
    }

    #[test]
    fn what_diff_tree_prints() {
        let (nothing, a, b) = ("0".repeat(40), "a".repeat(40), "b".repeat(40));
        let text = format!(
            ":000000 120000 {nothing} {a} A\0x y\0:100644 100755 {a} {b} M\0z\0:100644 000000 {a} {nothing} D\0:odd\0"
        );
        let found = raw(text.as_bytes());
        let version = |mode: &str, id: &String| Some((mode.to_owned(), id.clone()));
        assert_eq!(found[&PathBuf::from("x y")], (None, version("120000", &a)));
        assert_eq!(found[&PathBuf::from("z")], (version("100644", &a), version("100755", &b)));
        assert_eq!(found[&PathBuf::from(":odd")], (version("100644", &a), None));
    }
}
