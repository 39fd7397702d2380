//! `crm report allocation`: the load of each rep, its fairness, and the rep whose turn is next.

use super::Request;
use super::figures::called;
use crate::diag::{Diagnostic, counted};
use crate::model::settings::{Presence, Settings, level_words};
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::care::Care;
use crate::rules::replay::state::Record;
use crate::rules::team::fairness::{Loads, capacities};
use crate::rules::team::{Member, Team, TeamCount, absence, unknown_owner};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;

/// The counts of prospects.
#[derive(Default)]
struct LoadScan<'b> {
    team: TeamCount<'b>,
    /// Open ones whose owner the settings do not list.
    unknown: usize,
    /// Selected ones in the pool.
    pool: usize,
}

impl<'b> LoadScan<'b> {
    fn take(&mut self, record: &Record, selected: bool, book: &'b Book) {
        self.team.take(record, book);
        self.unknown += usize::from(unknown_owner(record, &book.settings).is_some());
        self.pool += usize::from(selected && record.in_pool());
    }

    fn join(&mut self, other: LoadScan<'b>) {
        self.team.join(other.team);
        self.unknown += other.unknown;
        self.pool += other.pool;
    }
}

/// The report.
pub fn allocation(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let selected = request.selection(book);
    let LoadScan { team, unknown, pool } = book.fold_everybody(
        &Query::everything(),
        |seen: &mut LoadScan, record| seen.take(record, selected.has(record), book),
        LoadScan::join,
    );
    let team = team.team(book);
    let turns = team.next();
    let columns = vec![
        column("rep", Kind::Text, lang),
        column("name", Kind::Text, lang),
        column("level", Kind::Text, lang),
        column("holds", Kind::Number, lang),
        column("capacity", Kind::Number, lang),
        column("room", Kind::Number, lang),
        column("utilisation", Kind::Number, lang),
        column("value", Kind::Number, lang),
        column("weighted", Kind::Number, lang),
        column("last-assigned", Kind::Date, lang),
        column("turn", Kind::Number, lang),
        column("presence", Kind::Text, lang),
    ];
    let columns = Column::giving_way(columns, &["last-assigned", "weighted", "level", "value"]);
    let rows = team
        .members
        .iter()
        .filter(|member| member.presence.is_member() || member.held > 0)
        .map(|member| {
            let turn = turns.iter().position(|other| other.rep.id == member.rep.id);
            let int = |n: u32| Cell::Int(i64::from(n));
            let cells = vec![
                Cell::text(&*member.rep.id),
                Cell::text(member.rep.display()),
                Cell::maybe(member.rep.level.as_deref(), |level| {
                    Cell::text(level_words(level).get(lang))
                }),
                int(member.held),
                Cell::maybe(member.capacity, int),
                Cell::maybe(member.room(Care::Prospect), int),
                utilisation(member.held, member.capacity.unwrap_or(0)),
                Cell::Amount(member.value.own),
                Cell::Amount(member.weighted),
                Cell::maybe(member.last_assigned, |(day, ..)| Cell::Date(day)),
                Cell::maybe(turn, |turn| Cell::count(turn + 1)),
                Cell::text(absence(member.presence).get(lang)),
            ];
            Row::with(cells, emphasis(member, Care::Prospect))
        })
        .collect();
    let load = Table { id: "load".into(), columns, rows, ..Table::default() };
    let load = named_once(load, lang);
    let loads = Loads::of(&team);
    let mut tables = vec![load];
    let audience = Audience::of(carries_customers(&team, &[&loads]));
    tables.push(Table { audience, ..customers(&team, lang) });
    tables.push(fairness(&team, &[("", &loads)], lang));
    let mut notes = Vec::new();
    match turns.as_slice() {
        [] => notes.push(lang.pick("nobody can be given a prospect", "目前无人可接新客户").into()),
        [next, ..] => notes.push(format!(
            "{} {}",
            lang.pick(
                "if all fitted alike, the next prospect would go to",
                "条件相同时，下一个客户归"
            ),
            called(&next.rep.id, &book.settings)
        )),
    }
    notes.extend(team.members.iter().filter_map(|member| remark(member, &book.settings)));
    if unknown > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("open prospects of owners whom the settings do not list: {unknown}")
            }
            Lang::Zh => format!("{unknown}个客户的负责人不在设置中"),
        });
    }
    Ok(Sheet {
        id: "allocation".into(),
        title: lang.pick("Load of the team", "团队负荷").into(),
        about: format!(
            "{}  ·  {}{pool}",
            book.as_of,
            lang.pick("in the pool: ", "公海：潜在客户 ")
        ),
        tables,
        notes,
        ..Sheet::default()
    })
}

