//! The best way to hand tasks to agents.
//!
//! A task may go to an agent if that pair has a score; every agent has a row of seats, and the
//! k-th task it takes pays the load cost of its k-th seat. Costs never fall from seat to seat, so
//! equal scores spread evenly. A plan is better if it places more tasks and, with as many placed,
//! if its value, `sum of scores - sum of load costs`, is higher.
//!
//! This is a minimum-cost flow with convex costs (Ahuja, Magnanti and Orlin, *Network Flows*,
//! 1993, chapters 9, 12 and 14). All arithmetic is in integers and no hash order enters, so the
//! same problem always gives the same plan.
//!
//! - [`Problem::exact`] finds an optimal plan (`exact.rs`).
//! - [`Problem::fast`] finds a good plan quickly (`fast.rs`).
//! - Of tasks that are alike the earlier goes to the better agent: of prospects of one value level the larger.
//! - Tasks that are kept together go to one agent: `together.rs` seeks the plan that obeys, by either method.
//!
//! Both hand back a bound that no plan can exceed (`dual.rs`), so the distance from the optimum
//! is measured, and an exact plan is proved optimal each time by a distance of zero.

mod board;
mod dual;
mod exact;
mod fast;
#[cfg(test)]
mod tests;
mod together;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

/// Scores lie in `0..=LIMIT` and load costs in `-LIMIT..=LIMIT`, so that no sum here can overflow:
/// fewer than 2^32 tasks of at most `2 * LIMIT` each stay below 2^63.
pub const LIMIT: i64 = 1_000_000_000;

/// The search keeps one cell for every ordered pair of agents: 400 MB at this many.
pub const MAX_AGENTS: usize = 10_000;

/// A pair without a score. Lower than any score, so it is never mistaken for one.
const FORBIDDEN: i32 = -1;

/// The cost of a seat that doesn't exist: more than any real path, and twice it still fits.
const FAR: i64 = i64::MAX / 4;

/// Why a problem was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// A score outside `0..=LIMIT`.
    Score { task: usize, agent: usize, score: i64 },
    /// A load cost outside `-LIMIT..=LIMIT`.
    Load { agent: usize, seat: usize, cost: i64 },
    /// A seat that costs less than the seat before it.
    FallingLoad { agent: usize, seat: usize },
    /// More than [`MAX_AGENTS`] agents.
    TooManyAgents { agents: usize },
    /// As many tasks as a 32-bit number can count.
    TooManyTasks,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Invalid::Score { task, agent, score } => {
                write!(
                    f,
                    "the score {score} of task {task} with agent {agent} is not in 0..={LIMIT}"
                )
            }
            Invalid::Load { agent, seat, cost } => {
                write!(f, "the load cost {cost} of seat {seat} of agent {agent} is beyond {LIMIT}")
            }
            Invalid::FallingLoad { agent, seat } => {
                write!(f, "seat {seat} of agent {agent} costs less than the seat before it")
            }
            Invalid::TooManyAgents { agents } => {
                write!(f, "{agents} agents are more than {MAX_AGENTS}")
            }
            Invalid::TooManyTasks => write!(f, "there are too many tasks"),
        }
    }
}

impl std::error::Error for Invalid {}

/// The tasks, the agents' seats, and the score of every allowed pair.
///
/// Staying unplaced is treated as going to one more agent, *nowhere*, whose column is the last:
/// it accepts every task at a score of 0 and has endless seats, each costing the `penalty`.
/// So the search needs no special case, and places as many tasks as can be placed.
#[derive(Debug, Clone)]
pub struct Problem {
    seats: Vec<Vec<i64>>,
    scores: Vec<i32>,
    /// Tasks of which those that are placed go to one agent; no task is in two of these groups.
    together: Vec<Vec<usize>>,
    /// The group of each task that is in one.
    group: HashMap<usize, usize>,
}

