//! Two files that were made under one id, each with an opening of its own: two people, or one person whom two
//! reps opened. The files alone do not tell which, so a person decides.

use super::document::BOM;
use super::markers::{Markers, take_apart};
use super::{Conflict, Merged, Versions};
use crate::format::content::content;
use crate::model::event::EventKey;
use std::collections::BTreeMap;

/// Two versions of a file with different openings; the ancestor has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Two {
    /// The file with the earlier opening, in the order of replay.
    pub earlier: String,
    /// The file with the later opening.
    pub later: String,
    /// The key of the earlier opening.
    pub first: EventKey,
    /// The key of the later opening.
    pub second: EventKey,
}

/// The two files, if the versions are such.
pub fn two(versions: Versions) -> Option<Two> {
    let Versions { base, ours, theirs } = versions;
    if !content(base).0.events.is_empty() {
        return None;
    }
    let (one, other) = (opening(ours)?, opening(theirs)?);
    // One command gives one key on two branches; a key without a suffix is written by hand, and shows nothing.
    let name = |text| content(text).0.facts.remove("name");
    if one == other && (one.0.has_suffix() || name(ours) == name(theirs)) {
        return None;
    }
    // One key with two contents: the order of the contents, so that both directions agree.
    let (earlier, later, first, second) = match (&one, ours) <= (&other, theirs) {
        true => (ours, theirs, one.0, other.0),
        false => (theirs, ours, other.0, one.0),
    };
    Some(Two { earlier: earlier.to_owned(), later: later.to_owned(), first, second })
}

/// The two files that a text with markers holds, if it is such: all of it is one conflict.
pub fn two_in(text: &str) -> Option<Two> {
    let sides = take_apart(text)?;
    let from_the_first_line = sides.starts.first().is_some_and(|(ours, _)| *ours <= BOM.len_utf8());
    let to_the_last = text.lines().last().is_some_and(|line| line.starts_with('>'));
    if sides.conflicts != 1 || !from_the_first_line || !to_the_last {
        return None;
    }
    two(Versions { base: &sides.base, ours: &sides.ours, theirs: &sides.theirs })
}

fn opening(text: &str) -> Option<(EventKey, String)> {
    opening_of(&content(text).0.events)
}

/// The first of some entries that opens the account, with its content.
pub fn opening_of(entries: &BTreeMap<String, String>) -> Option<(EventKey, String)> {
    let opens = |event: &str| {
        ["opened", "imported"].iter().any(|kind| event.contains(&format!("\"kind\" = \"{kind}\"")))
    };
    let found = entries.iter().filter(|(_, event)| opens(event));
    found.filter_map(|(key, event)| Some((EventKey::parse(key)?, event.clone()))).min()
}

/// The whole files between markers.
pub(super) fn apart(versions: Versions, two: &Two, markers: &Markers) -> Merged {
    let Versions { base, ours, theirs } = versions;
    let newline = if ours.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = String::new();
    if [ours, theirs].iter().any(|side| side.starts_with(BOM)) {
        text.push(BOM);
    }
    let mut put = |mark: char, label: &str, side: &str| {
        text.push_str(&markers.line(mark, label));
        text.push_str(newline);
        text.push_str(side.trim_start_matches(BOM));
        if !text.ends_with('\n') {
            text.push_str(newline);
        }
    };
    put('<', &markers.ours, ours);
    if markers.show_base {
        put('|', &markers.base, base);
    }
    put('=', "", theirs);
    put('>', &markers.theirs, "");
    let (first, second) = (&two.first, &two.second);
    let what = words!("two openings, {first} and {second}", "两次建档，{first} 与 {second}");
    Merged { text, conflicts: vec![Conflict { what, line: 1 }] }
}
