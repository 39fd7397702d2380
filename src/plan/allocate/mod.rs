//! Allocation: the customers and prospects of the pool, or of a rep who leaves, to the reps, by the best plan that the
//! limits allow.
//!
//! A pair's score is [`Fit::score`]; each further prospect costs a rep the load of [`seats`]. The plan
//! places as many prospects as can be placed and, with as many placed, has the highest value: the sum of
//! the scores less the sum of the load. It never splits an account between two reps. `assignment` finds it.

mod helpers;
mod reasons;
mod steps;

pub use helpers::{Filled, HelperChoice, Served, roles};
pub use steps::{Left, Pair, Placement, Step};

use super::PlanProspect;
use super::assignment::{Invalid, Plan, Problem};
use crate::diag::{Code, Diagnostic, Failure};
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::Value;
use crate::rules::query::Query;
use crate::rules::replay::care::Care;
use crate::rules::replay::state::Record;
use crate::rules::team::allocation::{Fit, Strategies, Wants, seats};
use crate::rules::team::eligibility::{Barrier, Eligibility, Obstacles};
use crate::rules::team::fairness::Worth;
use crate::rules::team::survey::Survey;
use crate::rules::team::{Team, problems};
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::money::Amount;
use crate::value::text::Text;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

/// Pairs of prospect and rep up to which the exact plan is sought unless the fast one is asked for.
pub const EXACT_PAIRS: usize = 2_000_000;

/// Which method finds the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The exact one up to [`EXACT_PAIRS`], else the fast one.
    #[default]
    Auto,
    /// The exact one, however slow it is.
    Exact,
    /// The fast one.
    Fast,
}

/// Whose prospects and customers a plan gives to reps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Giver {
    /// The pool's.
    Pool,
    /// Those of the rep at this place of the team, who keeps none; all to one rep, if one is named.
    Rep {
        /// The place of the rep who gives.
        place: usize,
        /// The place of the only rep who gets any.
        to: Option<usize>,
    },
}

/// The plans for customers and for open prospects. Customers are placed first, because their open prospects go where
/// they go.
pub struct Allocated<'b> {
    /// The plan for the customers.
    pub customers: Allocation<'b>,
    /// The plan for the open prospects.
    pub prospects: Allocation<'b>,
}

impl<'b> Allocated<'b> {
    /// Both plans, in the order in which they are made.
    pub fn both(&self) -> [&Allocation<'b>; 2] {
        [&self.customers, &self.prospects]
    }

    /// Both plans as entries.
    pub fn steps(&self) -> Vec<Step> {
        self.both().into_iter().flat_map(Allocation::steps).collect()
    }
}

/// Prospects or customers, and the team, with the score of every pair.
pub struct Allocation<'b> {
    /// The kind of care that they need.
    pub care: Care,
    /// Whose they are.
    pub giver: Giver,
    /// The book's team.
    pub team: Team<'b>,
    /// The prospects to place: the largest value first, then the one that waits longest.
    pub prospects: Vec<Candidate<'b>>,
    /// The members who can be given one, by their place in the team: the longest wait first.
    pub reps: Vec<usize>,
    /// The rules of who may have which prospect.
    pub eligibility: Eligibility<'b>,
    /// The weights of the strategies, for explanations.
    pub strategies: Strategies,
    /// The plan over `prospects` and `reps`.
    pub plan: Plan,
    problem: Problem,
    seats: Vec<Vec<i64>>,
}

/// A prospect or a customer to place. Its customer and fits are filled in when all customers are graded.
pub struct Candidate<'b> {
    /// The prospect.
    pub prospect: PlanProspect,
    /// The kind of care that it needs.
    care: Care,
    /// Its properties that a rep can fit.
    pub wants: Wants,
    /// Its share of a load.
    pub worth: Worth,
    /// Its customer.
    customer: Option<&'b Customer>,
    /// The day it came to the pool, or to its owner.
    since: Option<Date>,
    fits: Arc<[Fit]>,
    obstacles: Obstacles,
    /// Its helpers: role and rep.
    serves: Vec<(Text, Text)>,
}

/// The best plan for those of the pool that a query selects.
///
/// # Errors
/// Fails if the team has problems on which no plan can be built, if rules contradict each other, or if the
/// weights are too large to be added up.
pub fn allocate<'b>(
    book: &'b Book,
    query: &Query,
    method: Method,
) -> Result<Allocated<'b>, Failure> {
    given_by(book, query, method, Giver::Pool)
}

