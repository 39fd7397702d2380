//! The files that were one with a file in git's history: what was sealed in them is of the same person.

use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::git::past::{JournalChange, PastOfFile};
use crate::report::commit_message::has_all;
use crate::value::id::fold;
use crate::value::sealed::key_files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The past of a file, and of those that were joined with it.
#[derive(Debug, Default)]
pub struct JoinedPast {
    /// That of the file, if git keeps it.
    pub own: Option<PastOfFile>,
    /// Those of the files that were joined into it and are no files any more, each with its id.
    pub joined: Vec<(String, PastOfFile)>,
    /// The names of the keys of files that it was joined into, each with the id of the file. It was split off since.
    pub lent: BTreeSet<(String, String)>,
}

impl JoinedPast {
    /// The past of the file at `path`.
    pub fn of(ledger: &Ledger, path: &Path) -> JoinedPast {
        let files: BTreeSet<String> =
            ledger.paths().0.iter().map(|path| fold(&id_of(path))).collect();
        let mut past = JoinedPast { own: PastOfFile::of(&ledger.root, path), ..Self::default() };
        let mut seen = BTreeSet::from([path.to_owned()]);
        let mut waiting: Vec<(PathBuf, PastOfFile)> =
            past.own.iter().map(|own| (path.to_owned(), own.clone())).collect();
        while let Some((path, one)) = waiting.pop() {
            for changes in one.changes_that_took_away(&ledger.root) {
                for (gone, kept) in joins(ledger, &changes) {
                    if gone.path == path {
                        let names = key_files(kept.after.as_deref().unwrap_or_default());
                        past.lent.extend(names.into_iter().map(|name| (id_of(&kept.path), name)));
                    } else if kept.path == path
                        && !files.contains(&fold(&id_of(&gone.path)))
                        && seen.insert(gone.path.clone())
                        && let Some(more) = PastOfFile::of(&ledger.root, &gone.path)
                    {
                        past.joined.push((id_of(&gone.path), more.clone()));
                        waiting.push((gone.path.clone(), more));
                    }
                }
            }
        }
        past
    }

    /// The past of the file and of those joined into it.
    pub fn all(&self) -> impl Iterator<Item = &PastOfFile> {
        self.own.iter().chain(self.joined.iter().map(|(_, past)| past))
    }
}

/// The joins among changes: the file that went, and the one that has its entries.
fn joins<'c>(
    ledger: &Ledger,
    changes: &'c [JournalChange],
) -> Vec<(&'c JournalChange, &'c JournalChange)> {
    let read = |text: &Option<String>, path: &Path| ledger.prospect_in(text.as_deref()?, path).0;
    let gone = changes.iter().filter(|change| change.after.is_none());
    let pairs = gone.flat_map(|gone| {
        let kept = changes.iter().filter(|change| change.before.is_some());
        kept.filter(|kept| kept.path != gone.path).map(move |kept| (gone, kept))
    });
    let is_join = |(gone, kept): &(&JournalChange, &JournalChange)| {
        let (was, now) = (read(&gone.before, &gone.path), read(&kept.after, &kept.path));
        was.zip(now).is_some_and(|(was, now)| has_all(&now, &was))
    };
    pairs.filter(is_join).collect()
}
