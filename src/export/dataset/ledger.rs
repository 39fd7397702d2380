//! The rows of a ledger that are of no file: its settings, reps, boards, calendar and tallies.

use super::file::outcome;
use super::line::{Line, Rows};
use super::schema::DatasetTable;
use crate::model::sales::TargetSpan;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::team::order::rank;
use crate::rules::working_time::WorkClock;
use crate::value::date::{Date, Time};
use crate::value::label::Lang;

/// The calendar goes so many years beyond the last entry, for questions about days to come.
const YEARS_AHEAD: i32 = 5;

/// Adds them; `days` are the first and the last day with an entry.
pub(super) fn put(book: &Book, days: Option<(Date, Date)>, rows: &mut Rows) {
    let settings = &book.settings;
    let tallied = book.tallies.iter().map(|(_, day, _)| *day);
    let first = days.map(|(first, _)| first).into_iter().chain(tallied).min();
    ledger(settings, first, rows);
    reps(settings, rows);
    stages(settings, rows);
    if let (Some(first), Some((_, last))) = (first, days) {
        calendar(settings, first, last, rows);
    }
    for (rep, day, tally) in &book.tallies {
        let line = Line::default()
            .text(rep)
            .day(Some(*day))
            .count(tally.dials)
            .count(tally.conversations)
            .count(tally.appointments);
        rows.put(DatasetTable::Tallies, line);
    }
}

fn ledger(settings: &Settings, first: Option<Date>, rows: &mut Rows) {
    let clock = WorkClock::of(settings);
    let limit = |at: usize| settings.receivables.limits.get(at).copied();
    let currency = settings.currency.map(|currency| currency.to_string());
    let line = Line::default()
        .text(&currency.unwrap_or_default())
        .day(first)
        .maybe_count(limit(0))
        .maybe_count(limit(1))
        .maybe_count(limit(2))
        .count(clock.day_minutes())
        .flag(clock.has_calendar());
    rows.put(DatasetTable::Ledgers, line);
}

/// In the order in which reports list them.
fn reps(settings: &Settings, rows: &mut Rows) {
    let mut reps: Vec<_> = settings.reps.iter().collect();
    reps.sort_by_cached_key(|rep| (rank(&rep.id, settings), rep.id.clone()));
    for (at, rep) in reps.into_iter().enumerate() {
        let line = Line::default()
            .text(&rep.id)
            .text(rep.display())
            .count(at + 1)
            .maybe(rep.manager.as_ref());
        rows.put(DatasetTable::Reps, line);
    }
}

fn stages(settings: &Settings, rows: &mut Rows) {
    for (position, board) in settings.pipelines.iter().enumerate() {
        for (at, stage) in board.stages.iter().enumerate() {
            let line = Line::default()
                .text(&board.id)
                .count(position)
                .flag(board.is_spare)
                .text(&stage.id)
                .count(at)
                .text(stage.label.get(Lang::Machine, &stage.id))
                .text(outcome(stage.outcome))
                .decimal(stage.probability);
            rows.put(DatasetTable::Stages, line);
        }
    }
}

fn calendar(settings: &Settings, first: Date, last: Date, rows: &mut Rows) {
    let clock = WorkClock::of(settings);
    let end = Date::new(last.year().saturating_add(YEARS_AHEAD), 12, 31).unwrap_or(Date::MAX);
    let mut day = Date::new(first.year(), 1, 1).unwrap_or(first);
    let mut worked = 0_i64;
    loop {
        let is_worked = clock.is_worked(day);
        worked += i64::from(is_worked);
        let minutes = |hour, minute| Time::new(hour, minute, 0).map(|time| (day, time));
        let minutes = minutes(0, 0).zip(minutes(23, 59)).map(|(from, to)| clock.minutes(from, to));
        let quarter = TargetSpan::Quarter.around(day, settings.fiscal_year);
        let line = Line::default()
            .day(Some(day))
            .number(Some(day))
            .flag(is_worked)
            .count(worked)
            .maybe_count(minutes)
            .day(Some(quarter.from))
            .day(Some(quarter.to))
            .day(Some(day.plus_months(-12)));
        rows.put(DatasetTable::Calendar, line);
        if day >= end {
            break;
        }
        day = day.plus(1);
    }
}
