//! History only grows: an entry that was once in a journal stays there, word for word.

use crate::diag::{Code, Diagnostic};
use std::collections::{BTreeMap, BTreeSet};

/// The content of a prospect's file, without its form: every fact and every event with its value in
/// one canonical spelling, those of unknown names too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// The keys at the top.
    pub facts: BTreeMap<String, String>,
    /// The entries of `[events]`, by key.
    pub events: BTreeMap<String, String>,
}

/// The fate of an event that should have stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// Its key has another content now.
    Changed,
    /// Its key is gone.
    Lost,
}

/// The finding about a record of access that was changed or dropped.
pub fn access_harm(harm: Harm, rep: &str, key: &str) -> Diagnostic {
    let (code, message) = match harm {
        Harm::Changed => (
            Code::HistoryChanged,
            words!(
                "the record of access `{key}` of `{rep}` was changed",
                "`{rep}` 的访问记录 `{key}` 被改动"
            ),
        ),
        Harm::Lost => (
            Code::HistoryLost,
            words!(
                "the record of access `{key}` of `{rep}` is gone",
                "`{rep}` 的访问记录 `{key}` 不见了"
            ),
        ),
    };
    Diagnostic::new(code, message)
        .note(words!("rule: records of access stay", "规则：访问记录只增不改"))
        .help(words!("put the line back: git log -p -- access", "请恢复该行：git log -p -- access"))
}

/// Every event of `before` that `after` does not have with the same content, by key.
pub fn harmed<'b>(before: &'b Content, after: &Content) -> Vec<(&'b str, Harm)> {
    harmed_entries(&before.events, &after.events)
}

/// Every entry of a journal that another state of it lacks, or has with another content, by key.
pub fn harmed_entries<'b>(
    before: &'b BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> Vec<(&'b str, Harm)> {
    let harm = |(key, was): (&'b String, &String)| match after.get(key) {
        None => Some((key.as_str(), Harm::Lost)),
        Some(is) if is != was => Some((key.as_str(), Harm::Changed)),
        Some(_) => None,
    };
    before.iter().filter_map(harm).collect()
}

/// The events of `after` that none of the versions before has under that key.
pub fn added<'a>(before: &[&Content], after: &'a Content) -> Vec<&'a str> {
    let new = |key: &&str| before.iter().all(|content| !content.events.contains_key(*key));
    after.events.keys().map(String::as_str).filter(new).collect()
}

/// Is a later state of an entry still that entry? Both in their canonical spelling, the earlier one first.
pub type StaysEntry = fn(&str, &str) -> bool;

/// Is an entry word for word what it was?
pub fn is_word_for_word(was: &str, is: &str) -> bool {
    was == is
}

/// Does the whole journal of `gone` live on in a file that has changed from `before` to `after`: under
/// another id, or joined with another prospect? Entries that the file had already do not count.
pub fn lives_on(
    gone: &Content,
    before: Option<&Content>,
    after: &Content,
    stays: StaysEntry,
) -> bool {
    let had = |key: &str| before.is_some_and(|before| before.events.contains_key(key));
    // A join gives a suffix to a key that the other file has, too.
    let lives = |key: &String, was: &String| match had(key) {
        false => after.events.get(key).is_some_and(|is| stays(was, is)),
        true => {
            let prefix = format!("{key}-j");
            let mut joined =
                after.events.range(prefix.clone()..).take_while(|(k, _)| k.starts_with(&prefix));
            joined.any(|(key, is)| stays(was, is) && !had(key))
        }
    };
    !gone.events.is_empty() && gone.events.iter().all(|(key, was)| lives(key, was))
}

/// Files in which journals that are gone may live on. Two prospects may have equal journals: the
/// entries that one of them left in a file count for no other one.
#[derive(Debug)]
pub struct Heirs {
    files: Vec<Heir>,
    stays: StaysEntry,
}

#[derive(Debug)]
struct Heir {
    before: Option<Content>,
    after: Content,
    taken: BTreeSet<String>,
}

impl Heirs {
    /// The files that changed: their contents before, if they were there, and after.
    pub fn of(
        files: impl IntoIterator<Item = (Option<Content>, Content)>,
        stays: StaysEntry,
    ) -> Heirs {
        let heir = |(before, after)| Heir { before, after, taken: BTreeSet::new() };
        Heirs { files: files.into_iter().map(heir).collect(), stays }
    }

