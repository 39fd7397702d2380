//! Rebalancing: the fewest moves that bring every rep's utilisation within a tolerance of the team's.
//!
//! It is the problem of `assignment` once more. Every prospect that may move is a task; staying where it is
//! is worth more than all that better fits could gain, and a seat below or above the band of its rep
//! brings or costs more than any chain of moves. So the plan first leaves as few prospects outside the
//! bands as can be, then moves as few as can be, then moves those to whom the others fit best.

use super::assignment::{LIMIT, Problem};
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::money::Amount;
use crate::model::pipeline::Outcome;
use crate::model::settings::Presence;
use crate::rules::allocation::{Obstacles, Rules, UNIT, Wants};
use crate::rules::book::Book;
use crate::rules::fairness::{Loads, capacities};
use crate::rules::pool::grade_of;
use crate::rules::query::{Context, Query};
use crate::rules::state::Record;
use crate::rules::team::{Team, unknown_owners};
use std::cmp::Reverse;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// How far a rep's utilisation may be from the team's, in thousandths.
    pub tolerance: u32,
    /// What was touched in the last so many days stays; `None` = it may move, too.
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
}

/// A prospect that changes its owner.
#[derive(Debug, Clone)]
pub struct Move<'b> {
    /// The prospect.
    pub record: &'b Record,
    /// The place of the rep who gives it.
    pub from: usize,
    /// The place of the rep who gets it.
    pub to: usize,
}

/// A plan to even out the load.
pub struct Rebalance<'b> {
    /// The team before.
    pub team: Team<'b>,
    /// The moves, by id.
    pub moves: Vec<Move<'b>>,
    /// The loads before and after.
    pub loads: [Loads; 2],
    /// The least and the most that each member should hold; `None` for those who are not counted.
    pub bands: Vec<Option<(u32, u32)>>,
    /// How many prospects could have moved.
    pub movable: usize,
    /// How many stay, and why.
    pub stay: Vec<(Stays, usize)>,
}

impl Rebalance<'_> {
    /// Members who are outside their band even after the moves.
    pub fn outside(&self) -> Vec<usize> {
        let after = &self.loads[1].count;
        let is_outside = |member: &usize| {
            self.bands[*member].is_some_and(|(low, high)| !(low..=high).contains(&after[*member]))
        };
        (0..self.bands.len()).filter(is_outside).collect()
    }
}

struct Task<'b> {
    record: &'b Record,
    owner: usize,
    fits: Vec<i64>,
    obstacles: Obstacles,
}

/// The plan for those that a query selects.
pub fn rebalance<'b>(book: &'b Book, query: &Query, wish: Wish) -> Result<Rebalance<'b>, Failure> {
    let settings = &book.settings;
    let team = Team::of(book);
    if settings.reps.is_empty() {
        let message = "the settings list no rep whose load could be evened out";
        return Err(Diagnostic::new(Code::BadSetting, message)
            .help("add a `[[rep]]` with id and capacity for each to crm.toml")
            .into());
    }
    let unknown = unknown_owners(book);
    if !unknown.is_empty() {
        return Err(Failure(unknown));
    }
    let rules = Rules::of(book, &team)?;
    let capacities = capacities(&team);
    let bands = bands(&team, &capacities, wish.tolerance);
    let context = Context { settings, as_of: book.as_of };
    let mut tasks: Vec<Task> = Vec::new();
    let mut stay: Vec<(Stays, usize)> = Vec::new();
    for record in book.records() {
        let owner = record.state.owner.as_deref().and_then(|id| team.place(id));
        let Some(owner) = owner.filter(|_| record.state.outcome == Outcome::Open) else { continue };
        if bands[owner].is_none() {
            continue;
        }
        let obstacles = rules.obstacles(record);
        let stays = match query.matches(record, &context) {
            false => Some(Stays::NotSelected),
            true => stays(record, book, &obstacles, wish),
        };
        match stays {
            Some(stays) => match stay.iter_mut().find(|(known, _)| *known == stays) {
                Some((_, count)) => *count += 1,
                None => stay.push((stays, 1)),
            },
            None => {
                let weights = rules.weights();
                let fits = rules.fits(&Wants::of(&record.prospect), grade_of(book, record));
                let fits = fits.iter().map(|fit| fit.score(weights)).collect();
                tasks.push(Task { record, owner, fits, obstacles });
            }
        }
    }
    stay.sort_unstable();
    // Of equals the solver moves the last: it shall be the one that was left alone longest.
    tasks.sort_by_key(|task| {
        Reverse((task.record.state.last_entry, task.record.prospect.id.clone()))
    });
    let moves = moves(&team, &rules, &tasks, &bands, &capacities)?;
    let before = Loads::of(&team);
    let mut after = before.clone();
    for step in &moves {
        after.shift(step.record, Some(step.from), step.to, settings);
    }
    let movable = tasks.len();
    Ok(Rebalance { team, moves, loads: [before, after], bands, movable, stay })
}

