//! The orders and the money that are expected of each customer in the next year, from the purchases of all of them.
//! One definition, for every report that asks for it.
//!
//! Orders: the BG/NBD model ([`BgNbd`]) of the days with an order. Money of an order: the gamma-gamma model
//! ([`GammaGamma`]) of the mean of the later days' money. Both are fitted to all customers of the ledger that bought,
//! whatever a report selects.

use crate::rules::book::Book;
use crate::rules::buyers::{Buyer, buyers};
use crate::rules::customer::Customer;
use crate::stats::{BgNbd, BgNbdFit, FitError, GammaGamma, GammaGammaFit, MeanOf, Repeats};
use crate::value::date::Date;
use crate::value::money::{Amount, Sum};
use std::collections::BTreeMap;

/// The days that are looked ahead.
pub const AHEAD: u32 = 365;

/// The models of a book, and its customers that bought.
#[derive(Debug, Clone)]
pub struct Lifetime {
    /// The model of the orders, in days.
    pub orders: BgNbdFit,
    /// The model of the money; none where fewer than ten customers with a later order have money.
    pub money: Option<GammaGammaFit>,
    /// Money in currencies without a rate, which is in no figure.
    pub foreign: Sum,
    history: BTreeMap<u32, BuyingHistory>,
}

/// The purchases of a customer, as the models see them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct BuyingHistory {
    repeats: Repeats,
    /// Of its days with an order after the first one, those with known money, and their mean where it is above 0.
    mean: Option<MeanOf>,
}

/// The expectation of one customer for the next [`AHEAD`] days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// The probability that it still buys at all, 0 to 1.
    pub alive: f64,
    /// The expected number of days with an order.
    pub orders: f64,
    /// The expected money of one of them, in the ledger's own currency.
    pub mean: Option<Amount>,
    /// The expected money of all of them.
    pub money: Option<Amount>,
}

/// Too few customers for a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooFewBuyers {
    /// How many customers bought.
    pub buyers: usize,
    /// How many of them ordered again on a later day.
    pub repeating: usize,
}

impl BuyingHistory {
    fn of(buyer: &Buyer, on: Date) -> Option<BuyingHistory> {
        let days = buyer.money_of_days();
        let (first, last) = (days.first()?.0, days.last()?.0);
        let later: Vec<Amount> = days[1..].iter().filter_map(|(_, money)| *money).collect();
        let sum = later.iter().fold(Amount::ZERO, |sum, money| sum.plus(*money));
        let count = u32::try_from(later.len()).unwrap_or(u32::MAX);
        let mean = sum.to_f64() / f64::from(count.max(1));
        Some(BuyingHistory {
            repeats: Repeats {
                count: u32::try_from(days.len() - 1).unwrap_or(u32::MAX),
                last: last.days_since(first) as f64,
                age: on.days_since(first) as f64,
            },
            mean: (count > 0 && mean > 0.0).then_some(MeanOf { count, mean }),
        })
    }
}

impl Lifetime {
    /// The models of a book. Grades it.
    ///
    /// # Errors
    /// Fails if fewer than 50 customers bought, or fewer than 10 of them again on a later day.
    pub fn of(book: &Book) -> Result<Lifetime, TooFewBuyers> {
        Lifetime::of_buyers(&buyers(book), book.as_of)
    }

    /// The models of these buyers on a day.
    ///
    /// # Errors
    /// Fails like [`Lifetime::of`].
    pub fn of_buyers(buyers: &BTreeMap<u32, Buyer>, on: Date) -> Result<Lifetime, TooFewBuyers> {
        let each = buyers.iter();
        let history: BTreeMap<u32, BuyingHistory> =
            each.filter_map(|(at, buyer)| Some((*at, BuyingHistory::of(buyer, on)?))).collect();
        let repeats: Vec<Repeats> = history.values().map(|one| one.repeats).collect();
        let few = TooFewBuyers {
            buyers: repeats.len(),
            repeating: repeats.iter().filter(|one| one.count > 0).count(),
        };
        let orders = BgNbd::fit(&repeats).map_err(|why| match why {
            FitError::TooFew { n, repeating } => TooFewBuyers { buyers: n, repeating },
            FitError::Impossible(_) | FitError::NoMaximum => few,
        })?;
        let means: Vec<MeanOf> = history.values().filter_map(|one| one.mean).collect();
        let money = GammaGamma::fit(&means).ok();
        let mut foreign = Sum::default();
        buyers.values().for_each(|buyer| foreign.add_sum(&buyer.foreign()));
        Ok(Lifetime { orders, money, foreign, history })
    }

