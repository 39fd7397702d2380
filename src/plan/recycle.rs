//! Recycling: who goes back to the pool today, by the settings' rules.

use crate::model::date::Date;
use crate::rules::book::Book;
use crate::rules::pool::announced;
use crate::rules::query::Query;
use crate::rules::state::Record;

/// One prospect that goes back to the pool.
pub struct Recycled<'b> {
    /// The prospect.
    pub record: &'b Record,
    /// The first day on which it could have gone back.
    pub on: Date,
    /// Why, as it is written into the entry.
    pub reason: String,
}

/// Everybody who goes back on the book's day among those selected, the longest due first.
pub fn recycle<'b>(book: &'b Book, query: &Query) -> Vec<Recycled<'b>> {
    let settings = &book.settings;
    let mut found: Vec<Recycled> = announced(book, query, book.as_of)
        .into_iter()
        .map(|(record, due)| Recycled {
            record,
            on: due.on,
            reason: due.cause.words(settings.language),
        })
        .collect();
    found.sort_by(|a, b| (a.on, &a.record.prospect.id).cmp(&(b.on, &b.record.prospect.id)));
    found
}
