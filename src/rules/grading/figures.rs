//! What a customer did: the figures that every dimension is judged by, from the entries of all its
//! prospects up to the day.

use crate::model::date::Date;
use crate::model::event::Event;
use crate::model::grading::Grading;
use crate::model::money::{Amount, Money, Sum};
use crate::model::pipeline::{Known, Outcome};
use crate::model::settings::Settings;
use crate::model::text::Text;
use crate::rules::replay::{in_contact, standing};
use crate::rules::state::Record;

/// An order: an entry `order` or `booking`, or a pursuit that closed without either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The day.
    pub on: Date,
    /// Its money: the entry's amount, else the value expected on that day.
    pub money: Option<Money>,
}

/// What the last survey said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mood {
    /// NPS 0 to 6, CSAT 1 or 2.
    Dissatisfied,
    /// In between.
    Neutral,
    /// NPS 9 or 10, CSAT 4 or 5.
    Satisfied,
}

/// The last survey with a known scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Satisfaction {
    /// The day.
    pub on: Date,
    /// The answer.
    pub score: Amount,
    /// `nps` or `csat`.
    pub scale: Text,
    /// What it says.
    pub mood: Mood,
}

/// A customer's figures on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// Orders, the oldest first.
    pub orders: Vec<Order>,
    /// Money of orders less refunds.
    pub bought: Sum,
    /// The same in the ledger's currency, each order by its product's margin.
    pub worth: Amount,
    /// Expected value of the open prospects, in the ledger's currency.
    pub expected: Amount,
    /// Days on which we were in touch, in order; a day may stand several times.
    pub contacts: Vec<Date>,
    /// Lately: calls of which it is known whether somebody answered.
    pub calls: u32,
    /// Those that somebody answered.
    pub answered: u32,
    /// The last survey.
    pub satisfaction: Option<Satisfaction>,
    /// Criteria that hold, and how many there are, on the open prospect that has most.
    pub criteria: (u32, u32),
    /// A need is stated: `needs`, `product`, or a request that is open.
    pub need: bool,
    /// Is a prospect still being pursued?
    pub open: bool,
    /// The first entry.
    pub opened: Option<Date>,
}

impl Figures {
    /// Has it bought?
    pub fn is_buyer(&self) -> bool {
        !self.orders.is_empty()
    }

    /// The days with orders, each once, in order.
    pub fn order_days(&self) -> Vec<Date> {
        let mut days: Vec<Date> = self.orders.iter().map(|order| order.on).collect();
        days.dedup();
        days
    }

    /// Days since the last order.
    pub fn recency(&self, on: Date) -> Option<i64> {
        self.orders.last().map(|last| on.days_since(last.on))
    }

    /// What it is worth: what it bought, or may buy while it has bought nothing.
    pub fn potential_or_worth(&self) -> Amount {
        if self.is_buyer() { self.worth } else { self.expected }
    }

    /// The last day we were in touch.
    pub fn last_contact(&self) -> Option<Date> {
        self.contacts.last().copied()
    }

    /// How often we were in touch since the first order.
    pub fn contacts_since_first_order(&self) -> usize {
        let first = self.orders.first().map(|order| order.on);
        first.map_or(0, |first| self.contacts.len() - self.contacts.partition_point(|c| *c < first))
    }

    /// In touch lately, and at least half of the calls answered.
    pub fn is_responsive(&self, grading: &Grading, on: Date) -> bool {
        let lately = |last: Date| on.days_since(last) <= i64::from(grading.responsive_days);
        self.last_contact().is_some_and(lately) && self.answered * 2 >= self.calls
    }

    /// Did the last survey say so?
    pub fn has_mood(&self, mood: Mood) -> bool {
        self.satisfaction.as_ref().is_some_and(|satisfaction| satisfaction.mood == mood)
    }
}

/// The figures of the prospects of one customer.
pub(super) fn figures<'r>(
    members: impl Iterator<Item = &'r Record>,
    settings: &Settings,
    on: Date,
) -> Figures {
    let mut figures = Figures::default();
    for record in members {
        journal(&mut figures, record, settings, on);
        let prospect = &record.prospect;
        figures.opened = figures.opened.into_iter().chain(record.state.opened).min();
        figures.need |= !prospect.needs.is_empty()
            || prospect.product.is_some()
            || !record.state.open_tickets.is_empty();
        if record.state.outcome == Outcome::Open {
            figures.open = true;
            figures.criteria = figures.criteria.max(criteria(record, settings, on));
            let own = record.state.value.filter(|value| value.currency.is_none());
            figures.expected = figures.expected.plus(own.map_or(Amount::ZERO, |own| own.amount));
        }
    }
    figures.orders.sort_by_key(|order| order.on);
    figures.contacts.sort_unstable();
    figures
}

