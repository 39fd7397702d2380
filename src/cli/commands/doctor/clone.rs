//! The checks of a clone: one function and one line in `CHECKS` for each.

use super::finding::{Finding, not_executable};
use crate::act::edit::all_kept;
use crate::cli::context::Context;
use crate::cli::shell::in_shell;
use crate::diag::{Code, Failure, Lang, Words, counted, first_of, listed};
use crate::disk::ledger::Ledger;
use crate::disk::recover::remains;
use crate::disk::verified::Verified;
use crate::format::layout::{PRIVATE, SETTINGS};
use crate::git::hooks::{CLONE, HookState, Hooks};
use crate::git::kept::{self, tracked_state, would_ignore};
use crate::git::mend::{is_settled, unmerged};
use crate::git::merge_driver::{Attributes, DRIVER, attributes, configured, is_whole, program_of};
use crate::git::program::Git;
use std::path::{Path, PathBuf};

/// Git's index is worth a cache from so many files on.
const MANY: usize = 20_000;

/// A backup that is more days old should be followed by another one.
const STALE: i64 = 14;

/// The clone that is checked.
struct CheckedClone<'c> {
    context: &'c Context,
    ledger: Ledger,
    git: Git,
    /// The ledger's way from the top level; `None` where git does not keep it.
    prefix: Option<String>,
    files: usize,
}

/// A check: its name, whether it needs a repository, and its function.
type CloneCheck = (&'static str, bool, fn(&CheckedClone) -> Result<Finding, Failure>);

/// The checks, in the order of the table.
const CHECKS: [CloneCheck; 14] = [
    ("git", false, git),
    ("driver", true, driver),
    ("attributes", true, names_driver),
    ("line-ends", true, line_ends),
    ("hooks", true, hooks),
    ("ignored", true, ignored),
    ("all-files", true, all_files),
    ("conflicts", true, conflicts),
    ("untracked-cache", true, untracked_cache),
    ("fsmonitor", true, fsmonitor),
    ("unfinished", false, unfinished),
    ("texts", false, texts),
    ("program", false, program),
    ("backup", false, backup),
];

/// Every check of a clone.
pub(super) fn of_clone(context: &Context) -> Result<Vec<(&'static str, Finding)>, Failure> {
    let (root, shown) = context.root_as_it_is()?;
    let git = Git::at(&root);
    let prefix = match git.prefix(&root) {
        Ok(prefix) => Some(prefix),
        Err(problem) if problem.code == Code::NoGit => None,
        Err(problem) => return Err(problem.into()),
    };
    let ledger = Ledger::without_settings(root, shown);
    let files = ledger.paths().0.len();
    let clone = CheckedClone { context, ledger, git, prefix, files };
    let known = clone.prefix.is_some();
    let checks = CHECKS.into_iter().filter(|(_, needs_git, _)| known || !needs_git);
    checks.map(|(name, _, look)| Ok((name, look(&clone)?))).collect()
}

/// The remedy of several checks.
fn install() -> Words {
    Words::verbatim("crm hooks install")
}

impl CheckedClone<'_> {
    /// A yes or no of git's configuration; no where it is not set.
    fn is_set(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.value(name)?.is_some_and(|value| {
            !matches!(&*value.to_ascii_lowercase(), "false" | "no" | "off" | "0" | "keep" | "")
        }))
    }

    fn value(&self, name: &str) -> Result<Option<String>, Failure> {
        let found = self.git.ask(&["config", "--get", name])?;
        Ok(found.map(|line| String::from_utf8_lossy(&line).trim().to_owned()))
    }

    /// Is this file the program that runs?
    fn is_this_program(&self, file: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        let this = std::env::current_exe().ok().and_then(|program| real(&program));
        this.is_some() && real(file) == this
    }

    /// Every program of this name on the PATH, in order.
    fn on_path(&self, name: &str) -> Vec<PathBuf> {
        let ending = std::env::consts::EXE_SUFFIX;
        let Some(path) = &self.context.env.path else { return Vec::new() };
        std::env::split_paths(path)
            .map(|folder| folder.join(format!("{name}{ending}")))
            .filter(|file| file.is_file())
            .collect()
    }
}

