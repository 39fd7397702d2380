//! Where prospects stand, without reading files that did not change since somebody read them last: then
//! their stamps are the same, and what was remembered of them is as good as what they say. Of folders
//! that did not change it is remembered in the same way what lies in them.

use crate::disk::cache::{Cache, Cursor, Draft, Rows};
use crate::disk::files::{Files, Hand, any_twice, id_hash};
use crate::disk::listing;
use crate::disk::standing_row;
use crate::disk::walk::{Folder, Listed};
use crate::model::settings::Settings;
use crate::rules::book::{Keep, Passed};
use crate::rules::replay::standing::Standing;
use crate::value::date::{Date, Day};
use crate::value::hash::StableHasher;
use std::ffi::OsStr;
use std::hash::Hasher;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

/// The name of the cache of files.
const STANDINGS: &str = "standings";
/// The name of the cache of folders.
const FOLDERS: &str = "folders";

/// The name of a folder in itself.
pub(super) const ITSELF: &str = "";

/// Fewer new rows than this are made again sooner than the cache is written for them.
const FEW: usize = 256;

/// The prospects of a ledger with what is remembered of them.
pub(super) struct Remembered<'f> {
    files: &'f Files,
    standings: Cache,
    folders: Cache,
    /// What standings depend on beside their files.
    seal: u64,
    as_of: Day,
    now: SystemTime,
}

/// What one thread goes by.
#[derive(Default)]
struct Part {
    hand: Hand,
    /// Room for what is remembered of a file.
    standing: Standing,
    /// Where it looks up what is remembered.
    cursor: Cursor,
    /// The day of the first entry of files that were not read.
    first: Option<Day>,
    /// What is to be remembered.
    rows: Rows,
    /// How many rows are as good as they were, and how many are new.
    kept: usize,
    new: usize,
}

impl<'f> Remembered<'f> {
    /// What is remembered of these files, for a command that runs at this time.
    pub(super) fn of(files: &'f Files, now: SystemTime) -> Remembered<'f> {
        let (root, seal) = (&files.ledger.root, seal(&files.ledger.settings));
        let standings = Cache::open(root, STANDINGS, seal);
        let (folders, as_of) = (Cache::open(root, FOLDERS, 0), files.as_of.into());
        Remembered { files, standings, folders, seal, as_of, now }
    }

    /// Lets all standings pass by, and remembers those that had to be read.
    pub(super) fn pass(&self, each: &(dyn Fn(usize, &Standing) + Sync)) -> Passed {
        let folders = Some(&self.folders);
        let draft = self.standings.draft(&self.files.ledger.root, STANDINGS, self.seal);
        let walked = self.files.each_batch(folders, |thread, part: &mut Part, folder, names| {
            self.standings.enter(&mut part.cursor, &folder.path);
            part.rows.begin(&folder.path);
            for name in names.iter() {
                self.one(folder, name, part, |standing| each(thread, standing));
            }
            draft.take(&mut part.rows);
        });
        let mut parts = walked.parts;
        let met = parts.iter_mut().map(|part| std::mem::take(&mut part.hand.met)).collect();
        let passed = self.files.passed(met, &walked.problems);
        let first = parts.iter().filter_map(|part| part.first).map(Date::from);
        let passed = Passed {
            first: first.chain(passed.first).min(),
            repeated: repeated(&walked.listed),
            ..passed
        };
        save(draft, parts);
        if !passed.repeated {
            self.save_folders(walked.listed);
        }
        passed
    }

    fn one(&self, folder: &Folder, name: &OsStr, part: &mut Part, each: impl FnOnce(&Standing)) {
        let settings = &self.files.ledger.settings;
        let found = self.standings.find(&mut part.cursor, name);
        // Before the file is read: what is written to it meanwhile changes the stamp.
        let stamp = folder.stamp(name);
        let standing = &mut part.standing;
        let known = found
            .and_then(|found| found.if_still(stamp?))
            .filter(|(_, text)| standing_row::read(text, settings, standing).is_some())
            .map(|(row, _)| row);
        let is_known = known.is_some();
        if let Some(row) = known {
            part.rows.keep(row);
            part.kept += 1;
            // On an earlier day it stood where only its file says.
            if standing.since.is_some_and(|since| since <= self.as_of) {
                part.first = part.first.into_iter().chain(standing.opened).min();
                return each(standing);
            }
        }
        self.files.ledger.files_read.fetch_add(1, Ordering::Relaxed);
        let (record, problems) = self.files.one(folder, name, Keep::AllButNotes, &mut part.hand);
        if let Some(record) = &record {
            let standing = Standing::of(record, self.files.as_of);
            each(&standing);
            // Who reads a file in which something is wrong shall be told each time.
            let stamp = stamp.filter(|stamp| stamp.is_settled(self.now));
            if let (Some(stamp), false, true) = (stamp, is_known, problems.is_empty()) {
                let mut text = Vec::new();
                if standing_row::write(&standing, &mut text).is_some() {
                    part.rows.push(name, stamp, &text);
                    part.new += 1;
                }
            }
        }
        part.hand.take_back(record);
    }

    /// Writes what lies in folders anew, once a folder has changed; small ledgers are listed at once.
    fn save_folders(&self, listed: Listed) {
        if listed.files < FEW {
            return;
        }
        let draft = self.folders.draft(&self.files.ledger.root, FOLDERS, 0);
        let mut rows = Rows::default();
        let mut changed = false;
        for folder in listed.folders {
            rows.begin(&folder.path);
            let settled = folder.stamp.filter(|stamp| stamp.is_settled(self.now));
            match (folder.row, settled) {
                (Some(row), _) => rows.keep(row),
                (None, Some(stamp)) => {
                    rows.push(ITSELF.as_ref(), stamp, &folder.contents);
                    changed = true;
                }
                (None, None) => {}
            }
            draft.take(&mut rows);
        }
        if changed {
            draft.finish([rows]);
        }
    }
}

/// Writes the cache anew, if that takes less than what it saves, or some of it is not whole.
fn save(draft: Draft, parts: Vec<Part>) {
    let torn = parts.iter().any(|part| part.cursor.torn);
    let new: usize = parts.iter().map(|part| part.new).sum();
    let kept: usize = parts.iter().map(|part| part.kept).sum();
    if new >= FEW.max(kept / 100) || torn && new > 0 {
        draft.finish(parts.into_iter().map(|part| part.rows));
    }
}

/// Do two files have one id? Not where all folders are remembered: none is while two have.
fn repeated(listed: &Listed) -> bool {
    if listed.folders.iter().all(|folder| folder.row.is_some()) {
        return false;
    }
    let names = listed.folders.iter().flat_map(|folder| listing::files(&folder.contents));
    any_twice(names.map(id_hash).collect())
}

/// What standings depend on beside their files: the settings and the program.
fn seal(settings: &Settings) -> u64 {
    let mut hash = StableHasher::default();
    hash.write(env!("CARGO_PKG_VERSION").as_bytes());
    hash.write(format!("{settings:?}").as_bytes());
    hash.finish()
}
