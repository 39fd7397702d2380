//! Prospects that do not stand where their evidence puts them, or stand too long.
//!
//! Why: keep the standard (坚持标准) and follow the cycle (遵循周期): the board is only worth reading if
//! everybody stands where the evidence is.
//! Mend: record what happened, `crm advance`, `crm back`, or `crm sweep --apply`.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::model::pipeline::Outcome;
use crate::rules::replay::evidence::IN_CYCLE;
use crate::rules::replay::moves::why_not;
use crate::rules::replay::standing;

pub(super) const CHECK: Check = Check {
    codes: &[Code::Overstated, Code::CouldAdvance, Code::Overdue, Code::Stalled, Code::MissedNext],
    run,
};

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let (record, settings) = (subject.record, subject.settings);
    let state = &record.state;
    if state.outcome != Outcome::Open {
        return;
    }
    let id = &record.prospect.id;
    let stages = &record.pipeline(settings).stages;
    let here = &stages[state.stage].id;
    let latest = |field, wanted: &dyn Fn(&Event) -> bool| {
        let event = standing(&record.prospect.events, subject.as_of).filter(|e| wanted(e)).last();
        event.map_or_else(|| subject.file(), |event| subject.event(event, field))
    };
    // The entry that put it where it stands; without one, it stands where it was opened.
    let moved = latest("stage", &|event| event.stage.as_ref() == Some(here));
    let mut report = |code, place, message: String, notes: Vec<String>, help: String| {
        let diagnostic = Diagnostic::new(code, message).at(place).help(help);
        found.push(notes.into_iter().fold(diagnostic, Diagnostic::note));
    };
    if state.is_overstated() {
        let missing = why_not(record, settings, state.stage, subject.as_of)
            .iter()
            .filter(|status| *status.id != *IN_CYCLE)
            .map(|status| format!("missing {}: {}", status.id, status.why))
            .collect();
        let supported = &stages[state.supported_ignoring_cycle].id;
        report(
            Code::Overstated,
            moved.clone(),
            format!("stands at `{here}`, its evidence supports `{supported}`"),
            missing,
            format!("record what is known, or: crm back {id} {supported} --reason \"…\""),
        );
    }
    if state.could_advance() {
        let supported = &stages[state.supported].id;
        report(
            Code::CouldAdvance,
            subject.file(),
            format!("stands at `{here}`, its evidence supports `{supported}`"),
            Vec::new(),
            format!("crm advance {id} {supported}"),
        );
    }
    if state.flags.overdue {
        let age = state.age(subject.as_of).unwrap_or(0);
        report(
            Code::Overdue,
            moved.clone(),
            format!("past the sales cycle: day {age} of {}", state.cycle_days),
            Vec::new(),
            "crm sweep lists them all; with --apply they fall back".to_owned(),
        );
    }
    if state.flags.stalled {
        let days = state.since.map_or(0, |since| subject.as_of.days_since(since));
        let max = stages[state.stage].max_days.unwrap_or(0);
        report(
            Code::Stalled,
            moved,
            format!("has stood at `{here}` for {days} days, more than {max}"),
            Vec::new(),
            format!("move it, or say why it waits: crm hold {id} --until DATE --reason \"…\""),
        );
    }
    if let Some(next) = state.evidence.next.as_ref().filter(|_| state.flags.missed) {
        report(
            Code::MissedNext,
            latest("next", &|event| event.next == Some(next.at)),
            format!("the step agreed for {} passed without an entry", next.at.shown()),
            Vec::new(),
            format!("record what happened: crm log {id} KIND --next DATE"),
        );
    }
}
