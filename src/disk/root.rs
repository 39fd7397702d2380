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
            format!("no `{SETTINGS}` in {}", folder.display())
        } else {
            format!("there is no folder {}", folder.display())
        };
        return Err(Diagnostic::new(Code::NoLedger, message)
            .help(format!("make a ledger there: crm init {}", folder.display())));
    }
    here.ancestors().find(|folder| folder.join(SETTINGS).is_file()).map(Path::to_owned).ok_or_else(
        || {
            Diagnostic::new(Code::NoLedger, format!("no `{SETTINGS}` in this folder or above it"))
                .help("make a ledger here with `crm init`, or name one: --ledger DIR or CRM_LEDGER")
        },
    )
}
