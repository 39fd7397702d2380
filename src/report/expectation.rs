//! The open prospects of a ledger with the odds of their columns, on which the forecast and its back-test rest.

use super::Request;
use super::breakdown::join;
use super::calibration::{Moves, Odds};
use super::measures::Results;
use super::outlook::{ForecastItem, OpenProspect, Outlook};
use crate::model::pipeline::{Outcome, Stage};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::value::period::Period;
use std::collections::{BTreeMap, BTreeSet};

/// The open prospects that a request selects, and the odds of every column.
#[derive(Default)]
pub struct Expectation {
    /// The positions of the boards that the selected ones are on.
    pub boards: BTreeSet<usize>,
    /// The odds of the open columns of each board, by the board's position.
    pub odds: BTreeMap<usize, Vec<Odds>>,
    /// The open ones in a column with a probability, by board and id.
    pub open: Vec<OpenProspect>,
    /// How many are open in a column with probability 0.
    pub unweighed: usize,
    /// The results of the selected ones so far.
    pub results: Results,
    /// The moves of all prospects, selected or not, by board.
    moves: BTreeMap<usize, Moves>,
}

impl Expectation {
    /// Reads the ledger once: the moves of all prospects, the rest of the selected ones. `period`: the days in which a
    /// prospect is due.
    pub fn of(book: &Book, request: &Request, period: Period) -> Expectation {
        let settings = &book.settings;
        let selected = request.selection(book);
        let mut found = book.fold(
            &Query::everything(),
            |found: &mut Expectation, record| {
                found.take(record, selected.has(record), book, request, period);
            },
            Expectation::join,
        );
        found.settle(settings);
        found
    }

    /// Takes in a record of a book: its moves, and if it is selected the rest.
    pub(super) fn take(
        &mut self,
        record: &Record,
        is_selected: bool,
        book: &Book,
        request: &Request,
        period: Period,
    ) {
        let (state, pipeline) = (&record.state, record.pipeline(&book.settings));
        self.moves.entry(state.pipeline).or_default().count(record, pipeline);
        if !is_selected {
            return;
        }
        self.boards.insert(state.pipeline);
        self.results.add(record, book);
        match pipeline.stages[state.stage] {
            Stage { outcome: Outcome::Open, probability, .. } if probability.is_zero() => {
                self.unweighed += 1;
            }
            Stage { outcome: Outcome::Open, .. } => {
                self.open.push(OpenProspect::of(record, book, request, period));
            }
            _ => {}
        }
    }

    /// Takes in what another thread has read.
    pub(super) fn join(&mut self, part: Expectation) {
        self.boards.extend(part.boards);
        join(&mut self.moves, part.moves, |moves, others| moves.add(&others));
        self.open.extend(part.open);
        self.unweighed += part.unweighed;
        self.results.join(part.results);
    }

    /// Once all records are taken in: the odds of the columns, and the open ones in order.
    pub(super) fn settle(&mut self, settings: &Settings) {
        self.open.sort_by(|a, b| (a.board, &a.id).cmp(&(b.board, &b.id)));
        for (position, pipeline) in settings.pipelines.iter().enumerate() {
            let moves = self.moves.remove(&position).unwrap_or_default();
            self.odds.insert(position, moves.odds(pipeline, settings.forecast.weight));
        }
    }

    /// The open prospects, each with the odds of its column.
    pub fn items(&self) -> impl Iterator<Item = ForecastItem<'_>> + Clone {
        self.open.iter().filter_map(|open| {
            Some(ForecastItem { open, odds: self.odds.get(&open.board)?.get(open.stage)? })
        })
    }

    /// The sums and the distribution over those that are due in the period.
    pub fn due(&self) -> Outlook {
        Outlook::of(self.items().filter(|item| item.open.due))
    }
}
