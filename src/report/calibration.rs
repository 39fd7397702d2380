//! The probability of winning from each column, by the ledger's own history.

use super::breakdown::percent;
use super::figures::enough;
use crate::model::pipeline::Pipeline;
use crate::rules::replay::state::Record;
use crate::stats::{Absorption, Estimate, absorption};
use crate::value::label::Lang;
use crate::value::money::Amount;

/// An open column's probability of winning.
#[derive(Debug, Clone, PartialEq)]
pub struct Odds {
    /// As the settings state it.
    pub nominal: Amount,
    /// As the ledger's history has it, drawn towards the nominal one; to six decimals, so that what is
    /// weighed with it stays exact.
    pub calibrated: Amount,
    /// The calibrated one with its interval; `None` where history says nothing and no weight is set.
    pub estimate: Option<Estimate>,
    /// Moves out of the column.
    pub departures: u64,
    /// Prospects in the column now: their end is not known yet, and they count nowhere.
    pub standing: usize,
}

/// The moves between the columns of a board, fall-backs and skips included, over all its prospects and
/// their whole history.
#[derive(Debug, Clone, Default)]
pub struct Moves {
    /// A row for each open column that was left, and in it a column for each that was moved to.
    counts: Vec<Vec<u64>>,
    /// Prospects in each open column now.
    standing: Vec<usize>,
}

impl Moves {
    /// Counts the moves of a prospect of this board.
    pub fn count(&mut self, record: &Record, pipeline: &Pipeline) {
        self.fit(pipeline);
        self.standing.get_mut(record.state.stage).into_iter().for_each(|n| *n += 1);
        for step in record.history.moves() {
            if let Some(row) = self.counts.get_mut(step.from) {
                row[step.to] += 1;
            }
        }
    }

    /// Adds the counts of another thread for this board.
    pub fn add(&mut self, other: &Moves) {
        self.standing.iter_mut().zip(&other.standing).for_each(|(a, b)| *a += b);
        for (row, other) in self.counts.iter_mut().zip(&other.counts) {
            row.iter_mut().zip(other).for_each(|(a, b)| *a += b);
        }
    }

    /// The odds of every open column. The probability of ending won is that of an absorbing Markov chain
    /// whose rows are drawn towards the nominal probabilities with `[forecast] weight` (see
    /// [`absorption`]).
    pub fn odds(mut self, pipeline: &Pipeline, weight: Amount) -> Vec<Odds> {
        self.fit(pipeline);
        let mut odds = of_counts(&self.counts, pipeline, weight);
        odds.iter_mut().zip(self.standing).for_each(|(odds, standing)| odds.standing = standing);
        odds
    }

    /// Room for the columns of the board.
    fn fit(&mut self, pipeline: &Pipeline) {
        if self.counts.is_empty() {
            self.counts = vec![vec![0; pipeline.stages.len()]; pipeline.won()];
            self.standing = vec![0; pipeline.won()];
        }
    }
}

/// The odds from counted moves: a row for each open column, and in it a column for each open column,
/// then won, then lost.
fn of_counts(counts: &[Vec<u64>], pipeline: &Pipeline, weight: Amount) -> Vec<Odds> {
    let nominal: Vec<f64> =
        pipeline.open().iter().map(|stage| stage.probability.to_f64()).collect();
    let prior: Vec<Vec<f64>> = nominal.iter().map(|p| vec![*p, 1.0 - p]).collect();
    // A probability that cannot be solved (of a column that nothing ever left, without weight) stays nominal.
    let solved: Vec<Option<Absorption>> =
        absorption(counts, &prior, weight.to_f64()).unwrap_or_else(|_| vec![None; counts.len()]);
    pipeline
        .open()
        .iter()
        .zip(solved)
        .zip(counts)
        .map(|((stage, solved), row)| {
            let estimate = solved.and_then(|found| found.absorbed.first().copied());
            Odds {
                nominal: stage.probability,
                calibrated: estimate
                    .map_or(stage.probability, |estimate| Amount::of_f64(estimate.value)),
                estimate,
                departures: row.iter().sum(),
                standing: 0,
            }
        })
        .collect()
}

impl Odds {
    /// `your 50% wins 31 %, n = 84 (95 % interval 22 to 41 %); nominal 50 %`; nothing where the column was
    /// left too rarely to say it.
    pub fn sentence(&self, label: &str, lang: Lang) -> Option<String> {
        if !enough(self.departures) {
            return None;
        }
        let (low, high) = self.estimate?.interval?;
        let [p, nominal] = [self.calibrated, self.nominal].map(|p| percent(p.to_f64()));
        let (low, high, n) = (percent(low), percent(high), self.departures);
        Some(match lang {
            Lang::En | Lang::Machine => {
                format!(
                    "your {label} wins {p}, n = {n} (95 % interval {low} to {high}); nominal {nominal}"
                )
            }
            Lang::Zh => {
                format!("你的“{label}”成交{p}，n = {n}（95%区间{low}至{high}）；名义{nominal}")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::pipeline::default_pipeline;

    /// The check figures: opportunity was never left.
    fn counts() -> Vec<Vec<u64>> {
        vec![
            vec![0; 7],
            vec![0, 0, 60, 0, 0, 0, 40],
            vec![0, 10, 0, 30, 0, 0, 20],
            vec![0, 0, 6, 0, 18, 0, 6],
            vec![0, 0, 0, 3, 0, 12, 3],
        ]
    }

    #[test]
    fn check_figures_of_counts() {
        let odds = of_counts(&counts(), &default_pipeline(), Amount::ZERO);
        let shown: Vec<String> = odds.iter().map(|odds| odds.calibrated.to_string()).collect();
        // 12/71, 20/71, 36/71, 160/213; the column that nothing left stays nominal.
        assert_eq!(shown, ["0", "0.169014", "0.28169", "0.507042", "0.751174"]);
        assert_eq!(odds[0].estimate, None);
        assert_eq!(odds.iter().map(|o| o.departures).collect::<Vec<_>>(), [0, 100, 60, 30, 18]);
        assert_eq!(
            odds[4].sentence("90%", Lang::En).unwrap(),
            "your 90% wins 75 %, n = 18 (95 % interval 52 % to 89 %); nominal 90 %"
        );
    }

    #[test]
    fn without_history_the_nominal_ones_stand() {
        let pipeline = default_pipeline();
        for weight in [0, 10] {
            let odds = of_counts(&vec![vec![0; 7]; 5], &pipeline, Amount::from_int(weight));
            for (odds, stage) in odds.iter().zip(pipeline.open()) {
                assert_eq!(odds.calibrated, stage.probability.trimmed());
                assert_eq!(odds.sentence("x", Lang::En), None);
            }
        }
    }

    #[test]
    fn a_heavy_weight_draws_to_the_nominal() {
        let pipeline = default_pipeline();
        let [light, heavy] = [1, 1_000_000].map(|weight| {
            of_counts(&counts(), &pipeline, Amount::from_int(weight))[3].calibrated.to_f64()
        });
        assert!((light - 36.0 / 71.0).abs() < 0.01 && (heavy - 0.5).abs() < 0.001);
    }
}
