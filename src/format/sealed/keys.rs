//! The data keys of one file: the lines of wrapped keys, and those that a user's own keys unwrap.

use super::cipher::{DataKey, OwnKey, PublicKey};
use crate::format::line::{bare_or_quoted, base32, newline_of, quoted};
use crate::model::privacy::Privacy;
use crate::value::hash::StableHasher;
use crate::value::sealed::KeyName;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::Hasher;
use std::rc::Rc;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// The table of a file that has its wrapped keys.
pub const SEALED: &str = "sealed";
/// The digits of a fingerprint.
const FINGERPRINT: usize = 6;

/// The folder that has the keys of files, where it is not the files themselves.
pub trait KeyFolder: fmt::Debug + Send + Sync {
    /// Is the folder there?
    fn is_there(&self) -> bool;
    /// The text of the file of keys of this name; `None` if there is none.
    fn text(&self, file: &str) -> Option<String>;
    /// Is the file of keys of this name there, and has it anything but keys, or none?
    fn is_damaged(&self, file: &str) -> bool;
}

/// What a ledger needs to seal and open values.
#[derive(Debug, Clone)]
pub struct Sealing {
    /// The settings.
    pub privacy: Privacy,
    /// The user's own keys; without one nothing is opened.
    pub own: Arc<Vec<OwnKey>>,
    /// The folder of keys, if files do not have their own.
    pub folder: Option<Arc<dyn KeyFolder>>,
}

impl Sealing {
    /// The readers of a level, each with the key and its fingerprint; readers whose key cannot be read are left out.
    pub fn readers(&self, level: u32) -> Vec<(String, PublicKey, String)> {
        let reader = |reader: &crate::model::privacy::PrivateReader| {
            let key = PublicKey::parse(&reader.key)?;
            let print = fingerprint(&key.to_string());
            Some((reader.rep.to_string(), key, print))
        };
        self.privacy.readers_of(level).filter_map(reader).collect()
    }
}

/// A short name of a public key: it tells which of a reader's keys a line is for.
pub fn fingerprint(public: &str) -> String {
    let mut hash = StableHasher::default();
    // The remark behind a key of ssh is no part of it.
    let words: Vec<&str> = public.split_whitespace().take(2).collect();
    hash.write(words.join(" ").as_bytes());
    base32(hash.finish(), FINGERPRINT)
}

/// Wrapped keys: by name and reader the fingerprint of the reader's key, and the wrapped key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrappedKeys(pub BTreeMap<KeyName, BTreeMap<String, (String, String)>>);

impl WrappedKeys {
    /// Those of a text: of a prospect's file, or of a file of keys. Lines of another form are left out.
    pub fn of(text: &str) -> WrappedKeys {
        let mut keys = WrappedKeys::default();
        let Ok(table) = DeTable::parse(text) else { return keys };
        let Some(DeValue::Table(lines)) = table.get_ref().get(SEALED).map(|t| t.get_ref()) else {
            return keys;
        };
        for (key, value) in lines {
            let parts = KeyName::of_line(key.get_ref());
            let value = value.get_ref().as_str().and_then(|text| text.split_once('.'));
            if let (Some((name, reader)), Some((print, wrapped))) = (parts, value) {
                keys.add(name, reader.to_owned(), print.to_owned(), wrapped.to_owned());
            }
        }
        keys
    }

    /// Those of a file of keys; `None` if it has anything but their lines, or none. A new version would lose that.
    pub fn whole(text: &str) -> Option<WrappedKeys> {
        let keys = WrappedKeys::of(text);
        let table = DeTable::parse(text).ok()?.into_inner();
        let lines = table.get(SEALED)?.get_ref().as_table()?.len();
        let known: usize = keys.0.values().map(BTreeMap::len).sum();
        (table.len() == 1 && known > 0 && known == lines).then_some(keys)
    }

    /// These keys with the lines of others, which count where both have one.
    pub fn with(mut self, others: &WrappedKeys) -> WrappedKeys {
        for (name, lines) in &others.0 {
            self.0.entry(name.clone()).or_default().extend(lines.clone());
        }
        self
    }

    /// Adds a line.
    pub fn add(&mut self, name: KeyName, reader: String, print: String, wrapped: String) {
        self.0.entry(name).or_default().insert(reader, (print, wrapped));
    }

