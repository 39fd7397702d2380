//! Settings of grading and of the policies of grades. Every one has a default.

use super::kind::EventKind;
use crate::value::date::Date;
use crate::value::label::Label;
use crate::value::money::Amount;
use crate::value::text::Text;

/// How the scores of recency, frequency and money are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scoring {
    /// Type-7 quintiles; a value equal to a cut point belongs to the lower bin.
    #[default]
    Quintiles,
    /// As R's package `rfm` does it: quintile + 1, left-closed.
    RfmPackage,
}

impl Scoring {
    /// The names in settings and on the command line.
    pub const ALL: [(&'static str, Scoring); 2] =
        [("quintiles", Scoring::Quintiles), ("r", Scoring::RfmPackage)];
}

/// A rule of the composite grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeRule {
    /// The grade it gives.
    pub grade: Text,
    /// The customers that it fits, in the query language; empty fits all.
    pub when: Text,
}

/// The weights of the parts of an evaluation of a customer, not all of them 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Of its satisfaction.
    pub satisfaction: Amount,
    /// Of its value.
    pub value: Amount,
    /// Of the share of promises that are kept.
    pub promises: Amount,
}

impl Default for Weights {
    fn default() -> Weights {
        let one = Amount::from_int(1);
        Weights { satisfaction: one, value: one, promises: one }
    }
}

/// `[grading]`: thresholds of the dimensions, and the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grading {
    /// High value from this amount on. Where neither amount is stated, value goes by the Pareto class.
    pub value_high: Option<Amount>,
    /// Medium value from this amount on.
    pub value_medium: Option<Amount>,
    /// So many orders are high value too, whatever they brought.
    pub orders_high: Option<u32>,
    /// So many orders are at least medium value.
    pub orders_medium: Option<u32>,
    /// The share of an order's money that counts, by product; others count in full.
    pub margin: Vec<(Text, Amount)>,
    /// A long-term customer has ordered so often,
    pub long_term_orders: u32,
    /// or was in touch so often since the first order;
    pub long_term_contacts: u32,
    /// and the first order lies so many days back.
    pub long_term_days: u32,
    /// Strong demand requires so many confirmed criteria.
    pub strong_criteria: u32,
    /// Medium demand requires so many.
    pub medium_criteria: u32,
    /// Responsive: in touch within so many days.
    pub responsive_days: u32,
    /// Loyal: the share of repeat orders, from 0 to 1.
    pub loyal_repeat: Amount,
    /// Promising: the share of repeat orders.
    pub promising_repeat: Amount,
    /// A new customer's only order lies at most so many days back.
    pub new_days: u32,
    /// A customer lapses after so many days without an order; by default twice its median gap.
    pub gap_days: Option<u32>,
    /// The shortest gap after which a customer lapses, where the gap is its own.
    pub least_gap_days: u32,
    /// How scores are cut where no limits are stated.
    pub scoring: Scoring,
    /// Days since the last order: four limits between the five scores, ascending.
    pub recency_limits: Option<[Amount; 4]>,
    /// Numbers of orders.
    pub frequency_limits: Option<[Amount; 4]>,
    /// Money of orders.
    pub money_limits: Option<[Amount; 4]>,
    /// How many customers one manager can follow (管理幅度).
    pub span: u32,
    /// The weights of the parts of an evaluation.
    pub evaluation: Weights,
    /// The composite grade: the first rule that fits.
    pub rules: Vec<GradeRule>,
}

impl Default for Grading {
    fn default() -> Grading {
        let rule = |grade: &str, when: &str| GradeRule { grade: grade.into(), when: when.into() };
        Grading {
            value_high: None,
            value_medium: None,
            orders_high: None,
            orders_medium: None,
            margin: Vec::new(),
            long_term_orders: 3,
            long_term_contacts: 12,
            long_term_days: 365,
            strong_criteria: 3,
            medium_criteria: 1,
            responsive_days: 30,
            loyal_repeat: Amount::percent(60),
            promising_repeat: Amount::percent(50),
            new_days: 90,
            gap_days: None,
            least_gap_days: 90,
            scoring: Scoring::Quintiles,
            recency_limits: None,
            frequency_limits: None,
            money_limits: None,
            span: 50,
            evaluation: Weights::default(),
            rules: vec![
                rule("A", "value:high (is:active or lifecycle:potential demand:strong)"),
                rule("B", "is:active or value:high or lifecycle:potential demand:strong,medium"),
                rule("C", ""),
            ],
        }
    }
}

