//! Rebalancing: the fewest moves that bring every rep's utilisation within a tolerance of the team's.
//!
//! It is the problem of `assignment` once more. Every prospect that may move is a task; staying where it is
//! is worth more than all that better fits could gain, and a seat below or above the band of its rep
//! brings or costs more than any chain of moves. So the plan first leaves as few prospects outside the
//! bands as can be, then moves as few as can be, then moves those to whom the others fit best. An account moves
//! whole or not at all.

use super::PlanProspect;
use super::allocate::{Kin, tries};
use super::assignment::{LIMIT, Problem};
use crate::diag::{Code, Diagnostic, Failure};
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::query::Query;
use crate::rules::replay::care::Care;
use crate::rules::replay::state::Record;
use crate::rules::team::allocation::{Fit, Strategies, UNIT, Wants};
use crate::rules::team::eligibility::{Eligibility, Obstacles};
use crate::rules::team::fairness::{Loads, Worth, capacities};
use crate::rules::team::survey::Survey;
use crate::rules::team::{Team, unknown_owners};
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::money::Amount;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// How far a rep's utilisation may be from the team's, in thousandths.
    pub tolerance: u32,
    /// Prospects with an entry in the last so many days stay; `None` = they may move, too.
    pub untouched_days: Option<u32>,
    /// Those at 50 or beyond may move, too.
    pub any_stage: bool,
}

/// Why a prospect stays where it is, whatever the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stays {
    /// At 50 or beyond, or signed, or paid.
    FarAlong,
    /// Touched lately.
    Touched,
    /// It has the tag that keeps it from everybody.
    DoNotAssign,
    /// Not among those selected.
    NotSelected,
    /// Its account has several owners, or a prospect that stays.
    Account,
}

/// A prospect that changes its owner.
#[derive(Debug, Clone)]
pub struct Reassignment {
    /// The prospect.
    pub prospect: PlanProspect,
    /// The day of its last entry.
    pub last_entry: Option<Date>,
    /// Its share of a load.
    pub worth: Worth,
    /// The place of the rep who gives it.
    pub from: usize,
    /// The place of the rep who gets it.
    pub to: usize,
}

/// A plan to even out the load.
pub struct Rebalance<'b> {
    /// The kind of care whose load is evened out.
    pub care: Care,
    /// The team before.
    pub team: Team<'b>,
    /// The moves, by id.
    pub moves: Vec<Reassignment>,
    /// The loads before and after.
    pub loads: [Loads; 2],
    /// The least and the most that each member should hold; `None` for members that are not counted.
    pub bands: Vec<Option<(u32, u32)>>,
    /// How many prospects could have moved.
    pub movable: usize,
    /// How many stay, and why.
    pub stay: Vec<(Stays, usize)>,
}

impl Rebalance<'_> {
    /// Members who are outside their band even after the moves.
    pub fn outside(&self) -> Vec<usize> {
        let after = self.loads[1].held(self.care);
        let is_outside = |member: &usize| {
            self.bands[*member].is_some_and(|(low, high)| !(low..=high).contains(&after[*member]))
        };
        (0..self.bands.len()).filter(is_outside).collect()
    }
}

/// A prospect that may move. Its customer and fits are filled in when all customers are graded.
struct Task<'b> {
    prospect: PlanProspect,
    owner: usize,
    last_entry: Option<Date>,
    worth: Worth,
    wants: Wants,
    obstacles: Obstacles,
    customer: Option<&'b Customer>,
    fits: Arc<[Fit]>,
}

/// The data of the prospects.
#[derive(Default)]
struct RebalanceScan<'b> {
    survey: Survey<'b>,
    tasks: Vec<Task<'b>>,
    stay: BTreeMap<Stays, usize>,
}

