//! Brings a ledger back from a backup, into a folder that is new or empty.

use super::open::Opened;
use super::state::{Aside, State};
use super::{BUNDLE, FILES};
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::container::refused;
use crate::disk::durable::folder_of;
use crate::disk::root::link_on_the_way;
use crate::format::manifest::{Manifest, StoredFile};
use crate::git::whole;
use crate::value::digest::Digester;
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A ledger that was brought back.
#[derive(Debug)]
pub struct Restored {
    /// Its root.
    pub root: PathBuf,
    /// Files that the original has and the backup does not.
    pub left_out: Vec<String>,
    /// Does git keep it?
    pub in_git: bool,
}

/// Brings a ledger back into a folder, which must not exist or be empty: all of it, or nothing. Folders above it that are
/// missing are made.
///
/// # Errors
/// Fails if the folder has files, if the backup is not what its manifest tells, or if git or the disk fails. Everything is
/// as it was then.
pub fn restore(mut opened: Opened, folder: &Path) -> Result<Restored, Failure> {
    let unwritable = |error: io::Error| Diagnostic::unwritable(folder, &error);
    let is_there = folder.symlink_metadata().is_ok();
    if is_there && !is_empty(folder) {
        return Err(taken(folder).into());
    }
    let missing = missing_above(folder);
    let beside = match (is_there, missing.first()) {
        (true, _) => folder,
        (false, Some(first)) => folder_of(first),
        (false, None) => folder_of(folder),
    };
    let work =
        tempfile::Builder::new().prefix(".crm-restore-").tempdir_in(beside).map_err(unwritable)?;
    let top = restored_in(&mut opened, work.path())?;
    let moved = match is_there {
        true => move_into(&top, folder),
        false => {
            missing.iter().try_for_each(fs::create_dir).and_then(|()| fs::rename(&top, folder))
        }
    };
    moved.map_err(|error| {
        missing.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
        unwritable(error)
    })?;
    let Manifest { ledger, left_out, git, .. } = opened.manifest;
    let root = if ledger.is_empty() { folder.to_owned() } else { folder.join(ledger) };
    Ok(Restored { root, left_out, in_git: git.is_some() })
}

/// The folders above a path that are not there, from above.
fn missing_above(path: &Path) -> Vec<&Path> {
    let above = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    let mut missing: Vec<&Path> =
        above.take_while(|folder| folder.symlink_metadata().is_err()).collect();
    missing.reverse();
    missing
}

/// Moves all that is in a folder into another one, which may be where somebody is or where a disk is mounted: it stays. After
/// a failure it is empty again.
fn move_into(from: &Path, folder: &Path) -> io::Result<()> {
    let mut moved: Vec<PathBuf> = Vec::new();
    let mut all = || -> io::Result<()> {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let to = folder.join(entry.file_name());
            fs::rename(entry.path(), &to)?;
            moved.push(to);
        }
        Ok(())
    };
    let done = all();
    if done.is_err() {
        for path in moved {
            let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        }
    }
    done
}

