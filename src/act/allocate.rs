//! The allocation of the pool to reps: the sheets that show it, and the entries that make it.

use super::load::{MemberLoad, load_table};
use super::proposal::Proposed;
use crate::diag::{Code, Diagnostic, Words};
use crate::disk::file::id_of;
use crate::plan::allocate::{Allocated, Allocation, Filled, Giver, Pair, Placement, Step};
use crate::report::allocation::{carries_customers, fairness};
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::care::Care;
use crate::rules::replay::state::Record;
use crate::rules::team::allocation::UNIT;
use crate::rules::team::eligibility::Barrier;
use crate::rules::team::fairness::Loads;
use crate::rules::team::pool::not_in_pool;
use crate::table::sheet::{Audience, Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use std::path::Path;

/// The entry that gives a prospect or a customer, of the pool or of another rep, to a rep.
pub fn given(step: &Step, lang: Lang) -> Proposed<'_> {
    let from = step.prospect.owner.as_deref();
    Proposed {
        path: &step.prospect.path,
        stage: None,
        owner: Some(step.rep.clone()),
        serves: step.serves.clone(),
        reason: step.reason.get(lang).into(),
        moved: Words::each(|lang| {
            format!("{} -> {}", from.unwrap_or(lang.pick("pool", "公海")), step.rep)
        }),
    }
}

/// Points as people read them: a strategy that fits perfectly brings its weight.
#[allow(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn points(score: i64) -> Cell {
    Cell::Number(score as f64 / UNIT as f64, 2)
}

/// The plan, those that stay, the load and its fairness before and after. `applied`: the plan is being written.
pub fn sheet(allocated: &Allocated, book: &Book, applied: bool) -> Sheet {
    let lang = book.settings.language;
    let mut tables = vec![plan_table(allocated, lang)];
    tables.extend(left_table(allocated, lang.pick("Stays in the pool", "留在公海"), lang));
    tables.extend(waits(allocated, lang));
    tables.extend(loads(allocated, lang));
    Sheet {
        id: "allocate".into(),
        title: lang.pick("Allocation", "客户分配").into(),
        about: about(allocated, book),
        tables,
        notes: notes(allocated, lang, applied),
        ..Sheet::default()
    }
}

/// Who gets what, and why. The customers come first, as they are placed; a column tells them apart where there are some.
pub(super) fn plan_table(allocated: &Allocated, lang: Lang) -> Table {
    let handed_over = allocated.prospects.giver != Giver::Pool;
    let customers = handed_over || !allocated.customers.prospects.is_empty();
    let mut placed: Vec<(&Allocation, Placement, Vec<Filled>)> = Vec::new();
    for allocation in allocated.both() {
        let helped = allocation.placements().into_iter().zip(allocation.helpers());
        placed.extend(helped.map(|(placement, filled)| (allocation, placement, filled)));
    }
    let helped = placed.iter().any(|(.., filled)| !filled.is_empty());
    let row = |(allocation, placement, filled): (&Allocation, Placement, Vec<Filled>)| {
        let id = |member: usize| Cell::text(&*allocation.team.members[member].rep.id);
        let prospect = &allocation.prospects[placement.prospect].prospect;
        let next = placement.runner_up.as_ref();
        let mut cells = vec![
            Cell::text(&*prospect.id),
            Cell::text(&*prospect.name),
            id(placement.pair.member),
            points(placement.pair.net()),
            Cell::maybe(next, |(pair, _)| id(pair.member)),
            Cell::maybe(next, |(_, behind)| points(*behind)),
            Cell::text(allocation.why(placement.prospect, &placement.pair, lang)),
        ];
        cells.extend(customers.then(|| Cell::text(care_word(allocation.care, lang))));
        let helper = |(role, place): &Filled| {
            let rep = place.map_or("-", |place| &*allocation.team.members[place].rep.id);
            format!("{role}: {rep}")
        };
        cells.extend(helped.then(|| Cell::list(filled.iter().map(helper))));
        Row::new(cells)
    };
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang).optional(2),
        column("rep", Kind::Text, lang),
        column("score", Kind::Number, lang),
        column("runner-up", Kind::Text, lang),
        column("behind", Kind::Number, lang),
        column("why", Kind::Text, lang),
    ];
    columns.extend(customers.then(|| column("care", Kind::Text, lang)));
    columns.extend(helped.then(|| column("serves", Kind::Text, lang)));
    let rows = placed.into_iter().map(row).collect();
    Table { id: "plan".into(), columns, rows, ..Table::default() }
}