/// Why a prospect must not move, if so.
fn stays(record: &Record, book: &Book, obstacles: &Obstacles, wish: Wish) -> Option<Stays> {
    let state = &record.state;
    let half = Amount::from_int(1);
    let twice = |p: Amount| p.plus(p);
    let stage = &record.pipeline(&book.settings).stages[state.stage];
    let signed = state.evidence.signed.is_some() || state.evidence.paid_on.is_some();
    if !wish.any_stage && (twice(stage.probability) >= half || signed) {
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

/// How many each member should hold. Where whole prospects cannot come within the tolerance, the nearest
/// whole numbers on both sides of the mean are within it.
fn bands(team: &Team, capacities: &[u32], tolerance: u32) -> Vec<Option<(u32, u32)>> {
    let counted = |place: usize| capacities[place] > 0;
    let members = || (0..team.members.len()).filter(|place| counted(*place));
    let held: i128 = members().map(|place| i128::from(team.members[place].held)).sum();
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

fn moves<'b>(
    team: &Team,
    rules: &Rules,
    tasks: &[Task<'b>],
    bands: &[Option<(u32, u32)>],
    capacities: &[u32],
) -> Result<Vec<Move<'b>>, Failure> {
    let reps: Vec<usize> = (0..bands.len()).filter(|place| bands[*place].is_some()).collect();
    let whole = |n: usize| i64::try_from(n).unwrap_or(LIMIT);
    let (n, r) = (whole(tasks.len()), whole(reps.len()));
    // Each tier outweighs everything below it, and the highest stays within the solver's limit.
    let fit = (LIMIT / (r + 2).saturating_mul(n + 2)).min(1000);
    let stay = fit * (n + 1) + 1;
    let band = ((r + 1) * (stay + fit + 1)).min(LIMIT);
    let seats = reps
        .iter()
        .map(|&place| {
            let (low, high) = bands[place].unwrap_or_default();
            let own = tasks.iter().filter(|task| task.owner == place).count();
            let held = team.members[place].held;
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
        Diagnostic::new(Code::BadSetting, format!("the moves cannot be computed: {invalid}"))
    };
    let weights = rules.weights();
    let most = UNIT * i64::from((weights.value + weights.need + weights.place).max(1));
    let mut problem = Problem::new(seats).map_err(wrong)?;
    for task in tasks {
        problem
            .add_task(|rep| {
                let place = reps[rep];
                if place == task.owner {
                    return Some(stay);
                }
                let here = team.members[place].presence == Presence::Here;
                let barred = rules.barrier(&task.obstacles, team, place).is_some();
                (here && !barred).then(|| fit * task.fits[place] / most)
            })
            .map_err(wrong)?;
    }
    let plan = problem.exact();
    let moves = tasks.iter().zip(&plan.place).filter_map(|(task, place)| {
        let to = reps[(*place)?];
        (to != task.owner).then_some(Move { record: task.record, from: task.owner, to })
    });
    let mut moves: Vec<Move> = moves.collect();
    moves.sort_by(|a, b| a.record.prospect.id.cmp(&b.record.prospect.id));
    Ok(moves)
}
