//! The rows of one file of a ledger: its entries and people, and what replay makes of it day by day.

use super::line::{Line, Rows, Timeline};
use super::schema::DatasetTable;
use crate::format::line::{
    written_days, written_facts, written_lines, written_roles, written_schedule,
};
use crate::model::event::{Event, NO_OWNER, event_keys};
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::privacy::VEIL;
use crate::model::profile::FactValue;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::acts::acts;
use crate::rules::replay::passage::End;
use crate::rules::replay::state::{Pursuit, Record};
use crate::rules::replay::{derive, replay, retractions};
use crate::rules::sales::{SaleKind, sales};
use crate::value::date::Date;
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::BTreeSet;

/// What is true on every day is true since this year: a day that every engine knows.
const FIRST_YEAR: i32 = 1900;

/// The rows of a day.
pub(super) type DayRows = Vec<(DatasetTable, Line)>;

/// Adds the rows of a file.
pub(super) fn put(prospect: &Prospect, settings: &Settings, rows: &mut Rows) {
    events(prospect, rows);
    contacts(prospect, rows);
    let mut time = Timeline::default();
    let mut known = None;
    for day in days(prospect) {
        known = on_day(known, prospect, settings, day);
        if let Some(record) = &known {
            time.day(day, of_day(record, settings, day), rows);
        }
    }
    time.end(rows);
}

/// The record of a file on a day. That of an earlier day is used again: only facts that entries change are read anew.
pub(super) fn on_day(
    known: Option<Record>,
    prospect: &Prospect,
    settings: &Settings,
    day: Date,
) -> Option<Record> {
    let is_fixed = prospect.events.iter().all(|event| event.set.is_empty());
    let Some(known) = known.filter(|_| is_fixed) else {
        return replay(prospect.clone(), settings, day);
    };
    let (state, history, findings) = derive(&known.prospect, settings, day)?;
    Some(Record { state, history, findings, ..known })
}

/// The days on which a file has entries: no figure of the dated tables changes on another one. A file without any is there on
/// every day.
pub(super) fn days(prospect: &Prospect) -> BTreeSet<Date> {
    match prospect.events.is_empty() {
        true => Date::new(FIRST_YEAR, 1, 1).into_iter().collect(),
        false => prospect.events.iter().map(Event::date).collect(),
    }
}

/// The columns of an event's key, by its type.
macro_rules! put_value {
    (Kind, $line:expr, $value:expr) => {
        $line.text($value.name())
    };
    (Criteria, $line:expr, $value:expr) => {
        $line.texts(&$value)
    };
    (Texts, $line:expr, $value:expr) => {
        $line.texts(&$value)
    };
    (Time, $line:expr, $value:expr) => {
        $line.text(&$value.map(|time| time.to_string()).unwrap_or_default())
    };
    (Moment, $line:expr, $value:expr) => {
        $line.text(&$value.map(|at| at.to_string()).unwrap_or_default())
    };
    (Date, $line:expr, $value:expr) => {
        $line.day($value)
    };
    (Money, $line:expr, $value:expr) => {
        $line.money($value)
    };
    (Score, $line:expr, $value:expr) => {
        $line.maybe_decimal($value)
    };
    (Bool, $line:expr, $value:expr) => {
        $line.maybe_flag($value)
    };
    (Count, $line:expr, $value:expr) => {
        $line.maybe_count($value)
    };
    (Severity, $line:expr, $value:expr) => {
        $line.maybe_count($value)
    };
    (Roles, $line:expr, $value:expr) => {
        $line.text(&written_roles(&$value).unwrap_or_default())
    };
    (Facts, $line:expr, $value:expr) => {
        $line.text(&written_facts(&open_facts(&$value)).unwrap_or_default())
    };
    (Schedule, $line:expr, $value:expr) => {
        $line.text(&written_schedule(&$value).unwrap_or_default())
    };
    (Lines, $line:expr, $value:expr) => {
        $line.text(&written_lines(&$value).unwrap_or_default())
    };
    (Dates, $line:expr, $value:expr) => {
        $line.text(&written_days(&$value).unwrap_or_default())
    };
    // A rep; an empty one, which releases to the pool, is told from none.
    (Rep, $line:expr, $value:expr) => {
        $line.text($value.as_deref().map_or("", |id| if id.is_empty() { NO_OWNER } else { id }))
    };
    ($text:ident, $line:expr, $value:expr) => {
        $line.maybe($value.as_ref())
    };
}

