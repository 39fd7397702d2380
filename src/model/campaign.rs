//! Settings of marketing: campaigns, segments, and the points that customers are given.

use super::kind::EventKind;
use crate::value::date::Date;
use crate::value::label::Label;
use crate::value::money::Amount;
use crate::value::period::Period;
use crate::value::text::Text;

/// `[[campaign]]`: something that brings prospects and costs money; a prospect's `source` names it, and so do the
/// entries of those that it reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Campaign {
    /// The value of `source`.
    pub id: Text,
    /// The name, for people.
    pub label: Label,
    /// The total cost, in the ledger's own currency.
    pub cost: Option<Amount>,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// The money that it may cost.
    pub budget: Option<Amount>,
    /// The kind of contact by which it reaches people; a person who refuses that is not reached.
    pub channel: Option<EventKind>,
    /// The id of the segment that it is for.
    pub segment: Option<Text>,
    /// The id of the campaign that it is a part of.
    pub parent: Option<Text>,
    /// What it is to reach.
    pub goal: Option<CampaignGoal>,
    /// The share that is kept out at random, to compare with: 0 to 0.5.
    pub control: Amount,
    /// Costs that fall on a day each, beside `cost`.
    pub costs: Vec<DatedCost>,
}

/// The goal of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignGoal {
    /// So many files that answer.
    Answers(u32),
    /// Words.
    Words(Text),
}

/// A cost of a campaign that falls on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedCost {
    /// The day.
    pub on: Date,
    /// The money, in the ledger's own currency.
    pub amount: Amount,
    /// What it was for.
    pub what: Option<Text>,
}

impl Campaign {
    /// The part of its cost that falls into a period: `cost` by days, rounded to two decimals, and the dated ones on
    /// their day. Without a period all of `cost`, and the dated ones up to `as_of`. `None` without any cost, or where a
    /// period is asked for and `cost` has no dates.
    pub fn cost_in(&self, period: Option<Period>, as_of: Date) -> Option<Amount> {
        let dated = self.costs.iter().filter(|cost| {
            cost.on <= as_of && period.is_none_or(|period| period.contains(cost.on))
        });
        let dated = dated.fold(Amount::ZERO, |sum, cost| sum.plus(cost.amount));
        match self.cost {
            None if self.costs.is_empty() => None,
            None => Some(dated),
            Some(cost) => {
                let spread = match period {
                    Some(period) => self.spread(cost, period)?,
                    None => cost,
                };
                // Without dated costs the amount keeps its form.
                Some(if self.costs.is_empty() { spread } else { spread.plus(dated) })
            }
        }
    }

    /// The share of a cost that falls into a period, by days; `None` without dates.
    fn spread(&self, cost: Amount, period: Period) -> Option<Amount> {
        let run = Period { from: self.from?, to: self.to? };
        let shared = Period { from: run.from.max(period.from), to: run.to.min(period.to) };
        let days = u64::try_from(run.days()).ok()?;
        cost.times(Amount::from_int(shared.days().max(0))).divided_by(days).map(|c| c.round(2))
    }
}

/// `[segment.<id>]`: a query with a name, `@id` in other queries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Segment {
    /// The name in queries.
    pub id: Text,
    /// The name, for people.
    pub label: Label,
    /// The query.
    pub when: Text,
}

/// `[points]`: points for what customers order (会员积分).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointsTerms {
    /// One point for each so much money ordered, in the ledger's own currency; more than 0. `None` where orders give none.
    pub per: Option<Amount>,
    /// The money that one point is worth when it is redeemed.
    pub worth: Option<Amount>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn period(from: &str, to: &str) -> Option<Period> {
        Some(Period { from: day(from), to: day(to) })
    }

    #[test]
    fn a_dated_cost_counts_on_its_day_and_the_other_one_by_days() {
        let cost = |on: &str, amount: i64| DatedCost {
            on: day(on),
            amount: Amount::from_int(amount),
            what: None,
        };
        let dated = Campaign {
            costs: vec![cost("2010-01-05", 300), cost("2010-02-01", 40)],
            ..Campaign::default()
        };
        let end = day("2010-12-31");
        let said = |campaign: &Campaign, period, as_of| {
            campaign.cost_in(period, as_of).map(|cost| cost.trimmed().to_string())
        };
        assert_eq!(said(&dated, None, end), Some("340".into()));
        assert_eq!(said(&dated, None, day("2010-01-31")), Some("300".into()));
        assert_eq!(said(&dated, None, day("2010-01-04")), Some("0".into()));
        assert_eq!(said(&dated, period("2010-01-05", "2010-01-31"), end), Some("300".into()));
        assert_eq!(said(&dated, period("2010-01-06", "2010-01-31"), end), Some("0".into()));
        let both = Campaign {
            cost: Some(Amount::from_int(310)),
            from: Some(day("2010-01-01")),
            to: Some(day("2010-01-31")),
            ..dated
        };
        assert_eq!(said(&both, None, end), Some("650".into()));
        assert_eq!(said(&both, period("2010-01-05", "2010-01-05"), end), Some("310".into()));
        let undated = Campaign { from: None, ..both };
        assert_eq!(said(&undated, period("2010-01-05", "2010-01-05"), end), None);
        assert_eq!(said(&Campaign::default(), None, end), None);
    }

    #[test]
    fn a_campaign_costs_by_the_day() {
        let day = |text| Date::parse(text);
        let campaign = Campaign {
            cost: Some(Amount::from_int(3_000)),
            from: day("2009-11-01"),
            to: day("2009-11-30"),
            ..Campaign::default()
        };
        let period = |from, to| Some(Period { from: day(from).unwrap(), to: day(to).unwrap() });
        let cost = |period| campaign.cost_in(period, Date::MAX).map(|cost| cost.to_string());
        assert_eq!(cost(None).as_deref(), Some("3000"));
        // 10 of its 30 days.
        let third = cost(period("2009-11-21", "2009-12-31"));
        assert_eq!(third.and_then(|c| Amount::parse(&c).ok()), Some(Amount::from_int(1_000)));
        let none = campaign.cost_in(period("2010-01-01", "2010-01-31"), Date::MAX);
        assert_eq!(none, Some(Amount::ZERO));
        let undated = Campaign { from: None, ..campaign.clone() };
        assert_eq!(undated.cost_in(period("2009-11-21", "2009-12-31"), Date::MAX), None);
    }
}
