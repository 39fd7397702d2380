//! `crm report team`: the week's team sheet (部门追踪表): per member and checkpoint, counts and money.

use super::Request;
use super::sheet::{reached, week};
use super::words::column;
use crate::diag::Diagnostic;
use crate::model::date::Date;
use crate::model::label::Lang;
use crate::model::money::Sum;
use crate::model::period::Period;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::model::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet};
use crate::rules::book::Book;
use crate::rules::replay::{derive, standing};
use crate::rules::state::Record;
use std::collections::{BTreeMap, BTreeSet};

/// The figures of one member at one checkpoint.
#[derive(Debug, Clone, Default)]
struct Figures {
    /// Who stands in each column, from the second to the closed one.
    counts: Vec<i64>,
    /// Payments less refunds in the days covered.
    received: Sum,
    /// Bookings in the days covered.
    booked: Sum,
}

/// The team sheet of the week that the as-of day lies in, or of the one stated.
pub fn team_sheet(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let week = week(book, request);
    let points = reached(week, &settings.team_checkpoints, book.as_of);
    let pipeline = &settings.pipelines[0];
    let stages = &pipeline.stages[1..=pipeline.won()];
    let mut figures: BTreeMap<(String, Date), Figures> = BTreeMap::new();
    for member in members(book, request, week) {
        for point in &points {
            let empty = Figures { counts: vec![0; stages.len()], ..Figures::default() };
            figures.insert((member.clone(), point.on), empty);
        }
    }
    for record in request.select(book).filter(|record| record.state.pipeline == 0) {
        for point in &points {
            tally(record, settings, week, point.on, point.covers, &mut figures);
        }
    }
    let mut columns = vec![column("rep", Kind::Text, lang), column("checkpoint", Kind::Text, lang)];
    columns
        .extend(stages.iter().map(|s| Column::new(&*s.id, s.label.get(lang, &s.id), Kind::Number)));
    columns.push(Column::new("received", lang.pick("Received", "预收保费"), Kind::Number));
    columns.push(Column::new("booked", lang.pick("Booked", "承保标保"), Kind::Number));
    let mut sheet = Sheet::single(
        "team",
        lang.pick("Team sheet", "部门追踪表"),
        columns,
        rows(&figures, settings),
    );
    sheet.about = format!("{} {week}", lang.pick("week", "周"));
    Ok(sheet)
}

/// Everybody who sells in the week: the settings' reps, then other owners.
fn members(book: &Book, request: &Request, week: Period) -> Vec<String> {
    let mut members: BTreeSet<String> = request
        .select(book)
        .filter(|record| record.state.outcome == Outcome::Open)
        .filter_map(|record| record.state.owner.as_deref().map(String::from))
        .collect();
    let there = |rep: &&crate::model::settings::Rep| {
        rep.left.is_none_or(|left| left >= week.from)
            && rep.joined.is_none_or(|joined| joined <= week.to)
    };
    // A query narrows the sheet to the members it selects; without one, those with nothing count too.
    if request.query.is_empty() {
        members.extend(book.settings.reps.iter().filter(there).map(|rep| rep.id.to_string()));
    }
    members.into_iter().collect()
}

/// Adds one prospect to its owner's figures at a checkpoint.
fn tally(
    record: &Record,
    settings: &Settings,
    week: Period,
    on: Date,
    covers: Period,
    figures: &mut BTreeMap<(String, Date), Figures>,
) {
    let Some((state, ..)) = derive(&record.prospect, settings, covers.to) else { return };
    let won = settings.pipelines[0].won();
    let counted = state.outcome == Outcome::Open && state.stage > 0
        || state.outcome == Outcome::Won && state.since.is_some_and(|since| week.contains(since));
    let (received, booked) = money(record, settings, covers);
    if !counted && received == Sum::default() && booked == Sum::default() {
        return;
    }
    let owner = state.owner.as_deref().unwrap_or("").to_owned();
    let empty = Figures { counts: vec![0; won], ..Figures::default() };
    let slot = figures.entry((owner, on)).or_insert(empty);
    if counted {
        slot.counts[state.stage - 1] += 1;
    }
    slot.received.add_sum(&received);
    slot.booked.add_sum(&booked);
}

/// Money that came in, and money that was booked, in a period.
fn money(record: &Record, settings: &Settings, period: Period) -> (Sum, Sum) {
    let (mut received, mut booked) = (Sum::default(), Sum::default());
    for event in standing(&record.prospect.events, period.to).filter(|e| period.contains(e.date()))
    {
        let Some(amount) = event.amount.map(|amount| settings.own(amount)) else { continue };
        match &*event.kind {
            "payment" => received.add(amount),
            "refund" => received.add(amount.negated()),
            "booking" => booked.add(amount),
            _ => {}
        }
    }
    (received, booked)
}

/// A row for each checkpoint of each member, the member's week, and the week of all.
fn rows(figures: &BTreeMap<(String, Date), Figures>, settings: &Settings) -> Vec<Row> {
    let lang = settings.language;
    let mut rows = Vec::new();
    let mut total = Figures::default();
    let members: BTreeSet<&String> = figures.keys().map(|(member, _)| member).collect();
    for member in members {
        let own: Vec<(&Date, &Figures)> = figures
            .range((member.clone(), Date::MIN)..=(member.clone(), Date::MAX))
            .map(|((_, on), figures)| (on, figures))
            .collect();
        let name = match settings.rep(member) {
            Some(rep) => rep.display().to_owned(),
            None if member.is_empty() => lang.pick("(pool)", "（客户池）").to_owned(),
            None => member.clone(),
        };
        let mut week = Figures::default();
        for (on, figures) in own {
            rows.push(Row::new(cells(&name, Cell::Date(*on), figures)));
            // Counts are of a day: the week's are those of its last checkpoint. Money adds up.
            week.counts.clone_from(&figures.counts);
            week.received.add_sum(&figures.received);
            week.booked.add_sum(&figures.booked);
        }
        rows.push(Row::with(cells(&name, week_cell(lang), &week), Emphasis::Total));
        total.counts.resize(week.counts.len(), 0);
        for (sum, count) in total.counts.iter_mut().zip(&week.counts) {
            *sum += count;
        }
        total.received.add_sum(&week.received);
        total.booked.add_sum(&week.booked);
    }
    if !rows.is_empty() {
        rows.push(Row::with(
            cells(lang.pick("All", "合计"), week_cell(lang), &total),
            Emphasis::Total,
        ));
    }
    rows
}

fn week_cell(lang: Lang) -> Cell {
    Cell::text(lang.pick("week", "全周"))
}

fn cells(name: &str, checkpoint: Cell, figures: &Figures) -> Vec<Cell> {
    let mut cells = vec![Cell::text(name), checkpoint];
    cells.extend(figures.counts.iter().map(|count| Cell::Int(*count)));
    cells.push(Cell::Amount(figures.received.own));
    cells.push(Cell::Amount(figures.booked.own));
    cells
}
