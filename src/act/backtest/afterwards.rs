//! What came after a past day, by the ledger of today.

use crate::model::pipeline::Outcome;
use crate::report::Request;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::OwnerSpell;
use crate::rules::replay::{in_contact, standing};
use crate::value::date::Date;
use crate::value::money::Sum;
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::HashMap;

/// The end of a pursuit, by the ledger of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Won on a day.
    Won(Date),
    /// Lost on a day.
    Lost(Date),
    /// Open today.
    Open,
    /// The ledger of today has no such pursuit: its file was renamed or removed, or its entries were corrected.
    Gone,
}

/// A pursuit as it is known today.
#[derive(Debug, Clone)]
struct Known {
    number: u32,
    ended: Option<(Date, Outcome)>,
    worth: Sum,
}

/// A prospect as it is known today.
#[derive(Debug, Clone)]
pub struct After {
    pursuits: Vec<Known>,
    owners: Vec<OwnerSpell>,
    /// The days of contacts, in order.
    contacts: Vec<Date>,
    /// Does the query select it today?
    selected: bool,
}

/// All prospects as they are known today.
#[derive(Debug, Default)]
pub struct Afterwards {
    known: HashMap<Text, After>,
}

impl Afterwards {
    /// Reads the ledger of today once. `contacts`: the days of contacts are asked for.
    pub fn of(now: &Book, request: &Request, contacts: bool) -> Afterwards {
        let settings = &now.settings;
        let selected = request.selection(now);
        let known = now.fold(
            &Query::everything(),
            |known: &mut HashMap<Text, After>, record| {
                let pursuits = record.history.pursuits.iter().map(|pursuit| Known {
                    number: pursuit.number,
                    ended: pursuit.ended,
                    worth: pursuit.worth.clone(),
                });
                let in_touch = standing(&record.prospect.events, now.as_of)
                    .filter(|event| contacts && in_contact(settings, event));
                let after = After {
                    pursuits: pursuits.collect(),
                    owners: record.history.owners.clone(),
                    contacts: in_touch.map(|event| event.date()).collect(),
                    selected: selected.has(record),
                };
                known.insert(record.prospect.id.clone(), after);
            },
            |all, part| all.extend(part),
        );
        Afterwards { known }
    }

    /// A prospect, if the ledger of today has it.
    pub fn of_id(&self, id: &str) -> Option<&After> {
        self.known.get(id)
    }

    /// The end of a prospect's pursuit.
    pub fn fate(&self, id: &str, pursuit: u32) -> Fate {
        self.of_id(id).map_or(Fate::Gone, |after| after.fate(pursuit))
    }

    /// The money that a prospect's pursuit brought, if it was won.
    pub fn brought(&self, id: &str, pursuit: u32) -> Sum {
        let won = |after: &After| after.won(|known| known.number == pursuit);
        self.of_id(id).map(won).unwrap_or_default()
    }

    /// Did a prospect's pursuit end in a period?
    pub fn ended_in(&self, id: &str, pursuit: u32, period: Period) -> bool {
        match self.fate(id, pursuit) {
            Fate::Won(on) | Fate::Lost(on) => period.contains(on),
            Fate::Open | Fate::Gone => false,
        }
    }

    /// The money of all prospects that was won in a period, of those that `counts` takes: it gets the id, and whether the
    /// query selects the prospect today.
    pub fn won_in(&self, period: Period, counts: impl Fn(&str, bool) -> bool) -> Sum {
        let mut sum = Sum::default();
        for (id, after) in &self.known {
            if counts(id, after.selected) {
                let inside = |known: &Known| known.ended.is_some_and(|(on, _)| period.contains(on));
                sum.add_sum(&after.won(inside));
            }
        }
        sum
    }
}

impl After {
    /// The end of a pursuit.
    pub fn fate(&self, pursuit: u32) -> Fate {
        let known = self.pursuits.iter().find(|known| known.number == pursuit);
        match known.map(|known| known.ended) {
            None => Fate::Gone,
            Some(Some((on, Outcome::Won))) => Fate::Won(on),
            Some(Some((on, _))) => Fate::Lost(on),
            Some(None) => Fate::Open,
        }
    }

