//! `crm hooks install | uninstall | status`: git calls us before a commit, and on the server before a push
//! is taken.

use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::durable::write_file;
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::disk::private::is_git_directory;
use crate::format::layout::{PROSPECTS, SETTINGS};
use crate::git::hooks::{CLONE, FSCK, Hook, Hooks, SERVER, Standing, Step};
use crate::git::merge_driver::{ATTRIBUTES, install_driver};
use crate::git::program::Git;
use crate::report::diff::in_words;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::value::id;
use clap::{Args, Subcommand};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The longest first line of a message that git's lists show whole.
const SUBJECT: usize = 72;
/// A message names so many prospects; the commit shows the rest.
const NAMED: usize = 50;

/// Git's hooks: what is committed is checked, what is pushed is guarded
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm hooks install                      in a clone, once\n  \
    crm hooks install --dry-run            the scripts\n  \
    crm hooks install --server /srv/sales.git --admin wangfang\n  \
    crm hooks status\n\n\
    In a clone: pre-commit checks what is staged and that old entries stand unchanged\n\
    (`git commit --no-verify` passes it), prepare-commit-msg proposes what moved as the message.\n\
    On the server: pre-receive runs `crm guard`.")]
pub struct HooksCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write the hooks and the merge driver that are missing; a hook that is not ours is never overwritten
    Install(Install),
    /// Take them away; a hook that was there before comes back
    Uninstall(Chosen),
    /// Which there are
    Status(Chosen),
    /// What prepare-commit-msg calls
    #[command(hide = true)]
    Message {
        /// The file with the message
        file: PathBuf,
        /// Where the message comes from, as git says
        source: Option<String>,
        /// The commit, as git says
        commit: Option<String>,
    },
}

/// Where.
#[derive(Debug, Args)]
struct Chosen {
    /// The repository that everybody pushes to, instead of this clone
    #[arg(long, value_name = "DIR")]
    server: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Install {
    #[command(flatten)]
    chosen: Chosen,
    /// Who may change settings and force, beside the admins that crm.toml names (server)
    #[arg(long, value_name = "REP", requires = "server")]
    admin: Vec<String>,
    /// Keep a hook that is there and run it first
    #[arg(long)]
    chain: bool,
    /// Print what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl HooksCommand {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
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
                let git = Git::named(folder);
                if !folder.is_dir() {
                    let message = format!("there is no folder {}", folder.display());
                    return Err(Diagnostic::new(Code::NoGit, message)
                        .help(format!("make it: git init --bare {}", folder.display()))
                        .into());
                }
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
            let back = if step.moved.is_some() { "; the one before is back" } else { "" };
            context.say(&format!("{}: taken away{back}", step.path.display()));
        }
        Ok(())
    }

    fn status(&self, context: &Context) -> Result<(), Failure> {
        let (_, hooks, all) = self.hooks(context)?;
        let columns = vec![
            Column::new("hook", "Hook", Kind::Text),
            Column::new("standing", "Standing", Kind::Text),
            Column::new("file", "File", Kind::Text),
        ];
        let rows = all.iter().map(|hook| {
            let standing = match hooks.standing(hook) {
                Standing::Absent => "not installed",
                Standing::Ours if hooks.runs_another(hook) => "installed, runs another one first",
                Standing::Ours => "installed",
                Standing::Older => "of another version or folder: install it again",
                Standing::Foreign => "not of crm",
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
        let mut steps: Vec<Step> = Vec::new();
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
                format!("--admin: `{wrong}` is no rep's id"),
            ));
        }
        if !problems.is_empty() {
            return Err(Failure(problems));
        }
        if self.dry_run {
            if self.chosen.server.is_none() {
                context.print(
                    "# git config merge.crm.driver, and lines of .gitattributes that name it\n",
                )?;
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
            let kept =
                if step.moved.is_some() { "; it runs the one that was there first" } else { "" };
            context.say(&format!("{}: installed{kept}", step.path.display()));
        }
        if steps.is_empty() {
            context.say("all hooks are installed");
        }
        if self.chosen.server.is_none() {
            merge_driver(context)?;
        }
        Ok(())
    }
}

/// That no clone is here whose hooks could be meant, and how the server's are.
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

/// Has git merge the ledger's files by what they mean, in this clone.
fn merge_driver(context: &Context) -> Result<(), Failure> {
    let program = std::env::current_exe().map_err(|error| {
        Diagnostic::new(Code::Unreadable, format!("this program's own file is not known: {error}"))
    })?;
    let installed = install_driver(&context.ledger()?.root, &program)?;
    if installed.attributes {
        context.say(&format!("{ATTRIBUTES}: lines added, to be committed"));
    }
    if installed.configuration {
        context.say("git merges the ledger's files by what they mean (crm merge-file)");
    }
    Ok(())
}

/// Puts what moved into a message that is about to be edited. A message that somebody has given stays as
/// it is; under a template it becomes a comment.
fn message(context: &Context, file: &Path, source: Option<&str>) -> Result<(), Failure> {
    let comment = match source {
        None => "",
        Some("template") => "# ",
        Some(_) => return Ok(()),
    };
    let Some(text) = summary(context)? else { return Ok(()) };
    let failed = |error: std::io::Error| {
        Diagnostic::new(Code::WriteFailed, format!("{} cannot be written: {error}", file.display()))
    };
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

/// What the staged changes move: a line, and where that would be too long a line for each prospect.
fn summary(context: &Context) -> Result<Option<String>, Failure> {
    let tracked = context.tracked()?;
    let (changed, mut before, mut staged) = tracked.staged_changes()?;
    let prospects: Vec<&Path> = changed
        .iter()
        .map(PathBuf::as_path)
        .filter(|path| path.starts_with(PROSPECTS) && path.extension().is_some_and(|e| e == "toml"))
        .collect();
    before.fetch(prospects.iter().copied())?;
    staged.fetch(prospects.iter().copied())?;
    let ledger = context.ledger_of(staged)?;
    let earlier = ledger.with(before);
    let record = |ledger: &Ledger, path: &Path| -> Option<Record> {
        replay(ledger.read(path).ok()?.prospect, &ledger.settings, context.today)
    };
    // By id: a file that only moved to another folder is the same prospect.
    let mut pairs: BTreeMap<String, (String, Option<Record>, Option<Record>)> = BTreeMap::new();
    for path in prospects {
        let id = id_of(path);
        let pair = pairs.entry(id::fold(&id)).or_insert((id, None, None));
        pair.1 = record(&earlier, path).or(pair.1.take());
        pair.2 = record(&ledger, path).or(pair.2.take());
    }
    let mut lines = Vec::new();
    for (id, was, is) in pairs.values() {
        if let Some(words) = in_words(was.as_ref(), is.as_ref(), &ledger.settings) {
            lines.push(format!("{id}: {words}"));
        }
    }
    if changed.contains(Path::new(SETTINGS)) {
        lines.push(ledger.settings.language.pick("settings", "设置").to_owned());
    }
    let line = lines.join("; ");
    Ok(match lines.len() {
        0 => None,
        _ if line.chars().count() <= SUBJECT => Some(line),
        1 => Some(line),
        n => {
            let rest = if n > NAMED { format!("… {}\n", n - NAMED) } else { String::new() };
            let shown = lines[..n.min(NAMED)].join("\n");
            let noun = ledger.settings.language.pick("prospects", "个客户");
            Some(format!("{n} {noun}\n\n{shown}\n{rest}"))
        }
    })
}
