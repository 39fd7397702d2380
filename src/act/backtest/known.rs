//! The ledger as it was known on past days: that of the day's last commit, else of the entries' own dates.

use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::ledger::Ledger;
use crate::format::layout::{ACTIVITY, CUSTOMERS, PROSPECTS, SETTINGS};
use crate::git::days::CommitDays;
use crate::git::snapshot::{Snapshot, Tracked};
use crate::rules::book::{Book, Keep};
use crate::value::date::Date;
use std::path::Path;

/// From what it is known which entries were in the ledger on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// From git: the last commit at or before the end of the day.
    Git {
        /// The commit's id.
        commit: String,
    },
    /// From the entries' own dates: the day is before the first commit of the ledger, or the ledger is not in git.
    Dates,
}

/// The ledger on a past day.
#[derive(Debug)]
pub struct KnownDay {
    /// The day.
    pub day: Date,
    /// From what it is known.
    pub origin: Origin,
    /// The ledger as of that day, by the settings of today.
    pub book: Book,
}

impl KnownDay {
    /// Had the ledger no prospect yet? Ask after the book has been read.
    pub fn is_empty(&self) -> bool {
        self.book.first_entry().is_none()
    }
}

/// A ledger, and the commits that it was at.
#[derive(Debug)]
pub struct Past<'l> {
    ledger: &'l Ledger,
    keep: Keep,
    git: Option<(Tracked, CommitDays)>,
    /// The snapshot that was read last, with its commit.
    last: Option<(String, Snapshot)>,
}

impl<'l> Past<'l> {
    /// The past of a ledger on the disk, whose settings count for all days. `tracked`: its git, or the reason why there is
    /// none.
    ///
    /// # Errors
    /// Fails if the ledger is in git and git fails.
    pub fn of(
        ledger: &'l Ledger,
        tracked: Result<Tracked, Failure>,
        keep: Keep,
    ) -> Result<Past<'l>, Failure> {
        let git = match tracked {
            Ok(tracked) => {
                let days = CommitDays::of(&tracked, ledger.settings.timezone.as_ref())?;
                Some((tracked, days))
            }
            Err(Failure(why)) if why.iter().all(|why| why.code == Code::NoGit) => None,
            Err(failure) => return Err(failure),
        };
        Ok(Past { ledger, keep, git, last: None })
    }

    /// Is the ledger in a repository?
    pub fn is_in_git(&self) -> bool {
        self.git.is_some()
    }

    /// The ledger on a day. Ask for days in their order: a snapshot shares the contents of the one before it.
    ///
    /// # Errors
    /// Fails if git does.
    pub fn on(&mut self, day: Date) -> Result<KnownDay, Diagnostic> {
        let (origin, mut book) = match self.snapshot(day)? {
            Some((commit, snapshot)) => {
                (Origin::Git { commit }, self.ledger.with(snapshot).load(day))
            }
            None => (Origin::Dates, self.ledger.load(day)),
        };
        book.keep = self.keep;
        Ok(KnownDay { day, origin, book })
    }

    /// The commit of a day with its files; `None` where the ledger was in no commit yet.
    fn snapshot(&mut self, day: Date) -> Result<Option<(String, Snapshot)>, Diagnostic> {
        let Some((tracked, days)) = &self.git else { return Ok(None) };
        let Some(commit) = days.on(day) else { return Ok(None) };
        if let Some(last) = self.last.as_ref().filter(|(known, _)| known == commit) {
            return Ok(Some(last.clone()));
        }
        let mut snapshot = tracked.at(commit)?;
        if snapshot.object(Path::new(SETTINGS)).is_none() {
            return Ok(None);
        }
        if let Some((_, before)) = self.last.take() {
            snapshot.take_over(before);
        }
        snapshot.fetch_below(&[PROSPECTS, CUSTOMERS, ACTIVITY])?;
        let last = (commit.to_owned(), snapshot);
        self.last = Some(last.clone());
        Ok(Some(last))
    }
}
