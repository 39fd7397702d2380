//! `crm report team`: the week's team sheet (部门追踪表): per member and checkpoint, counts and money.

use super::Request;
use super::breakdown::join;
use super::dimension::Dimension;
use super::figures::{member, others};
use super::sheet::{Weeks, about, numbered, reached, short, weekday, weeks};
use crate::diag::Diagnostic;
use crate::model::kind::EventKind;
use crate::model::pipeline::{Outcome, Stage};
use crate::model::settings::{Rep, Settings};
use crate::rules::book::Book;
use crate::rules::replay::past::Past;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::rules::sales::bookings;
use crate::rules::team::order::{department, rank};
use crate::rules::week::{Checkpoint, checkpoints};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Sum;
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::{BTreeMap, BTreeSet};

/// The figures of one member at one checkpoint.
#[derive(Debug, Clone, Default)]
struct MemberFigures {
    /// Prospects in each column, from the second to the closed one; closed: in the week so far.
    counts: Vec<i64>,
    /// Payments less refunds.
    received: Sum,
    /// Bookings, weighed by their products: the standard premium.
    booked: Sum,
}

impl MemberFigures {
    fn empty(columns: usize) -> MemberFigures {
        MemberFigures { counts: vec![0; columns], ..MemberFigures::default() }
    }

    fn add(&mut self, other: &MemberFigures) {
        for (sum, count) in self.counts.iter_mut().zip(&other.counts) {
            *sum += count;
        }
        self.received.add_sum(&other.received);
        self.booked.add_sum(&other.booked);
    }
}

/// Figures by member, one for each checkpoint of a week.
type Members = BTreeMap<Text, Vec<MemberFigures>>;

/// The data of the prospects that the sheets need.
#[derive(Default)]
struct TeamScan {
    /// The boards in use.
    boards: BTreeSet<usize>,
    /// By board and week.
    members: BTreeMap<(usize, Period), Members>,
    money: Vec<Paid>,
}

/// The money that one prospect brought an owner in the days of a checkpoint.
struct Paid {
    id: Text,
    board: usize,
    week: Period,
    checkpoint: usize,
    owner: Text,
    money: MemberFigures,
}

/// The team sheet of the week at work on the as-of day, or of the weeks that the period means.
pub fn team_sheet(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let mut found = gather(book, request);
    let weeks = weeks(book, request);
    let mut sheet = Sheet {
        id: "team".into(),
        title: lang.pick("Team sheet", "部门追踪表").into(),
        about: about(&weeks, lang),
        ..Sheet::default()
    };
    let (mut machines, mut people, mut hidden) = (Vec::new(), Vec::new(), Vec::new());
    let used = found.boards.clone();
    for (board, _) in settings.boards(|board| used.contains(&board)) {
        let unused = !found.boards.contains(&board) && board > 0;
        let mut long = Vec::new();
        for week in &weeks {
            let all = checkpoints(*week, &settings.team_checkpoints);
            let points = reached(*week, &settings.team_checkpoints, book.as_of);
            let mut members = found.members.remove(&(board, *week)).unwrap_or_default();
            // A query narrows the sheet to the members it selects; without one, those with nothing
            // count too.
            if request.query.is_empty() {
                let empty = || nothing(board, &points, settings);
                for rep in settings.reps.iter().filter(|rep| is_there(rep, *week)) {
                    members.entry(rep.id.clone()).or_insert_with(empty);
                }
            }
            long.extend(long_rows(&members, &points, settings));
            let departments = request.by == Some(Dimension::MANAGER);
            let mut table = weekly(board, &members, &all, departments, settings);
            if weeks.len() > 1 {
                table.id = format!("{}-{}", table.id, week.from);
                table.title = format!("{} {week}", table.title).trim().to_owned();
            }
            sheet.notes.extend(foreign(&members, *week, lang));
            if unused { hidden.push(table) } else { people.push(table) }
        }
        let table = long_table(board, long, settings);
        if unused { hidden.push(table) } else { machines.push(table) }
    }
    if let [table] = people.as_mut_slice() {
        table.title = String::new();
    }
    // Boards that are not in use have tables too, for requests that name them.
    let hidden = hidden.into_iter().map(|t| Table { audience: Audience::Nobody, ..t });
    let note = lang.pick(
        "columns count who stood there when the checkpoint's days ended; closed, and the money, are of the week: the money of each checkpoint's own days, added up",
        "各栏为该填表日之前的在册人数；成交为本周累计；金额为各填表日所覆盖日期的金额，全周相加",
    );
    sheet.notes.push(note.into());
    sheet.tables = machines.into_iter().chain(people).chain(hidden).collect();
    Ok(sheet)
}

