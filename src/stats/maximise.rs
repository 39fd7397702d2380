//! The greatest value of a function of a few positive numbers, found without derivatives.

use basin::{CostFunction, Executor, NelderMead, SimplexProgress};
use std::convert::Infallible;

/// Each number lies between 1 / `REACH` and `REACH`: so every figure made of it is finite.
pub(super) const REACH: f64 = 1e3;
/// Steps of the first look from each start, and of every later search.
const LOOK: u64 = 150;
const SEARCH: u64 = 2_000;
/// A search begins anew from its end until it gains less than this share of the value.
const GAIN: f64 = 1e-12;
/// At most so many searches.
const SEARCHES: usize = 20;

/// The function to minimise, of the logarithms of the numbers.
struct Negative<'f, F>(&'f F);

impl<F: Fn(&[f64]) -> f64> CostFunction for Negative<'_, F> {
    type Param = Vec<f64>;
    type Output = f64;
    type Error = Infallible;

    fn cost(&self, logs: &Vec<f64>) -> Result<f64, Infallible> {
        let inside = logs.iter().all(|log| log.abs() <= REACH.ln());
        let value = if inside { (self.0)(&numbers(logs)) } else { f64::NEG_INFINITY };
        Ok(if value.is_finite() { -value } else { f64::INFINITY })
    }
}

/// Is a number at the end of its reach: have the data no greatest value within it?
pub(super) fn is_at_the_end(number: f64) -> bool {
    !(1.001 / REACH..=0.999 * REACH).contains(&number)
}

fn numbers(logs: &[f64]) -> Vec<f64> {
    logs.iter().map(|log| log.exp()).collect()
}

/// The numbers, each within [`REACH`], at which `value` is greatest, and that value. `None` if no start has a
/// finite one. Deterministic.
///
/// The simplex method on the logarithms of the numbers: a short look from each start, then the best of them, from
/// whose end the search begins anew with a fresh simplex until that brings no more. A value that is not finite counts as
/// the least of all.
///
/// Source: Nelder and Mead, The Computer Journal 7 (1965); restarts as in Kelley, SIAM Journal on Optimization 10
/// (1999).
pub(super) fn greatest(
    starts: &[&[f64]],
    value: impl Fn(&[f64]) -> f64,
) -> Option<(Vec<f64>, f64)> {
    let search = |from: &[f64], steps: u64| -> Option<(Vec<f64>, f64)> {
        let state = SimplexProgress::new(from.to_vec());
        let run = Executor::new(Negative(&value), NelderMead::new(), state).max_iter(steps).run();
        let result = run.ok()?;
        let cost = result.cost();
        cost.is_finite().then(|| (result.param().clone(), -cost))
    };
    let logs = |start: &&[f64]| start.iter().map(|number| number.ln()).collect::<Vec<f64>>();
    let looks = starts.iter().filter_map(|start| search(&logs(start), LOOK));
    let mut best = looks.reduce(|best, look| if look.1 > best.1 { look } else { best })?;
    for _ in 0..SEARCHES {
        let Some(next) = search(&best.0, SEARCH) else { break };
        let gain = next.1 - best.1;
        if gain > 0.0 {
            best = next;
        }
        if gain <= GAIN * best.1.abs() {
            break;
        }
    }
    Some((numbers(&best.0), best.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_a_curved_ridge_is_found() {
        let ridge = |x: &[f64]| -(1.0 - x[0]).powi(2) - 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let (top, value) = greatest(&[&[5.0, 0.2]], ridge).unwrap();
        assert!(top.iter().all(|x| (x - 1.0).abs() < 1e-4), "{top:?}");
        assert!(value <= 0.0 && value > -1e-8);
    }

    #[test]
    fn a_top_beyond_reach_ends_at_the_limit_and_nothing_finite_is_none() {
        let (top, _) = greatest(&[&[1.0]], |x| x[0]).unwrap();
        assert!(top[0] <= REACH && top[0] > 0.999 * REACH, "{top:?}");
        assert!(greatest(&[&[1.0]], |_| f64::NAN).is_none());
        assert!(greatest(&[], |x: &[f64]| x[0]).is_none());
        // A hole in the function is no top.
        let (top, _) = greatest(&[&[1.0]], |x| if x[0] > 2.0 { f64::NAN } else { x[0] }).unwrap();
        assert!((top[0] - 2.0).abs() < 1e-3, "{top:?}");
    }
}
