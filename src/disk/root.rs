//! The ledger's root: the first folder, from here upwards, with a `crm.toml`.

use crate::diag::{Code, Diagnostic};
use crate::format::layout::{ACTIVITY, CUSTOMERS, PRIVATE, PROSPECTS, SETTINGS};
use std::path::{Path, PathBuf};

/// The first folder on the way from the root to a file that is a symbolic link: it may lead out of the
/// ledger, so nothing is read or written through it.
pub fn link_on_the_way(root: &Path, relative: &Path) -> Option<PathBuf> {
    let folders = relative.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.filter(|folder| root.join(folder).is_symlink()).last().map(Path::to_owned)
}

/// Files and folders of a ledger's root that no output may replace.
const OWN: [&str; 6] = [SETTINGS, PROSPECTS, CUSTOMERS, ACTIVITY, PRIVATE, ".gitattributes"];

/// The file of a ledger, or of git, that writing to `file` would replace: found by its real path in whatever
/// case the name is typed, through symbolic links, in any ledger; through hard links in the ledger at `root` and
/// the one around the file.
pub fn ledger_file(file: &Path, root: Option<&Path>) -> Option<PathBuf> {
    let real = file.canonicalize().ok().or_else(|| {
        // A new file: its folder is there.
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        Some(folder.unwrap_or(Path::new(".")).canonicalize().ok()?.join(file.file_name()?))
    })?;
    let is = |part: &Path, own: &str| part.as_os_str().eq_ignore_ascii_case(own);
    if real.iter().any(|part| is(Path::new(part), GIT)) {
        return Some(real);
    }
    let ledgers = || real.ancestors().skip(1).filter(|root| root.join(SETTINGS).is_file());
    for root in ledgers() {
        let below = real.strip_prefix(root).ok()?;
        let first = Path::new(below.iter().next()?);
        if OWN.iter().any(|own| is(first, own)) {
            return Some(real.clone());
        }
    }
    let linked = several_names(&real)?;
    ledgers()
        .chain(root)
        .find_map(|root| OWN.iter().find_map(|own| named_so(&root.join(own), linked)))
}

/// Git's folder.
const GIT: &str = ".git";

/// The identity of a file that has more than one name.
#[cfg(unix)]
fn several_names(file: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let meta = file.symlink_metadata().ok()?;
    (meta.is_file() && meta.nlink() > 1).then(|| (meta.dev(), meta.ino()))
}

/// Other systems are asked for real paths only.
#[cfg(not(unix))]
fn several_names(_: &Path) -> Option<(u64, u64)> {
    None
}

/// The path at or below `path` that has this identity.
fn named_so(path: &Path, identity: (u64, u64)) -> Option<PathBuf> {
    if path.is_dir() && !path.is_symlink() {
        let entries = std::fs::read_dir(path).ok()?;
        return entries.flatten().find_map(|entry| named_so(&entry.path(), identity));
    }
    (several_names(path) == Some(identity)).then(|| path.to_owned())
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
                "请用 `crm init` 在此新建账本，或指定账本：--ledger 文件夹 或 CRM_LEDGER"
            ))
        },
    )
}
