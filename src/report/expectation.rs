//! The open prospects of a ledger with the odds of their columns, on which the forecast and its back-test rest.

use super::Request;
use super::breakdown::join;
use super::calibration::{Moves, Odds};
use super::measures::Results;
use super::outlook::{ForecastItem, OpenProspect, Outlook};
use crate::model::pipeline::{Outcome, Stage};
use crate::rules::book::Book;
use crate::rules::query::Query;
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
                let (state, pipeline) = (&record.state, record.pipeline(settings));
                found.moves.entry(state.pipeline).or_default().count(record, pipeline);
                if !selected.has(record) {
                    return;
                }
                found.boards.insert(state.pipeline);
                found.results.add(record, book);
                match pipeline.stages[state.stage] {
                    Stage { outcome: Outcome::Open, probability, .. } if probability.is_zero() => {
                        found.unweighed += 1;
                    }
                    Stage { outcome: Outcome::Open, .. } => {
                        found.open.push(OpenProspect::of(record, book, request, period));
                    }
                    _ => {}
                }
            },
            |all, part| {
                all.boards.extend(part.boards);
                join(&mut all.moves, part.moves, |moves, others| moves.add(&others));
                all.open.extend(part.open);
                all.unweighed += part.unweighed;
                all.results.join(part.results);
            },
        );
        found.open.sort_by(|a, b| (a.board, &a.id).cmp(&(b.board, &b.id)));
        for (position, pipeline) in settings.pipelines.iter().enumerate() {
            let moves = found.moves.remove(&position).unwrap_or_default();
            found.odds.insert(position, moves.odds(pipeline, settings.forecast.weight));
        }
        found
    }

    /// The open prospects, each with the odds of its column.
    pub fn items(&self) -> impl Iterator<Item = ForecastItem<'_>> {
        self.open.iter().filter_map(|open| {
            Some(ForecastItem { open, odds: self.odds.get(&open.board)?.get(open.stage)? })
        })
    }

    /// The sums and the distribution over those that are due in the period.
    pub fn due(&self) -> Outlook {
        Outlook::of(self.items().filter(|item| item.open.due))
    }
}
