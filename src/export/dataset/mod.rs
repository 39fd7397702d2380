//! A ledger as typed tables for query engines. Replay stays here: what it makes of a file is written for all days at
//! once, each row with the days on which it is true, so that a query needs no more than to choose a day and to count.
//!
//! A row of a dated table is true on the days from `valid_from` on and before `valid_to`. Rows change on days with
//! entries alone, but for the few figures that lapse by themselves; these name the days on which they change.

mod customer;
mod file;
mod ledger;
mod line;
mod schema;

use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
pub use line::Lines;
use line::{Rows, RowsOf};
use rayon::prelude::*;
pub use schema::{ColumnType, DatasetTable, SCHEMA};
use std::collections::BTreeMap;

/// What a fold of the files has so far.
#[derive(Default)]
struct Part {
    lines: Lines,
    /// The first and the last day with an entry.
    days: Option<(Date, Date)>,
    /// The files of customers that may be several.
    joint: BTreeMap<String, Vec<Prospect>>,
}

/// The tables of a book that knows every day.
pub fn dataset(book: &Book) -> Lines {
    let settings = &book.settings;
    let Part { mut lines, days, joint } = book.fold_everybody(
        &Query::everything(),
        |part: &mut Part, record| part.take(record, settings),
        |all, part| {
            all.lines.join(part.lines);
            all.days = widest(all.days, part.days);
            for (customer, files) in part.joint {
                all.joint.entry(customer).or_default().extend(files);
            }
        },
    );
    let customers: Vec<(String, Vec<Prospect>)> = joint.into_iter().collect();
    let of_customers = customers.into_par_iter().map(|(customer, mut files)| {
        // Threads came in any order.
        files.sort_by(|a, b| (a.is_customer, &a.id).cmp(&(b.is_customer, &b.id)));
        let (mut lines, mut rows) = (Lines::default(), Rows::default());
        customer::put(&files, Some(&customer), settings, &mut rows);
        lines.put(RowsOf::Customer(customer.into()), &mut rows);
        lines
    });
    of_customers.collect::<Vec<Lines>>().into_iter().for_each(|of| lines.join(of));
    let mut rows = Rows::default();
    ledger::put(book, days, &mut rows);
    lines.put(RowsOf::Ledger, &mut rows);
    lines
}

impl Part {
    /// Takes in a file. A prospect that is its own customer is done at once.
    fn take(&mut self, record: &Record, settings: &Settings) {
        let prospect = &record.prospect;
        let mut rows = Rows::default();
        file::put(prospect, settings, &mut rows);
        for customer in customer::owners(prospect) {
            match customer {
                // A prospect without an order may yet be one of its customer's, and represent it.
                Some(customer) => {
                    self.joint.entry(customer).or_default().push(prospect.clone());
                }
                None if customer::matters(prospect, settings) => {
                    customer::put(std::slice::from_ref(prospect), None, settings, &mut rows);
                }
                None => {}
            }
        }
        let of = match prospect.is_customer {
            true => RowsOf::CustomerFile(prospect.id.clone()),
            false => RowsOf::Prospect(prospect.id.clone()),
        };
        self.lines.put(of, &mut rows);
        self.days = widest(self.days, first_and_last(record));
    }
}

/// The first and the last day with an entry.
fn first_and_last(record: &Record) -> Option<(Date, Date)> {
    let events = &record.prospect.events;
    Some((events.first()?.date(), events.last()?.date()))
}

/// The earlier of the first days, and the later of the last.
fn widest(a: Option<(Date, Date)>, b: Option<(Date, Date)>) -> Option<(Date, Date)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}
