//! Git's hooks: small scripts that call this program. Hooks of other programs are never overwritten.

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::durable::write_own;
use crate::disk::file::symlink;
use crate::git::program::Git;
use std::path::{Path, PathBuf};

/// The line that marks a script as ours.
const MARK: &str = "# Written by `crm hooks install`; `crm hooks uninstall` takes it away.";
/// The ending of an earlier hook's file while ours runs that hook first.
const CHAINED: &str = "before-crm";

/// One hook: its name in git, and the commands of its script after the program was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Git's name for it.
    pub name: &'static str,
    /// The commands; `{LEDGER}` stands for the option that names the ledger.
    body: &'static str,
    /// The line to add to a hook of one's own instead.
    line: &'static str,
}

/// The hooks of a clone, in which people work.
pub const CLONE: [Hook; 3] = [
    Hook { name: "pre-commit", body: CHECK, line: CHECK_LINE },
    Hook { name: "pre-merge-commit", body: CHECK, line: CHECK_LINE },
    Hook {
        name: "prepare-commit-msg",
        body: "crm {LEDGER} hooks message \"$@\" || :\n",
        line: "crm hooks message \"$@\"",
    },
];

/// The hooks of the shared repository that receives pushes.
pub const SERVER: [Hook; 1] = [Hook {
    name: "pre-receive",
    body: "exec crm guard\n",
    line: "crm guard   (it reads what git puts on standard input)",
}];

/// The setting by which a server refuses objects that no git makes.
pub const FSCK: &str = "receive.fsckObjects";

const CHECK_LINE: &str = "crm check --quiet --staged --since HEAD || exit 1";

/// The history of a merge's other parents must survive as well. Before `MERGE_HEAD` is written, `git merge` names them
/// by variables.
const CHECK: &str = "set -- --since HEAD\n\
                     if git rev-parse -q --verify MERGE_HEAD >/dev/null; then\n\
                     \x20   set -- \"$@\" --since MERGE_HEAD\n\
                     else\n\
                     \x20   for side in $(env | sed -n 's/^GITHEAD_\\([0-9a-f]*\\)=.*/\\1/p'); do\n\
                     \x20       set -- \"$@\" --since \"$side\"\n\
                     \x20   done\n\
                     fi\n\
                     exec crm {LEDGER} check --quiet --staged \"$@\"\n";

/// The state of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookState {
    /// Not there.
    Absent,
    /// Ours, as this version writes it.
    Ours,
    /// Ours, of another version or for another folder.
    Older,
    /// Ours, but git ignores it: the file is not executable.
    NotExecutable,
    /// Not written by crm.
    Foreign,
}

/// The hooks of one repository.
#[derive(Debug, Clone)]
pub struct Hooks {
    folder: PathBuf,
    prefix: String,
}

/// The changes to make to a hook's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookChange {
    /// The file.
    pub path: PathBuf,
    /// The script it gets; `None`: it goes.
    pub script: Option<String>,
    /// A file that is moved first.
    pub moved: Option<(PathBuf, PathBuf)>,
}

impl Hooks {
    /// The hooks of a repository (`core.hooksPath` is respected) whose ledger lies at this prefix.
    pub fn of(git: &Git, prefix: &str) -> Result<Hooks, Diagnostic> {
        Ok(Hooks { folder: git.private("hooks")?, prefix: prefix.to_owned() })
    }

    /// The file of a hook.
    pub fn path(&self, hook: &Hook) -> PathBuf {
        self.folder.join(hook.name)
    }

    fn chained(&self, hook: &Hook) -> PathBuf {
        self.folder.join(format!("{}.{CHAINED}", hook.name))
    }