fn care_word(care: Care, lang: Lang) -> &'static str {
    match care {
        Care::Customer => lang.pick("customer", "客户"),
        Care::Prospect => lang.pick("prospect", "潜在客户"),
    }
}

/// Those that the plans place with no rep, and why; `None` if there are none.
pub(super) fn left_table(allocated: &Allocated, title: &str, lang: Lang) -> Option<Table> {
    let both = allocated.both().into_iter();
    let left = both.flat_map(|a| a.left(lang).into_iter().map(move |left| (a, left)));
    let rows: Vec<Row> = left
        .map(|(allocation, left)| {
            let prospect = &allocation.prospects[left.prospect].prospect;
            let cells = vec![
                Cell::text(&*prospect.id),
                Cell::text(&*prospect.name),
                Cell::text(left.reason),
            ];
            Row::with(cells, Emphasis::Warn)
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        id: "left".into(),
        title: title.into(),
        columns: vec![
            column("id", Kind::Id, lang),
            column("name", Kind::Text, lang),
            column("reason", Kind::Text, lang),
        ],
        rows: rows.into(),
        ..Table::default()
    })
}

fn about(allocated: &Allocated, book: &Book) -> String {
    let counts = |allocation: &Allocation| (allocation.plan.placed, allocation.prospects.len());
    let (placed, all) = counts(&allocated.prospects);
    let (customers, of) = counts(&allocated.customers);
    let day = book.as_of;
    match (book.settings.language, of) {
        (Lang::En | Lang::Machine, 0) => {
            format!("{day}  ·  {placed} of {all} in the pool can be placed")
        }
        (Lang::En | Lang::Machine, of) => format!(
            "{day}  ·  {placed} of {all} prospects and {customers} of {of} customers in the pool can be placed"
        ),
        (Lang::Zh, 0) => format!("{day}  ·  公海{all}个客户，可分配{placed}个"),
        (Lang::Zh, of) => {
            format!(
                "{day}  ·  公海潜在客户{all}个，可分配{placed}个；客户{of}个，可分配{customers}个"
            )
        }
    }
}

/// The reps who lost a prospect and are not given it back yet.
pub(super) fn waits(allocated: &Allocated, lang: Lang) -> Option<Table> {
    let both = allocated.both().into_iter();
    let waits = both.flat_map(|a| a.waits().into_iter().map(move |wait| (a, wait)));
    let row =
        |(allocation, (prospect, member, barrier)): (&Allocation, (usize, usize, Barrier))| {
            let prospect = &allocation.prospects[prospect].prospect;
            Row::new(vec![
                Cell::text(&*prospect.id),
                Cell::text(&*prospect.name),
                Cell::text(&*allocation.team.members[member].rep.id),
                Cell::text(barrier.words().get(lang)),
            ])
        };
    let rows: Vec<Row> = waits.map(row).collect();
    (!rows.is_empty()).then(|| Table {
        id: "waits".into(),
        title: lang.pick("Not given back yet", "暂不交还").into(),
        columns: vec![
            column("id", Kind::Id, lang),
            column("name", Kind::Text, lang),
            column("rep", Kind::Text, lang),
            column("reason", Kind::Text, lang),
        ],
        rows: rows.into(),
        ..Table::default()
    })
}