/// No figures yet, at each checkpoint.
fn nothing(board: usize, points: &[Checkpoint], settings: &Settings) -> Vec<MemberFigures> {
    vec![MemberFigures::empty(settings.pipelines[board].won()); points.len()]
}

/// Was the rep one of the team in that week?
fn is_there(rep: &Rep, week: Period) -> bool {
    rep.left.is_none_or(|left| left >= week.from)
        && rep.joined.is_none_or(|joined| joined <= week.to)
}

/// The figures of all members in every week that the request may mean.
fn gather(book: &Book, request: &Request) -> TeamScan {
    let settings = &book.settings;
    let weeks = Weeks::at_most(book, request, &settings.team_checkpoints);
    let mut found = request.fold(
        book,
        |found: &mut TeamScan, record| {
            let board = record.state.pipeline;
            found.boards.insert(board);
            for (week, points) in weeks.of(record) {
                let members = found.members.entry((board, week)).or_default();
                count(record, book, week, points, members);
                found.money.extend(paid(record, book, week, points));
            }
        },
        |all, part| {
            all.boards.extend(part.boards);
            join(&mut all.members, part.members, |known, members| {
                join(known, members, |points, others| {
                    points.iter_mut().zip(&others).for_each(|(a, b)| a.add(b));
                });
            });
            all.money.extend(part.money);
        },
    );
    // The decimals of a sum may depend on the order of its parts: it is that of ids.
    found.money.sort_by(|a, b| a.id.cmp(&b.id));
    for Paid { board, week, checkpoint, owner, money, .. } in std::mem::take(&mut found.money) {
        let points = reached(week, &settings.team_checkpoints, book.as_of);
        let members = found.members.entry((board, week)).or_default();
        let figures = members.entry(owner).or_insert_with(|| nothing(board, &points, settings));
        figures[checkpoint].add(&money);
    }
    found
}

/// Counts a prospect where it stood at each checkpoint of a week, and in the closed column for each time
/// it had closed in the week.
fn count(record: &Record, book: &Book, week: Period, points: &[Checkpoint], members: &mut Members) {
    let settings = &book.settings;
    let won = record.pipeline(settings).won();
    for (n, point) in points.iter().enumerate() {
        let Some(past) = Past::of(record, book, point.covers.to) else { continue };
        let mut count = |owner: Option<&str>, stage: usize| {
            let empty = || nothing(record.state.pipeline, points, settings);
            let figures = members.entry(owner.unwrap_or("").into()).or_insert_with(empty);
            figures[n].counts[stage - 1] += 1;
        };
        if past.outcome() == Outcome::Open && past.stage() > 0 {
            count(past.owner(), past.stage());
        }
        past.closings(week.from).for_each(|(_, owner)| count(owner, won));
    }
}

/// The money of a prospect in a week, by checkpoint and by the owner of the day: the sum known at a
/// checkpoint less the sum known at the one before: an entry retracted in between is taken off again.
fn paid(record: &Record, book: &Book, week: Period, points: &[Checkpoint]) -> Vec<Paid> {
    let events = &record.prospect.events;
    let from = events.partition_point(|event| event.date() < week.from);
    let to = events.partition_point(|event| event.date() <= week.to);
    if events[from..to].iter().all(|event| event.amount.is_none() && event.details.is_none()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut before: BTreeMap<Text, MemberFigures> = BTreeMap::new();
    for (checkpoint, point) in points.iter().enumerate() {
        let mut known: BTreeMap<Text, MemberFigures> = BTreeMap::new();
        let inside = Period { from: week.from, to: point.covers.to };
        let owner = |on: Date| {
            let past = Past::of(record, book, on);
            Text::from(past.as_ref().and_then(Past::owner).unwrap_or_default())
        };
        for event in standing(events, point.covers.to).filter(|e| inside.contains(e.date())) {
            let Some(amount) = event.amount.map(|a| book.settings.own(a)) else { continue };
            let amount = match event.kind {
                EventKind::Payment => amount,
                EventKind::Refund => amount.negated(),
                _ => continue,
            };
            known.entry(owner(event.date())).or_default().received.add(amount);
        }
        let booked = bookings(record, &book.settings, point.covers.to).into_iter();
        for sale in booked.filter(|sale| inside.contains(sale.on)) {
            let standard = sale.standard(&book.settings).into_iter();
            let slot = known.entry(owner(sale.on)).or_default();
            standard.for_each(|money| slot.booked.add(money));
        }
        let owners: BTreeSet<&Text> = known.keys().chain(before.keys()).collect();
        for owner in owners {
            let mut money = known.get(owner).cloned().unwrap_or_default();
            if let Some(before) = before.get(owner) {
                money.received.take_sum(&before.received);
                money.booked.take_sum(&before.booked);
            }
            let (id, owner) = (record.prospect.id.clone(), owner.clone());
            let board = record.state.pipeline;
            found.push(Paid { id, board, week, checkpoint, owner, money });
        }
        before = known;
    }
    found
}

/// The members in the order of the sheet.
fn in_order<'m>(
    members: &'m Members,
    settings: &Settings,
) -> Vec<(&'m Text, &'m Vec<MemberFigures>)> {
    let mut order: Vec<_> = members.iter().collect();
    order.sort_by_cached_key(|(id, _)| (rank(id, settings), (*id).clone()));
    order
}

