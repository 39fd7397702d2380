//! The allocation of the pool to reps: the sheets that show it, and the entries that make it.

use super::load::{MemberLoad, load_table};
use super::proposal::Proposed;
use crate::diag::{Code, Diagnostic};
use crate::disk::file::id_of;
use crate::plan::allocate::{Allocation, Pair, Placement, Step};
use crate::report::allocation::fairness;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::rules::team::allocation::UNIT;
use crate::rules::team::eligibility::Barrier;
use crate::rules::team::fairness::Loads;
use crate::rules::team::pool::not_in_pool;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use std::path::Path;

/// The entry that gives a prospect of the pool to a rep.
pub fn given(step: &Step, lang: Lang) -> Proposed<'_> {
    Proposed {
        path: &step.prospect.path,
        stage: None,
        owner: Some(step.rep.clone()),
        reason: step.reason.get(lang).into(),
        moved: words!("pool -> {}", "公海 -> {}", step.rep),
    }
}

/// Points as people read them: a strategy that fits perfectly brings its weight.
#[allow(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn points(score: i64) -> Cell {
    Cell::Number(score as f64 / UNIT as f64, 2)
}

/// The plan, those that stay, the load and its fairness before and after. `applied`: the plan is being written.
pub fn sheet(allocation: &Allocation, book: &Book, applied: bool) -> Sheet {
    let lang = book.settings.language;
    let placements = allocation.placements();
    let left = allocation.left(lang);
    let id = |member: usize| Cell::text(&*allocation.team.members[member].rep.id);
    let rows = placements.iter().map(|placement| {
        let prospect = &allocation.prospects[placement.prospect].prospect;
        let next = placement.runner_up.as_ref();
        Row::new(vec![
            Cell::text(&*prospect.id),
            Cell::text(&*prospect.name),
            id(placement.pair.member),
            points(placement.pair.net()),
            Cell::maybe(next, |(pair, _)| id(pair.member)),
            Cell::maybe(next, |(_, behind)| points(*behind)),
            Cell::text(allocation.why(placement.prospect, &placement.pair, lang)),
        ])
    });
    let plan = Table {
        id: "plan".into(),
        columns: vec![
            column("id", Kind::Id, lang),
            column("name", Kind::Text, lang).optional(),
            column("rep", Kind::Text, lang),
            column("score", Kind::Number, lang),
            column("runner-up", Kind::Text, lang),
            column("behind", Kind::Number, lang),
            column("why", Kind::Text, lang),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let mut tables = vec![plan];
    if !left.is_empty() {
        let rows = left.iter().map(|left| {
            let prospect = &allocation.prospects[left.prospect].prospect;
            let cells = vec![
                Cell::text(&*prospect.id),
                Cell::text(&*prospect.name),
                Cell::text(left.reason.clone()),
            ];
            Row::with(cells, Emphasis::Warn)
        });
        tables.push(Table {
            id: "left".into(),
            title: lang.pick("Stays in the pool", "留在公海").into(),
            columns: vec![
                column("id", Kind::Id, lang),
                column("name", Kind::Text, lang),
                column("reason", Kind::Text, lang),
            ],
            rows: rows.collect(),
            ..Table::default()
        });
    }
    tables.extend(waits(allocation, lang));
    let before = Loads::of(&allocation.team);
    let mut after = before.clone();
    for placement in &placements {
        let worth = allocation.prospects[placement.prospect].worth;
        after.shift(worth, None, placement.pair.member);
    }
    tables.push(load(allocation, lang));
    let states = [(lang.pick("before", "之前"), &before), (lang.pick("after", "之后"), &after)];
    tables.push(fairness(&allocation.team, &states, lang));
    Sheet {
        id: "allocate".into(),
        title: lang.pick("Allocation", "客户分配").into(),
        about: about(allocation, &placements, book),
        tables,
        notes: notes(allocation, lang, applied),
        ..Sheet::default()
    }
}

fn about(allocation: &Allocation, placements: &[Placement], book: &Book) -> String {
    let (placed, all) = (placements.len(), allocation.prospects.len());
    match book.settings.language {
        Lang::En | Lang::Machine => {
            format!("{}  ·  {placed} of {all} in the pool can be placed", book.as_of)
        }
        Lang::Zh => format!("{}  ·  公海{all}个客户，可分配{placed}个", book.as_of),
    }
}

/// The reps who lost a prospect and are not given it back yet.
fn waits(allocation: &Allocation, lang: Lang) -> Option<Table> {
    let waits = allocation.waits();
    let row = |(prospect, member, barrier): &(usize, usize, Barrier)| {
        let prospect = &allocation.prospects[*prospect].prospect;
        Row::new(vec![
            Cell::text(&*prospect.id),
            Cell::text(&*prospect.name),
            Cell::text(&*allocation.team.members[*member].rep.id),
            Cell::text(barrier.words().get(lang)),
        ])
    };
    (!waits.is_empty()).then(|| Table {
        id: "waits".into(),
        title: lang.pick("Not given back yet", "暂不交还").into(),
        columns: vec![
            column("id", Kind::Id, lang),
            column("name", Kind::Text, lang),
            column("rep", Kind::Text, lang),
            column("reason", Kind::Text, lang),
        ],
        rows: waits.iter().map(row).collect(),
        ..Table::default()
    })
}

/// The load of each member before and after the plan.
fn load(allocation: &Allocation, lang: Lang) -> Table {
    let members = allocation.team.members.iter().zip(allocation.given());
    let loads = members.filter(|(member, _)| member.presence.is_member());
    let loads = loads.map(|(member, given)| MemberLoad {
        member,
        holds: member.held,
        given: Some(given),
        after: member.held + given,
        capacity: member.capacity,
        emphasis: Emphasis::Plain,
    });
    load_table(&loads.collect::<Vec<_>>(), true, lang)
}

/// The method, how good the plan is, and how to write it.
#[allow(clippy::cast_precision_loss, reason = "shown with a few decimals")]
fn notes(allocation: &Allocation, lang: Lang, applied: bool) -> Vec<String> {
    let plan = &allocation.plan;
    let share = |amount: i64| amount as f64 / UNIT as f64;
    let (value, bound, gap) = (share(plan.value()), share(plan.bound), plan.gap());
    let mut notes = vec![match (gap, lang) {
        (0, Lang::En | Lang::Machine) => {
            format!("score {value:.2}: no plan that places as many scores more")
        }
        (0, Lang::Zh) => format!("总分{value:.2}：分配同样多客户的方案中最优"),
        (gap, _) => {
            let percent = 100.0 * gap as f64 / plan.bound.max(1) as f64;
            match lang {
                Lang::En | Lang::Machine => format!(
                    "score {value:.2}; no plan that places as many scores more than {bound:.2}: at most {percent:.3} % are missing"
                ),
                Lang::Zh => {
                    format!("总分{value:.2}，分配同样多客户时上限{bound:.2}，差距至多{percent:.3}%")
                }
            }
        }
    }];
    if !applied && plan.placed > 0 {
        notes.push(
            lang.pick(
                "nothing is written yet: --apply writes it, -o plan.csv saves it for editing",
                "尚未写入：--apply 写入，-o plan.csv 保存后可修改",
            )
            .into(),
        );
    }
    notes
}

/// Every rep's score for one prospect.
///
/// # Errors
/// Fails if the prospect at this path is not in the pool, or not among those selected.
pub fn why(path: &Path, allocation: &Allocation, book: &Book) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let position =
        allocation.prospects.iter().position(|candidate| *candidate.prospect.path == *path);
    let Some(position) = position else {
        let id = id_of(path);
        let elsewhere = |record: &Record| {
            let asked = *record.prospect.path == *path;
            asked.then(|| not_in_pool(record, &book.settings)).flatten()
        };
        let problem = book.gather(&Query::everything(), elsewhere).pop();
        let unselected = || {
            Diagnostic::new(
                Code::NotInPool,
                words!("`{id}` is not among those selected", "`{id}` 不在所选客户之中"),
            )
        };
        return Err(problem.unwrap_or_else(unselected));
    };
    let chosen = allocation.member_of(position);
    let weights = allocation.strategies.weights();
    let (industry, size) = (weights.industry > 0, weights.size > 0);
    let row = |pair: &Pair| {
        let weigh = |weight: u32, part: i64| points(i64::from(weight) * part);
        let mut cells = vec![
            Cell::text(&*allocation.team.members[pair.member].rep.id),
            weigh(weights.value, pair.fit.value),
            weigh(weights.need, pair.fit.need),
            weigh(weights.place, pair.fit.place),
        ];
        cells.extend(industry.then(|| weigh(weights.industry, pair.fit.industry)));
        cells.extend(size.then(|| weigh(weights.size, pair.fit.size)));
        cells.extend([
            Cell::maybe(pair.load, |load| points(-load)),
            points(pair.net()),
            Cell::text(allocation.why(position, pair, lang)),
            Cell::maybe(pair.barrier.as_ref().filter(|_| chosen != Some(pair.member)), |barrier| {
                Cell::text(barrier.words().get(lang))
            }),
        ]);
        let emphasis = if chosen == Some(pair.member) { Emphasis::Good } else { Emphasis::Plain };
        Row::with(cells, emphasis)
    };
    let rows = allocation.pairs(position).iter().map(row).collect();
    let mut columns = vec![
        column("rep", Kind::Text, lang),
        column("value-points", Kind::Number, lang),
        column("need-points", Kind::Number, lang),
        column("place-points", Kind::Number, lang),
    ];
    columns.extend(industry.then(|| column("industry-points", Kind::Number, lang)));
    columns.extend(size.then(|| column("size-points", Kind::Number, lang)));
    columns.extend([
        column("load-points", Kind::Number, lang),
        column("score", Kind::Number, lang),
        column("why", Kind::Text, lang).optional(),
        column("barrier", Kind::Text, lang),
    ]);
    let prospect = &allocation.prospects[position].prospect;
    let title = format!("{} {}", lang.pick("Whom suits", "谁适合"), prospect.name);
    let mut sheet = Sheet::single("why", title, columns, rows);
    let placement = allocation.placements().into_iter().find(|p| p.prospect == position);
    sheet.notes.push(match placement {
        Some(placement) => verdict(&placement, allocation, lang),
        None => allocation
            .left(lang)
            .into_iter()
            .find(|left| left.prospect == position)
            .map_or_else(String::new, |left| {
                format!("{}: {}", lang.pick("stays in the pool", "留在公海"), left.reason)
            }),
    });
    sheet.about = book.as_of.to_string();
    Ok(sheet)
}

/// The rep that gets it in the plan, and the cost of another choice.
#[allow(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn verdict(placement: &Placement, allocation: &Allocation, lang: Lang) -> String {
    let id = |pair: &Pair| allocation.team.members[pair.member].rep.id.to_string();
    let rep = id(&placement.pair);
    match (&placement.runner_up, lang) {
        (Some((next, behind)), Lang::En | Lang::Machine) => format!(
            "in the plan it goes to {rep}; with {} the plan would score {:.2} less",
            id(next),
            *behind as f64 / UNIT as f64
        ),
        (Some((next, behind)), Lang::Zh) => {
            format!("方案中归{rep}；若归{}，总分少{:.2}", id(next), *behind as f64 / UNIT as f64)
        }
        (None, Lang::En | Lang::Machine) => {
            format!("in the plan it goes to {rep}; no other rep can have it")
        }
        (None, Lang::Zh) => format!("方案中归{rep}；其他人都不能接"),
    }
}
