//! A company: several ledgers read as one, each under its own settings.
//!
//! A file is read by the settings of its ledger. Before it is replayed, [`Member::qualify`] puts the ledger's id
//! before its ids, states the currency of its money, and gives reps and boards the names that they have in the company.
//! It is replayed by [`Member::settings`]: those of its ledger, with the boards, criteria, reps, currency, rates and
//! calendar of the company. So the positions of boards and columns in a record are those of the company, all else is
//! judged as in the ledger alone, and a report reads the records of a company as it reads those of one ledger.

mod aspect;
mod join;
mod qualify;
mod targets;
#[cfg(test)]
mod tests;

pub use aspect::{Aspect, Difference};
pub use join::join;

use crate::diag::Lang;
use crate::model::settings::Settings;
use crate::value::money::Currency;
use crate::value::text::Text;
use std::collections::{HashMap, HashSet};

/// Between the id of a ledger and an id in it: `shanghai/zhang`. No id has it.
pub const BETWEEN: char = '/';

/// An id of a company taken apart: the ledger, and the id in it. `None` for an id without a ledger.
pub fn parts(id: &str) -> Option<(&str, &str)> {
    id.split_once(BETWEEN)
}

/// The settings of a company, and its ledgers.
#[derive(Debug, Clone)]
pub struct Company {
    /// The settings under which its reports are made: the boards, criteria, reps and words of all ledgers.
    pub settings: Settings,
    /// Its ledgers, in the order of its file.
    pub members: Vec<Member>,
    /// Where its ledgers differ.
    pub differences: Vec<Difference>,
}

/// A ledger of a company.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its id.
    pub id: Text,
    /// The settings under which its files are replayed.
    pub settings: Settings,
    /// The currency of its money, where that is not the company's.
    currency: Option<Currency>,
    /// The reps whose ids mean another person in another ledger.
    reps: HashSet<Text>,
    /// The boards that its own settings name, each with its id in the company.
    boards: HashMap<Text, Text>,
    /// The board of a prospect that names none, where that is not the company's first.
    first: Option<Text>,
}

impl Company {
    /// Labels are in this language.
    pub fn speak(&mut self, lang: Lang) {
        self.settings.language = lang;
        self.members.iter_mut().for_each(|member| member.settings.language = lang);
    }

    /// The first of these aspects in which its ledgers differ.
    pub fn differs(&self, aspects: &[Aspect]) -> Option<&Difference> {
        aspects.iter().find_map(|wanted| self.differences.iter().find(|one| one.aspect == *wanted))
    }
}
