//! Allocation: the prospects of the pool to the reps, by the best plan that the limits allow.
//!
//! A pair's score is [`Fit::score`]; each further prospect costs a rep the load of [`seats`]. The plan
//! places as many prospects as can be placed and, with as many placed, has the highest value: the sum of
//! the scores less the sum of the load. `assignment` finds it.

use super::Subject;
use super::assignment::{Invalid, Plan, Problem, Unplaced};
use crate::diag::{Code, Diagnostic, Failure};
use crate::format::plan_file::PlanLine;
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::rules::team::allocation::{Barrier, Fit, Obstacles, Rules, Wants, full, seats};
use crate::rules::team::fairness::Worth;
use crate::rules::team::pool::not_in_pool;
use crate::rules::team::survey::Survey;
use crate::rules::team::{Team, problems};
use crate::table::terms::{LEVELS, term};
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Pairs of prospect and rep up to which the exact plan is sought unless the fast one is asked for.
pub const EXACT_PAIRS: usize = 2_000_000;

/// Which method finds the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The exact one up to [`EXACT_PAIRS`], else the fast one.
    #[default]
    Auto,
    /// The exact one, however long it takes.
    Exact,
    /// The fast one.
    Fast,
}

/// The pool and the team, with the score of every pair.
pub struct Allocation<'b> {
    /// The book's team.
    pub team: Team<'b>,
    /// The prospects to place, those who wait longest first.
    pub prospects: Vec<Candidate<'b>>,
    /// The members who can be given one, by their place in the team: who waited longest first.
    pub reps: Vec<usize>,
    /// What the strategies weigh, for explanations.
    pub rules: Rules<'b>,
    /// The plan over `prospects` and `reps`.
    pub plan: Plan,
    /// Whether the plan was sought by the exact method.
    pub exact: bool,
    problem: Problem,
    seats: Vec<Vec<i64>>,
}

/// A prospect of the pool.
pub struct Candidate<'b> {
    /// The prospect.
    pub prospect: Subject,
    /// What it needs.
    pub needs: Vec<Text>,
    /// Its region.
    pub region: Option<Text>,
    /// What it adds to a load.
    pub worth: Worth,
    /// Its grade.
    pub grade: Option<&'b str>,
    /// The day it came to the pool.
    since: Option<Date>,
    fits: Rc<[Fit]>,
    obstacles: Obstacles,
}

/// A pair as the plan sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The member's place in the team.
    pub member: usize,
    /// How well they fit.
    pub fit: Fit,
    /// The weighted sum.
    pub score: i64,
    /// What the load takes off: of the seat it has in the plan, or of the next one; `None` without a seat.
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
    /// With the rep who would be next, and what the plan would lose by it.
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

/// The best plan for those of the pool that a query selects.
pub fn allocate<'b>(
    book: &'b Book,
    query: &Query,
    method: Method,
) -> Result<Allocation<'b>, Failure> {
    let idle = Team::idle(book);
    let rules = Rules::without_accounts(book, &idle);
    let selected = book.selection(query);
    let (survey, waiting) = book.fold(
        &Query::everything(),
        |(survey, waiting): &mut (Survey, Vec<Waiting>), record| {
            survey.take(record, book, &idle);
            if let Ok(rules) = &rules
                && selected.has(record)
                && record.state.in_pool()
            {
                waiting.push(Waiting::of(record, book, rules));
            }
        },
        |(survey, waiting), (other, more)| {
            survey.join(other);
            waiting.extend(more);
        },
    );
    let (team, holders, unknown) = survey.done(book);
    let wrong = problems(book, &team, &unknown);
    if !wrong.is_empty() {
        return Err(Failure(wrong));
    }
    let mut rules = rules?;
    rules.learn(holders);
    let prospects = candidates(book, waiting, &rules);
    let contradictions: Vec<Diagnostic> = prospects
        .iter()
        .filter_map(|candidate| {
            rules.contradiction(&candidate.prospect.id, &candidate.obstacles, &team)
        })
        .collect();
    if !contradictions.is_empty() {
        return Err(Failure(contradictions));
    }
    let mut reps: Vec<usize> =
        (0..team.members.len()).filter(|place| team.members[*place].is_available()).collect();
    reps.sort_by(|a, b| team.members[*a].waited(&team.members[*b]));
    let seats = seats_of(book, &team, &reps, prospects.len());
    let mut problem = Problem::new(seats.clone()).map_err(too_large)?;
    for candidate in &prospects {
        problem
            .add_task(|rep| {
                let place = reps[rep];
                let barrier = rules.barrier(&candidate.obstacles, &team, place);
                barrier.is_none().then(|| candidate.fits[place].score(rules.weights()))
            })
            .map_err(too_large)?;
    }
    let exact = match method {
        Method::Exact => true,
        Method::Fast => false,
        Method::Auto => prospects.len().saturating_mul(reps.len()) <= EXACT_PAIRS,
    };
    let plan = if exact { problem.exact() } else { problem.fast() };
    Ok(Allocation { team, prospects, reps, rules, plan, exact, problem, seats })
}

