//! Keys on the disk: a user's own, and the folder of the keys of files.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::disk::durable::{failed, try_file, write_own};
use crate::disk::file::read_text;
use crate::format::sealed::cipher::OwnKey;
use crate::format::sealed::keys::{KeyFolder, Sealing};
use crate::model::settings::Settings;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

    /// Writes a file of keys, whole.
    ///
    /// # Errors
    /// Fails if the folder is not there, or the file cannot be written.
    pub fn write(&self, file: &str, text: &str) -> Result<(), Diagnostic> {
        if !self.is_there() {
            return Err(self.not_there());
        }
        let path = self.path(file);
        write_own(&path, text.as_bytes()).map_err(|error| failed(&path, &error))
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
