//! Helpers: the reps who serve a customer beside the owner, each in the role of a department.

use super::Allocation;
use crate::rules::customer::Customer;
use crate::rules::team::Team;
use crate::rules::team::allocation::{Fit, Strategies};
use crate::rules::team::eligibility::{Eligibility, Obstacles};
use crate::value::text::Text;
use std::cmp::Reverse;

/// A role of a prospect, and the rep who is to fill it: by the place in the team; `None` where no rep can.
pub type Filled = (Text, Option<usize>);

/// The properties of a prospect or a customer by which helpers are chosen.
pub struct Served<'a> {
    /// Its customer.
    pub customer: Option<&'a Customer>,
    /// The helpers now: role and rep.
    pub serves: &'a [(Text, Text)],
    /// The barriers.
    pub obstacles: &'a Obstacles,
    /// How well each member fits.
    pub fits: &'a [Fit],
}

/// Chooses helpers, one after the other: the one who fits best, then the one who helps fewest in this plan, then the one
/// who waited longest.
pub struct HelperChoice<'a, 'b> {
    eligibility: &'a Eligibility<'b>,
    strategies: &'a Strategies,
    helped: Vec<u32>,
}

impl<'a, 'b> HelperChoice<'a, 'b> {
    /// A choice for a plan in which no member helps yet.
    pub fn of(eligibility: &'a Eligibility<'b>, strategies: &'a Strategies, team: &Team) -> Self {
        HelperChoice { eligibility, strategies, helped: vec![0; team.members.len()] }
    }

    /// The helpers from the departments behind the owner's, where the role is not filled.
    pub fn from_departments(
        &mut self,
        served: &Served,
        team: &Team,
        may_serve: impl Fn(usize) -> bool,
    ) -> Vec<Filled> {
        let Some(customer) = served.customer else { return Vec::new() };
        let is_filled = |role: &Text| {
            let mut known = served.serves.iter().filter(|(known, _)| known == role);
            known.any(|(_, rep)| team.member(rep).is_some_and(|m| m.presence.is_member()))
        };
        let departments = self.eligibility.departments().caring_for(customer).iter().skip(1);
        let open: Vec<_> = departments.filter(|department| !is_filled(&department.id)).collect();
        let fill = |department: &crate::rules::team::department::Members| {
            let of_it = |place: usize| department.has(place) && may_serve(place);
            (department.id.clone(), self.best(served, team, of_it))
        };
        open.into_iter().map(fill).collect()
    }

    /// The best member for a role, if there is one.
    pub fn best(
        &mut self,
        served: &Served,
        team: &Team,
        may_serve: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let able = |place: &usize| {
            may_serve(*place)
                && self.eligibility.helper_barrier(served.obstacles, team, *place).is_none()
        };
        let score = |place: usize| served.fits[place].score(self.strategies.weights());
        let best = (0..team.members.len()).filter(able).min_by(|a, b| {
            let key = |place: usize| (Reverse(score(place)), self.helped[place]);
            key(*a).cmp(&key(*b)).then_with(|| team.members[*a].waited(&team.members[*b]))
        })?;
        self.helped[best] += 1;
        Some(best)
    }
}

impl Allocation<'_> {
    /// The helpers of each placement, in the order of the placements.
    pub fn helpers(&self) -> Vec<Vec<Filled>> {
        let mut choice = HelperChoice::of(&self.eligibility, &self.strategies, &self.team);
        let filled = |placement: super::Placement| {
            let candidate = &self.prospects[placement.prospect];
            let may_serve = |place| place != placement.pair.member && self.giver.serves(place);
            choice.from_departments(&candidate.served(), &self.team, may_serve)
        };
        self.placements().into_iter().map(filled).collect()
    }
}

/// The entries of a journal that fill roles: those for whom a rep was found.
pub fn roles(filled: &[Filled], team: &Team) -> Vec<(Text, Text)> {
    let found = filled
        .iter()
        .filter_map(|(role, place)| Some((role.clone(), team.members[(*place)?].rep.id.clone())));
    found.collect()
}
