//! Grading: every customer in its dimensions, and the composite grade by the ledger's rules. Grades are
//! derived from the whole book and never stored; nothing is computed until somebody asks
//! ([`Book::customers`](super::book::Book::customers), or a query that uses a dimension).
//!
//! A *customer* is a prospect, or all prospects with one `account`. Those who bought are graded on what
//! they did, the others on what they could do. Definitions and check figures: `docs/grading.md`.

pub mod figures;
pub mod judge;
pub mod levels;
pub mod lifecycle;
pub mod rfm;
#[cfg(test)]
mod tests;

use super::query::{Context, Query};
use super::state::Record;
use crate::model::date::Date;
use crate::model::id::fold;
use crate::model::settings::Settings;
use crate::model::text::Text;
use crate::stats::{AbcClass, PyramidLevel, abc_classes, pyramid_levels};
use figures::Figures;
use levels::{Demand, Lifecycle, Loyalty, Pareto, Pyramid, Relationship, Value};
use rfm::{Bins, Scores};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The composite grade, and the rule that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The grade.
    pub grade: Text,
    /// The rule's position in the settings.
    pub rule: usize,
}

/// A customer, graded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The account, or the prospect's id.
    pub id: Text,
    /// Is it an account of prospects?
    pub account: bool,
    /// Its prospects: positions in the book, in the order of ids. Never empty.
    pub members: Vec<usize>,
    /// What it did.
    pub figures: Figures,
    /// Days without an order after which it lapses.
    pub gap: i64,
    /// What it is worth.
    pub value: Value,
    /// How long and closely it has been with us.
    pub relationship: Relationship,
    /// How much it wants now.
    pub demand: Demand,
    /// Whether it comes back.
    pub loyalty: Loyalty,
    /// Where it stands between first order and last.
    pub lifecycle: Lifecycle,
    /// Its class among those who bought.
    pub pareto: Option<Pareto>,
    /// Its level among those who bought.
    pub pyramid: Option<Pyramid>,
    /// Its scores among those who bought.
    pub rfm: Option<Scores>,
    /// Its grade; none where no rule fits.
    pub verdict: Option<Verdict>,
}

impl Customer {
    /// Its grade.
    pub fn grade(&self) -> Option<&str> {
        self.verdict.as_ref().map(|verdict| &*verdict.grade)
    }

    /// Does it order: new, active or won back?
    pub fn is_active(&self) -> bool {
        matches!(self.lifecycle, Lifecycle::New | Lifecycle::Active | Lifecycle::WonBack)
    }
}

/// Grades the customers of a book, and leaves each with its prospects' records.
pub(super) fn grade(records: &[Record], settings: &Settings, on: Date) {
    for customer in customers(records, settings, on) {
        let customer = Arc::new(customer);
        for member in &customer.members {
            // Whoever was faster computed the same.
            let _ = records[*member].customer.set(Arc::clone(&customer));
        }
    }
}

/// The customers of a book, graded, by id.
pub fn customers(records: &[Record], settings: &Settings, on: Date) -> Vec<Customer> {
    let mut members: BTreeMap<(String, bool), Vec<usize>> = BTreeMap::new();
    for (position, record) in records.iter().enumerate() {
        let account = record.prospect.account.as_deref();
        let key = (fold(account.unwrap_or(&record.prospect.id)), account.is_some());
        members.entry(key).or_default().push(position);
    }
    let mut customers: Vec<Customer> =
        members.into_values().map(|members| customer(records, members, settings, on)).collect();
    compare(&mut customers, settings, on);
    apply_rules(&mut customers, records, settings, on);
    customers
}

/// A customer by its own figures; what takes the others is not known yet.
fn customer(records: &[Record], members: Vec<usize>, settings: &Settings, on: Date) -> Customer {
    let grading = &settings.grading;
    let first = &records[members[0]].prospect;
    let figures = figures::figures(members.iter().map(|m| &records[*m]), settings, on);
    let days = figures.order_days();
    Customer {
        id: first.account.as_ref().unwrap_or(&first.id).clone(),
        account: first.account.is_some(),
        gap: lifecycle::gap(&days, grading),
        value: Value::Low,
        relationship: judge::relationship(&figures, grading, on),
        demand: judge::demand(&figures, grading, on),
        loyalty: judge::loyalty(&figures, grading),
        lifecycle: lifecycle::lifecycle(&days, grading, on),
        pareto: None,
        pyramid: None,
        rfm: None,
        verdict: None,
        members,
        figures,
    }
}

/// The dimensions that compare customers: with those who bought, or with those who did not.
fn compare(customers: &mut [Customer], settings: &Settings, on: Date) {
    let grading = &settings.grading;
    let of = |customers: &[Customer], buyers: bool| -> (Vec<usize>, Vec<i128>) {
        let same = customers.iter().enumerate().filter(|(_, c)| c.figures.is_buyer() == buyers);
        same.map(|(at, c)| (at, c.figures.potential_or_worth().micros())).unzip()
    };
    let (prospects, expected) = of(customers, false);
    for (at, class) in prospects.into_iter().zip(abc_classes(&expected)) {
        customers[at].value = judge::value(&customers[at].figures, class, grading);
    }
    let (buyers, worth) = of(customers, true);
    let bins = Bins::of(buyers.iter().map(|at| &customers[*at].figures), grading, on);
    for ((at, class), level) in
        buyers.into_iter().zip(abc_classes(&worth)).zip(pyramid_levels(&worth))
    {
        let customer = &mut customers[at];
        customer.value = judge::value(&customer.figures, class, grading);
        customer.pareto = Some(match class {
            AbcClass::A => Pareto::A,
            AbcClass::B => Pareto::B,
            AbcClass::C => Pareto::C,
        });
        customer.pyramid = Some(match level {
            PyramidLevel::Top => Pyramid::Top,
            PyramidLevel::Upper => Pyramid::Upper,
            PyramidLevel::Middle => Pyramid::Middle,
            PyramidLevel::Base => Pyramid::Base,
        });
        customer.rfm = bins.and_then(|bins| bins.scores(&customer.figures, on));
    }
}

/// The composite grade: the first rule that fits one of the customer's prospects.
fn apply_rules(customers: &mut [Customer], records: &[Record], settings: &Settings, on: Date) {
    let context = Context { settings, as_of: on };
    // The settings' reader has refused what is no query. A period in words can still be empty on a day
    // (`2010..today` in 2009): its rule fits nobody then.
    let rules: Vec<Option<Query>> = settings
        .grading
        .rules
        .iter()
        .map(|rule| Query::parse(&rule.when, "when", settings, on).ok())
        .collect();
    for customer in customers {
        let fits = |query: &Query| {
            query.is_empty()
                || customer
                    .members
                    .iter()
                    .any(|member| query.matches_as(&records[*member], &context, customer))
        };
        let rule = rules.iter().position(|query| query.as_ref().is_some_and(fits));
        customer.verdict = rule.map(|rule| {
            let grade = settings.grading.rules[rule].grade.clone();
            Verdict { grade, rule }
        });
    }
}
