//! The message of a commit: what moved, in a line; of several prospects in a line for each.

use super::diff::in_words;
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::erasure::Trace;
use crate::rules::replay::state::Record;
use crate::value::id;
use std::collections::BTreeMap;

/// The longest first line of a message that git's lists show whole.
const SUBJECT: usize = 72;
/// A message names so many prospects; the commit shows the rest.
const NAMED: usize = 50;

/// A prospect or customer before and after.
#[derive(Debug, Default)]
struct Pair {
    id: String,
    before: Option<Record>,
    after: Option<Record>,
}

/// The prospects and customers that a commit changes.
#[derive(Debug, Default)]
pub struct Moved {
    /// By id: a file that moved to another folder is still its prospect.
    pairs: BTreeMap<String, Pair>,
}

impl Moved {
    /// Adds what a file was and is.
    pub fn add(&mut self, id: &str, before: Option<Record>, after: Option<Record>) {
        let pair = self.pairs.entry(id::fold(id)).or_default();
        if pair.id.is_empty() {
            pair.id = id.to_owned();
        }
        pair.before = before.or(pair.before.take());
        pair.after = after.or(pair.after.take());
    }

    /// The message, in the language of the settings; `more`: what else the commit changes. One line, or a line for each
    /// prospect if one line would be too long; `None` where nothing moved.
    pub fn message(&self, more: Option<&str>, settings: &Settings) -> Option<String> {
        let lang = settings.language;
        let went = self.went();
        let mut lines = Vec::new();
        for pair in self.pairs.values().filter(|pair| !went.contains_key(&*pair.id)) {
            let came = went.iter().filter(|(_, to)| **to == pair.id).map(|(gone, _)| *gone);
            let came: Vec<&str> = came.collect();
            let words = match (&pair.before, &*came) {
                (None, [old]) => {
                    lines.push(format!("{old} -> {}", pair.id));
                    continue;
                }
                (Some(_), []) if pair.after.is_none() => {
                    Some(lang.pick("removed", "已删除").to_owned())
                }
                (Some(was), [])
                    if pair.after.as_ref().is_some_and(|now| is_forgotten(was, now)) =>
                {
                    Some(lang.pick("a person is forgotten", "遗忘一个人").to_owned())
                }
                (_, []) => in_words(pair.before.as_ref(), pair.after.as_ref(), settings),
                (_, came) => {
                    Some(format!("{} {}", lang.pick("joined with", "并入"), lang.listed(came)))
                }
            };
            lines.extend(words.map(|words| format!("{}: {words}", pair.id)));
        }
        lines.extend(more.map(str::to_owned));
        let line = lang.clauses(&lines);
        match lines.len() {
            0 => None,
            _ if line.chars().count() <= SUBJECT => Some(line),
            1 => Some(line),
            n => {
                let rest = if n > NAMED { format!("… {}\n", n - NAMED) } else { String::new() };
                let shown = lines[..n.min(NAMED)].join("\n");
                let noun = lang.pick("prospects", "个客户");
                Some(format!("{n} {noun}\n\n{shown}\n{rest}"))
            }
        }
    }

    /// The files that are gone, each with the file that has its entries now: it has another id, or was joined.
    fn went(&self) -> BTreeMap<&str, &str> {
        let to = |gone: &Pair| {
            let (Some(was), None) = (&gone.before, &gone.after) else { return None };
            let has_it = |pair: &&Pair| {
                pair.after.as_ref().is_some_and(|now| has_all(&now.prospect, &was.prospect))
            };
            self.pairs.values().find(has_it).map(|pair| &*pair.id)
        };
        self.pairs.values().filter_map(|gone| Some((&*gone.id, to(gone)?))).collect()
    }
}

/// Was the person of a record erased?
fn is_forgotten(was: &Record, now: &Record) -> bool {
    Trace::of(&was.prospect.name).is_none() && Trace::of(&now.prospect.name).is_some()
}

/// Has one file the entries of another? An entry whose key was taken has a suffix.
pub fn has_all(now: &Prospect, was: &Prospect) -> bool {
    let known = |entry: &Event| {
        let is_it = |other: &Event| {
            let rest = other.key.text.strip_prefix(&*entry.key.text);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("-j"))
                && (&other.kind, &other.by) == (&entry.kind, &entry.by)
        };
        now.events.iter().any(is_it)
    };
    !was.events.is_empty() && was.events.iter().all(known)
}
