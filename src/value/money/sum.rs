//! Sums by currency.

use super::Money;
use super::amount::Amount;
use super::currency::Currency;
use std::collections::BTreeMap;
use std::fmt;

/// Sums by currency: different currencies are never silently added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sum {
    /// In the ledger's own currency.
    pub own: Amount,
    /// In others, for which the settings have no rate; few ledgers have any.
    #[expect(clippy::box_collection, reason = "no map is a third as large as an empty one")]
    others: Option<Box<BTreeMap<Currency, Amount>>>,
}

impl From<Option<Money>> for Sum {
    /// A sum of one amount, or of none.
    fn from(money: Option<Money>) -> Sum {
        let mut sum = Sum::default();
        money.into_iter().for_each(|money| sum.add(money));
        sum
    }
}

impl fmt::Display for Sum {
    /// `1500`, `1500 + 200 USD`, `200 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.lines().map(|line| line.to_string()).collect();
        f.write_str(&lines.join(" + "))
    }
}

impl Sum {
    /// A sum in the ledger's own currency.
    pub fn of(own: Amount) -> Sum {
        Sum { own, others: None }
    }

    /// Adds an amount to its currency's line.
    pub fn add(&mut self, money: Money) {
        match money.currency {
            None => self.own = self.own.plus(money.amount),
            Some(currency) => {
                let line = self.others.get_or_insert_default().entry(currency).or_default();
                *line = line.plus(money.amount);
            }
        }
    }

    /// Nothing, in any currency?
    pub fn is_zero(&self) -> bool {
        self.own.is_zero() && self.foreign().next().is_none()
    }

    /// More than nothing, in some currency?
    pub fn is_something(&self) -> bool {
        let more = |amount: Amount| !amount.is_negative() && !amount.is_zero();
        more(self.own) || self.others().any(|line| more(line.amount))
    }

    /// Each line rounded to this many decimals.
    #[must_use]
    pub fn round(&self, decimals: u32) -> Sum {
        let mut sum = Sum::of(self.own.round(decimals));
        self.others()
            .for_each(|line| sum.add(Money { amount: line.amount.round(decimals), ..line }));
        sum
    }

    /// For people: `1,500`; where there is more in other currencies, `1,500 + 200 USD`, or `200 USD`
    /// alone.
    pub fn grouped(&self) -> String {
        let lines: Vec<String> = self.lines().map(Money::grouped).collect();
        lines.join(" + ")
    }

    /// The lines that are not zero, the ledger's own currency first; where all are, that one.
    fn lines(&self) -> impl Iterator<Item = Money> + '_ {
        let own = Money { amount: self.own, currency: None };
        let told = !self.own.is_zero() || self.is_zero();
        Some(own).filter(|_| told).into_iter().chain(self.foreign())
    }

    /// The line that is shown where there is room for one: that in the ledger's own currency, else the first of another;
    /// `None` where all are zero.
    pub fn leading(&self) -> Option<Money> {
        self.lines().next().filter(|line| !line.amount.is_zero())
    }

    /// The lines in other currencies, those that came to zero too.
    pub fn others(&self) -> impl Iterator<Item = Money> + '_ {
        self.others
            .iter()
            .flat_map(|lines| lines.iter())
            .map(|(currency, amount)| Money { amount: *amount, currency: Some(*currency) })
    }

    /// Subtracts an amount from its currency's line.
    pub fn take(&mut self, money: Money) {
        self.add(money.negated());
    }

    /// Subtracts another sum, line by line.
    pub fn take_sum(&mut self, other: &Sum) {
        self.own = self.own.minus(other.own);
        other.others().for_each(|line| self.take(line));
    }

    /// The lines in other currencies that are not zero, as they are written.
    pub fn foreign(&self) -> impl Iterator<Item = Money> + '_ {
        self.others().filter(|line| !line.amount.is_zero())
    }

    /// Adds another sum, line by line.
    pub fn add_sum(&mut self, other: &Sum) {
        self.own = self.own.plus(other.own);
        other.others().for_each(|line| self.add(line));
    }
}
