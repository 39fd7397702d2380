//! Sealed values: open texts in fields that must be sealed, and values that open at no place.
//!
//! Why: an open text stays in git for ever, in every clone; a sealed value that was cut off, exchanged or moved is lost,
//! or means another person.
//! Mend: `crm seal` seals what is open; put a broken value back from git's history.

use crate::diag::{Code, Diagnostic, Place, counted, first_of};
use crate::format::sealed::keys::{FileKeys, Sealing};
use crate::format::sealed::open::{has_seals, value_of};
use crate::format::sealed::places::{SealablePlace, open_text, places};
use crate::value::sealed::{KeyName, key_files, parts};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How many files a message names.
const NAMED: usize = 5;

/// The findings about the sealed values in the text of a file, and those that should be. Only a user with a key sees
/// that a value is broken.
pub fn seals(sealing: &Sealing, text: &str, place: &Place) -> Vec<Diagnostic> {
    let all = places(text).unwrap_or_default();
    let names = all.iter().filter_map(|place| Some(parts(place.sealed.as_deref()?)?.0));
    let keys = FileKeys::of(sealing, text, names);
    let mut spoilt = BTreeSet::new();
    let found = |at: &SealablePlace| match name_of(at) {
        // The whole file: a message shows no line that has an open value.
        None => sealing.privacy.level(&at.field).map(|_| open_text(at).at(place.clone())),
        Some(name) => {
            if value_of(&keys, at).is_some() || !keys.is_mine(&name) {
                return None;
            }
            if keys.data_key(&name).is_some() {
                return Some(broken(at).at(place.clone().span(at.span.clone())));
            }
            spoilt.insert(name);
            None
        }
    };
    let mut found: Vec<Diagnostic> = all.iter().filter_map(found).collect();
    found.extend(broken_keys(sealing, &spoilt).map(|found| found.at(place.clone())));
    found
}

/// The findings about sealed values whose keys are nowhere: the folder of keys is not there or not whole, or the settings
/// do not name it; and about files of keys that are damaged. Each file comes with its id and its text.
pub fn keys_missing(
    sealing: &Sealing,
    files: impl IntoIterator<Item = (String, String)>,
) -> Vec<Diagnostic> {
    let (mut damaged, mut ids) = (Vec::new(), Vec::new());
    for (id, text) in files {
        let mut names = key_files(&text);
        names.retain(|name| sealing.folder.as_ref().is_some_and(|keys| keys.is_damaged(name)));
        if !names.is_empty() {
            damaged.extend(names.iter().map(|name| format!("{name}.toml ({id})")));
        } else if sealing.lacks_keys(&text) {
            ids.push(id);
        }
    }
    let damaged = (!damaged.is_empty()).then(|| damaged_files(sealing, &damaged));
    damaged.into_iter().chain(nowhere(sealing, &ids)).collect()
}

/// That these files of keys are damaged.
fn damaged_files(sealing: &Sealing, files: &[String]) -> Diagnostic {
    let (folder, n) = (sealing.privacy.keys.as_deref().unwrap_or_default(), files.len());
    let (damaged, files) = (counted(n, "damaged file", "damaged files"), first_of(files, NAMED));
    let message = words!(
        "the folder of keys `{folder}` has {damaged}, so sealed values do not open: {files}",
        "密钥文件夹 `{folder}` 中有 {n} 个文件已损坏，加密的值打不开：{files:#}"
    );
    Diagnostic::new(Code::KeysMissing, message).help(words!(
        "mend them, or get them from another reader; until then nothing is written that needs them",
        "请修复，或向其他读者索取；在此之前，需要它们的内容都不会写入"
    ))
}

