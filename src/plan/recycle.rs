//! Recycling: the prospects that go back to the pool today, by the settings' rules.

use super::PlanProspect;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::team::pool::{Cause, recycled};
use crate::value::date::Date;

/// One prospect that goes back to the pool.
pub struct Recycled {
    /// The prospect.
    pub prospect: PlanProspect,
    /// The first day on which it could have gone back.
    pub on: Date,
    /// Why.
    pub cause: Cause,
}

/// All selected prospects that go back on the book's day, the longest due first.
pub fn recycle(book: &Book, query: &Query) -> Vec<Recycled> {
    let mut found = recycled(book, query, |record, due| Recycled {
        prospect: PlanProspect::of(record),
        on: due.on,
        cause: due.cause,
    });
    // Of one day, the first by id stays the first.
    found.sort_by_key(|item| item.on);
    found
}
