//! The files that a commit changes, as the rules look at them: each with its versions on the sides of the commit,
//! and known again under another path or id.

use super::commits::{Change, Commit};
use super::repository::Repository;
use crate::diag::Diagnostic;
use crate::disk::file::id_of;
use crate::format::layout::{ACCESS, ACTIVITY, CUSTOMERS, PROSPECTS};
use crate::format::merge::items::{Items, items, lines};
use crate::format::merge::{FileKind, opening_of};
use crate::git::program::{Blob, Version};
use crate::model::event::EventKey;
use crate::rules::growth::Content;
use crate::value::id;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// A file of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// From the repository's top level.
    pub path: PathBuf,
    /// Its mode and its object.
    pub version: (String, String),
    /// Its content.
    pub read: Rc<Read>,
}

impl File {
    /// Is it of another person than one who was opened so: was each of them opened by itself?
    pub fn is_apart(&self, opening: Option<&Opening>) -> bool {
        matches!((&self.read.opening, opening), (Some(own), Some(other)) if own != other)
    }
}

/// The entry that opens an account: its key and its content.
pub type Opening = (EventKey, String);

/// The text of a file and the items in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Read {
    /// Its text; empty for a file that is too large or no text, which is refused elsewhere.
    pub text: String,
    /// Its items.
    pub items: Items,
    /// The entry that opens the account.
    pub opening: Option<Opening>,
}

impl Read {
    /// The facts and entries.
    pub fn content(&self) -> Content {
        Content { facts: self.items.facts.clone(), events: self.items.entries.clone() }
    }
}

/// A file that a commit changes: in each side, in the common ancestors of the sides, and now.
#[derive(Debug, Clone)]
pub struct Case {
    /// The id as the file's name has it.
    pub id: String,
    /// Its path now, else where it was.
    pub path: PathBuf,
    /// Its kind.
    pub kind: FileKind,
    /// In each side.
    pub sides: Vec<Option<File>>,
    /// In each common ancestor.
    pub ancestors: Vec<Option<File>>,
    /// In the commit.
    pub now: Option<File>,
}

impl Case {
    /// The versions of the sides that have the file, with the number of the side.
    pub fn before(&self) -> impl Iterator<Item = (usize, &File)> {
        let sides = self.sides.iter().enumerate();
        sides.filter_map(|(side, file)| Some((side, file.as_ref()?)))
    }

    /// Its text now; nothing if it is gone.
    pub fn text(&self) -> &str {
        self.now.as_ref().map_or("", |file| &file.read.text)
    }
}

/// The kinds of files that have rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rules {
    /// A prospect or customer.
    Prospect,
    /// A rep's tallies.
    Tally,
    /// A rep's records of access.
    Access,
}

/// The kind of a file of the ledger below `prefix`, if it has rules.
pub fn rules_of(path: &Path, prefix: &str) -> Option<Rules> {
    let below = path.strip_prefix(prefix).ok()?;
    if below.extension().is_none_or(|ending| ending != "toml") {
        return None;
    }
    let inside = |folder: &str| below.strip_prefix(folder).ok();
    let hidden = |part: Component| part.as_os_str().as_encoded_bytes().starts_with(b".");
    match inside(PROSPECTS).or_else(|| inside(CUSTOMERS)) {
        Some(rest) if !rest.components().any(hidden) => Some(Rules::Prospect),
        Some(_) => None,
        None if inside(ACTIVITY).is_some() => Some(Rules::Tally),
        None => inside(ACCESS).map(|_| Rules::Access),
    }
}

/// Reads the files of commits; each object once.
pub struct Files<'r> {
    repository: &'r dyn Repository,
    read: HashMap<(String, bool, u8), Rc<Read>>,
    texts: HashMap<String, Rc<str>>,
}

impl<'r> Files<'r> {
    /// Those of a repository.
    pub fn new(repository: &'r dyn Repository) -> Files<'r> {
        Files { repository, read: HashMap::new(), texts: HashMap::new() }
    }

    /// The files of the commit that `wanted` chooses, of one kind; the files of one id are one case.
    pub fn cases(
        &mut self,
        commit: &Commit,
        kind: FileKind,
        wanted: impl Fn(&Path) -> bool,
    ) -> Result<Vec<Case>, Diagnostic> {
        let changes: Vec<&Change> = commit.changes.iter().filter(|c| wanted(&c.path)).collect();
        self.fetch(&changes)?;
        let mut groups: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            let key = match kind {
                FileKind::Prospect => id::fold(&id_of(&change.path)),
                FileKind::Activity | FileKind::Access | FileKind::Settings => {
                    change.path.display().to_string()
                }
            };
            groups.entry(key).or_default().push(change);
        }
        let mut cases = Vec::new();
        for changes in groups.values() {
            // If two files of one id exist at once, each is judged by itself.
            if is_one_file(changes) {
                cases.extend(people(self.case(changes, kind)));
            } else {
                cases.extend(changes.iter().map(|change| self.case(&[change], kind)));
            }
        }
        if kind == FileKind::Prospect && commit.sides > 1 {
            cases = renamed(cases);
        }
        Ok(cases)
    }

