//! The guard's rules without git: commits are trees in memory, so that thousands of pushes are judged in seconds.

mod attacks;
mod random;

use crm::diag::Diagnostic;
use crm::disk::ledger::{Ledger, Stored};
use crm::git::program::{Blob, Version};
use crm::guard::commits::{Commit, commit};
use crm::guard::repository::{Differences, Repository};
use crm::guard::{Before, Pusher, judge};
use crm::value::date::Date;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The files of a commit: path, mode and text.
pub type Tree = BTreeMap<String, (String, String)>;

/// A tree of plain files.
pub fn tree<'f>(files: impl IntoIterator<Item = (&'f str, String)>) -> Tree {
    files.into_iter().map(|(path, text)| (path.to_owned(), file(text))).collect()
}

/// A plain file.
pub fn file(text: String) -> (String, String) {
    ("100644".to_owned(), text)
}

/// A repository of at most 128 commits; a commit's id is its number.
#[derive(Default)]
pub struct Memory {
    commits: Vec<(Vec<usize>, Rc<Tree>)>,
    /// The commits that each commit contains, itself among them.
    contained: Vec<u128>,
    objects: RefCell<HashMap<String, String>>,
}

impl Memory {
    pub fn commit(&mut self, parents: &[usize], tree: Tree) -> usize {
        let id = self.commits.len();
        let before = parents.iter().fold(0, |set, parent| set | self.contained[*parent]);
        self.contained.push(before | 1 << id);
        self.commits.push((parents.to_vec(), Rc::new(tree)));
        id
    }

    /// The history so far, to go on with.
    pub fn copy(&self) -> Memory {
        let (commits, contained) = (self.commits.clone(), self.contained.clone());
        Memory { commits, contained, objects: RefCell::default() }
    }

    pub fn tree(&self, commit: usize) -> &Tree {
        &self.commits[commit].1
    }

    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Is the one contained in the other?
    pub fn contains(&self, commit: usize, in_it: usize) -> bool {
        self.contained[commit] >> in_it & 1 == 1
    }

    /// The commits that `new` has and `old` has not.
    pub fn between(&self, old: &[usize], new: usize) -> Vec<usize> {
        let known = old.iter().fold(0, |set, commit| set | self.contained[*commit]);
        (0..self.len()).filter(|c| (self.contained[new] & !known) >> c & 1 == 1).collect()
    }

    pub fn bases_of(&self, one: usize, other: usize) -> Vec<usize> {
        let common = self.contained[one] & self.contained[other];
        let all: Vec<usize> = (0..self.len()).filter(|c| common >> c & 1 == 1).collect();
        let below = |c: &usize| all.iter().any(|d| d != c && self.contains(*d, *c));
        all.iter().copied().filter(|c| !below(c)).collect()
    }

    fn version(&self, file: Option<&(String, String)>) -> Version {
        let (mode, text) = file?;
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let id = format!("{:016x}", hasher.finish());
        self.objects.borrow_mut().entry(id.clone()).or_insert_with(|| text.clone());
        Some((mode.clone(), id))
    }

    /// The findings of the guard in a push of `new` by `user`, where the server's main branch is `main` and it has
    /// the commits `known`.
    pub fn judge(
        &self,
        user: &str,
        today: Date,
        main: usize,
        known: &[usize],
        new: usize,
    ) -> Vec<Diagnostic> {
        let ids = self.between(known, new);
        self.judge_commits(user, today, main, &ids)
    }

    pub fn judge_commits(
        &self,
        user: &str,
        today: Date,
        main: usize,
        ids: &[usize],
    ) -> Vec<Diagnostic> {
        let commits: Vec<Commit> = ids
            .iter()
            .map(|id| {
                let parents: Vec<String> =
                    self.commits[*id].0.iter().map(usize::to_string).collect();
                commit(self, &id.to_string(), &parents).unwrap()
            })
            .collect();
        let stored = Files(Rc::unwrap_or_clone(Rc::clone(&self.commits[main].1)));
        let ledger = Ledger::of_stored(stored, PathBuf::new(), PathBuf::new()).unwrap();
        let before = Before { prefix: String::new(), ledgers: vec![ledger] };
        let pusher = Pusher { user, operator: false, founds: false };
        judge(self, &[before], &pusher, today, &commits).unwrap()
    }
}

impl Repository for Memory {
    fn differences(&self, old: Option<&str>, new: &str) -> Result<Differences, Diagnostic> {
        let of = |id: &str| Rc::clone(&self.commits[id.parse::<usize>().unwrap()].1);
        let (old, new) = (old.map(of).unwrap_or_default(), of(new));
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let differs = |path: &&String| old.get(*path) != new.get(*path);
        let pair = |path: &String| {
            (PathBuf::from(path), (self.version(old.get(path)), self.version(new.get(path))))
        };
        Ok(paths.into_iter().filter(differs).map(pair).collect())
    }

    fn bases(&self, one: &str, other: &str) -> Result<Vec<String>, Diagnostic> {
        let found = self.bases_of(one.parse().unwrap(), other.parse().unwrap());
        Ok(found.iter().map(usize::to_string).collect())
    }

    fn independent(&self, commits: &[&str]) -> Result<Vec<String>, Diagnostic> {
        let mut ids: Vec<usize> = Vec::new();
        for id in commits.iter().map(|id| id.parse().unwrap()) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let below = |c: &usize| ids.iter().any(|d| d != c && self.contains(*d, *c));
        Ok(ids.iter().filter(|c| !below(c)).map(usize::to_string).collect())
    }

    fn contents(&self, objects: &[&str]) -> Result<Vec<Blob>, Diagnostic> {
        let known = self.objects.borrow();
        Ok(objects.iter().map(|id| Blob::Bytes(known[*id].clone().into_bytes())).collect())
    }
}

/// The files of a tree, as a ledger reads them.
#[derive(Debug)]
struct Files(Tree);

impl Stored for Files {
    fn text(&self, relative: &Path, _: &Path) -> Result<String, Diagnostic> {
        Ok(self.0[relative.to_str().unwrap()].1.clone())
    }

    fn files_below(&self, folders: &[&str]) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let below = |path: &&String| {
            folders.iter().any(|folder| Path::new(path).starts_with(folder))
                && path.ends_with(".toml")
        };
        (self.0.keys().filter(below).map(PathBuf::from).collect(), Vec::new())
    }
}