    /// Does the whole journal of `gone` live on in one of them? Asked for the longest journals first.
    pub fn take(&mut self, gone: &Content, may: impl Fn(Option<&Content>) -> bool) -> bool {
        let stays = self.stays;
        let heir = self.files.iter_mut().find(|heir| {
            let before = heir.before.as_ref();
            let is_free = gone.events.keys().all(|key| !heir.taken.contains(key));
            is_free && may(before) && lives_on(gone, before, &heir.after, stays)
        });
        if let Some(heir) = heir {
            heir.taken.extend(gone.events.keys().cloned());
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(text: &str) -> BTreeMap<String, String> {
        let pair = |word: &str| {
            let (key, value) = word.split_once('=').unwrap();
            (key.to_owned(), value.to_owned())
        };
        text.split_whitespace().map(pair).collect()
    }

    fn events(text: &str) -> Content {
        Content { facts: BTreeMap::new(), events: map(text) }
    }

    #[test]
    fn what_is_changed_or_gone() {
        let before = events("a=1 b=2 c=3");
        let found = harmed(&before, &events("a=1 b=9 d=4"));
        assert_eq!(found, [("b", Harm::Changed), ("c", Harm::Lost)]);
        assert_eq!(added(&[&before], &events("a=1 b=9 d=4")), ["d"]);
    }

    #[test]
    fn a_journal_lives_on_where_it_came_new() {
        let gone = events("a=1 b=2");
        let lives_on = |gone: &Content, before: Option<&Content>, after: &Content| {
            super::lives_on(gone, before, after, is_word_for_word)
        };
        assert!(lives_on(&gone, None, &events("a=1 b=2 c=3")));
        assert!(lives_on(&gone, Some(&events("x=0")), &events("a=1 b=2 x=0")));
        assert!(!lives_on(&gone, Some(&events("a=1")), &events("a=1 b=2")));
        assert!(lives_on(&gone, Some(&events("a=9")), &events("a=9 a-j4=1 b=2")));
        assert!(!lives_on(&gone, Some(&events("a=9")), &events("a=9 a-j4=2 b=2")));
        assert!(!lives_on(&gone, None, &events("a=1 b=3")));
        assert!(!lives_on(&events(""), None, &events("a=1")));
    }

    #[test]
    fn of_two_equal_journals_one_lives_on_in_one_file() {
        let copies = [events("a=1"), events("a=1"), events("b=2")];
        let take = |files: &[&str]| {
            let files = files.iter().map(|text| (None, events(text)));
            let mut heirs = Heirs::of(files, is_word_for_word);
            copies.each_ref().map(|gone| heirs.take(gone, |_| true))
        };
        assert_eq!(take(&["a=1 b=2"]), [true, false, true]);
        assert_eq!(take(&["a=1", "a=1 b=2"]), [true, true, true]);
        assert_eq!(take(&[]), [false; 3]);
        let file = (Some(events("x=0")), events("a=1 x=0"));
        let mut old = Heirs::of([file], is_word_for_word);
        assert!(!old.take(&copies[0], |before| before.is_none()));
        assert!(old.take(&copies[0], |_| true));
    }

    fn contents() -> impl Strategy<Value = Content> {
        let part = || prop::collection::btree_map("[a-e]", "[0-2]", 0..5);
        (part(), part()).prop_map(|(facts, events)| Content { facts, events })
    }

    proptest! {
        #[test]
        fn growing_harms_nothing(before in contents(), more in contents()) {
            let mut after = before.clone();
            for (key, value) in more.events {
                after.events.entry(key).or_insert(value);
            }
            after.facts = more.facts;
            prop_assert_eq!(harmed(&before, &after), []);
            let new = added(&[&before], &after);
            prop_assert_eq!(new.len(), after.events.len() - before.events.len());
        }

        #[test]
        fn harmless_steps_make_a_harmless_way(a in contents(), b in contents(), c in contents()) {
            if harmed(&a, &b).is_empty() && harmed(&b, &c).is_empty() {
                prop_assert_eq!(harmed(&a, &c), []);
            }
        }

        #[test]
        fn every_harm_is_named_once(before in contents(), after in contents()) {
            let found = harmed(&before, &after);
            let kept = before.events.iter().filter(|(key, was)| after.events.get(*key) == Some(was)).count();
            prop_assert_eq!(found.len() + kept, before.events.len());
            prop_assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
    }
}
