//! The acts of reps and the steps of pursuits, as activity counts them: each with its day and its rep.
//!
//! Dials, conversations and meetings are acts: each counts. The other steps count once in a pursuit, on the day it
//! first got there: the first call of a pursuit (new people called), the appointment for its first meeting, the first
//! meeting, the first entry into one of the last three open columns (a prospect), the close. An entry counts for its
//! recorder, else for the owner of that day; a column that a prospect reached counts for the owner of that day.

use crate::model::event::Event;
use crate::model::kind::{Counts, EventKind};
use crate::model::pipeline::{Known, Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::rules::replay::standing;
use crate::rules::replay::state::{Pursuit, Record};
use crate::value::date::Date;
use crate::value::money::Sum;
use crate::value::period::Period;

/// A kind of act, or a step of a pursuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'r> {
    /// A number was dialled.
    Dial,
    /// A call was answered.
    Conversation,
    /// A meeting was held, of any kind.
    Meeting,
    /// The first call of a pursuit.
    FirstCall,
    /// The first meeting of a pursuit was set.
    Appointment,
    /// The first meeting of a pursuit was held.
    FirstMeeting,
    /// It became a prospect.
    Prospect,
    /// It closed, and brought this money.
    Close(&'r Sum),
}

impl Step<'_> {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Step::Dial => "dials",
            Step::Conversation => "conversations",
            Step::Meeting => "meetings",
            Step::FirstCall => "first-calls",
            Step::Appointment => "appointments",
            Step::FirstMeeting => "first-meetings",
            Step::Prospect => "prospects",
            Step::Close(_) => "closes",
        }
    }
}

/// One act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act<'r> {
    /// What was done.
    pub step: Step<'r>,
    /// The day.
    pub on: Date,
    /// The rep that it counts for; empty = the pool.
    pub rep: &'r str,
}

/// The columns of prospects (准客户): the last three open ones, but never the first.
pub fn first_prospect_column(pipeline: &Pipeline) -> usize {
    pipeline.open().len().saturating_sub(3).max(1)
}

/// Calls `each` with the acts of a record up to a day that lie in a period, in the order of entries, then of pursuits.
pub fn acts<'r>(
    record: &'r Record,
    settings: &Settings,
    as_of: Date,
    period: Period,
    each: impl FnMut(Act<'r>),
) {
    ActReader { record, settings, period, each }.read(as_of);
}

struct ActReader<'r, 's, F> {
    record: &'r Record,
    settings: &'s Settings,
    period: Period,
    each: F,
}

impl<'r, F: FnMut(Act<'r>)> ActReader<'r, '_, F> {
    fn read(&mut self, as_of: Date) {
        let record = self.record;
        let events: Vec<&Event> = standing(&record.prospect.events, as_of).collect();
        for event in &events {
            self.act(event);
        }
        let pursuits = &record.history.pursuits;
        for (n, pursuit) in pursuits.iter().enumerate() {
            let until = pursuits.get(n + 1).map_or(Date::MAX, |next| next.opened);
            let inside = |event: &&&Event| pursuit.opened <= event.date() && event.date() < until;
            let own: Vec<&Event> = events.iter().filter(inside).copied().collect();
            self.pursuit(pursuit, &own);
        }
    }

    fn put(&mut self, step: Step<'r>, on: Date, rep: &'r str) {
        if self.period.contains(on) {
            (self.each)(Act { step, on, rep });
        }
    }

    /// Dials, conversations and meetings.
    fn act(&mut self, event: &'r Event) {
        if !self.period.contains(event.date()) {
            return;
        }
        let (day, rep) = (event.date(), self.recorder(event));
        if event.kind == EventKind::Call {
            self.put(Step::Dial, day, rep);
            if event.reached != Some(false) {
                self.put(Step::Conversation, day, rep);
            }
        }
        if self.settings.counts(&event.kind) == Counts::Meeting {
            self.put(Step::Meeting, day, rep);
        }
    }

    /// The steps that count once in a pursuit.
    fn pursuit(&mut self, pursuit: &'r Pursuit, events: &[&'r Event]) {
        let settings = self.settings;
        let pipeline = self.record.pipeline(settings);
        let (first, won) = (first_prospect_column(pipeline), pipeline.won());
        if let Some(call) = events.iter().find(|event| event.kind == EventKind::Call) {
            self.put(Step::FirstCall, call.date(), self.recorder(call));
        }
        let met = events.iter().position(|event| settings.counts(&event.kind) == Counts::Meeting);
        if let Some(meeting) = met.map(|at| events[at]) {
            self.put(Step::FirstMeeting, meeting.date(), self.recorder(meeting));
        }
        self.appointment(pursuit, &events[..met.unwrap_or(events.len())], first);
        let spells = || self.record.history.stages.iter().filter(|s| s.pursuit == pursuit.number);
        let became = spells().find(|spell| (first..=won).contains(&spell.stage));
        if let Some(day) = became.map(|spell| spell.from) {
            self.put(Step::Prospect, day, self.owner(day));
        }
        if let Some((day, Outcome::Won)) = pursuit.ended {
            self.put(Step::Close(&pursuit.worth), day, self.owner(day));
        }
    }

    /// The appointment for a pursuit's first meeting: an entry before it that names a next step, or the
    /// move into the column of appointments, whichever comes first; not of a pursuit that is past that column already.
    fn appointment(&mut self, pursuit: &'r Pursuit, before: &[&'r Event], first: usize) {
        let spells = || self.record.history.stages.iter().filter(|s| s.pursuit == pursuit.number);
        let became = spells().find(|s| s.stage >= first).map_or(Date::MAX, |spell| spell.from);
        let named = before.iter().find(|event| event.next.is_some() && event.date() <= became);
        // A column that requires a meeting is none of appointments.
        let mut required =
            self.settings.required(self.record.pipeline(self.settings), first.saturating_sub(1));
        let is_before = !required.any(|criterion| criterion.known == Known::Met);
        let moved = spells().find(|spell| is_before && first > 1 && spell.stage == first - 1);
        let (day, rep) = match (named, moved) {
            (Some(event), Some(spell)) if spell.from < event.date() => {
                (spell.from, self.owner(spell.from))
            }
            (Some(event), _) => (event.date(), self.recorder(event)),
            (None, Some(spell)) => (spell.from, self.owner(spell.from)),
            (None, None) => return,
        };
        self.put(Step::Appointment, day, rep);
    }

    fn owner(&self, day: Date) -> &'r str {
        self.record.history.owner_on(day).unwrap_or("")
    }

    fn recorder(&self, event: &'r Event) -> &'r str {
        event.by.as_deref().unwrap_or_else(|| self.owner(event.date()))
    }
}