    /// The readers of a key, each with the fingerprint.
    pub fn readers(&self, name: &KeyName) -> BTreeSet<(&str, &str)> {
        let lines = self.0.get(name).into_iter().flatten();
        lines.map(|(reader, (print, _))| (reader.as_str(), print.as_str())).collect()
    }

    /// The lines, in the order of their keys.
    pub fn lines(&self) -> Vec<(String, String)> {
        let lines = self.0.iter().flat_map(|(name, readers)| {
            let line = move |(reader, (print, wrapped)): (&String, &(String, String))| {
                (format!("{name}-{reader}"), format!("{print}.{wrapped}"))
            };
            readers.iter().map(line)
        });
        let mut lines: Vec<(String, String)> = lines.collect();
        lines.sort();
        lines
    }

    /// The table `[sealed]`; empty without a line.
    pub fn written(&self, newline: &str) -> String {
        let lines = self.lines();
        if lines.is_empty() {
            return String::new();
        }
        let line = |(key, value): &(String, String)| {
            format!("{} = {}{newline}", bare_or_quoted(key), quoted(value))
        };
        format!("[{SEALED}]{newline}{}", lines.iter().map(line).collect::<String>())
    }

    /// A text with these keys as its table `[sealed]`, which comes before the journal.
    pub fn put_into(&self, text: &str) -> String {
        let newline = newline_of(text);
        let block = self.written(newline);
        let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
        let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        let Ok(table) = DeTable::parse(text) else { return text.to_owned() };
        if let Some((key, value)) = table.get_ref().get_key_value(SEALED) {
            let lines = value.get_ref().as_table().into_iter().flatten();
            let last = lines.map(|(_, value)| value.span().end).max();
            let mut end = line_end(last.unwrap_or(key.span().end));
            let start = line_start(key.span().start);
            // Without a line the blank one behind goes too.
            if block.is_empty() && text[end..].starts_with(newline) {
                end += newline.len();
            }
            return [&text[..start], &block, &text[end..]].concat();
        }
        if block.is_empty() {
            return text.to_owned();
        }
        let events = table.get_ref().get_key_value("events").map(|(key, _)| key.span().start);
        let at = events.map_or(text.len(), line_start);
        let gap = if text[..at].is_empty() || text[..at].ends_with('\n') { "" } else { newline };
        [&text[..at], gap, &block, newline, &text[at..]].concat()
    }
}

/// New lines of a file of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKeys {
    /// The name of the file of keys.
    pub file: String,
    /// The lines.
    pub keys: WrappedKeys,
    /// No value names this file of keys yet.
    pub is_first: bool,
}

/// The keys of one file while it is read or written.
pub struct FileKeys<'s> {
    sealing: &'s Sealing,
    /// The lines of the file, and of the files of keys that were asked for.
    pub wrapped: WrappedKeys,
    /// The names of keys that the file itself has, though the settings have a folder for them: git's history has them too.
    pub misplaced: BTreeSet<KeyName>,
    fetched: BTreeSet<String>,
    known: RefCell<HashMap<KeyName, Option<Rc<DataKey>>>>,
}