/// The best plan for those that a query selects of all that a giver has.
///
/// # Errors
/// As [`allocate`]; the load of a rep who gives everything away is no problem.
pub(super) fn given_by<'b>(
    book: &'b Book,
    query: &Query,
    method: Method,
    giver: Giver,
) -> Result<Allocated<'b>, Failure> {
    let idle = Team::idle(book);
    let eligibility = Eligibility::without_accounts(book, &idle);
    let selected = book.selection(query);
    if giver != Giver::Pool {
        // Which accounts have files is asked while the files are read.
        book.customers();
    }
    let (survey, candidates) = book.fold_everybody(
        &Query::everything(),
        |(survey, candidates): &mut (Survey, Vec<Candidate>), record| {
            survey.take(record, book, &idle);
            if let Ok(eligibility) = &eligibility
                && selected.has(record)
                && let Some(care) = giver.gives(record, book, &idle)
            {
                let obstacles = eligibility.obstacles(record, &idle);
                candidates.push(Candidate::of(record, care, book, obstacles));
            }
        },
        |(survey, candidates), (other, more)| {
            survey.join(other);
            candidates.extend(more);
        },
    );
    let (team, holders, unknown) = survey.done(book);
    let wrong = match giver {
        Giver::Pool => problems(book, &team, &unknown),
        Giver::Rep { .. } => Vec::new(),
    };
    if !wrong.is_empty() {
        return Err(Failure(wrong));
    }
    let mut eligibility = eligibility?;
    eligibility.learn(holders);
    if let Giver::Rep { place, .. } = giver {
        eligibility.free_accounts_of(place);
    }
    let candidates = graded(book, candidates, &Strategies::of(&book.settings));
    let contradictions: Vec<Diagnostic> = candidates
        .iter()
        .filter_map(|candidate| {
            eligibility.contradiction(&candidate.prospect.id, &candidate.obstacles, &team)
        })
        .collect();
    if !contradictions.is_empty() {
        return Err(Failure(contradictions));
    }
    let (customers, prospects) = candidates.into_iter().partition(|c| c.care == Care::Customer);
    let part = |care, candidates, eligibility| {
        Allocation::of(book, care, giver, team.clone(), eligibility, candidates, method)
    };
    let customers = part(Care::Customer, customers, eligibility.clone())?;
    for placement in customers.placements() {
        if let Some(account) = &customers.prospects[placement.prospect].obstacles.account {
            eligibility.bind(account, placement.pair.member);
        }
    }
    let prospects = part(Care::Prospect, prospects, eligibility)?;
    Ok(Allocated { customers, prospects })
}

impl Giver {
    /// The kind of care that a record needs which this giver gives away. A rep who keeps nothing also gives away what was
    /// won of a customer that has no file to be given.
    fn gives(self, record: &Record, book: &Book, team: &Team) -> Option<Care> {
        match self {
            Giver::Pool => record.care().filter(|_| record.state.owner.is_none()),
            Giver::Rep { place, .. } => {
                let owner = record.state.owner.as_deref().and_then(|id| team.place(id));
                if owner != Some(place) {
                    return None;
                }
                let account = record.prospect.account.as_deref();
                let has_file = || account.is_some_and(|id| book.customer_file(id).is_some());
                let of_account = || (record.has_bought() && !has_file()).then_some(Care::Customer);
                record.care().or_else(of_account)
            }
        }
    }

    /// May the rep at a place be given anything?
    pub(super) fn serves(self, place: usize) -> bool {
        match self {
            Giver::Pool => true,
            Giver::Rep { place: giver, to } => place != giver && to.is_none_or(|to| to == place),
        }
    }
}

impl<'b> Allocation<'b> {
    /// The best plan for candidates of one kind, who are in order.
    fn of(
        book: &'b Book,
        care: Care,
        giver: Giver,
        team: Team<'b>,
        eligibility: Eligibility<'b>,
        prospects: Vec<Candidate<'b>>,
        method: Method,
    ) -> Result<Allocation<'b>, Failure> {
        let available =
            |place: &usize| giver.serves(*place) && team.members[*place].is_available(care);
        let mut reps: Vec<usize> = (0..team.members.len()).filter(available).collect();
        reps.sort_by(|a, b| team.members[*a].waited(&team.members[*b]));
        let strategies = Strategies::of(&book.settings);
        let seats = seats_of(book, care, &team, &reps, prospects.len());
        let mut problem = Problem::new(seats.clone()).map_err(too_large)?;
        for candidate in &prospects {
            problem
                .add_task(|rep| {
                    let place = reps[rep];
                    let barrier = candidate.barrier(&eligibility, &team, place);
                    barrier.is_none().then(|| candidate.fits[place].score(strategies.weights()))
                })
                .map_err(too_large)?;
        }
        if eligibility.keeps_accounts() {
            accounts(&prospects).into_iter().for_each(|tasks| problem.keep_together(tasks));
        }
        let pairs = prospects.len().saturating_mul(reps.len());
        let plan = match method {
            Method::Exact => problem.exact(usize::MAX),
            Method::Auto if pairs <= EXACT_PAIRS => problem.exact(tries(pairs)),
            Method::Fast | Method::Auto => problem.fast(),
        };
        Ok(Allocation {
            care,
            giver,
            team,
            prospects,
            reps,
            eligibility,
            strategies,
            plan,
            problem,
            seats,
        })
    }
}

