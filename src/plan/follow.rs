//! An edited plan, held against the ledger as it is: every prospect still in the pool and named once, every rep
//! known and eligible, no account split.

use super::PlanProspect;
use super::allocate::{HelperChoice, Served, Step, roles};
use crate::diag::{Code, Diagnostic, Words};
use crate::format::plan_file::PlanLine;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::care::Care;
use crate::rules::team::allocation::{Strategies, Wants};
use crate::rules::team::eligibility::{Barrier, Eligibility, Obstacles};
use crate::rules::team::pool::not_in_pool;
use crate::rules::team::survey::Survey;
use crate::rules::team::{Team, problems};
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::{HashMap, HashSet};

/// The entries that an edited plan means.
///
/// # Errors
/// Everything that is wrong with the plan is reported together, each with its line; line 0 is the ledger's own
/// trouble. The places have a line and no file yet.
pub fn follow(book: &Book, lines: &[PlanLine]) -> Result<Vec<Step>, Vec<(u64, Diagnostic)>> {
    let settings = &book.settings;
    let idle = Team::idle(book);
    let mut eligibility =
        Eligibility::without_accounts(book, &idle).map_err(|diagnostic| vec![(0, diagnostic)])?;
    let PlanScan { survey, named, mut pool } = find(book, &idle, &eligibility, lines);
    let (mut team, holders, unknown) = survey.done(book);
    eligibility.learn(holders);
    pool.sort_unstable();
    let mut wrong: Vec<(u64, Diagnostic)> =
        problems(book, &team, &unknown).into_iter().map(|diagnostic| (0, diagnostic)).collect();
    let strategies = Strategies::of(settings);
    let mut choice = HelperChoice::of(&eligibility, &strategies, &team);
    let mut steps = Vec::new();
    let mut seen: HashMap<&str, u64> = HashMap::new();
    let mut accounts: HashMap<String, usize> = HashMap::new();
    for line in lines {
        let mut refuse = |diagnostic: Diagnostic| wrong.push((line.number, diagnostic));
        let Some(named) = named.get(&fold(&line.id)) else {
            let message = words!("no prospect `{}`", "没有客户 `{}`", line.id);
            let diagnostic = Diagnostic::new(Code::BadPlan, message);
            refuse(diagnostic.nearest(&line.id, pool.iter().map(|id| &**id)));
            continue;
        };
        if let Some(first) = seen.insert(&named.prospect.id, line.number) {
            let message = Words::both(
                format!("`{}` stands twice, first in line {first}", line.id),
                format!("`{}` 出现两次，先见于第{first}行", line.id),
            );
            refuse(Diagnostic::new(Code::BadPlan, message));
            continue;
        }
        if line.rep.is_empty() {
            continue;
        }
        let Some(place) = team.place(&line.rep) else {
            let message = words!("no rep `{}`", "没有业务员 `{}`", line.rep);
            let reps = settings.reps.iter().map(|rep| &*rep.id);
            refuse(Diagnostic::new(Code::UnknownRep, message).nearest(&line.rep, reps));
            continue;
        };
        if let Some(moved) = &named.elsewhere {
            let help =
                words!("make the plan anew, or take the line out", "重新生成方案，或删除这一行");
            refuse(Diagnostic { help: vec![help], ..moved.clone() });
            continue;
        }
        let customer = book.graded().of(&named.prospect.id);
        let account = named.obstacles.account.as_ref().filter(|_| eligibility.keeps_accounts());
        let split = || {
            let account = account?;
            let to = *accounts.get(&fold(account)).filter(|to| **to != place)?;
            let with = vec![team.members[to].rep.id.clone()];
            Some(Barrier::Account { account: account.clone(), with })
        };
        let barrier = eligibility.refusal(&named.obstacles, customer, &team, place).or_else(split);
        if let Some(barrier) = barrier {
            refuse(barrier.refusal(&format!("`{}`", line.id), &line.rep));
            continue;
        }
        named.care.into_iter().for_each(|care| team.members[place].hold(care));
        accounts.extend(account.map(|account| (fold(account), place)));
        let fits = strategies.fits(&named.wants, customer.map(|customer| customer.value));
        let (serves, obstacles) = (&named.serves, &named.obstacles);
        let served = Served { customer, serves, obstacles, fits: &fits };
        let filled = choice.from_departments(&served, &team, |other| other != place);
        steps.push(Step {
            prospect: named.prospect.clone(),
            rep: team.members[place].rep.id.clone(),
            reason: words!("allocated by an edited plan", "按修改后的方案分配"),
            serves: roles(&filled, &team),
        });
    }
    if wrong.is_empty() { Ok(steps) } else { Err(wrong) }
}

/// The rules and the state against which an edited plan is checked.
#[derive(Default)]
struct PlanScan<'b> {
    survey: Survey<'b>,
    /// The prospects that its lines name, by their ids, folded.
    named: HashMap<String, NamedProspect>,
    /// The ids of those in the pool.
    pool: Vec<Text>,
}

/// A prospect that a line names.
struct NamedProspect {
    prospect: PlanProspect,
    /// That it is not in the pool.
    elsewhere: Option<Diagnostic>,
    care: Option<Care>,
    wants: Wants,
    serves: Vec<(Text, Text)>,
    obstacles: Obstacles,
}

fn find<'b>(
    book: &'b Book,
    idle: &Team,
    eligibility: &Eligibility,
    lines: &[PlanLine],
) -> PlanScan<'b> {
    let wanted: HashSet<String> = lines.iter().map(|line| fold(&line.id)).collect();
    book.fold_everybody(
        &Query::everything(),
        |found: &mut PlanScan, record| {
            found.survey.take(record, book, idle);
            let id = &record.prospect.id;
            found.pool.extend(record.in_pool().then(|| id.clone()));
            let key = fold(id);
            if wanted.contains(&key) {
                let prospect = PlanProspect::of(record);
                let elsewhere = not_in_pool(record, &book.settings);
                let obstacles = eligibility.obstacles(record, idle);
                found.named.insert(
                    key,
                    NamedProspect {
                        prospect,
                        elsewhere,
                        care: record.care(),
                        wants: Wants::of(&record.prospect),
                        serves: record.state.serves.clone(),
                        obstacles,
                    },
                );
            }
        },
        |all, part| {
            all.survey.join(part.survey);
            all.named.extend(part.named);
            all.pool.extend(part.pool);
        },
    )
}
