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
    solve_in(problem, sample, PASSES)
}

/// A good plan of at most so many passes. A later pass counts only if its plan is worth more.
fn solve_in(problem: &Problem, sample: usize, passes: usize) -> Plan {
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
    for _ in 1..passes {
        if is_close(best.gap(), best.value()) {
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

fn is_close(gap: i64, value: i64) -> bool {
    gap <= value.abs() / CLOSE
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_of_a_thousandth_is_close_and_more_is_not() {
        for value in [1000, -1000, 1999] {
            assert!(is_close(0, value) && is_close(1, value) && !is_close(2, value));
        }
        assert!(is_close(0, 0) && !is_close(1, 999));
    }

    #[test]
    fn floors_leave_as_many_seats_below_them_as_are_wanted() {
        let problem = Problem::new(vec![vec![0, 1, 2, 3], vec![0, 5]]).unwrap();
        // Floors of 10 and 9, and that of nowhere: below 2 and 1 lie two and one of the seats.
        let shifted = |wanted| floors(&problem, &[10, 9, 10], wanted);
        assert_eq!(shifted(3), [2, 1, 2]);
        assert_eq!(shifted(6), [10, 9, 10], "all of them");
        assert_eq!(shifted(0), [0, -1, 0]);
        // Up to half the penalty, a price is that of a seat of which there are enough.
        let half = problem.penalty() / 2;
        assert_eq!(floors(&problem, &[half, half + 1, 0], 6), [LIMIT, -LIMIT, 0]);
    }

    /// The next of numbers that look random and never change.
    fn next(state: &mut u64) -> i64 {
        *state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (*state >> 33) as i64
    }

    #[test]
    fn a_sample_of_all_tasks_is_planned_exactly() {
        let mut state = 7;
        for _ in 0..100 {
            let problem = random(&mut state, 9);
            assert_eq!(solve(&problem, problem.tasks()), exact::solve(&problem));
        }
    }

    /// Three agents of six seats, and 15 tasks.
    fn random(state: &mut u64, range: i64) -> Problem {
        let mut seats = vec![Vec::new(); 3];
        for costs in &mut seats {
            costs.extend((0..6).map(|_| next(state) % range));
            costs.sort_unstable();
        }
        let mut problem = Problem::new(seats).unwrap();
        for _ in 0..15 {
            let scores = [(); 3].map(|()| next(state) % range);
            problem.add_task(|agent| Some(scores[agent])).unwrap();
        }
        problem
    }

    #[test]
    fn a_later_pass_counts_only_if_its_plan_is_worth_more() {
        let (mut better, mut as_good) = (0, 0);
        let mut state = 1;
        for round in 0..600 {
            let problem = random(&mut state, 3 + round % 8);
            let first = solve_in(&problem, 4, 1);
            for passes in [2, 3] {
                let later = solve_in(&problem, 4, passes);
                assert!(later.value() >= first.value() && later.bound <= first.bound);
                if later.value() > first.value() {
                    better += 1;
                } else {
                    as_good += 1;
                    assert_eq!(later.place, first.place);
                }
            }
        }
        assert!(better > 0 && as_good > 0, "{better} {as_good}");
    }
}