    /// The state of a hook.
    pub fn standing(&self, hook: &Hook) -> HookState {
        let path = self.path(hook);
        if path.symlink_metadata().is_err() {
            return HookState::Absent;
        }
        // A link is another program's, whatever it leads to: writing would go through it.
        if path.is_symlink() {
            return HookState::Foreign;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        match text.contains(MARK) {
            true if text != self.script(hook) => HookState::Older,
            true if !is_executable(&path) => HookState::NotExecutable,
            true => HookState::Ours,
            false => HookState::Foreign,
        }
    }

    /// Does ours run another one first?
    pub fn runs_another(&self, hook: &Hook) -> bool {
        self.chained(hook).exists()
    }

    /// The script of a hook.
    pub fn script(&self, hook: &Hook) -> String {
        let quoted = self.prefix.trim_end_matches('/').replace('\'', "'\\''");
        let folder = if quoted.is_empty() { String::new() } else { format!("/'{quoted}'") };
        let ledger = format!("--ledger \"$(pwd -P)\"{folder}");
        let before = format!("before=\"$(dirname \"$0\")/{}.{CHAINED}\"", hook.name);
        // Standard input can be read only once, and both hooks need it.
        let run = match hook.name {
            "pre-receive" => {
                "    lines=\"$(cat)\"\n    printf '%s\\n' \"$lines\" | \"$before\" || exit\n    \
                 printf '%s\\n' \"$lines\" | crm guard\n    exit"
            }
            _ => "    \"$before\" \"$@\" || exit",
        };
        let chained = format!("{before}\nif [ -x \"$before\" ]; then\n{run}\nfi\n");
        format!(
            "#!/bin/sh\n{MARK}\nif ! command -v crm >/dev/null; then\n    echo \"{}: crm is not on \
             the PATH, so the ledger cannot be looked at\" >&2\n    exit 1\nfi\n{chained}{}",
            hook.name,
            hook.body.replace("{LEDGER}", &ledger)
        )
    }

    /// The step that installs a hook; `None` if it is installed. Fails on a hook that crm did not write, unless
    /// `chain` keeps it and runs it first.
    pub fn install(&self, hook: &Hook, chain: bool) -> Result<Option<HookChange>, Diagnostic> {
        let path = self.path(hook);
        if self.folder.is_symlink() {
            return Err(symlink(&self.folder).help(words!(
                "name the folder itself: git config core.hooksPath 文件夹",
                "请直接写明该文件夹：git config core.hooksPath 文件夹"
            )));
        }
        let moved = match self.standing(hook) {
            HookState::Ours => return Ok(None),
            HookState::Absent | HookState::Older | HookState::NotExecutable => None,
            HookState::Foreign if chain && !self.runs_another(hook) => {
                Some((path.clone(), self.chained(hook)))
            }
            HookState::Foreign => {
                let message = words!(
                    "there is already a hook `{}` that crm did not write",
                    "已有并非 crm 写入的钩子 `{}`",
                    hook.name
                );
                return Err(Diagnostic::new(Code::AlreadyThere, message)
                    .at(Place::file(&path))
                    .help(words!(
                        "--chain keeps it and runs it first",
                        "--chain 予以保留并先运行它"
                    ))
                    .help(words!("or add to it: {}", "或在其中加上：{}", hook.line)));
            }
        };
        Ok(Some(HookChange { path, script: Some(self.script(hook)), moved }))
    }

    /// The step that removes a hook; `None` if it is not ours.
    pub fn uninstall(&self, hook: &Hook) -> Option<HookChange> {
        if matches!(self.standing(hook), HookState::Absent | HookState::Foreign) {
            return None;
        }
        let path = self.path(hook);
        let moved = self.runs_another(hook).then(|| (self.chained(hook), path.clone()));
        Some(HookChange { path, script: None, moved })
    }
}

impl HookChange {
    /// Makes the changes. Fails if a file cannot be written.
    pub fn take(&self) -> Result<(), Diagnostic> {
        self.write().map_err(|error| {
            let message = words!(
                "{} cannot be written: {error}",
                "无法写入 {}：{error}",
                self.path.display()
            );
            Diagnostic::new(Code::WriteFailed, message)
        })
    }

    fn write(&self) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        match &self.script {
            Some(script) => {
                if let Some((from, to)) = &self.moved {
                    std::fs::rename(from, to)?;
                }
                write_own(&self.path, script.as_bytes())?;
                executable(&self.path)
            }
            None => match &self.moved {
                Some((from, to)) => std::fs::rename(from, to),
                None => std::fs::remove_file(&self.path),
            },
        }
    }
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // Users that may read it may run it.
    let mode = std::fs::metadata(path)?.permissions().mode();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