macro_rules! define_keys {
    (
        kind: Kind, $kind_en:literal, $kind_zh:literal, $kind_about:literal;
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        /// Adds the values of an entry's keys.
        fn keys(line: Line, event: &Event) -> Line {
            let line = line.text(event.kind.name());
            $(let line = put_value!($type, line, event.$name);)*
            let details = event.details();
            $(let line = put_value!($of_type, line, details.$of);)*
            line
        }
    };
}
event_keys!(define_keys);

/// The changed facts whose values are not sealed.
fn open_facts(facts: &[(Text, FactValue)]) -> Vec<(Text, FactValue)> {
    let is_sealed =
        |value: &FactValue| matches!(value, FactValue::Text(text) if text.as_str() == VEIL);
    facts.iter().filter(|(_, value)| !is_sealed(value)).cloned().collect()
}

fn events(prospect: &Prospect, rows: &mut Rows) {
    let by = retractions(&prospect.events);
    for (at, event) in prospect.events.iter().enumerate() {
        let retracted = by[at].map(|by| prospect.events[by].date());
        let line = Line::default()
            .text(&prospect.id)
            .flag(prospect.is_customer)
            .count(at + 1)
            .text(&event.key.text)
            .day(Some(event.date()))
            .day(retracted);
        rows.put(DatasetTable::Events, keys(line, event));
    }
}

fn contacts(prospect: &Prospect, rows: &mut Rows) {
    for (at, person) in prospect.contacts.iter().enumerate() {
        let line = Line::default()
            .text(&prospect.id)
            .flag(prospect.is_customer)
            .count(at + 1)
            .text(&person.name)
            .maybe(person.role.as_ref())
            .flag(person.is_decider())
            .maybe(person.phone.as_ref())
            .maybe(person.email.as_ref())
            .day(person.birthday)
            .maybe(person.part.as_ref())
            .maybe(person.stance.as_ref())
            .maybe(person.concern.as_ref())
            .maybe(person.prefers.as_ref())
            .texts(&person.refuses)
            .day(person.left);
        rows.put(DatasetTable::Contacts, line);
    }
}

/// The rows that are true on a day. A customer's file has no board.
fn of_day(record: &Record, settings: &Settings, day: Date) -> DayRows {
    let mut rows = vec![(DatasetTable::Prospects, facts(record))];
    for (at, spell) in record.history.owners.iter().enumerate() {
        let line = Line::default()
            .text(&record.prospect.id)
            .flag(record.prospect.is_customer)
            .count(at + 1)
            .maybe(spell.owner.as_ref())
            .day(Some(spell.from))
            .day(spell.to);
        rows.push((DatasetTable::OwnerSpells, line));
    }
    if !record.prospect.is_customer {
        rows.push((DatasetTable::States, state(record, settings)));
        spells(record, settings, &mut rows);
        pursuits(record, settings, &mut rows);
        passes(record, settings, &mut rows);
        acted(record, settings, day, &mut rows);
    }
    sold(record, settings, day, &mut rows);
    rows
}

/// What was done up to the day.
fn acted(record: &Record, settings: &Settings, day: Date, rows: &mut DayRows) {
    let ever = Period { from: Date::MIN, to: Date::MAX };
    let mut n = 0;
    acts(record, settings, day, ever, |act| {
        n += 1;
        let line = Line::default()
            .text(&record.prospect.id)
            .count(n)
            .text(act.step.name())
            .day(Some(act.on))
            .text(act.rep);
        rows.push((DatasetTable::Acts, line));
    });
}

/// What was sold, billed and paid up to the day.
fn sold(record: &Record, settings: &Settings, day: Date, rows: &mut DayRows) {
    for (at, sale) in sales(record, settings, day).iter().enumerate() {
        let table = match sale.kind {
            SaleKind::Booked => DatasetTable::Orders,
            SaleKind::Billed => DatasetTable::Invoices,
            SaleKind::Received => DatasetTable::Payments,
        };
        let line = Line::default()
            .text(&record.prospect.id)
            .count(at + 1)
            .day(Some(sale.on))
            .flag(sale.is_first)
            .money(sale.money)
            .maybe_decimal(sale.standard(settings).map(|money| money.amount))
            .maybe_decimal(sale.margin().map(|money| money.amount))
            .maybe_decimal(sale.quantity)
            .maybe(sale.product.as_ref())
            .maybe(sale.channel.as_ref())
            .text(record.history.owner_on(sale.on).unwrap_or_default())
            .text(record.prospect.profile().relation.name());
        rows.push((table, line));
    }
}