/// Brings a ledger back into a new folder of the folder `work`, which it returns.
pub(super) fn restored_in(opened: &mut Opened, work: &Path) -> Result<PathBuf, Diagnostic> {
    let top = work.join("restored");
    let unwritable = |path: &Path, error: &io::Error| Diagnostic::unwritable(path, error);
    fs::create_dir(&top).map_err(|error| unwritable(&top, &error))?;
    let Opened { manifest, container } = opened;
    if let Some(git) = &manifest.git {
        let bundle = work.join("bundle");
        let has_bundle = container.has(BUNDLE);
        if has_bundle {
            let mut file =
                fs::File::create_new(&bundle).map_err(|error| unwritable(&bundle, &error))?;
            container.copy(BUNDLE, u64::MAX - 1, &mut file)?;
        }
        whole::restore(&top, git, has_bundle.then_some(&bundle))?;
        if has_bundle {
            fs::remove_file(&bundle).map_err(|error| unwritable(&bundle, &error))?;
        }
    }
    // A commit may have a link in the place of the ledger's folder: it leads elsewhere.
    if link_on_the_way(&top, &Path::new(&manifest.ledger).join("x")).is_some() {
        return Err(other_bytes(&manifest.ledger));
    }
    let root = top.join(&manifest.ledger);
    fs::create_dir_all(&root).map_err(|error| unwritable(&root, &error))?;
    for name in &manifest.removed {
        removed(&root, name)?;
    }
    for file in &manifest.files {
        let path = root.join(&file.path);
        let mut out = fresh(&root, &file.path).map_err(|error| unwritable(&path, &error))?;
        let mut digester = Digester::default();
        let mut both = Both(&mut out, &mut digester);
        let size = container.copy(&format!("{FILES}{}", file.path), file.size, &mut both)?;
        if size != file.size || digester.finish() != file.sha256 {
            return Err(other_bytes(&file.path));
        }
        make_executable(&path, file).map_err(|error| unwritable(&path, &error))?;
    }
    if manifest.git.is_some() {
        as_told(&root, manifest)?;
    }
    Ok(top)
}

/// Writes to both.
struct Both<'b>(&'b mut fs::File, &'b mut Digester);

impl Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(bytes)?;
        self.1.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Removes a file of the last commit, and the folders that are empty then.
fn removed(root: &Path, name: &str) -> Result<(), Diagnostic> {
    let path = root.join(name);
    if link_on_the_way(root, Path::new(name)).is_some() {
        return Err(other_bytes(name));
    }
    fs::remove_file(&path).map_err(|_| other_bytes(name))?;
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != root) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// A new file in the place of that of the last commit, through no link.
fn fresh(root: &Path, name: &str) -> io::Result<fs::File> {
    let path = root.join(name);
    if link_on_the_way(root, Path::new(name)).is_some() {
        return Err(io::Error::other("a symbolic link is on the way"));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if path.symlink_metadata().is_ok() {
        fs::remove_file(&path)?;
    }
    OpenOptions::new().write(true).create_new(true).open(&path)
}

#[cfg(unix)]
fn make_executable(path: &Path, file: &StoredFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if !file.executable {
        return Ok(());
    }
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

#[cfg(not(unix))]
fn make_executable(_: &Path, _: &StoredFile) -> io::Result<()> {
    Ok(())
}

/// Fails if the restored files are not those that the manifest tells of.
fn as_told(root: &Path, manifest: &Manifest) -> Result<(), Diagnostic> {
    let state = State::of(root, Aside::default())?;
    let told: BTreeSet<(&str, &str)> =
        manifest.files.iter().map(|file| (&*file.path, &*file.sha256)).collect();
    let found = state.files.iter().map(|file| (&*file.path, &*file.sha256));
    // A file that the last commit lacks may be one that git ignores here.
    if let Some((name, _)) = found.into_iter().find(|file| !told.contains(file)) {
        return Err(other_bytes(name));
    }
    if state.removed != manifest.removed || state.prefix != manifest.ledger {
        return Err(other_bytes(&manifest.ledger));
    }
    Ok(())
}

/// Is this a folder with nothing in it?
fn is_empty(folder: &Path) -> bool {
    let is_link = folder.is_symlink();
    !is_link && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

fn taken(folder: &Path) -> Diagnostic {
    let folder = folder.display();
    let message = words!(
        "{folder} is there and is no empty folder; nothing is restored over it",
        "{folder} 已经存在且不是空文件夹；不会覆盖恢复"
    );
    Diagnostic::new(Code::BadArgument, message).help(words!("name a new folder", "请指定新文件夹"))
}

fn other_bytes(name: &str) -> Diagnostic {
    refused(words!(
        "`{name}` in the backup is not as its manifest tells",
        "备份中的 `{name}` 与清单所记的不符"
    ))
}