/// A pool prospect collected during the scan. Its grade, and so its scores, are filled in after every customer
/// has been graded.
struct Waiting {
    prospect: Subject,
    needs: Vec<Text>,
    region: Option<Text>,
    worth: Worth,
    since: Option<Date>,
    obstacles: Obstacles,
}

impl Waiting {
    fn of(record: &Record, book: &Book, rules: &Rules) -> Waiting {
        Waiting {
            prospect: Subject::of(record),
            needs: record.prospect.needs.clone(),
            region: record.prospect.region.clone(),
            worth: Worth::of(record, &book.settings),
            since: record.state.owner_since,
            obstacles: rules.obstacles(record),
        }
    }
}

/// Those who wait, with their grades and fits: who waits longest first, then by id.
fn candidates<'b>(book: &'b Book, waiting: Vec<Waiting>, rules: &Rules) -> Vec<Candidate<'b>> {
    let (graded, mut kin) = (book.graded(), Kin::default());
    let mut found: Vec<Candidate> = waiting
        .into_iter()
        .map(|Waiting { prospect, needs, region, worth, since, obstacles }| {
            let grade = graded.of(&prospect.id).and_then(Customer::grade);
            let fits = kin.fits(rules, grade, &needs, region.as_ref());
            Candidate { prospect, needs, region, worth, grade, since, fits, obstacles }
        })
        .collect();
    found.sort_unstable_by(|a, b| (a.since, &a.prospect.id).cmp(&(b.since, &b.prospect.id)));
    found
}

/// How well every member fits a prospect, by the prospect's grade, region and needs: those of one kin fit
/// everybody alike.
#[derive(Default)]
pub(super) struct Kin<'b>(HashMap<KinKey<'b>, Rc<[Fit]>>);

type KinKey<'b> = (Option<&'b str>, Option<Text>, Vec<Text>);

impl<'b> Kin<'b> {
    /// How well every member fits such a prospect.
    pub(super) fn fits(
        &mut self,
        rules: &Rules,
        grade: Option<&'b str>,
        needs: &[Text],
        region: Option<&Text>,
    ) -> Rc<[Fit]> {
        let fits = || rules.fits(&Wants::stated(needs, region.map(|region| &**region)), grade);
        let key = (grade, region.cloned(), needs.to_vec());
        Rc::clone(self.0.entry(key).or_insert_with(|| fits().into()))
    }
}

/// The cost of every seat of those who can be given one.
fn seats_of(book: &Book, team: &Team, reps: &[usize], prospects: usize) -> Vec<Vec<i64>> {
    let settings = &book.settings.allocation;
    let more = u32::try_from(prospects).unwrap_or(u32::MAX);
    let notional = team.notional_capacity(more);
    let capacity = |place: &usize| team.members[*place].capacity.unwrap_or(notional);
    let room = |place: &usize| capacity(place).saturating_sub(team.members[*place].held);
    let most_room = reps.iter().map(room).max().unwrap_or(0);
    reps.iter()
        .map(|place| {
            let held = team.members[*place].held;
            let count = room(place).min(more);
            seats(settings.weights, settings.balance, capacity(place), held, most_room, count)
        })
        .collect()
}

fn too_large(invalid: Invalid) -> Failure {
    Diagnostic::new(Code::BadSetting, format!("the allocation cannot be computed: {invalid}"))
        .help("select fewer prospects with a query, or lower the weights")
        .into()
}

