//! The customers of a period: those at its beginning, those that came, came back and lapsed, and those at its end.
//!
//! A *customer* here is one whose [`Lifecycle`] is new, active or won back. The phases are those of the evening before
//! the period and of its last day; what is recorded by the day of the book counts on both.

use crate::model::grading::Grading;
use crate::rules::buyers::Buyer;
use crate::rules::customer::levels::Lifecycle;
use crate::rules::dealings::year_to;
use crate::rules::grading::lifecycle::{lapses_on, lifecycle};
use crate::stats::{Observation, Proportion};
use crate::value::date::Date;
use crate::value::money::Amount;
use crate::value::period::Period;

/// How a buyer became a customer in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// Its first order ever.
    New,
    /// It had lapsed, and ordered again.
    WonBack,
}

/// One buyer in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Was it a customer on the evening before the period?
    pub was: bool,
    /// Did it become one in the period?
    pub joined: Option<Joining>,
    /// Is it one on the last day? Else, if it was or became one, it lapsed.
    pub is: bool,
    /// Did it order in the period?
    pub ordered: bool,
    /// The money that it bought in the 365 days up to the evening before, and up to the last day.
    pub money: [Amount; 2],
}

/// A number of customers, and the money that they bought in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Headcount {
    /// How many they are.
    pub customers: u64,
    /// The money that they bought in the 365 days up to the day, in the ledger's own currency.
    pub money: Amount,
}

/// The balance of a period: `opening + new + won_back - lapsed + grown - shrunk = closing`, exactly, for customers and
/// for money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomerBalance {
    /// Those on the evening before.
    pub opening: Headcount,
    /// Those with a first order in the period, with their money on the last day.
    pub new: Headcount,
    /// Those that had lapsed and ordered again, likewise.
    pub won_back: Headcount,
    /// Those of the opening that have lapsed, with their money of the evening before; and those of the new and won back
    /// that have lapsed again, with their money of the last day.
    pub lapsed: Headcount,
    /// Those that stayed and bought more in the year up to the last day than in that up to the evening before: how many,
    /// and how much more. They are no change of the number of customers.
    pub grown: Headcount,
    /// Those that stayed and bought less: how many, and how much less.
    pub shrunk: Headcount,
    /// Those on the last day.
    pub closing: Headcount,
    /// How many of the opening have lapsed.
    pub churned: u64,
    /// How many of the opening ordered in the period.
    pub reordered: u64,
}

/// A period without the days that no entry can have: up to a day, and not before its evening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalanceDays {
    /// The evening before the period.
    pub eve: Date,
    /// Its last day.
    pub last: Date,
}

impl BalanceDays {
    /// Those of a period, as far as it lies before a day.
    pub fn of(period: Period, on: Date) -> BalanceDays {
        let eve = period.from.plus(-1).min(on);
        BalanceDays { eve, last: period.to.min(on).max(eve) }
    }
}

fn is_customer(phase: Lifecycle) -> bool {
    matches!(phase, Lifecycle::New | Lifecycle::Active | Lifecycle::WonBack)
}

/// The days up to a day.
fn until(days: &[Date], on: Date) -> &[Date] {
    &days[..days.partition_point(|day| *day <= on)]
}

impl Movement {
    /// That of a buyer in a period.
    pub fn of(buyer: &Buyer, grading: &Grading, days: BalanceDays) -> Movement {
        let BalanceDays { eve, last } = days;
        let all = buyer.days();
        let (before, after) = (until(&all, eve), until(&all, last));
        let (was, is) = (lifecycle(before, grading, eve), lifecycle(after, grading, last));
        let ordered = before.len() < after.len();
        let joined = match was {
            Lifecycle::Potential if ordered => Some(Joining::New),
            Lifecycle::Lapsed if ordered => Some(Joining::WonBack),
            _ => None,
        };
        let (was, is) = (is_customer(was), is_customer(is));
        Movement { was, joined, is, ordered, money: [eve, last].map(|day| bought(buyer, day)) }
    }

    /// Did it lapse: was or became a customer, and is none on the last day?
    pub fn lapsed(&self) -> bool {
        (self.was || self.joined.is_some()) && !self.is
    }
}

/// The money of the 365 days that end on a day: orders less refunds.
fn bought(buyer: &Buyer, day: Date) -> Amount {
    let year = year_to(day);
    let inside = buyer.purchases.iter().filter(|purchase| year.contains(purchase.on));
    let own = inside.filter_map(|purchase| purchase.money).filter(|m| m.currency.is_none());
    own.fold(Amount::ZERO, |sum, money| sum.plus(money.amount))
}

impl Headcount {
    fn add(&mut self, money: Amount) {
        self.customers += 1;
        self.money = self.money.plus(money);
    }

