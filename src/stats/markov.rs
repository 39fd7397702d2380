//! Where a Markov chain ends: absorption probabilities from observed transition counts.

use super::estimate::Estimate;
use super::matrix::inverse;
use super::proportion::wilson_interval;

/// Why [`absorption`] refuses its input as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkovError {
    /// Row `state` of the counts is not as long as the first one, or the rows have no column for
    /// an absorbing state.
    CountShape {
        /// The transient state whose row it is.
        state: usize,
    },
    /// The weight is negative, NaN or infinite.
    Weight,
    /// The prior of `state` is missing, has not one entry for each absorbing state, or is not a
    /// probability distribution (entries in `[0, 1]`, sum 1 within 1e-9).
    Prior {
        /// The transient state whose prior it is.
        state: usize,
    },
    /// Counts so far apart (beyond about 1 in 10^15) that the equations cannot be solved.
    Singular,
}

/// The estimate of the end of a chain that is in one transient state.
#[derive(Debug, Clone, PartialEq)]
pub struct Absorption {
    /// Observed departures from the state (pseudo-counts left out): the `n` to print.
    pub departures: u64,
    /// Expected number of transitions until absorption, counting the absorbing one; at least 1.
    /// With a weight above 0 it is shortened by the pseudo-counts, which absorb at once.
    pub expected_steps: f64,
    /// The probability of ending in each absorbing state, in the order of the columns; sums to 1.
    pub absorbed: Vec<Estimate>,
}

/// Absorption probabilities, their intervals and the expected steps, for every transient state.
///
/// `counts` has one row for each transient state and in each row one column for each transient
/// state, in the same order, followed by one for each absorbing state: how often a unit moved
/// from the row's state to the column's. `prior` has one row for each transient state with a
/// nominal probability for each absorbing state; with `weight` 0 it is not read and may be empty.
///
/// **Formula.** Rows are divided by their sums into `[Q R]`; `N = (I - Q)^-1` is the fundamental
/// matrix, `B = N R` the absorption probabilities, the row sums of `N` the expected steps.
///
/// **Shrinking.** Every row gets `weight` more departures, which go straight to the absorbing
/// states in the proportions of its prior. So `B_i = (n_i b_i + weight prior_i) / (n_i + weight)`
/// with `b_i` the mean of `B` over the observed departures: a state never left has exactly its
/// prior, one often left its own history, and with any weight every state can be absorbed. The
/// prior is given as absorption probabilities because that is how nominal probabilities are
/// stated; nothing has to be assumed about the path.
///
/// **Variance.** Delta method on the rows as independent multinomials: `Var(B_ia)` = sum over `r`
/// of `N_ir²` `(sum_j p_rj b_j² - b_r²) / n_r`, where `b_j` is the probability of ending in `a`
/// from `j` (1 or 0 for absorbing `j`) and `n_r` the departures from `r`, pseudo-counts included.
///
/// **Interval.** Wilson's, with the effective sample size `b (1 - b) / Var(b)`; where all leave
/// for absorbing states at once it is the plain Wilson interval of the row. For `b` of 0 or 1 the
/// variance is 0 and the effective size is the smallest `n_r / N_ir`, its limit when one rare
/// departure is added where it weighs most.
///
/// **Limits.** A state is `None` when it can never be absorbed, or may reach one that can never
/// be: no departures and weight 0 is enough. Other states are unaffected. No transient states give
/// an empty result. The chain is taken as memoryless and the same at all times.
///
/// Source: Kemeny and Snell, "Finite Markov Chains" (1960), chapter III.
///
/// # Errors
/// [`MarkovError`] for rows of the wrong shape, a weight or a prior that is none, and counts that
/// cannot be solved numerically.
pub fn absorption(
    counts: &[Vec<u64>],
    prior: &[Vec<f64>],
    weight: f64,
) -> Result<Vec<Option<Absorption>>, MarkovError> {
    let chain = CheckedCounts::weighted(counts, prior, weight)?;
    let solvable = chain.solvable();
    let states: Vec<usize> = (0..counts.len()).filter(|&state| solvable[state]).collect();
    let solved = chain.solve(&states).ok_or(MarkovError::Singular)?;
    let mut result = vec![None; counts.len()];
    for (position, &state) in states.iter().enumerate() {
        result[state] = Some(Absorption {
            departures: counts[state].iter().fold(0, |sum, &n| sum.saturating_add(n)),
            expected_steps: solved.visits[position].iter().sum(),
            absorbed: (0..chain.absorbing).map(|end| solved.estimate(position, end)).collect(),
        });
    }
    Ok(result)
}

