//! What rules and plans take from all prospects of a book, whomever they are about: what each member carries,
//! who has which account, whose owner nobody knows. Prospects are taken in as they pass by, in any order.

use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::rules::team::allocation::Holders;
use crate::rules::team::{Count, Team, unknown_owner};
use crate::value::text::Text;

/// What was seen so far, by any thread.
#[derive(Debug, Default)]
pub struct Survey<'b> {
    team: Count<'b>,
    holders: Holders,
    /// Open prospects whose owner the settings do not list.
    unknown: Vec<(Text, Text)>,
}

impl<'b> Survey<'b> {
    /// Takes in a prospect; `idle` is the team before any is counted.
    pub fn take(&mut self, record: &Record, book: &'b Book, idle: &Team) {
        self.team.take(record, book);
        self.holders.take(record, idle);
        let unknown = unknown_owner(record, &book.settings);
        self.unknown.extend(unknown.map(|owner| (record.prospect.id.clone(), owner.into())));
    }

    /// Adds what another thread saw.
    pub fn join(&mut self, other: Survey<'b>) {
        self.team.join(other.team);
        self.holders.join(other.holders);
        self.unknown.extend(other.unknown);
    }

    /// When all are seen: the team, who has which account, and the open prospects of unknown owners, each with
    /// that owner, by id.
    pub fn done(self, book: &'b Book) -> (Team<'b>, Holders, Vec<(Text, Text)>) {
        let mut unknown = self.unknown;
        unknown.sort_unstable();
        (self.team.team(book), self.holders, unknown)
    }
}
