//! What a disk may hold after a power loss: the calls that a program made, replayed on a model in which
//! only what was synced is certain. Of everything else any part may be there: names in any combination,
//! data in full, in part, as zeros, or not at all. No file system is worse than that.

use super::Files;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A call that changed something, as the shim wrote it down.
#[derive(Debug, Clone)]
pub struct Call {
    pub kind: String,
    path: PathBuf,
    second: PathBuf,
    number: usize,
    data: Vec<u8>,
}

/// The calls of a log.
pub fn calls(log: &[u8]) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut rest = log;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let head = std::str::from_utf8(&rest[..end]).unwrap();
        let words: Vec<&str> = head.split('\t').collect();
        let length: usize = words[4].parse().unwrap();
        let data = rest[end + 1..end + 1 + length].to_vec();
        rest = &rest[end + 1 + length..];
        calls.push(Call {
            kind: words[0].to_owned(),
            path: words[1].into(),
            second: words[2].into(),
            number: words[3].parse().unwrap_or_else(|_| panic!("{head}")),
            data,
        });
    }
    calls
}

/// A change of names that is not certain yet.
#[derive(Debug, Clone)]
enum Pending {
    Folder(PathBuf),
    File(PathBuf, usize),
    Renamed(PathBuf, PathBuf, usize),
    Gone(PathBuf, usize),
}

impl Pending {
    fn is_in(&self, folder: &Path) -> bool {
        match self {
            Pending::Folder(path) | Pending::File(path, _) | Pending::Gone(path, _) => {
                path.parent() == Some(folder)
            }
            Pending::Renamed(from, to, _) => {
                from.parent() == Some(folder) || to.parent() == Some(folder)
            }
        }
    }

    fn apply(&self, names: &mut Names) {
        match self {
            Pending::Folder(path) => {
                names.folders.insert(path.clone());
            }
            Pending::File(path, inode) => {
                names.files.insert(path.clone(), *inode);
            }
            Pending::Renamed(from, to, inode) => {
                names.remove(from, *inode);
                names.files.insert(to.clone(), *inode);
            }
            Pending::Gone(path, inode) => names.remove(path, *inode),
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Names {
    folders: BTreeSet<PathBuf>,
    files: BTreeMap<PathBuf, usize>,
}

impl Names {
    fn remove(&mut self, path: &Path, inode: usize) {
        if self.files.get(path) == Some(&inode) {
            self.files.remove(path);
        }
    }
}

/// A file's bytes: as the system shows them, and as they are certain to be on the disk.
#[derive(Debug, Clone, Default)]
struct Data {
    now: Vec<u8>,
    synced: Vec<u8>,
}

/// The disk below the ledger's folder.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    now: Names,
    certain: Names,
    pending: Vec<Pending>,
    data: Vec<Data>,
}

impl Disk {
    /// A disk on which these files are certain.
    pub fn new(files: &Files) -> Disk {
        let mut disk = Disk::default();
        for (path, bytes) in files {
            let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
            disk.now.folders.extend(folders.map(Path::to_owned));
            disk.now.files.insert(path.clone(), disk.data.len());
            disk.data.push(Data { now: bytes.clone(), synced: bytes.clone() });
        }
        disk.certain = disk.now.clone();
        disk
    }

    fn change(&mut self, change: Pending) {
        change.apply(&mut self.now);
        self.pending.push(change);
    }

    /// Makes a call.
    pub fn make(&mut self, call: &Call) {
        let path = call.path.clone();
        let inode = self.now.files.get(&path).copied();
        match (call.kind.as_str(), inode) {
            ("create", _) => {
                self.data.push(Data::default());
                self.change(Pending::File(path, self.data.len() - 1));
            }
            ("empty", Some(inode)) => self.data[inode].now.clear(),
            ("cut", Some(inode)) => self.data[inode].now.resize(call.number, 0),
            ("write", Some(inode)) => {
                let now = &mut self.data[inode].now;
                let end = call.number + call.data.len();
                now.resize(now.len().max(end), 0);
                now[call.number..end].copy_from_slice(&call.data);
            }
            ("rename", Some(inode)) => {
                self.change(Pending::Renamed(path, call.second.clone(), inode));
            }
            ("unlink", Some(inode)) => self.change(Pending::Gone(path, inode)),
            ("mkdir", _) => self.change(Pending::Folder(path)),
            ("sync", Some(inode)) => self.data[inode].synced = self.data[inode].now.clone(),
            ("sync", None) => {
                // The shim calls the ledger's own folder `.`, whose names have the parent "".
                let folder = if path == Path::new(".") { PathBuf::new() } else { path };
                let (certain, rest) =
                    self.pending.drain(..).partition(|pending| pending.is_in(&folder));
                let certain: Vec<Pending> = certain;
                certain.iter().for_each(|pending| pending.apply(&mut self.certain));
                self.pending = rest;
            }
            ("sync-all", _) => {
                self.certain = self.now.clone();
                self.pending.clear();
                self.data.iter_mut().for_each(|data| data.synced = data.now.clone());
            }
            ("open" | "refused" | "rights", _) => {}
            other => panic!("the model does not know {other:?} of {}", call.path.display()),
        }
    }

    /// What may be left when the power goes now.
    pub fn after_power_loss(&self, random: &mut fastrand::Rng) -> Files {
        let mut names = self.certain.clone();
        // Journalling file systems keep a part of the changes in order; others promise nothing.
        let ordered = random.bool();
        let kept = random.usize(0..=self.pending.len());
        for (position, pending) in self.pending.iter().enumerate() {
            if if ordered { position < kept } else { random.bool() } {
                pending.apply(&mut names);
            }
        }
        let mut files = Files::new();
        for (path, inode) in names.files {
            let mut folders =
                path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
            if folders.all(|folder| names.folders.contains(folder)) {
                files.insert(path, self.bytes(inode, random));
            }
        }
        files
    }

    fn bytes(&self, inode: usize, random: &mut fastrand::Rng) -> Vec<u8> {
        let Data { now, synced } = &self.data[inode];
        match random.u8(0..4) {
            _ if now == synced => now.clone(),
            0 => now.clone(),
            1 => vec![0; now.len()],
            2 => now[..now.len() / 2].to_vec(),
            _ => synced.clone(),
        }
    }
}