/// Git keeps the ledger, and has its settings.
fn git(clone: &CheckedClone) -> Result<Finding, Failure> {
    let Some(prefix) = &clone.prefix else {
        let help = words!(
            "git init && git add . && git commit -m 'a ledger', then crm hooks install",
            "git init && git add . && git commit -m '账本'，然后 crm hooks install"
        );
        return Ok(Finding::advice(
            words!("git does not keep the ledger", "账本不在 git 中"),
            help,
        ));
    };
    let known = clone.git.ask(&["ls-files", "--error-unmatch", "--", SETTINGS])?;
    if known.is_none() {
        let help = Words::verbatim("git add . && git commit");
        return Ok(Finding::wrong(words!("crm.toml is not in git", "crm.toml 不在 git 中"), help));
    }
    Ok(Finding::fine(match &**prefix {
        "" => words!("the ledger is a repository", "账本就是一个仓库"),
        prefix => words!("the ledger is {prefix} of a repository", "账本是仓库中的 {prefix}"),
    }))
}

/// Git knows how to call the merge driver, and the program is there.
fn driver(clone: &CheckedClone) -> Result<Finding, Failure> {
    let Some(command) = configured(&clone.git)? else {
        let found = words!(
            "git does not know how to call crm merge-file",
            "git 还不知道怎样调用 crm merge-file"
        );
        return Ok(Finding::wrong(found, install()));
    };
    if !is_whole(&command) {
        let found = words!("git would call `{command}`", "git 会调用 `{command}`");
        return Ok(Finding::wrong(found, install()));
    }
    let program = program_of(&command);
    let found = if program.contains(['/', '\\']) {
        Some(PathBuf::from(&program)).filter(|file| file.is_file())
    } else {
        clone.on_path(&program).into_iter().next()
    };
    Ok(match found {
        None => {
            let found = words!("there is no program {program}", "没有程序 {program}");
            Finding::wrong(found, install())
        }
        Some(file) if !clone.is_this_program(&file) => {
            let file = file.display();
            let found = words!("git calls another crm: {file}", "git 调用的是另一个 crm：{file}");
            Finding::advice(found, install())
        }
        Some(_) => Finding::fine(words!("git calls crm merge-file", "git 会调用 crm merge-file")),
    })
}

/// `.gitattributes` names the driver for the ledger's files.
fn names_driver(clone: &CheckedClone) -> Result<Finding, Failure> {
    let wrong: Vec<Attributes> =
        attributes(&clone.git)?.into_iter().filter(|one| one.merge != DRIVER).collect();
    if wrong.is_empty() {
        return Ok(Finding::fine(words!(
            "merge=crm for prospects, customers, tallies and settings",
            "潜在客户、客户、拨号记录和设置都用 merge=crm"
        )));
    }
    let union = wrong.iter().any(|one| one.merge == "union");
    let found = Words::each(|lang| {
        let line = |one: &Attributes| match lang {
            Lang::Zh => format!("{} 用的是 merge={}", one.file, one.merge),
            Lang::En | Lang::Machine => format!("merge={} for {}", one.merge, one.file),
        };
        let lines = wrong.iter().map(line).collect::<Vec<_>>().join(lang.pick(", ", "，"));
        let why =
            lang.pick("; union keeps both of two changed lines", "；union 会把改动的两行都留下");
        if union { lines + why } else { lines }
    });
    Ok(Finding::wrong(found, added_to_attributes("the lines", "这些行")))
}

/// The remedy of checks of `.gitattributes`.
fn added_to_attributes(en: &str, zh: &str) -> Words {
    words!(
        "crm hooks install adds {en} to .gitattributes; then commit it",
        "crm hooks install 会把{zh}加入 .gitattributes；然后提交"
    )
}

/// Line ends stay as they are.
fn line_ends(clone: &CheckedClone) -> Result<Finding, Failure> {
    let kept = attributes(&clone.git)?.iter().all(|one| one.text == "unset");
    let help = added_to_attributes("-text", " -text ");
    Ok(match kept {
        true => Finding::fine(words!("git leaves line ends alone", "git 不改换行符")),
        false if clone.is_set("core.autocrlf")? => Finding::wrong(
            words!("git changes line ends (core.autocrlf)", "git 会改换行符（core.autocrlf）"),
            help,
        ),
        false => Finding::advice(
            words!("other clones may change line ends", "别的克隆可能会改换行符"),
            help,
        ),
    })
}

/// `.crm/` stays out of git.
fn ignored(clone: &CheckedClone) -> Result<Finding, Failure> {
    if !tracked_state(&clone.git)?.is_empty() {
        let help = Words::verbatim("git rm -r --cached .crm");
        let found = words!("git keeps files of .crm/", ".crm/ 里的文件进了 git");
        return Ok(Finding::wrong(found, help));
    }
    let lock = format!("{PRIVATE}/lock");
    Ok(match clone.git.ask(&["check-ignore", "-q", "--no-index", "--", &lock])? {
        Some(_) => Finding::fine(words!(".crm/ stays out of git", ".crm/ 不进 git")),
        None => Finding::advice(
            words!(".crm/ is not ignored", ".crm/ 没有被忽略"),
            words!("add a line /.crm/ to .gitignore", "在 .gitignore 中加一行 /.crm/"),
        ),
    })
}

