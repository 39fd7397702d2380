//! Compares a ledger with a revision: which prospects changed, and whether history only grew. Every event that the
//! revision has must still be there, word for word.
//!
//! Why: stages, money and reports are derived by replay. If entries could be rewritten, last quarter's reports
//! could change. A mistake is corrected by another entry (`crm undo`, `crm log`).

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::disk::file::id_of;
use crate::disk::ledger::{Ledger, Stored};
use crate::format::content::{content, event_line_in};
use crate::format::layout::{ACCESS, JOURNALS, OF_REPS, SETTINGS};
use crate::format::merge::FileKind;
use crate::format::merge::items::items;
use crate::format::sealed::merge::{is_only_sealed, veiled};
use crate::git::snapshot::{Snapshot, Tracked};
use crate::rules::erasure::{Trace, is_erased_entry};
use crate::rules::growth::{
    Content, Harm, Heirs, access_harm, harmed, harmed_entries, is_word_for_word,
};
use crate::value::id;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The result of comparing a ledger with a revision.
#[derive(Debug, Clone, Default)]
pub struct Since {
    /// The prospects that are new or changed; all of them where the settings changed.
    pub changed: Vec<PathBuf>,
    /// Events that are changed or gone.
    pub found: Vec<Diagnostic>,
}

/// Compares the ledger with a revision: `staged`, its files in the index, or without them those on the disk.
pub fn since(
    tracked: &Tracked,
    ledger: &Ledger,
    staged: Option<&mut Snapshot>,
    revision: &str,
) -> Result<Since, Diagnostic> {
    let mut before = tracked.at(revision)?;
    let (paths, _) = ledger.paths();
    let differs = tracked.differing(staged.as_deref(), &before, revision)?;
    let changed: Vec<PathBuf> = match differs.contains(Path::new(SETTINGS)) {
        true => paths.clone(),
        false => paths
            .iter()
            .filter(|path| differs.contains(*path) || before.object(path).is_none())
            .cloned()
            .collect(),
    };
    let (old, _) = before.files_below(&JOURNALS);
    let touched: Vec<PathBuf> = old.into_iter().filter(|path| differs.contains(path)).collect();
    let (of_reps, _) = before.files_below(&OF_REPS);
    let of_reps: Vec<PathBuf> = of_reps.into_iter().filter(|path| differs.contains(path)).collect();
    before.fetch(touched.iter().chain(&of_reps).map(PathBuf::as_path))?;
    let ledger = match staged {
        Some(staged) => {
            staged.fetch(changed.iter().chain(&of_reps).map(PathBuf::as_path))?;
            &ledger.with(staged.clone())
        }
        None => ledger,
    };
    let comparison = Comparison { ledger, before: &before, revision, paths: &paths };
    let mut found = comparison.found(&touched, &changed);
    found.extend(comparison.lines_of_reps(&of_reps));
    Ok(Since { changed, found })
}

/// A ledger and its files at a revision.
struct Comparison<'a> {
    ledger: &'a Ledger,
    before: &'a Snapshot,
    revision: &'a str,
    paths: &'a [PathBuf],
}

