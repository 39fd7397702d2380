//! `crm hooks install | uninstall | status`: git calls the program before a commit, and on the server before a
//! push is accepted.

use crate::cli::context::Context;
use crate::cli::shell::in_shell;
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::disk::durable::write_file;
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::disk::private::is_git_directory;
use crate::format::layout::{SETTINGS, has_journal};
use crate::git::hooks::{CLONE, FSCK, Hook, HookChange, HookState, Hooks, SERVER};
use crate::git::merge_driver::{ATTRIBUTES, install_driver};
use crate::git::program::Git;
use crate::report::commit_message::Moved;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::value::id;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

/// Git's hooks: commits are checked, pushes are guarded
///
/// git 钩子：提交时检查，推送时把关
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm hooks install                      in a clone, once / 在克隆里执行一次\n  \
    crm hooks install --dry-run            the scripts / 脚本内容\n  \
    crm hooks install --server /srv/sales.git --admin wangfang\n  \
    crm hooks status\n\n\
    In a clone: pre-commit checks what is staged and that old entries are unchanged\n\
    (`git commit --no-verify` skips it), prepare-commit-msg proposes the moves as the message.\n\
    On the server: pre-receive runs `crm guard`.\n\n\
    在克隆里：pre-commit 检查暂存的内容，并核对旧记录未变（`git commit --no-verify` 跳过）；prepare-commit-msg 把移动写成提交说明。在服务器上：pre-receive 运行 `crm guard`。")]
pub struct HooksCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write the hooks and the merge driver that are missing; another program's hook is never overwritten
    ///
    /// 写入缺少的钩子和合并驱动；绝不覆盖其他程序的钩子
    Install(Install),
    /// Remove them; a hook that was there before comes back
    ///
    /// 移除钩子；原先已有的钩子恢复
    Uninstall(Chosen),
    /// List them
    ///
    /// 列出钩子
    Status(Chosen),
    /// Called by prepare-commit-msg
    ///
    /// 由 prepare-commit-msg 调用
    #[command(hide = true)]
    Message {
        /// The file with the message
        ///
        /// 存放提交说明的文件
        file: PathBuf,
        /// The source of the message, from git
        ///
        /// 提交说明的来源，由 git 给出
        source: Option<String>,
        /// The commit, from git
        ///
        /// 提交，由 git 给出
        commit: Option<String>,
    },
}

/// Where.
#[derive(Debug, Args)]
struct Chosen {
    /// The repository that the team pushes to, instead of this clone
    ///
    /// 团队推送到的仓库，而不是这份克隆
    #[arg(long, value_name = "DIR")]
    server: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Install {
    #[command(flatten)]
    chosen: Chosen,
    /// A rep who may change settings and force, beside the admins that crm.toml names (server)
    ///
    /// 除 crm.toml 所列的管理员外，还可修改设置和强制执行的业务员（服务器）
    #[arg(long, value_name = "REP", requires = "server")]
    admin: Vec<String>,
    /// Keep a hook that is there and run it first
    ///
    /// 保留已有的钩子，并先运行它
    #[arg(long)]
    chain: bool,
    /// Print the changes, and write nothing
    ///
    /// 显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl HooksCommand {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        context.learn_language();
        match self.action {
            Action::Install(install) => install.run(context),
            Action::Uninstall(chosen) => chosen.uninstall(context),
            Action::Status(chosen) => chosen.status(context),
            Action::Message { file, source, .. } => message(context, &file, source.as_deref()),
        }
    }
}

impl Chosen {
    fn hooks(&self, context: &Context) -> Result<(Git, Hooks, &'static [Hook]), Failure> {
        match &self.server {
            Some(folder) => {
                let git = server(folder)?;
                let hooks = Hooks::of(&git, "")?;
                Ok((git, hooks, &SERVER))
            }
            None => {
                if context.global.ledger.is_none() && is_git_directory(&context.here) {
                    return Err(bare(&context.here).into());
                }
                let tracked = context.tracked()?;
                let hooks = Hooks::of(&tracked.git, &tracked.prefix)?;
                Ok((tracked.git, hooks, &CLONE))
            }
        }
    }

