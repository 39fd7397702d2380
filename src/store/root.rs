//! The ledger's root: the first folder, from here upwards, with a `crm.toml`.

use crate::diag::{Code, Diagnostic};
use std::path::{Path, PathBuf};

/// The settings file, which marks the root.
pub const SETTINGS: &str = "crm.toml";
/// The folder of prospects.
pub const PROSPECTS: &str = "prospects";
/// The folder of tallies.
pub const ACTIVITY: &str = "activity";
/// The folder of what is derived or temporary: lock, journal of a commit under way. Never in git.
pub const PRIVATE: &str = ".crm";

/// Finds the root: the folder stated, or the first one from `here` upwards that has a `crm.toml`.
pub fn find_root(stated: Option<&Path>, here: &Path) -> Result<PathBuf, Diagnostic> {
    if let Some(folder) = stated {
        if folder.join(SETTINGS).is_file() {
            return Ok(folder.to_owned());
        }
        return Err(Diagnostic::new(
            Code::NoLedger,
            format!("no `{SETTINGS}` in {}", folder.display()),
        )
        .help(format!("make a ledger there: crm init {}", folder.display())));
    }
    here.ancestors().find(|folder| folder.join(SETTINGS).is_file()).map(Path::to_owned).ok_or_else(
        || {
            Diagnostic::new(Code::NoLedger, format!("no `{SETTINGS}` in this folder or above it"))
                .help("make a ledger here with `crm init`, or name one: --ledger DIR or CRM_LEDGER")
        },
    )
}
