//! What a merge and a comparison need to know of sealed values, which they never open.

use super::keys::{SEALED, WrappedKeys};
use super::open::has_seals;
use super::places::{places, replaced};
use crate::format::content::content;
use crate::format::line::quoted;
use crate::model::privacy::VEIL;
use crate::value::sealed::{KeyName, parts};
use std::collections::{BTreeMap, BTreeSet};

/// A merged text with the key of every value in it: a side that took a key off did not know the values that the other
/// side sealed with it.
pub fn with_keys_of(merged: String, sides: [&str; 2]) -> String {
    if !has_seals(&merged) {
        return merged;
    }
    let all = places(&merged).unwrap_or_default();
    let names = all.iter().filter_map(|place| Some(parts(place.sealed.as_deref()?)?.0));
    let used: BTreeSet<KeyName> = names.collect();
    let had = WrappedKeys::of(&merged);
    let mut keys = had.clone();
    for side in sides {
        for (name, lines) in WrappedKeys::of(side).0 {
            if used.contains(&name) {
                let known = keys.0.entry(name).or_default();
                for (reader, line) in lines {
                    known.entry(reader).or_insert(line);
                }
            }
        }
    }
    if keys == had { merged } else { keys.put_into(&merged) }
}

/// Is a value of a table `[sealed]` a wrapped key?
pub fn is_wrapped(value: &str) -> bool {
    let text = value.trim_matches('"');
    let digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'.');
    text.len() + 2 == value.len() && text.contains('.') && text.bytes().all(digit)
}

/// Is that the section of wrapped keys?
pub fn is_of_keys(path: &[String]) -> bool {
    path == [SEALED]
}

/// Two versions of a file with a veil in place of each value that the later one has sealed: what is left to differ is
/// not the sealing of a value.
pub fn veiled(earlier: &str, later: &str) -> (String, String) {
    let sealed = places(later).unwrap_or_default().into_iter().filter(|p| p.sealed.is_some());
    let ways: BTreeMap<Vec<String>, std::ops::Range<usize>> =
        sealed.map(|place| (place.way, place.span)).collect();
    let before = places(earlier).unwrap_or_default();
    let common: Vec<_> = before.into_iter().filter(|place| ways.contains_key(&place.way)).collect();
    let later_pieces = common.iter().filter_map(|place| ways.get(&place.way));
    let later = replaced(later, later_pieces.map(|span| (span.clone(), quoted(VEIL))).collect());
    let pieces = common.iter().map(|place| (place.span.clone(), quoted(VEIL))).collect();
    (replaced(earlier, pieces), later)
}

/// Is a later state of an entry the earlier one, but for values that were sealed, or sealed anew? Each is an inline table.
pub fn is_only_sealed(was: &str, is: &str) -> bool {
    if was == is || !has_seals(is) {
        return was == is;
    }
    let (was, is) = veiled(&file_of(was), &file_of(is));
    was == is
}

/// Is a later text of a file the earlier one, but for values that were sealed, or sealed anew, and their keys?
pub fn is_file_only_sealed(was: &str, is: &str) -> bool {
    let (was, is) = veiled(was, is);
    let without_keys = |text: &str| {
        let (mut content, is_whole) = content(text);
        content.facts.remove(SEALED);
        is_whole.then_some(content)
    };
    let was = without_keys(&was);
    was.is_some() && was == without_keys(&is)
}

/// A file with one entry.
fn file_of(entry: &str) -> String {
    format!("[events]\n2009-01-01 = {entry}\n")
}

/// Do two values of one entry, as written, differ in sealed values only? Each is an inline table.
pub fn differ_in_seals_only(one: &str, other: &str) -> bool {
    if !has_seals(one) || !has_seals(other) {
        return false;
    }
    let (one, other) = (file_of(one), file_of(other));
    let seals = |text: &str| {
        let all = places(text).unwrap_or_default().into_iter();
        all.filter(|place| place.sealed.is_some()).map(|place| place.way).collect::<BTreeSet<_>>()
    };
    let (a, b) = veiled(&one, &other);
    seals(&one) == seals(&other) && a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(letter: &str) -> String {
        format!("\"sealed:k3f9x2a7qd-1m2p4:{}\"", letter.repeat(60))
    }

    #[test]
    fn seals_of_one_entry_differ_and_nothing_else() {
        let entry = |note: &str, stage: &str| {
            format!("{{ kind = \"note\", stage = \"{stage}\", note = {note} }}")
        };
        let (a, b) = (seal("A"), seal("B"));
        assert!(differ_in_seals_only(&entry(&a, "25"), &entry(&b, "25")));
        assert!(!differ_in_seals_only(&entry(&a, "25"), &entry(&b, "50")));
        assert!(!differ_in_seals_only(&entry(&a, "25"), &entry("\"open\"", "25")));
    }

    #[test]
    fn an_entry_is_sealed_and_nothing_else() {
        let entry = |note: &str, stage: &str| {
            format!("{{\"kind\" = \"note\", \"note\" = {note}, \"stage\" = \"{stage}\"}}")
        };
        let (a, b, open) = (seal("A"), seal("B"), "\"open\"");
        for was in [&*a, &*b, open] {
            assert!(is_only_sealed(&entry(was, "25"), &entry(&b, "25")));
            assert!(!is_only_sealed(&entry(was, "25"), &entry(&b, "50")));
        }
        assert!(!is_only_sealed(&entry(&a, "25"), &entry(open, "25")));
        assert!(!is_only_sealed("{\"kind\" = \"note\"}", &entry(&b, "25")));
    }

    #[test]
    fn a_key_that_a_value_needs_comes_back() {
        let line = "k3f9x2a7qd-1m2p4-li = \"abcdef.AAAA\"";
        let side = format!("name = \"x\"\n\n[sealed]\n{line}\n\n[events]\n");
        let merged = format!("name = \"x\"\ncompany = {}\n\n[events]\n", seal("A"));
        let with = with_keys_of(merged.clone(), [&side, "name = \"x\"\n"]);
        assert!(with.contains(line) && with.contains(&seal("A")), "{with}");
        assert_eq!(with_keys_of("name = \"x\"\n".to_owned(), [&side, &side]), "name = \"x\"\n");
    }

    #[test]
    fn the_sealing_of_a_value_is_no_change() {
        let open = "name = \"x\"\n[events]\n2009-12-03 = { kind = \"note\", note = \"a\" }\n";
        let later = open.replace("\"a\"", &seal("A"));
        let (a, b) = veiled(open, &later);
        assert_eq!(a, b);
        let with_key = format!("{later}\n[sealed]\nk3f9x2a7qd-1m2p4-li = \"abcdef.AAAA\"\n");
        assert!(is_file_only_sealed(open, &with_key) && is_file_only_sealed(&with_key, &later));
        assert!(!is_file_only_sealed(&later, open));
        assert!(!is_file_only_sealed(open, &with_key.replace("\"x\"", "\"y\"")));
        let (a, b) = veiled(open, &later.replace("note\",", "call\","));
        assert_ne!(a, b);
        // An open value in place of a sealed one is a change.
        let (a, b) = veiled(&later, open);
        assert_ne!(a, b);
    }
}