/// A member's week: counts are of its last checkpoint, money adds up.
fn week_of(points: &[MemberFigures], columns: usize) -> MemberFigures {
    let mut week = MemberFigures::empty(columns);
    for figures in points {
        week.counts.clone_from(&figures.counts);
        week.received.add_sum(&figures.received);
        week.booked.add_sum(&figures.booked);
    }
    week
}

/// The columns of counts and of money.
fn figure_columns(board: usize, settings: &Settings) -> Vec<Column> {
    let lang = settings.language;
    let pipeline = &settings.pipelines[board];
    let stages = pipeline.stages[1..=pipeline.won()].iter();
    let mut columns: Vec<Column> = stages
        .enumerate()
        .map(|(at, stage)| Column::new(&*stage.id, heading(at + 1, stage, lang), Kind::Number))
        .collect();
    columns.push(Column::new("received", lang.pick("Received", "预收保费"), Kind::Number));
    columns.push(Column::new("booked", lang.pick("Booked", "承保标保"), Kind::Number));
    columns
}

fn figure_cells(figures: &MemberFigures) -> Vec<Cell> {
    let mut cells: Vec<Cell> = figures.counts.iter().map(|count| Cell::Int(*count)).collect();
    cells.push(Cell::Amount(figures.received.own));
    cells.push(Cell::Amount(figures.booked.own));
    cells
}

/// A column's title: `2-约定初次见面数`, `3-(25%)`, `6-成交`.
fn heading(position: usize, stage: &Stage, lang: Lang) -> String {
    let title = numbered(position, stage, lang);
    let counted = stage.outcome == Outcome::Open && !title.ends_with(')');
    if lang == Lang::Zh && counted { title + "数" } else { title }
}

/// The sheet as it is handed round: a block for each checkpoint, with every member and the subtotal, and the week of
/// all; with `departments`, a subtotal of each in every block. Checkpoints to come are empty, to be filled in by hand.
fn weekly(
    board: usize,
    members: &Members,
    points: &[Checkpoint],
    departments: bool,
    settings: &Settings,
) -> Table {
    let lang = settings.language;
    let pipeline = &settings.pipelines[board];
    let width = pipeline.won();
    let member_title = lang.pick("1-Member", "1-组员姓名");
    let mut columns = vec![Column::new("rep", member_title, Kind::Text)];
    columns.extend(figure_columns(board, settings));
    let row = |name: String, figures: Option<&MemberFigures>, emphasis| {
        let mut cells = vec![Cell::text(name)];
        cells.extend(figures.map(figure_cells).unwrap_or_default());
        cells.resize(columns.len(), Cell::Empty);
        Row::with(cells, emphasis)
    };
    let subtotal = lang.pick("Subtotal", "小计");
    let order = in_order(members, settings);
    let mut rows = Vec::new();
    for (at, point) in points.iter().enumerate().filter(|_| !order.is_empty()) {
        let day = format!("{} {}", weekday(point.on, lang), short(point.on));
        rows.push(row(day, None, Emphasis::Plain));
        let (mut all, mut part) = (None, None);
        for (position, (id, figures)) in order.iter().enumerate() {
            let figures = figures.get(at);
            rows.push(row(member(id, settings), figures, Emphasis::Plain));
            add(&mut all, figures, width);
            add(&mut part, figures, width);
            let own = department(id, settings);
            let next = order.get(position + 1);
            if departments && next.is_none_or(|(next, _)| department(next, settings) != own) {
                rows.push(row(named(own, settings), part.as_ref(), Emphasis::Total));
                part = None;
            }
        }
        rows.push(row(subtotal.to_owned(), all.as_ref(), Emphasis::Total));
    }
    if !order.is_empty() {
        let mut week = MemberFigures::empty(width);
        order.iter().for_each(|(_, figures)| week.add(&week_of(figures, width)));
        let name = lang.pick("The week's total", "本周合计").to_owned();
        rows.push(row(name, Some(&week), Emphasis::Total));
    }
    let title = pipeline.label.get(lang, &pipeline.id).to_owned();
    let id = format!("{}-week", pipeline.id);
    Table { id, title, columns, rows: rows.into(), audience: Audience::People }
}