impl<'b> RebalanceScan<'b> {
    fn of(
        book: &'b Book,
        query: &Query,
        wish: Wish,
        care: Care,
        idle: &Team,
        eligibility: Option<&Eligibility>,
    ) -> RebalanceScan<'b> {
        // The members whose load is evened out do not depend on their prospects.
        let counted: Vec<bool> = evened(idle, care).iter().map(|capacity| *capacity > 0).collect();
        let selected = book.selection(query);
        book.fold_everybody(
            &Query::everything(),
            |seen: &mut RebalanceScan, record| {
                seen.survey.take(record, book, idle);
                let owner = record.state.owner.as_deref().and_then(|id| idle.place(id));
                let meant = record.care() == Some(care);
                let owner = owner.filter(|at| meant && counted[*at]);
                if let (Some(eligibility), Some(owner)) = (eligibility, owner) {
                    let obstacles = eligibility.obstacles(record, idle);
                    let stays = match selected.has(record) {
                        false => Some(Stays::NotSelected),
                        true => stays(record, book, &obstacles, wish),
                    };
                    match stays {
                        Some(why) => *seen.stay.entry(why).or_default() += 1,
                        None => seen.tasks.push(Task::of(record, owner, obstacles, book)),
                    }
                }
            },
            |all, part| {
                all.survey.join(part.survey);
                all.tasks.extend(part.tasks);
                part.stay.into_iter().for_each(|(why, n)| *all.stay.entry(why).or_default() += n);
            },
        )
    }
}

impl<'b> Task<'b> {
    fn of(record: &Record, owner: usize, obstacles: Obstacles, book: &Book) -> Task<'b> {
        Task {
            prospect: PlanProspect::of(record),
            owner,
            last_entry: record.state.last_entry,
            worth: Worth::of(record, &book.settings),
            wants: Wants::of(&record.prospect),
            obstacles,
            customer: None,
            fits: Arc::default(),
        }
    }
}

/// The plan for open prospects or customers that a query selects. Customers move only where a rep states how many they
/// can carry.
///
/// # Errors
/// Fails if the settings list no rep, if an owner is unknown, or if an exclusion is no query on the day.
pub fn rebalance<'b>(
    book: &'b Book,
    query: &Query,
    wish: Wish,
    care: Care,
) -> Result<Rebalance<'b>, Failure> {
    let settings = &book.settings;
    if settings.reps.is_empty() {
        let message = words!(
            "the settings list no rep whose load could be evened out",
            "设置中没有业务员，无法平衡负荷"
        );
        return Err(Diagnostic::new(Code::BadSetting, message)
            .help(words!(
                "add a `[[rep]]` with id and capacity for each to crm.toml",
                "在 crm.toml 中为每位业务员加 `[[rep]]`，写明 id 和 capacity"
            ))
            .into());
    }
    let idle = Team::idle(book);
    let eligibility = Eligibility::without_accounts(book, &idle);
    let RebalanceScan { survey, tasks, mut stay } =
        RebalanceScan::of(book, query, wish, care, &idle, eligibility.as_ref().ok());
    let (team, holders, unknown) = survey.done(book);
    if !unknown.is_empty() {
        return Err(Failure(unknown_owners(&unknown, settings)));
    }
    let mut eligibility = eligibility?;
    eligibility.learn(holders);
    let bands = bands(&team, care, wish.tolerance);
    let (mut tasks, bound) = whole_accounts(tasks, &eligibility);
    if bound > 0 {
        stay.insert(Stays::Account, bound);
    }
    // Of equals the solver moves the last: it shall be the one that was left alone longest.
    tasks.sort_unstable_by(|a, b| {
        (b.last_entry, &b.prospect.id).cmp(&(a.last_entry, &a.prospect.id))
    });
    let (graded, strategies, mut kin) = (book.graded(), Strategies::of(settings), Kin::default());
    for task in &mut tasks {
        task.customer = graded.of(&task.prospect.id);
        let value = task.customer.map(|customer| customer.value);
        task.fits = kin.fits(&strategies, value, &task.wants);
    }
    let movable = tasks.len();
    let moves = moves(&team, &eligibility, &strategies, tasks, &bands, care)?;
    let before = Loads::of(&team);
    let mut after = before.clone();
    for step in &moves {
        after.shift(care, step.worth, Some(step.from), Some(step.to));
    }
    let stay = stay.into_iter().collect();
    Ok(Rebalance { care, team, moves, loads: [before, after], bands, movable, stay })
}