/// Checked counts with the pseudo-counts added.
struct CheckedCounts {
    absorbing: usize,
    rows: Vec<Vec<f64>>,
    totals: Vec<f64>,
}

impl CheckedCounts {
    fn weighted(counts: &[Vec<u64>], prior: &[Vec<f64>], weight: f64) -> Result<Self, MarkovError> {
        if !(weight.is_finite() && weight >= 0.0) {
            return Err(MarkovError::Weight);
        }
        let transient = counts.len();
        let width = counts.first().map_or(0, Vec::len);
        let absorbing = width.saturating_sub(transient);
        let mut rows = Vec::with_capacity(transient);
        for (state, observed) in counts.iter().enumerate() {
            if absorbing == 0 || observed.len() != width {
                return Err(MarkovError::CountShape { state });
            }
            let mut row: Vec<f64> = observed.iter().map(|&n| n as f64).collect();
            if weight > 0.0 {
                let nominal = prior
                    .get(state)
                    .filter(|nominal| nominal.len() == absorbing && is_distribution(nominal))
                    .ok_or(MarkovError::Prior { state })?;
                for (cell, share) in row[transient..].iter_mut().zip(nominal) {
                    *cell += weight * share;
                }
            }
            rows.push(row);
        }
        let totals = rows.iter().map(|row| row.iter().sum()).collect();
        Ok(Self { absorbing, rows, totals })
    }

    /// Which states end up absorbed for certain: those that can reach no trap, a trap being a
    /// state from which no absorbing state can be reached.
    fn solvable(&self) -> Vec<bool> {
        let transient = self.rows.len();
        let ends: Vec<bool> =
            self.rows.iter().map(|row| row[transient..].iter().any(|&n| n > 0.0)).collect();
        let trapped: Vec<bool> = self.reaching(ends).iter().map(|&out| !out).collect();
        self.reaching(trapped).iter().map(|&bad| !bad).collect()
    }

    /// The states from which one of the marked ones can be reached, those included.
    fn reaching(&self, mut marked: Vec<bool>) -> Vec<bool> {
        let mut queue: Vec<usize> = (0..marked.len()).filter(|&state| marked[state]).collect();
        while let Some(target) = queue.pop() {
            for (state, row) in self.rows.iter().enumerate() {
                if !marked[state] && row[target] > 0.0 {
                    marked[state] = true;
                    queue.push(state);
                }
            }
        }
        marked
    }

    /// The equations of the given states, which reach only each other and absorption.
    ///
    /// Solved in counts, `(D - C) N = D` with `D` the row sums, so that small integers stay exact.
    fn solve(&self, states: &[usize]) -> Option<Solved> {
        let transient = self.rows.len();
        let equation = |&i: &usize| -> Vec<f64> {
            let others = states.iter().filter(|&&j| j != i);
            let inner: f64 = others.clone().map(|&j| self.rows[i][j]).sum();
            let ends: f64 = self.rows[i][transient..].iter().sum();
            let cell = |&j: &usize| {
                if i == j { inner + ends } else { -self.rows[i][j] }
            };
            states.iter().map(cell).collect()
        };
        let mut visits = inverse(states.iter().map(equation).collect())?;
        for row in &mut visits {
            for (cell, &j) in row.iter_mut().zip(states) {
                *cell *= self.totals[j];
            }
        }
        let moves: Vec<Vec<f64>> = states
            .iter()
            .map(|&i| {
                let inner = states.iter().map(|&j| self.rows[i][j]);
                let ends = self.rows[i][transient..].iter().copied();
                inner.chain(ends).map(|n| n / self.totals[i]).collect()
            })
            .collect();
        let end_of = |row: &Vec<f64>, end: usize| -> f64 {
            let parts = row.iter().zip(&moves);
            parts.map(|(n, probs)| n * probs[states.len() + end]).sum()
        };
        let ends: Vec<Vec<f64>> = visits
            .iter()
            .map(|row| (0..self.absorbing).map(|end| end_of(row, end)).collect())
            .collect();
        ends.iter().all(|row| is_sound(row)).then(|| Solved {
            visits,
            moves,
            ends,
            totals: states.iter().map(|&i| self.totals[i]).collect(),
        })
    }
}

