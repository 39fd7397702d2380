//! The load of a team before and after a plan.

use crate::report::allocation::{named_once, utilisation};
use crate::rules::replay::care::Care;
use crate::rules::team::Member;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Table};
use crate::table::words::column;
use crate::value::label::Lang;

/// The load of a member before and after a plan.
pub(super) struct MemberLoad<'m> {
    pub member: &'m Member<'m>,
    /// Open prospects, or customers, before the plan.
    pub holds: u32,
    /// Those that the plan gives, where it only gives.
    pub given: Option<u32>,
    /// Those after the plan.
    pub after: u32,
    /// How many the member may hold; `None` for any number.
    pub capacity: Option<u32>,
    pub emphasis: Emphasis,
}

/// A row for each member; with a column `given` where the plan only gives.
pub(super) fn load_table(loads: &[MemberLoad], only_gives: bool, care: Care, lang: Lang) -> Table {
    let (id, title) = match care {
        Care::Prospect => ("load", lang.pick("Load", "负荷")),
        Care::Customer => ("load-customers", lang.pick("Load of customers", "客户负荷")),
    };
    let rows = loads.iter().map(|load| {
        let int = |n: u32| Cell::Int(i64::from(n));
        let mut cells = vec![
            Cell::text(&*load.member.rep.id),
            Cell::text(load.member.rep.display()),
            int(load.holds),
        ];
        cells.extend(load.given.map(int));
        cells.extend([
            int(load.after),
            Cell::maybe(load.capacity, int),
            utilisation(load.after, load.capacity.unwrap_or(0)),
        ]);
        Row::with(cells, load.emphasis)
    });
    let mut columns = vec![
        column("rep", Kind::Text, lang),
        column("name", Kind::Text, lang),
        column("holds", Kind::Number, lang),
    ];
    columns.extend(only_gives.then(|| column("given", Kind::Number, lang)));
    columns.extend(["after", "capacity", "utilisation"].map(|id| column(id, Kind::Number, lang)));
    let rows = rows.collect();
    let table = Table { id: id.into(), title: title.into(), columns, rows, ..Table::default() };
    named_once(table, lang)
}