/// Those whose accounts can move whole, and how many cannot: an account moves if one rep has it and all of its
/// prospects that bind it may move.
fn whole_accounts<'b>(tasks: Vec<Task<'b>>, eligibility: &Eligibility) -> (Vec<Task<'b>>, usize) {
    let mut movable: HashMap<String, usize> = HashMap::new();
    for task in &tasks {
        if let Some(account) = &task.obstacles.account {
            *movable.entry(fold(account)).or_default() += 1;
        }
    }
    let all = tasks.len();
    let is_whole = |task: &Task| {
        let (Some(account), Some(holders)) =
            (&task.obstacles.account, eligibility.holders(&task.obstacles))
        else {
            return true;
        };
        matches!(holders, [only] if movable.get(&fold(account)) == Some(&only.prospects))
    };
    let tasks: Vec<Task<'b>> = tasks.into_iter().filter(is_whole).collect();
    let bound = all - tasks.len();
    (tasks, bound)
}

/// Why a prospect must not move, if so.
fn stays(record: &Record, book: &Book, obstacles: &Obstacles, wish: Wish) -> Option<Stays> {
    let state = &record.state;
    let half = Amount::from_int(1);
    let twice = |p: Amount| p.plus(p);
    let stage = &record.pipeline(&book.settings).stages[state.stage];
    let signed = state.evidence.signed.is_some() || state.evidence.paid_on.is_some();
    // A customer has no board to be far along on.
    let has_board = record.care() == Some(Care::Prospect);
    if has_board && !wish.any_stage && (twice(stage.probability) >= half || signed) {
        return Some(Stays::FarAlong);
    }
    let touched = |days: u32| {
        state.last_entry.is_some_and(|day| book.as_of.days_since(day) <= i64::from(days))
    };
    if wish.untouched_days.is_some_and(touched) {
        return Some(Stays::Touched);
    }
    obstacles.tag.as_ref().map(|_| Stays::DoNotAssign)
}

/// The capacity of each member whose load is evened out, else 0.
fn evened(team: &Team, care: Care) -> Vec<u32> {
    match care {
        Care::Customer if team.members.iter().all(|member| member.customer_capacity.is_none()) => {
            vec![0; team.members.len()]
        }
        care => capacities(team, care),
    }
}

/// How many each member should hold. Where whole prospects cannot come within the tolerance, the nearest
/// whole numbers on both sides of the mean are within it.
fn bands(team: &Team, care: Care, tolerance: u32) -> Vec<Option<(u32, u32)>> {
    let capacities = evened(team, care);
    let counted = |place: usize| capacities[place] > 0;
    let members = || (0..team.members.len()).filter(|place| counted(*place));
    let held: i128 = members().map(|place| i128::from(team.members[place].held(care))).sum();
    let all: i128 = members().map(|place| i128::from(capacities[place])).sum();
    (0..team.members.len())
        .map(|place| {
            if !counted(place) {
                return None;
            }
            let capacity = i128::from(capacities[place]);
            let (mean, denominator) = (1000 * held * capacity, 1000 * all);
            let slack = i128::from(tolerance) * all * capacity;
            let up = |x: i128| (x + denominator - 1).div_euclid(denominator);
            let down = |x: i128| x.div_euclid(denominator);
            let low = up(mean - slack).min(down(mean)).max(0);
            let high = down(mean + slack).max(up(mean)).min(capacity.max(down(mean)));
            let whole = |x: i128| u32::try_from(x).unwrap_or(u32::MAX);
            Some((whole(low), whole(high)))
        })
        .collect()
}

/// What a fit, a stay and a place in the band weigh at most for so many tasks, if a place in the band takes at most
/// `chain` moves. Each tier outweighs everything below it, and the highest stays within the solver's limit.
fn tiers(tasks: usize, chain: usize) -> (i64, i64, i64) {
    let whole = |n: usize| i64::try_from(n).unwrap_or(LIMIT);
    let (n, chain) = (whole(tasks), whole(chain));
    let fit = (LIMIT / (chain + 2).saturating_mul(n + 2)).min(1000);
    let stay = fit * (n + 1) + 1;
    let band = ((chain + 1) * (stay + fit + 1)).min(LIMIT);
    (fit, stay, band)
}

