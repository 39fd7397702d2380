//! The moves that even out the load: the sheet that shows them, and the entries that make them.

use super::load::{MemberLoad, load_table};
use super::proposal::Proposed;
use crate::model::settings::Settings;
use crate::plan::rebalance::{Rebalance as Plan, Stays};
use crate::report::allocation::fairness;
use crate::report::breakdown::stage_cell;
use crate::report::figures::called;
use crate::rules::book::Book;
use crate::rules::replay::care::Care;
use crate::rules::team::fairness::{Loads, capacities};
use crate::table::sheet::{Audience, Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;

/// The entries of the plans for prospects and customers. `spoken`: the language of their reasons.
pub fn moves<'p>(plans: &'p [Plan<'_>; 2], spoken: Lang) -> impl Iterator<Item = Proposed<'p>> {
    let id = |place: usize| &plans[0].team.members[place].rep.id;
    plans.iter().flat_map(|plan| &plan.moves).map(move |step| Proposed {
        path: &step.prospect.path,
        stage: None,
        serves: Vec::new(),
        owner: Some(id(step.to).clone()),
        reason: spoken.pick("rebalanced", "负荷平衡").into(),
        moved: words!("{} -> {}", "{} -> {}", id(step.from), id(step.to)),
    })
}

/// The moves of prospects and customers, the load and its fairness before and after. `applied`: the moves are being written.
pub fn sheet(plans: &[Plan; 2], book: &Book, applied: bool) -> Sheet {
    let lang = book.settings.language;
    let [plan, _] = plans;
    let id = |place: usize| Cell::text(&*plan.team.members[place].rep.id);
    let rows = plans.iter().flat_map(|plan| &plan.moves).map(|step| {
        let prospect = &step.prospect;
        Row::new(vec![
            Cell::text(prospect.id.clone()),
            Cell::text(prospect.name.clone()),
            match prospect.is_customer {
                true => Cell::Empty,
                false => stage_cell(prospect.stage(&book.settings), lang),
            },
            Cell::maybe(step.last_entry, Cell::Date),
            id(step.from),
            id(step.to),
        ])
    });
    let moves = Table {
        id: "moves".into(),
        columns: vec![
            column("id", Kind::Id, lang),
            column("name", Kind::Text, lang),
            column("stage", Kind::Text, lang),
            column("last-entry", Kind::Date, lang).optional(2),
            column("from-rep", Kind::Text, lang),
            column("to-rep", Kind::Text, lang),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let [before, after] = &plan.loads;
    let [_, customers] = plans;
    let after = Loads { customers: customers.loads[1].customers.clone(), ..after.clone() };
    let states = [(lang.pick("before", "之前"), before), (lang.pick("after", "之后"), &after)];
    let mut about = match lang {
        Lang::En | Lang::Machine => format!(
            "{}  ·  {} of {} movable prospects move",
            book.as_of,
            plan.moves.len(),
            plan.movable
        ),
        Lang::Zh => {
            format!("{}  ·  可移动{}个，移动{}个", book.as_of, plan.movable, plan.moves.len())
        }
    };
    let with_customers = customers.bands.iter().any(Option::is_some);
    if with_customers {
        about += &match lang {
            Lang::En | Lang::Machine => {
                format!(", {} of {} customers", customers.moves.len(), customers.movable)
            }
            Lang::Zh => {
                format!("；客户可移动{}个，移动{}个", customers.movable, customers.moves.len())
            }
        };
    }
    let mut tables = vec![moves, load(plan, lang)];
    tables.push(Table { audience: Audience::of(with_customers), ..load(customers, lang) });
    tables.push(fairness(&plan.team, &states, lang));
    Sheet {
        id: "rebalance".into(),
        title: lang.pick("Rebalancing", "负荷平衡").into(),
        about,
        tables,
        notes: notes(plans, &book.settings, applied),
        ..Sheet::default()
    }
}

/// The load of each member whose load the plan evens out.
fn load(plan: &Plan, lang: Lang) -> Table {
    let [before, after] = &plan.loads;
    let outside = plan.outside();
    let capacities = capacities(&plan.team, plan.care);
    let (before, after) = (before.held(plan.care), after.held(plan.care));
    let places = (0..plan.bands.len()).filter(|place| plan.bands[*place].is_some());
    let loads = places.map(|place| MemberLoad {
        member: &plan.team.members[place],
        holds: before[place],
        given: None,
        after: after[place],
        capacity: Some(capacities[place]),
        emphasis: if outside.contains(&place) { Emphasis::Warn } else { Emphasis::Plain },
    });
    load_table(&loads.collect::<Vec<_>>(), false, plan.care, lang)
}

fn notes(plans: &[Plan; 2], settings: &Settings, applied: bool) -> Vec<String> {
    let lang = settings.language;
    let mut notes = Vec::new();
    if plans.iter().all(|plan| plan.outside().is_empty()) {
        notes.push(lang.pick("every rep is within the tolerance", "所有人都在容差之内").to_owned());
    }
    for plan in plans {
        // The open prospects are meant where nothing else is said.
        let of = match plan.care {
            Care::Prospect => "",
            Care::Customer => lang.pick("customers: ", "客户："),
        };
        let outside = plan.outside();
        if !outside.is_empty() {
            let names = outside.iter().map(|place| {
                let (low, high) = plan.bands[*place].unwrap_or_default();
                let held = plan.loads[1].held(plan.care)[*place];
                let name = called(&plan.team.members[*place].rep.id, settings);
                format!("{name} ({held}, {low}-{high})")
            });
            let why =
                lang.pick("no move that is allowed brings these closer", "现有条件下无法再接近");
            notes.push(format!("{of}{}", lang.about(why, &lang.listed(names))));
        }
        if !plan.stay.is_empty() {
            let stay =
                plan.stay.iter().map(|(why, count)| format!("{count} {}", words(*why, lang)));
            let why = lang.pick("not moved", "不移动");
            notes.push(format!("{of}{}", lang.about(why, &lang.listed(stay))));
        }
    }
    if !applied && plans.iter().any(|plan| !plan.moves.is_empty()) {
        let text = lang.pick("nothing is written yet: --apply writes it", "尚未写入：--apply 写入");
        notes.push(text.to_owned());
    }
    notes
}

fn words(stays: Stays, lang: Lang) -> &'static str {
    match stays {
        Stays::FarAlong => lang.pick("at 50 or beyond", "已到50%或以上"),
        Stays::Touched => lang.pick("touched lately", "近期有跟进"),
        Stays::DoNotAssign => lang.pick("not to be assigned", "不分配"),
        Stays::NotSelected => lang.pick("not selected", "未选"),
        Stays::Account => lang.pick("of an account that stays", "所属客户整体不动"),
    }
}