impl Problem {
    /// A problem without tasks. `seats[agent]` holds the load cost of the agent's first, second,
    /// ... task; its length is the agent's capacity.
    pub fn new(seats: Vec<Vec<i64>>) -> Result<Self, Invalid> {
        if seats.len() > MAX_AGENTS {
            return Err(Invalid::TooManyAgents { agents: seats.len() });
        }
        for (agent, costs) in seats.iter().enumerate() {
            for (seat, &cost) in costs.iter().enumerate() {
                if !(-LIMIT..=LIMIT).contains(&cost) {
                    return Err(Invalid::Load { agent, seat, cost });
                }
                if seat > 0 && cost < costs[seat - 1] {
                    return Err(Invalid::FallingLoad { agent, seat });
                }
            }
        }
        Ok(Problem { seats, scores: Vec::new(), together: Vec::new(), group: HashMap::new() })
    }

    /// Adds the next task: `score(agent)` is its score with that agent, `None` where it must not go.
    pub fn add_task(&mut self, score: impl Fn(usize) -> Option<i64>) -> Result<(), Invalid> {
        let task = self.tasks();
        if u32::try_from(task).is_err() {
            return Err(Invalid::TooManyTasks);
        }
        let mut row = Vec::with_capacity(self.width());
        for agent in 0..self.agents() {
            row.push(match score(agent) {
                None => FORBIDDEN,
                Some(score) if (0..=LIMIT).contains(&score) => score as i32,
                Some(score) => return Err(Invalid::Score { task, agent, score }),
            });
        }
        self.scores.extend(row);
        self.scores.push(0); // nowhere
        Ok(())
    }

    /// Keeps tasks together: those of them that are placed go to one agent. A task is in one group at most.
    pub fn keep_together(&mut self, tasks: Vec<usize>) {
        if tasks.len() > 1 {
            self.group.extend(tasks.iter().map(|task| (*task, self.together.len())));
            self.together.push(tasks);
        }
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.scores.len() / self.width()
    }

    /// How many agents there are.
    pub fn agents(&self) -> usize {
        self.seats.len()
    }

    /// How many tasks the agent has seats for.
    pub fn capacity(&self, agent: usize) -> usize {
        self.seats.get(agent).map_or(0, Vec::len)
    }

    /// The score of the pair, `None` where it is not allowed.
    pub fn score(&self, task: usize, agent: usize) -> Option<i64> {
        let known = task < self.tasks() && agent < self.agents();
        let score = if known { self.row(task)[agent] } else { FORBIDDEN };
        (score != FORBIDDEN).then_some(i64::from(score))
    }

    /// An optimal plan. Where groups must be kept together, at most `tries` plans are made to find it; if they
    /// do not do, the best plan so far is the answer, and its bound limits its distance from the optimum.
    pub fn exact(&self, tries: usize) -> Plan {
        together::exact(self, tries).settled(self)
    }

    /// A good plan for very large problems, in a fraction of the time. Small ones get the exact plan, unless
    /// groups must be kept together.
    pub fn fast(&self) -> Plan {
        together::fast(self, fast::SAMPLE).settled(self)
    }

    /// The tasks that go where a task goes, itself included.
    pub fn with(&self, task: usize) -> Vec<usize> {
        self.group.get(&task).map_or_else(|| vec![task], |group| self.together[*group].clone())
    }

    fn nowhere(&self) -> usize {
        self.seats.len()
    }

    fn width(&self) -> usize {
        self.seats.len() + 1
    }

    /// The task's scores with every agent, then nowhere's.
    fn row(&self, task: usize) -> &[i32] {
        &self.scores[task * self.width()..][..self.width()]
    }

    /// The load cost of an agent's next task when it has `taken` already.
    fn seat(&self, agent: usize, taken: usize) -> i64 {
        match self.seats.get(agent) {
            Some(costs) => costs.get(taken).copied().unwrap_or(FAR),
            None => self.penalty(),
        }
    }

    /// The cost of leaving a task unplaced: more than any chain of moves that places it can
    /// lose, since such a chain visits every agent at most once and pays one seat at its end.
    fn penalty(&self) -> i64 {
        2 * LIMIT * (self.agents() as i64 + 3)
    }
}

/// The tasks of each agent, and the worth of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The agent of every task.
    pub place: Vec<Option<usize>>,
    /// How many tasks every agent has.
    pub taken: Vec<usize>,
    /// How many tasks are placed; no plan places more, unless groups are kept together by the fast method.
    pub placed: usize,
    /// The sum of the scores of the placed tasks.
    pub score: i64,
    /// The sum of the load costs of their seats.
    pub load: i64,
    /// No plan that places as many tasks has a higher value than this.
    pub bound: i64,
    /// The worth of a seat with each agent, and nowhere: the bound follows from it.
    prices: Vec<i64>,
}

