//! Where a prospect stands, in as few words as a funnel asks for. As long as its file does not change, that
//! stays true from its last entry on, for every day: only whether it is overdue moves with the day, and
//! its [`Clock`] says from which day on.

use crate::model::event::Event;
use crate::model::pipeline::Outcome;
use crate::rules::replay::state::{Record, StageSpell};
use crate::value::date::{Date, Day};
use crate::value::money::Sum;

/// How long somebody has been on the clock, and how long they may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    /// Since when it runs; `None` = it does not.
    pub start: Option<Date>,
    /// The sales cycle that applies, in days.
    pub cycle_days: u32,
    /// On hold until this day, on which it resumes.
    pub hold: Option<Date>,
}

impl Clock {
    /// Days on the clock on a day; none before it starts, 0 before an appointment.
    pub fn age(&self, day: Date) -> Option<i64> {
        self.start.map(|start| day.days_since(start).max(0))
    }

    /// The first day on which the sales cycle is over, and no hold excuses it.
    pub fn over_from(&self) -> Option<Day> {
        let over = Day::from(self.start?).plus(self.cycle_days).plus(1);
        Some(self.hold.map_or(over, |until| over.max(until.into())))
    }

    /// Is it over on a day?
    pub fn is_over(&self, day: Date) -> bool {
        self.over_from().is_some_and(|from| from <= day.into())
    }
}

/// A stretch in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// The column's position.
    pub stage: usize,
    /// First day.
    pub from: Day,
    /// The day it left; `None` = still there.
    pub to: Option<Day>,
}

/// Where a prospect stands, what it is worth there, and how long it stayed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The day of the first entry.
    pub opened: Option<Day>,
    /// From this day on it stays so, until something is entered: the day of the last entry, whether that
    /// stands or not. `None` where later entries are there already.
    pub since: Option<Day>,
    /// Position of its pipeline in the settings.
    pub pipeline: usize,
    /// Position of its column in the pipeline.
    pub stage: usize,
    /// What was booked once it is won, else what is expected.
    pub worth: Sum,
    /// Past the sales cycle from this day on. Never outside the open columns behind the first.
    pub overdue_from: Option<Day>,
    /// The columns it entered, in order ([`History::entries`](crate::rules::replay::state::History::entries)).
    pub stays: Vec<Stay>,
}

impl Standing {
    /// Where a record's prospect stands on the record's day, `as_of`.
    pub fn of(record: &Record, as_of: Date) -> Standing {
        let state = &record.state;
        let last = record.prospect.events.last().map_or(Date::MIN, Event::date);
        let stay = |spell: &StageSpell| Stay {
            stage: spell.stage,
            from: spell.from.into(),
            to: spell.to.map(Day::from),
        };
        Standing {
            opened: state.opened.map(Day::from),
            since: Some(last).filter(|last| *last <= as_of).map(Day::from),
            pipeline: state.pipeline,
            stage: state.stage,
            worth: worth(record),
            overdue_from: state.clock().over_from().filter(|_| state.can_be_overdue()),
            stays: record.history.entries().map(stay).collect(),
        }
    }

    /// Past the sales cycle on a day.
    pub fn overdue_on(&self, day: Day) -> bool {
        self.overdue_from.is_some_and(|from| from <= day)
    }
}

fn worth(record: &Record) -> Sum {
    let mut sum = Sum::default();
    let booked = &record.state.booked;
    if record.state.outcome == Outcome::Won && *booked != Sum::default() {
        sum.add_sum(booked);
    } else if let Some(value) = record.state.value {
        sum.add(value);
    }
    sum
}
