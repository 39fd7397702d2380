//! `crm init [DIR]`: a new ledger. Its settings are explained in the language of talk.

use super::hooks::merges_by_meaning;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::disk::durable::write_own;
use crate::format::layout::{ACTIVITY, PROSPECTS, SETTINGS};
use crate::git::merge_driver::{ATTRIBUTES, add_lines, install_driver};
use crate::git::program::Git;
use clap::Args;
use std::path::{Path, PathBuf};

/// The settings of a new ledger: every one explained, none set.
pub const TEMPLATE: &str = include_str!("init.toml");
/// The same settings explained in Chinese; the language is set to it.
pub const TEMPLATE_ZH: &str = include_str!("init.zh.toml");

/// A new ledger: commented settings, folders, files for git; never overwrites
///
/// 新账本：带注释的设置、文件夹、git 所需的文件；绝不覆盖
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  crm init my-ledger && cd my-ledger && git init")]
pub struct Init {
    /// The folder [default: this one]
    ///
    /// 文件夹 [默认：当前文件夹]
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

impl Init {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let dir = context.global.ledger.clone().unwrap_or(self.dir);
        if dir.join(SETTINGS).symlink_metadata().is_ok() {
            let file = dir.join(SETTINGS);
            let file = file.display();
            let message = words!(
                "{file} exists already; nothing was changed",
                "{file} 已经存在；没有任何改动"
            );
            return Err(Diagnostic::new(Code::AlreadyThere, message)
                .help(words!("`crm check` checks that ledger", "`crm check` 可检查这个账本"))
                .into());
        }
        context.can_be_filled("DIR", &dir)?;
        context.can_be_filled("DIR", &dir)?;
        let failed = |path: &Path, error: std::io::Error| Diagnostic::unwritable(path, &error);
        for folder in [dir.join(PROSPECTS), dir.join(ACTIVITY)] {
            std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
        }
        let lang = context.spoken();
        let files = [
            (
                ".gitignore",
                lang.pick(
                    "# The lock, and what a cut-short write needs to be finished.\n/.crm/\n",
                    "# 锁，以及完成中断的写入所需的内容。\n/.crm/\n",
                ),
            ),
            (SETTINGS, lang.pick(TEMPLATE, TEMPLATE_ZH)),
        ];
        for (name, text) in files {
            let path = dir.join(name);
            if path.symlink_metadata().is_ok() {
                context.say(kept(&path));
                continue;
            }
            write_own(&path, text.as_bytes()).map_err(|error| failed(&path, error))?;
        }
        let attributes = dir.join(ATTRIBUTES);
        if attributes.symlink_metadata().is_err() {
            add_lines(&dir)?;
        } else {
            context.say(kept(&attributes));
        }
        // Outside a repository there is nothing to tell git yet.
        if let (Ok(program), Ok(_)) = (std::env::current_exe(), Git::at(&dir).top_level()) {
            if install_driver(&dir, &program)?.attributes {
                let file = attributes.display();
                context.say(words!("{file}: lines added", "{file}：已加入所需的行"));
            }
            context.say(merges_by_meaning());
        }
        let dir = dir.display();
        context.say(words!(
            "a ledger in {dir}; next: crm add NAME --owner YOU",
            "账本已建在 {dir}；下一步：crm add 名称 --owner 你的编号"
        ));
        Ok(())
    }
}

/// That a file is left alone.
fn kept(file: &Path) -> Words {
    let file = file.display();
    words!("{file}: kept as it is", "{file}：保持原样")
}
