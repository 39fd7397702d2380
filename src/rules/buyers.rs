//! The customers that bought, as grading sees them, each with the purchases of all its files.

use crate::rules::book::Book;
use crate::rules::purchases::{Purchase, purchases};
use crate::rules::query::Query;
use crate::value::date::Date;
use crate::value::money::{Amount, Sum};
use std::collections::BTreeMap;

/// A customer that bought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buyer {
    /// Its orders and refunds, in the order of their days.
    pub purchases: Vec<Purchase>,
}

impl Buyer {
    /// The days with an order, each once, in order: orders of one day are one purchase.
    pub fn days(&self) -> Vec<Date> {
        let orders = self.purchases.iter().filter(|purchase| purchase.is_order);
        let mut days: Vec<Date> = orders.map(|purchase| purchase.on).collect();
        days.dedup();
        days
    }

    /// The money of each of these days, in the ledger's own currency: its orders less the refunds up to the next of the
    /// days. `None` where no order of the day has money in that currency.
    pub fn money_of_days(&self) -> Vec<(Date, Option<Amount>)> {
        let mut days: Vec<(Date, Option<Amount>)> =
            self.days().into_iter().map(|day| (day, None)).collect();
        for purchase in &self.purchases {
            let own = purchase.money.filter(|money| money.currency.is_none());
            let at = days.partition_point(|(day, _)| *day <= purchase.on).checked_sub(1);
            let (Some(own), Some((_, sum))) = (own, at.and_then(|at| days.get_mut(at))) else {
                continue;
            };
            if purchase.is_order || sum.is_some() {
                *sum = Some(sum.unwrap_or(Amount::ZERO).plus(own.amount));
            }
        }
        days
    }

    /// The money in currencies without a rate.
    pub fn foreign(&self) -> Sum {
        let mut sum = Sum::default();
        let money = self.purchases.iter().filter_map(|purchase| purchase.money);
        money.filter(|money| money.currency.is_some()).for_each(|money| sum.add(money));
        sum
    }
}

/// The customers of a book that bought up to its day, by the position of their first files among the graded ones.
/// Grades the book.
pub fn buyers(book: &Book) -> BTreeMap<u32, Buyer> {
    book.graded();
    together(book.gather_everybody(&Query::everything(), |record| {
        let first = record.customer.get()?.first;
        let bought = purchases(record, &book.settings, book.as_of);
        (!bought.is_empty()).then_some((first, bought))
    }))
}

/// The customers of these purchases, each with the position of the first file of its customer. Those without any are no
/// buyers.
pub fn together(each: impl IntoIterator<Item = (u32, Vec<Purchase>)>) -> BTreeMap<u32, Buyer> {
    let mut all: BTreeMap<u32, Buyer> = BTreeMap::new();
    for (first, bought) in each.into_iter().filter(|(_, bought)| !bought.is_empty()) {
        all.entry(first).or_default().purchases.extend(bought);
    }
    // Stable: those of one day stay in the order of the files.
    all.values_mut().for_each(|buyer| buyer.purchases.sort_by_key(|purchase| purchase.on));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::money::Money;

    fn buyer(purchases: &[(i64, &str, bool)]) -> Buyer {
        let purchase = |(day, money, is_order): &(i64, &str, bool)| Purchase {
            on: Date::new(2010, 1, 1).unwrap().plus(*day),
            money: Money::parse(money).ok(),
            is_order: *is_order,
        };
        Buyer { purchases: purchases.iter().map(purchase).collect() }
    }

    #[test]
    fn a_refund_takes_off_the_last_day_with_an_order() {
        let said = |buyer: Buyer| -> Vec<String> {
            let days = buyer.money_of_days().into_iter();
            days.map(|(_, sum)| sum.map_or("-".into(), |sum| sum.to_string())).collect()
        };
        let orders = [(0, "10", true), (0, "5", true), (3, "7", true)];
        assert_eq!(said(buyer(&orders)), ["15", "7"]);
        let refunded = [(0, "10", true), (2, "-4", false), (3, "7", true), (3, "-7", false)];
        assert_eq!(said(buyer(&refunded)), ["6", "0"]);
        // An order without money is a day without any, and so is one in another currency.
        let unknown = [(0, "", true), (1, "-4", false), (3, "7 USD", true)];
        assert_eq!(said(buyer(&unknown)), ["-", "-"]);
        assert_eq!(buyer(&unknown).days().len(), 2);
        assert_eq!(buyer(&unknown).foreign().foreign().count(), 1);
    }
}