    /// The money of won pursuits.
    fn won(&self, counts: impl Fn(&Known) -> bool) -> Sum {
        let mut sum = Sum::default();
        let won = |known: &&Known| matches!(known.ended, Some((_, Outcome::Won))) && counts(known);
        self.pursuits.iter().filter(won).for_each(|known| sum.add_sum(&known.worth));
        sum
    }

    /// The first time in which it had an owner after the end of a day.
    pub fn given_after(&self, day: Date) -> Option<(&Text, Date)> {
        let spells = self.owners.iter().filter(|spell| spell.to.is_none_or(|to| to > day));
        spells.filter_map(|spell| Some((spell.owner.as_ref()?, spell.from))).next()
    }

    /// The day on which its owner of a day gave it up: `None` if it is that owner's still. That day itself where it was
    /// another's by the end of it, as an entry that was made later says.
    pub fn given_up(&self, owner: &str, day: Date) -> Option<Date> {
        let on = self.owners.iter().rfind(|spell| spell.from <= day);
        match on {
            Some(spell) if spell.owner.as_deref() == Some(owner) => spell.to,
            _ => Some(day),
        }
    }

    /// Was there a contact after `since`, up to `last`?
    pub fn contact(&self, since: Date, last: Date) -> bool {
        self.contacts.iter().any(|on| since < *on && *on <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64) -> Date {
        Date::parse("2010-01-01").unwrap().plus(n)
    }

    fn after() -> After {
        let spell = |owner: &str, from: i64, to: Option<i64>| OwnerSpell {
            owner: (!owner.is_empty()).then(|| owner.into()),
            from: day(from),
            to: to.map(day),
        };
        let pursuit = |number, ended: Option<(i64, Outcome)>| Known {
            number,
            ended: ended.map(|(on, outcome)| (day(on), outcome)),
            worth: Sum::of(crate::value::money::Amount::from_int(i64::from(number))),
        };
        After {
            pursuits: vec![
                pursuit(1, Some((5, Outcome::Won))),
                pursuit(2, Some((20, Outcome::Lost))),
                pursuit(3, None),
            ],
            owners: vec![
                spell("he", 0, Some(10)),
                spell("", 10, Some(20)),
                spell("liuyan", 20, None),
            ],
            contacts: vec![day(3), day(9)],
            selected: true,
        }
    }

    #[test]
    fn fates_are_of_one_pursuit() {
        let fates = [1, 2, 3, 4].map(|pursuit| after().fate(pursuit));
        assert_eq!(fates, [Fate::Won(day(5)), Fate::Lost(day(20)), Fate::Open, Fate::Gone]);
        let known = Afterwards { known: [("x".into(), after())].into() };
        let brought = [1, 2].map(|pursuit| known.brought("x", pursuit).to_string());
        assert_eq!(brought, ["1", "0"]);
        assert_eq!(known.fate("y", 1), Fate::Gone);
        let won = |from, to| {
            let period = Period { from: day(from), to: day(to) };
            known.won_in(period, |_, selected| selected).to_string()
        };
        // The first and the last day of the period are in it.
        assert_eq!([won(0, 4), won(0, 5), won(5, 9), won(6, 9)], ["0", "1", "1", "0"]);
    }

    #[test]
    fn it_is_given_by_the_first_owner_after_the_end_of_the_day() {
        let given =
            |on| after().given_after(day(on)).map(|(owner, from)| (owner.to_string(), from));
        assert_eq!(given(9), Some(("he".into(), day(0))));
        // On day 10 it came to the pool, on day 20 it left the pool.
        let liuyan = Some(("liuyan".to_owned(), day(20)));
        assert_eq!([10, 19, 20, 99].map(given), [(); 4].map(|()| liuyan.clone()));
    }

    #[test]
    fn an_owner_gives_it_up_on_the_day_it_goes() {
        let after = after();
        assert_eq!(after.given_up("he", day(9)), Some(day(10)));
        assert_eq!(after.given_up("he", day(10)), Some(day(10)));
        assert_eq!(after.given_up("liuyan", day(25)), None);
        // An entry made later says that it was another's.
        assert_eq!(after.given_up("zhoumin", day(5)), Some(day(5)));
    }

    #[test]
    fn a_contact_counts_up_to_the_last_day() {
        let found = |since, last| after().contact(day(since), day(last));
        assert!(found(3, 9) && !found(3, 8) && !found(9, 30) && found(2, 3));
    }
}
