//! The ledger's root: the first folder, from here upwards, with a `crm.toml`.

use crate::diag::{Code, Diagnostic};
use crate::format::layout::SETTINGS;
use std::path::{Path, PathBuf};

/// The first folder on the way from the root to a file that is a symbolic link: it may lead out of the
/// ledger, so nothing is read or written through it.
pub fn link_on_the_way(root: &Path, relative: &Path) -> Option<PathBuf> {
    let folders = relative.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.filter(|folder| root.join(folder).is_symlink()).last().map(Path::to_owned)
}

/// Finds the root: the folder stated, or the first one from `here` upwards that has a `crm.toml`.
pub fn find_root(stated: Option<&Path>, here: &Path) -> Result<PathBuf, Diagnostic> {
    if let Some(folder) = stated {
        if folder.join(SETTINGS).is_file() {
            return Ok(folder.to_owned());
        }
        let message = if folder.is_dir() {
            words!("no `{SETTINGS}` in {}", "{} 中没有 `{SETTINGS}`", folder.display())
        } else {
            words!("there is no folder {}", "没有文件夹 {}", folder.display())
        };
        return Err(Diagnostic::new(Code::NoLedger, message).help(words!(
            "make a ledger there: crm init {}",
            "请在那里新建账本：crm init {}",
            folder.display()
        )));
    }
    here.ancestors().find(|folder| folder.join(SETTINGS).is_file()).map(Path::to_owned).ok_or_else(
        || {
            Diagnostic::new(
                Code::NoLedger,
                words!(
                    "no `{SETTINGS}` in this folder or above it",
                    "本文件夹及上级文件夹中没有 `{SETTINGS}`"
                ),
            )
            .help(words!(
                "make a ledger here with `crm init`, or name one: --ledger DIR or CRM_LEDGER",
                "请用 `crm init` 在此新建账本，或指定账本：--ledger DIR 或 CRM_LEDGER"
            ))
        },
    )
}