impl<'s> FileKeys<'s> {
    /// The keys of a file with this text, and of sealed values with keys of these names.
    pub fn of(
        sealing: &'s Sealing,
        text: &str,
        names: impl IntoIterator<Item = KeyName>,
    ) -> FileKeys<'s> {
        let wrapped = WrappedKeys::of(text);
        let inside = wrapped.0.keys().filter(|_| sealing.folder.is_some());
        let mut keys = FileKeys {
            sealing,
            misplaced: inside.cloned().collect(),
            wrapped,
            fetched: BTreeSet::new(),
            known: RefCell::default(),
        };
        names.into_iter().for_each(|name| keys.fetch(name.file()));
        keys
    }

    /// Reads the file of keys of a name, once.
    fn fetch(&mut self, file: &str) {
        let Some(folder) = &self.sealing.folder else { return };
        if self.fetched.insert(file.to_owned())
            && let Some(text) = folder.text(file)
        {
            self.wrapped = std::mem::take(&mut self.wrapped).with(&WrappedKeys::of(&text));
        }
    }

    /// The data key of a name, if one of the user's own keys unwraps it.
    pub fn data_key(&self, name: &KeyName) -> Option<Rc<DataKey>> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let found = self.unwrapped(name).map(Rc::new);
        self.known.borrow_mut().insert(name.clone(), found.clone());
        found
    }

    fn unwrapped(&self, name: &KeyName) -> Option<DataKey> {
        let lines = self.wrapped.0.get(name)?;
        self.sealing.own.iter().find_map(|own| {
            let print = fingerprint(&own.public()?);
            let mine = lines.values().filter(|(of, _)| *of == print);
            mine.into_iter().find_map(|(_, wrapped)| own.unwrap(name, wrapped))
        })
    }

    /// Is a key wrapped for one of the user's own keys? Then it should be unwrapped by it.
    pub fn is_mine(&self, name: &KeyName) -> bool {
        let lines = || self.wrapped.0.get(name).into_iter().flat_map(BTreeMap::values);
        let mut prints =
            self.sealing.own.iter().filter_map(|own| Some(fingerprint(&own.public()?)));
        prints.any(|print| lines().any(|(of, _)| *of == print))
    }

    /// Is a key nowhere, neither in the file nor in the folder? Then its values open for no reader.
    pub fn is_missing(&self, name: &KeyName) -> bool {
        !self.wrapped.0.contains_key(name)
    }

    /// Notes a new key.
    pub fn learn(&self, name: KeyName, key: Rc<DataKey>) {
        self.known.borrow_mut().insert(name, Some(key));
    }

    /// Is a key where the settings want it, and are its readers those that they name for its level?
    pub fn is_for_all_readers(&self, name: &KeyName) -> bool {
        let readers = self.sealing.readers(name.level());
        let wanted: BTreeSet<(&str, &str)> =
            readers.iter().map(|(rep, _, print)| (rep.as_str(), print.as_str())).collect();
        !self.misplaced.contains(name) && !wanted.is_empty() && self.wrapped.readers(name) == wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_comes_before_the_journal_and_is_replaced_whole() {
        let name = KeyName::parse("k3f9x2a7qd-1m2p4").unwrap();
        let mut keys = WrappedKeys::default();
        keys.add(name.clone(), "li".into(), "abcdef".into(), "AAAA".into());
        let plain = "name = \"x\"\r\n\r\n[events]\r\n2009-12-03 = { kind = \"opened\" }\r\n";
        let with = keys.put_into(plain);
        assert_eq!(
            with,
            "name = \"x\"\r\n\r\n[sealed]\r\nk3f9x2a7qd-1m2p4-li = \"abcdef.AAAA\"\r\n\r\n[events]\r\n2009-12-03 = { kind = \"opened\" }\r\n"
        );
        assert_eq!(WrappedKeys::of(&with), keys);
        keys.add(name, "刘燕".into(), "abcdef".into(), "BBBB".into());
        let two = keys.put_into(&with);
        assert_eq!(WrappedKeys::of(&two), keys);
        assert_eq!(keys.put_into(&two), two);
        assert_eq!(WrappedKeys::default().put_into(&two), plain);
        let without_end = "name = \"x\"";
        assert!(WrappedKeys::of(&keys.put_into(without_end)) == keys);
    }

    #[test]
    fn a_file_of_keys_is_whole_or_damaged() {
        let line = "k3f9x2a7qd-1m2p4-li = \"abcdef.AAAA\"\n";
        let whole = format!("[sealed]\n{line}");
        assert_eq!(WrappedKeys::whole(&whole), Some(WrappedKeys::of(&whole)));
        for damaged in [
            String::new(),
            "[sealed]\n".to_owned(),
            format!("<<<<<<< sync\n{whole}"),
            format!("{whole}{line}"),
            format!("{whole}k3f9x2a7qd-1m2p4-wang = \"AAAA\"\n"),
            format!("note = 1\n{whole}"),
            whole.replace("1m2p4", "0m2p4"),
        ] {
            assert_eq!(WrappedKeys::whole(&damaged), None, "{damaged}");
        }
    }

    #[test]
    fn a_remark_is_no_part_of_a_key() {
        assert_eq!(fingerprint("ssh-ed25519 AAAA me@here"), fingerprint("ssh-ed25519 AAAA"));
        assert_ne!(fingerprint("ssh-ed25519 AAAA"), fingerprint("ssh-ed25519 AAAB"));
    }
}