impl Allocation<'_> {
    /// Who gets what, in the order of the prospects.
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

    /// Who stays in the pool, and why.
    pub fn left(&self, lang: Lang) -> Vec<Left> {
        (0..self.prospects.len())
            .filter_map(|prospect| {
                let why = self.plan.unplaced(&self.problem, prospect)?;
                Some(Left { prospect, reason: self.reason(prospect, why, lang) })
            })
            .collect()
    }

    /// Why a prospect cannot be placed: what keeps it from everybody, or what keeps each rep from it,
    /// counted.
    fn reason(&self, prospect: usize, why: Unplaced, lang: Lang) -> String {
        let candidate = &self.prospects[prospect];
        let obstacles = &candidate.obstacles;
        if let Some(tag) = &obstacles.tag {
            return Barrier::DoNotAssign(tag.clone()).words(lang);
        }
        let pairs = self.pairs(prospect);
        if let (Some(holders), Some(account)) =
            (self.rules.holders(obstacles), self.rules.account_barrier(obstacles, &self.team))
        {
            let barriers = pairs.iter().filter(|pair| holders.contains(&pair.member));
            let barriers: Vec<String> =
                barriers.filter_map(|pair| Some(pair.barrier.as_ref()?.words(lang))).collect();
            return format!("{}: {}", account.words(lang), barriers.join("; "));
        }
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for barrier in pairs.iter().filter_map(|pair| pair.barrier.as_ref()) {
            let kind = barrier.kind(lang);
            match counts.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((kind, 1)),
            }
        }
        let counts: Vec<String> = counts.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        let head = match why {
            Unplaced::NoAgentAllowed => lang.pick("nobody may have it", "无人可接"),
            Unplaced::AllAllowedFull => lang.pick("all who may have it are full", "可接的人都已满"),
        };
        format!("{head}: {}", counts.join(", "))
    }

    /// A prospect with every member: whoever can have it first, the best first, then who waited longest.
    pub fn pairs(&self, prospect: usize) -> Vec<Pair> {
        let mut pairs: Vec<Pair> =
            (0..self.team.members.len()).map(|member| self.pair(prospect, member)).collect();
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

    /// Whom a prospect goes to: the member's place in the team.
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
        let barrier = self
            .rules
            .barrier(&candidate.obstacles, &self.team, member)
            .or_else(|| full(member_of))
            .or_else(|| {
                let given = rep.map_or(0, |rep| self.plan.taken[rep]);
                let held = member_of.held.saturating_add(u32::try_from(given).unwrap_or(u32::MAX));
                let capacity = member_of.capacity.unwrap_or(held);
                load.is_none().then_some(Barrier::Full { held, capacity })
            });
        Pair { member, fit, score: fit.score(self.rules.weights()), load, barrier }
    }

    /// What speaks for a pair, in words: the level that the grade wants, the skills that meet the needs, the
    /// territory, the room that is left.
    pub fn why(&self, prospect: usize, pair: &Pair, lang: Lang) -> String {
        let candidate = &self.prospects[prospect];
        let member = &self.team.members[pair.member];
        let mut words: Vec<String> = Vec::new();
        if let (Some(grade), Some(level)) = (candidate.grade, &member.rep.level) {
            words.push(format!("{grade}: {}", term(LEVELS, level, lang)));
        }
        let is_skill = |need: &&str| member.rep.skills.iter().any(|s| fold(s) == fold(need));
        let met: Vec<&str> = candidate.needs.iter().map(|need| &**need).filter(is_skill).collect();
        if !candidate.needs.is_empty() {
            words.push(match met.as_slice() {
                [] => lang.pick("no skill for it", "技能不符").to_owned(),
                met => met.join("+"),
            });
        }
        if let Some(region) = candidate.region.as_deref()
            && !member.rep.regions.is_empty()
        {
            let inside = member.rep.regions.iter().any(|own| fold(own) == fold(region));
            words.push(if inside {
                region.to_owned()
            } else {
                format!("{} {region}", lang.pick("not", "非"))
            });
        }
        if let Some(capacity) = member.capacity {
            words.push(format!("{}/{capacity}", member.held));
        }
        words.join("; ")
    }
}

/// An entry that a plan would write: a prospect, whom it goes to, and why.
#[derive(Debug, Clone)]
pub struct Step {
    /// The prospect.
    pub prospect: Subject,
    /// The rep.
    pub rep: Text,
    /// The reason in the entry.
    pub reason: String,
}

impl Allocation<'_> {
    /// The plan as entries.
    pub fn steps(&self, lang: Lang) -> Vec<Step> {
        self.placements()
            .iter()
            .map(|placement| Step {
                prospect: self.prospects[placement.prospect].prospect.clone(),
                rep: self.team.members[placement.pair.member].rep.id.clone(),
                reason: format!(
                    "{}: {}",
                    lang.pick("allocated", "分配"),
                    self.why(placement.prospect, &placement.pair, lang)
                ),
            })
            .collect()
    }
}

