//! Prospects that do not stand where their evidence puts them, or stand too long.
//!
//! Why: keep the standard (坚持标准) and follow the cycle (遵循周期): the board is only worth reading if
//! everybody stands where the evidence is.
//! Mend: record what happened, `crm advance`, `crm back`, or `crm sweep --apply`.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::pipeline::Outcome;
use crate::rules::evidence::IN_CYCLE;
use crate::rules::moves::why_not;

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
    let mut report = |code, message: String, help: String| {
        found.push(Diagnostic::new(code, message).at(subject.file()).help(help));
    };
    // Who is overdue falls back to the start: what else is missing does not matter then.
    let falls = state.flags.overdue && state.supported == 0;
    if state.supported_ignoring_cycle < state.stage && !falls {
        let missing: Vec<String> = why_not(record, settings, state.stage, subject.as_of)
            .iter()
            .filter(|status| *status.id != *IN_CYCLE)
            .map(|status| format!("{}: {}", status.id, status.why))
            .collect();
        let supported = &stages[state.supported_ignoring_cycle].id;
        report(
            Code::Overstated,
            format!(
                "stands at `{here}`, its evidence supports `{supported}` ({})",
                missing.join("; ")
            ),
            format!("record what is known, or: crm back {id} {supported} --reason \"…\""),
        );
    }
    if state.supported > state.stage {
        let supported = &stages[state.supported].id;
        report(
            Code::CouldAdvance,
            format!("stands at `{here}`, its evidence supports `{supported}`"),
            format!("crm advance {id} {supported}"),
        );
    }
    if state.flags.overdue {
        let age = state.age(subject.as_of).unwrap_or(0);
        report(
            Code::Overdue,
            format!("past the sales cycle: day {age} of {}", state.cycle_days),
            "crm sweep lists them all; with --apply they fall back".to_owned(),
        );
    }
    if state.flags.stalled {
        let days = state.since.map_or(0, |since| subject.as_of.days_since(since));
        let max = stages[state.stage].max_days.unwrap_or(0);
        report(
            Code::Stalled,
            format!("has stood at `{here}` for {days} days, more than {max}"),
            format!("move it, or say why it waits: crm hold {id} --until DATE --reason \"…\""),
        );
    }
    if let Some(next) = state.evidence.next.as_ref().filter(|_| state.flags.missed) {
        report(
            Code::MissedNext,
            format!("the step agreed for {} passed without an entry", next.at.shown()),
            format!("record what happened: crm log {id} KIND --next DATE"),
        );
    }
}
