//! The figures of a customer that every dimension is judged by, from the entries of all its
//! prospects up to the day.

use crate::model::grading::Grading;
use crate::model::kind::EventKind;
use crate::model::pipeline::{Criterion, Known, OfBuyer, Outcome};
use crate::model::settings::Settings;
use crate::rules::customer::figures::{Figures, Satisfaction};
use crate::rules::purchases::purchases;
use crate::rules::replay::state::Record;
use crate::rules::replay::{in_contact, standing};
use crate::rules::service::journal::Journal;
use crate::value::date::Date;
use crate::value::money::Amount;

/// The contribution of one prospect to its customer: figures, and the days that matter only beside those of
/// the customer's other prospects.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    figures: Figures,
    /// Expected value of the open prospects, in the ledger's currency.
    expected: Amount,
    /// The entries about cases, of a customer that may be several files.
    cases: Journal,
    /// The days of orders and of contacts; a day may be there several times.
    orders: Vec<Date>,
    contacts: Vec<Date>,
}

impl Deeds {
    /// Those of a prospect up to a day.
    pub(super) fn of(record: &Record, settings: &Settings, on: Date) -> Deeds {
        let mut deeds = Deeds::default();
        deeds.journal(record, settings, on);
        let (prospect, state, figures) = (&record.prospect, &record.state, &mut deeds.figures);
        let joint = prospect.joint_customer().is_some();
        figures.opened = state.opened;
        figures.need = !prospect.needs.is_empty()
            || prospect.product.is_some()
            || !joint && state.tickets.open().next().is_some();
        if joint {
            deeds.cases = Journal::about_cases(record, on);
        }
        let figures = &mut deeds.figures;
        if state.outcome == Outcome::Open {
            figures.open = true;
            figures.criteria = criteria(record, settings, on);
            let own = state.value.filter(|value| value.currency.is_none());
            deeds.expected = own.map_or(Amount::ZERO, |own| own.amount);
        }
        deeds
    }

    /// Takes in those of another prospect of the customer, whose id comes later.
    pub(super) fn join(&mut self, other: Deeds) {
        self.cases.join(other.cases);
        self.orders.extend(other.orders);
        self.contacts.extend(other.contacts);
        self.expected = self.expected.plus(other.expected);
        let (figures, other) = (&mut self.figures, other.figures);
        figures.bought.add_sum(&other.bought);
        figures.worth = figures.worth.plus(other.worth);
        figures.calls += other.calls;
        figures.answered += other.answered;
        if let Some(satisfaction) = other.satisfaction {
            figures.survey(satisfaction);
        }
        figures.criteria = figures.criteria.max(other.criteria);
        figures.need |= other.need;
        figures.open |= other.open;
        figures.opened = figures.opened.into_iter().chain(other.opened).min();
    }

    /// The figures when all prospects are joined, and the days with orders: each once, in order.
    pub(super) fn settled(self) -> (Figures, Vec<Date>) {
        let Deeds { mut figures, expected, cases, mut orders, contacts } = self;
        figures.need |= cases.cases().0.iter().any(|case| case.state.is_open());
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        figures.orders = count(orders.len());
        if !figures.is_buyer() {
            figures.worth = expected;
        }
        orders.sort_unstable();
        orders.dedup();
        (figures.first_order, figures.last_order) =
            (orders.first().copied(), orders.last().copied());
        figures.last_contact = contacts.iter().max().copied();
        figures.contacts_since_first_order = figures
            .first_order
            .map_or(0, |first| count(contacts.iter().filter(|day| **day >= first).count()));
        (figures, orders)
    }

    /// One prospect's entries.
    fn journal(&mut self, record: &Record, settings: &Settings, on: Date) {
        let lately = on.plus(-i64::from(settings.grading.responsive_days));
        for event in standing(&record.prospect.events, on) {
            let date = event.date();
            if in_contact(settings, event) {
                self.contacts.push(date);
            }
            match event.kind {
                EventKind::Call if date >= lately => {
                    if let Some(reached) = event.reached {
                        self.figures.calls += 1;
                        self.figures.answered += u32::from(reached);
                    }
                }
                EventKind::Survey | EventKind::Feedback => {
                    let said = Satisfaction::of(event).into_iter();
                    said.for_each(|said| self.figures.survey(Box::new(said)));
                }
                _ => {}
            }
        }
        let share = margin(record, &settings.grading);
        for purchase in purchases(record, settings, on) {
            if purchase.is_order {
                self.orders.push(purchase.on);
            }
            let Some(money) = purchase.money else { continue };
            self.figures.bought.add(money);
            if money.currency.is_none() {
                self.figures.worth = self.figures.worth.plus(money.amount.times(share));
            }
        }
    }
}

/// The share of its orders' money that counts.
fn margin(record: &Record, grading: &Grading) -> Amount {
    let product = record.prospect.product.as_deref();
    let stated = grading.margin.iter().find(|(of, _)| Some(&**of) == product);
    stated.map_or(Amount::from_int(1), |(_, share)| *share)
}

/// How many of the attested and dated criteria hold, and how many there are.
fn criteria(record: &Record, settings: &Settings, on: Date) -> (u16, u16) {
    let case = record.case(settings, on);
    let mut seen: Vec<&str> = Vec::new();
    let mut held = 0;
    for criterion in settings.required(case.pipeline, case.pipeline.won()) {
        if !seen.contains(&&*criterion.id) && of_demand(criterion) {
            seen.push(&criterion.id);
            held += usize::from(case.has(criterion));
        }
    }
    let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    (count(held), count(seen.len()))
}

/// A criterion about the wishes of the customer, not about our acts or receipts.
fn of_demand(criterion: &Criterion) -> bool {
    matches!(
        criterion.known,
        Known::Attested | Known::Decider | Known::OfBuyer(OfBuyer::Needs) | Known::Timing
    )
}
