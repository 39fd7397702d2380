//! Prospects in another column than their evidence supports, or too long in one.
//!
//! Why: keep the standard (坚持标准) and follow the cycle (遵循周期): the board is only worth reading if
//! every prospect is in the column that its evidence supports.
//! Mend: record what happened, `crm advance`, `crm back`, or `crm sweep --apply`.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic, Words};
use crate::model::event::Event;
use crate::model::pipeline::{IN_CYCLE, Outcome};
use crate::rules::replay::evidence::Status;
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
    // The entry that moved it to its column; without one, the file as a whole.
    let moved = latest("stage", &|event| event.stage.as_ref() == Some(here));
    let mut report = |code, place, message: Words, notes: Vec<Words>, help: Words| {
        let diagnostic = Diagnostic::new(code, message).at(place).help(help);
        found.push(notes.into_iter().fold(diagnostic, Diagnostic::note));
    };
    if state.is_overstated() {
        let missing = why_not(record, settings, state.stage, subject.as_of)
            .iter()
            .filter(|status| *status.id != *IN_CYCLE)
            .map(Status::missing)
            .collect();
        let supported = &stages[state.supported_ignoring_cycle].id;
        report(
            Code::Overstated,
            moved.clone(),
            words!(
                "in column `{here}`, but its evidence supports `{supported}`",
                "位于 `{here}`，而证据只支持 `{supported}`"
            ),
            missing,
            words!(
                "record what is known, or: crm back {id} {supported} --reason \"…\"",
                "请补记已知情况，或退回：crm back {id} {supported} --reason \"…\""
            ),
        );
    }
    if state.could_advance() {
        let supported = &stages[state.supported].id;
        report(
            Code::CouldAdvance,
            subject.file(),
            words!(
                "in column `{here}`, but its evidence supports `{supported}`",
                "位于 `{here}`，而证据只支持 `{supported}`"
            ),
            Vec::new(),
            words!("crm advance {id} {supported}", "crm advance {id} {supported}"),
        );
    }
    if state.flags.overdue {
        let age = state.age(subject.as_of).unwrap_or(0);
        report(
            Code::Overdue,
            moved.clone(),
            words!(
                "past the sales cycle: day {age} of {}",
                "已超过销售周期：第 {age} 天，周期 {} 天",
                state.cycle_days
            ),
            Vec::new(),
            words!(
                "crm sweep lists them all; with --apply they fall back",
                "crm sweep 列出全部；加 --apply 即予退回"
            ),
        );
    }
    if state.flags.stalled {
        let days = state.since.map_or(0, |since| subject.as_of.days_since(since));
        let max = stages[state.stage].max_days.unwrap_or(0);
        report(
            Code::Stalled,
            moved,
            words!(
                "in column `{here}` for {days} days, more than {max}",
                "在 `{here}` 栏停留 {days} 天，超过 {max} 天"
            ),
            Vec::new(),
            words!(
                "move it, or record why it waits: crm hold {id} --until DATE --reason \"…\"",
                "请移动，或说明为何等待：crm hold {id} --until 日期 --reason \"…\""
            ),
        );
    }
    if let Some(next) = state.evidence.next.as_ref().filter(|_| state.flags.missed) {
        report(
            Code::MissedNext,
            latest("next", &|event| event.next == Some(next.at)),
            words!(
                "the step agreed for {} passed without an entry",
                "约定于 {} 的下一步已过期，没有记录",
                next.at.shown()
            ),
            Vec::new(),
            words!(
                "record what happened: crm log {id} KIND --next DATE",
                "请补记经过：crm log {id} 类型 --next 日期"
            ),
        );
    }
}