/// Adds figures to a sum, which is none before the first of them.
fn add(sum: &mut Option<MemberFigures>, figures: Option<&MemberFigures>, width: usize) {
    if let Some(figures) = figures {
        sum.get_or_insert_with(|| MemberFigures::empty(width)).add(figures);
    }
}

/// How a department is called, by its manager.
fn named(manager: Option<&str>, settings: &Settings) -> String {
    match (manager, settings.language) {
        (Some(manager), Lang::En | Lang::Machine) => {
            format!("{}'s department", member(manager, settings))
        }
        (Some(manager), Lang::Zh) => format!("{}部", member(manager, settings)),
        (None, lang) => lang.pick("no department", "无部门").to_owned(),
    }
}

/// The table for machines: a row for each member and checkpoint, without sums.
fn long_table(board: usize, rows: Vec<Row>, settings: &Settings) -> Table {
    let lang = settings.language;
    let pipeline = &settings.pipelines[board];
    let mut columns = vec![
        column("manager", Kind::Text, lang),
        column("rep", Kind::Text, lang),
        column("name", Kind::Text, lang),
        column("checkpoint", Kind::Date, lang),
        column("covers-from", Kind::Date, lang),
        column("covers-to", Kind::Date, lang),
    ];
    columns.extend(figure_columns(board, settings));
    columns.push(Column::new(
        "received-other",
        lang.pick("Received, other currencies", "预收（其他货币）"),
        Kind::Text,
    ));
    columns.push(Column::new(
        "booked-other",
        lang.pick("Booked, other currencies", "承保（其他货币）"),
        Kind::Text,
    ));
    let id = pipeline.id.to_string();
    Table { id, columns, rows: rows.into(), audience: Audience::Machines, ..Table::default() }
}

fn long_rows(members: &Members, points: &[Checkpoint], settings: &Settings) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, figures) in in_order(members, settings) {
        for (point, figures) in points.iter().zip(figures) {
            let mut cells = vec![
                Cell::text(department(id, settings).unwrap_or("")),
                Cell::text(&**id),
                Cell::text(member(id, settings)),
                Cell::Date(point.on),
                Cell::Date(point.covers.from),
                Cell::Date(point.covers.to),
            ];
            cells.extend(figure_cells(figures));
            cells.push(Cell::list(others(&figures.received)));
            cells.push(Cell::list(others(&figures.booked)));
            rows.push(Row::new(cells));
        }
    }
    rows
}

/// Money in currencies without a rate is never added to the columns: it is said apart.
fn foreign(members: &Members, week: Period, lang: Lang) -> Option<String> {
    let (mut received, mut booked) = (Sum::default(), Sum::default());
    for figures in members.values().flatten() {
        received.add_sum(&figures.received);
        booked.add_sum(&figures.booked);
    }
    let line = |title: &str, sum: &Sum| {
        let lines = others(sum);
        (!lines.is_empty()).then(|| format!("{title} {}", lang.listed(lines)))
    };
    let parts: Vec<String> = [
        line(lang.pick("received", "预收"), &received),
        line(lang.pick("booked", "承保"), &booked),
    ]
    .into_iter()
    .flatten()
    .collect();
    let title =
        lang.pick("in other currencies, not in the columns above", "其他货币（未计入上表）");
    (!parts.is_empty()).then(|| {
        let of = format!("{title}{}{}", lang.pick(", ", "，"), week.from);
        lang.about(&of, &lang.clauses(parts))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_columns_are_counts_in_chinese_and_others_keep_their_titles() {
        let stages = Settings::default().pipelines.remove(0).stages;
        let titles = |lang| [1, 2, 5].map(|at| heading(at, &stages[at], lang));
        assert_eq!(titles(Lang::Zh), ["2-约定初次见面数", "3-(25%)", "6-成交"]);
        assert_eq!(titles(Lang::En), ["2-First meeting set", "3-(25%)", "6-Closed"]);
    }
}
