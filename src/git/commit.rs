//! Commits of the files that a command writes, and of nothing else: what else is changed or staged stays as it was.

use crate::diag::{Code, Diagnostic, Words, first_of};
use crate::git::program::{Git, parts, path_of};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many files a message names.
const NAMED: usize = 10;
/// How many lines of git and its hooks a message shows.
const LINES: usize = 40;

/// States in which git makes no commit of single files: a file or folder of git's own, the English and the Chinese
/// word.
const UNFINISHED: [(&str, &str, &str); 5] = [
    ("MERGE_HEAD", "a merge", "合并"),
    ("rebase-merge", "a rebase", "变基（rebase）"),
    ("rebase-apply", "a rebase", "变基（rebase）"),
    ("CHERRY_PICK_HEAD", "a cherry-pick", "拣选（cherry-pick）"),
    ("REVERT_HEAD", "a revert", "还原（revert）"),
];

/// The git of a ledger, ready to commit single files of it.
#[derive(Debug)]
pub struct Committer {
    git: Git,
    prefix: String,
}

impl Committer {
    /// Looks whether a commit can be made: before anything is written. `root` is the ledger's folder.
    ///
    /// # Errors
    /// Fails if the ledger is in no repository, a merge or rebase is not finished, or git knows no name for its user.
    pub fn ready(root: &Path) -> Result<Committer, Diagnostic> {
        let git = Git::for_commits(root);
        let prefix = git.prefix(root).map_err(|why| match why.code {
            Code::NoGit => why.help(without()),
            _ => why,
        })?;
        let own = git.run(&["rev-parse", "--absolute-git-dir"])?;
        let own = path_of(own.strip_suffix(b"\n").unwrap_or(&own));
        if let Some((_, en, zh)) = UNFINISHED.iter().find(|(name, ..)| own.join(name).exists()) {
            let message = words!(
                "{en} is not finished: git commits no single files meanwhile",
                "{zh}尚未完成：其间 git 不能单独提交文件"
            );
            let help = words!("finish it first: git status shows how", "请先完成它：见 git status");
            return Err(not_committed(message, help));
        }
        for who in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
            if !git.output(&["var", who], &[])?.status.success() {
                let message = words!(
                    "git does not know who commits: no name or e-mail is set",
                    "git 不知道提交人：没有设置姓名或邮箱"
                );
                let help = words!(
                    "git config user.name NAME && git config user.email ADDRESS",
                    "git config user.name 姓名 && git config user.email 邮箱"
                );
                return Err(not_committed(message, help));
            }
        }
        Ok(Committer { git, prefix })
    }

    /// Looks whether files of the ledger are as the last commit has them, or are in none and not there: a commit of them
    /// has then nothing but what is written next.
    ///
    /// # Errors
    /// Fails if one of them is not.
    pub fn are_clean(&self, files: &[&Path]) -> Result<(), Diagnostic> {
        let words = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"];
        let listed = self.git.run(&[&words[..], &["--", "."]].concat())?;
        let below = |entry: &[u8]| {
            let path = path_of(entry.get(3..)?);
            path.strip_prefix(&self.prefix).ok().map(Path::to_owned)
        };
        let changed: BTreeSet<PathBuf> = parts(&listed).filter_map(below).collect();
        let mut changed = files.iter().filter(|file| changed.contains(**file)).peekable();
        if changed.peek().is_none() {
            return Ok(());
        }
        let files = first_of(changed.map(|file| file.display()), NAMED);
        let message = words!(
            "changed and not committed before, so that the commit would have more than this command writes: {files}",
            "此前已有未提交的改动，会与本命令所写的混在一起：{files:#}"
        );
        let help = words!(
            "commit that first: git add FILE && git commit",
            "请先提交：git add 文件 && git commit"
        );
        Err(not_committed(message, help))
    }

    /// Commits files of the ledger as they are now; `new` are those that the last commit does not have. Returns the words
    /// of git and its hooks.
    ///
    /// # Errors
    /// Fails with the words of git, or of its hook, if it refuses; the index is then as it was.
    pub fn commit(
        &self,
        files: &[&Path],
        new: &[&Path],
        message: &str,
    ) -> Result<Words, Diagnostic> {
        let from = ["--pathspec-from-file=-", "--pathspec-file-nul"];
        let (files, new) = (list(files), list(new));
        if !new.is_empty() {
            let words = [&["--literal-pathspecs", "add"][..], &from].concat();
            self.refusable(&words, &new).inspect_err(|_| self.forget(&new))?;
        }
        let cleanup = ["commit", "-q", "--only", "--cleanup=whitespace", "-m", message];
        let setting = ["--literal-pathspecs", "-c", "i18n.commitEncoding=UTF-8"];
        let words = [&setting[..], &cleanup, &from].concat();
        self.refusable(&words, &files).inspect_err(|_| self.forget(&new))
    }

    /// Runs git, which may refuse; gives its words.
    fn refusable(&self, words: &[&str], input: &[u8]) -> Result<Words, Diagnostic> {
        let output = self.git.output(words, input)?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if output.status.success() {
            return Ok(Words::verbatim(said));
        }
        let message =
            words!("git refused the commit; nothing was written", "git 拒绝了提交；未写入任何内容");
        let lines = said.lines().filter(|line| !line.trim().is_empty()).take(LINES);
        let help = words!(
            "mend what git says above, and run the command again",
            "请按以上提示处理，然后重新执行命令"
        );
        Err(lines.fold(not_committed(message, help), |refused, line| {
            refused.note(Words::verbatim(line.trim_end()))
        }))
    }

    /// Takes new files out of the index again, after git refused to commit them.
    fn forget(&self, new: &[u8]) {
        // The refusal is told; that a file stays staged is its smaller part.
        let _ = self.git.run_with(&["update-index", "-z", "--force-remove", "--stdin"], new);
    }
}

/// Paths as git reads them with `-z`.
fn list(files: &[&Path]) -> Vec<u8> {
    files.iter().flat_map(|file| [file.as_os_str().as_encoded_bytes(), b"\0"].concat()).collect()
}

fn not_committed(message: Words, help: Words) -> Diagnostic {
    Diagnostic::new(Code::NotCommitted, message).help(help).help(without())
}

fn without() -> Words {
    words!("to write without a commit: --no-commit", "只写入而不提交：--no-commit")
}
