//! A file's text with its values sealed as the settings demand. A value that is sealed and has not changed keeps its
//! bytes; a new one is sealed with a key of the file that exactly the readers of its level have, else with a new key,
//! which needs no private key: a rep who reads nothing can still write.

use super::cipher::{DataKey, random_name};
use super::keys::{FileKeys, NewKeys, Sealing, WrappedKeys};
use super::open::{opened_at, value_of};
use super::places::{SealablePlace, places, replaced};
use crate::diag::Words;
use crate::format::line::quoted;
use crate::model::privacy::VEIL;
use crate::value::sealed::{KeyName, parts, written};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// A text with its values sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The text.
    pub text: String,
    /// New lines of files of keys, where the keys are in a folder.
    pub files: Vec<NewKeys>,
    /// The values that were sealed for the first time, and those that were sealed anew, by their ways.
    pub sealed: Vec<String>,
    /// Those that would have to be sealed anew, and that no own key opens.
    pub unable: Vec<String>,
    /// Those whose keys are nowhere.
    pub keyless: Vec<String>,
    /// Those that do not open with their keys: cut off, exchanged, or moved; or a wrapped key is.
    pub broken: Vec<String>,
    /// The lines of keys that came and went.
    pub lines: (usize, usize),
}

/// The reason why a text cannot be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsealable {
    /// A value that no own key opens would be written as the veil that it shows.
    Veiled(String),
    /// A sealed value would come to a place for which it was not sealed.
    Moved(String),
    /// The text is no TOML.
    NoToml,
}

impl Unsealable {
    /// The reason, for people.
    pub fn words(&self) -> Words {
        match self {
            Unsealable::Veiled(field) => words!(
                "`{field}` is sealed, and no key of yours opens it: its value cannot be written elsewhere",
                "`{field}` 已加密，您没有能打开它的密钥：无法把它写到别处"
            ),
            Unsealable::Moved(field) => words!(
                "`{field}` was sealed for another place, and no key of yours opens it",
                "`{field}` 是为别处加密的，您没有能打开它的密钥"
            ),
            Unsealable::NoToml => words!(
                "the file is no TOML, and what it has cannot be sealed",
                "文件不是合法的 TOML，其中的内容无法加密"
            ),
        }
    }
}

/// How far a text is brought to the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What a command writes: new values are sealed; those that were there are left as they are, open ones too.
    New,
    /// All: keys fit the readers, and values their level.
    Whole,
}

impl Sealing {
    /// Seals the values of a text that the settings demand. `before`: the text that the file had.
    ///
    /// # Errors
    /// Fails if the text would lose a value, or hold one that opens nowhere; and if it is no TOML, and shall be sealed whole.
    pub fn closed(
        &self,
        before: Option<&str>,
        after: &str,
        extent: Extent,
    ) -> Result<Closed, Unsealable> {
        let unchanged = || Closed {
            text: after.to_owned(),
            files: Vec::new(),
            sealed: Vec::new(),
            unable: Vec::new(),
            keyless: Vec::new(),
            broken: Vec::new(),
            lines: (0, 0),
        };
        let Some(all) = places(after) else {
            return if extent == Extent::New { Ok(unchanged()) } else { Err(Unsealable::NoToml) };
        };
        let old = before.and_then(places).unwrap_or_default();
        let mut work = Work::of(self, after, &all, old);
        for place in &all {
            match &place.sealed {
                None => work.open_value(place, extent)?,
                Some(sealed) => work.sealed_value(place, sealed, extent)?,
            }
        }
        if extent == Extent::Whole {
            work.settle_lines(&all);
        }
        Ok(work.finish(after))
    }

    /// The places of a text that must be sealed, and are open.
    pub fn still_open(&self, text: &str) -> Vec<SealablePlace> {
        let all = places(text).unwrap_or_default();
        let must = |place: &SealablePlace| {
            place.sealed.is_none() && self.privacy.level(&place.field).is_some()
        };
        all.into_iter().filter(must).collect()
    }
}

/// The sealing of one text.
struct Work<'s> {
    sealing: &'s Sealing,
    keys: FileKeys<'s>,
    /// The lines that the file had.
    had: WrappedKeys,
    old: Vec<SealablePlace>,
    /// The name that the file's keys share.
    file: String,
    /// No value has that name yet.
    is_first: bool,
    /// The key for new values, by level.
    ready: HashMap<u32, (KeyName, Rc<DataKey>)>,
    pieces: Vec<(std::ops::Range<usize>, String)>,
    /// The names of keys that values have now.
    used: BTreeSet<KeyName>,
    sealed: Vec<String>,
    unable: Vec<String>,
    keyless: Vec<String>,
    broken: Vec<String>,
}

