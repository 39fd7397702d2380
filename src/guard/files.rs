//! The files that a commit changes, as the rules look at them: each with its versions on the sides of the commit,
//! and known again under another path or id.

use super::commits::{Change, Commit};
use super::repository::Repository;
use crate::diag::Diagnostic;
use crate::disk::file::id_of;
use crate::format::layout::{ACTIVITY, PROSPECTS, SETTINGS};
use crate::format::merge::items::{Items, items, lines};
use crate::format::merge::{Kind, Versions, two};
use crate::git::program::{Blob, Version};
use crate::rules::growth::{Content, lives_on};
use crate::value::id;
use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// A file of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// From the repository's top level.
    pub path: PathBuf,
    /// Its mode and its object.
    pub version: (String, String),
    /// What it has.
    pub read: Rc<Read>,
}

/// The text of a file and the items in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Read {
    /// Its text; empty for what is too large or no text, which is refused elsewhere.
    pub text: String,
    /// Its items.
    pub items: Items,
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
    pub kind: Kind,
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
    /// A prospect.
    Prospect,
    /// A rep's tallies.
    Tally,
}

/// The kind of a file of the ledger below `prefix`, if it has rules.
pub fn rules_of(path: &Path, prefix: &str) -> Option<Rules> {
    let below = path.strip_prefix(prefix).ok()?;
    if below.extension().is_none_or(|ending| ending != "toml") {
        return None;
    }
    let inside = |folder: &str| below.strip_prefix(folder).ok();
    let hidden = |part: Component| part.as_os_str().as_encoded_bytes().starts_with(b".");
    match (inside(PROSPECTS), inside(ACTIVITY)) {
        (Some(rest), _) if !rest.components().any(hidden) => Some(Rules::Prospect),
        (_, Some(_)) => Some(Rules::Tally),
        _ => None,
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
        kind: Kind,
        wanted: impl Fn(&Path) -> bool,
    ) -> Result<Vec<Case>, Diagnostic> {
        let changes: Vec<&Change> = commit.changes.iter().filter(|c| wanted(&c.path)).collect();
        self.fetch(&changes)?;
        let mut groups: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            let key = match kind {
                Kind::Prospect => id::fold(&id_of(&change.path)),
                Kind::Activity | Kind::Settings => change.path.display().to_string(),
            };
            groups.entry(key).or_default().push(change);
        }
        let mut cases = Vec::new();
        for changes in groups.values() {
            // If two files of one id exist at once, each is judged by itself.
            if is_one_file(changes) {
                cases.push(self.case(changes, kind));
            } else {
                cases.extend(changes.iter().map(|change| self.case(&[change], kind)));
            }
        }
        if kind == Kind::Prospect && commit.sides > 1 {
            cases = renamed(cases);
            two_people(&mut cases);
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

    fn case(&mut self, changes: &[&Change], kind: Kind) -> Case {
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

    fn read(&mut self, object: &str, path: &Path, kind: Kind) -> Rc<Read> {
        let is_toml = path.extension().is_some_and(|ending| ending == "toml");
        let key = (object.to_owned(), is_toml, kind as u8);
        if let Some(known) = self.read.get(&key) {
            return Rc::clone(known);
        }
        let text = self.texts.get(object).map(|text| text.to_string()).unwrap_or_default();
        let items = if is_toml { items(&text, kind) } else { lines(&text) };
        let read = Rc::new(Read { text, items });
        self.read.insert(key, Rc::clone(&read));
        read
    }
}

/// Is this a file that only admins change: the settings, and how git treats the files?
pub fn is_settings(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    [SETTINGS, ".gitattributes", ".gitmodules"].contains(&name.as_str())
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

/// Puts the cases of a merge together that are one prospect: a side gave it another id, and another side went on
/// under the old one.
fn renamed(mut cases: Vec<Case>) -> Vec<Case> {
    let mut n = 0;
    while n < cases.len() {
        match (0..cases.len()).find(|new| *new != n && is_new_name(&cases[n], &cases[*new])) {
            Some(new) => {
                let old = cases.remove(n);
                let new = if new > n { new - 1 } else { new };
                let case = &mut cases[new];
                let fill = |files: &mut Vec<Option<File>>, from: Vec<Option<File>>| {
                    for (file, from) in files.iter_mut().zip(from) {
                        *file = file.take().or(from);
                    }
                };
                fill(&mut case.sides, old.sides);
                fill(&mut case.ancestors, old.ancestors);
                n = 0;
            }
            None => n += 1,
        }
    }
    cases
}

/// Did a side give the prospect of `old` the id of `new`? Each of the two must have its files where the other has
/// none.
fn is_new_name(old: &Case, new: &Case) -> bool {
    let apart = |a: &[Option<File>], b: &[Option<File>]| {
        a.iter().zip(b).all(|(a, b)| a.is_none() || b.is_none())
    };
    if old.now.is_some()
        || new.now.is_none()
        || !apart(&old.sides, &new.sides)
        || new.ancestors.iter().any(Option::is_some)
    {
        return false;
    }
    old.ancestors.iter().flatten().any(|before| {
        let journal = before.read.content();
        new.before().any(|(_, file)| lives_on(&journal, None, &file.read.content()))
    })
}

/// Two people were opened under one id on two sides, and the merge gives one of them an id of its own: each file is
/// that of its side.
fn two_people(cases: &mut [Case]) {
    for at in 0..cases.len() {
        let case = &cases[at];
        let Some(now) = case.now.as_ref().filter(|_| case.ancestors.iter().all(Option::is_none))
        else {
            continue;
        };
        let Some((stays, one)) = case.before().find(|(_, file)| file.read.items == now.read.items)
        else {
            continue;
        };
        let leaves = case.before().find(|(side, file)| {
            let versions =
                Versions { base: "", ours: &one.read.text, theirs: &file.read.text };
            *side != stays && two(versions).is_some()
        });
        let Some((leaves, file)) = leaves else { continue };
        let is_its = |case: &Case| {
            let is_new = case.sides.iter().chain(&case.ancestors).all(Option::is_none);
            let fits = |now: &File| {
                now.read.items == file.read.items
                    && now.path.parent() == file.path.parent()
                    && now.version.0 == file.version.0
            };
            is_new && case.now.as_ref().is_some_and(fits)
        };
        let Some(other) = cases.iter().position(is_its) else { continue };
        let mut file = file.clone();
        file.path.clone_from(&cases[other].path);
        cases[other].sides[leaves] = Some(file);
        cases[at].sides[leaves] = None;
    }
}
