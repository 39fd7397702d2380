//! Sealed values: open texts in fields that must be sealed, and values that open at no place.
//!
//! Why: an open text stays in git for ever, in every clone; a sealed value that was cut off, exchanged or moved is lost,
//! or means another person.
//! Mend: `crm seal` seals what is open; put a broken value back from git's history.

use crate::diag::{Code, Diagnostic, Place};
use crate::format::sealed::keys::{FileKeys, Sealing};
use crate::format::sealed::open::value_of;
use crate::format::sealed::places::{SealablePlace, open_text, places};
use crate::value::sealed::{KeyName, key_files, parts};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The findings about the sealed values in the text of a file, and those that should be. Only a user with a key sees
/// that a value is broken.
pub fn seals(sealing: &Sealing, text: &str, place: &Place) -> Vec<Diagnostic> {
    let all = places(text).unwrap_or_default();
    let names = all.iter().filter_map(|place| Some(parts(place.sealed.as_deref()?)?.0));
    let keys = FileKeys::of(sealing, text, names);
    let found = |at: &SealablePlace| match name_of(at) {
        // The whole file: a message shows no line that has an open value.
        None => sealing.privacy.level(&at.field).map(|_| open_text(at).at(place.clone())),
        Some(name) => {
            let is_broken = keys.data_key(&name).is_some() && value_of(&keys, at).is_none();
            is_broken.then(|| broken(at).at(place.clone().span(at.span.clone())))
        }
    };
    all.iter().filter_map(found).collect()
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
