//! Where prospects stand, without reading files that did not change since somebody read them last: then
//! their stamps are the same, and what was remembered of them is as good as what they say. Of folders
//! that did not change it is remembered in the same way what lies in them.

use super::cache::{Cache, RowAt, Rows, hash};
use super::files::{Files, Hand};
use super::standing_row;
use super::walk::{Folder, Listed};
use crate::model::settings::Settings;
use crate::rules::book::{Keep, Passed};
use crate::rules::standing::Standing;
use std::ffi::OsStr;
use std::hash::Hasher;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

/// The name of the cache of files.
const STANDINGS: &str = "standings";
/// The name of the cache of folders.
const FOLDERS: &str = "folders";

/// Fewer new rows than this are made again sooner than the cache is written for them.
const FEW: usize = 256;

/// The prospects of a ledger with what is remembered of them.
pub(super) struct Remembered<'f> {
    files: &'f Files,
    standings: Cache,
    folders: Cache,
    /// What standings depend on beside their files.
    seal: u64,
    now: SystemTime,
}

/// What one thread goes by.
#[derive(Default)]
struct Part {
    hand: Hand,
    /// Room for what is remembered of a file.
    standing: Standing,
    /// Rows that are as good as they were.
    kept: Vec<RowAt>,
    new: Rows,
    /// How many are new.
    count: usize,
}

impl<'f> Remembered<'f> {
    /// What is remembered of these files, for a command that runs at this time.
    pub(super) fn of(files: &'f Files, now: SystemTime) -> Remembered<'f> {
        let (root, seal) = (&files.ledger.root, seal(&files.ledger.settings));
        let standings = Cache::load(root, STANDINGS, seal);
        Remembered { files, standings, folders: Cache::load(root, FOLDERS, 0), seal, now }
    }

    /// Lets all standings pass by, and remembers those that had to be read.
    pub(super) fn pass(&self, each: &(dyn Fn(usize, &Standing) + Sync)) -> Passed {
        let folders = Some(&self.folders);
        let walked = self.files.each_batch(folders, |thread, part: &mut Part, batch| {
            for name in batch.names.iter() {
                self.one(&batch.folder, name, part, |standing| each(thread, standing));
            }
        });
        let mut parts = walked.parts;
        self.save(&mut parts);
        self.save_folders(&walked.listed);
        self.files.passed(parts.into_iter().map(|part| part.hand.met).collect(), &walked.problems)
    }

    fn one(&self, folder: &Folder, name: &OsStr, part: &mut Part, each: impl FnOnce(&Standing)) {
        let (settings, as_of) = (&self.files.ledger.settings, self.files.as_of);
        let path = hash(&folder.path, name);
        // Before the file is read: what is written to it meanwhile changes the stamp.
        let stamp = folder.stamp(name);
        let last = part.kept.last().copied();
        let standing = &mut part.standing;
        let known = stamp
            .and_then(|stamp| self.standings.find(path, &stamp, last))
            .filter(|(_, text)| standing_row::read(text, settings, standing).is_some());
        if let Some((row, _)) = known {
            part.kept.push(row);
            // On an earlier day it stood where only its file says.
            if standing.since.is_some_and(|since| since <= as_of) {
                part.hand.met.pass(&name.to_string_lossy(), standing.opened);
                return each(standing);
            }
        }
        self.files.ledger.files_read.fetch_add(1, Ordering::Relaxed);
        let (record, problems) = self.files.one(folder, name, Keep::AllButNotes, &mut part.hand);
        if let Some(record) = &record {
            let standing = Standing::of(record, as_of);
            each(&standing);
            // Who reads a file in which something is wrong shall be told each time.
            let stamp = stamp.filter(|stamp| stamp.is_settled(self.now));
            if let (Some(stamp), None, true) = (stamp, known, problems.is_empty()) {
                let mut text = Vec::new();
                if standing_row::write(&standing, &mut text).is_some() {
                    part.new.push(path, stamp, &text);
                    part.count += 1;
                }
            }
        }
        part.hand.take_back(record);
    }

    /// Writes the cache anew, if that takes less than what it saves.
    fn save(&self, parts: &mut [Part]) {
        let new: usize = parts.iter().map(|part| part.count).sum();
        let kept: usize = parts.iter().map(|part| part.kept.len()).sum();
        if new < FEW.max(kept / 100) {
            return;
        }
        let mut rows = Rows::default();
        for part in parts {
            part.kept.iter().for_each(|row| rows.keep(&self.standings, *row));
            rows.append(std::mem::take(&mut part.new));
        }
        Cache::save(&self.files.ledger.root, STANDINGS, self.seal, &rows);
    }

    /// Writes what lies in folders anew, once a folder has changed; small ledgers are listed at once.
    fn save_folders(&self, listed: &Listed) {
        let changed = listed.new.iter().filter(|(_, stamp, _)| stamp.is_settled(self.now));
        let mut rows = Rows::default();
        changed.for_each(|(path, stamp, text)| rows.push(*path, *stamp, text));
        if rows.is_empty() || listed.files < FEW {
            return;
        }
        listed.kept.iter().for_each(|row| rows.keep(&self.folders, *row));
        Cache::save(&self.files.ledger.root, FOLDERS, 0, &rows);
    }
}

/// What standings depend on beside their files: the settings and the program.
fn seal(settings: &Settings) -> u64 {
    let mut hash = fnv::FnvHasher::default();
    hash.write(env!("CARGO_PKG_VERSION").as_bytes());
    hash.write(format!("{settings:?}").as_bytes());
    hash.finish()
}
