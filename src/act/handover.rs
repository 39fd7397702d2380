//! Handing over everything that a rep has: the sheet that shows it, and the entries that make it.

use super::allocate::{given, left_table, loads, plan_table, quality, waits};
use super::proposal::Proposed;
use crate::plan::allocate::Allocation;
use crate::plan::handover::{Along, Handover, Role};
use crate::rules::book::Book;
use crate::table::sheet::{Audience, Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::BTreeMap;
use std::path::Path;

/// The entries: one for each prospect and customer, that names the new owner and the new helpers together. `spoken`: the
/// language of their reasons.
pub fn entries<'h>(
    handover: &'h Handover<'_>,
    steps: &'h [crate::plan::allocate::Step],
    spoken: Lang,
) -> Vec<Proposed<'h>> {
    let rep = &handover.allocated.prospects.team.members[handover.place].rep.id;
    let mut entries: BTreeMap<&Path, Proposed> = BTreeMap::new();
    for step in steps {
        entries.insert(&step.prospect.path, given(step, spoken));
    }
    for allocation in handover.allocated.both() {
        for left in allocation.left(spoken) {
            let path = &*allocation.prospects[left.prospect].prospect.path;
            entries.insert(path, released(path, rep, &left.reason, spoken));
        }
    }
    for Role { prospect, role, to } in &handover.roles {
        let members = &handover.allocated.prospects.team.members;
        let to = to.map_or_else(Text::default, |to| members[to].rep.id.clone());
        let entry = entries.entry(&prospect.path).or_insert_with(|| Proposed {
            path: &prospect.path,
            stage: None,
            owner: None,
            serves: Vec::new(),
            reason: spoken.pick(&format!("handed over by {rep}"), &format!("{rep}移交")).into(),
            moved: words!("{role}: {rep} -> {}", "{role}：{rep} -> {}", no_one(&to)),
        });
        entry.serves.retain(|(known, _)| known != role);
        entry.serves.push((role.clone(), to));
    }
    entries.into_values().collect()
}

fn no_one(rep: &str) -> &str {
    if rep.is_empty() { "-" } else { rep }
}

/// The entry that gives to the pool what no rep may have.
fn released<'p>(path: &'p Path, rep: &str, why: &str, spoken: Lang) -> Proposed<'p> {
    let reason = match spoken {
        Lang::En | Lang::Machine => format!("handed over by {rep}: {why}"),
        Lang::Zh => format!("{rep}移交：{why}"),
    };
    Proposed {
        path,
        stage: None,
        owner: Some("".into()),
        serves: Vec::new(),
        reason: reason.as_str().into(),
        moved: words!("{rep} -> pool", "{rep} -> 公海"),
    }
}

/// Everything that goes, to whom and why; what goes to the pool; the roles; the load before and after. `applied`: it is
/// being written.
pub fn sheet(handover: &Handover, book: &Book, applied: bool) -> Sheet {
    let lang = book.settings.language;
    let allocated = &handover.allocated;
    let rep = allocated.prospects.team.members[handover.place].rep;
    let mut plan = plan_table(allocated, lang);
    along(&mut plan, handover, lang);
    let mut tables = vec![plan];
    tables.extend(left_table(allocated, lang.pick("To the pool", "放入公海"), lang));
    tables.push(roles(handover, lang));
    tables.extend(waits(allocated, lang));
    tables.extend(loads(allocated, lang));
    let mut notes = quality(allocated, lang);
    let empty = allocated.both().iter().all(|allocation| allocation.prospects.is_empty())
        && handover.roles.is_empty();
    if empty {
        notes = vec![lang.pick("nothing is left with this rep", "名下已没有需要移交的").into()];
    } else if !applied {
        let text = lang.pick("nothing is written yet: --apply writes it", "尚未写入：--apply 写入");
        notes.push(text.into());
    }
    Sheet {
        id: "handover".into(),
        title: match lang {
            Lang::En | Lang::Machine => format!("Handover of {}", rep.display()),
            Lang::Zh => format!("移交：{}", rep.display()),
        },
        about: about(handover, book),
        tables,
        notes,
        ..Sheet::default()
    }
}

fn about(handover: &Handover, book: &Book) -> String {
    let all = |allocation: &Allocation| (allocation.plan.placed, allocation.prospects.len());
    let (prospects, of) = all(&handover.allocated.prospects);
    let (customers, of_customers) = all(&handover.allocated.customers);
    let roles = handover.roles.iter().filter(|role| role.to.is_some()).count();
    let (day, of_roles) = (book.as_of, handover.roles.len());
    match book.settings.language {
        Lang::En | Lang::Machine => format!(
            "{day}  ·  placed: {prospects} of {of} prospects, {customers} of {of_customers} customers, {roles} of {of_roles} roles"
        ),
        Lang::Zh => format!(
            "{day}  ·  已安排：潜在客户{prospects}/{of}，客户{customers}/{of_customers}，协同角色{roles}/{of_roles}"
        ),
    }
}

/// Adds the open cases and the next step of each to the plan.
fn along(plan: &mut Table, handover: &Handover, lang: Lang) {
    let both = handover.allocated.both().into_iter();
    let placed = both.flat_map(|allocation| {
        let placements = allocation.placements().into_iter();
        placements.map(move |placement| {
            (&allocation.prospects[placement.prospect].prospect.id, allocation.care)
        })
    });
    plan.columns.extend([column("cases", Kind::Number, lang), column("next", Kind::Date, lang)]);
    let rows = plan.rows.iter().zip(placed).map(|(row, (id, _))| {
        let Along { cases, next } = handover.along.get(id).copied().unwrap_or_default();
        let mut cells = row.cells.clone();
        cells.extend([Cell::count(cases), Cell::maybe(next, Cell::Date)]);
        Row::with(cells, row.emphasis)
    });
    plan.rows = rows.collect::<Vec<_>>().into();
}

/// The roles in which the rep served.
fn roles(handover: &Handover, lang: Lang) -> Table {
    let members = &handover.allocated.prospects.team.members;
    let row = |Role { prospect, role, to }: &Role| {
        let cells = vec![
            Cell::text(&*prospect.id),
            Cell::text(&*prospect.name),
            Cell::text(role.clone()),
            Cell::maybe(*to, |to| Cell::text(&*members[to].rep.id)),
        ];
        Row::with(cells, if to.is_some() { Emphasis::Plain } else { Emphasis::Warn })
    };
    Table {
        id: "roles".into(),
        title: lang.pick("Helper roles", "协同角色").into(),
        columns: vec![
            column("id", Kind::Id, lang),
            column("name", Kind::Text, lang),
            column("role", Kind::Text, lang),
            column("rep", Kind::Text, lang),
        ],
        rows: handover.roles.iter().map(row).collect(),
        audience: Audience::of(!handover.roles.is_empty()),
    }
}
