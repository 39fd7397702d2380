//! A folder of datasets outside of the ledgers: each ledger is one partition of each table. A manifest tells what a partition
//! was made of, so that one that would not change is left alone.

use super::root::ledger_file;
use super::spool::Spool;
use crate::diag::{Code, Diagnostic, Words};
use crate::disk::durable::{failed, folder_of, replace_quickly, sync_folder, write_new};
use crate::disk::ledger::Ledger;
use crate::format::layout::{ACTIVITY, CUSTOMERS, PROSPECTS, SETTINGS};
use crate::value::digest::digest;
use rayon::prelude::*;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, IntoInnerError, Write};
use std::path::{Path, PathBuf};

/// The folder of the manifests, by which a folder of datasets is known.
pub const MANIFESTS: &str = "manifests";

/// The rows of a partition of a table.
pub const PART: &str = "part.csv";

/// The file by which git leaves a folder alone.
const GIT_IGNORES: &str = ".gitignore";

/// Those of a partition that is being written. Engines read `part.csv` alone.
const NEW: &str = ".part.csv.new";

/// The folder.
#[derive(Debug)]
pub struct DatasetFolder {
    folder: PathBuf,
    /// The ledger's settings, if there is one: no table is more readable than these.
    like: Option<PathBuf>,
}

impl DatasetFolder {
    /// Opens the folder; it need not be there. `root` is the ledger's root, if there is a ledger.
    ///
    /// # Errors
    /// Fails if the folder is a file, has files of others, or lies among the files of a ledger.
    pub fn open(folder: &Path, root: Option<&Path>) -> Result<DatasetFolder, Diagnostic> {
        let shown = folder.display();
        let refused = |why: Words| {
            let message =
                Words::both(format!("{shown}: {}", why.en()), format!("{shown}：{}", why.zh()));
            Diagnostic::new(Code::BadArgument, message).help(words!(
                "name a new folder outside of the ledger: crm export dataset ../dataset",
                "请指定账本之外的新文件夹：crm export dataset ../dataset"
            ))
        };
        if folder.exists() && !folder.is_dir() {
            return Err(refused(words!("it is a file", "它是文件")));
        }
        // Of a folder whose own folder is missing it is not known what it is in.
        if !folder.exists() && !folder_of(folder).is_dir() {
            return Err(refused(words!("there is no folder above it", "上级文件夹不存在")));
        }
        let inside = [folder.to_owned(), folder.join(MANIFESTS)];
        let own = inside.iter().any(|path| ledger_file(path, root).is_some());
        if own || folder.join(SETTINGS).exists() {
            return Err(refused(words!(
                "tables would be written among the files of a ledger",
                "数据表会写到账本自己的文件中"
            )));
        }
        let is_known = folder.join(MANIFESTS).is_dir() && !folder.join(MANIFESTS).is_symlink();
        let is_empty = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        if !is_known && !is_empty {
            return Err(refused(words!(
                "the folder has files that are no dataset",
                "文件夹里有不是数据集的文件"
            )));
        }
        Ok(DatasetFolder { folder: folder.to_owned(), like: root.map(|root| root.join(SETTINGS)) })
    }

    /// The manifest of a partition, if it has one.
    pub fn manifest(&self, ledger: &str) -> Option<String> {
        fs::read_to_string(self.manifest_file(ledger)).ok()
    }

