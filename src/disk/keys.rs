//! Keys on the disk: a user's own, and the folder of the keys of files.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::disk::durable::{failed, try_file, write_own};
use crate::disk::file::read_text;
use crate::disk::private::{LOCK_WAIT, lock};
use crate::format::sealed::cipher::OwnKey;
use crate::format::sealed::keys::{KeyFolder, NewKeys, Sealing, WrappedKeys};
use crate::model::settings::Settings;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The lock of a folder of keys: several ledgers may share it.
const LOCK: &str = ".lock";

/// The folder of the keys of files: `FILE.toml` for each.
#[derive(Debug, Clone)]
pub struct FolderOfKeys(PathBuf);

impl KeyFolder for FolderOfKeys {
    fn is_there(&self) -> bool {
        self.0.is_dir()
    }

    fn text(&self, file: &str) -> Option<String> {
        let path = self.path(file);
        read_text(&path, &path).ok()
    }

    fn is_damaged(&self, file: &str) -> bool {
        let path = self.path(file);
        let keys = || WrappedKeys::whole(&read_text(&path, &path).ok()?);
        path.exists() && keys().is_none()
    }
}

impl FolderOfKeys {
    /// The folder of a ledger, if its settings name one.
    pub fn of(settings: &Settings, root: &Path) -> Option<FolderOfKeys> {
        let folder = settings.privacy.as_deref()?.keys.as_deref()?;
        Some(FolderOfKeys(root.join(folder)))
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The file of keys of a name.
    pub fn path(&self, file: &str) -> PathBuf {
        self.0.join(format!("{file}.toml"))
    }

    /// Makes the folder, for a ledger that has no keys yet.
    ///
    /// # Errors
    /// Fails if it cannot be made.
    pub fn make(&self) -> Result<(), Diagnostic> {
        fs::create_dir_all(&self.0).map_err(|error| failed(&self.0, &error))
    }

    /// Adds new lines to their file of keys. Another ledger may have added some since it was read.
    ///
    /// # Errors
    /// Fails as [`FolderOfKeys::takes`] does, or if the file cannot be written.
    pub fn write(&self, new: &NewKeys) -> Result<(), Diagnostic> {
        if !self.is_there() {
            return Err(self.not_there());
        }
        let _lock = self.lock()?;
        let keys = self.takes(new)?.with(&new.keys);
        let path = self.path(&new.file);
        write_own(&path, keys.written("\n").as_bytes()).map_err(|error| failed(&path, &error))
    }

    /// The keys that are in the file of keys for which there are new lines.
    ///
    /// # Errors
    /// Fails if the folder or the file is not there, or the file is damaged: it would be written without the keys of
    /// what is sealed already, and take the place of a whole one elsewhere.
    pub fn takes(&self, new: &NewKeys) -> Result<WrappedKeys, Diagnostic> {
        let path = self.path(&new.file);
        if !self.is_there() {
            return Err(self.not_there());
        }
        if !path.exists() {
            return if new.is_first { Ok(WrappedKeys::default()) } else { Err(missing(&path)) };
        }
        WrappedKeys::whole(&read_text(&path, &path)?).ok_or_else(|| damaged(&path))
    }

    /// Takes the lock of the folder.
    fn lock(&self) -> Result<File, Diagnostic> {
        let path = self.0.join(LOCK);
        let is_new = !path.exists();
        let file = lock(&path, LOCK_WAIT)?;
        if is_new {
            let _ = as_open_as(&file, &self.0);
        }
        Ok(file)
    }

    /// That the folder is not there. A wrong path would hide the right folder, so none is made by the way.
    pub fn not_there(&self) -> Diagnostic {
        let folder = self.0.display();
        let message =
            words!("the folder of keys is not there: {folder}", "密钥文件夹不存在：{folder}");
        Diagnostic::new(Code::KeysMissing, message)
            .refused()
            .help(words!(
                "get it from another reader, or correct [privacy] keys in crm.toml",
                "请向其他读者索取，或改正 crm.toml 的 [privacy] keys"
            ))
            .help(words!(
                "for a ledger without sealed values crm seal makes it",
                "账本中还没有加密值时，crm seal 会建立它"
            ))
    }

    /// Looks whether a file of keys could be removed, as far as a look tells.
    ///
    /// # Errors
    /// Fails if it could not; then nothing was changed.
    pub fn can_remove(&self, file: &str) -> Result<(), Diagnostic> {
        let path = self.path(file);
        try_file(&path).map_err(|error| failed(&path, &error))
    }

    /// Removes a file of keys. Returns whether it was there.
    ///
    /// # Errors
    /// Fails if it is there and cannot be removed.
    pub fn remove(&self, file: &str) -> Result<bool, Diagnostic> {
        let path = self.path(file);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed(&path, &error)),
        }
    }
}

