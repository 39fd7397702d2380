//! A file's text with its sealed values opened, as far as the user's own keys open them.

use super::keys::{FileKeys, Sealing};
use super::places::{SealablePlace, is_a_value, places, replaced};
use crate::value::sealed::{BEGIN, KeyName, parts};
use std::borrow::Cow;

/// May a text have sealed values?
pub fn has_seals(text: &str) -> bool {
    text.contains(BEGIN)
}

/// The value that a sealed place holds, as TOML; `None` if no own key opens it, or it was sealed for another place.
pub fn value_of(keys: &FileKeys, place: &SealablePlace) -> Option<String> {
    opened_at(keys, place, place.sealed.as_deref()?)
}

/// The value of a sealed text as if it were at a place.
pub fn opened_at(keys: &FileKeys, place: &SealablePlace, sealed: &str) -> Option<String> {
    let (name, body) = parts(sealed)?;
    let key = keys.data_key(&name)?;
    key.open(body, &place.bytes(name.as_str())).filter(|value| is_a_value(value))
}

impl Sealing {
    /// Has a text a sealed value whose key is nowhere?
    pub fn lacks_keys(&self, text: &str) -> bool {
        if !has_seals(text) {
            return false;
        }
        let all = places(text).unwrap_or_default();
        let names = all.iter().filter_map(|place| Some(parts(place.sealed.as_deref()?)?.0));
        let names: Vec<KeyName> = names.collect();
        let keys = FileKeys::of(self, text, names.iter().cloned());
        names.iter().any(|name| keys.is_missing(name))
    }

    /// A text with every value opened that an own key opens; the others stay as they are.
    pub fn opened<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.own.is_empty() || !has_seals(text) {
            return Cow::Borrowed(text);
        }
        let Some(mut all) = places(text) else { return Cow::Borrowed(text) };
        all.retain(|place| place.sealed.is_some());
        let names = all.iter().filter_map(|place| Some(parts(place.sealed.as_deref()?)?.0));
        let keys = FileKeys::of(self, text, names);
        let open = |place: &SealablePlace| Some((place.span.clone(), value_of(&keys, place)?));
        let pieces: Vec<_> = all.iter().filter_map(open).collect();
        if pieces.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replaced(text, pieces)) }
    }
}
