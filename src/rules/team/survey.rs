//! Totals over all prospects that allocation needs: load per rep, account holders, unknown owners. Prospects are
//! added during a scan, in any order.

use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::rules::team::holders::Holders;
use crate::rules::team::{Team, TeamCount, unknown_owner};
use crate::value::text::Text;

/// The totals so far.
#[derive(Debug, Default)]
pub struct Survey<'b> {
    team: TeamCount<'b>,
    holders: Holders,
    /// Open prospects whose owner the settings do not list.
    unknown: Vec<(Text, Text)>,
}

impl<'b> Survey<'b> {
    /// Adds a prospect; `idle` is the team before any prospect is counted.
    pub fn take(&mut self, record: &Record, book: &'b Book, idle: &Team) {
        self.team.take(record, book);
        self.holders.take(record, idle);
        let unknown = unknown_owner(record, &book.settings);
        self.unknown.extend(unknown.map(|owner| (record.prospect.id.clone(), owner.into())));
    }

    /// Adds the totals of another thread.
    pub fn join(&mut self, other: Survey<'b>) {
        self.team.join(other.team);
        self.holders.join(other.holders);
        self.unknown.extend(other.unknown);
    }

    /// Returns the team, the holders of accounts, and the open prospects of unknown owners, each with that owner,
    /// by id. Every prospect must have been added.
    pub fn done(self, book: &'b Book) -> (Team<'b>, Holders, Vec<(Text, Text)>) {
        let mut unknown = self.unknown;
        unknown.sort_unstable();
        (self.team.team(book), self.holders, unknown)
    }
}