    /// The name of each partition with its manifest, in the order of names.
    ///
    /// # Errors
    /// Fails if the manifests cannot be listed.
    pub fn manifests(&self) -> Result<Vec<(String, String)>, Diagnostic> {
        let folder = self.folder.join(MANIFESTS);
        let unread = |error: std::io::Error| Diagnostic::unreadable(&folder, &error);
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
            found.extend(name.and_then(|name| Some((self.manifest(&name)?, name))));
        }
        found.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(found.into_iter().map(|(manifest, name)| (name, manifest)).collect())
    }

    /// Is each of these tables there, as long as its manifest states?
    pub fn has(&self, ledger: &str, tables: &[(String, u64)]) -> bool {
        tables.iter().all(|(table, length)| {
            let meta = self.partition(table, ledger).join(PART).symlink_metadata();
            meta.is_ok_and(|meta| meta.is_file() && meta.len() == *length)
        })
    }

    /// Begins to keep the texts of a partition's rows. Git leaves a new folder of datasets alone, wherever it is.
    ///
    /// # Errors
    /// Fails if the folder cannot be made or written.
    pub fn spool(&self) -> Result<Spool, Diagnostic> {
        let folder = self.folder.join(MANIFESTS);
        let is_new = !folder.is_dir();
        self.make(&folder)?;
        if is_new {
            let path = self.folder.join(GIT_IGNORES);
            write_new(&path, b"*\n", None).map_err(|error| failed(&path, &error))?;
        }
        Spool::in_folder(&folder).map_err(|error| failed(&folder, &error))
    }

    /// Writes a partition: of each table its head, then the rows of the spool at these places, which have a part for each
    /// table. Until every table is on the disk the partition before stays as it is; then each file is renamed into its place,
    /// and the manifest of the tables' sizes comes last: a partition without one is written again by the next export.
    ///
    /// # Errors
    /// Fails if a file cannot be written.
    pub fn replace(
        &self,
        ledger: &str,
        tables: &[(&str, Vec<u8>)],
        (spool, places): (Spool, &[u64]),
        manifest: impl FnOnce(Vec<(String, u64)>) -> String,
    ) -> Result<(), Diagnostic> {
        let lengths = self.write_beside(ledger, tables, spool, places).inspect_err(|_| {
            for (table, _) in tables {
                let _ = fs::remove_file(self.partition(table, ledger).join(NEW));
            }
        })?;
        let names = tables.iter().map(|(table, _)| (*table).to_owned());
        let manifest = manifest(names.zip(lengths).collect());
        self.forget(ledger)?;
        for (table, _) in tables {
            let folder = self.partition(table, ledger);
            fs::rename(folder.join(NEW), folder.join(PART))
                .and_then(|()| sync_folder(&folder))
                .map_err(|error| Diagnostic::unwritable(&folder.join(PART), &error))?;
        }
        let path = self.manifest_file(ledger);
        replace_quickly(&path, self.like.as_deref(), manifest.as_bytes())
            .and_then(|()| sync_folder(&self.folder.join(MANIFESTS)))
            .map_err(|error| Diagnostic::unwritable(&path, &error))
    }

    /// Writes the new files beside those that are there, and returns how long they are.
    fn write_beside(
        &self,
        ledger: &str,
        tables: &[(&str, Vec<u8>)],
        spool: Spool,
        places: &[u64],
    ) -> Result<Vec<u64>, Diagnostic> {
        let begin = |(table, head): &(&str, Vec<u8>)| {
            let folder = self.partition(table, ledger);
            self.make(&folder)?;
            new_part(&folder.join(NEW), self.like.as_deref(), head)
                .map_err(|error| failed(&folder.join(PART), &error))
        };
        let mut parts: Vec<BufWriter<File>> =
            tables.iter().map(begin).collect::<Result<_, Diagnostic>>()?;
        spool
            .read(places, |at, rows| parts[at].write_all(rows))
            .and_then(|()| parts.into_iter().map(to_disk).collect())
            .map_err(|error| failed(&self.folder, &error))
    }

    /// Removes a partition: its files in these tables, and the folders that are empty then. Returns whether there was one.
    pub fn remove(&self, ledger: &str, tables: &[&str]) -> Result<bool, Diagnostic> {
        let is_there = self.manifest_file(ledger).symlink_metadata().is_ok();
        self.forget(ledger)?;
        let mut any = is_there;
        for table in tables {
            let folder = self.partition(table, ledger);
            for name in [PART, NEW] {
                match fs::remove_file(folder.join(name)) {
                    Ok(()) => any = true,
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(Diagnostic::unwritable(&folder.join(name), &error)),
                }
            }
            // A folder with files of others stays.
            let _ = fs::remove_dir(&folder);
        }
        Ok(any)
    }

    fn forget(&self, ledger: &str) -> Result<(), Diagnostic> {
        let path = self.manifest_file(ledger);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Diagnostic::unwritable(&path, &error))
            }
            _ => Ok(()),
        }
    }

    fn manifest_file(&self, ledger: &str) -> PathBuf {
        self.folder.join(MANIFESTS).join(format!("{ledger}.toml"))
    }

    fn partition(&self, table: &str, ledger: &str) -> PathBuf {
        self.folder.join(table).join(format!("ledger={ledger}"))
    }

    /// Makes a folder below this one. A link on the way is refused: it leads elsewhere.
    fn make(&self, folder: &Path) -> Result<(), Diagnostic> {
        let unmade = |error: std::io::Error| Diagnostic::unwritable(folder, &error);
        let below = folder.strip_prefix(&self.folder).unwrap_or(folder);
        let mut path = self.folder.clone();
        for part in below {
            path.push(part);
            if path.is_symlink() {
                return Err(unmade(std::io::Error::other("it is a symbolic link")));
            }
        }
        fs::create_dir_all(folder).map_err(unmade)
    }
}

/// Begins a new file in place of one that was cut short.
fn new_part(path: &Path, like: Option<&Path>, head: &[u8]) -> std::io::Result<BufWriter<File>> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
    if let Some(Ok(meta)) = like.map(fs::metadata) {
        file.set_permissions(no_more_than(&meta.permissions(), &file)?)?;
    }
    file.write_all(head)?;
    Ok(BufWriter::new(file))
}

/// Ends a new file durably, and returns how long it is.
fn to_disk(part: BufWriter<File>) -> std::io::Result<u64> {
    let file = part.into_inner().map_err(IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// The rights of a new file, but none that those of another lack.
#[cfg(unix)]
fn no_more_than(like: &fs::Permissions, file: &File) -> std::io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    let own = file.metadata()?.permissions().mode();
    Ok(fs::Permissions::from_mode(own & (like.mode() | 0o600)))
}

/// The rights that the folder gives.
#[cfg(not(unix))]
fn no_more_than(_: &fs::Permissions, file: &File) -> std::io::Result<fs::Permissions> {
    Ok(file.metadata()?.permissions())
}

impl Ledger {
    /// A digest of the settings and of every file, that changes if one of them does.
    ///
    /// # Errors
    /// Fails if a file cannot be read.
    pub fn digest(&self) -> Result<String, Diagnostic> {
        let (mut paths, _) = self.files_below(&[PROSPECTS, CUSTOMERS, ACTIVITY]);
        paths.push(SETTINGS.into());
        let of_file = |path: &PathBuf| {
            let bytes = fs::read(self.root.join(path))
                .map_err(|error| Diagnostic::unreadable(&self.show(path), &error))?;
            Ok(format!("{} {}\n", digest(&bytes), path.display()))
        };
        let each: Vec<String> = paths.par_iter().map(of_file).collect::<Result<_, Diagnostic>>()?;
        Ok(digest(each.concat().as_bytes()))
    }
}