/// How many plans may be made to keep accounts together, so that it is a matter of seconds.
pub(super) fn tries(pairs: usize) -> usize {
    EXACT_PAIRS / pairs.max(200)
}

impl<'b> Candidate<'b> {
    fn of(record: &Record, care: Care, book: &Book, obstacles: Obstacles) -> Candidate<'b> {
        Candidate {
            prospect: PlanProspect::of(record),
            care,
            wants: Wants::of(&record.prospect),
            worth: Worth::of(record, &book.settings),
            customer: None,
            since: record.state.owner_since,
            fits: Arc::default(),
            obstacles,
            serves: record.state.serves.clone(),
        }
    }

    /// Its properties by which helpers are chosen.
    pub(super) fn served(&self) -> Served<'_> {
        let Candidate { customer, serves, obstacles, fits, .. } = self;
        Served { customer: *customer, serves, obstacles, fits }
    }

    /// Its account.
    pub fn account(&self) -> Option<&str> {
        self.obstacles.account.as_deref()
    }

    /// Its customer's value level.
    pub fn value(&self) -> Option<Value> {
        self.customer.map(|customer| customer.value)
    }

    /// The worth of its customer, in the ledger's currency.
    fn customer_worth(&self) -> Amount {
        self.customer.map_or(Amount::ZERO, |customer| customer.figures.worth)
    }

    /// The barrier between it and a member, room aside.
    fn barrier(&self, eligibility: &Eligibility, team: &Team, place: usize) -> Option<Barrier> {
        eligibility.barrier(&self.obstacles, self.customer, team, place)
    }
}

/// The candidates with their customers. The largest value comes first, so that of equally
/// good plans the solver finds the one that gives it to the better fit; then the one that waits longest, then by
/// id.
fn graded<'b>(
    book: &'b Book,
    mut prospects: Vec<Candidate<'b>>,
    strategies: &Strategies,
) -> Vec<Candidate<'b>> {
    let (graded, mut kin) = (book.graded(), Kin::default());
    for candidate in &mut prospects {
        candidate.customer = graded.of(&candidate.prospect.id);
        candidate.fits = kin.fits(strategies, candidate.value(), &candidate.wants);
    }
    prospects.sort_unstable_by(|a, b| {
        let key = |one: &Candidate| (Reverse(one.customer_worth()), one.since);
        key(a).cmp(&key(b)).then_with(|| a.prospect.id.cmp(&b.prospect.id))
    });
    prospects
}

/// The positions of the prospects of each account that has several here, in the order of the first of them.
fn accounts(prospects: &[Candidate]) -> Vec<Vec<usize>> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut accounts: Vec<Vec<usize>> = Vec::new();
    for (position, candidate) in prospects.iter().enumerate() {
        if let Some(account) = candidate.account() {
            let next = accounts.len();
            let at = *known.entry(fold(account)).or_insert(next);
            if at == next {
                accounts.push(Vec::new());
            }
            accounts[at].push(position);
        }
    }
    accounts
}

/// How well every member fits a prospect, by the prospect's value level and properties: those of one kin fit every
/// rep alike.
#[derive(Default)]
pub(super) struct Kin(HashMap<(Option<Value>, Wants), Arc<[Fit]>>);

impl Kin {
    /// How well every member fits such a prospect.
    pub(super) fn fits(
        &mut self,
        strategies: &Strategies,
        value: Option<Value>,
        wants: &Wants,
    ) -> Arc<[Fit]> {
        let fits = || strategies.fits(wants, value);
        Arc::clone(self.0.entry((value, wants.clone())).or_insert_with(|| fits().into()))
    }
}

/// The cost of every seat of the members who can be given one.
fn seats_of(
    book: &Book,
    care: Care,
    team: &Team,
    reps: &[usize],
    prospects: usize,
) -> Vec<Vec<i64>> {
    let settings = &book.settings.allocation;
    let more = u32::try_from(prospects).unwrap_or(u32::MAX);
    let notional = team.notional_capacity(care, more);
    let capacity = |place: &usize| team.members[*place].capacity(care).unwrap_or(notional);
    let held = |place: &usize| team.members[*place].held(care);
    let room = |place: &usize| capacity(place).saturating_sub(held(place));
    let most_room = reps.iter().map(room).max().unwrap_or(0);
    reps.iter()
        .map(|place| {
            let (capacity, count) = (capacity(place), room(place).min(more));
            seats(settings.weights, settings.balance, capacity, held(place), most_room, count)
        })
        .collect()
}

fn too_large(invalid: Invalid) -> Failure {
    let message =
        words!("the allocation cannot be computed: {invalid}", "无法计算分配方案：{invalid}");
    Diagnostic::new(Code::BadSetting, message)
        .help(words!(
            "select fewer prospects with a query, or lower the weights",
            "用查询少选一些客户，或降低权重"
        ))
        .into()
}