    fn fetch(&mut self, changes: &[&Change]) -> Result<(), Diagnostic> {
        let versions = |change: &&'_ Change| -> Vec<Version> {
            change.sides.iter().chain(&change.ancestors).chain([&change.now]).cloned().collect()
        };
        let mut objects: Vec<String> = changes
            .iter()
            .flat_map(versions)
            .flatten()
            .filter(|(mode, id)| mode.starts_with("100") && !self.texts.contains_key(id))
            .map(|(_, id)| id)
            .collect();
        objects.sort_unstable();
        objects.dedup();
        let wanted: Vec<&str> = objects.iter().map(String::as_str).collect();
        let blobs = self.repository.contents(&wanted)?;
        for (object, blob) in objects.into_iter().zip(blobs) {
            let text = match blob {
                Blob::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Blob::TooLarge(_) | Blob::Missing => String::new(),
            };
            self.texts.insert(object, text.into());
        }
        Ok(())
    }

    fn case(&mut self, changes: &[&Change], kind: FileKind) -> Case {
        let mut file = |change: &Change, version: &Version| {
            let version = version.clone()?;
            let read = self.read(&version.1, &change.path, kind);
            Some(File { path: change.path.clone(), version, read })
        };
        let mut at = |versions: fn(&Change) -> &[Version], n: usize| {
            changes.iter().find_map(|change| file(change, versions(change).get(n)?))
        };
        let count = |versions: fn(&Change) -> &[Version]| {
            changes.iter().map(|change| versions(change).len()).max().unwrap_or(0)
        };
        let sides = (0..count(|c| &c.sides)).map(|n| at(|c| &c.sides, n)).collect();
        let ancestors = (0..count(|c| &c.ancestors)).map(|n| at(|c| &c.ancestors, n)).collect();
        let now = at(|change| std::slice::from_ref(&change.now), 0);
        // The present file names the case; after a move between folders the other files are the old places.
        let shown = changes.iter().find(|change| change.now.is_some()).or(changes.first());
        Case {
            id: shown.map(|change| id_of(&change.path)).unwrap_or_default(),
            path: shown.map(|change| change.path.clone()).unwrap_or_default(),
            kind,
            sides,
            ancestors,
            now,
        }
    }

    fn read(&mut self, object: &str, path: &Path, kind: FileKind) -> Rc<Read> {
        let is_toml = path.extension().is_some_and(|ending| ending == "toml");
        let key = (object.to_owned(), is_toml, kind as u8);
        if let Some(known) = self.read.get(&key) {
            return Rc::clone(known);
        }
        let text = self.texts.get(object).map(|text| text.to_string()).unwrap_or_default();
        let items = if is_toml { items(&text, kind) } else { lines(&text) };
        let opening = if kind == FileKind::Prospect { opening_of(&items.entries) } else { None };
        let read = Rc::new(Read { text, items, opening });
        self.read.insert(key, Rc::clone(&read));
        read
    }
}

/// Are the changed files of one id a single file that perhaps moved?
fn is_one_file(changes: &[&Change]) -> bool {
    let alone = |versions: fn(&Change) -> &[Version]| {
        let n = changes.iter().map(|change| versions(change).len()).max().unwrap_or(0);
        let there = |n: usize| {
            changes.iter().filter(|c| versions(c).get(n).is_some_and(Option::is_some)).count()
        };
        (0..n).all(|n| there(n) <= 1)
    };
    alone(|c| &c.sides) && alone(|c| &c.ancestors) && alone(|c| std::slice::from_ref(&c.now))
}