impl Grading {
    /// The grades, the best first: in the order in which the rules first give them.
    pub fn grades(&self) -> Vec<&str> {
        let mut grades: Vec<&str> = Vec::new();
        for rule in &self.rules {
            if !grades.contains(&&*rule.grade) {
                grades.push(&rule.grade);
            }
        }
        grades
    }
}

/// A time within which something is done, counted in working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// So many working hours.
    Hours(u32),
    /// So many working days.
    Days(u32),
}

/// `[policy.<grade>]`: the service of a grade. `None` demands nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// The record is verified anew every so many days.
    pub verify_days: Option<u32>,
    /// The least level of rep that it requires.
    pub level: Option<Text>,
    /// The kinds of contact that fit; empty accepts any.
    pub channel: Vec<EventKind>,
    /// In touch at least every so many days.
    pub contact_days: Option<u32>,
    /// Requests and complaints are answered within this time.
    pub response: Option<Promise>,
    /// They are resolved within this time.
    pub resolve: Option<Promise>,
    /// The highest discount, as a share of the quoted money.
    pub discount: Option<Amount>,
    /// The roles of helpers that must be filled.
    pub team: Vec<Text>,
    /// The money that visits, gifts and care may cost in a calendar year, in the ledger's own currency.
    pub budget: Option<Amount>,
    /// The level of support: one of [`SUPPORT`].
    pub support: Option<Text>,
    /// A leader talks with them at least every so many days.
    pub leader_days: Option<u32>,
    /// They are met for a review at least every so many days.
    pub review_days: Option<u32>,
    /// They are surveyed at least every so many days.
    pub survey_days: Option<u32>,
    /// The occasions on which we show care: [`BIRTHDAY`], [`RENEWAL`], or ids of occasions.
    pub care: Vec<Text>,
}

impl Policy {
    /// Does it ask about the practice with a customer as a whole, beyond verification and contact?
    pub fn is_tiered(&self) -> bool {
        let days = [self.leader_days, self.review_days, self.survey_days];
        !self.team.is_empty()
            || self.budget.is_some()
            || !self.care.is_empty()
            || days.iter().any(Option::is_some)
    }
}

/// The levels of support, the best first: the name in files, English, Chinese.
pub const SUPPORT: [(&str, &str, &str); 3] =
    [("custom", "custom", "专属"), ("standard", "standard", "标准"), ("basic", "basic", "基本")];

/// The occasion of care that every person has.
pub const BIRTHDAY: &str = "birthday";

/// The occasion of a contract whose renewal is due, which needs no date in the settings either.
pub const RENEWAL: &str = "renewal";

/// An occasion on which we show care, the same day for all: `[calendar.occasion.<id>]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Occasion {
    /// The name in `care`.
    pub id: Text,
    /// The name for people.
    pub label: Label,
    /// Its days, in order.
    pub dates: Vec<Date>,
}

/// The method's policy, for the grades of its default rules.
pub fn default_policies() -> Vec<(Text, Policy)> {
    let policy = |days: u32, level: &str, channel: &[&str], response_days: u32, discount| Policy {
        verify_days: Some(days),
        level: Some(level.into()),
        channel: channel.iter().map(|kind| (*kind).into()).collect(),
        contact_days: Some(days),
        response: Some(Promise::Days(response_days)),
        discount: Some(Amount::percent(discount)),
        ..Policy::default()
    };
    vec![
        ("A".into(), policy(30, "senior", &["visit", "meeting"], 1, 15)),
        ("B".into(), policy(90, "middle", &["visit", "meeting", "demo", "call"], 2, 10)),
        ("C".into(), policy(180, "junior", &[], 5, 5)),
    ]
}