/// The solved chain over its solvable states, numbered afresh.
struct Solved {
    /// Fundamental matrix: expected visits to the column's state from the row's.
    visits: Vec<Vec<f64>>,
    /// Transition probabilities, absorbing columns last.
    moves: Vec<Vec<f64>>,
    /// Absorption probabilities.
    ends: Vec<Vec<f64>>,
    /// Departures, pseudo-counts included.
    totals: Vec<f64>,
}

impl Solved {
    /// The probability of ending in `end` from `state`, with variance and interval.
    fn estimate(&self, state: usize, end: usize) -> Estimate {
        let value = self.ends[state][end].clamp(0.0, 1.0);
        let rows = self.visits[state].iter().zip(&self.totals);
        let variance: f64 = rows
            .clone()
            .enumerate()
            .map(|(row, (visits, total))| visits * visits * self.spread(row, end) / total)
            .sum();
        let uncertain = value > 0.0 && value < 1.0;
        let size = if uncertain {
            value * (1.0 - value) / variance
        } else {
            let visited = rows.filter(|(visits, _)| **visits > 0.0);
            visited.map(|(visits, total)| total / visits).fold(f64::INFINITY, f64::min)
        };
        let interval = size.is_finite().then(|| wilson_interval(value, size));
        Estimate { value, variance, interval }
    }

    /// Variance over one departure from `row` of the probability of ending in `end` afterwards.
    fn spread(&self, row: usize, end: usize) -> f64 {
        let (inner, outer) = self.moves[row].split_at(self.ends.len());
        let mean = self.ends[row][end];
        let after = inner.iter().zip(self.ends.iter().map(|ends| ends[end]));
        let transient: f64 = after.map(|(p, b)| p * (b - mean).powi(2)).sum();
        let absorbing = outer.iter().enumerate().map(|(absorbed, p)| {
            let b = if absorbed == end { 1.0 } else { 0.0 };
            p * (b - mean).powi(2)
        });
        transient + absorbing.sum::<f64>()
    }
}

/// Whether the solution is a probability distribution but for what rounding adds.
fn is_sound(row: &[f64]) -> bool {
    let sum: f64 = row.iter().sum();
    (sum - 1.0).abs() < 1e-6 && row.iter().all(|&b| (-1e-9..=1.0 + 1e-9).contains(&b))
}

