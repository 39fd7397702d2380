//! Moves: an entry that names a column.

use super::Fold;
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::rules::replay::state::{Evidence, FallBack, Pursuit, StageSpell};
use crate::value::date::Date;
use crate::value::money::Sum;

impl Fold<'_> {
    /// A fresh pass over the board: after a fall-back to the first column, or as the next pursuit.
    pub(super) fn restart(&mut self, target: usize, event: &Event) {
        let ended = self.state.outcome != Outcome::Open;
        if ended && target == self.state.stage {
            return;
        }
        if ended && target != 0 && event.forced.is_none() {
            let (stage, id) = (&self.pipeline.stages[target].id, &self.prospect.id);
            let first = &self.pipeline.stages[0].id;
            let message = words!(
                "moved to `{stage}` after the pursuit ended",
                "本轮已结束，之后又移动到 `{stage}`"
            );
            let help = words!(
                "a new pursuit begins at the first column: crm reopen {id}; in an import, by an entry at `{first}`",
                "新一轮从第一栏开始：crm reopen {id}；导入时请先有一条 `{first}` 的记录"
            );
            let diagnostic = Diagnostic::new(Code::MoveAfterEnd, message).help(help);
            self.find(diagnostic, event, Some("stage"));
        }
        // The clock of the pass that ends here.
        self.state.clock_start = self.clock_start();
        if !ended && let Some(clock_start) = self.state.clock_start {
            let fall_back = FallBack { pursuit: self.state.pursuit, clock_start, on: event.date() };
            self.history.fall_backs.push(fall_back);
        }
        if self.state.overdue_on(event.date()) {
            self.state.overdue_before.push(event.date());
        }
        self.state.evidence = Evidence::default();
        self.pass += 1;
        self.state.hold = None;
        self.state.flags.imported = false;
        if ended {
            self.state.overdue_before.clear();
            self.state.pursuit += 1;
            self.state.pursuit_opened = Some(event.date());
            self.state.pushes = 0;
            self.state.buyer = None;
            self.state.milestones.clear();
            self.history.pursuits.push(Pursuit {
                number: self.state.pursuit,
                opened: event.date(),
                ended: None,
                left_from: None,
                clock_start: None,
                reason: None,
                worth: Sum::default(),
            });
            self.placed = false;
            self.enter(0, event);
        }
    }

    pub(super) fn move_to(&mut self, target: usize, event: &Event) {
        let from = self.state.stage;
        let imported = event.kind == EventKind::Imported;
        let lost = self.pipeline.lost();
        if target == lost {
            if event.is_without_reason() && !imported {
                self.find(
                    Diagnostic::new(
                        Code::LostWithoutReason,
                        words!("left without a reason", "退出没有写原因"),
                    )
                    .help(words!(
                        "add `reason = \"…\"` to the event",
                        "请在这条流水里加 `reason = \"…\"`"
                    )),
                    event,
                    Some("stage"),
                );
            }
        } else if target.cmp(&from).is_gt() && !imported && event.forced.is_none() {
            self.judge(target, event);
        }
        // Of an opening position a fall-back leaves the requirements of the column.
        let given = self.state.evidence.given;
        self.state.evidence.given = given.map(|(stage, on)| (stage.min(target), on));
        let outcome = self.pipeline.stages[target].outcome;
        let clock_start = self.clock_start();
        self.enter(target, event);
        if outcome != Outcome::Open {
            if let Some(pursuit) = self.history.pursuits.last_mut() {
                pursuit.ended = Some((event.date(), outcome));
                pursuit.left_from = Some(from);
                pursuit.clock_start = clock_start;
                pursuit.reason = event.reason.clone();
            }
            if event.next.is_none() {
                self.state.evidence.next = None;
            }
        }
    }

    /// Are all requirements of the column met on the entry's date? People and facts have no history: what they said on
    /// that day is not known, so they are not asked.
    fn judge(&mut self, target: usize, event: &Event) {
        if self.case(event.date()).meets(target) {
            return;
        }
        let stage = &self.pipeline.stages[target].id;
        let is_dated = |id: &str| self.settings.criterion(id).is_none_or(|one| !one.is_undated());
        let mut missing = self.case(event.date()).requirements(target);
        missing.retain(|status| !status.met && is_dated(&status.id));
        if missing.is_empty() {
            return;
        }
        let message = words!(
            "moved to `{stage}` without the evidence for it",
            "移到了 `{stage}`，但证据不足"
        );
        let diagnostic = missing
            .iter()
            .fold(Diagnostic::new(Code::UnsupportedMove, message), |diagnostic, status| {
                diagnostic.note(status.missing())
            })
            .help(words!(
                "add the evidence, or state the reason: `forced = \"…\"`",
                "补上证据，或写明原因：`forced = \"…\"`"
            ));
        self.find(diagnostic, event, Some("stage"));
    }

    /// Enters a column. An opening position opens the pursuit there: it was never in the first column.
    fn enter(&mut self, target: usize, event: &Event) {
        let date = event.date();
        if self.is_opening(event) {
            self.history.stages.pop();
        } else {
            self.state.stage_before = Some(self.state.stage);
            if let Some(spell) = self.history.stages.last_mut() {
                spell.to = Some(date);
            }
        }
        self.state.stage = target;
        self.state.outcome = self.pipeline.stages[target].outcome;
        self.state.since = Some(date);
        self.state.reason.clone_from(&event.reason);
        self.state.forced.clone_from(&event.forced);
        self.state.hold = None;
        self.state.flags.imported = false;
        if target > 0 && self.state.outcome == Outcome::Open {
            self.state.evidence.left_start.get_or_insert(date);
        }
        self.spell(target, date, Some(event));
    }

    /// Is this the opening position of the pursuit: an `imported` entry on the day it was opened, the
    /// first one to name a column?
    fn is_opening(&self, event: &Event) -> bool {
        event.kind == EventKind::Imported
            && !self.placed
            && self.history.stages.last().is_some_and(|spell| {
                spell.pursuit == self.state.pursuit && spell.from == event.date()
            })
    }

    /// A stretch in a column begins, by a move unless the account is only being opened.
    pub(super) fn spell(&mut self, stage: usize, from: Date, event: Option<&Event>) {
        self.history.stages.push(StageSpell {
            stage,
            from,
            to: None,
            pursuit: self.state.pursuit,
            forced: event.and_then(|event| event.forced.clone()),
            reason: event.and_then(|event| event.reason.clone()),
        });
    }
}
