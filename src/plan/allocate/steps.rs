//! A plan as its readers see it: placements, the prospects that stay in the pool, the pairs of each, and the entries
//! that carry the plan out.

use super::{Allocation, Candidate, Filled, Giver, roles};
use crate::diag::Words;
use crate::plan::PlanProspect;
use crate::rules::team::allocation::Fit;
use crate::rules::team::eligibility::{Barrier, full};
use crate::value::label::Lang;
use crate::value::text::Text;
use std::cmp::Reverse;

/// A pair as the plan sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The member's place in the team.
    pub member: usize,
    /// How well they fit.
    pub fit: Fit,
    /// The weighted sum.
    pub score: i64,
    /// The deduction for load: of its seat in the plan, or of the next one; `None` without a seat.
    pub load: Option<i64>,
    /// Why the rep cannot have it, if so.
    pub barrier: Option<Barrier>,
}

impl Pair {
    /// The score less the load.
    pub fn net(&self) -> i64 {
        self.score - self.load.unwrap_or(0)
    }
}

/// A prospect's place in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Its position among the prospects.
    pub prospect: usize,
    /// With the rep it goes to.
    pub pair: Pair,
    /// The second-best rep, and the loss of the plan by that choice.
    pub runner_up: Option<(Pair, i64)>,
}

/// A prospect that stays in the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its position among the prospects.
    pub prospect: usize,
    /// Why.
    pub reason: String,
}

/// An entry that a plan would write: a prospect, its new owner, and the reason.
#[derive(Debug, Clone)]
pub struct Step {
    /// The prospect.
    pub prospect: PlanProspect,
    /// The rep.
    pub rep: Text,
    /// The reason in the entry.
    pub reason: Words,
    /// The helpers in the entry: role and rep.
    pub serves: Vec<(Text, Text)>,
}

impl Allocation<'_> {
    /// The placements, in the order of the prospects.
    pub fn placements(&self) -> Vec<Placement> {
        (0..self.prospects.len())
            .filter_map(|prospect| {
                let rep = self.plan.place[prospect]?;
                let next = self.plan.runner_up(&self.problem, prospect);
                Some(Placement {
                    prospect,
                    pair: self.pair(prospect, self.reps[rep]),
                    runner_up: next
                        .map(|next| (self.pair(prospect, self.reps[next.agent]), next.behind)),
                })
            })
            .collect()
    }

    /// The prospects that stay in the pool, with the reasons.
    pub fn left(&self, lang: Lang) -> Vec<Left> {
        (0..self.prospects.len())
            .filter_map(|prospect| {
                let why = self.plan.unplaced(&self.problem, prospect)?;
                Some(Left { prospect, reason: self.reason(prospect, why, lang) })
            })
            .collect()
    }

    /// A prospect with every member: members who can have it first, the best first, then the longest wait.
    pub fn pairs(&self, prospect: usize) -> Vec<Pair> {
        let members = (0..self.team.members.len()).filter(|member| self.giver.serves(*member));
        let mut pairs: Vec<Pair> = members.map(|member| self.pair(prospect, member)).collect();
        let own = self.plan.place[prospect].map(|rep| self.reps[rep]);
        pairs.sort_by(|a, b| {
            let key = |pair: &Pair| {
                (Some(pair.member) != own, pair.barrier.is_some(), Reverse(pair.net()))
            };
            let wait = |pair: &Pair| &self.team.members[pair.member];
            key(a).cmp(&key(b)).then_with(|| wait(a).waited(wait(b)))
        });
        pairs
    }

    /// The member who gets a prospect: the place in the team.
    pub fn member_of(&self, prospect: usize) -> Option<usize> {
        self.plan.place[prospect].map(|rep| self.reps[rep])
    }

    /// How many the plan gives to each member, in the order of the team.
    pub fn given(&self) -> Vec<u32> {
        let mut given = vec![0; self.team.members.len()];
        for (rep, taken) in self.plan.taken.iter().enumerate() {
            given[self.reps[rep]] = u32::try_from(*taken).unwrap_or(u32::MAX);
        }
        given
    }

    fn pair(&self, prospect: usize, member: usize) -> Pair {
        let candidate = &self.prospects[prospect];
        let fit = candidate.fits[member];
        let rep = self.reps.iter().position(|place| *place == member);
        let load = rep.and_then(|rep| {
            let own = self.plan.place[prospect] == Some(rep);
            let seat = self.plan.taken[rep].checked_sub(usize::from(own))?;
            self.seats[rep].get(seat).copied()
        });
        let member_of = &self.team.members[member];
        let barrier = candidate
            .barrier(&self.eligibility, &self.team, member)
            .or_else(|| full(member_of, self.care))
            .or_else(|| self.split(prospect, member))
            .or_else(|| {
                let given = rep.map_or(0, |rep| self.plan.taken[rep]);
                let held = member_of
                    .held(self.care)
                    .saturating_add(u32::try_from(given).unwrap_or(u32::MAX));
                let capacity = member_of.capacity(self.care).unwrap_or(held);
                load.is_none().then_some(Barrier::Full { held, capacity })
            });
        Pair { member, fit, score: fit.score(self.strategies.weights()), load, barrier }
    }

    /// That a prospect which stays in the pool is of an account that the plan gives to another member.
    fn split(&self, prospect: usize, member: usize) -> Option<Barrier> {
        let account = self.prospects[prospect].account()?;
        let others = self.problem.with(prospect);
        let to = others.iter().find_map(|other| self.member_of(*other))?;
        (self.plan.place[prospect].is_none() && to != member).then(|| Barrier::Account {
            account: account.into(),
            with: vec![self.team.members[to].rep.id.clone()],
        })
    }

    /// The reps who must wait for a prospect that they had before, and why: the prospect's position, the
    /// member's place.
    pub fn waits(&self) -> Vec<(usize, usize, Barrier)> {
        let lost = |(at, candidate): (usize, &Candidate)| {
            let members = candidate.obstacles.lost_by();
            members.map(|member| (at, member)).collect::<Vec<_>>()
        };
        let waits = |(at, member): (usize, usize)| {
            let barrier = self.prospects[at].barrier(&self.eligibility, &self.team, member)?;
            matches!(barrier, Barrier::Waits { .. }).then_some((at, member, barrier))
        };
        self.prospects.iter().enumerate().flat_map(lost).filter_map(waits).collect()
    }

    /// The plan as entries.
    pub fn steps(&self) -> Vec<Step> {
        let (en, zh) = match self.giver {
            Giver::Pool => ("allocated".to_owned(), "分配".to_owned()),
            Giver::Rep { place, .. } => {
                let from = &self.team.members[place].rep.id;
                (format!("handed over by {from}"), format!("{from}移交"))
            }
        };
        let step = |(placement, filled): (Placement, Vec<Filled>)| {
            let why = |lang| self.why(placement.prospect, &placement.pair, lang);
            Step {
                prospect: self.prospects[placement.prospect].prospect.clone(),
                rep: self.team.members[placement.pair.member].rep.id.clone(),
                reason: Words::both(
                    format!("{en}: {}", why(Lang::En)),
                    format!("{zh}：{}", why(Lang::Zh)),
                ),
                serves: roles(&filled, &self.team),
            }
        };
        self.placements().into_iter().zip(self.helpers()).map(step).collect()
    }
}