    /// The expectation of a customer: of one that never bought, none.
    pub fn customer(&self, customer: &Customer) -> Option<Expected> {
        self.at(customer.first)
    }

    /// The expectation of the customer whose first file has this position among the graded ones.
    pub fn at(&self, first: u32) -> Option<Expected> {
        let BuyingHistory { repeats, mean } = *self.history.get(&first)?;
        let alive = self.orders.model.active(repeats)?;
        let orders = self.orders.model.expected(repeats, f64::from(AHEAD))?;
        let model = self.money.map(|fit| fit.model);
        let mean = model.and_then(|model| match mean {
            Some(own) => model.expected(own),
            None => model.mean(),
        });
        let amount = |money: f64| Amount::of_f64(money).round(2);
        let money = mean.map(|mean| amount(mean * orders));
        Some(Expected { alive, orders, mean: mean.map(amount), money })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::purchases::Purchase;
    use crate::value::money::Money;

    fn day(offset: i64) -> Date {
        Date::new(2010, 1, 1).unwrap().plus(offset)
    }

    /// A buyer with orders of this money each, on these days.
    fn buyer(days: &[i64], money: &str) -> Buyer {
        let money = Money::parse(money).ok();
        let order = |offset: &i64| Purchase { on: day(*offset), money, is_order: true };
        Buyer { purchases: days.iter().map(order).collect() }
    }

    /// So many buyers, of whom some come back.
    fn some(n: u32, repeating: u32) -> BTreeMap<u32, Buyer> {
        let one = |at: u32| match i64::from(at) {
            again if at < repeating => buyer(&[again, again + 60, again + 90 + again % 7], "100"),
            once => buyer(&[once], "50"),
        };
        (0..n).map(|at| (at, one(at))).collect()
    }

    #[test]
    fn fifty_buyers_of_whom_ten_came_back_are_enough() {
        assert!(Lifetime::of_buyers(&some(50, 10), day(400)).is_ok());
        for (n, repeating) in [(0, 0), (49, 49), (50, 9)] {
            let few = TooFewBuyers { buyers: n as usize, repeating: repeating as usize };
            assert_eq!(Lifetime::of_buyers(&some(n, repeating), day(400)).err(), Some(few));
        }
    }

    #[test]
    fn history_is_of_days_and_the_mean_is_of_the_later_ones() {
        let mut one = buyer(&[0, 0, 10, 30], "100");
        one.purchases[0].money = Money::parse("9000").ok();
        one.purchases.push(Purchase {
            on: day(31),
            money: Money::parse("-20").ok(),
            is_order: false,
        });
        let history = BuyingHistory::of(&one, day(100)).unwrap();
        assert_eq!(history.repeats, Repeats { count: 2, last: 30.0, age: 100.0 });
        assert_eq!(history.mean, Some(MeanOf { count: 2, mean: 90.0 }));
        // Everything later was given back: no mean of its own.
        let mut back = buyer(&[0, 10], "100");
        back.purchases.push(Purchase {
            on: day(11),
            money: Money::parse("-100").ok(),
            is_order: false,
        });
        assert_eq!(BuyingHistory::of(&back, day(100)).unwrap().mean, None);
        assert_eq!(BuyingHistory::of(&Buyer::default(), day(0)), None);
    }

    #[test]
    fn the_money_of_a_year_is_that_of_an_order_times_the_orders() {
        let lifetime = Lifetime::of_buyers(&some(80, 40), day(400)).unwrap();
        let (again, once) = (lifetime.at(3).unwrap(), lifetime.at(60).unwrap());
        assert!(again.alive < 1.0 && (once.alive - 1.0).abs() < 1e-12);
        let product = again.mean.unwrap().to_f64() * again.orders;
        assert!((product - again.money.unwrap().to_f64()).abs() < 0.02 * again.orders.max(1.0));
        assert_eq!(lifetime.at(80), None);
    }

    #[test]
    fn without_money_there_are_orders_alone() {
        let mut all = some(60, 30);
        all.values_mut().flat_map(|buyer| &mut buyer.purchases).for_each(|p| p.money = None);
        let expected = Lifetime::of_buyers(&all, day(400)).unwrap().at(0).unwrap();
        assert_eq!((expected.mean, expected.money), (None, None));
        assert!(expected.orders > 0.0);
    }
}