/// The people of a case: two clones may each have opened somebody under one id.
fn people(case: Case) -> Vec<Case> {
    if case.kind != FileKind::Prospect {
        return vec![case];
    }
    let mut people: Vec<File> = Vec::new();
    for file in case.now.iter().chain(case.sides.iter().chain(&case.ancestors).flatten()) {
        if people.iter().all(|known| file.is_apart(known.read.opening.as_ref())) {
            people.push(file.clone());
        }
    }
    if people.len() < 2 {
        return vec![case];
    }
    let who =
        |file: &File| people.iter().position(|known| !file.is_apart(known.read.opening.as_ref()));
    let of = |n: usize, files: &[Option<File>]| -> Vec<Option<File>> {
        let its = |file: &&File| who(file) == Some(n);
        files.iter().map(|file| file.as_ref().filter(its).cloned()).collect()
    };
    let person = |n: usize| Case {
        sides: of(n, &case.sides),
        ancestors: of(n, &case.ancestors),
        now: of(n, std::slice::from_ref(&case.now)).pop().flatten(),
        ..case.clone()
    };
    (0..people.len()).map(person).collect()
}

/// Puts the cases of a merge together that are one prospect: a side gave it another id, and another side went on
/// under the old one, or chose another; or the merge set two people of one id apart.
///
/// Several prospects may have equal journals, so those whose names are equal too are put together first.
fn renamed(cases: Vec<Case>) -> Vec<Case> {
    let has_name_of = |one: &Case, other: &Case| {
        let names = |case: &Case| -> BTreeSet<Option<String>> {
            let files = case.ancestors.iter().chain(&case.sides).chain([&case.now]).flatten();
            files.map(|file| file.read.items.facts.get("name").cloned()).collect()
        };
        !names(one).is_disjoint(&names(other))
    };
    put_together(put_together(cases, has_name_of), |_, _| true)
}

fn put_together(cases: Vec<Case>, may: impl Fn(&Case, &Case) -> bool) -> Vec<Case> {
    let taken: BTreeSet<PathBuf> =
        cases.iter().filter_map(|case| Some(case.now.as_ref()?.path.clone())).collect();
    let (whole, parts): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| case.sides.iter().all(Option::is_some));
    let mut found: Vec<Case> = Vec::new();
    for mut case in parts {
        let place = found.iter().position(|known| {
            let fits = is_new_name(known, &case)
                || is_new_name(&case, known)
                || gives_way(known, &case, &taken)
                || gives_way(&case, known, &taken);
            fits && may(known, &case)
        });
        let Some(place) = place else {
            found.push(case);
            continue;
        };
        let known = &mut found[place];
        let set_apart = gives_way(known, &case, &taken) || gives_way(&case, known, &taken);
        let fill = |files: &mut [Option<File>], others: &mut [Option<File>]| {
            for (file, other) in files.iter_mut().zip(others) {
                *file = file.take().or(other.take());
            }
        };
        fill(&mut known.sides, &mut case.sides);
        fill(&mut known.ancestors, &mut case.ancestors);
        if case.now.is_some() {
            (known.id, known.path, known.now) = (case.id, case.path, case.now);
        }
        if set_apart {
            let path = &known.path;
            known.sides.iter_mut().flatten().for_each(|file| file.path.clone_from(path));
        }
    }
    found.extend(whole);
    found
}

/// Did a side give the prospect of `old` the id of `new`? Each of the two has its files where the other has none.
fn is_new_name(old: &Case, new: &Case) -> bool {
    let apart = |(a, b): (&Option<File>, &Option<File>)| a.is_none() || b.is_none();
    let carries = |file: &File| {
        let has = |(key, was)| file.read.items.entries.get(key) == Some(was);
        old.ancestors.iter().flatten().any(|before| {
            let entries = &before.read.items.entries;
            !entries.is_empty() && entries.iter().all(has)
        })
    };
    old.sides.iter().zip(&new.sides).all(apart)
        && old.ancestors.iter().zip(&new.ancestors).all(apart)
        && apart((&old.now, &new.now))
        && new.before().any(|(_, file)| carries(file))
}

/// Does a merge give the person of `old` the id of `new`, because another person has the old one? The file is that of
/// the side, in its folder.
fn gives_way(old: &Case, new: &Case, taken: &BTreeSet<PathBuf>) -> bool {
    let is_new = new.sides.iter().chain(&new.ancestors).all(Option::is_none);
    let is_its = |now: &File| {
        old.before().any(|(_, file)| {
            file.read.items == now.read.items
                && file.version.0 == now.version.0
                && file.path.parent() == now.path.parent()
                && taken.contains(&file.path)
        })
    };
    is_new && old.now.is_none() && new.now.as_ref().is_some_and(is_its)
}
