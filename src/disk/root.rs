//! The ledger's root: the first folder, from here upwards, with a `crm.toml`.

use crate::diag::{Code, Diagnostic};
use crate::disk::durable::folder_of;
use crate::disk::private::is_git_directory;
use crate::format::layout::{
    ACCESS, ACTIVITY, CUSTOMERS, KNOWLEDGE, PRIVATE, PROSPECTS, SETTINGS, plain,
};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The first folder on the way from the root to a file that is a symbolic link: it may lead out of the
/// ledger, so nothing is read or written through it.
pub fn link_on_the_way(root: &Path, relative: &Path) -> Option<PathBuf> {
    let folders = relative.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.filter(|folder| root.join(folder).is_symlink()).last().map(Path::to_owned)
}

/// Files and folders of a ledger's root that no output may replace. `keys` has the keys of
/// sealed files.
const OWN: [&str; 11] = [
    SETTINGS,
    PROSPECTS,
    CUSTOMERS,
    ACTIVITY,
    KNOWLEDGE,
    PRIVATE,
    ACCESS,
    "keys",
    ".gitattributes",
    ".gitignore",
    ".gitmodules",
];

/// Git's folder, or the file that names it.
const GIT: &str = ".git";

/// How many links are followed to a file that is not there.
const LINKS: usize = 40;

/// The file of a ledger, or of git, that writing to `file` would replace. It is found by its real path, in whatever way the
/// name is typed, through symbolic links, those that lead to a file which is not there yet too, in any ledger; and in the
/// ledger at `root` and the one around the file also through hard links and other mounts of its folders.
pub fn ledger_file(file: &Path, root: Option<&Path>) -> Option<PathBuf> {
    let real = real_path(file)?;
    let is = |part: &OsStr, own: &str| plain(&part.to_string_lossy()) == own;
    if real.iter().any(|part| is(part, GIT)) {
        return Some(real);
    }
    // A git directory elsewhere: of a worktree, a submodule, a bare repository.
    if real.ancestors().skip(1).any(is_git_directory) {
        return Some(real);
    }
    let mut ledgers: Vec<&Path> =
        real.ancestors().skip(1).filter(|root| root.join(SETTINGS).is_file()).collect();
    for root in &ledgers {
        let first = real.strip_prefix(root).ok()?.iter().next()?;
        if OWN.iter().any(|own| is(first, own)) {
            return Some(real.clone());
        }
    }
    ledgers.extend(root);
    // The folders that the file is in, and the file itself where it has several names.
    let folders: Vec<Identity> = real.ancestors().skip(1).filter_map(folder_identity).collect();
    let file = several_names(&real);
    ledgers.into_iter().find_map(|root| {
        let own = OWN.iter().map(|own| root.join(own)).chain([root.join(GIT)]);
        own.into_iter().find_map(|own| named_so(&own, &folders, file))
    })
}

/// The file of a ledger, or of git, among which the files of an output folder would be.
pub fn ledger_folder(folder: &Path, root: Option<&Path>) -> Option<PathBuf> {
    // Any name shows where files of the folder would be.
    let inside = folder.join("output");
    let inside = if folder.is_dir() { Some(&inside) } else { None };
    std::iter::once(folder)
        .chain(inside.map(PathBuf::as_path))
        .find_map(|path| ledger_file(path, root))
}

/// The path that writing to a file leads to.
fn real_path(file: &Path) -> Option<PathBuf> {
    let mut file = file.to_owned();
    for _ in 0..LINKS {
        if let Ok(real) = file.canonicalize() {
            return Some(real);
        }
        match std::fs::read_link(&file) {
            Ok(target) => file = folder_of(&file).join(target),
            // A new file, perhaps in a new folder.
            Err(_) => return Some(real_path(folder_of(&file))?.join(file.file_name()?)),
        }
    }
    None
}

/// The identity of a file or folder, by whatever path it is reached.
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(meta: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

/// The identity of a folder.
#[cfg(unix)]
fn folder_identity(folder: &Path) -> Option<Identity> {
    folder.metadata().ok().map(|meta| identity(&meta))
}

/// The identity of a file that has more than one name.
#[cfg(unix)]
fn several_names(file: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let meta = file.symlink_metadata().ok()?;
    (meta.is_file() && meta.nlink() > 1).then(|| identity(&meta))
}

/// Other systems are asked for real paths only.
#[cfg(not(unix))]
fn folder_identity(_: &Path) -> Option<Identity> {
    None
}

/// Other systems are asked for real paths only.
#[cfg(not(unix))]
fn several_names(_: &Path) -> Option<Identity> {
    None
}

/// The path at or below `path` that is one of these folders, or this file. Files are looked at only where one is asked for.
fn named_so(path: &Path, folders: &[Identity], file: Option<Identity>) -> Option<PathBuf> {
    let kind = path.symlink_metadata().ok()?.file_type();
    if kind.is_file() {
        return file.filter(|file| several_names(path) == Some(*file)).map(|_| path.to_owned());
    }
    if !kind.is_dir() {
        return None;
    }
    if folder_identity(path).is_some_and(|identity| folders.contains(&identity)) {
        return Some(path.to_owned());
    }
    let mut entries = std::fs::read_dir(path).ok()?.flatten();
    entries.find_map(|entry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        (is_folder || file.is_some()).then(|| named_so(&entry.path(), folders, file)).flatten()
    })
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
