//! Settings of money after the sale: products, targets, and the terms of receivables.

use crate::value::date::Date;
use crate::value::label::Label;
use crate::value::money::{Amount, Money};
use crate::value::period::{FiscalYear, Period};
use crate::value::text::Text;

/// `[[product]]`: a thing that is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The id, which line items and the fact `product` name.
    pub id: Text,
    /// The name, for people.
    pub label: Label,
    /// The price of one.
    pub price: Option<Money>,
    /// The cost of one to us.
    pub cost: Option<Money>,
    /// The unit in which it is counted.
    pub unit: Option<Text>,
    /// The weight of its bookings in the standard premium (标准保费).
    pub standard: Amount,
}

impl Default for Product {
    fn default() -> Product {
        Product {
            id: Text::default(),
            label: Label::default(),
            price: None,
            cost: None,
            unit: None,
            standard: Amount::from_int(1),
        }
    }
}

/// The span of time that a target is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TargetSpan {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    #[default]
    Quarter,
    /// A calendar year.
    Year,
}

impl TargetSpan {
    /// The names that settings may use.
    pub const ALL: [(&'static str, TargetSpan); 3] = [
        ("month", TargetSpan::Month),
        ("quarter", TargetSpan::Quarter),
        ("year", TargetSpan::Year),
    ];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        TargetSpan::ALL[self as usize].0
    }

    /// Months in it.
    pub fn months(self) -> u32 {
        [1, 3, 12][self as usize]
    }

    /// The span of a fiscal year that a day lies in.
    pub fn around(self, day: Date, fiscal: FiscalYear) -> Period {
        fiscal.around(day, self.months())
    }

    /// How many whole spans a period is; `None` if it begins or ends within one.
    pub fn times(self, period: Period, fiscal: FiscalYear) -> Option<i64> {
        let after = period.to.plus(1);
        let begins = |day: Date| self.around(day, fiscal).from == day;
        let month = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
        (begins(period.from) && begins(after))
            .then(|| (month(after) - month(period.from)) / i64::from(self.months()))
    }
}

/// The figure that a target is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Money of bookings.
    Booked,
    /// Payments less refunds.
    Received,
    /// Bookings weighed by their products: the standard premium.
    Standard,
    /// Pursuits that closed.
    Closes,
    /// First meetings of pursuits.
    FirstMeetings,
    /// Customers that bought for the first time.
    NewCustomers,
}

impl Measure {
    /// Each with its name in settings, and its words in English and Chinese.
    pub const ALL: [(&'static str, Measure, &'static str, &'static str); 6] = [
        ("booked", Measure::Booked, "booked", "承保"),
        ("received", Measure::Received, "received", "回款"),
        ("standard", Measure::Standard, "standard premium", "标准保费"),
        ("closes", Measure::Closes, "closes", "成交数"),
        ("first-meetings", Measure::FirstMeetings, "first meetings", "初次见面数"),
        ("new-customers", Measure::NewCustomers, "new customers", "新客户数"),
    ];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        Measure::ALL[self as usize].0
    }

    /// Is it money, and no count?
    pub fn is_money(self) -> bool {
        matches!(self, Measure::Booked | Measure::Received | Measure::Standard)
    }
}

/// The reps that a target is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetOf {
    /// The whole team.
    All,
    /// One rep.
    Rep(Text),
    /// The members of a department.
    Department(Text),
}

/// `[[target]]`: a figure to be reached in each span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesTarget {
    /// The reps that it is for.
    pub of: TargetOf,
    /// The figure.
    pub measure: Measure,
    /// The span of time; quarters and years are those of the fiscal year.
    pub per: TargetSpan,
    /// What is to be reached in one span: money in the ledger's own currency, or a count.
    pub amount: Amount,
    /// The first day on which it holds; a later target for these reps and this figure takes its place. `None` =
    /// from the beginning.
    pub from: Option<Date>,
}

/// `[receivables]`: the terms of payment, and the limits of ages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receivables {
    /// Bookings and orders of a customer without invoices and contracts are due so many days after their day.
    pub payment_days: u32,
    /// The last day past due of each age but the oldest, ascending: 30, 60, 90 makes 1-30, 31-60, 61-90, over 90.
    pub limits: Vec<u32>,
}

impl Default for Receivables {
    fn default() -> Receivables {
        Receivables { payment_days: 30, limits: vec![30, 60, 90] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_in_the_order_of_their_names() {
        for (name, measure, ..) in Measure::ALL {
            assert_eq!(measure.name(), name);
        }
    }

    #[test]
    fn spans_of_targets() {
        let day = |text: &str| Date::parse(text).unwrap();
        let around =
            |span: TargetSpan| span.around(day("2009-12-18"), FiscalYear::CALENDAR).to_string();
        assert_eq!(around(TargetSpan::Month), "2009-12-01..2009-12-31");
        assert_eq!(around(TargetSpan::Quarter), "2009-10-01..2009-12-31");
        assert_eq!(around(TargetSpan::Year), "2009-01-01..2009-12-31");
        let times = |span: TargetSpan, from: &str, to: &str| {
            span.times(Period { from: day(from), to: day(to) }, FiscalYear::CALENDAR)
        };
        assert_eq!(times(TargetSpan::Quarter, "2009-10-01", "2010-03-31"), Some(2));
        assert_eq!(times(TargetSpan::Month, "2009-10-01", "2009-10-31"), Some(1));
        assert_eq!(times(TargetSpan::Quarter, "2009-11-01", "2009-12-31"), None);
        assert_eq!(times(TargetSpan::Year, "2009-01-01", "2009-12-30"), None);
        for (name, span) in TargetSpan::ALL {
            assert_eq!(span.name(), name);
        }
    }
}
