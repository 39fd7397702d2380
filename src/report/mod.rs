//! Reports: a book in, a sheet of typed cells out. One file per report, and one line in [`REPORTS`].

pub mod activity;
pub mod aging;
pub mod allocation;
pub mod audit;
pub mod board;
pub mod breakdown;
pub mod bridge;
pub mod calibration;
pub mod changes;
pub mod classify;
pub mod columns;
pub mod conversion;
pub mod cycle;
pub mod diff;
pub mod dimension;
pub mod due;
pub mod events;
pub mod figures;
pub mod forecast;
pub mod funnel;
pub mod grade;
pub mod grades;
pub mod list;
pub mod losses;
pub mod measures;
pub mod overrides;
pub mod policy;
pub mod pool;
pub mod ratios;
pub mod sheet;
pub mod show;
pub mod sources;
pub mod team;
pub mod what_if;

use crate::diag::Diagnostic;
use crate::model::settings::Settings;
use crate::rules::book::{Book, Keep, Selection};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Sheet};
use crate::value::date::Date;
use crate::value::money::Amount;
use crate::value::period::Period;
use dimension::Dimension;

/// What a report is asked for, beyond the day.
pub struct Request {
    /// Only these prospects.
    pub query: Query,
    /// A row or block for each value of this.
    pub by: Option<Dimension>,
    /// The days it covers, if stated.
    pub period: Option<Period>,
    /// What is aimed at, if stated: closes of `ratios`.
    pub target: Option<Amount>,
    /// Every single thing behind the figures, by those of [`LISTING`].
    pub list: bool,
    /// Who reads it, if that is known: tables that are for others alone need not be made.
    pub readers: Option<Audience>,
}

impl Request {
    /// These prospects, and nothing else asked.
    pub fn of(query: Query) -> Request {
        Request { query, by: None, period: None, target: None, list: false, readers: None }
    }

    /// The prospects that the query selects, as a test for records of the book. Grades the book first if the
    /// query or the breakdown asks for grades.
    pub fn selection<'s>(&'s self, book: &'s Book) -> Selection<'s> {
        self.grade_if_asked(book);
        book.selection(&self.query)
    }

    /// Folds the records that the query selects (see [`Book::fold`]). Grades the book first if the query or the
    /// breakdown asks for grades.
    pub fn fold<A: Default + Send>(
        &self,
        book: &Book,
        step: impl Fn(&mut A, &Record) + Sync,
        join: impl Fn(&mut A, A),
    ) -> A {
        self.grade_if_asked(book);
        book.fold(&self.query, step, join)
    }

    /// A row for each record that the query selects, in the order of ids (see [`Book::gather`]). Grades the book
    /// first if the query or the breakdown asks for grades.
    pub fn gather<T: Send>(
        &self,
        book: &Book,
        row: impl Fn(&Record) -> Option<T> + Sync,
    ) -> Vec<T> {
        self.grade_if_asked(book);
        book.gather(&self.query, row)
    }

    /// The value of what figures are broken down by, if they are.
    pub fn group(&self, record: &Record, settings: &Settings) -> Option<String> {
        self.by.as_ref().map(|by| by.of(record, settings))
    }

    /// May a table for these readers be looked at?
    pub fn is_read_by(&self, readers: Audience) -> bool {
        self.readers.is_none_or(|known| known == readers)
    }

    /// What of each record it takes to answer: notes only where a query looks into them, this one or, where
    /// they are asked, one of the rules. `rules` says that they are asked whatever the request is.
    pub fn keep(&self, settings: &Settings, as_of: Date, rules: bool) -> Keep {
        let graded = self.by.as_ref().is_some_and(Dimension::asks_grades);
        let rules = rules || graded || self.query.asks_grades();
        if self.query.asks_notes() || rules && rules_ask_notes(settings, as_of) {
            Keep::Everything
        } else {
            Keep::AllButNotes
        }
    }

    fn grade_if_asked(&self, book: &Book) {
        if self.by.as_ref().is_some_and(Dimension::asks_grades) {
            book.graded();
        }
    }
}

/// One report of `crm report`.
pub struct Report {
    /// What is typed.
    pub name: &'static str,
    /// Another name for it.
    pub alias: Option<&'static str>,
    /// One line about it.
    pub about: &'static str,
    /// Does it ask rules that may look into notes: grading, allocation?
    pub rules: bool,
    /// Makes it.
    pub make: fn(&Book, &Request) -> Result<Sheet, Diagnostic>,
}