/// Git ignores no file of the ledger, and would ignore no new one.
fn all_files(clone: &CheckedClone) -> Result<Finding, Failure> {
    let help = || {
        words!(
            "find the line: git check-ignore -v --no-index FILE",
            "查找是哪一行：git check-ignore -v --no-index 文件"
        )
    };
    let files = kept::ignored(&clone.git)?;
    if !files.is_empty() {
        let names = first_of(files.iter().map(|path| path.display()), 3);
        return Ok(Finding::wrong(words!("git ignores {names}", "git 忽略了 {names:#}"), help()));
    }
    let kinds = would_ignore(&clone.git)?.join(", ");
    Ok(if kinds.is_empty() {
        Finding::fine(words!("git ignores no file of the ledger", "git 没有忽略账本的文件"))
    } else {
        let found = words!("git would ignore files as {kinds}", "git 会忽略 {kinds} 这样的文件");
        Finding::wrong(found, help())
    })
}

/// No merge is left half-way.
fn conflicts(clone: &CheckedClone) -> Result<Finding, Failure> {
    let prefix = clone.prefix.as_deref().unwrap_or_default();
    let unmerged = unmerged(&clone.git, prefix)?;
    let files = counted(unmerged.len(), "file", "files");
    let n = unmerged.len();
    if n == 0 {
        return Ok(Finding::fine(words!("no file is in conflict", "没有冲突的文件")));
    }
    let mut settled = Vec::new();
    for (path, stages) in &unmerged {
        if is_settled(&clone.git, &clone.ledger.root.join(path), stages)? {
            settled.push(in_shell(&clone.ledger.show(path)));
        }
    }
    Ok(if settled.len() == n {
        let found = words!(
            "{files} in conflict, settled by hand but not added",
            "{n} 个文件的冲突已手工改好，但还没有 git add"
        );
        Finding::wrong(found, Words::verbatim(format!("git add {}", settled.join(" "))))
    } else {
        let found = words!("{files} in conflict", "{n} 个文件有冲突");
        Finding::wrong(found, Words::verbatim("crm resolve"))
    })
}

/// Git remembers which folders have nothing new.
fn untracked_cache(clone: &CheckedClone) -> Result<Finding, Failure> {
    let on = clone.is_set("core.untrackedCache")? || clone.is_set("feature.manyFiles")?;
    Ok(worth_it(clone, on, Words::verbatim("git config core.untrackedCache true")))
}

/// The system tells git which files changed.
fn fsmonitor(clone: &CheckedClone) -> Result<Finding, Failure> {
    let on = clone.is_set("core.fsmonitor")?;
    let help = words!(
        "git config core.fsmonitor true, where git has a monitor for your system",
        "git config core.fsmonitor true（需 git 支持本系统的监视）"
    );
    Ok(worth_it(clone, on, help))
}

/// A setting that helps large ledgers.
fn worth_it(clone: &CheckedClone, on: bool, help: Words) -> Finding {
    let (n, files) = (clone.files, counted(clone.files, "prospect", "prospects"));
    match (on, n >= MANY) {
        (true, _) => Finding::fine(words!("on", "已开启")),
        (false, true) => Finding::advice(
            words!(
                "off, with {files}: git status is slower",
                "未开启，有 {n} 个潜在客户：git status 较慢"
            ),
            help,
        ),
        (false, false) => {
            Finding::fine(words!("off; not needed for {files}", "未开启；{n} 个潜在客户用不着"))
        }
    }
}

/// No write was cut short.
fn unfinished(clone: &CheckedClone) -> Result<Finding, Failure> {
    let left = remains(&clone.ledger.root);
    if left.foreign {
        let found = words!(
            "a journal in .crm/ is not obeyed: of an earlier version, or from a clone",
            ".crm/ 里有一份不予执行的写入日志：由旧版本留下，或随克隆而来"
        );
        let help = words!(
            "git diff shows whether a write was cut short; then remove .crm/journal",
            "用 git diff 查看是否有写入中断，然后删除 .crm/journal"
        );
        return Ok(Finding::advice(found, help));
    }
    if left.journal {
        let help = words!(
            "any command that reads finishes it: crm check",
            "任何读取账本的命令都会把它补完：crm check"
        );
        let found = words!("a write was cut short, or is under way", "有一次写入中断，或正在进行");
        return Ok(Finding::advice(found, help));
    }
    Ok(match left.texts {
        0 => Finding::fine(words!("no write is unfinished", "没有未完成的写入")),
        n => {
            let files = counted(n, "temporary file", "temporary files");
            Finding::advice(
                words!("{files} in .crm/tmp", ".crm/tmp 里有 {n} 个临时文件"),
                words!("the next command that writes removes them", "下一个写账本的命令会清除它们"),
            )
        }
    })
}

