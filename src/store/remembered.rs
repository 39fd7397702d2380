//! Where prospects stand, without reading files that did not change since somebody read them last: then
//! their stamps are the same, and what was remembered of them is as good as what they say.

use super::cache::{Cache, RowAt, Rows};
use super::files::{Files, Hand};
use super::standing_row;
use super::walk::Folder;
use crate::model::settings::Settings;
use crate::rules::book::{Keep, Passed};
use crate::rules::standing::Standing;
use std::ffi::OsStr;
use std::hash::Hasher;
use std::time::SystemTime;

/// The cache's name.
const NAME: &str = "standings";

/// Fewer new rows than this are made again sooner than the cache is written for them.
const FEW: usize = 256;

/// The prospects of a ledger with what is remembered of them.
pub(super) struct Remembered<'f> {
    files: &'f Files,
    cache: Cache,
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
        let seal = seal(&files.ledger.settings);
        Remembered { files, cache: Cache::load(&files.ledger.root, NAME, seal), seal, now }
    }

    /// Lets all standings pass by, and remembers those that had to be read.
    pub(super) fn pass(&self, each: &(dyn Fn(usize, &Standing) + Sync)) -> Passed {
        let (mut parts, problems) = self.files.each_batch(|thread, part: &mut Part, batch| {
            for name in &batch.names {
                self.one(&batch.folder, name, part, |standing| each(thread, standing));
            }
        });
        self.save(&mut parts);
        self.files.passed(parts.into_iter().map(|part| part.hand.met).collect(), &problems)
    }

    fn one(&self, folder: &Folder, name: &OsStr, part: &mut Part, each: impl FnOnce(&Standing)) {
        let (settings, as_of) = (&self.files.ledger.settings, self.files.as_of);
        let path = hash(folder, name);
        // Before the file is read: what is written to it meanwhile changes the stamp.
        let stamp = folder.stamp(name);
        let known = stamp.and_then(|stamp| self.cache.find(path, &stamp));
        if let Some((row, text)) = known {
            part.kept.push(row);
            let standing = &mut part.standing;
            if standing_row::read(text, settings, standing).is_some()
                && standing.since.is_some_and(|since| since <= as_of)
            {
                part.hand.met.pass(&name.to_string_lossy(), standing.opened);
                return each(standing);
            }
        }
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
            part.kept.iter().for_each(|row| rows.keep(&self.cache, *row));
            rows.append(std::mem::take(&mut part.new));
        }
        Cache::save(&self.files.ledger.root, NAME, self.seal, &rows);
    }
}

/// What standings depend on beside their files: the settings and the program.
fn seal(settings: &Settings) -> u64 {
    let mut hash = fnv::FnvHasher::default();
    hash.write(env!("CARGO_PKG_VERSION").as_bytes());
    hash.write(format!("{settings:?}").as_bytes());
    hash.finish()
}

/// A file's path as a number.
fn hash(folder: &Folder, name: &OsStr) -> u64 {
    let mut hash = fnv::FnvHasher::default();
    hash.write(folder.path.as_os_str().as_encoded_bytes());
    hash.write_u8(b'/');
    hash.write(name.as_encoded_bytes());
    hash.finish()
}