impl Report {
    /// What of each record it takes to answer a request (see [`Request::keep`]).
    pub fn keep(&self, request: &Request, settings: &Settings, as_of: Date) -> Keep {
        request.keep(settings, as_of, self.rules)
    }
}

/// Does a rule of grading or allocation look into notes?
fn rules_ask_notes(settings: &Settings, as_of: Date) -> bool {
    let grading = settings.grading.rules.iter().map(|rule| &rule.when);
    let mut conditions = grading.chain(settings.allocation.exclude.iter().map(|rule| &rule.when));
    conditions.any(|when| match Query::parse(when, "when", settings, as_of) {
        Ok(query) => query.asks_notes(),
        // A period in words that is empty on this day may not be so on an earlier one.
        Err(_) => true,
    })
}

/// Every report, in the order of documentation.
pub const REPORTS: &[Report] = &[
    Report {
        name: "board",
        alias: Some("pipeline"),
        about: "who stands in which column, with what is due and what is wrong",
        rules: false,
        make: board::board,
    },
    Report {
        name: "funnel",
        alias: None,
        about: "counts, value and weighted value by column; the funnel's shape and what it says",
        rules: false,
        make: funnel::funnel,
    },
    Report {
        name: "sheet",
        alias: None,
        about: "the week's action sheet of each rep: names in six columns, at each checkpoint",
        rules: false,
        make: sheet::action_sheet,
    },
    Report {
        name: "team",
        alias: None,
        about: "the week's team sheet: per member and checkpoint, counts and money",
        rules: false,
        make: team::team_sheet,
    },
    Report {
        name: "ratios",
        alias: None,
        about: "from dials to closes with the rate of each step; first meetings that replace a close",
        rules: false,
        make: ratios::ratios,
    },
    Report {
        name: "aging",
        alias: Some("stale"),
        about: "who stands too long, against max_days and the sales cycle",
        rules: false,
        make: aging::aging,
    },
    Report {
        name: "sources",
        alias: None,
        about: "what each source or campaign brought: leads, conversion, value, cost per close",
        rules: false,
        make: sources::sources,
    },
    Report {
        name: "losses",
        alias: None,
        about: "why and from where pursuits were lost; what the won had in common against the lost",
        rules: false,
        make: losses::losses,
    },
    Report {
        name: "overrides",
        alias: None,
        about: "every forced move and every overstated prospect, by owner",
        rules: false,
        make: overrides::overrides,
    },
    Report {
        name: "conversion",
        alias: None,
        about: "who got further, by the column they entered; win rates as snapshot and as cohort",
        rules: false,
        make: conversion::conversion,
    },
    Report {
        name: "cycle",
        alias: None,
        about: "how long closing takes: share won and lost by day, days to close, days in each column",
        rules: false,
        make: cycle::cycle,
    },
    Report {
        name: "forecast",
        alias: None,
        about: "what open prospects will bring: by month, with p10/p50/p90; coverage of the target",
        rules: false,
        make: forecast::forecast,
    },
    Report {
        name: "bridge",
        alias: None,
        about: "from what was open on one day to what is open on another; --list: every change",
        rules: false,
        make: bridge::bridge,
    },
    Report {
        name: "grades",
        alias: None,
        about: "customers by grade and dimension, Pareto curve, RFM; with --from/--to who moved",
        rules: true,
        make: grades::grades,
    },
    Report {
        name: "policy",
        alias: None,
        about: "what each grade is promised, and where practice falls short of it",
        rules: true,
        make: policy::policy,
    },
    Report {
        name: "allocation",
        alias: None,
        about: "load, room and fairness of the team, and who would be given the next prospect",
        rules: true,
        make: allocation::allocation,
    },
    Report {
        name: "pool",
        alias: None,
        about: "who waits in the pool, since when, and who could have them",
        rules: true,
        make: pool::pool_report,
    },
];

/// The reports that take `--list`.
pub const LISTING: &[&str] = &["bridge"];

/// The report of a name or alias.
pub fn find(name: &str) -> Option<&'static Report> {
    REPORTS.iter().find(|report| report.name == name || report.alias == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lists_is_a_report() {
        assert!(LISTING.iter().all(|name| find(name).is_some()));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> =
            REPORTS.iter().flat_map(|r| std::iter::once(r.name).chain(r.alias)).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