    fn join(&mut self, other: Headcount) {
        self.customers += other.customers;
        self.money = self.money.plus(other.money);
    }
}

impl CustomerBalance {
    /// Adds a buyer.
    pub fn add(&mut self, movement: &Movement) {
        let [before, after] = movement.money;
        if movement.was {
            self.opening.add(before);
            self.reordered += u64::from(movement.ordered);
            self.churned += u64::from(!movement.is);
        }
        match movement.joined {
            Some(Joining::New) => self.new.add(after),
            Some(Joining::WonBack) => self.won_back.add(after),
            None => {}
        }
        if movement.lapsed() {
            self.lapsed.add(if movement.was { before } else { after });
        }
        if movement.is {
            self.closing.add(after);
        }
        if movement.was && movement.is && after != before {
            let (side, change) = match after > before {
                true => (&mut self.grown, after.minus(before)),
                false => (&mut self.shrunk, before.minus(after)),
            };
            side.add(change);
        }
    }

    /// Adds the balance of others.
    pub fn join(&mut self, other: &CustomerBalance) {
        self.opening.join(other.opening);
        self.new.join(other.new);
        self.won_back.join(other.won_back);
        self.lapsed.join(other.lapsed);
        self.grown.join(other.grown);
        self.shrunk.join(other.shrunk);
        self.closing.join(other.closing);
        self.churned += other.churned;
        self.reordered += other.reordered;
    }

    /// Of those of the opening the share that lapsed.
    pub fn churn(&self) -> Proportion {
        Proportion { successes: self.churned, trials: self.opening.customers }
    }

    /// Of those of the opening the share that stayed.
    pub fn kept(&self) -> Proportion {
        let trials = self.opening.customers;
        Proportion { successes: trials - self.churned, trials }
    }

    /// Of those of the opening the share that ordered in the period.
    pub fn repurchase(&self) -> Proportion {
        Proportion { successes: self.reordered, trials: self.opening.customers }
    }
}

