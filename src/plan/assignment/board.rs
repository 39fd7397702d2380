//! The tasks of each agent, and the cost of moving one of them on.

use super::{FORBIDDEN, Problem};
use std::cmp::Reverse;

/// No task can move along this pair of agents.
pub(super) const NO_MOVE: i32 = i32::MAX;

pub(super) struct AssignmentBoard<'a> {
    pub problem: &'a Problem,
    /// Every task's agent; nowhere for those not seen yet.
    pub place: Vec<usize>,
    /// Every agent's tasks, and nowhere's.
    members: Vec<Vec<u32>>,
    /// For every ordered pair of agents, the least score that moving a task along it loses.
    /// It is exact when set and falls as tasks come; when one leaves it may be too low until
    /// [`AssignmentBoard::cheapest`] looks again. Looking only at pairs in use saves most of the work.
    loss: Vec<i32>,
}

impl<'a> AssignmentBoard<'a> {
    pub fn new(problem: &'a Problem) -> Self {
        let width = problem.width();
        AssignmentBoard {
            problem,
            place: vec![problem.nowhere(); problem.tasks()],
            members: vec![Vec::new(); width],
            loss: vec![NO_MOVE; width * width],
        }
    }

    /// How many tasks the agent holds.
    pub fn taken(&self, agent: usize) -> usize {
        self.members[agent].len()
    }

    /// The load cost of the agent's next seat.
    pub fn next_seat(&self, agent: usize) -> i64 {
        self.problem.seat(agent, self.taken(agent))
    }

    /// A lower bound on the loss of moving one of the agent's tasks to every other agent.
    pub fn losses(&self, from: usize) -> &[i32] {
        let width = self.problem.width();
        &self.loss[from * width..][..width]
    }

    /// The task that loses least by moving along the pair, and its loss; of equals the latest,
    /// so that earlier tasks keep their place.
    pub fn cheapest(&mut self, from: usize, to: usize) -> Option<(usize, i32)> {
        let row = |task: u32| self.problem.row(task as usize);
        let allowed = self.members[from].iter().filter(|task| row(**task)[to] != FORBIDDEN);
        let best = allowed.map(|&task| (row(task)[from] - row(task)[to], Reverse(task))).min();
        let least = best.map_or(NO_MOVE, |(loss, _)| loss);
        self.loss[from * self.problem.width() + to] = least;
        best.map(|(_, Reverse(task))| (task as usize, least))
    }

    /// Gives a new task to an agent.
    pub fn put(&mut self, task: usize, agent: usize) {
        self.place[task] = agent;
        self.members[agent].push(task as u32);
        let row = self.problem.row(task);
        let width = row.len();
        for (loss, &score) in self.loss[agent * width..][..width].iter_mut().zip(row) {
            if score != FORBIDDEN {
                *loss = (*loss).min(row[agent] - score);
            }
        }
    }

    /// Moves a task from its agent to another.
    pub fn shift(&mut self, task: usize, to: usize) {
        let members = &mut self.members[self.place[task]];
        if let Some(at) = members.iter().position(|&member| member as usize == task) {
            members.swap_remove(at);
        }
        self.put(task, to);
    }
}
