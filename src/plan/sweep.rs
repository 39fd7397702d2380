//! The sweep: who has outlived the sales cycle falls back to the first column.

use crate::model::label::Lang;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::state::Record;

/// One prospect past the cycle.
pub struct Overdue<'b> {
    /// The prospect.
    pub record: &'b Record,
    /// Days on the clock.
    pub age: i64,
    /// Falls back; otherwise the papers or the money are in, and a person decides.
    pub falls: bool,
    /// Why, as it is written into the entry.
    pub reason: String,
}

/// Everybody past the cycle among those selected, the longest first.
pub fn sweep<'b>(book: &'b Book, query: &'b Query) -> Vec<Overdue<'b>> {
    let settings = &book.settings;
    let mut found: Vec<Overdue> = book
        .select(query)
        .filter(|record| record.state.flags.overdue)
        .map(|record| {
            let age = record.state.age(book.as_of).unwrap_or(0);
            let cycle = record.state.cycle_days;
            let reason = match settings.language {
                Lang::En => format!("past the sales cycle: day {age} of {cycle}"),
                Lang::Zh => format!("超过销售周期：第{age}天，周期{cycle}天"),
            };
            let falls = !record.case(settings, book.as_of).past_signature(record.state.stage);
            Overdue { record, age, falls, reason }
        })
        .collect();
    found.sort_by(|a, b| {
        b.age.cmp(&a.age).then_with(|| a.record.prospect.id.cmp(&b.record.prospect.id))
    });
    found
}
