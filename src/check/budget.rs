//! Customers that cost more in the calendar year than the budget of their grade.
//!
//! Why: a budget that no report compares with is none.
//! Mend: spend no more this year, raise the budget in `crm.toml`, or correct a wrong cost with `crm undo`.
//!
//! A budget is a customer's, so all prospects of an account are added up: the check is one of the whole ledger.

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::model::event::{Event, EventKey};
use crate::rules::book::Book;
use crate::rules::policy::is_within;
use crate::rules::policy::tier::spent;
use crate::rules::query::Query;
use crate::rules::replay::standing;
use crate::value::money::Sum;
use crate::value::text::Text;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The costs of one customer.
#[derive(Debug, Default)]
struct Costs {
    grade: Text,
    spent: Sum,
    /// Its last entry with a cost, and the file that holds it.
    last: Option<(EventKey, PathBuf)>,
}

impl Costs {
    fn join(&mut self, other: Costs) {
        self.spent.add_sum(&other.spent);
        self.last = self.last.take().max(other.last);
        self.grade = other.grade;
    }
}

/// A finding for each customer that is over its budget, at its last entry with a cost.
pub fn over_budget(book: &Book) -> Vec<Diagnostic> {
    let settings = &book.settings;
    if settings.policies.iter().all(|(_, policy)| policy.budget.is_none()) {
        return Vec::new();
    }
    book.graded();
    let costs = book.fold_everybody(
        &Query::everything(),
        |costs: &mut BTreeMap<u32, Costs>, record| {
            let Some(customer) = book.customer(record) else { return };
            let Some(grade) = customer.grade() else { return };
            let events: Vec<&Event> = standing(&record.prospect.events, book.as_of).collect();
            let Some(last) = events.iter().rfind(|event| event.cost.is_some()) else { return };
            let last = Some((last.key.clone(), record.prospect.path.clone()));
            let spent = spent(&events, settings, book.as_of);
            costs.entry(customer.first).or_default().join(Costs {
                grade: grade.into(),
                spent,
                last,
            });
        },
        |all, part| part.into_iter().for_each(|(at, costs)| all.entry(at).or_default().join(costs)),
    );
    let over = costs.into_values().filter_map(|Costs { grade, spent, last }| {
        let budget = settings.policy(&grade)?.budget?;
        let (key, path) = last.filter(|_| !is_within(spent.own, budget))?;
        let (year, spent, budget) = (book.as_of.year(), spent.own.grouped(), budget.grouped());
        let message = words!(
            "{spent} spent in {year}, and the budget of {grade} is {budget}",
            "{year}年已花费 {spent}，{grade} 级预算为 {budget}"
        );
        let help = words!(
            "spend no more on it this year, or raise it: [policy.{grade}] budget",
            "今年不再为其花费，或提高预算：[policy.{grade}] budget"
        );
        let place = Place::file(path).at(Spot::Event(key.text.to_string(), Some("cost")));
        Some(Diagnostic::new(Code::OverBudget, message).at(place).help(help))
    });
    over.collect()
}