/// The customers of each rep, beside the open prospects.
fn customers(team: &Team, lang: Lang) -> Table {
    let int = |n: u32| Cell::Int(i64::from(n));
    let listed = |member: &&Member| member.presence.is_member() || member.customers > 0;
    let rows = team.members.iter().filter(listed).map(|member| {
        let cells = vec![
            Cell::text(&*member.rep.id),
            Cell::text(member.rep.display()),
            int(member.customers),
            Cell::maybe(member.customer_capacity, int),
            Cell::maybe(member.room(Care::Customer), int),
            utilisation(member.customers, member.customer_capacity.unwrap_or(0)),
        ];
        Row::with(cells, emphasis(member, Care::Customer))
    });
    let table = Table {
        id: "load-customers".into(),
        title: lang.pick("Load of customers", "客户负荷").into(),
        columns: vec![
            column("rep", Kind::Text, lang),
            column("name", Kind::Text, lang),
            column("holds", Kind::Number, lang),
            column("capacity", Kind::Number, lang),
            column("room", Kind::Number, lang),
            column("utilisation", Kind::Number, lang),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    named_once(table, lang)
}

/// People read the name of a rep instead of the id, once.
pub fn named_once(mut table: Table, lang: Lang) -> Table {
    let name = table.columns.iter().position(|column| column.id == "name");
    if let Some(at) = name.filter(|_| lang != Lang::Machine) {
        table.columns.remove(at);
        let rows = table.rows.iter().map(|row| {
            let mut row = row.into_owned();
            row.cells.remove(at);
            row
        });
        table.rows = rows.collect();
    }
    table
}

/// Is the load of customers worth showing: has a rep some, or a number of them that they can carry?
pub fn carries_customers(team: &Team, states: &[&Loads]) -> bool {
    let held = states.iter().flat_map(|loads| &loads.customers).any(|held| *held > 0);
    held || team.members.iter().any(|member| member.customer_capacity.is_some())
}

/// Load over capacity.
pub fn utilisation(held: u32, capacity: u32) -> Cell {
    if capacity == 0 { Cell::Empty } else { Cell::Rate(u64::from(held), u64::from(capacity)) }
}

/// One who is no member is listed only with prospects.
fn emphasis(member: &Member, care: Care) -> Emphasis {
    let over = member.capacity(care).is_some_and(|capacity| capacity < member.held(care));
    if over || !member.presence.is_member() { Emphasis::Warn } else { Emphasis::Plain }
}

/// A sentence about a rep that needs attention.
fn remark(member: &Member, settings: &Settings) -> Option<String> {
    let lang = settings.language;
    let (id, name, held) = (&member.rep.id, called(&member.rep.id, settings), member.held);
    let all = held + member.customers;
    if let (Presence::Gone(day), 1..) = (member.presence, all) {
        return Some(match lang {
            Lang::En | Lang::Machine => {
                format!("{name} left on {day} and still owns {all}: crm handover {id}")
            }
            Lang::Zh => format!("{name}已于{day}离职，名下还有{all}个客户：crm handover {id}"),
        });
    }
    let capacity = member.capacity.filter(|capacity| *capacity < held)?;
    Some(match lang {
        Lang::En | Lang::Machine => {
            format!("{name} holds {held}, more than the capacity of {capacity}")
        }
        Lang::Zh => format!("{name}持有{held}个，超过容量{capacity}"),
    })
}

/// How evenly the load is spread, for each of the named states of the team.
pub fn fairness(team: &Team, states: &[(&str, &Loads)], lang: Lang) -> Table {
    let several = states.len() > 1;
    let mut columns = vec![column("measure", Kind::Text, lang)];
    columns.extend(several.then(|| column("before-after", Kind::Text, lang)));
    columns.extend(["cv", "gini", "jain"].map(|id| column(id, Kind::Number, lang)));
    let mut names = vec![
        lang.pick("count", "人数"),
        lang.pick("value", "价值"),
        lang.pick("weighted", "加权价值"),
    ];
    let all: Vec<&Loads> = states.iter().map(|(_, loads)| *loads).collect();
    names.extend(carries_customers(team, &all).then(|| lang.pick("customers", "客户数")));
    let mut rows = Vec::new();
    for (index, name) in names.iter().enumerate() {
        for (when, loads) in states {
            let figures = loads.fairness(team)[index];
            let mut cells = vec![Cell::text(*name)];
            cells.extend(several.then(|| Cell::text(*when)));
            cells.extend([figures.cv, figures.gini, figures.jain].map(|figure| match figure {
                Some(figure) => Cell::Number(figure, 4),
                None => Cell::Absent(lang.pick("no load", "无负荷").into()),
            }));
            rows.push(Row::new(cells));
        }
    }
    let n = capacities(team, Care::Prospect).iter().filter(|capacity| **capacity > 0).count();
    let title = match lang {
        Lang::En | Lang::Machine => {
            format!("Fairness of load over capacity, {}", counted(n, "member", "members"))
        }
        Lang::Zh => format!("负荷公平度（负荷/容量），{n}人"),
    };
    Table { id: "fairness".into(), title, columns, rows: rows.into(), ..Table::default() }
}
