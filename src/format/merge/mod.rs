//! Three-way merge of a ledger's file by its meaning: text in, text and conflicts out.
//!
//! - **Entries** of a journal (`[events]`, `[tally]`, `[access]`) are a union by key. An entry that one side changed keeps the
//!   change; an entry that one side lacks is kept, because history only grows.
//! - **Facts** merge key by key, and the contacts of a prospect one by one. The result has each side's changes,
//!   additions and removals.
//! - Two files that were made under one id, each with an **opening** of its own, are a conflict as a whole: they
//!   may be two people.
//! - Two different changes of one fact or entry are a **conflict**, shown between git's markers; the rest
//!   of the file is merged all the same.
//! - Comments, spacing and line ends are kept as their side wrote them.
//!
//! Swapping the sides changes only the order within markers; merging many branches gives equal bytes in any order
//! of merging.

mod combine;
mod document;
pub mod items;
mod lines;
pub mod markers;
mod order;
mod out;
mod side;
mod two;
mod value;

use crate::diag::{Place, Words};
use crate::format::layout::{ACCESS, ACTIVITY, CUSTOMERS, PROSPECTS};
use crate::format::sealed::merge::with_keys_of;
use crate::format::tree::parse;
use markers::{Markers, take_apart};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use toml::de::DeValue;
pub use two::{Two, opening_of, two_in};

/// The kind of a file decides which table is a journal, and which keys identify the tables of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A prospect or customer.
    Prospect,
    /// A rep's tallies.
    Activity,
    /// A rep's records of access.
    Access,
    /// `crm.toml`, or a file that is not known: no journal, and the order of tables has a meaning.
    Settings,
}

impl FileKind {
    /// The kind of the file at this path, from a ledger's root or from any folder above.
    pub fn of(path: &Path) -> FileKind {
        let folders = path.parent().into_iter().flat_map(Path::components);
        let kinds = folders.filter_map(|folder| match folder.as_os_str().to_str() {
            Some(PROSPECTS | CUSTOMERS) => Some(FileKind::Prospect),
            Some(ACTIVITY) => Some(FileKind::Activity),
            Some(ACCESS) => Some(FileKind::Access),
            _ => None,
        });
        kinds.into_iter().next().unwrap_or(FileKind::Settings)
    }

    /// The table that is a journal.
    pub fn journal(self) -> Option<&'static str> {
        match self {
            FileKind::Prospect => Some("events"),
            FileKind::Activity => Some("tally"),
            FileKind::Access => Some("access"),
            FileKind::Settings => None,
        }
    }

    /// The keys that tell the tables of a list apart, the best one first.
    fn names(self) -> &'static [&'static str] {
        match self {
            FileKind::Prospect => &["name", "email", "phone"],
            FileKind::Activity | FileKind::Access | FileKind::Settings => &["id", "name"],
        }
    }
}

/// A value in three versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Three<T> {
    /// The common ancestor's; of a file, empty where there is none.
    pub base: T,
    /// Ours.
    pub ours: T,
    /// Theirs.
    pub theirs: T,
}

impl<T> Three<T> {
    fn map<U>(self, mut f: impl FnMut(T) -> U) -> Three<U> {
        Three { base: f(self.base), ours: f(self.ours), theirs: f(self.theirs) }
    }
}

/// Three versions of a file's text.
pub type Versions<'t> = Three<&'t str>;

/// The merged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text, with markers where there are conflicts.
    pub text: String,
    /// The values that both sides changed differently, in the order of the text.
    pub conflicts: Vec<Conflict>,
}

/// A thing that both sides changed differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Its name: `company`, `contact 张先生: phone`, an event's key.
    pub what: Words,
    /// The line of its first marker, from 1.
    pub line: usize,
}

/// The reason why a file cannot be merged by its meaning; then git merges its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclear {
    /// A version is not TOML.
    NotToml,
    /// Entries are not lines under the journal's header.
    Journal,
    /// Both sides added or moved tables whose order has a meaning.
    Order,
    /// The result would lose entries of the sides.
    Result,
}

impl Unclear {
    /// The reason, for people.
    pub fn words(self) -> Words {
        match self {
            Unclear::NotToml => {
                words!("a version of it is not valid TOML", "其中一个版本不是有效的 TOML")
            }
            Unclear::Journal => words!(
                "its entries are not lines under one header",
                "记录没有逐行写在同一个表头之下"
            ),
            Unclear::Order => words!(
                "both sides put tables where their order has a meaning",
                "双方都改动了表的位置，而这些表的先后有意义"
            ),
            Unclear::Result => {
                words!("the two sides do not go together line by line", "双方的改动无法逐行合并")
            }
        }
    }
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().en())
    }
}