    fn uninstall(&self, context: &Context) -> Result<(), Failure> {
        let (_, hooks, all) = self.hooks(context)?;
        for step in all.iter().filter_map(|hook| hooks.uninstall(hook)) {
            step.take()?;
            let file = step.path.display();
            context.say(match step.moved {
                Some(_) => words!(
                    "{file}: removed; the hook before it is back",
                    "{file}：已移除，原来的钩子已恢复"
                ),
                None => words!("{file}: removed", "{file}：已移除"),
            });
        }
        Ok(())
    }

    fn status(&self, context: &Context) -> Result<(), Failure> {
        let (_, hooks, all) = self.hooks(context)?;
        let lang = context.lang();
        let columns = vec![
            Column::new("hook", lang.pick("Hook", "钩子"), Kind::Text),
            Column::new("standing", lang.pick("Standing", "状态"), Kind::Text),
            Column::new("file", lang.pick("File", "文件"), Kind::Text),
        ];
        let rows = all.iter().map(|hook| {
            let standing = match hooks.standing(hook) {
                HookState::Absent => lang.pick("not installed", "未安装"),
                HookState::Ours if hooks.runs_another(hook) => {
                    lang.pick("installed, runs another one first", "已安装，先运行另一个钩子")
                }
                HookState::Ours => lang.pick("installed", "已安装"),
                HookState::Older => lang.pick(
                    "of another version or folder: install it again",
                    "属于另一版本或另一文件夹：请重新安装",
                ),
                HookState::NotExecutable => lang.pick("not executable", "不可执行"),
                HookState::Foreign => lang.pick("not of crm", "不属于 crm"),
            };
            let path = hooks.path(hook).display().to_string();
            Row::new(vec![Cell::text(hook.name), Cell::text(standing), Cell::text(path)])
        });
        context.emit(Sheet::single("hooks", "", columns, rows.collect()))
    }
}

impl Install {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let (git, hooks, all) = self.chosen.hooks(context)?;
        let mut steps: Vec<HookChange> = Vec::new();
        let mut problems = Vec::new();
        for hook in all {
            match hooks.install(hook, self.chain) {
                Ok(step) => steps.extend(step),
                Err(problem) => problems.push(problem),
            }
        }
        if let Some(wrong) = self.admin.iter().find(|admin| id::validate(admin).is_err()) {
            problems.push(Diagnostic::new(
                Code::BadArgument,
                words!("--admin: `{wrong}` is no rep's id", "--admin：`{wrong}` 不是业务员编号"),
            ));
        }
        if !problems.is_empty() {
            return Err(Failure(problems));
        }
        if self.dry_run {
            if self.chosen.server.is_none() {
                let comment = words!(
                    "# git config merge.crm.driver, and lines of .gitattributes that name it\n",
                    "# git config merge.crm.driver，以及 .gitattributes 中指向它的行\n"
                );
                context.print(comment.get(context.spoken()))?;
            }
            for step in &steps {
                if let Some((from, to)) = &step.moved {
                    context.print(&format!("# {} -> {}\n", from.display(), to.display()))?;
                }
                let script = step.script.as_deref().unwrap_or_default();
                context.print(&format!("# {}\n{script}\n", step.path.display()))?;
            }
            return Ok(());
        }
        if self.chosen.server.is_some() {
            // So that `git push -o force` reaches the guard.
            git.run(&["config", "receive.advertisePushOptions", "true"])?;
            // Trees with a name twice, or with a `/` in one: only git sees them, before the guard lists them.
            git.run(&["config", FSCK, "true"])?;
            for admin in &self.admin {
                git.run(&["config", "--add", "crm.admin", admin])?;
            }
        }
        for step in &steps {
            step.take()?;
            let file = step.path.display();
            context.say(match step.moved {
                Some(_) => words!(
                    "{file}: installed; it runs the earlier hook first",
                    "{file}：已安装，会先运行原来的钩子"
                ),
                None => words!("{file}: installed", "{file}：已安装"),
            });
        }
        if steps.is_empty() {
            context.say(words!("all hooks are installed", "钩子都已安装"));
        }
        if self.chosen.server.is_none() {
            merge_driver(context)?;
        }
        Ok(())
    }
}