/// The days from a buyer's first order to its first lapse, or to a day on which it has not lapsed yet. `None` without
/// an order.
pub fn tenure(days: &[Date], grading: &Grading, on: Date) -> Option<Observation> {
    let first = *days.first()?;
    let since = |day: Date| u32::try_from(day.days_since(first)).unwrap_or(0);
    for (n, _) in days.iter().enumerate() {
        let end = lapses_on(&days[..=n], grading)?;
        let next = days.get(n + 1).copied();
        if end <= on && next.is_none_or(|next| end <= next) {
            return Some(Observation::event(since(end)));
        }
    }
    Some(Observation::censored(since(on)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::purchases::Purchase;
    use crate::value::money::Money;
    use proptest::prelude::*;

    fn day(offset: i64) -> Date {
        Date::new(2009, 1, 1).unwrap().plus(offset)
    }

    fn days(eve: i64, last: i64) -> BalanceDays {
        BalanceDays { eve: day(eve), last: day(last) }
    }

    /// Orders of 100 on these days.
    fn buyer(offsets: &[i64]) -> Buyer {
        let money = Money::parse("100").ok();
        let order = |offset: &i64| Purchase { on: day(*offset), money, is_order: true };
        Buyer { purchases: offsets.iter().map(order).collect() }
    }

    fn movement(offsets: &[i64], eve: i64, last: i64) -> Movement {
        Movement::of(&buyer(offsets), &Grading::default(), days(eve, last))
    }

    #[test]
    fn a_period_ends_on_the_day_of_the_book_and_never_before_its_eve() {
        let of = |from, to, on| BalanceDays::of(Period { from: day(from), to: day(to) }, day(on));
        assert_eq!(of(1, 90, 200), days(0, 90));
        assert_eq!(of(1, 90, 50), days(0, 50));
        assert_eq!(of(60, 90, 50), days(50, 50));
        let ever = Period { from: Date::MIN, to: Date::MAX };
        assert_eq!(BalanceDays::of(ever, day(5)), BalanceDays { eve: Date::MIN, last: day(5) });
    }

    #[test]
    fn every_way_through_a_period() {
        // A lone order lapses on day 91 after it.
        let ways = |offsets: &[i64]| {
            let m = movement(offsets, 100, 200);
            (m.was, m.joined, m.lapsed(), m.is)
        };
        assert_eq!(ways(&[]), (false, None, false, false));
        assert_eq!(ways(&[300]), (false, None, false, false));
        assert_eq!(ways(&[110]), (false, Some(Joining::New), false, true));
        assert_eq!(ways(&[101, 102]), (false, Some(Joining::New), true, false));
        assert_eq!(ways(&[0]), (false, None, false, false));
        assert_eq!(ways(&[0, 150]), (false, Some(Joining::WonBack), false, true));
        assert_eq!(ways(&[50]), (true, None, true, false));
        assert_eq!(ways(&[50, 100, 180]), (true, None, false, true));
        // First and last day of the period.
        assert_eq!(movement(&[101], 100, 101).joined, Some(Joining::New));
        assert_eq!(movement(&[102], 100, 101).joined, None);
        assert!(!movement(&[9], 99, 100).is && movement(&[9], 98, 99).was);
        assert!(movement(&[10], 99, 100).is && !movement(&[10], 99, 101).is);
    }

    #[test]
    fn the_money_of_those_that_stay_grows_or_shrinks() {
        let mut balance = CustomerBalance::default();
        // Stays with 200 before and 400 after; stays with 100 both times; stays with less.
        balance.add(&movement(&[0, 60, 120, 180], 100, 200));
        balance.add(&movement(&[50, 100], 100, 140));
        let grading = Grading { gap_days: Some(900), ..Grading::default() };
        balance.add(&Movement::of(&buyer(&[0, 1, 300]), &grading, days(340, 370)));
        let said = |head: Headcount| format!("{} {}", head.customers, head.money);
        assert_eq!(said(balance.opening), "3 700");
        assert_eq!((said(balance.grown), said(balance.shrunk)), ("1 200".into(), "1 200".into()));
        assert_eq!(said(balance.closing), "3 700");
        assert_eq!((balance.reordered, balance.churned), (1, 0));
    }

    #[test]
    fn tenure_ends_with_the_first_lapse() {
        let grading = Grading::default();
        let tenure = |offsets: &[i64], on| {
            let days: Vec<Date> = offsets.iter().map(|offset| day(*offset)).collect();
            tenure(&days, &grading, day(on))
        };
        assert_eq!(tenure(&[], 10), None);
        assert_eq!(tenure(&[0], 90), Some(Observation::censored(90)));
        assert_eq!(tenure(&[0], 91), Some(Observation::event(91)));
        assert_eq!(tenure(&[0, 90], 180), Some(Observation::censored(180)));
        // Won back later: it had lapsed all the same, on the very day of the order.
        assert_eq!(tenure(&[0, 91], 95), Some(Observation::event(91)));
        assert_eq!(tenure(&[0, 60, 400], 500), Some(Observation::event(181)));
    }

    proptest! {
        #[test]
        fn the_balance_is_exact_for_customers_and_money(
            buyers in prop::collection::vec(
                prop::collection::vec((0..1_500_i64, -500..900_i64, any::<bool>()), 0..8), 0..30),
            (from, length, on) in (0..1_600_i64, 0..900_i64, 0..1_600_i64),
            gap in prop::option::of(1..400_u32),
        ) {
            let grading = Grading { gap_days: gap, ..Grading::default() };
            let period = Period { from: day(from), to: day(from + length) };
            let days = BalanceDays::of(period, day(on));
            let mut sum = CustomerBalance::default();
            for mut events in buyers {
                events.sort_unstable();
                let purchase = |(offset, money, order): (i64, i64, bool)| Purchase {
                    on: day(offset), money: Money::parse(&money.to_string()).ok(), is_order: order,
                };
                let buyer = Buyer { purchases: events.into_iter().map(purchase).collect() };
                let mut one = CustomerBalance::default();
                one.add(&Movement::of(&buyer, &grading, days));
                sum.join(&one);
            }
            let CustomerBalance { opening, new, won_back, lapsed, grown, shrunk, closing, .. } = sum;
            prop_assert_eq!(
                opening.customers + new.customers + won_back.customers - lapsed.customers,
                closing.customers
            );
            let money = opening.money.plus(new.money).plus(won_back.money).minus(lapsed.money);
            prop_assert_eq!(money.plus(grown.money).minus(shrunk.money), closing.money);
            prop_assert_eq!(sum.kept().successes + sum.churned, opening.customers);
            prop_assert!(sum.reordered <= opening.customers && sum.churned <= lapsed.customers);
        }

        #[test]
        fn a_lapse_is_the_first_day_of_that_phase(
            mut offsets in prop::collection::vec(0..2_000_i64, 1..9), gap in prop::option::of(1..300_u32),
        ) {
            offsets.sort_unstable();
            offsets.dedup();
            let days: Vec<Date> = offsets.iter().map(|offset| day(*offset)).collect();
            let grading = Grading { gap_days: gap, ..Grading::default() };
            let end = lapses_on(&days, &grading).unwrap();
            prop_assert_eq!(lifecycle(&days, &grading, end), Lifecycle::Lapsed);
            prop_assert!(lifecycle(&days, &grading, end.plus(-1)) != Lifecycle::Lapsed);
        }
    }
}
