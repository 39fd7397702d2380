//! Recycling: who goes back to the pool today, by the settings' rules.

use crate::model::date::Date;
use crate::rules::book::Book;
use crate::rules::pool::{grades, recycling};
use crate::rules::query::{Context, Query};
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
    let context = Context { settings, as_of: book.as_of };
    let grades = grades(book);
    let mut found: Vec<Recycled> = book
        .records
        .iter()
        .zip(&grades)
        .filter(|(record, _)| query.matches(record, &context))
        .filter_map(|(record, grade)| {
            let due = recycling(record, settings, grade.as_deref())?;
            let reason = due.cause.words(settings.language);
            (due.on <= book.as_of).then_some(Recycled { record, on: due.on, reason })
        })
        .collect();
    found.sort_by(|a, b| (a.on, &a.record.prospect.id).cmp(&(b.on, &b.record.prospect.id)));
    found
}
