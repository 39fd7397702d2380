//! Opens a backup: unseals it, and looks whether it is whole and has what its manifest tells.

use super::names::is_storable;
use super::{BUNDLE, FILES, MANIFEST, MAX_FILE, MAX_FILES};
use crate::diag::{Code, Diagnostic, Place};
use crate::disk::container::{Container, ends_as_container, refused};
use crate::disk::sealed_file::{HEAD, Identities};
use crate::format::manifest::{Manifest, Repository};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path};

/// The largest manifest, in bytes.
const MAX_MANIFEST: u64 = 64 * 1024 * 1024;

/// A file, or a sealed one that is open.
pub trait Readable: Read + Seek {}

impl<T: Read + Seek> Readable for T {}

/// A backup that is whole.
pub struct Opened {
    /// Its manifest.
    pub manifest: Manifest,
    pub(super) container: Container<Box<dyn Readable>>,
}

/// Opens a backup.
///
/// # Errors
/// Fails if the file cannot be read, is sealed and no key opens it, is no whole backup, or has other parts than its
/// manifest tells.
pub fn open(file: &Path, identities: Option<&Identities>) -> Result<Opened, Diagnostic> {
    let placed = |problem: Diagnostic| match problem.place {
        None => problem.at(Place::file(file)),
        Some(_) => problem,
    };
    let mut container = Container::open(readable(file, identities)?).map_err(placed)?;
    let mut text = Vec::new();
    container.copy(MANIFEST, MAX_MANIFEST, &mut text).map_err(placed)?;
    let text = String::from_utf8(text).map_err(|_| placed(other_parts()))?;
    let manifest = Manifest::read(&text).map_err(placed)?;
    if has_its_parts(&manifest, &container) {
        return Ok(Opened { manifest, container });
    }
    Err(placed(other_parts()))
}

/// The bytes of a backup, unsealed.
fn readable(file: &Path, identities: Option<&Identities>) -> Result<Box<dyn Readable>, Diagnostic> {
    let unreadable = |error: std::io::Error| Diagnostic::unreadable(file, &error);
    let mut opened = File::open(file).map_err(unreadable)?;
    if !opened.metadata().map_err(unreadable)?.is_file() {
        let message = words!("a backup is a file", "备份是一个文件");
        return Err(Diagnostic::new(Code::BadBackup, message).at(Place::file(file)));
    }
    let mut head = Vec::new();
    opened.by_ref().take(HEAD.len() as u64).read_to_end(&mut head).map_err(unreadable)?;
    opened.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    if head != HEAD {
        return Ok(Box::new(opened));
    }
    let sealed = |message, help| {
        Err(Diagnostic::new(Code::BadBackup, message).at(Place::file(file)).help(help))
    };
    match identities {
        None => sealed(
            words!("the backup is sealed, and no key was named", "备份已加密，而没有指定密钥"),
            words!(
                "name the file of your private key: --identity FILE, or CRM_IDENTITY",
                "请指定私钥文件：--identity 文件，或 CRM_IDENTITY"
            ),
        ),
        Some(keys) => match keys.open(opened) {
            Some(open) => Ok(Box::new(open)),
            None => sealed(
                words!("none of the keys opens the backup", "没有一把密钥能打开备份"),
                words!(
                    "name the key of a recipient: --identity FILE; if it is, the file is damaged",
                    "请用接收人的密钥：--identity 文件；若密钥无误，则文件已损坏"
                ),
            ),
        },
    }
}

/// Is this file a backup, as far as its end tells? A sealed one is known if one of the keys opens it.
pub(super) fn is_backup(file: &Path, identities: Option<&Identities>) -> bool {
    let Ok(mut opened) = readable(file, identities) else { return false };
    ends_as_container(&mut opened).unwrap_or(false)
}

/// Has a container the parts that its manifest tells of, and no others, and are they fit to be restored?
fn has_its_parts(manifest: &Manifest, container: &Container<Box<dyn Readable>>) -> bool {
    let mut told: BTreeSet<String> = [MANIFEST.to_owned()].into();
    if manifest.git.as_ref().is_some_and(Repository::has_bundle) {
        told.insert(BUNDLE.to_owned());
    }
    told.extend(manifest.files.iter().map(|file| format!("{FILES}{}", file.path)));
    let names = manifest.files.iter().map(|file| &file.path).chain(&manifest.removed);
    let sum = manifest.files.iter().fold(0u64, |sum, file| sum.saturating_add(file.size));
    let plain = |part| matches!(part, Component::Normal(_));
    container.names().eq(told.iter().map(String::as_str))
        && told.len() == manifest.files.len() + 1 + usize::from(container.has(BUNDLE))
        && names.into_iter().all(|name| is_storable(name))
        && manifest.files.iter().all(|file| file.size <= MAX_FILE)
        && sum <= MAX_FILES
        && (manifest.git.is_some() || manifest.ledger.is_empty() && manifest.removed.is_empty())
        && Path::new(&manifest.ledger).components().all(plain)
}

fn other_parts() -> Diagnostic {
    refused(words!(
        "the parts of the backup are not those that its manifest tells of",
        "备份的内容与清单所记的不符"
    ))
}