impl Comparison<'_> {
    fn found(&self, touched: &[PathBuf], changed: &[PathBuf]) -> Vec<Diagnostic> {
        let here: BTreeMap<String, &PathBuf> =
            self.paths.iter().rev().map(|path| (id::fold(&id_of(path)), path)).collect();
        // Read only if a prospect is gone.
        let mut heirs: Option<Heirs> = None;
        let mut found = Vec::new();
        let olds = touched.iter().map(|path| {
            let was = self.text_before(path);
            let (old, _) = content(&was);
            (path, was, old)
        });
        let mut touched: Vec<(&PathBuf, String, Content)> = olds.collect();
        touched.sort_by_key(|(.., old)| Reverse(old.events.len()));
        for (path, was, old) in touched {
            // A folder carries no meaning: the id identifies the prospect. A file at an unchanged path is tried first.
            let same = self.paths.binary_search(path).ok().map(|at| &self.paths[at]);
            match same.or_else(|| here.get(&id::fold(&id_of(path))).copied()) {
                Some(now) => {
                    let harm = self.compared(&was, &old, now);
                    // Of two people under one id, one has a file of another name now.
                    let mut moved = || {
                        let heirs = heirs.get_or_insert_with(|| self.heirs(changed));
                        heirs.take(&self.opened(&was), |before| before.is_none())
                    };
                    if !harm.is_empty() && !moved() {
                        found.extend(harm);
                    }
                }
                None => {
                    let heirs = heirs.get_or_insert_with(|| self.heirs(changed));
                    if !heirs.take(&self.opened(&was), |_| true) && !old.events.is_empty() {
                        found.push(self.gone(path, &old));
                    }
                }
            }
        }
        found
    }

    /// The tallies and records of access that are changed or gone.
    fn lines_of_reps(&self, touched: &[PathBuf]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for path in touched {
            let (kind, told): (_, fn(Harm, &str, &str) -> Diagnostic) =
                match path.starts_with(ACCESS) {
                    true => (FileKind::Access, access_harm),
                    false => (FileKind::Activity, tally_harm),
                };
            let was = items(&self.text_before(path), kind);
            let now = items(&self.ledger.text(path).unwrap_or_default(), kind);
            // Another finding reports a file that cannot be read.
            if now.broken {
                continue;
            }
            let (rep, shown) = (id_of(path), self.ledger.show(path));
            for (key, harm) in harmed_entries(&was.entries, &now.entries) {
                let there = now.entries.contains_key(key);
                let table = kind.journal().unwrap_or_default();
                let way = Spot::Key(vec![table.to_owned(), key.to_owned()]);
                let spot = if there { way } else { Spot::Whole };
                let place = Place::file(&shown).at(spot);
                found.push(self.ledger.sourced(told(harm, &rep, key).at(place)));
            }
        }
        found
    }

    fn text_before(&self, path: &Path) -> String {
        self.before.text(path, path).unwrap_or_default()
    }

    /// The changed files, before and after: a journal that is gone may live on in one of them. Its entries are sealed anew
    /// there, so they are compared as they open; without its key a value is taken for what it was.
    fn heirs(&self, changed: &[PathBuf]) -> Heirs {
        let before = |path: &Path| {
            self.before.object(path).is_some().then(|| self.opened(&self.text_before(path)))
        };
        let after = |path: &PathBuf| self.ledger.text(path).ok().map(|text| self.opened(&text));
        let stays = if self.ledger.sealing.is_some() { is_only_sealed } else { is_word_for_word };
        Heirs::of(changed.iter().filter_map(|path| Some((before(path), after(path)?))), stays)
    }

    /// The content of a file with the values that the user's keys open.
    fn opened(&self, text: &str) -> Content {
        content(&self.ledger.opened(text)).0
    }

    fn compared(&self, was: &str, old: &Content, now: &Path) -> Vec<Diagnostic> {
        // Another finding reports a file that cannot be read.
        let Ok(text) = self.ledger.text(now) else { return Vec::new() };
        let (new, whole) = content(&text);
        if !whole {
            return Vec::new();
        }
        let id = id_of(now);
        let shown = self.ledger.show(now);
        let report = |(key, harm): (&str, Harm)| {
            let line = event_line_in(was, key).unwrap_or_else(|| key.to_owned());
            self.ledger.sourced(harm_of(harm, &id, key, self.revision, &line, &shown))
        };
        let mut harm = harmed(old, &new);
        let is_erased = self.erased(was, &text, now);
        harm.retain(|(key, _)| !is_erased(key));
        if harm.is_empty() || self.ledger.sealing.is_none() {
            return harm.into_iter().map(report).collect();
        }
        // What is sealed now, or sealed anew, is compared as it opens; without its key it is taken for what it was.
        let (was_open, is_open) = (self.ledger.opened(was), self.ledger.opened(&text));
        let (was_veiled, is_veiled) = veiled(&was_open, &is_open);
        let ((old_open, _), (new_open, _)) = (content(&was_veiled), content(&is_veiled));
        let harm = harmed(&old_open, &new_open).into_iter();
        harm.filter(|(key, _)| !is_erased(key)).map(report).collect()
    }

    /// Is an entry changed by the erasure of the file's person alone?
    fn erased(&self, was: &str, is: &str, path: &Path) -> impl Fn(&str) -> bool {
        let read = |text: &str| self.ledger.prospect_in(text, path).0;
        let is = read(is).filter(|is| Trace::of(&is.name).is_some());
        let both = is.and_then(|is| Some((read(was)?, is)));
        move |key| {
            let settings = &self.ledger.settings;
            both.as_ref().is_some_and(|(was, is)| is_erased_entry(key, was, is, settings))
        }
    }

    fn gone(&self, path: &Path, old: &Content) -> Diagnostic {
        let (id, n) = (id_of(path), old.events.len());
        let shown = self.ledger.show(path);
        let events = if n == 1 { "event" } else { "events" };
        let message = words!(
            "the prospect `{id}` is gone with its {n} {events}",
            "潜在客户 `{id}` 不见了，连同 {n} 条记录"
        );
        let diagnostic = Diagnostic::new(Code::HistoryLost, message)
            .at(Place::file(&shown))
            .note(words!(
                "{} has it; a prospect that is given up is moved to `lost`",
                "版本 {} 中有；不再跟进的客户应记为退出",
                self.revision
            ))
            .help(words!(
                "restore it: git checkout {} -- {}",
                "请恢复：git checkout {} -- {}",
                self.revision,
                shown.display()
            ));
        self.ledger.sourced(diagnostic)
    }
}

