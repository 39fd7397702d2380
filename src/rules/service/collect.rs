//! The cases of a whole ledger: those of customers of several files are put together from all of them.

use super::case::Case;
use super::journal::{Journal, Misplaced, begins};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// The journals of customers that may be several files, while a book is folded by several threads.
#[derive(Debug, Default)]
pub struct Journals(Mutex<BTreeMap<String, Vec<(Text, Journal)>>>);

/// The cases of customers that may be several files.
#[derive(Debug, Default)]
pub struct JointCases {
    cases: HashMap<String, Vec<Case>>,
    /// The entries that are about none of them.
    pub misplaced: Vec<Misplaced>,
}

impl Journals {
    /// Takes in that of a file, if it may be one of several of its customer. Returns whether it may.
    pub fn take(&self, record: &Record, settings: &Settings, on: Date) -> bool {
        let Some(customer) = record.prospect.joint_customer() else { return false };
        let journal = Journal::of(record, settings, on);
        if !journal.is_empty() {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(customer).or_default().push((record.prospect.id.clone(), journal));
        }
        true
    }

    /// The cases, when all files were taken in.
    pub fn cases(self) -> JointCases {
        let mut joint = JointCases::default();
        for (customer, mut files) in self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            // Threads came in any order.
            files.sort_by(|a, b| a.0.cmp(&b.0));
            let mut journal = Journal::default();
            files.into_iter().for_each(|(_, file)| journal.join(file));
            let (cases, misplaced) = journal.cases();
            joint.misplaced.extend(misplaced);
            if !cases.is_empty() {
                joint.cases.insert(customer, cases);
            }
        }
        joint
    }
}

impl JointCases {
    /// Those of a book. Reads it once.
    pub fn of(book: &Book) -> JointCases {
        let journals = Journals::default();
        let take = |(): &mut (), record: &Record| {
            journals.take(record, book.settings_of(record), book.as_of);
        };
        book.fold_everybody(&Query::everything(), take, |(), ()| ());
        journals.cases()
    }

    /// Those of a customer, by its id; empty where it is not one of several files.
    pub fn of_customer(&self, id: &str) -> &[Case] {
        self.cases.get(&fold(id)).map_or(&[], Vec::as_slice)
    }

    /// The cases that began in a file.
    pub fn of_file(&self, record: &Record, settings: &Settings, on: Date) -> Vec<Case> {
        match record.prospect.joint_customer() {
            Some(customer) => {
                let cases = self.of_customer(&customer).iter();
                cases.filter(|case| case.file == record.prospect.id).cloned().collect()
            }
            None => Journal::of(record, settings, on).cases().0,
        }
    }
}

/// Folds the cases of a book that began in a file of which `about` tells something, each once and in no order. Reads the
/// book once, grades it in that scan if it is not graded yet, and keeps no case of a customer that is one file.
pub fn fold_cases<A: Default + Send, T: Send>(
    book: &Book,
    about: impl Fn(&Record) -> Option<T> + Sync,
    step: impl Fn(&mut A, &Case, &T) + Sync,
    join: impl Fn(&mut A, A),
) -> A {
    let on = book.as_of;
    let journals = Journals::default();
    let (mut all, told) = book.fold_while_grading(
        |(all, told): &mut (A, Vec<(Text, T)>), record| {
            let settings = book.settings_of(record);
            let joint = journals.take(record, settings, on);
            // Most files have none.
            if !record.prospect.events.iter().any(begins) {
                return;
            }
            let Some(about) = about(record) else { return };
            if joint {
                told.push((record.prospect.id.clone(), about));
            } else {
                let cases = Journal::of(record, settings, on).cases().0;
                cases.iter().for_each(|case| step(all, case, &about));
            }
        },
        |(all, told), (others, more)| {
            join(all, others);
            told.extend(more);
        },
    );
    let told: HashMap<Text, T> = told.into_iter().collect();
    let joint = journals.cases();
    for case in joint.cases.values().flatten() {
        if let Some(about) = told.get(&case.file) {
            step(&mut all, case, about);
        }
    }
    all
}
