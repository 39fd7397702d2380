//! Open claims by age, and the figures of a group of claims: the money of one currency.

use super::{Claim, DSO_DAYS};
use crate::model::sales::Receivables;
use crate::stats::Observation;
use crate::value::date::Date;
use crate::value::money::Amount;
use crate::value::period::Period;

/// The figures of some claims, in one currency.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AgedMoney {
    /// Contracted, and not billed yet.
    pub to_come: Amount,
    /// Open, and not past its due day.
    pub not_due: Amount,
    /// Open and past its due day, by the limits of ages.
    pub ages: Vec<Amount>,
    /// Received or credited, and nothing settled.
    pub prepaid: Amount,
    /// Billed in the window of the DSO.
    pub billed_lately: Amount,
    /// How long each claim took to be paid.
    pub days: Vec<Observation>,
}

/// The age of a claim so many days past its due day, by its position; `None` if it is not past it. The last day of an
/// age belongs to it.
pub fn age(days_over: i64, terms: &Receivables) -> Option<usize> {
    let reached = |limit: &&u32| i64::from(**limit) < days_over;
    (days_over > 0).then(|| terms.limits.iter().filter(reached).count())
}

/// The window whose billed money a DSO looks at: so many days that end on a day.
pub fn dso_window(on: Date) -> Period {
    Period { from: on.plus(1 - DSO_DAYS), to: on }
}

impl AgedMoney {
    /// Adds a claim.
    pub fn add(&mut self, claim: &Claim, terms: &Receivables, on: Date) {
        self.ages.resize(terms.limits.len() + 1, Amount::ZERO);
        let sum = match age(claim.days_over(on), terms) {
            Some(age) => &mut self.ages[age],
            None => &mut self.not_due,
        };
        *sum = sum.plus(claim.open);
        if dso_window(on).contains(claim.arose) {
            self.billed_lately = self.billed_lately.plus(claim.money.amount);
        }
        self.days.push(claim.days_to_pay(on));
    }

    /// Past its due day.
    pub fn past_due(&self) -> Amount {
        self.ages.iter().fold(Amount::ZERO, |sum, age| sum.plus(*age))
    }

    /// All that is open.
    pub fn open(&self) -> Amount {
        self.not_due.plus(self.past_due())
    }

    /// Days of sales outstanding: open / billed in the window x its days; `None` where nothing was billed.
    pub fn dso(&self) -> Option<f64> {
        let days = Amount::from_int(DSO_DAYS);
        (!self.billed_lately.is_zero())
            .then(|| self.open().times(days).to_f64() / self.billed_lately.to_f64())
    }

    /// Is nothing open, to come or prepaid?
    pub fn is_settled(&self) -> bool {
        self.open().is_zero() && self.to_come.is_zero() && self.prepaid.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_of_an_age_belongs_to_it() {
        let terms = Receivables::default();
        let ages = [0, 1, 30, 31, 60, 61, 90, 91].map(|days| age(days, &terms));
        let expected = [None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(2), Some(3)];
        assert_eq!(ages, expected);
        let none = Receivables { limits: Vec::new(), ..terms };
        assert_eq!((age(0, &none), age(1, &none)), (None, Some(0)));
    }

    #[test]
    fn the_window_of_a_dso_is_ninety_days() {
        let window = dso_window(Date::parse("2010-03-31").unwrap());
        assert_eq!((window.from, window.days()), (Date::parse("2010-01-01").unwrap(), 90));
        assert_eq!(AgedMoney::default().dso(), None);
    }
}