fn facts(record: &Record) -> Line {
    let prospect = &record.prospect;
    let open = prospect.facts.iter().filter(|(_, value)| *value != VEIL);
    let own: Vec<String> = open.map(|(name, value)| format!("{name}={value}")).collect();
    Line::default()
        .text(&prospect.id)
        .flag(prospect.is_customer)
        .text(&prospect.name)
        .maybe(prospect.company.as_ref())
        .maybe(prospect.industry.as_ref())
        .maybe(prospect.region.as_ref())
        .maybe(prospect.size.as_ref())
        .maybe(prospect.source.as_ref())
        .maybe(prospect.product.as_ref())
        .maybe(prospect.account.as_ref())
        .texts(&prospect.needs)
        .texts(&prospect.tags)
        .text(prospect.profile().relation.name())
        .text(&own.join(";"))
}

/// The id of an outcome.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "open",
        Outcome::Won => "won",
        Outcome::Lost => "lost",
    }
}

fn stage(line: Line, pipeline: &Pipeline, at: usize) -> Line {
    line.text(&pipeline.stages[at].id).count(at)
}

fn state(record: &Record, settings: &Settings) -> Line {
    let (state, pipeline) = (&record.state, record.pipeline(settings));
    let overdue = state.clock().over_from().filter(|_| state.can_be_overdue());
    let overdue = overdue.map(Date::from);
    let hold = state.hold.as_ref().map(|hold| hold.until);
    let line = Line::default().text(&record.prospect.id).text(&pipeline.id);
    stage(line, pipeline, state.stage)
        .text(outcome(state.outcome))
        .count(state.pursuit)
        .day(state.pursuit_opened)
        .day(state.since)
        .maybe(state.owner.as_ref())
        .money(state.value)
        .sum(&record.worth())
        .maybe_decimal(record.weighted(settings))
        .day(state.evidence.close_by.map(|(day, _)| day))
        .day(overdue)
        .day(hold)
}

fn spells(record: &Record, settings: &Settings, rows: &mut DayRows) {
    let pipeline = record.pipeline(settings);
    for (at, spell) in record.history.stages.iter().enumerate() {
        let line = Line::default()
            .text(&record.prospect.id)
            .count(at + 1)
            .text(&pipeline.id)
            .count(spell.pursuit);
        let line = stage(line, pipeline, spell.stage)
            .day(Some(spell.from))
            .day(spell.to)
            .maybe(spell.forced.as_ref())
            .maybe(spell.reason.as_ref());
        rows.push((DatasetTable::StageSpells, line));
    }
}

fn pursuits(record: &Record, settings: &Settings, rows: &mut DayRows) {
    let history = &record.history;
    let owner_on = |pursuit: &Pursuit| {
        let ended = pursuit.ended.map(|(on, _)| on);
        ended.and_then(|on| history.owner_on(on)).map(Text::from)
    };
    for pursuit in &history.pursuits {
        let line = Line::default()
            .text(&record.prospect.id)
            .text(&record.pipeline(settings).id)
            .count(pursuit.number)
            .day(Some(pursuit.opened))
            .day(pursuit.ended.map(|(on, _)| on))
            .text(pursuit.ended.map_or("", |(_, how)| outcome(how)))
            .maybe_count(pursuit.left_from)
            .day(pursuit.clock_start)
            .flag(history.clock_ran(pursuit))
            .maybe(pursuit.reason.as_ref())
            .sum(&pursuit.worth)
            .maybe(owner_on(pursuit).as_ref());
        rows.push((DatasetTable::Pursuits, line));
    }
}

/// Runs of the clock that have not begun yet are among them: an appointment's day may be ahead.
fn passes(record: &Record, settings: &Settings, rows: &mut DayRows) {
    for (at, pass) in record.history.passes(Date::MAX).enumerate() {
        let end = match pass.end.map(|(_, end)| end) {
            None => "",
            Some(End::Won) => "won",
            Some(End::Lost) => "lost",
            Some(End::FellBack) => "fell-back",
        };
        let line = Line::default()
            .text(&record.prospect.id)
            .count(at + 1)
            .text(&record.pipeline(settings).id)
            .day(Some(pass.opened))
            .day(Some(pass.start))
            .day(pass.end.map(|(on, _)| on))
            .number(Some(pass.start))
            .number(pass.end.map(|(on, _)| on))
            .text(end)
            .count(record.state.cycle_days);
        rows.push((DatasetTable::ClockPasses, line));
    }
}
