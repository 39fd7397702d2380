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
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::text::Text;
use line::Rows;
pub use line::head;
use rayon::prelude::*;
pub use schema::{ColumnType, DatasetTable, SCHEMA};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The ends of an export: the files that it reads again, and the texts that it has made.
pub struct DatasetEnds<'e> {
    /// Reads the file at a path below the ledger's root once more, if it is still one.
    pub read: &'e (dyn Fn(&Path) -> Option<Prospect> + Sync),
    /// Takes the text of the rows of a file, a customer or the ledger, of each table in turn, and returns its place.
    pub put: &'e (dyn Fn(&[Vec<u8>]) -> u64 + Sync),
}

/// The origin of rows, in the order in which tables have them: the ledger, a prospect's file, a customer's file, a
/// customer that may be several files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum RowsOf {
    /// The ledger.
    Ledger,
    /// The file of this prospect.
    Prospect(Text),
    /// The file of this customer.
    CustomerFile(Text),
    /// All files of this customer.
    Customer(Text),
}

/// What a fold of the files has so far. Rows are put away at once; only their places are kept.
#[derive(Default)]
struct Part {
    places: Vec<(RowsOf, u64)>,
    /// The first and the last day with an entry.
    days: Option<(Date, Date)>,
    /// The customers that may be several files.
    joint: BTreeMap<String, Joint>,
}

/// A customer that may be several files.
#[derive(Default)]
struct Joint {
    /// Its files: those of prospects first, by id.
    files: BTreeSet<(bool, Text, PathBuf)>,
    /// May one of them have to do with money, cases or buying?
    matters: bool,
}

/// Makes the tables of a book that knows every day. Returns the places of the texts in the order of the tables' rows, which is
/// that of ids, whatever thread had them.
pub fn dataset(book: &Book, ends: &DatasetEnds) -> Vec<u64> {
    let settings = &book.settings;
    let Part { mut places, days, joint } = book.fold_everybody(
        &Query::everything(),
        |part: &mut Part, record| part.take(record, settings, ends),
        |all, part| {
            all.places.extend(part.places);
            all.days = widest(all.days, part.days);
            for (customer, more) in part.joint {
                let joint = all.joint.entry(customer).or_default();
                joint.files.extend(more.files);
                joint.matters |= more.matters;
            }
        },
    );
    let customers: Vec<(String, Joint)> =
        joint.into_iter().filter(|(_, joint)| joint.matters).collect();
    places.par_extend(customers.into_par_iter().map(|(customer, joint)| {
        let read = |(.., path): &(bool, Text, PathBuf)| (ends.read)(path);
        let known = |prospect| replay(prospect, settings, book.as_of);
        let files = joint.files.iter().filter_map(read).filter_map(known);
        let files: Vec<Prospect> = files.map(|record| record.prospect).collect();
        let mut rows = Rows::default();
        customer::put(&files, settings, &mut rows);
        (RowsOf::Customer(customer.into()), (ends.put)(&rows.texts()))
    }));
    let mut rows = Rows::default();
    ledger::put(book, days, &mut rows);
    places.push((RowsOf::Ledger, (ends.put)(&rows.texts())));
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

impl Part {
    /// Takes in a file. A prospect that is its own customer is done at once.
    fn take(&mut self, record: &Record, settings: &Settings, ends: &DatasetEnds) {
        let prospect = &record.prospect;
        let mut rows = Rows::default();
        file::put(prospect, settings, &mut rows);
        let matters = customer::matters(prospect, settings);
        match prospect.joint_customer() {
            // A prospect without an order may yet be one of its customer's, and represent it.
            Some(customer) => {
                let joint = self.joint.entry(customer).or_default();
                let (id, path) = (prospect.id.clone(), prospect.path.clone());
                joint.files.insert((prospect.is_customer, id, path));
                joint.matters |= matters;
            }
            None if matters => {
                customer::put(std::slice::from_ref(prospect), settings, &mut rows);
            }
            None => {}
        }
        let of = match prospect.is_customer {
            true => RowsOf::CustomerFile(prospect.id.clone()),
            false => RowsOf::Prospect(prospect.id.clone()),
        };
        self.places.push((of, (ends.put)(&rows.texts())));
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
