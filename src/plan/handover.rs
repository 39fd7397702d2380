//! Handing over: new owners for everything that a rep has, by the rules of allocation, and new helpers for the roles in
//! which the rep serves others. Open cases and next steps are of the prospects and customers, and go with them. What no
//! rep may have goes to the pool, so that nothing is left with the rep.

use super::PlanProspect;
use super::allocate::{Allocated, Giver, HelperChoice, Method, Served, given_by};
use crate::diag::Failure;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::rules::service::case::Case;
use crate::rules::service::collect::JointCases;
use crate::rules::team::Team;
use crate::rules::team::allocation::{Strategies, Wants};
use crate::rules::team::eligibility::{Eligibility, Obstacles};
use crate::value::date::Date;
use crate::value::text::Text;
use std::collections::HashMap;

/// Everything that goes from a rep to others.
pub struct Handover<'b> {
    /// The place of the rep in the team.
    pub place: usize,
    /// The plans for customers and prospects.
    pub allocated: Allocated<'b>,
    /// The roles in which the rep serves, in the order of ids.
    pub roles: Vec<Role>,
    /// What goes along, by the id of the prospect or customer.
    pub along: HashMap<Text, Along>,
}

/// What goes along with a prospect or a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Along {
    /// How many cases are open.
    pub cases: usize,
    /// The day of the next step.
    pub next: Option<Date>,
}

/// A role in which the rep served.
pub struct Role {
    /// The prospect or customer.
    pub prospect: PlanProspect,
    /// The role.
    pub role: Text,
    /// The place of the rep who takes it over; `None` where no rep can, so that it is not filled any more.
    pub to: Option<usize>,
}

/// A prospect or customer that the rep serves beside its owner.
struct ServedProspect {
    prospect: PlanProspect,
    wants: Wants,
    serves: Vec<(Text, Text)>,
    obstacles: Obstacles,
    along: Along,
    /// Is it the rep's own?
    own: bool,
}

/// The plan for all that the rep at a place of the team has; all to one rep, if one is named.
///
/// # Errors
/// Fails if rules contradict each other, or if the weights are too large to be added up.
pub fn handover(book: &Book, place: usize, to: Option<usize>) -> Result<Handover<'_>, Failure> {
    let everything = Query::everything();
    let giver = Giver::Rep { place, to };
    let allocated = given_by(book, &everything, Method::Auto, giver)?;
    let idle = Team::idle(book);
    let eligibility = Eligibility::without_accounts(book, &idle)?;
    let rep = &book.settings.reps[place].id;
    let joint = JointCases::of(book);
    let found = book.gather_everybody(&everything, |record| {
        let cases = || joint.of_file(record, &book.settings, book.as_of);
        ServedProspect::of(record, rep, &eligibility, &idle, cases)
    });
    let team = &allocated.prospects.team;
    let strategies = Strategies::of(&book.settings);
    let mut choice = HelperChoice::of(&eligibility, &strategies, team);
    let owners = new_owners(&allocated);
    let (mut roles, mut along) = (Vec::new(), HashMap::new());
    for found in found {
        let ServedProspect { prospect, wants, serves, obstacles, along: own_along, own } = found;
        let customer = book.graded().of(&prospect.id);
        let fits = strategies.fits(&wants, customer.map(|customer| customer.value));
        let served = Served { customer, serves: &serves, obstacles: &obstacles, fits: &fits };
        let owner = match own {
            true => owners.get(&prospect.id).copied(),
            false => prospect.owner.as_deref().and_then(|id| team.place(id)),
        };
        for (role, _) in serves.iter().filter(|(_, by)| by == rep) {
            let department = book.settings.department(role);
            let of_it = |other: usize| {
                let id = &team.members[other].rep.id;
                department.is_none_or(|department| department.members.contains(id))
            };
            let to = choice.best(&served, team, |other| {
                giver.serves(other) && Some(other) != owner && of_it(other)
            });
            roles.push(Role { prospect: prospect.clone(), role: role.clone(), to });
        }
        if own {
            along.insert(prospect.id.clone(), own_along);
        }
    }
    Ok(Handover { place, allocated, roles, along })
}

impl ServedProspect {
    /// A record that the rep owns or serves.
    fn of(
        record: &Record,
        rep: &Text,
        eligibility: &Eligibility,
        team: &Team,
        cases: impl Fn() -> Vec<Case>,
    ) -> Option<ServedProspect> {
        let state = &record.state;
        let own = state.owner.as_ref() == Some(rep);
        (own || state.serves.iter().any(|(_, by)| by == rep)).then(|| ServedProspect {
            prospect: PlanProspect::of(record),
            wants: Wants::of(&record.prospect),
            serves: state.serves.clone(),
            obstacles: eligibility.obstacles(record, team),
            along: Along {
                cases: cases().iter().filter(|case| case.state.is_open()).count(),
                next: state.evidence.next.as_ref().map(|next| next.at.date),
            },
            own,
        })
    }
}

/// The places of the new owners, by the ids of the prospects and customers.
fn new_owners(allocated: &Allocated) -> HashMap<Text, usize> {
    let both = allocated.both().into_iter();
    let owners = both.flat_map(|allocation| {
        let id = |prospect: usize| allocation.prospects[prospect].prospect.id.clone();
        let placed = allocation.placements().into_iter();
        placed.map(move |placement| (id(placement.prospect), placement.pair.member))
    });
    owners.collect()
}
