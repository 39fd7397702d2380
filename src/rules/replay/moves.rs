//! May a prospect move? The rule that `check` and replay apply, asked before writing.

use crate::model::event::Event;
use crate::model::pipeline::{Pipeline, Stage};
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::replay::evidence::{EvidenceBasis, Status};
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;

/// The requirements of a move, and which of them are met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveVerdict {
    /// Every requirement of the column, on the day of the move, with the evidence of the entry itself.
    pub requirements: Vec<Status>,
}

impl MoveVerdict {
    /// Does everything hold?
    pub fn granted(&self) -> bool {
        self.requirements.iter().all(|status| status.met)
    }
}

impl Record {
    /// The board that it is on.
    pub fn pipeline<'a>(&self, settings: &'a Settings) -> &'a Pipeline {
        &settings.pipelines[self.state.pipeline]
    }

    /// Its column.
    pub fn stage<'a>(&self, settings: &'a Settings) -> &'a Stage {
        &self.pipeline(settings).stages[self.state.stage]
    }

    /// The id of its column.
    pub fn stage_id<'a>(&self, settings: &'a Settings) -> &'a str {
        &self.pipeline(settings).stages[self.state.stage].id
    }

    /// Its evidence, as it is judged on a day.
    pub fn case<'a>(&'a self, settings: &'a Settings, on: Date) -> EvidenceBasis<'a> {
        EvidenceBasis {
            settings,
            pipeline: self.pipeline(settings),
            prospect: &self.prospect,
            evidence: &self.state.evidence,
            buyer: self.state.buyer,
            clock_start: self.state.clock_start,
            cycle_days: self.state.cycle_days,
            hold: self.state.hold.as_ref(),
            on,
        }
    }
}

/// Would the move that `event` states to the column `target` be granted, with the evidence that the
/// event itself brings?
pub fn judge(
    prospect: &Prospect,
    settings: &Settings,
    event: &Event,
    target: usize,
) -> Option<MoveVerdict> {
    let record = with_evidence(prospect, settings, event)?;
    Some(MoveVerdict { requirements: record.case(settings, event.date()).requirements(target) })
}

/// The prospect on the event's day with the evidence of the event, but without its move.
pub fn with_evidence(prospect: &Prospect, settings: &Settings, event: &Event) -> Option<Record> {
    let mut prospect = prospect.clone();
    let mut evidence = event.clone();
    evidence.stage = None;
    // Its key has no number yet: it will be the last of its day.
    let at = prospect.events.partition_point(|earlier| earlier.date() <= event.date());
    prospect.events.insert(at, evidence);
    replay(prospect, settings, event.date())
}

/// The column that `advance` means without a name: the next one up, if the pursuit is open. The columns that end one
/// come after all others.
pub fn next_stage(record: &Record, settings: &Settings) -> Option<usize> {
    let next = record.state.stage + 1;
    (next <= record.pipeline(settings).won()).then_some(next)
}

/// The requirements of a column that do not hold: the smallest set of facts that would do, since every
/// one of them is needed and none replaces another.
pub fn why_not(record: &Record, settings: &Settings, target: usize, on: Date) -> Vec<Status> {
    let mut statuses = record.case(settings, on).requirements(target);
    statuses.retain(|status| !status.met);
    statuses
}
