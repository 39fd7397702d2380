//! A row for each prospect and customer's file of a graded book.

use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use std::sync::{Mutex, PoisonError};

/// A row for each prospect and customer's file of a book, by its position among the graded ones ([`Graded::at`]). Grades the book first. A
/// prospect whose file has gone since then gets the default.
///
/// [`Graded::at`]: crate::rules::grading::Graded::at
pub(super) fn row_of_each<T: Default + Send>(
    book: &Book,
    row: impl Fn(&Record) -> T + Sync,
) -> Vec<T> {
    let graded = book.graded();
    let rows: Vec<Mutex<T>> = graded.of_each().map(|_| Mutex::default()).collect();
    let put = |(): &mut (), record: &Record| {
        if let Some(position) = graded.position(&record.prospect.id) {
            *rows[position].lock().unwrap_or_else(PoisonError::into_inner) = row(record);
        }
    };
    book.fold_everybody(&Query::everything(), put, |(), ()| ());
    let rows = rows.into_iter();
    rows.map(|row| row.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostic;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::model::settings::Settings;
    use crate::rules::book::{Files, Keep, Scan, Scanned, Shelf, Sieve};
    use crate::rules::replay::replay;
    use crate::value::date::Date;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A ledger that is `a b c` in its first scan and `a c d` in the next one.
    #[derive(Debug, Default)]
    struct Changing {
        scans: AtomicUsize,
    }

    impl Shelf for Changing {
        fn read(&self, _: Files, _: Keep) -> (Vec<Record>, Vec<Diagnostic>, usize) {
            (Vec::new(), Vec::new(), 0)
        }

        fn scan(&self, _: Files, _: Keep, each: &(dyn Fn(usize, &Record) + Sync)) -> Scanned {
            let ids = match self.scans.fetch_add(1, Ordering::Relaxed) {
                0 => ["c", "a", "b"],
                _ => ["d", "c", "a"],
            };
            let on = Date::new(2009, 12, 1).unwrap();
            for id in ids {
                let events = vec![Event::new(EventKey::parse("2009-12-01").unwrap(), "opened")];
                let prospect = Prospect { id: id.into(), events, ..Prospect::default() };
                replay(prospect, &Settings::default(), on)
                    .iter()
                    .for_each(|record| each(0, record));
            }
            Scanned::default()
        }

        fn sift(&self, _: &dyn Sieve, _: &(dyn Fn(usize, &Record) + Sync)) -> Scanned {
            Scanned::default()
        }

        fn begin(&self, _: Files, _: Keep) -> Option<Box<dyn Scan + '_>> {
            None
        }

        fn threads(&self) -> usize {
            1
        }

        fn earlier(&self, _: Date) -> Box<dyn Shelf> {
            Box::<Changing>::default()
        }
    }

    #[test]
    fn rows_keep_to_the_graded_positions_where_files_come_and_go() {
        let on = Date::new(2009, 12, 1).unwrap();
        let shelf = Box::<Changing>::default();
        let book = Book::on(shelf, Settings::default(), on, Vec::new());
        let rows = row_of_each(&book, |record| record.prospect.id.to_string());
        let graded = book.graded();
        let ids: Vec<&str> = (0..3).map(|position| &**graded.id(position)).collect();
        assert_eq!((ids, rows), (vec!["a", "b", "c"], vec!["a".into(), String::new(), "c".into()]));
    }
}
