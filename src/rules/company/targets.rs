//! The targets of a company: those of its ledgers, added up where all that have a part in one state it alike.

use super::{Aspect, Difference, Member};
use crate::model::company::OpenedLedger;
use crate::model::sales::{Measure, SalesTarget, TargetOf};
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::money::Amount;

/// The targets of a company, that of its forecast, and two ledgers that do not state them alike. A target of all needs one
/// of each ledger, that of a rep or a department one of each ledger that lists it.
pub(super) fn summed(
    company: &Settings,
    ledgers: &[OpenedLedger],
    members: &[Member],
) -> (Vec<SalesTarget>, Option<Amount>, Option<Difference>) {
    let each = ledgers.iter().zip(members);
    let of_each: Vec<Vec<SalesTarget>> =
        each.map(|(ledger, member)| stated(ledger, member, company)).collect();
    let mut things: Vec<(TargetOf, Measure)> = Vec::new();
    for SalesTarget { of, measure, .. } in of_each.iter().flatten() {
        if !things.iter().any(|known| (&known.0, known.1) == (of, *measure)) {
            things.push((of.clone(), *measure));
        }
    }
    let (mut targets, mut unlike) = (Vec::new(), None);
    for (of, measure) in &things {
        let parts: Vec<Part> = (0..ledgers.len())
            .filter(|at| has(&members[*at], of))
            .map(|at| {
                let own = of_each[at].iter().filter(|t| (&t.of, t.measure) == (of, *measure));
                Part { ledger: &ledgers[at], targets: own.collect() }
            })
            .collect();
        let (sums, difference) = sums(&parts);
        targets.extend(sums);
        unlike = unlike.or(difference);
    }
    let (forecast, differs) = of_forecast(company, ledgers, members);
    (targets, forecast, unlike.or(differs))
}

/// The targets of one thing that a ledger states.
struct Part<'t> {
    ledger: &'t OpenedLedger,
    targets: Vec<&'t SalesTarget>,
}

impl Part<'_> {
    /// That which holds on a day: the one that began last.
    fn on(&self, day: Option<Date>) -> Option<&SalesTarget> {
        let begun = self.targets.iter().filter(|target| target.from <= day);
        begun.max_by_key(|target| target.from).copied()
    }
}

/// The targets that a ledger states, with the names and in the currency of the company.
fn stated(ledger: &OpenedLedger, member: &Member, company: &Settings) -> Vec<SalesTarget> {
    let target = |target: &SalesTarget| SalesTarget {
        of: match &target.of {
            TargetOf::Rep(rep) => TargetOf::Rep(member.rep_of(rep)),
            TargetOf::All | TargetOf::Department(_) => target.of.clone(),
        },
        amount: match target.measure.is_money() {
            true => member.in_company(target.amount, company),
            false => target.amount,
        },
        ..target.clone()
    };
    ledger.settings.targets.iter().map(target).collect()
}

/// Has a ledger a part in what a target is for?
fn has(member: &Member, of: &TargetOf) -> bool {
    match of {
        TargetOf::All => true,
        TargetOf::Rep(rep) => member.settings.rep(rep).is_some(),
        TargetOf::Department(id) => member.settings.department(id).is_some(),
    }
}

/// The sums of the parts, from each day on which one of them begins. On a day on which a part is absent, or of another span
/// of time, there is no sum, nor has a sum that began before it a meaning from then on: only those behind the last such
/// day are left, and where there is none, two ledgers that differ.
fn sums(parts: &[Part]) -> (Vec<SalesTarget>, Option<Difference>) {
    let mut days: Vec<Option<Date>> =
        parts.iter().flat_map(|part| &part.targets).map(|target| target.from).collect();
    days.sort_unstable();
    days.dedup();
    let Some((first, others)) = parts.split_first() else { return (Vec::new(), None) };
    let (mut sums, mut difference) = (Vec::new(), None);
    for day in days {
        let span = first.on(day).map(|target| target.per);
        let unlike = others.iter().find(|part| part.on(day).map(|target| target.per) != span);
        difference = unlike.map(|other| differ(first.ledger, other.ledger));
        match first.on(day).filter(|_| unlike.is_none()) {
            Some(target) => {
                let held = parts.iter().filter_map(|part| part.on(day));
                let amount = held.fold(Amount::ZERO, |sum, target| sum.plus(target.amount));
                sums.push(SalesTarget { amount, from: day, ..target.clone() });
            }
            None => sums.clear(),
        }
    }
    (sums, difference)
}

fn differ(one: &OpenedLedger, other: &OpenedLedger) -> Difference {
    Difference { aspect: Aspect::Targets, one: one.id.clone(), other: other.id.clone() }
}

/// The target of the forecast, where every ledger states one for an equal span.
fn of_forecast(
    company: &Settings,
    ledgers: &[OpenedLedger],
    members: &[Member],
) -> (Option<Amount>, Option<Difference>) {
    let span = |ledger: &OpenedLedger| {
        let forecast = &ledger.settings.forecast;
        forecast.target.map(|_| forecast.per)
    };
    let Some((first, others)) = ledgers.split_first() else { return (None, None) };
    if let Some(other) = others.iter().find(|other| span(other) != span(first)) {
        return (None, Some(differ(first, other)));
    }
    let own = ledgers.iter().zip(members).filter_map(|(ledger, member)| {
        Some(member.in_company(ledger.settings.forecast.target?, company))
    });
    (own.reduce(Amount::plus), None)
}