/// Checks an edited plan against the ledger as it is: every prospect still in the pool and named once,
/// every rep known, at work, allowed, and with room. All that is wrong is reported together; places have a
/// line and no file yet.
pub fn follow(book: &Book, lines: &[PlanLine]) -> Result<Vec<Step>, Vec<(u64, Diagnostic)>> {
    let settings = &book.settings;
    let lang = settings.language;
    let idle = Team::idle(book);
    let at = |line: &PlanLine, diagnostic: Diagnostic| (line.number, diagnostic);
    let mut rules =
        Rules::without_accounts(book, &idle).map_err(|diagnostic| vec![(0, diagnostic)])?;
    let Met { survey, named: known, mut pool } = met(book, &idle, &rules, lines);
    let (team, holders, unknown) = survey.done(book);
    rules.learn(holders);
    pool.sort_unstable();
    let mut wrong: Vec<(u64, Diagnostic)> =
        problems(book, &team, &unknown).into_iter().map(|diagnostic| (0, diagnostic)).collect();
    let mut steps = Vec::new();
    let mut seen: HashMap<&str, u64> = HashMap::new();
    let mut given = vec![0_u32; team.members.len()];
    for line in lines {
        let Some(named) = known.get(&fold(&line.id)) else {
            let diagnostic = Diagnostic::new(Code::BadPlan, format!("no prospect `{}`", line.id));
            wrong.push(at(line, diagnostic.nearest(&line.id, pool.iter().map(|id| &**id))));
            continue;
        };
        if let Some(first) = seen.insert(&named.prospect.id, line.number) {
            let message = format!("`{}` stands twice, first in line {first}", line.id);
            wrong.push(at(line, Diagnostic::new(Code::BadPlan, message)));
            continue;
        }
        if line.rep.is_empty() {
            continue;
        }
        let Some(place) = team.place(&line.rep) else {
            let diagnostic = Diagnostic::new(Code::UnknownRep, format!("no rep `{}`", line.rep))
                .nearest(&line.rep, settings.reps.iter().map(|rep| &*rep.id));
            wrong.push(at(line, diagnostic));
            continue;
        };
        if let Some(moved) = &named.elsewhere {
            let help = "make the plan anew, or take the line out";
            wrong.push(at(line, Diagnostic { help: vec![help.into()], ..moved.clone() }));
            continue;
        }
        if let Some(barrier) = rules.barrier(&named.obstacles, &team, place) {
            let message =
                format!("`{}` cannot go to `{}`: {}", line.id, line.rep, barrier.words(lang));
            wrong.push(at(line, Diagnostic::new(Code::NotAssignable, message)));
            continue;
        }
        given[place] += 1;
        let member = &team.members[place];
        let after = member.held.saturating_add(given[place]);
        if let Some(capacity) = member.capacity.filter(|capacity| after > *capacity) {
            let message = format!(
                "`{}` would be number {after} of `{}`, whose capacity is {capacity}",
                line.id, line.rep
            );
            wrong.push(at(line, Diagnostic::new(Code::NotAssignable, message)));
            continue;
        }
        let reason = lang.pick("allocated by an edited plan", "按修改后的方案分配").to_owned();
        let prospect = named.prospect.clone();
        steps.push(Step { prospect, rep: member.rep.id.clone(), reason });
    }
    if wrong.is_empty() { Ok(steps) } else { Err(wrong) }
}

/// What an edited plan is held against.
#[derive(Default)]
struct Met<'b> {
    survey: Survey<'b>,
    /// The prospects that its lines name, by their ids, folded.
    named: HashMap<String, Named>,
    /// The ids of those in the pool.
    pool: Vec<Text>,
}

/// A prospect that a line names.
struct Named {
    prospect: Subject,
    /// That it is not in the pool.
    elsewhere: Option<Diagnostic>,
    obstacles: Obstacles,
}

fn met<'b>(book: &'b Book, idle: &Team, rules: &Rules, lines: &[PlanLine]) -> Met<'b> {
    let wanted: HashSet<String> = lines.iter().map(|line| fold(&line.id)).collect();
    book.fold(
        &Query::everything(),
        |met: &mut Met, record| {
            met.survey.take(record, book, idle);
            let id = &record.prospect.id;
            met.pool.extend(record.state.in_pool().then(|| id.clone()));
            let key = fold(id);
            if wanted.contains(&key) {
                let prospect = Subject::of(record);
                let elsewhere = not_in_pool(record, &book.settings);
                let obstacles = rules.obstacles(record);
                met.named.insert(key, Named { prospect, elsewhere, obstacles });
            }
        },
        |all, part| {
            all.survey.join(part.survey);
            all.named.extend(part.named);
            all.pool.extend(part.pool);
        },
    )
}
