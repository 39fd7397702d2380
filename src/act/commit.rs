//! A commit of what a session writes, and of nothing else, with a message that says what moved.

use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::disk::write::{FileChange, Writer};
use crate::format::layout::{has_journal, is_of_a_customer};
use crate::format::read_prospect::read_prospect;
use crate::format::sealed::merge::is_file_only_sealed;
use crate::git::commit::Committer;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::report::commit_message::Moved;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use std::path::Path;

/// The wish that what is written be committed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitWish {
    /// The message; without one, it says what moved.
    pub message: Option<String>,
}

/// A commit that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The first line of its message.
    pub subject: String,
    /// The words of git and its hooks; mostly none.
    pub said: Words,
}

/// A session's commit, which can be made as far as is known before anything is written.
#[derive(Debug)]
pub(super) struct Commit {
    committer: Committer,
    wish: CommitWish,
}

impl Commit {
    /// Looks whether git can make a commit in the ledger.
    ///
    /// # Errors
    /// Fails if it cannot.
    pub fn ready(wish: CommitWish, ledger: &Ledger) -> Result<Commit, Diagnostic> {
        Ok(Commit { committer: Committer::ready(&ledger.root)?, wish })
    }

    /// Looks whether a commit of these files has nothing but what is written next.
    ///
    /// # Errors
    /// Fails if one of them has changes that are not committed.
    pub fn are_clean<'p>(&self, files: impl Iterator<Item = &'p Path>) -> Result<(), Diagnostic> {
        self.committer.are_clean(&files.collect::<Vec<_>>())
    }

    /// Commits files that were just written; each with whether it is new. `words` is the message where none is wished.
    ///
    /// # Errors
    /// Fails if git refuses. The files have their old text again then: the command has written nothing.
    pub fn make(
        &self,
        writer: &Writer,
        files: &[(&Path, bool)],
        words: &str,
    ) -> Result<Committed, Failure> {
        let message = self.wish.message.as_deref().unwrap_or(words);
        let all: Vec<&Path> = files.iter().map(|(path, _)| *path).collect();
        let new: Vec<&Path> = files.iter().filter(|file| file.1).map(|(path, _)| *path).collect();
        match self.committer.commit(&all, &new, message) {
            Ok(said) => {
                let subject = message.trim().lines().next().unwrap_or_default().to_owned();
                Ok(Committed { subject, said })
            }
            Err(refused) => match writer.withdraw() {
                Ok(()) => Err(refused.into()),
                Err(why) => Err(stays(refused, why).into()),
            },
        }
    }
}

/// That git refused, and the files could not get their old text again.
fn stays(refused: Diagnostic, why: Diagnostic) -> Diagnostic {
    let message = words!(
        "git refused the commit, and what was written stays",
        "git 拒绝了提交，而写入的内容已无法撤回"
    );
    let stays = Diagnostic::new(Code::GitFailed, message).note(why.message);
    refused.notes.into_iter().fold(stays, Diagnostic::note).help(words!(
        "look with `git diff`, then commit it or put it back",
        "请用 `git diff` 查看，然后提交或恢复"
    ))
}

/// The message of a commit of these changes: what moved, in the ledger's own language. `None` for changes that move no
/// prospect and no customer: a value that is sealed has not moved.
pub(super) fn message(
    ledger: &Ledger,
    changes: &[FileChange],
    lang: Lang,
    today: Date,
) -> Option<String> {
    let settings = Settings { language: lang, ..ledger.settings.clone() };
    let mut moved = Moved::default();
    let is_only_sealed = |change: &&FileChange| match (&change.before, &change.after) {
        (Some(was), Some(is)) => is_file_only_sealed(was, is),
        _ => false,
    };
    let files = changes.iter().filter(|change| has_journal(&change.path));
    for change in files.filter(|change| !is_only_sealed(change)) {
        let record = |text: &Option<String>| record(ledger, &change.path, text.as_deref()?, today);
        moved.add(&id_of(&change.path), record(&change.before), record(&change.after));
    }
    moved.message(None, &settings)
}

/// The record of a text. Sealed values stay as they are: none may come into a message.
fn record(ledger: &Ledger, path: &Path, text: &str, today: Date) -> Option<Record> {
    let (settings, shown) = (&ledger.settings, ledger.show(path));
    let (prospect, _) = read_prospect(text, &id_of(path), path, &shown, settings);
    let is_customer = is_of_a_customer(path);
    replay(Prospect { is_customer, ..prospect? }, settings, today)
}
