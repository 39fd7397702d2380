//! `crm report sheet`: the week's action sheet (潜在客户管理行动工具表) of each rep.

use super::Request;
use super::words::column;
use crate::diag::Diagnostic;
use crate::model::date::Date;
use crate::model::label::Lang;
use crate::model::period::Period;
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::model::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::rules::book::Book;
use crate::rules::replay::derive;
use crate::rules::state::{Record, State};
use crate::rules::week::{Checkpoint, checkpoints, week_of};
use std::collections::BTreeMap;

/// A name on the sheet.
struct Name<'b> {
    record: &'b Record,
    state: State,
}

/// One rep at one checkpoint: who stands where.
type Standing<'b> = BTreeMap<(String, Date), Vec<Name<'b>>>;

/// The sheets of the week that the as-of day lies in, or of the one stated.
pub fn action_sheet(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let week = week(book, request);
    let points = reached(week, &settings.checkpoints, book.as_of);
    let standing = standing(book, request, week, &points);
    let mut sheet = Sheet {
        id: "sheet".into(),
        title: lang.pick("Action sheet", "潜在客户管理行动工具表").into(),
        about: format!("{} {week}", lang.pick("week", "周")),
        ..Sheet::default()
    };
    sheet.tables.push(long(&standing, settings));
    for ((owner, on), names) in &standing {
        sheet.tables.push(grid(owner, *on, names, settings));
    }
    if standing.is_empty() {
        sheet.notes.push(lang.pick("nobody is on the board this week", "本周看板为空").into());
    }
    Ok(sheet)
}

/// The week a request means.
pub fn week(book: &Book, request: &Request) -> Period {
    let day = request.period.map_or(book.as_of, |period| period.to);
    week_of(day, book.settings.week_start)
}

/// The checkpoints of a week that have begun by the as-of day; the last one is cut to it.
pub fn reached(week: Period, days: &[crate::model::date::Weekday], as_of: Date) -> Vec<Checkpoint> {
    let mut points = checkpoints(week, days);
    points.retain(|point| point.covers.from <= as_of);
    for point in &mut points {
        point.covers.to = point.covers.to.min(as_of);
    }
    points
}

/// Everybody on the default board at each checkpoint: open ones, and those that closed in the week.
fn standing<'b>(
    book: &'b Book,
    request: &'b Request,
    week: Period,
    points: &[Checkpoint],
) -> Standing<'b> {
    let mut standing = Standing::new();
    for record in request.select(book).filter(|record| record.state.pipeline == 0) {
        for point in points {
            let Some((state, ..)) = derive(&record.prospect, &book.settings, point.covers.to)
            else {
                continue;
            };
            let on_sheet = match state.outcome {
                Outcome::Open => true,
                Outcome::Won => state.since.is_some_and(|since| week.contains(since)),
                Outcome::Lost => false,
            };
            if on_sheet {
                let owner = state.owner.as_deref().unwrap_or("").to_owned();
                standing.entry((owner, point.on)).or_default().push(Name { record, state });
            }
        }
    }
    standing
}

/// One row a name, for machines.
fn long(standing: &Standing, settings: &Settings) -> Table {
    let lang = settings.language;
    let columns = vec![
        column("owner", Kind::Text, lang),
        column("checkpoint", Kind::Date, lang),
        column("stage", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("first-meeting", Kind::Date, lang),
        column("cycle", Kind::Number, lang),
        column("overdue", Kind::Text, lang),
    ];
    let mut rows = Vec::new();
    for ((owner, on), names) in standing {
        for name in names {
            rows.push(Row::new(vec![
                Cell::text(owner),
                Cell::Date(*on),
                Cell::text(&*settings.pipelines[0].stages[name.state.stage].id),
                Cell::text(&*name.record.prospect.id),
                Cell::text(&*name.record.prospect.name),
                Cell::maybe(name.state.evidence.first_meeting, Cell::Date),
                Cell::Int(i64::from(name.state.cycle_days)),
                Cell::Bool(name.state.flags.overdue),
            ]));
        }
    }
    Table { id: "names".into(), columns, rows, audience: Audience::Machines, ..Table::default() }
}

/// The sheet as it hangs on the wall: a column for each column of the board, names below each other.
fn grid(owner: &str, on: Date, names: &[Name], settings: &Settings) -> Table {
    let lang = settings.language;
    let pipeline = &settings.pipelines[0];
    let shown = &pipeline.stages[..=pipeline.won()];
    let columns = shown
        .iter()
        .map(|stage| Column::new(&*stage.id, stage.label.get(lang, &stage.id), Kind::Text))
        .collect();
    let stacks: Vec<Vec<String>> = (0..shown.len()).map(|stage| stack(names, stage)).collect();
    let height = stacks.iter().map(Vec::len).max().unwrap_or(0);
    let mut rows: Vec<Row> = (0..height)
        .map(|line| {
            let cell = |stack: &Vec<String>| Cell::maybe(stack.get(line).cloned(), Cell::Text);
            Row::new(stacks.iter().map(cell).collect())
        })
        .collect();
    let totals = stacks.iter().map(|stack| Cell::count(stack.len())).collect();
    rows.push(Row::with(totals, Emphasis::Total));
    Table {
        id: format!("{}-{on}", if owner.is_empty() { "pool" } else { owner }),
        title: heading(owner, on, pipeline, settings, lang),
        columns,
        rows,
        audience: Audience::People,
    }
}

/// The names of one column, oldest first meeting first: `12.15 何建国`, with `!` past the cycle.
fn stack(names: &[Name], stage: usize) -> Vec<String> {
    let mut names: Vec<&Name> = names.iter().filter(|name| name.state.stage == stage).collect();
    names.sort_by_key(|name| {
        (
            name.state.evidence.first_meeting.is_none(),
            name.state.evidence.first_meeting,
            &name.record.prospect.id,
        )
    });
    names
        .iter()
        .map(|name| {
            let met = name.state.evidence.first_meeting;
            let met = met.map(|d| format!("{}.{} ", d.month(), d.day())).unwrap_or_default();
            let mark = if name.state.flags.overdue { " !" } else { "" };
            format!("{met}{}{mark}", name.record.prospect.name)
        })
        .collect()
}

fn heading(owner: &str, on: Date, pipeline: &Pipeline, settings: &Settings, lang: Lang) -> String {
    let who = match settings.rep(owner) {
        Some(rep) => rep.display().to_owned(),
        None if owner.is_empty() => lang.pick("Pool", "客户池").to_owned(),
        None => owner.to_owned(),
    };
    let cycle = settings.cycle(pipeline, Some(owner));
    match lang {
        Lang::En => format!(
            "{who}  ·  filled in {} {on}  ·  sales cycle {cycle} days  ·  ! = past it",
            on.weekday().name()
        ),
        Lang::Zh => format!("{who}  ·  填表日 {on}  ·  销售周期 {cycle} 天  ·  ! = 逾期"),
    }
}
