//! Plans propose changes: a book in, a list of events with reasons out. They write nothing.

pub mod allocate;
mod assignment;
pub mod campaign;
pub mod follow;
pub mod handover;
pub mod import;
pub mod rebalance;
pub mod recycle;
pub mod sweep;

use crate::model::pipeline::Stage;
use crate::model::settings::Settings;
use crate::rules::replay::state::Record;
use crate::value::text::Text;
use std::path::PathBuf;

/// A prospect that a plan is about, without its journal: a large ledger may have many of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanProspect {
    /// Its id.
    pub id: Text,
    /// Its file, relative to the ledger's root.
    pub path: PathBuf,
    /// The id.
    pub name: Text,
    /// The position of its board, and of its column on it.
    pub place: (usize, usize),
    /// Which of its pursuits this is, from 1.
    pub pursuit: u32,
    /// The owner; `None` = in the pool.
    pub owner: Option<Text>,
    /// Is it a customer's file, which has no board?
    pub is_customer: bool,
}

impl PlanProspect {
    /// The prospect of a record.
    pub fn of(record: &Record) -> PlanProspect {
        let (prospect, state) = (&record.prospect, &record.state);
        PlanProspect {
            id: prospect.id.clone(),
            path: prospect.path.clone(),
            name: prospect.name.clone(),
            place: (state.pipeline, state.stage),
            pursuit: state.pursuit,
            owner: state.owner.clone(),
            is_customer: prospect.is_customer,
        }
    }

    /// The column that it is in.
    pub fn stage<'s>(&self, settings: &'s Settings) -> &'s Stage {
        let (board, column) = self.place;
        &settings.pipelines[board].stages[column]
    }

    /// The first column of its board.
    pub fn first_stage<'s>(&self, settings: &'s Settings) -> &'s Stage {
        &settings.pipelines[self.place.0].stages[0]
    }
}
