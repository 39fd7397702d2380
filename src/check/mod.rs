//! The checks: findings about a prospect that could be read. One file per check and one line in [`CHECKS`].
//! `disk` reports files that cannot be read, and replay reports broken moves.

mod amounts;
pub mod budget;
mod campaigns;
mod cases;
mod criteria;
mod customers;
mod dates;
pub mod doubles;
mod exceptions;
mod facts;
mod kinds;
mod left;
pub mod money;
mod openings;
mod papers;
mod past;
mod plan;
pub mod points;
mod projects;
mod reasons;
mod reps;
mod scores;
pub mod seals;
pub mod since;
mod standing;
pub mod surroundings;
mod unknown_keys;

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::model::event::Event;
use crate::model::settings::Settings;
use crate::rules::entry::Flaw;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use std::path::PathBuf;
use surroundings::Surroundings;

/// The prospect or customer that a check examines, with its surroundings.
pub struct Subject<'a> {
    /// The prospect, replayed up to the day.
    pub record: &'a Record,
    /// The ledger's settings.
    pub settings: &'a Settings,
    /// The day.
    pub as_of: Date,
    /// The file, as messages show it.
    pub shown: PathBuf,
    /// The rest of the ledger.
    pub around: &'a Surroundings,
}

impl Subject<'_> {
    /// The file as a whole.
    fn file(&self) -> Place {
        Place::file(&self.shown)
    }

    /// The value of a fact.
    fn fact(&self, key: &str) -> Place {
        self.file().at(Spot::Fact(key.to_owned()))
    }

    /// A field of an event.
    fn event(&self, event: &Event, field: &'static str) -> Place {
        self.file().at(Spot::Event(event.key.text.to_string(), Some(field)))
    }

    /// The faults of an entry, at its place.
    fn flaw(&self, flaw: Flaw) -> Diagnostic {
        let spot = Spot::Event(flaw.event.key.text.to_string(), flaw.field);
        flaw.what.at(self.file().at(spot))
    }

    /// An event as a whole: its key.
    fn entry(&self, event: &Event) -> Place {
        self.file().at(Spot::Event(event.key.text.to_string(), None))
    }
}

/// One check.
pub struct Check {
    /// The codes that it can report.
    pub codes: &'static [Code],
    /// Examines the prospect and adds its findings.
    pub run: fn(&Subject, &mut Vec<Diagnostic>),
}

/// Every check.
pub const CHECKS: &[Check] = &[
    facts::CHECK,
    reps::CHECK,
    left::CHECK,
    customers::CHECK,
    campaigns::CHECK,
    cases::CHECK,
    criteria::CHECK,
    kinds::CHECK,
    unknown_keys::CHECK,
    dates::CHECK,
    openings::CHECK,
    reasons::CHECK,
    scores::CHECK,
    amounts::CHECK,
    papers::CHECK,
    past::CHECK,
    plan::CHECK,
    projects::CHECK,
    standing::CHECK,
    exceptions::CHECK,
];

/// The findings of every check about one prospect.
pub fn check(subject: &Subject) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for check in CHECKS {
        (check.run)(subject, &mut found);
    }
    found
}
