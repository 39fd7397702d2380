//! The part of a file that a commit made itself. Of a merge that is the part which its sides and their past do not
//! give.

use super::commits::Commit;
use super::files::{Case, File};
use crate::format::merge::{Versions, settles};
use crate::rules::growth::Harm;
use std::collections::BTreeSet;

/// The changes of a file that are the commit's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Own {
    /// Facts, comments, form, the path or the mode are changed, or the file is gone.
    pub form: bool,
    /// The keys of new entries.
    pub added: Vec<String>,
    /// The keys of entries that are changed or gone, with a side that has each.
    pub harmed: Vec<(String, Harm, usize)>,
}

impl Own {
    /// Did the commit only put its sides together?
    pub fn is_nothing(&self) -> bool {
        *self == Own::default()
    }
}

/// The commit's own changes of a file.
pub fn own(commit: &Commit, case: &Case) -> Own {
    let (added, harmed) = entries(commit, case);
    let form = match case.sides.as_slice() {
        [] => case.now.is_some(),
        [side] => *side != case.now,
        _ => !is_combined(commit, case),
    };
    Own { form, added, harmed }
}

/// The new entries, and those that are changed or gone. An entry that one side corrected and another left alone is
/// the corrected one; one that a side lacks stays.
fn entries(commit: &Commit, case: &Case) -> (Vec<String>, Vec<(String, Harm, usize)>) {
    let none = std::collections::BTreeMap::new();
    let now = case.now.as_ref().map_or(&none, |file| &file.read.items.entries);
    let sides: Vec<(usize, &File)> = case.before().collect();
    let known: BTreeSet<&String> =
        sides.iter().flat_map(|(_, file)| file.read.items.entries.keys()).collect();
    let mut harmed = Vec::new();
    for key in &known {
        let values: Vec<(usize, Option<&String>)> = sides
            .iter()
            .filter_map(|(n, file)| Some((*n, Some(file.read.items.entries.get(*key)?))))
            .collect();
        let side = values.first().map_or(0, |(n, _)| *n);
        let before = |n: usize| entry_of(case.ancestors.get(n), key);
        match now.get(*key) {
            None => harmed.push(((*key).clone(), Harm::Lost, side)),
            is if !commit.pasts.live(&values, &None, before).contains(&is) => {
                let other = values.iter().find(|(_, value)| *value != is);
                let side = other.map_or(side, |(n, _)| *n);
                harmed.push(((*key).clone(), Harm::Changed, side));
            }
            Some(_) => {}
        }
    }
    let added = now.keys().filter(|key| !known.contains(key)).cloned().collect();
    (added, harmed)
}

fn entry_of<'c>(file: Option<&'c Option<File>>, key: &str) -> Option<&'c String> {
    file?.as_ref()?.read.items.entries.get(key)
}

/// Are a merged file's facts, comments, path and mode those of its sides? Entries are judged apart.
fn is_combined(commit: &Commit, case: &Case) -> bool {
    if case.sides.contains(&case.now) && is_left_alone(commit, case) {
        return true;
    }
    let Some(now) = &case.now else { return is_place_of_a_side(commit, case) };
    if now.read.items.broken || !is_place_of_a_side(commit, case) {
        return false;
    }
    has_facts_of_sides(commit, case, now) || has_driver_text(commit, case, now)
}

/// Is the whole file that of the only side that changed it?
fn is_left_alone(commit: &Commit, case: &Case) -> bool {
    let place = |file: &Option<File>| file.as_ref().map(|f| (f.path.clone(), f.version.clone()));
    let sides: Vec<_> = case.sides.iter().map(place).enumerate().collect();
    let before = |n: usize| case.ancestors.get(n).and_then(place);
    commit.pasts.live(&sides, &None, before) == [place(&case.now)]
}

/// Is the file where a side has put it, or gone as a side removed it?
fn is_place_of_a_side(commit: &Commit, case: &Case) -> bool {
    let place =
        |file: &Option<File>| file.as_ref().map(|file| (file.path.clone(), file.version.0.clone()));
    let object = |file: Option<&File>| file.map(|file| file.version.1.clone());
    let sides: Vec<_> = case.sides.iter().map(place).enumerate().collect();
    let before = |n: usize| case.ancestors.get(n).and_then(place);
    let now = place(&case.now);
    if commit.pasts.live(&sides, &None, before).contains(&now) {
        return true;
    }
    // A file that one side removed and another changed may stay where that one has it.
    let changed = |side: &Option<File>| {
        let known = |ancestor: &Option<File>| object(ancestor.as_ref()) == object(side.as_ref());
        side.is_some() && place(side) == now && !case.ancestors.iter().any(known)
    };
    case.sides.iter().any(Option::is_none) && case.sides.iter().any(changed)
}

fn has_facts_of_sides(commit: &Commit, case: &Case, now: &File) -> bool {
    let sides: Vec<(usize, &File)> = case.before().collect();
    let ancestor = |n: usize| case.ancestors.get(n).and_then(Option::as_ref);
    let all = || sides.iter().map(|(_, file)| *file).chain([now]);
    let facts: BTreeSet<&String> = all().flat_map(|file| file.read.items.facts.keys()).collect();
    let fact_fits = |key: &&String| {
        let values: Vec<_> =
            sides.iter().map(|(n, file)| (*n, file.read.items.facts.get(*key))).collect();
        let before = |n: usize| ancestor(n).and_then(|file| file.read.items.facts.get(*key));
        commit.pasts.live(&values, &None, before).contains(&now.read.items.facts.get(*key))
    };
    let comments: BTreeSet<&String> =
        all().flat_map(|file| file.read.items.comments.keys()).collect();
    let comment_fits = |text: &&String| {
        let count = |file: &File| file.read.items.comments.get(*text).copied().unwrap_or(0);
        let counts: Vec<_> = sides.iter().map(|(n, file)| (*n, count(file))).collect();
        let live = commit.pasts.live(&counts, &0, |n| ancestor(n).map_or(0, count));
        // Each of two sides may have written one comment, at two places.
        let (least, most) = (live.iter().min().copied(), live.iter().sum());
        least.is_some_and(|least| (least..=most).contains(&count(now)))
    };
    facts.iter().all(fact_fits) && comments.iter().all(comment_fits)
}

/// Is the text a result of the merge driver from the sides, with one of them for each conflict?
fn has_driver_text(commit: &Commit, case: &Case, now: &File) -> bool {
    let [Some(ours), Some(theirs)] = case.sides.as_slice() else { return false };
    let text = |file: Option<&Option<File>>| match file {
        Some(Some(file)) => file.read.text.clone(),
        _ => String::new(),
    };
    let base = match commit.pasts.only() {
        Some(ancestor) => text(case.ancestors.get(ancestor)),
        None if commit.pasts.ancestors.is_empty() => String::new(),
        None => return false,
    };
    let versions = |ours, theirs| Versions { base: &base, ours, theirs };
    let (ours, theirs) = (&*ours.read.text, &*theirs.read.text);
    let text = &now.read.text;
    settles(text, versions(ours, theirs), case.kind)
        || settles(text, versions(theirs, ours), case.kind)
}
