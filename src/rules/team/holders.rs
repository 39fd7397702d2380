//! The reps who have each account: where an account is with a rep, others are kept from its prospects.

use super::Team;
use crate::model::pipeline::Outcome;
use crate::rules::replay::state::Record;
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::{HashMap, HashSet};

/// The reps who have each account, by the account's folded name. Found file by file, in any order.
#[derive(Debug, Default)]
pub struct Holders {
    by_account: HashMap<String, Vec<Holder>>,
    /// The accounts that have a file: their ended prospects bind them to no rep.
    files: HashSet<String>,
}

/// A rep who has an account.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The rep's place in the team.
    pub place: usize,
    /// How many files bind the account to the rep: the customer's, and open prospects; lost ones do not count, and won
    /// ones only where the customer has no file.
    pub prospects: usize,
    /// How many of those are prospects that were won.
    won: usize,
    /// The first of them by id: in this order holders are named.
    through: Text,
}

impl Holder {
    /// The rep who has a customer's file.
    pub(super) fn of(file: &Text, place: usize) -> Holder {
        Holder { place, prospects: 1, won: 0, through: file.clone() }
    }
}

impl Holders {
    /// Counts a file. A lost prospect binds its account to no rep, and a rep who has left holds none.
    pub fn take(&mut self, record: &Record, team: &Team) {
        let Some(account) = account_of(record) else { return };
        if record.prospect.is_customer {
            self.files.insert(fold(account));
        }
        let owner = record.state.owner.as_deref().and_then(|id| team.place(id));
        let ended = record.care().is_none();
        if let Some(place) = owner
            && !(ended && record.state.outcome == Outcome::Lost)
            && team.members[place].presence.is_member()
        {
            let through = record.prospect.id.clone();
            let holder = Holder { place, prospects: 1, won: usize::from(ended), through };
            add(self.by_account.entry(fold(account)).or_default(), holder);
        }
    }

    /// Adds the counts of another thread.
    pub fn join(&mut self, other: Holders) {
        self.files.extend(other.files);
        for (account, holders) in other.by_account {
            let known = self.by_account.entry(account).or_default();
            holders.into_iter().for_each(|holder| add(known, holder));
        }
    }

    /// The holders of each account, when all files are counted, in the order in which they are named.
    pub(super) fn settled(self) -> impl Iterator<Item = (String, Vec<Holder>)> {
        let Holders { by_account, files } = self;
        by_account.into_iter().filter_map(move |(account, mut holders)| {
            if files.contains(&account) {
                holders.iter_mut().for_each(|holder| holder.prospects -= holder.won);
                holders.retain(|holder| holder.prospects > 0);
            }
            holders.sort_unstable_by(|a, b| a.through.cmp(&b.through));
            (!holders.is_empty()).then_some((account, holders))
        })
    }
}

fn add(known: &mut Vec<Holder>, holder: Holder) {
    match known.iter_mut().find(|one| one.place == holder.place) {
        Some(one) => {
            one.prospects += holder.prospects;
            one.won += holder.won;
            one.through = std::mem::take(&mut one.through).min(holder.through);
        }
        None => known.push(holder),
    }
}

/// The account that a record belongs to: a customer's file is the account of its id.
pub fn account_of(record: &Record) -> Option<&Text> {
    match record.prospect.is_customer {
        true => Some(&record.prospect.id),
        false => record.prospect.account.as_ref(),
    }
}
