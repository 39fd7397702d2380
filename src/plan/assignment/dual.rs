//! An upper bound on the value of every plan, by weak duality.

use super::{FORBIDDEN, Problem};

/// No plan that places `placed` tasks is worth more than this, whatever the prices.
///
/// Let every seat of agent `a` be sold at the price `p[a]`. An agent with a task then pays the
/// price and the agent earns it, so a plan's value is
///
/// `sum over placed tasks of (score - p[a])  +  sum over agents of (p[a] * taken - load costs)`.
///
/// The first sum is at most that of the `placed` tasks with the best offers, each at its best
/// agent; the second at most what every agent earns on the seats that cost less than its price.
/// At optimal prices the two sides are equal (Ahuja, Magnanti and Orlin, section 9.4).
pub(super) fn bound(problem: &Problem, prices: &[i64], placed: usize) -> i64 {
    let mut offers: Vec<i64> =
        (0..problem.tasks()).filter_map(|task| best_offer(problem, prices, task)).collect();
    if placed < offers.len() {
        offers.select_nth_unstable_by(placed, |a, b| b.cmp(a));
        offers.truncate(placed);
    }
    let tasks: i128 = offers.iter().map(|&offer| i128::from(offer)).sum();
    let agents: i128 = (problem.seats.iter().zip(prices))
        .flat_map(|(costs, price)| costs.iter().map(move |cost| i128::from((price - cost).max(0))))
        .sum();
    i64::try_from(tasks + agents).unwrap_or(i64::MAX)
}

/// The most a task can bring after paying for its seat; `None` if no agent may have it.
pub(super) fn best_offer(problem: &Problem, prices: &[i64], task: usize) -> Option<i64> {
    (problem.row(task)[..problem.agents()].iter().zip(prices))
        .filter(|(score, _)| **score != FORBIDDEN)
        .map(|(score, price)| i64::from(*score) - price)
        .max()
}
