//! The sweep: prospects past the sales cycle fall back to the first column.

use super::PlanProspect;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::cmp::Reverse;

/// One prospect past the cycle.
pub struct Overdue {
    /// The prospect.
    pub prospect: PlanProspect,
    /// Days on the clock.
    pub age: i64,
    /// The sales cycle that applies, in days.
    pub cycle: u32,
    /// The first column of its board, where it falls back to; `None` = the papers or the money are in, and a
    /// person decides.
    pub falls_to: Option<Text>,
}

impl Overdue {
    /// It, if it is past the cycle.
    fn of(record: &Record, book: &Book) -> Option<Overdue> {
        let (state, settings) = (&record.state, &book.settings);
        let first = || record.pipeline(settings).stages[0].id.clone();
        state.flags.overdue.then(|| Overdue {
            prospect: PlanProspect::of(record),
            age: state.age(book.as_of).unwrap_or(0),
            cycle: state.cycle_days,
            falls_to: may_fall(record, book).then(first),
        })
    }

    /// Why, as it is written into the entry.
    pub fn reason(&self, lang: Lang) -> String {
        let Overdue { age, cycle, .. } = self;
        match lang {
            Lang::En | Lang::Machine => format!("past the sales cycle: day {age} of {cycle}"),
            Lang::Zh => format!("超过销售周期：第{age}天，周期{cycle}天"),
        }
    }
}

/// May it be swept at all? Not where the papers or the money are in: a person decides.
fn may_fall(record: &Record, book: &Book) -> bool {
    !record.case(&book.settings, book.as_of).papers_or_money_in(record.state.stage)
}

/// Would it fall back on the book's day, if the sales cycle had so many days?
pub fn falls_with(record: &Record, book: &Book, cycle_days: u32) -> bool {
    record.state.overdue_with(book.as_of, cycle_days) && may_fall(record, book)
}

/// All selected prospects past the cycle, the longest first.
pub fn sweep(book: &Book, query: &Query) -> Vec<Overdue> {
    let mut found = book.gather(query, |record| Overdue::of(record, book));
    // Of prospects that are equally long past it, the first by id stays the first.
    found.sort_by_key(|item| Reverse(item.age));
    found
}