fn moves(
    team: &Team,
    eligibility: &Eligibility,
    strategies: &Strategies,
    tasks: Vec<Task>,
    bands: &[Option<(u32, u32)>],
    care: Care,
) -> Result<Vec<Reassignment>, Failure> {
    let capacities = capacities(team, care);
    let reps: Vec<usize> = (0..bands.len()).filter(|place| bands[*place].is_some()).collect();
    // A chain of single moves visits each rep at most once; where accounts move whole, any number may have to move.
    let in_accounts =
        |task: &Task| eligibility.keeps_accounts() && task.obstacles.account.is_some();
    let chain = if tasks.iter().any(in_accounts) { tasks.len() } else { reps.len() };
    let (fit, stay, band) = tiers(tasks.len(), chain);
    let seats = reps
        .iter()
        .map(|&place| {
            let (low, high) = bands[place].unwrap_or_default();
            let own = tasks.iter().filter(|task| task.owner == place).count();
            let held = team.members[place].held(care);
            let fixed = held.saturating_sub(u32::try_from(own).unwrap_or(u32::MAX));
            let most = held.max(capacities[place]);
            (fixed + 1..=most)
                .take(tasks.len())
                .map(|count| match count {
                    _ if count <= low => -band,
                    _ if count <= high => 0,
                    _ => band,
                })
                .collect()
        })
        .collect();
    let wrong = |invalid: super::assignment::Invalid| {
        let message =
            words!("the moves cannot be computed: {invalid}", "无法计算调整方案：{invalid}");
        Diagnostic::new(Code::BadSetting, message)
    };
    let weights = strategies.weights();
    let all = weights.value + weights.need + weights.place + weights.industry + weights.size;
    let most = UNIT * i64::from(all.max(1));
    let mut problem = Problem::new(seats).map_err(wrong)?;
    let mut accounts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (position, task) in tasks.iter().enumerate() {
        problem
            .add_task(|rep| {
                let place = reps[rep];
                if place == task.owner {
                    return Some(stay);
                }
                let (obstacles, customer) = (&task.obstacles, task.customer);
                let barrier = eligibility.barrier_with_account(obstacles, customer, team, place);
                barrier.is_none().then(|| fit * task.fits[place].score(weights) / most)
            })
            .map_err(wrong)?;
        if let Some(account) =
            task.obstacles.account.as_ref().filter(|_| eligibility.keeps_accounts())
        {
            accounts.entry(fold(account)).or_default().push(position);
        }
    }
    accounts.into_values().for_each(|tasks| problem.keep_together(tasks));
    let plan = problem.exact(tries(tasks.len().saturating_mul(reps.len())));
    let moves = tasks.into_iter().zip(&plan.place).filter_map(|(task, place)| {
        let to = reps[(*place)?];
        let Task { prospect, owner: from, last_entry, worth, .. } = task;
        (to != from).then_some(Reassignment { prospect, last_entry, worth, from, to })
    });
    let mut moves: Vec<Reassignment> = moves.collect();
    moves.sort_unstable_by(|a, b| a.prospect.id.cmp(&b.prospect.id));
    Ok(moves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tier_outweighs_those_below_it_up_to_the_limit() {
        // Small ones, those at which a fit begins to weigh less, and those at which it weighs nothing.
        for (n, chain) in
            [(0, 0), (1, 1), (9, 2), (9, 9), (100, 10_000), (10_000, 100), (1_000_000, 1_000_000)]
        {
            let (fit, stay, band) = tiers(n, chain);
            let (n, chain) = (n as i64, chain as i64);
            assert!(
                n * fit < stay && chain * (stay + fit) < band && band < LIMIT,
                "{fit} {stay} {band}"
            );
        }
        assert_eq!(tiers(9, 2), (1000, 10_001, 33_006));
        assert_eq!(tiers(1_000_000, 10_000), (0, 1, 20_002));
    }
}