/// No edited text waits to be written.
fn texts(clone: &CheckedClone) -> Result<Finding, Failure> {
    let kept = all_kept(&clone.ledger.root);
    if kept.is_empty() {
        return Ok(Finding::fine(words!("no edited text is kept", "没有保留未写入的文本")));
    }
    let files = listed(kept.iter().map(|kept| kept.file.display()));
    let resume = Lang::En.clauses(kept.iter().map(|kept| format!("crm edit {} --resume", kept.id)));
    Ok(Finding::advice(
        words!("edited, but not written: {files}", "已编辑但未写入：{files:#}"),
        words!("go on: {resume}; or remove the file", "继续编辑：{resume}；或删除该文件"),
    ))
}

/// A backup was verified not long ago.
fn backup(clone: &CheckedClone) -> Result<Finding, Failure> {
    let help = || {
        words!(
            "crm backup FILE, then crm backup verify FILE",
            "crm backup 文件，然后 crm backup verify 文件"
        )
    };
    let Some(Verified { day, .. }) = Verified::read(&clone.ledger.root) else {
        let found = words!("no backup was verified from here", "此处没有验证过的备份");
        return Ok(Finding::advice(found, help()));
    };
    let age = clone.context.today().days_since(day);
    let days = counted(usize::try_from(age).unwrap_or(0), "day", "days");
    let found = words!(
        "the last verified backup is of {day}, {days} old",
        "最近一次验证过的备份是 {day} 的，已有 {age} 天"
    );
    Ok(if age > STALE { Finding::advice(found, help()) } else { Finding::fine(found) })
}

/// `crm` on the PATH is this program (Debian's crmsh has one as well).
fn program(clone: &CheckedClone) -> Result<Finding, Failure> {
    let found = clone.on_path("crm");
    let first = || found.first().map(|file| file.display().to_string()).unwrap_or_default();
    let before = words!(
        "put the folder of this one before it, or give it another name",
        "把本程序的文件夹放到它前面，或给它改名"
    );
    Ok(match found.iter().position(|file| clone.is_this_program(file)) {
        Some(0) => Finding::fine(words!("crm on the PATH is this one", "PATH 上的 crm 就是本程序")),
        Some(_) => Finding::advice(
            words!("{} comes first on the PATH", "PATH 上排在前面的是 {}", first()),
            before,
        ),
        None if found.is_empty() => Finding::advice(
            words!("crm is not on the PATH", "PATH 上没有 crm"),
            words!(
                "add its folder to the PATH: the hooks call it by name",
                "把它的文件夹加入 PATH：钩子按名称调用它"
            ),
        ),
        None => Finding::advice(
            words!(
                "crm on the PATH is another program: {}",
                "PATH 上的 crm 是另一个程序：{}",
                first()
            ),
            before,
        ),
    })
}

/// The hooks of a clone are there, and of this version.
fn hooks(clone: &CheckedClone) -> Result<Finding, Failure> {
    let prefix = clone.prefix.as_deref().unwrap_or_default();
    let hooks = Hooks::of(&clone.git, prefix)?;
    let count = |standing| CLONE.iter().filter(|hook| hooks.standing(hook) == standing).count();
    Ok(if let Some(finding) = not_executable(&hooks, &CLONE) {
        finding
    } else if count(HookState::Ours) == CLONE.len() {
        Finding::fine(words!("the checks run before every commit", "每次提交前都会检查"))
    } else if count(HookState::Older) > 0 {
        let found = words!("hooks of another version or folder", "钩子属于另一版本或另一文件夹");
        Finding::advice(found, install())
    } else if count(HookState::Foreign) > 0 {
        Finding::advice(
            words!("hooks of another program", "已有其他程序的钩子"),
            words!("crm hooks install --chain runs both", "crm hooks install --chain 让两者都运行"),
        )
    } else {
        let found = words!("nothing is checked before a commit", "提交前没有检查");
        Finding::advice(found, install())
    })
}
