//! How evenly the load is spread: over the members of the team with a capacity above 0, those with nothing
//! included, as utilisation (load over capacity).

use crate::model::settings::Settings;
use crate::rules::replay::care::Care;
use crate::rules::replay::state::Record;
use crate::rules::team::Team;
use crate::stats::{coefficient_of_variation, gini, jain};
use crate::value::money::Amount;

/// The indices of one kind of load; `None` where no member carries any.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fairness {
    /// Coefficient of variation, population: 0 = all alike.
    pub cv: Option<f64>,
    /// Gini: 0 = all alike.
    pub gini: Option<f64>,
    /// Jain: 1 = all alike.
    pub jain: Option<f64>,
}

impl Fairness {
    /// Of these loads, each with its capacity; a capacity of 0 is left out.
    pub fn of(loads: impl IntoIterator<Item = (f64, u32)>) -> Fairness {
        let utilisation: Vec<f64> = loads
            .into_iter()
            .filter(|(_, capacity)| *capacity > 0)
            .map(|(load, capacity)| load / f64::from(capacity))
            .collect();
        Fairness {
            cv: coefficient_of_variation(&utilisation),
            gini: gini(&utilisation),
            jain: jain(&utilisation),
        }
    }
}

/// The load that a prospect adds to its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// Its expected value; nothing where that is not in the ledger's currency.
    pub value: Amount,
    /// The expected value, times its column's probability.
    pub weighted: Amount,
}

impl Worth {
    /// The load of a record's prospect.
    pub fn of(record: &Record, settings: &Settings) -> Worth {
        let money = record.state.value.filter(|value| value.currency.is_none());
        let value = money.map_or(Amount::ZERO, |money| money.amount);
        let stage = &record.pipeline(settings).stages[record.state.stage];
        Worth { value, weighted: value.times(stage.probability).round(2) }
    }
}

/// The load of each member, in the order of the team.
#[derive(Debug, Clone)]
pub struct Loads {
    /// Open prospects.
    pub count: Vec<u32>,
    /// Customers.
    pub customers: Vec<u32>,
    /// Their expected value, in the ledger's currency.
    pub value: Vec<Amount>,
    /// The expected values, each times its column's probability.
    pub weighted: Vec<Amount>,
}

impl Loads {
    /// The load of the team now.
    pub fn of(team: &Team) -> Loads {
        let members = &team.members;
        Loads {
            count: members.iter().map(|member| member.held).collect(),
            customers: members.iter().map(|member| member.customers).collect(),
            value: members.iter().map(|member| member.value.own).collect(),
            weighted: members.iter().map(|member| member.weighted).collect(),
        }
    }

    /// How many of a kind each member holds.
    pub fn held(&self, care: Care) -> &[u32] {
        match care {
            Care::Prospect => &self.count,
            Care::Customer => &self.customers,
        }
    }

    /// With a prospect or a customer that goes from one member to another; `None` is the pool.
    pub fn shift(&mut self, care: Care, worth: Worth, from: Option<usize>, to: Option<usize>) {
        let Worth { value, weighted } = worth;
        let counts = match care {
            Care::Prospect => &mut self.count,
            Care::Customer => &mut self.customers,
        };
        from.into_iter().for_each(|from| counts[from] = counts[from].saturating_sub(1));
        to.into_iter().for_each(|to| counts[to] += 1);
        if care == Care::Customer {
            return;
        }
        if let Some(from) = from {
            self.value[from] = self.value[from].minus(value);
            self.weighted[from] = self.weighted[from].minus(weighted);
        }
        if let Some(to) = to {
            self.value[to] = self.value[to].plus(value);
            self.weighted[to] = self.weighted[to].plus(weighted);
        }
    }

    /// Fairness of the open prospects by count, by value, and weighted; then that of the customers by count.
    pub fn fairness(&self, team: &Team) -> [Fairness; 4] {
        let of = |care: Care, loads: Vec<f64>| {
            Fairness::of(loads.into_iter().zip(capacities(team, care)))
        };
        let counts = |counts: &[u32]| counts.iter().map(|count| f64::from(*count)).collect();
        let amounts = |amounts: &[Amount]| amounts.iter().map(|amount| amount.to_f64()).collect();
        [
            of(Care::Prospect, counts(&self.count)),
            of(Care::Prospect, amounts(&self.value)),
            of(Care::Prospect, amounts(&self.weighted)),
            of(Care::Customer, counts(&self.customers)),
        ]
    }
}

/// The capacity for one kind of care that counts for each member: an equal one for all who state none, 0 for those who have left or
/// are still to come.
pub fn capacities(team: &Team, care: Care) -> Vec<u32> {
    let notional = team.notional_capacity(care, 0);
    let of = |member: &crate::rules::team::Member| match member.presence.is_member() {
        true => member.capacity(care).unwrap_or(notional),
        false => 0,
    };
    team.members.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_figures() {
        let figures = |loads: &[(f64, u32)]| {
            let fairness = Fairness::of(loads.iter().copied());
            [fairness.gini, fairness.cv, fairness.jain].map(|x| format!("{:.4}", x.unwrap()))
        };
        assert_eq!(figures(&[(11.0, 30), (19.0, 30)]), ["0.1333", "0.2667", "0.9336"]);
        assert_eq!(figures(&[(30.0, 30), (0.0, 30)]), ["0.5000", "1.0000", "0.5000"]);
        // Utilisation counts, not the load; members without capacity are left out.
        assert_eq!(figures(&[(5.0, 10), (10.0, 20), (3.0, 0)]), ["0.0000", "0.0000", "1.0000"]);
    }
}