impl<'s> Work<'s> {
    fn of(
        sealing: &'s Sealing,
        text: &str,
        all: &[SealablePlace],
        old: Vec<SealablePlace>,
    ) -> Work<'s> {
        let names = all.iter().chain(&old).filter_map(|place| name_of(place.sealed.as_deref()?));
        let names: Vec<KeyName> = names.collect();
        let keys = FileKeys::of(sealing, text, names.iter().cloned());
        let placed = |name: &&KeyName| !keys.misplaced.contains(name);
        let known = keys.wrapped.0.keys().find(placed).or(names.iter().find(placed));
        let file = known.map_or_else(|| random_name(10), |name| name.file().to_owned());
        Work {
            sealing,
            had: keys.wrapped.clone(),
            is_first: known.is_none(),
            keys,
            old,
            file,
            ready: HashMap::new(),
            pieces: Vec::new(),
            used: BTreeSet::new(),
            sealed: Vec::new(),
            unable: Vec::new(),
            keyless: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// A value that is open.
    fn open_value(&mut self, place: &SealablePlace, extent: Extent) -> Result<(), Unsealable> {
        let was = self.old.iter().find(|old| old.way == place.way);
        let is_veil = place.value.contains(&quoted(VEIL));
        if is_veil && was.is_none_or(|was| was.value != place.value) {
            return Err(Unsealable::Veiled(place.way[1..].join(" ")));
        }
        let Some(level) = self.sealing.privacy.level(&place.field) else { return Ok(()) };
        // What was open before is history, which not everybody may change.
        if extent == Extent::New && was.is_some_and(|was| was.value == place.value) {
            return Ok(());
        }
        // The value may be what the file has sealed: then those bytes stay.
        let kept = was.and_then(|was| {
            let sealed = was.sealed.as_deref()?;
            let name = name_of(sealed)?;
            let is_fit = name.level() == level && self.keys.is_for_all_readers(&name);
            let is_same = value_of(&self.keys, was)? == place.value;
            (is_fit && is_same).then(|| sealed.to_owned())
        });
        match kept {
            Some(sealed) => self.put(place, sealed),
            None => self.seal(place, &place.value.clone(), level),
        }
        Ok(())
    }

    /// A value that is sealed.
    fn sealed_value(
        &mut self,
        place: &SealablePlace,
        sealed: &str,
        extent: Extent,
    ) -> Result<(), Unsealable> {
        let Some(name) = name_of(sealed) else { return Ok(()) };
        let stays = self.old.iter().any(|old| old.way == place.way && old.sealed == place.sealed);
        if !stays && value_of(&self.keys, place).is_none() {
            let elsewhere = self.old.iter().find(|old| old.sealed == place.sealed);
            let value = elsewhere.and_then(|old| opened_at(&self.keys, old, sealed));
            let is_foreign = elsewhere.is_none() && self.keys.wrapped.0.contains_key(&name);
            match value {
                Some(value) => {
                    self.seal(place, &value, name.level());
                    return Ok(());
                }
                // A file that gets another name, or a text from another branch: its keys come with it.
                None if is_foreign => {}
                None => return Err(Unsealable::Moved(place.way[1..].join(" "))),
            }
        }
        let way = || place.way[1..].join(" ");
        if extent == Extent::Whole && self.keys.is_missing(&name) {
            self.keyless.push(way());
            return Ok(());
        }
        if extent == Extent::Whole
            && value_of(&self.keys, place).is_none()
            && self.keys.is_mine(&name)
        {
            self.broken.push(way());
            self.used.insert(name);
            return Ok(());
        }
        let level = self.sealing.privacy.level(&place.field).unwrap_or(name.level());
        if extent == Extent::Whole && (name.level() != level || self.is_known_to_others(&name)) {
            match value_of(&self.keys, place) {
                Some(value) => {
                    self.seal(place, &value, level);
                    return Ok(());
                }
                None => self.unable.push(way()),
            }
        }
        self.used.insert(name);
        Ok(())
    }

    /// Has a key a reader, or a key of a reader, that the settings do not name for its level? One that history has may be
    /// known to anybody.
    fn is_known_to_others(&self, name: &KeyName) -> bool {
        if self.keys.misplaced.contains(name) {
            return true;
        }
        let readers = self.sealing.readers(name.level());
        let is_named = |(rep, print): &(&str, &str)| {
            readers.iter().any(|(known, _, of)| known == rep && of == print)
        };
        !self.keys.wrapped.readers(name).iter().all(is_named)
    }

    fn put(&mut self, place: &SealablePlace, sealed: String) {
        self.used.extend(name_of(&sealed));
        self.pieces.push((place.span.clone(), quoted(&sealed)));
    }

    /// Seals a value with the key for its level.
    fn seal(&mut self, place: &SealablePlace, value: &str, level: u32) {
        let Some((name, key)) = self.key_for(level) else {
            self.unable.push(place.way[1..].join(" "));
            return;
        };
        if let Some(body) = key.seal(value, &place.bytes(name.as_str())) {
            self.sealed.push(place.way[1..].join(" "));
            self.put(place, written(&name, &body));
        }
    }

    /// The key for new values of a level: one that exactly its readers have, else a new one.
    fn key_for(&mut self, level: u32) -> Option<(KeyName, Rc<DataKey>)> {
        if let Some((name, key)) = self.ready.get(&level) {
            return Some((name.clone(), Rc::clone(key)));
        }
        let names = self.keys.wrapped.0.keys().filter(|name| name.level() == level);
        let fit = names.filter(|name| self.keys.is_for_all_readers(name));
        let known = fit.filter_map(|name| Some((name.clone(), self.keys.data_key(name)?))).next();
        let found = match known {
            Some(known) => known,
            None => self.new_key(level)?,
        };
        self.ready.insert(level, (found.0.clone(), Rc::clone(&found.1)));
        Some(found)
    }

    fn new_key(&mut self, level: u32) -> Option<(KeyName, Rc<DataKey>)> {
        let readers = self.sealing.readers(level);
        let name = KeyName::new(&self.file, level, &random_name(4))?;
        let key = Rc::new(DataKey::random());
        if readers.is_empty() {
            return None;
        }
        for (rep, public, print) in readers {
            let wrapped = key.wrap(&name, &public)?;
            self.keys.wrapped.add(name.clone(), rep, print, wrapped);
        }
        self.keys.learn(name.clone(), Rc::clone(&key));
        Some((name, key))
    }

    /// Adds the lines of readers that a key lacks, and takes off keys that no value has.
    fn settle_lines(&mut self, all: &[SealablePlace]) {
        for name in self.used.clone() {
            let has: BTreeMap<String, String> = self
                .keys
                .wrapped
                .readers(&name)
                .into_iter()
                .map(|(rep, print)| (rep.to_owned(), print.to_owned()))
                .collect();
            for (rep, public, print) in self.sealing.readers(name.level()) {
                if has.get(&rep) == Some(&print) {
                    continue;
                }
                let wrapped = self.keys.data_key(&name).and_then(|key| key.wrap(&name, &public));
                match wrapped {
                    Some(wrapped) => self.keys.wrapped.add(name.clone(), rep, print, wrapped),
                    None => {
                        let of_key = |place: &&SealablePlace| {
                            place.sealed.as_deref().and_then(name_of).as_ref() == Some(&name)
                        };
                        let ways = all.iter().filter(of_key).map(|place| place.way[1..].join(" "));
                        self.unable.extend(ways);
                    }
                }
            }
        }
        self.unable.sort();
        self.unable.dedup();
        if self.sealing.folder.is_none() {
            let used = &self.used;
            self.keys.wrapped.0.retain(|name, _| used.contains(name));
        }
    }

    fn finish(self, after: &str) -> Closed {
        let text = replaced(after, self.pieces);
        let wrapped = &self.keys.wrapped;
        let count = |keys: &WrappedKeys, other: &WrappedKeys| {
            let other: BTreeSet<(String, String)> = other.lines().into_iter().collect();
            keys.lines().into_iter().filter(|line| !other.contains(line)).count()
        };
        let lines = (count(wrapped, &self.had), count(&self.had, wrapped));
        let mut files = Vec::new();
        let is_changed = *wrapped != self.had;
        let misplaced = &self.keys.misplaced;
        let text = match &self.sealing.folder {
            None if is_changed => wrapped.put_into(&text),
            None => text,
            Some(_) => {
                let mut by_file: BTreeMap<String, WrappedKeys> = BTreeMap::new();
                for (name, lines) in wrapped.0.iter().filter(|(name, _)| !misplaced.contains(name))
                {
                    let had = self.had.0.get(name);
                    let is_new = |(reader, line): &(&String, &_)| {
                        had.and_then(|lines| lines.get(*reader)) != Some(*line)
                    };
                    for (reader, (print, wrapped)) in lines.iter().filter(is_new) {
                        let (reader, print, wrapped) =
                            (reader.clone(), print.clone(), wrapped.clone());
                        let keys = by_file.entry(name.file().to_owned()).or_default();
                        keys.add(name.clone(), reader, print, wrapped);
                    }
                }
                files.extend(by_file.into_iter().map(|(file, keys)| NewKeys {
                    is_first: self.is_first && file == self.file,
                    file,
                    keys,
                }));
                // Keys in the file stay while a value has them.
                let mut inside = WrappedKeys::default();
                for name in misplaced.intersection(&self.used) {
                    let lines = self.had.0.get(name).cloned().unwrap_or_default();
                    inside.0.insert(name.clone(), lines);
                }
                if misplaced.is_empty() { text } else { inside.put_into(&text) }
            }
        };
        let Work { sealed, unable, keyless, broken, .. } = self;
        Closed { text, files, sealed, unable, keyless, broken, lines }
    }
}

fn name_of(sealed: &str) -> Option<KeyName> {
    parts(sealed).map(|(name, _)| name)
}