/// Git of the repository that `--server` names. Fails if there is none in that folder.
pub(super) fn server(folder: &Path) -> Result<Git, Diagnostic> {
    if is_git_directory(folder) || folder.join(".git").exists() {
        return Ok(Git::named(folder));
    }
    let shown = folder.display();
    if folder.exists() && !folder.is_dir() {
        let message = words!("{shown} is a file, not a folder", "{shown} 是文件，不是文件夹");
        return Err(Diagnostic::new(Code::NoGit, message).help(words!(
            "name the folder of the repository, or make one: git init --bare FOLDER",
            "请写出仓库所在的文件夹，或新建一个：git init --bare 文件夹"
        )));
    }
    let message = if folder.is_dir() {
        words!("{shown} is no git repository", "{shown} 不是 git 仓库")
    } else {
        words!("there is no folder {shown}", "没有文件夹 {shown}")
    };
    let command = format!("git init --bare {}", in_shell(folder));
    Err(Diagnostic::new(Code::NoGit, message)
        .help(words!("make it: {command}", "请先建立：{command}")))
}

/// That a bare repository has no clone's hooks, and the command for the server's.
fn bare(folder: &Path) -> Diagnostic {
    let folder = folder.display();
    let message = words!(
        "{folder} is a bare repository: nothing is committed in it",
        "{folder} 是裸仓库，不能在其中提交"
    );
    Diagnostic::new(Code::NoGit, message).help(words!(
        "its hook guards what is pushed to it; add --server {folder}",
        "裸仓库的钩子检查推送的内容：请加上 --server {folder}"
    ))
}

/// That git merges the ledger's files by their meaning from now on.
pub(super) fn merges_by_meaning() -> Words {
    words!(
        "git merges the ledger's files by what they mean (crm merge-file)",
        "git 会按内容的含义合并账本文件（crm merge-file）"
    )
}

/// Makes git merge the ledger's files by their meaning, in this clone.
fn merge_driver(context: &Context) -> Result<(), Failure> {
    let program = std::env::current_exe().map_err(|error| {
        let message = words!(
            "this program's own file is not known: {error}",
            "找不到本程序自己的文件：{error}"
        );
        Diagnostic::new(Code::Unreadable, message)
    })?;
    let installed = install_driver(&context.ledger()?.root, &program)?;
    if installed.attributes {
        context.say(words!(
            "{ATTRIBUTES}: lines added, to be committed",
            "{ATTRIBUTES}：已加入所需的行，请提交"
        ));
    }
    if installed.configuration {
        context.say(merges_by_meaning());
    }
    Ok(())
}

/// Puts the moves into a message that is about to be edited. A message that the user has given stays as it is;
/// under a template the moves become a comment.
fn message(context: &Context, file: &Path, source: Option<&str>) -> Result<(), Failure> {
    let comment = match source {
        None => "",
        Some("template") => "# ",
        Some(_) => return Ok(()),
    };
    let Some(text) = summary(context)? else { return Ok(()) };
    let failed = |error: std::io::Error| Diagnostic::unwritable(file, &error);
    let given = std::fs::read(file).map_err(failed)?;
    let mut message = Vec::new();
    let lines = text.lines().map(|line| format!("{comment}{line}").trim_end().to_owned() + "\n");
    let lines: String = lines.collect();
    if comment.is_empty() {
        message.extend_from_slice(lines.as_bytes());
        message.extend_from_slice(&given);
    } else {
        message.extend_from_slice(&given);
        message.extend_from_slice(lines.as_bytes());
    }
    Ok(write_file(file, &message).map_err(failed)?)
}

/// The moves of the staged changes: one line, or a line for each prospect if one line would be too long.
fn summary(context: &Context) -> Result<Option<String>, Failure> {
    let tracked = context.tracked()?;
    let (changed, mut before, mut staged) = tracked.staged_changes()?;
    let prospects: Vec<&Path> = changed
        .iter()
        .map(PathBuf::as_path)
        .filter(|path| has_journal(path) && path.extension().is_some_and(|e| e == "toml"))
        .collect();
    before.fetch(prospects.iter().copied())?;
    staged.fetch(prospects.iter().copied())?;
    let ledger = context.ledger_of(staged)?;
    let earlier = ledger.with(before);
    let record = |ledger: &Ledger, path: &Path| -> Option<Record> {
        replay(ledger.read(path).ok()?.prospect, &ledger.settings, context.today())
    };
    let mut moved = Moved::default();
    for path in prospects {
        moved.add(&id_of(path), record(&earlier, path), record(&ledger, path));
    }
    let settings = &ledger.settings;
    let more = changed.contains(Path::new(SETTINGS));
    let more = more.then(|| settings.language.pick("settings", "设置"));
    Ok(moved.message(more, settings))
}
