//! Plans that split no group: the tasks that are kept together, as far as they are placed, go to one agent.
//!
//! With groups the problem is no longer a flow (it holds bin packing), so the optimum is sought by branch and
//! bound. The plan that may split groups is never worse, and is found as before. Where it splits a group, the
//! branches are the agents to whom the group could be pinned. The best open branch is followed first, so the first
//! plan without a split is optimal (Land and Doig 1960). Most problems have few splits and end after a few plans.
//!
//! - A first plan takes the split groups out and gives them, one after the other, to the agent where they bring
//!   most. It is the answer of the fast method, and the one that the exact method must beat.
//! - Ties between branches go to the deeper one, then to the earlier one, so the same problem always gives the same plan.

use super::{FORBIDDEN, Plan, Problem, dual, exact, fast};
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};

/// The optimal plan, if about `tries` plans do to find it.
pub(super) fn exact(problem: &Problem, tries: usize) -> Plan {
    let free = exact::solve(problem);
    if splits(problem, &free).next().is_none() {
        return free;
    }
    let prices = free.prices.clone();
    let mut best = pinned_greedily(problem, free.clone(), exact::solve);
    let mut branches = BinaryHeap::from([Branch { plan: free, pins: Vec::new(), number: 0 }]);
    let mut tried = 0;
    while let Some(branch) = branches.pop().filter(|branch| branch.rank() > rank(&best)) {
        let Some(group) = splits(problem, &branch.plan).next() else { break };
        if tried >= tries {
            best.bound = match branch.plan.placed == best.placed {
                true => branch.plan.value(),
                false => dual::bound(problem, &prices, best.placed),
            };
            return best;
        }
        for agent in agents_of(problem, group) {
            let pins = [&branch.pins[..], &[(group, agent)]].concat();
            let plan = exact::solve(&pinned(problem, &pins));
            tried += 1;
            if rank(&plan) <= rank(&best) {
                continue;
            }
            if splits(problem, &plan).next().is_none() {
                best = plan;
            } else {
                branches.push(Branch { plan, pins, number: tried });
            }
        }
    }
    best.bound = best.value();
    best
}

/// A good plan, whose bound limits its distance from the optimum.
pub(super) fn fast(problem: &Problem, sample: usize) -> Plan {
    let free = fast::solve(problem, sample);
    let (placed, bound, prices) = (free.placed, free.bound, free.prices.clone());
    let mut plan = pinned_greedily(problem, free, |problem| fast::solve(problem, sample));
    plan.bound = match plan.placed == placed {
        true => bound,
        false => dual::bound(problem, &prices, plan.placed),
    };
    plan
}

/// A plan that may still split groups, and the groups that are pinned to an agent. Of equally good branches the
/// deeper one is the greater: it is nearer to a plan without a split.
struct Branch {
    plan: Plan,
    pins: Vec<(usize, usize)>,
    number: usize,
}

impl Branch {
    fn rank(&self) -> (usize, i64) {
        rank(&self.plan)
    }
}

/// The order of plans: more tasks placed, then more worth.
fn rank(plan: &Plan) -> (usize, i64) {
    (plan.placed, plan.value())
}

impl Ord for Branch {
    fn cmp(&self, other: &Branch) -> Ordering {
        let key = |branch: &Branch| (branch.rank(), branch.pins.len(), Reverse(branch.number));
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Branch {
    fn partial_cmp(&self, other: &Branch) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Branch {
    fn eq(&self, other: &Branch) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Branch {}

/// Pins every group that the plan splits to one agent, and makes the plan anew, until no group is split.
fn pinned_greedily(problem: &Problem, mut plan: Plan, solve: impl Fn(&Problem) -> Plan) -> Plan {
    let mut pins = Vec::new();
    loop {
        let split: Vec<usize> = splits(problem, &plan).collect();
        if split.is_empty() {
            return plan;
        }
        let mut taken = plan.taken.clone();
        for task in split.iter().flat_map(|group| &problem.together[*group]) {
            plan.place[*task].into_iter().for_each(|agent| taken[agent] -= 1);
        }
        for group in split {
            let offers = (0..problem.agents()).map(|agent| offer(problem, group, agent, &taken));
            if let Some((placed, _, Reverse(agent))) = offers.max() {
                taken[agent] += placed;
                pins.push((group, agent));
            }
        }
        plan = solve(&pinned(problem, &pins));
    }
}

/// How many tasks of a group an agent has room for behind those placed, and their worth; the earlier agent is
/// the greater offer.
fn offer(
    problem: &Problem,
    group: usize,
    agent: usize,
    taken: &[usize],
) -> (usize, i64, Reverse<usize>) {
    let scores = problem.together[group].iter().filter_map(|task| problem.score(*task, agent));
    let mut scores: Vec<i64> = scores.collect();
    scores.sort_unstable_by_key(|score| Reverse(*score));
    scores.truncate(problem.capacity(agent).saturating_sub(taken[agent]));
    let seats = (0..scores.len()).map(|seat| problem.seat(agent, taken[agent] + seat));
    (scores.len(), scores.iter().sum::<i64>() - seats.sum::<i64>(), Reverse(agent))
}

/// The groups whose tasks the plan gives to several agents.
fn splits<'p>(problem: &'p Problem, plan: &'p Plan) -> impl Iterator<Item = usize> {
    let is_split = |group: &usize| {
        let mut agents = problem.together[*group].iter().filter_map(|task| plan.place[*task]);
        let first = agents.next();
        agents.any(|agent| Some(agent) != first)
    };
    (0..problem.together.len()).filter(is_split)
}

/// The agents who may have a task of a group.
fn agents_of(problem: &Problem, group: usize) -> impl Iterator<Item = usize> {
    let any = move |agent: &usize| {
        problem.together[group].iter().any(|task| problem.score(*task, *agent).is_some())
    };
    (0..problem.agents()).filter(any)
}

/// The problem with groups that only one agent may have.
fn pinned(problem: &Problem, pins: &[(usize, usize)]) -> Problem {
    let width = problem.width();
    let (seats, scores) = (problem.seats.clone(), problem.scores.clone());
    let mut pinned = Problem { seats, scores, together: Vec::new(), group: HashMap::new() };
    for (group, agent) in pins {
        for task in &problem.together[*group] {
            let row = &mut pinned.scores[task * width..][..problem.agents()];
            let kept = row[*agent];
            row.fill(FORBIDDEN);
            row[*agent] = kept;
        }
    }
    pinned
}