/// Why a task stays unplaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unplaced {
    /// No agent is allowed to have it.
    NoAgentAllowed,
    /// All agents that may have it are full, and no shift of other tasks makes room
    /// without leaving another one out.
    AllAllowedFull,
}

/// The agent that would be next in line for a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunnerUp {
    pub agent: usize,
    /// The score there of all that would go, less the load cost of its seats there.
    pub net: i64,
    /// The loss of the plan if the task went there instead.
    pub behind: i64,
}

impl Plan {
    /// `place` holds an agent or nowhere for every task; `prices` serve the bound alone.
    fn new(problem: &Problem, place: &[usize], prices: &[i64]) -> Self {
        let mut taken = vec![0; problem.agents()];
        let (mut placed, mut score, mut load) = (0, 0, 0);
        for (task, &agent) in place.iter().enumerate() {
            if agent != problem.nowhere() {
                score += i64::from(problem.row(task)[agent]);
                load += problem.seat(agent, taken[agent]);
                taken[agent] += 1;
                placed += 1;
            }
        }
        Plan {
            place: place
                .iter()
                .map(|&agent| (agent != problem.nowhere()).then_some(agent))
                .collect(),
            taken,
            placed,
            score,
            load,
            bound: dual::bound(problem, prices, placed),
            prices: prices.to_vec(),
        }
    }

    /// The plan in which, of tasks that have equal scores with every agent, the earlier goes where the score is higher: it
    /// is worth as much. Tasks that are kept together stay where they are.
    fn settled(mut self, problem: &Problem) -> Plan {
        let mut alike: HashMap<&[i32], Vec<usize>> = HashMap::new();
        for task in (0..problem.tasks()).filter(|task| !problem.group.contains_key(task)) {
            alike.entry(problem.row(task)).or_default().push(task);
        }
        for (row, tasks) in alike {
            let mut places: Vec<Option<usize>> =
                tasks.iter().map(|task| self.place[*task]).collect();
            places.sort_by_key(|place| Reverse(place.map(|agent| row[agent])));
            tasks.into_iter().zip(places).for_each(|(task, place)| self.place[task] = place);
        }
        self
    }

    /// The worth of the plan: scores less load costs.
    pub fn value(&self) -> i64 {
        self.score - self.load
    }

    /// How far, at most, the value is from the optimum.
    pub fn gap(&self) -> i64 {
        self.bound - self.value()
    }

    /// Why the task is unplaced; `None` if it has an agent.
    pub fn unplaced(&self, problem: &Problem, task: usize) -> Option<Unplaced> {
        if self.place.get(task)?.is_some() {
            return None;
        }
        let anyone = (0..problem.agents()).any(|agent| problem.score(task, agent).is_some());
        Some(if anyone { Unplaced::AllAllowedFull } else { Unplaced::NoAgentAllowed })
    }

    /// The best other agent that may have the task, and all that is kept together with it, and has room; the
    /// earlier one if two are equal. `None` if there is no such agent, or the task itself is unplaced.
    pub fn runner_up(&self, problem: &Problem, task: usize) -> Option<RunnerUp> {
        let own = (*self.place.get(task)?)?;
        let mut tasks = problem.with(task);
        tasks.retain(|task| self.place[*task].is_some());
        // The worth of the tasks with an agent, from the first of these seats on.
        let net = |agent: usize, first: usize| {
            let scores = tasks.iter().map(|task| problem.score(*task, agent));
            let seats = (first..first + tasks.len()).map(|seat| problem.seat(agent, seat));
            Some(scores.sum::<Option<i64>>()? - seats.sum::<i64>())
        };
        let here = net(own, self.taken.get(own)?.checked_sub(tasks.len())?)?;
        (self.taken.iter().enumerate())
            .filter(|&(agent, &taken)| {
                agent != own && taken + tasks.len() <= problem.capacity(agent)
            })
            .filter_map(|(agent, &taken)| {
                let net = net(agent, taken)?;
                Some(RunnerUp { agent, net, behind: here - net })
            })
            .min_by_key(|other| other.behind)
    }
}
