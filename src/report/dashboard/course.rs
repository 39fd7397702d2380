//! The main figures of the ledger on a day and on the same day of each of the twelve weeks before, of one scan: each
//! record is judged at the end of each day by the functions of the reports.

use crate::model::pipeline::Outcome;
use crate::report::Request;
use crate::report::expectation::Expectation;
use crate::report::measures::{Measures, measures};
use crate::report::outlook::Outlook;
use crate::report::satisfaction::{Heard, window};
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::receivables::customers::{Gathered, MoneyFile};
use crate::rules::receivables::sum;
use crate::rules::replay::state::Record;
use crate::rules::replay::{derive, upto};
use crate::value::date::Date;
use crate::value::money::{Money, Sum};
use crate::value::period::Period;

/// So many weeks before the day are looked at.
pub(super) const WEEKS: usize = 12;

/// The ledger at the end of one day, the latest day first.
#[derive(Default)]
struct DayScan {
    expected: Expectation,
    overdue: u64,
    overdue_value: Sum,
    money: Gathered,
    heard: Heard,
}

impl DayScan {
    fn take(
        &mut self,
        record: &Record,
        is_selected: bool,
        book: &Book,
        request: &Request,
        period: Period,
    ) {
        if !record.prospect.is_customer {
            self.expected.take(record, is_selected, book, request, period);
        }
        // Other files of a customer may pay for this one.
        if let Some(mut file) = MoneyFile::of(record, &book.settings, book.as_of) {
            file.is_selected = is_selected;
            self.money.take(file, &book.settings, book.as_of);
        }
        if !is_selected {
            return;
        }
        if record.state.flags.overdue && !record.prospect.is_customer {
            self.overdue += 1;
            self.overdue_value.add_sum(&record.worth());
        }
        let (now, before) = window(None, book.as_of);
        self.heard.hear(record, book, request, now, before);
    }

    fn join(&mut self, other: DayScan) {
        self.expected.join(other.expected);
        self.overdue += other.overdue;
        self.overdue_value.add_sum(&other.overdue_value);
        self.money.join(other.money);
        self.heard.join(other.heard);
    }
}

/// The main figures at the end of a day.
pub(super) struct DayFigures {
    /// The day.
    pub on: Date,
    /// The open prospects and their odds, and the results so far.
    pub expected: Expectation,
    /// The measures of the period of the page.
    pub measures: Measures,
    /// Open prospects past their sales cycle, and what they are worth.
    pub overdue: (u64, Sum),
    /// What customers owe past its due day; `None` where no customer has ever had a claim.
    pub past_due: Option<Sum>,
    /// The answers of the last days.
    pub heard: Heard,
}

/// The figures of the day and of the weeks before it, the latest first. `period`: the days of the target.
pub(super) fn courses(book: &Book, request: &Request, period: Period) -> Vec<DayFigures> {
    let days = (0..=WEEKS as i64).map(|week| book.as_of.plus(-7 * week));
    // The records of a day are judged against a book of that day that has none of its own.
    let books: Vec<Book> = days.map(|on| book.bare(on)).collect();
    let selected = request.selection(book);
    let mut scans = book.fold_everybody(
        &Query::everything(),
        |scans: &mut Vec<DayScan>, record| {
            scans.resize_with(books.len(), DayScan::default);
            let is_selected = selected.has(record);
            each_day(record, &books, |at, record| {
                scans[at].take(record, is_selected, &books[at], request, period);
            });
        },
        |all, part| {
            all.resize_with(books.len(), DayScan::default);
            all.iter_mut().zip(part).for_each(|(known, more)| known.join(more));
        },
    );
    scans.resize_with(books.len(), DayScan::default);
    let figures =
        scans.into_iter().zip(&books).map(|(scan, book)| figures(scan, book, request, period));
    figures.collect()
}

/// Calls `each` with the record as it was at the end of the day of each book, the latest first, as long as it was there.
/// A pursuit that has ended stands still until something else is entered: such a record is not replayed.
fn each_day(record: &Record, books: &[Book], mut each: impl FnMut(usize, &Record)) {
    let Some(latest) = books.first() else { return };
    each(0, record);
    let events = &record.prospect.events;
    let entries = upto(events, latest.as_of).len();
    let is_over = record.state.outcome != Outcome::Open && !record.prospect.is_customer;
    let mut past: Option<Record> = None;
    for (at, book) in books.iter().enumerate().skip(1) {
        if is_over && upto(events, book.as_of).len() == entries {
            each(at, record);
            continue;
        }
        let Some((state, history, _)) =
            derive(&record.prospect, book.settings_of(record), book.as_of)
        else {
            return;
        };
        let past = past.get_or_insert_with(|| record.clone());
        (past.state, past.history) = (state, history);
        each(at, past);
    }
}

fn figures(scan: DayScan, book: &Book, request: &Request, period: Period) -> DayFigures {
    let DayScan { mut expected, overdue, overdue_value, money, heard } = scan;
    expected.settle(&book.settings);
    let due = Outlook::sums(expected.items().filter(|item| item.open.due));
    let measures = measures(book, request, &expected.results, &expected.open, &due, period);
    let mut owing = money.customers(&book.settings, book.as_of);
    owing.retain(|customer| customer.files.iter().any(|file| file.is_selected));
    let has_claims = owing.iter().any(|customer| !customer.account.claims.is_empty());
    let claims = owing.iter().flat_map(|customer| &customer.account.claims);
    let past = claims.filter(|claim| claim.days_over(book.as_of) > 0);
    let past_due = sum(past.map(|claim| -> Money { claim.open_money() }));
    DayFigures {
        on: book.as_of,
        measures,
        expected,
        overdue: (overdue, overdue_value),
        past_due: has_claims.then_some(past_due),
        heard,
    }
}
