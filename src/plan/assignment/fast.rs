//! A good plan for very large problems, with prices learnt from a sample.
//!
//! Most of the exact search goes into finding out the worth of a seat with each agent. A sample
//! of the tasks with as large a share of the seats tells nearly as much: its optimal prices are
//! close to those of the whole. They become *floors*: a seat costs its load cost, but at least
//! its agent's floor. Then nearly every task goes straight to its agent, and few are pushed on.
//!
//! The result is optimal for seats at floor prices, so it places as many tasks as can be placed.
//! It is optimal for the real costs as well if all seats below the floors are taken; one that is
//! left empty widens the gap by the floor's share of it (see `dual.rs`). So the floors are
//! lowered a little beforehand, those that still prove too high once or twice again, and the gap is
//! measured in the end.

use super::{FAR, LIMIT, Plan, Problem, dual, exact};
use std::cmp::Reverse;
use std::collections::HashMap;

/// How many tasks the sample has. Problems no larger than this are planned exactly.
pub(super) const SAMPLE: usize = 5_000;

/// How many of the seats that will be taken may lie below the floors, in percent. Fewer leave a
/// smaller gap and more work: 85 needs up to twice the time of 95.
const BELOW_FLOOR: usize = 95;

/// A gap of at most this part of the value is close enough: 0.1 %.
const CLOSE: i64 = 1000;

/// How often, at most, the floors are tried.
const PASSES: usize = 3;

/// A good plan, by way of a sample of about `sample` tasks.
pub(super) fn solve(problem: &Problem, sample: usize) -> Plan {
    let stride = problem.tasks().div_ceil(sample.max(1));
    if stride <= 1 {
        return exact::solve(problem);
    }
    let thin = thinned(problem, stride);
    let (place, prices) = exact::place(&thin);
    let placed = place.iter().filter(|&&agent| agent != thin.nowhere()).count();
    let mut floors = floors(problem, &prices, placed * stride * BELOW_FLOOR / 100);
    let mut best = plan_above(problem, &floors);
    let mut taken = best.taken.clone();
    for _ in 1..PASSES {
        if best.gap() <= best.value().abs() / CLOSE {
            break;
        }
        // A floor left seats empty that are cheaper: it was too high.
        for (agent, floor) in floors.iter_mut().enumerate().take(problem.agents()) {
            *floor = problem.seat(agent, taken[agent]).min(*floor);
        }
        let plan = plan_above(problem, &floors);
        taken.clone_from(&plan.taken);
        let bound = plan.bound.min(best.bound);
        if plan.value() > best.value() {
            best = plan;
        }
        best.bound = bound;
    }
    best
}

fn plan_above(problem: &Problem, floors: &[i64]) -> Plan {
    let (place, prices) = exact::place_above(problem, floors, by_offer(problem, floors));
    Plan::new(problem, &place, &prices)
}

/// One task of every `stride`, and the middle one of every `stride` seats. A fixed scramble picks
/// the task, so that no rhythm in the order of the tasks can mislead the sample.
fn thinned(problem: &Problem, stride: usize) -> Problem {
    let seats = (problem.seats.iter())
        .map(|costs| costs.iter().copied().skip(stride / 2).step_by(stride).collect())
        .collect();
    let mut thin =
        Problem { seats, scores: Vec::new(), together: Vec::new(), group: HashMap::new() };
    for group in 0..problem.tasks() / stride {
        let scramble = (group as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let task = group * stride + scramble as usize % stride;
        thin.scores.extend_from_slice(problem.row(task));
    }
    thin
}

/// The sample's prices as floors, all lowered by the least amount that leaves at most `wanted`
/// seats below them. An equal shift leaves every task's preference between agents as it is.
fn floors(problem: &Problem, prices: &[i64], wanted: usize) -> Vec<i64> {
    let penalty = problem.penalty();
    let floor = |&price: &i64| match price {
        FAR.. => -LIMIT, // no seat in the sample: nothing is known
        // Where seats are short, a price is the penalty and, on top, the worth of a seat.
        short if short > penalty / 2 => (short - penalty).clamp(-LIMIT, LIMIT),
        enough => enough.clamp(-LIMIT, LIMIT),
    };
    let floors: Vec<i64> = prices.iter().map(floor).collect();
    let seats_below = |shift: i64| -> usize {
        let agents = problem.seats.iter().zip(&floors);
        agents.map(|(costs, floor)| costs.partition_point(|&cost| cost < floor - shift)).sum()
    };
    let (mut least, mut most) = (0, 2 * LIMIT);
    while least < most {
        let middle = (least + most) / 2;
        if seats_below(middle) <= wanted {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    floors.into_iter().map(|floor| floor - least).collect()
}

/// The tasks in falling order of their best offer: where seats are short, those that will stay
/// unplaced come last and push no one out.
fn by_offer(problem: &Problem, floors: &[i64]) -> impl Iterator<Item = usize> {
    let mut order: Vec<(Reverse<Option<i64>>, usize)> = (0..problem.tasks())
        .map(|task| (Reverse(dual::best_offer(problem, floors, task)), task))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, task)| task)
}
