//! What changed since a revision, and whether history only grew: an event that stood in a journal then
//! stands there now, word for word.
//!
//! Why: stages, money and reports are derived by replay. Who could rewrite an entry could rewrite last
//! quarter. What turns out wrong is corrected by another entry (`crm undo`, `crm log`).

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::disk::file::id_of;
use crate::disk::ledger::{Ledger, Stored};
use crate::format::content::{content, event_line_in};
use crate::format::layout::{PROSPECTS, SETTINGS};
use crate::git::snapshot::{Snapshot, Tracked};
use crate::rules::growth::{Content, Harm, harmed, lives_on};
use crate::value::id;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What changed since a revision.
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
    let (old, _) = before.files_below(Path::new(PROSPECTS));
    let touched: Vec<PathBuf> = old.into_iter().filter(|path| differs.contains(path)).collect();
    before.fetch(touched.iter().map(PathBuf::as_path))?;
    let ledger = match staged {
        Some(staged) => {
            staged.fetch(changed.iter().map(PathBuf::as_path))?;
            &ledger.with(staged.clone())
        }
        None => ledger,
    };
    let comparison = Comparison { ledger, before: &before, revision, paths: &paths };
    let found = comparison.found(&touched, &changed);
    Ok(Since { changed, found })
}

/// A ledger beside what it was.
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
        // Read only if something is gone.
        let mut newcomers: Option<Vec<(Option<Content>, Content)>> = None;
        let mut found = Vec::new();
        for path in touched {
            let was = self.text_before(path);
            let (old, _) = content(&was);
            // A folder carries no meaning: the id is the prospect. The same path comes first.
            let same = self.paths.binary_search(path).ok().map(|at| &self.paths[at]);
            match same.or_else(|| here.get(&id::fold(&id_of(path))).copied()) {
                Some(now) => {
                    let harm = self.compared(&was, &old, now);
                    // Of two people under one id, one has a file of another name now.
                    let mut moved = || {
                        let candidates = newcomers.get_or_insert_with(|| self.contents(changed));
                        candidates
                            .iter()
                            .any(|(before, after)| before.is_none() && lives_on(&old, None, after))
                    };
                    if !harm.is_empty() && !moved() {
                        found.extend(harm);
                    }
                }
                None => {
                    let candidates = newcomers.get_or_insert_with(|| self.contents(changed));
                    let joined = candidates
                        .iter()
                        .any(|(before, after)| lives_on(&old, before.as_ref(), after));
                    if !joined && !old.events.is_empty() {
                        found.push(self.gone(path, &old));
                    }
                }
            }
        }
        found
    }

    fn text_before(&self, path: &Path) -> String {
        self.before.text(path, path).unwrap_or_default()
    }

    /// The changed files, before and after: where the journal of one that is gone may live on.
    fn contents(&self, changed: &[PathBuf]) -> Vec<(Option<Content>, Content)> {
        let before = |path: &Path| {
            self.before.object(path).is_some().then(|| content(&self.text_before(path)).0)
        };
        let after = |path: &PathBuf| self.ledger.text(path).ok().map(|text| content(&text).0);
        changed.iter().filter_map(|path| Some((before(path), after(path)?))).collect()
    }

    fn compared(&self, was: &str, old: &Content, now: &Path) -> Vec<Diagnostic> {
        // What cannot be read is reported as that.
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
        harmed(old, &new).into_iter().map(report).collect()
    }

    fn gone(&self, path: &Path, old: &Content) -> Diagnostic {
        let count = match old.events.len() {
            1 => "its event".to_owned(),
            n => format!("its {n} events"),
        };
        let shown = self.ledger.show(path);
        let message = format!("the prospect `{}` is gone with {count}", id_of(path));
        let diagnostic = Diagnostic::new(Code::HistoryLost, message)
            .at(Place::file(&shown))
            .note(format!("{} has it; who is no prospect any more is `lost`", self.revision))
            .help(format!("take it back: git checkout {} -- {}", self.revision, shown.display()));
        self.ledger.sourced(diagnostic)
    }
}

/// What there is to say about an event that was changed or dropped.
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
            format!("the event `{key}` of `{id}` is not what it was in {revision}"),
        )
        .at(Place::file(shown).at(Spot::Event(key.to_owned(), None))),
        Harm::Lost => Diagnostic::new(
            Code::HistoryLost,
            format!("the event `{key}` of `{id}` is gone; {revision} has it"),
        )
        .at(Place::file(shown)),
    };
    diagnostic.note(format!("it was: {line}")).help(format!(
        "put it back; what was wrong is corrected by another entry: crm undo {id} {key}"
    ))
}
