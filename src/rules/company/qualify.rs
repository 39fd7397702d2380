//! A file of a ledger under the names that it has in the company.

use super::{BETWEEN, Member};
use crate::model::event::{Event, event_keys};
use crate::model::profile::FactValue;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::value::money::{Amount, Money};
use crate::value::text::Text;

/// The facts that name another file by its id.
const REFERENCES: [&str; 2] = ["account", "parent"];

/// What has a type of the table of keys: money, or reps. Other types have neither.
macro_rules! within {
    (Money, $slot:expr, $names:ident) => {
        $slot.iter_mut().for_each(|money| $names.money(money))
    };
    (Lines, $slot:expr, $names:ident) => {
        $slot
            .iter_mut()
            .filter_map(|line| line.price.as_mut())
            .for_each(|money| $names.money(money))
    };
    (Schedule, $slot:expr, $names:ident) => {
        $slot.iter_mut().filter_map(|one| one.amount.as_mut()).for_each(|money| $names.money(money))
    };
    (Facts, $slot:expr, $names:ident) => {
        $slot.iter_mut().for_each(|(name, value)| $names.fact(name, value))
    };
    (Rep, $slot:expr, $names:ident) => {
        $slot.iter_mut().for_each(|rep| $names.rep(rep))
    };
    (Roles, $slot:expr, $names:ident) => {
        $slot.iter_mut().for_each(|(_, rep)| $names.rep(rep))
    };
    ($other:ident, $slot:expr, $names:ident) => {};
}

/// Makes the function that looks at every key of an event.
macro_rules! qualify_event {
    (
        kind: Kind, $kind_en:literal, $kind_zh:literal, $kind_about:literal;
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        fn qualify_event(names: &Member, event: &mut Event) {
            $(within!($type, event.$name, names);)*
            if let Some(details) = &mut event.details {
                $(within!($of_type, details.$of, names);)*
            }
        }
    };
}
event_keys!(qualify_event);

impl Member {
    /// An id of this ledger as the company calls it.
    pub fn id_of(&self, id: &str) -> Text {
        format!("{}{BETWEEN}{id}", self.id).into()
    }

    /// An amount of the settings of this ledger, which state no currency, in the company's.
    pub(super) fn in_company(&self, amount: Amount, company: &Settings) -> Amount {
        company.own(Money { amount, currency: self.currency }).amount
    }

    /// A rep of this ledger as the company calls them.
    pub fn rep_of(&self, rep: &Text) -> Text {
        if self.reps.contains(rep) { self.id_of(rep) } else { rep.clone() }
    }

    /// Gives a file of this ledger the names that it has in the company.
    pub fn qualify(&self, prospect: &mut Prospect) {
        prospect.id = self.id_of(&prospect.id);
        if let Some(account) = &mut prospect.account {
            *account = self.id_of(account);
        }
        let board = prospect.pipeline.as_ref().and_then(|board| self.boards.get(board));
        match (board, &self.first) {
            (Some(board), _) => prospect.pipeline = Some(board.clone()),
            // A board that is not known is read as the first one.
            (None, Some(first)) => prospect.pipeline = Some(first.clone()),
            (None, None) => prospect.pipeline = None,
        }
        if let Some(profile) = &mut prospect.stated_profile {
            if let Some(parent) = &mut profile.parent {
                *parent = self.id_of(parent);
            }
            let money = profile.potential.iter_mut().chain(&mut profile.credit_limit);
            money.for_each(|money| self.money(money));
            // The targets of other measures are counts.
            let bought =
                profile.goals.iter_mut().filter(|g| g.measure.as_deref() == Some("bought"));
            bought.filter_map(|goal| goal.target.as_mut()).for_each(|money| self.money(money));
            let reps = profile.steps.iter_mut().filter_map(|step| step.who.as_mut());
            reps.for_each(|rep| self.rep(rep));
        }
        if self.changes_events(prospect) {
            prospect.events.iter_mut().for_each(|event| qualify_event(self, event));
        }
    }

    /// Has an entry anything that the company calls otherwise?
    fn changes_events(&self, prospect: &Prospect) -> bool {
        let is_changed = |event: &Event| !event.set.is_empty();
        self.currency.is_some() || !self.reps.is_empty() || prospect.events.iter().any(is_changed)
    }

    fn money(&self, money: &mut Money) {
        money.currency = money.currency.or(self.currency);
    }

    fn rep(&self, rep: &mut Text) {
        if self.reps.contains(rep) {
            *rep = self.id_of(rep);
        }
    }

    fn fact(&self, name: &str, value: &mut FactValue) {
        match value {
            FactValue::Money(money) => self.money(money),
            FactValue::Text(id) if REFERENCES.contains(&name) => *id = self.id_of(id),
            _ => {}
        }
    }
}
