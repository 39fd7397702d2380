//! `crm restore FILE DIR`.

use super::backup::{Key, say_left_out};
use crate::act::backup::{open, restore};
use crate::cli::context::Context;
use crate::cli::shell::in_shell;
use crate::diag::Failure;
use crate::disk::keys::FolderOfKeys;
use crate::disk::ledger::Ledger;
use crate::format::sealed::keys::KeyFolder;
use clap::Args;
use std::path::{Path, PathBuf};

/// Bring a ledger back from a backup, into a new folder; never overwrites
///
/// 从备份恢复账本到新文件夹；绝不覆盖
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:\n  crm restore monday.zip sales\n  crm restore monday.age sales --identity ~/keys/mine.txt\n\n\
The folder must not exist, or be empty. Branches, tags, what was checked out and the files that were not\n\
committed are as they were. Hooks, git's settings (remotes), its index and files that git ignores are not in\n\
a backup: afterwards `crm hooks install`.\n\n\
    文件夹必须不存在或为空。分支、标签、检出的位置和未提交的文件都与原来一致。备份不含钩子、git 的设置（远程仓库）、暂存区和 git 忽略的文件：恢复后请执行 `crm hooks install`。")]
pub struct Restore {
    /// The backup
    ///
    /// 备份文件
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The new folder
    ///
    /// 新文件夹
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    key: Key,
}

/// The folder that must have the keys of sealed values, and is not there.
fn missing_keys(root: &Path) -> Option<PathBuf> {
    let ledger = Ledger::open(root.to_owned(), root.to_owned()).ok()?;
    let folder = FolderOfKeys::of(&ledger.settings, root).filter(|folder| !folder.is_there())?;
    Some(folder.folder().to_owned())
}

impl Restore {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        context.learn_language();
        context.can_be_filled("DIR", &self.dir)?;
        let opened = open(&self.file, self.key.read(context)?.as_ref())?;
        let done = restore(opened, &self.dir)?;
        let (root, folder) = (done.root.display(), in_shell(&done.root));
        context.say(words!("a ledger in {root}", "账本位于 {root}"));
        say_left_out(context, &done.left_out);
        if let Some(keys) = missing_keys(&done.root) {
            let keys = keys.display();
            context.say(words!(
                "the keys of its sealed values are no part of a backup: put their folder at {keys}",
                "加密值的密钥不在备份里：请把密钥文件夹放到 {keys}"
            ));
        }
        context.say(match done.in_git {
            true => words!(
                "hooks and remotes are not in a backup; next: crm --ledger {folder} hooks install",
                "备份不含钩子和远程仓库；下一步：crm --ledger {folder} hooks install"
            ),
            false => {
                words!("next: crm --ledger {folder} check", "下一步：crm --ledger {folder} check")
            }
        });
        Ok(())
    }
}
