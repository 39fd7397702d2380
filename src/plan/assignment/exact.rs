//! The optimal plan, by successive shortest paths on the graph of agents.
//!
//! The tasks enter one by one. A task either takes a free seat, or pushes another task on to
//! another agent, which may push one on in turn, until a seat is taken (nowhere always has one).
//! The cheapest such chain keeps the plan optimal for the tasks so far (Ahuja, Magnanti and
//! Orlin, section 9.7). As the tasks of an agent compete on their loss alone, the graph needs one
//! node per agent, not one per task: Dijkstra's method costs `O(agents^2)` at most, and stops as
//! soon as the cheapest chain is known.
//!
//! Every agent carries a price, the cost of its cheapest chain to a seat. Prices keep the length
//! of every edge at zero or more (reduced costs), and prove the plan optimal in the end.
//!
//! Ties: a task takes the earliest of equally good free seats, in the order of the agents, before
//! it pushes any other task on; of tasks that can be pushed on at the same loss, the latest goes.

use super::board::{AssignmentBoard, NO_MOVE};
use super::{FAR, FORBIDDEN, LIMIT, Plan, Problem};

/// An optimal plan.
pub(super) fn solve(problem: &Problem) -> Plan {
    let (place, prices) = place(problem);
    Plan::new(problem, &place, &prices)
}

/// Every task's agent (or nowhere) in an optimal plan, and the price of every agent (and nowhere).
pub(super) fn place(problem: &Problem) -> (Vec<usize>, Vec<i64>) {
    place_above(problem, &vec![-LIMIT; problem.width()], 0..problem.tasks())
}

/// The best plan for seats that cost at least their agent's floor (no floor may be above `LIMIT`).
/// The order of the tasks decides between equally good plans, and the time it needs.
pub(super) fn place_above(
    problem: &Problem,
    floors: &[i64],
    order: impl Iterator<Item = usize>,
) -> (Vec<usize>, Vec<i64>) {
    let mut search = Search::new(problem, floors);
    for task in order {
        search.insert(task);
    }
    (search.board.place, search.prices)
}

struct Search<'a> {
    board: AssignmentBoard<'a>,
    floors: &'a [i64],
    prices: Vec<i64>,
    /// The last search: how far every agent is from the task, at reduced costs,
    distance: Vec<i64>,
    /// through which agent (itself, if straight from the task),
    from: Vec<usize>,
    /// and whether that is final.
    settled: Vec<bool>,
}

impl<'a> Search<'a> {
    fn new(problem: &'a Problem, floors: &'a [i64]) -> Self {
        let width = problem.width();
        let first_seat = |agent: usize| problem.seat(agent, 0).max(floors[agent]);
        Search {
            board: AssignmentBoard::new(problem),
            floors,
            prices: (0..width).map(first_seat).collect(),
            distance: vec![FAR; width],
            from: (0..width).collect(),
            settled: vec![false; width],
        }
    }

    /// Places one more task by the cheapest chain.
    fn insert(&mut self, task: usize) {
        let (moves, agent) = loop {
            let (end, length) = self.nearest_seat(task);
            if let Some(chain) = self.chain(end) {
                self.raise_prices(length);
                break chain;
            }
            // A remembered loss was too low. It is right now, so this ends.
        };
        for (moved, to) in moves {
            self.board.shift(moved, to);
        }
        self.board.put(task, agent);
    }

    /// Dijkstra's method from the task to the nearest free seat: its agent and the distance.
    /// If seats straight from the task are as near, it is the first of those.
    fn nearest_seat(&mut self, task: usize) -> (usize, i64) {
        let mut next = self.start(task);
        let mut next_distance = 0;
        let (mut end, mut nearest) = (next, FAR);
        while next_distance < nearest {
            let (agent, distance) = (next, next_distance);
            self.settled[agent] = true;
            let base = distance - self.prices[agent];
            if base + self.seat(agent) < nearest {
                (end, nearest) = (agent, base + self.seat(agent));
            }
            next_distance = FAR;
            let edges = self.board.losses(agent).iter().zip(&self.prices);
            let others = self.distance.iter_mut().zip(&mut self.from).zip(&self.settled);
            for (other, ((&loss, price), ((known, from), &settled))) in
                edges.zip(others).enumerate()
            {
                let by_here = if loss == NO_MOVE { FAR } else { base + i64::from(loss) + price };
                if by_here < *known {
                    (*known, *from) = (by_here, agent);
                }
                if !settled && *known < next_distance {
                    (next, next_distance) = (other, *known);
                }
            }
        }
        let as_near = |agent: &usize| {
            self.from[*agent] == *agent
                && self.distance[*agent] - self.prices[*agent] + self.seat(*agent) == nearest
        };
        let straight = (0..self.prices.len()).find(as_near);
        (straight.unwrap_or(end), nearest)
    }

    /// The cost of the agent's next seat.
    fn seat(&self, agent: usize) -> i64 {
        self.board.next_seat(agent).max(self.floors[agent])
    }

    /// Sets the distances straight from the task, from its best offer on; returns the nearest agent.
    fn start(&mut self, task: usize) -> usize {
        let row = self.board.problem.row(task);
        let (mut nearest, mut best) = (self.board.problem.nowhere(), -FAR);
        for (agent, (&score, price)) in row.iter().zip(&self.prices).enumerate() {
            let offer = if score == FORBIDDEN { -FAR } else { i64::from(score) - price };
            self.distance[agent] = -offer;
            self.from[agent] = agent;
            if offer > best {
                (nearest, best) = (agent, offer);
            }
        }
        for distance in &mut self.distance {
            *distance += best;
        }
        self.settled.fill(false);
        nearest
    }

    /// The moves along the path to `end`, last one first, and the agent that gets the new task.
    /// `None` if one of the moves loses more than was remembered.
    fn chain(&mut self, end: usize) -> Option<(Vec<(usize, usize)>, usize)> {
        let mut moves = Vec::new();
        let mut to = end;
        while self.from[to] != to {
            let from = self.from[to];
            let remembered = self.board.losses(from)[to];
            let (task, loss) = self.board.cheapest(from, to)?;
            if loss != remembered {
                return None;
            }
            moves.push((task, to));
            to = from;
        }
        Some((moves, to))
    }

    /// An agent nearer than the seat just taken has a longer way to the next one by that much.
    fn raise_prices(&mut self, nearest: i64) {
        for (price, distance) in self.prices.iter_mut().zip(&self.distance) {
            *price += (nearest - distance).max(0);
        }
    }
}