/// That the keys of these files are nowhere; `None` without a file.
fn nowhere(sealing: &Sealing, ids: &[String]) -> Option<Diagnostic> {
    if ids.is_empty() {
        return None;
    }
    let (n, ids) = (ids.len(), first_of(ids, NAMED));
    let files = counted(n, "file", "files");
    let keys = sealing.privacy.keys.as_deref().unwrap_or_default();
    let is_there = sealing.folder.as_ref().map(|folder| folder.is_there());
    let (message, help) = match is_there {
        None => (
            words!(
                "the keys of sealed values are not in their files, and the settings name no folder of keys; {files}: {ids}",
                "加密值的密钥不在文件里，设置中也没有写明密钥文件夹；{n} 个文件：{ids}"
            ),
            words!(
                "name the folder: [privacy] keys = \"../keys\"; or put the lines of [sealed] back: git log -p",
                "请写明文件夹：[privacy] keys = \"../keys\"；或恢复 [sealed] 中的各行：git log -p"
            ),
        ),
        Some(false) => (
            words!(
                "the folder of keys `{keys}` is not there, so no sealed value opens here; {files}: {ids}",
                "密钥文件夹 `{keys}` 不存在，加密的值在这里都打不开；{n} 个文件：{ids}"
            ),
            words!(
                "get the folder from another reader, or correct `keys`",
                "请向其他读者索取该文件夹，或改正 `keys`"
            ),
        ),
        Some(true) => (
            words!(
                "the folder of keys `{keys}` lacks keys of sealed values; {files}: {ids}",
                "密钥文件夹 `{keys}` 缺少加密值的密钥；{n} 个文件：{ids}"
            ),
            words!(
                "a person forgotten in another clone: git pull; else get the keys from another reader",
                "如果此人已在别的克隆中被遗忘：git pull；否则请向其他读者索取密钥"
            ),
        ),
    };
    Some(Diagnostic::new(Code::KeysMissing, message).help(help))
}

/// Has a text a sealed value?
pub fn is_sealed(text: &str) -> bool {
    has_seals(text) && places(text).is_some_and(|all| all.iter().any(|at| at.sealed.is_some()))
}

/// The finding about files with sealed values, by their ids, in a ledger without `[privacy]`.
pub fn without_privacy(ids: &[String]) -> Option<Diagnostic> {
    if ids.is_empty() {
        return None;
    }
    let (n, ids) = (ids.len(), first_of(ids, NAMED));
    let files = counted(n, "file", "files");
    let message = words!(
        "the settings have no [privacy], so no sealed value opens, and new ones are written open; {files}: {ids}",
        "设置中没有 [privacy]：加密的值打不开，新写入的都是明文；{n} 个文件：{ids:#}"
    );
    Some(Diagnostic::new(Code::KeysMissing, message).help(words!(
        "put [privacy] and its readers back: git log -p crm.toml",
        "请恢复 [privacy] 及其读者：git log -p crm.toml"
    )))
}

/// The findings about files that have sealed values of another file: a value that is copied with its keys opens there, and
/// tells of another person. Each file comes with its path, as messages show
/// it, and its text.
pub fn copied(files: impl IntoIterator<Item = (PathBuf, String)>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut found = Vec::new();
    for (path, text) in files {
        for name in key_files(&text) {
            let Some(other) = first.get(&name) else {
                first.insert(name, path.clone());
                continue;
            };
            let other = other.display();
            let message = words!("it has sealed values of {other}", "其中有 {other} 的加密值");
            found.push(Diagnostic::new(Code::BrokenSeal, message).at(Place::file(&path)).help(words!(
                "a value that was copied tells of another person: write it anew, crm contact edit, crm log",
                "复制来的值说的是另一个人：请重新填写，crm contact edit、crm log"
            )));
        }
    }
    found
}

fn name_of(place: &SealablePlace) -> Option<KeyName> {
    Some(parts(place.sealed.as_deref()?)?.0)
}

fn broken(at: &SealablePlace) -> Diagnostic {
    let field = &at.field;
    let message = words!(
        "`{field}` does not open: it was cut off, exchanged, or sealed for another place",
        "`{field}` 打不开：被截断、调换，或是为别处加密的"
    );
    Diagnostic::new(Code::BrokenSeal, message).help(words!(
        "find the change: git log -p; put the old value back, or write a new one",
        "请查看改动：git log -p；恢复原值，或重新填写"
    ))
}

/// That wrapped keys of the user do not open; `None` without one.
fn broken_keys(sealing: &Sealing, names: &BTreeSet<KeyName>) -> Option<Diagnostic> {
    if names.is_empty() {
        return None;
    }
    let (n, names) = (names.len(), first_of(names, NAMED));
    let keys = counted(n, "key", "keys");
    let message = words!(
        "no value opens with {keys} of yours, changed or cut off: {names}",
        "您有 {n} 把密钥被改动或截断，用它们加密的值都打不开：{names:#}"
    );
    let help = match sealing.privacy.keys.as_deref() {
        None => words!(
            "put the lines of [sealed] back: git log -p; or delete them, and another reader runs crm seal",
            "请恢复 [sealed] 中的这些行：git log -p；或删除它们，由另一位读者执行 crm seal"
        ),
        Some(folder) => words!(
            "put the lines back in the folder `{folder}`; or delete them, and another reader runs crm seal",
            "请恢复文件夹 `{folder}` 中的这些行；或删除它们，由另一位读者执行 crm seal"
        ),
    };
    Some(Diagnostic::new(Code::BrokenSeal, message).help(help))
}