/// One prospect's entries.
fn journal(figures: &mut Figures, record: &Record, settings: &Settings, on: Date) {
    let lately = on.plus(-i64::from(settings.grading.responsive_days));
    let share = margin(record, &settings.grading);
    let mut values: Vec<(Date, Money)> = Vec::new();
    let mut orders: Vec<Order> = Vec::new();
    let mut refunds: Vec<Money> = Vec::new();
    for event in standing(&record.prospect.events, on) {
        let date = event.date();
        if let Some(value) = event.value {
            values.push((date, settings.own(value)));
        }
        if in_contact(settings, event) {
            figures.contacts.push(date);
        }
        match &*event.kind {
            "order" | "booking" => {
                let amount = event.amount.map(|amount| settings.own(amount));
                let money = amount.or(values.last().map(|(_, value)| *value));
                orders.push(Order { on: date, money });
            }
            "refund" => refunds.extend(event.amount.map(|amount| settings.own(amount))),
            "call" if date >= lately => {
                if let Some(reached) = event.reached {
                    figures.calls += 1;
                    figures.answered += u32::from(reached);
                }
            }
            "survey" => survey(figures, event),
            _ => {}
        }
    }
    orders.extend(closed_without_entry(record, &orders, &values));
    // What was paid back before anything was ordered takes nothing from orders.
    if orders.is_empty() {
        refunds.clear();
    }
    let money = orders.iter().filter_map(|order| order.money);
    for money in money.chain(refunds.into_iter().map(Money::negated)) {
        figures.bought.add(money);
        if money.currency.is_none() {
            figures.worth = figures.worth.plus(money.amount.times(share));
        }
    }
    figures.orders.extend(orders);
}

/// Orders of pursuits that closed without an entry that says so: imported, or moved by force.
fn closed_without_entry(record: &Record, orders: &[Order], values: &[(Date, Money)]) -> Vec<Order> {
    let mut found = Vec::new();
    for pursuit in &record.history.pursuits {
        let Some((ended, Outcome::Won)) = pursuit.ended else { continue };
        if orders.iter().any(|order| pursuit.opened <= order.on && order.on <= ended) {
            continue;
        }
        let known = values.iter().rev().find(|(date, _)| *date <= ended);
        found.push(Order { on: ended, money: known.map(|(_, value)| *value) });
    }
    found
}

/// What share of its orders' money counts.
fn margin(record: &Record, grading: &Grading) -> Amount {
    let product = record.prospect.product.as_deref();
    let stated = grading.margin.iter().find(|(of, _)| Some(&**of) == product);
    stated.map_or(Amount::from_int(1), |(_, share)| *share)
}

/// A later survey takes the place of an earlier one, whichever prospect of the customer answered.
fn survey(figures: &mut Figures, event: &Event) {
    let (Some(score), Some(scale)) = (event.score, event.scale.as_deref()) else { return };
    let (low, high) = match scale {
        "nps" => (6, 9),
        "csat" => (2, 4),
        _ => return,
    };
    let mood = if score <= Amount::from_int(low) {
        Mood::Dissatisfied
    } else if score >= Amount::from_int(high) {
        Mood::Satisfied
    } else {
        Mood::Neutral
    };
    let on = event.date();
    if figures.satisfaction.as_ref().is_none_or(|known| known.on <= on) {
        figures.satisfaction = Some(Satisfaction { on, score, scale: scale.into(), mood });
    }
}

/// How many of the criteria that somebody must say or date hold, and how many there are.
fn criteria(record: &Record, settings: &Settings, on: Date) -> (u32, u32) {
    let case = record.case(settings, on);
    let mut seen: Vec<&str> = Vec::new();
    let mut held = 0;
    for id in case.pipeline.accumulated(case.pipeline.won()) {
        if !seen.contains(&id) && of_demand(id, settings) {
            seen.push(id);
            held += u32::from(case.status(id).met);
        }
    }
    (held, u32::try_from(seen.len()).unwrap_or(u32::MAX))
}

/// A criterion that speaks of what the customer wants, not of what we did or received.
fn of_demand(id: &str, settings: &Settings) -> bool {
    settings
        .criterion(id)
        .is_some_and(|c| matches!(c.known, Known::Attested | Known::Decider | Known::Timing))
}