/// Gives a new lock the rights of its folder: whoever writes there takes it.
#[cfg(unix)]
fn as_open_as(file: &File, folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(folder)?.permissions().mode() & 0o666;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Other systems give a new file the rights of its folder.
#[cfg(not(unix))]
fn as_open_as(_: &File, _: &Path) -> std::io::Result<()> {
    Ok(())
}

/// That a file of keys is not there, though values name it.
fn missing(path: &Path) -> Diagnostic {
    let file = path.display();
    let message = words!("a file of keys is not there: {file}", "密钥文件不存在：{file}");
    Diagnostic::new(Code::KeysMissing, message)
        .refused()
        .help(words!(
            "a new one would lack the keys of what is sealed: get it from another reader",
            "新建的会缺少已加密内容的密钥：请向其他读者索取"
        ))
        .help(words!(
            "a person forgotten in another clone: git pull",
            "如果此人已在别的克隆中被遗忘：git pull"
        ))
}

/// That a file of keys is damaged.
fn damaged(path: &Path) -> Diagnostic {
    let file = path.display();
    let message = words!("a file of keys is damaged: {file}", "密钥文件已损坏：{file}");
    Diagnostic::new(Code::KeysMissing, message)
        .refused()
        .help(words!("nothing was written, so that no key is lost", "未写入任何内容，以免丢失密钥"))
        .help(words!(
            "mend it, or get it from another reader: a table [sealed] with lines of keys, and nothing else",
            "请修复，或向其他读者索取：其中只有表 [sealed] 和各行密钥"
        ))
}

/// What a ledger with these settings needs to seal values, without own keys.
pub(super) fn sealing(settings: &Settings, root: &Path) -> Option<Sealing> {
    let privacy = settings.privacy.as_deref()?.clone();
    let folder =
        FolderOfKeys::of(settings, root).map(|folder| Arc::new(folder) as Arc<dyn KeyFolder>);
    Some(Sealing { privacy, own: Arc::default(), folder })
}

/// The private keys of a file that the user names.
///
/// # Errors
/// Fails if the file cannot be read, or has no key that can be used.
pub fn own_keys(file: &Path) -> Result<Vec<OwnKey>, Diagnostic> {
    let text = fs::read_to_string(file).map_err(|error| Diagnostic::unreadable(file, &error))?;
    OwnKey::all(&text).map_err(|bad| {
        let why = bad.words();
        let message = Words::both(
            format!("no key of yours: {}", why.en()),
            format!("没有可用的私钥：{}", why.zh()),
        );
        Diagnostic::new(Code::BadKey, message).at(Place::file(file)).help(words!(
            "a file of age-keygen, or of ssh-keygen -t ed25519 without a passphrase",
            "请用 age-keygen 生成的文件，或 ssh-keygen -t ed25519 生成、没有口令的文件"
        ))
    })
}

/// The keys of the file that ssh uses, if it can be used: nobody named it.
pub fn ssh_keys(home: &Path) -> Vec<OwnKey> {
    let file = home.join(".ssh").join("id_ed25519");
    let text = fs::read_to_string(file).unwrap_or_default();
    OwnKey::all(&text).unwrap_or_default()
}
