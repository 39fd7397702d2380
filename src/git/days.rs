//! The commit that a ledger was at on each past day.

use crate::diag::Diagnostic;
use crate::git::snapshot::Tracked;
use crate::value::date::{Date, Moment};
use crate::value::zone::Zone;

/// The commits of a branch by the days on which they were made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommitDays {
    /// Each commit's day and id, the oldest first; no day is before that of the commit before it.
    commits: Vec<(Date, String)>,
}

impl CommitDays {
    /// The commits that lead to `HEAD`, by their first parents: the states that this branch was in. What a merge
    /// brought counts from the merge on.
    ///
    /// A commit is of the day on which it was committed, in `zone`; without a zone, in that of the committer. A commit
    /// that is dated before its parent counts on the parent's day, because it contains what the parent does.
    ///
    /// # Errors
    /// Fails if git does.
    pub fn of(tracked: &Tracked, zone: Option<&Zone>) -> Result<CommitDays, Diagnostic> {
        let git = &tracked.git;
        if git.find_commit("HEAD")?.is_none() {
            return Ok(CommitDays::default());
        }
        let words = ["log", "--first-parent", "--reverse", "--format=%H %ct %cs", "HEAD", "--"];
        Ok(CommitDays::listed(&String::from_utf8_lossy(&git.run(&words)?), zone))
    }

    /// Of a log's lines: id, seconds, day of the committer.
    fn listed(log: &str, zone: Option<&Zone>) -> CommitDays {
        let mut commits: Vec<(Date, String)> = Vec::new();
        for line in log.lines() {
            let mut words = line.split(' ');
            let (Some(id), Some(seconds), Some(day)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let there = |zone| Some(Moment::of_seconds(seconds.parse().ok()?, zone)?.date);
            let Some(own) = zone.and_then(there).or_else(|| Date::parse(day)) else { continue };
            let parent = commits.last().map(|(day, _)| *day);
            commits.push((parent.map_or(own, |parent| parent.max(own)), id.to_owned()));
        }
        CommitDays { commits }
    }

    /// The last commit at or before the end of a day; `None` before the first one.
    pub fn on(&self, day: Date) -> Option<&str> {
        let made = self.commits.partition_point(|(on, _)| *on <= day);
        made.checked_sub(1).map(|last| self.commits[last].1.as_str())
    }

    /// The day of the first commit.
    pub fn first(&self) -> Option<Date> {
        self.commits.first().map(|(day, _)| *day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    /// 2009-12-17 23:30, 2009-12-18 15:30 and 16:30, all in UTC; the committers are in Shanghai.
    const LOG: &str = "a 1261092600 2009-12-18\nb 1261150200 2009-12-18\nc 1261153800 2009-12-19\n";

    #[test]
    fn a_commit_counts_from_its_day_on_to_the_day_before_the_next() {
        let days = CommitDays::listed(LOG, Zone::parse("Asia/Shanghai").as_ref());
        assert_eq!(days.first(), Some(day("2009-12-18")));
        let on = ["2009-12-17", "2009-12-18", "2009-12-19", "2010-01-01"].map(|d| days.on(day(d)));
        // 23:30 in Shanghai is the 18th, 00:30 the 19th.
        assert_eq!(on, [None, Some("b"), Some("c"), Some("c")]);
    }

    #[test]
    fn the_day_is_that_of_the_zone_and_without_one_that_of_the_committer() {
        let utc = CommitDays::listed(LOG, Zone::parse("UTC").as_ref());
        let on = ["2009-12-17", "2009-12-18"].map(|d| utc.on(day(d)));
        assert_eq!(on, [Some("a"), Some("c")]);
        let committers = CommitDays::listed(LOG, None);
        assert_eq!(committers.on(day("2009-12-18")), Some("b"));
    }

    #[test]
    fn a_commit_dated_before_its_parent_counts_on_the_parents_day() {
        let log = "a 0 2010-01-05\nb 0 2010-01-03\nc 0 2010-01-06\n";
        let days = CommitDays::listed(log, None);
        let on = ["2010-01-04", "2010-01-05", "2010-01-06"].map(|d| days.on(day(d)));
        assert_eq!(on, [None, Some("b"), Some("c")]);
    }

    #[test]
    fn no_commit_no_day() {
        let none = CommitDays::listed("", None);
        assert_eq!((none.first(), none.on(day("2010-01-01"))), (None, None));
    }
}