/// The finding about a tally that was changed or dropped.
fn tally_harm(harm: Harm, rep: &str, key: &str) -> Diagnostic {
    let (code, message) = match harm {
        Harm::Changed => (
            Code::HistoryChanged,
            words!("the tally `{key}` of `{rep}` was changed", "`{rep}` 的日报 `{key}` 被改动"),
        ),
        Harm::Lost => (
            Code::HistoryLost,
            words!("the tally `{key}` of `{rep}` is gone", "`{rep}` 的日报 `{key}` 不见了"),
        ),
    };
    Diagnostic::new(code, message)
        .note(words!(
            "rule: what is tallied stays; several tallies of one day add up",
            "规则：日报只增不改；同一天的多条日报会相加"
        ))
        .help(words!(
            "put it back; an admin may push a correction with git push -o force=REASON",
            "请恢复原文；确需更正的，请管理员用 git push -o force=原因 推送"
        ))
}

/// The finding about an event that was changed or dropped.
pub fn harm_of(
    harm: Harm,
    id: &str,
    key: &str,
    revision: &str,
    line: &str,
    shown: &Path,
) -> Diagnostic {
    let diagnostic = match harm {
        Harm::Changed => Diagnostic::new(
            Code::HistoryChanged,
            words!(
                "the event `{key}` of `{id}` differs from {revision}",
                "`{id}` 的记录 `{key}` 与版本 {revision} 中的不同"
            ),
        )
        .at(Place::file(shown).at(Spot::Event(key.to_owned(), None))),
        Harm::Lost => Diagnostic::new(
            Code::HistoryLost,
            words!(
                "the event `{key}` of `{id}` is gone; {revision} has it",
                "`{id}` 的记录 `{key}` 不见了；版本 {revision} 中有"
            ),
        )
        .at(Place::file(shown)),
    };
    diagnostic.note(words!("it was: {line}", "原文：{line}")).help(words!(
        "put it back; correct a mistake with another entry: crm undo {id} {key}",
        "请恢复原文；如有错误，请另写记录更正：crm undo {id} {key}"
    ))
}
