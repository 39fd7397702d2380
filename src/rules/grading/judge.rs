//! The dimensions that are judged by a customer's own figures: value by amounts, relationship, demand,
//! loyalty.

use crate::model::grading::Grading;
use crate::rules::customer::figures::{Figures, Mood};
use crate::rules::customer::levels::{Demand, Loyalty, Relationship, Value};
use crate::stats::AbcClass;
use crate::value::date::Date;
use crate::value::money::Amount;

/// Value: by the stated amounts, or by the class among the customers (or among those who bought
/// nothing, for one of them); many orders can lift it.
pub fn value(figures: &Figures, class: AbcClass, grading: &Grading) -> Value {
    let worth = figures.worth;
    let reaches = |limit: Option<Amount>| limit.is_some_and(|limit| worth >= limit);
    let by_money = if grading.value_high.is_some() || grading.value_medium.is_some() {
        match (reaches(grading.value_high), reaches(grading.value_medium)) {
            (true, _) => Value::High,
            (false, true) => Value::Medium,
            (false, false) => Value::Low,
        }
    } else {
        match class {
            AbcClass::A => Value::High,
            AbcClass::B => Value::Medium,
            AbcClass::C => Value::Low,
        }
    };
    let often = |limit: Option<u32>| limit.is_some_and(|limit| figures.orders >= limit);
    let by_orders = match (often(grading.orders_high), often(grading.orders_medium)) {
        (true, _) => Value::High,
        (false, true) => Value::Medium,
        (false, false) => Value::Low,
    };
    by_money.min(by_orders)
}

/// Relationship: long-term needs orders or contacts over time, and no dissatisfied contact.
pub fn relationship(figures: &Figures, grading: &Grading, on: Date) -> Relationship {
    let Some(first) = figures.first_order else { return Relationship::Potential };
    let often = figures.orders >= grading.long_term_orders
        || figures.contacts_since_first_order >= grading.long_term_contacts;
    let long = on.days_since(first) >= i64::from(grading.long_term_days);
    if often && long && !figures.has_mood(Mood::Dissatisfied) {
        Relationship::LongTerm
    } else {
        Relationship::Occasional
    }
}

/// Demand: confirmed criteria, a stated need, and whether they respond.
pub fn demand(figures: &Figures, grading: &Grading, on: Date) -> Demand {
    let held = u32::from(figures.criteria.0);
    let responsive = figures.is_responsive(grading, on);
    if held >= grading.strong_criteria && responsive {
        Demand::Strong
    } else if held >= grading.medium_criteria || figures.need && responsive {
        Demand::Medium
    } else {
        Demand::Weak
    }
}

/// Loyalty: the share of repeat orders, and satisfaction.
pub fn loyalty(figures: &Figures, grading: &Grading) -> Loyalty {
    let orders = i64::from(figures.orders);
    if orders == 0 {
        return Loyalty::Not;
    }
    // (orders - 1) / orders >= share, without a division.
    let repeats =
        |share: Amount| Amount::from_int(orders - 1) >= share.times(Amount::from_int(orders));
    if figures.has_mood(Mood::Dissatisfied) {
        Loyalty::Not
    } else if repeats(grading.loyal_repeat) {
        Loyalty::Loyal
    } else if repeats(grading.promising_repeat) || figures.has_mood(Mood::Satisfied) {
        Loyalty::Promising
    } else {
        Loyalty::Not
    }
}