impl std::error::Error for Unclear {}

/// Merges three versions. If the sides are equal, or one side changed nothing, the result is the other side's bytes.
pub fn merge(versions: Versions, kind: FileKind, markers: &Markers) -> Result<Merged, Unclear> {
    let Versions { base, ours, theirs } = versions;
    let unchanged = [(ours, theirs, ours), (base, ours, theirs), (base, theirs, ours)];
    if let Some((.., text)) = unchanged.into_iter().find(|(a, b, _)| a == b) {
        return Ok(Merged { text: text.to_owned(), conflicts: Vec::new() });
    }
    if kind == FileKind::Prospect
        && let Some(found) = two::two(versions)
    {
        return Ok(two::apart(versions, &found, markers));
    }
    joined(versions, kind, markers)
}

/// Merges as [`merge`] does, and joins two files with different openings into one.
pub fn joined(versions: Versions, kind: FileKind, markers: &Markers) -> Result<Merged, Unclear> {
    let Versions { ours, theirs, .. } = versions;
    let mut merged = combine::combine(versions, kind, markers)?;
    if kind == FileKind::Prospect && merged.conflicts.is_empty() {
        merged.text = with_keys_of(merged.text, [ours, theirs]);
    }
    let holds = |text: &str, sides: &[&str]| match kind.journal() {
        None => parse(text, &Place::file("")).is_ok(),
        Some(journal) => keys(text, journal).is_some_and(|there| {
            let wanted = sides.iter().filter_map(|side| keys(side, journal)).flatten();
            wanted.into_iter().all(|key| there.binary_search(&key).is_ok())
        }),
    };
    let right = if merged.conflicts.is_empty() {
        holds(&merged.text, &[ours, theirs])
    } else if markers.size >= markers::SIZE {
        take_apart(&merged.text).is_some_and(|sides| {
            sides.conflicts == merged.conflicts.len()
                && holds(&sides.ours, &[ours])
                && holds(&sides.theirs, &[theirs])
        })
    } else {
        true
    };
    if right { Ok(merged) } else { Err(Unclear::Result) }
}

/// Is `text` a result of [`merge`] of the versions, with one of the two sides for each conflict?
pub fn settles(text: &str, versions: Versions, kind: FileKind) -> bool {
    let Ok(merged) = merge(versions, kind, &Markers::default()) else { return false };
    if merged.conflicts.is_empty() {
        return merged.text == text;
    }
    // Lines of a file that look like markers cannot be told from those of a conflict.
    let Versions { base, ours, theirs } = versions;
    let marked = |text: &str| text.lines().any(|line| line.starts_with(&"<".repeat(markers::SIZE)));
    !marked(text)
        && ![base, ours, theirs].into_iter().any(marked)
        && markers::is_choice(text, &merged.text)
}

/// Has one of two versions a fact, or a table, that the other lacks? Entries of a journal aside.
pub fn is_one_sided(ours: &str, theirs: &str, kind: FileKind) -> bool {
    let keys = |text| -> Option<BTreeSet<(String, Vec<String>)>> {
        let document = document::Document::read(text, kind.names()).ok()?;
        let is_fact = |section: &&document::Section| {
            section.path.first().map(String::as_str) != kind.journal() || section.path.is_empty()
        };
        let keys = |section: &document::Section| {
            let keys = section.entries.iter().map(|entry| entry.key.clone());
            let id = section.id.clone();
            keys.chain([Vec::new()]).map(|key| (id.clone(), key)).collect::<Vec<_>>()
        };
        Some(document.sections.iter().filter(is_fact).flat_map(keys).collect())
    };
    keys(ours) != keys(theirs)
}

/// The sorted keys of a journal; `None` if the text is not TOML.
fn keys(text: &str, journal: &str) -> Option<Vec<String>> {
    let table = parse(text, &Place::file("")).ok()?;
    let mut keys: Vec<String> = match table.get(journal).map(|journal| journal.get_ref()) {
        Some(DeValue::Table(entries)) => {
            entries.keys().map(|key| key.get_ref().to_string()).collect()
        }
        _ => Vec::new(),
    };
    keys.sort();
    Some(keys)
}