/// Whether the values are a probability distribution, to within 1e-9.
fn is_distribution(values: &[f64]) -> bool {
    values.iter().all(|value| (0.0..=1.0).contains(value))
        && (values.iter().sum::<f64>() - 1.0).abs() <= 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Proportion, near};
    use proptest::prelude::*;

    /// Four states in a row with fall-backs and skips; columns: the four, end 0, end 1.
    fn four_states() -> Vec<Vec<u64>> {
        vec![
            vec![0, 60, 0, 0, 0, 40],
            vec![10, 0, 30, 0, 0, 20],
            vec![0, 6, 0, 18, 0, 6],
            vec![0, 0, 3, 0, 12, 3],
        ]
    }

    fn ends(counts: &[Vec<u64>], end: usize) -> Vec<f64> {
        let states = absorption(counts, &[], 0.0).unwrap();
        let value = |state: Option<Absorption>| state.unwrap().absorbed[end].value;
        states.into_iter().map(value).collect()
    }

    #[test]
    fn a_certain_end_has_an_interval_of_the_least_that_is_known() {
        // Twelve went on from the first state, and all of nine from the second one.
        let states = absorption(&[vec![0, 12, 0, 0], vec![0, 0, 9, 0]], &[], 0.0).unwrap();
        let of = |end: usize| &states[0].as_ref().unwrap().absorbed[end];
        for (end, value) in [(0, 1.0), (1, 0.0)] {
            assert_eq!(of(end).interval, Some(wilson_interval(value, 9.0)));
        }
    }

    #[test]
    fn a_solution_is_sound_where_each_is_a_probability_and_all_are_one() {
        assert!(is_sound(&[0.25, 0.75]) && is_sound(&[1.0 + 1e-10, -1e-10]));
        assert!(!is_sound(&[1.5, -0.5]));
        assert!(!is_sound(&[0.5, 0.25]) && !is_sound(&[0.5, 0.75]));
    }

    #[test]
    fn a_state_that_is_never_visited_bounds_no_interval() {
        for never in [0.0, -0.0] {
            let solved = Solved {
                visits: vec![vec![1.0, never], vec![0.0, 1.0]],
                moves: vec![vec![0.0, 0.0, 1.0], vec![0.0, 0.0, 1.0]],
                ends: vec![vec![1.0], vec![1.0]],
                totals: vec![12.0, 9.0],
            };
            assert_eq!(solved.estimate(0, 0).interval, Some(wilson_interval(1.0, 12.0)));
        }
    }

    #[test]
    fn check_figures_of_four_states() {
        let values = ends(&four_states(), 0);
        for (value, expected) in
            values.iter().zip([12.0 / 71.0, 20.0 / 71.0, 36.0 / 71.0, 160.0 / 213.0])
        {
            assert!(near(*value, expected));
        }
        assert_eq!(format!("{:.3}", values[0]), "0.169");
        // Multiplying the steps, which forgets those that fall back and rise again:
        assert!(near(0.6 * 0.5 * 0.6 * (12.0 / 18.0), 0.12));
        let other = ends(&four_states(), 1);
        assert!(values.iter().zip(other).all(|(a, b)| near(a + b, 1.0)));
    }

    #[test]
    fn expected_steps_of_a_fair_ruin() {
        // Symmetric walk on 1, 2, 3 between 0 and 4: steps i (4 - i), P(reach 4) = i / 4.
        let counts = vec![vec![0, 7, 0, 7, 0], vec![7, 0, 7, 0, 0], vec![0, 7, 0, 0, 7]];
        let states = absorption(&counts, &[], 0.0).unwrap();
        for (state, (steps, up)) in states.iter().zip([(3.0, 0.25), (4.0, 0.5), (3.0, 0.75)]) {
            let state = state.as_ref().unwrap();
            assert!(near(state.expected_steps, steps) && near(state.absorbed[1].value, up));
            assert_eq!(state.departures, 14);
        }
    }

    #[test]
    fn a_row_straight_to_the_ends_is_a_plain_proportion() {
        for (successes, failures) in [(26, 58), (0, 5), (5, 0)] {
            let counts = vec![vec![0, successes, failures]];
            let states = absorption(&counts, &[], 0.0).unwrap();
            let estimate = states[0].as_ref().unwrap().absorbed[0];
            let trials = successes + failures;
            let plain = Proportion { successes, trials };
            let (rate, (lower, upper)) = (plain.rate().unwrap(), plain.wilson().unwrap());
            let (low, high) = estimate.interval.unwrap();
            assert!(near(estimate.value, rate) && near(low, lower) && near(high, upper));
            let variance = rate * (1.0 - rate) / trials as f64;
            assert!(near(estimate.variance, variance));
        }
    }

    #[test]
    fn shrinking_towards_the_prior() {
        let prior = vec![vec![0.25, 0.75], vec![0.5, 0.5]];
        let empty = vec![vec![0; 4], vec![0; 4]];
        let states = absorption(&empty, &prior, 10.0).unwrap();
        let first = states[0].as_ref().unwrap();
        assert!(near(first.absorbed[0].value, 0.25) && first.departures == 0);
        // One row of 30 departures, all on to a state of even odds: (30 * .5 + 10 * .25) / 40.
        let counts = vec![vec![0, 30, 0, 0], vec![0; 4]];
        let states = absorption(&counts, &prior, 10.0).unwrap();
        let value = states[0].as_ref().unwrap().absorbed[0].value;
        assert!(near(value, (15.0 + 2.5) / 40.0));
    }

    #[test]
    fn what_can_never_be_absorbed_is_none() {
        // 0 is absorbed; 1 and 2 go round for ever; 3 may fall into them; 4 was never left.
        let counts = vec![
            vec![0, 0, 0, 0, 0, 5, 5],
            vec![0, 0, 4, 0, 0, 0, 0],
            vec![0, 4, 0, 0, 0, 0, 0],
            vec![1, 1, 0, 0, 0, 1, 0],
            vec![0; 7],
        ];
        let states = absorption(&counts, &[], 0.0).unwrap();
        let known: Vec<bool> = states.iter().map(Option::is_some).collect();
        assert_eq!(known, [true, false, false, false, false]);
        let prior = vec![vec![0.5, 0.5]; 5];
        let states = absorption(&counts, &prior, 1.0).unwrap();
        assert!(states.iter().all(Option::is_some));
    }

    #[test]
    fn bad_input_is_an_error() {
        let counts = four_states();
        assert_eq!(absorption(&[], &[], 0.0), Ok(vec![]));
        assert_eq!(absorption(&counts, &[], -1.0), Err(MarkovError::Weight));
        let missing = Err(MarkovError::Prior { state: 0 });
        assert_eq!(absorption(&counts, &[], 1.0), missing);
        assert_eq!(absorption(&counts, &vec![vec![0.5, 0.6]; 4], 1.0), missing);
        let short = Err(MarkovError::CountShape { state: 0 });
        assert_eq!(absorption(&[vec![1]], &[], 0.0), short);
        let ragged = Err(MarkovError::CountShape { state: 1 });
        let rows = [vec![0, 1, 1], vec![1]];
        assert_eq!(absorption(&rows, &[], 0.0), ragged);
        let extreme = [vec![0, u64::MAX, 1, 0], vec![u64::MAX, 0, 0, 1]];
        let singular = Err(MarkovError::Singular);
        assert_eq!(absorption(&extreme, &[], 0.0), singular);
    }

    /// The delta-method variance against 3,000 resampled chains (splitmix, fixed seed).
    #[test]
    fn the_variance_agrees_with_a_bootstrap() {
        let mut seed = 0x5eed_u64;
        let mut uniform = move |below: u64| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) % below
        };
        // Five times the counts: the delta method is a statement about large samples.
        let counts: Vec<Vec<u64>> =
            four_states().iter().map(|row| row.iter().map(|n| n * 5).collect()).collect();
        let mut resample = |row: &Vec<u64>| {
            let total: u64 = row.iter().sum();
            let mut drawn = vec![0; row.len()];
            for _ in 0..total {
                let mut left = uniform(total);
                let hit = row.iter().position(|&n| {
                    let here = left < n;
                    left = left.saturating_sub(n);
                    here
                });
                drawn[hit.unwrap()] += 1;
            }
            drawn
        };
        let runs = 3_000;
        let (mut sums, mut squares) = ([0.0; 4], [0.0; 4]);
        for _ in 0..runs {
            let drawn: Vec<Vec<u64>> = counts.iter().map(&mut resample).collect();
            for (state, value) in ends(&drawn, 0).into_iter().enumerate() {
                sums[state] += value;
                squares[state] += value * value;
            }
        }
        let states = absorption(&counts, &[], 0.0).unwrap();
        for (state, known) in states.iter().enumerate() {
            let estimate = known.as_ref().unwrap().absorbed[0];
            let mean = sums[state] / f64::from(runs);
            let drawn = (squares[state] / f64::from(runs) - mean * mean).sqrt();
            let ratio = estimate.variance.sqrt() / drawn;
            assert!((0.94..1.06).contains(&ratio), "state {state}: {ratio}");
        }
    }

    proptest! {
        #[test]
        fn known_states_end_for_certain(
            counts in prop::collection::vec(prop::collection::vec(0..4_u64, 6), 4),
            weight in prop_oneof![Just(0.0), 0.1..20.0_f64],
        ) {
            let prior = vec![vec![0.3, 0.7]; 4];
            let states = absorption(&counts, &prior, weight).unwrap();
            prop_assert!(weight <= 0.0 || states.iter().all(Option::is_some));
            for state in states.into_iter().flatten() {
                prop_assert!(state.expected_steps >= 1.0 - 1e-9);
                prop_assert!(near(state.absorbed.iter().map(|end| end.value).sum(), 1.0));
                for end in state.absorbed {
                    let (lower, upper) = end.interval.unwrap();
                    let around = lower - 1e-9..=upper + 1e-9;
                    prop_assert!(end.variance >= 0.0 && around.contains(&end.value));
                }
            }
        }
    }
}
