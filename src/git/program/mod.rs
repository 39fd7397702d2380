//! Starts the `git` program with an argument list and reads bytes: the one place that does. Files of a ledger, the
//! settings of a user and the environment must neither change git's output nor make it start other programs;
//! so every setting that would is given (`SETTINGS`), variables that would are taken away (`KEPT` has the others), and
//! git is not run where it would take a folder of files for a repository.

mod objects;
mod output;

use crate::diag::{Code, Diagnostic, Words};
use crate::disk::private::is_git_directory;
pub use objects::{Blob, Mode, TrackedFile, is_nothing};
use output::one_line;
pub use output::{Version, parts, path_of, raw};
use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Git, run in one folder.
#[derive(Debug, Clone)]
pub struct Git {
    folder: PathBuf,
    /// The folder is the git directory itself, and was named as such.
    bare: bool,
    /// It makes commits.
    commits: bool,
}

/// Git reads settings in a folder that looks like a bare repository; a folder of files can be made to look so. Git
/// since 2.38 knows the setting; [`Git::planted`] looks for all of them.
const NO_BARE: &str = "safe.bareRepository=explicit";

/// The settings of git that change the output of the commands used here, or that start other programs, each with the
/// value that is meant here. `git config` is asked without them: it starts nothing, and its answer is what others
/// get.
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

/// The variables that git gets beside [`KEPT`] where it makes a commit: the names of author and committer.
const SIGNED: [&str; 6] = [
    "GIT_AUTHOR_DATE",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_NAME",
    "GIT_COMMITTER_DATE",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_NAME",
];

/// Does git get this variable?
fn is_kept(name: &str) -> bool {
    let numbered = ["GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"];
    !name.starts_with("GIT_")
        || KEPT.contains(&name)
        || numbered.iter().any(|start| name.starts_with(start))
}

impl Git {
    /// The folder in which it runs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Git in a folder of a work tree, or where git itself runs this program as a hook.
    pub fn at(folder: &Path) -> Git {
        let here = folder.as_os_str().is_empty();
        let folder = if here { PathBuf::from(".") } else { folder.to_owned() };
        Git { folder, bare: false, commits: false }
    }

    /// Git of a repository that a user names by its folder: a bare one, or one with a work tree.
    pub fn named(folder: &Path) -> Git {
        Git { bare: is_git_directory(folder), ..Git::at(folder) }
    }

    /// Git in a folder of a work tree, that makes commits in the user's name. Hooks of the repository run in the user's
    /// own locale.
    pub fn for_commits(folder: &Path) -> Git {
        Git { commits: true, ..Git::at(folder) }
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

    /// Runs it with `input` on its standard input and copies its standard output to `out`, however much it is.
    pub fn copy_to<S: AsRef<OsStr>>(
        &self,
        words: &[S],
        input: &[u8],
        out: &mut dyn Write,
    ) -> Result<(), Diagnostic> {
        let mut child = self.spawn(words)?;
        let stdin = child.stdin.take();
        let (output, complaints) = (child.stdout.take(), child.stderr.take());
        let (copied, stderr) = std::thread::scope(|scope| {
            scope.spawn(move || feed(stdin, input));
            let stderr = scope.spawn(move || drained(complaints));
            let copied = match output {
                Some(mut output) => std::io::copy(&mut output, out).map(|_| ()),
                None => Ok(()),
            };
            (copied, stderr.join().unwrap_or_default())
        });
        let status = child.wait().map_err(|error| not_run(&error))?;
        copied.map_err(|error| unwritten(&error))?;
        let ended = Output { status, stdout: Vec::new(), stderr };
        if status.success() { Ok(()) } else { Err(self.failed(words, &ended)) }
    }

    /// Runs it with `input` on its standard input, and gives the whole of its end.
    pub(super) fn output<S: AsRef<OsStr>>(
        &self,
        words: &[S],
        input: &[u8],
    ) -> Result<Output, Diagnostic> {
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
            let text = name.to_string_lossy();
            let is_given = is_kept(&text) || self.commits && SIGNED.contains(&&*text);
            if !is_given {
                command.env_remove(name);
            }
        }
        if !self.commits {
            command.env("LC_ALL", "C");
        }
        command
            .args(words)
            .current_dir(&self.folder)
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
                "请在那里建立仓库：git init && git add . && git commit -m '账本'"
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

/// That the output of git cannot be written.
pub fn unwritten(error: &std::io::Error) -> Diagnostic {
    let message = words!("what git gives cannot be written", "git 的输出无法写入").because(error);
    Diagnostic::new(Code::WriteFailed, message)
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
            words!("git cannot be run", "无法运行 git").because(error),
        ),
    }
}

#[cfg(test)]
mod tests;