/// The load of each member and its fairness, before and after both plans.
pub(super) fn loads(allocated: &Allocated, lang: Lang) -> Vec<Table> {
    let team = &allocated.prospects.team;
    let before = Loads::of(team);
    let mut after = before.clone();
    for allocation in allocated.both() {
        for (at, candidate) in allocation.prospects.iter().enumerate() {
            let from = candidate.prospect.owner.as_deref().and_then(|id| team.place(id));
            after.shift(allocation.care, candidate.worth, from, allocation.member_of(at));
        }
    }
    let customers = carries_customers(team, &[&before, &after]);
    let mut tables = vec![load(&allocated.prospects, &after, lang)];
    let audience = Audience::of(customers);
    tables.push(Table { audience, ..load(&allocated.customers, &after, lang) });
    let states = [(lang.pick("before", "之前"), &before), (lang.pick("after", "之后"), &after)];
    let mut staying = team.clone();
    if let Giver::Rep { place, .. } = allocated.prospects.giver {
        // The rep who keeps nothing is no measure of how even the load of the others is.
        let leaving = &mut staying.members[place];
        (leaving.capacity, leaving.customer_capacity) = (Some(0), Some(0));
    }
    tables.push(fairness(&staying, &states, lang));
    tables
}

/// The load of each member before and after the plan.
fn load(allocation: &Allocation, after: &Loads, lang: Lang) -> Table {
    let (care, given, after) = (allocation.care, allocation.given(), after.held(allocation.care));
    let members = allocation.team.members.iter().enumerate();
    let loads = members.filter(|(_, member)| member.presence.is_member());
    let loads = loads.map(|(place, member)| MemberLoad {
        member,
        holds: member.held(care),
        given: Some(given[place]),
        after: after[place],
        capacity: member.capacity(care),
        emphasis: Emphasis::Plain,
    });
    load_table(&loads.collect::<Vec<_>>(), true, care, lang)
}

/// The method, how good the plans are, and how to write them.
fn notes(allocated: &Allocated, lang: Lang, applied: bool) -> Vec<String> {
    let mut notes = quality(allocated, lang);
    if !applied && allocated.both().iter().any(|allocation| allocation.plan.placed > 0) {
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

/// How good the plans are.
#[allow(clippy::cast_precision_loss, reason = "shown with a few decimals")]
pub(super) fn quality(allocated: &Allocated, lang: Lang) -> Vec<String> {
    let share = |amount: i64| amount as f64 / UNIT as f64;
    let both = allocated.both().into_iter();
    let shown = both.filter(|a| a.care == Care::Prospect || !a.prospects.is_empty());
    let note = |allocation: &Allocation| {
        let plan = &allocation.plan;
        let (value, bound, gap) = (share(plan.value()), share(plan.bound), plan.gap());
        // The open prospects are meant where nothing else is said.
        let of = match allocation.care {
            Care::Prospect => "",
            Care::Customer => lang.pick("customers: ", "客户："),
        };
        let words = match (gap, lang) {
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
                        format!(
                            "总分{value:.2}，分配同样多客户时上限{bound:.2}，差距至多{percent:.3}%"
                        )
                    }
                }
            }
        };
        format!("{of}{words}")
    };
    shown.map(note).collect()
}

/// Every rep's score for one prospect.
///
/// # Errors
/// Fails if the prospect at this path is not in the pool, or not among those selected.
pub fn why(path: &Path, allocated: &Allocated, book: &Book) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let found = allocated.both().into_iter().find_map(|allocation| {
        let mut candidates = allocation.prospects.iter();
        Some((allocation, candidates.position(|one| *one.prospect.path == *path)?))
    });
    let Some((allocation, position)) = found else {
        let id = id_of(path);
        let elsewhere = |record: &Record| {
            let asked = *record.prospect.path == *path;
            asked.then(|| not_in_pool(record, &book.settings)).flatten()
        };
        let problem = book.gather_everybody(&Query::everything(), elsewhere).pop();
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
        column("why", Kind::Text, lang).optional(2),
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
