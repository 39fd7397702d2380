//! The practice with a prospect, as far as a policy can ask: verification, contacts, answers, prices.

use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::policy::contact::service;
use crate::rules::policy::tier::TierPractice;
use crate::rules::replay::state::Record;
use crate::rules::replay::{in_contact, standing};
use crate::rules::service::case::Asking;
use crate::rules::service::journal::Journal;
use crate::value::date::Date;
use crate::value::money::Money;
use crate::value::text::Text;
use std::cmp::Ordering;

/// A price that was agreed after another had been quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deal {
    /// The first quote.
    pub quoted: Money,
    /// The signing or booking.
    pub agreed: Money,
    /// The day of that.
    pub on: Date,
}

/// How a customer as a whole is looked after, through one of its prospects or all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attention {
    /// The last day its record was verified.
    pub(super) verified: Option<Date>,
    /// The last day on which we were in touch by other means than service,
    pub(super) touched: Option<Date>,
    /// and the kinds of that day's contacts, in order.
    pub(super) kinds: Box<[EventKind]>,
    /// The rest that a tier asks for, where a policy does.
    pub tier: Option<Box<TierPractice>>,
}

/// The practice with a prospect, as far as a policy can ask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Practice {
    /// Its owner.
    pub owner: Option<Text>,
    /// Did it leave?
    pub lost: bool,
    /// The day a known stall ends.
    pub(super) resumes: Option<Date>,
    /// Its part in the practice with the customer as a whole.
    pub attention: Attention,
    /// Its requests and complaints; none where its customer may be several files.
    pub(super) answers: Box<[Asking]>,
    pub(super) deals: Box<[Deal]>,
}

impl Attention {
    fn of(events: &[&Event], settings: &Settings) -> Attention {
        let (mut verified, mut touched, mut kinds) = (None, None, Vec::new());
        for event in events {
            let date = event.date();
            if event.kind == EventKind::Verified {
                verified = verified.max(Some(date));
            }
            if in_contact(settings, event) && !service(event) {
                // Entries are in the order of their days.
                if touched != Some(date) {
                    kinds.clear();
                }
                touched = Some(date);
                kinds.push(event.kind.clone());
            }
        }
        Attention { verified, touched, kinds: kinds.into(), tier: None }
    }

    /// Takes in that of the customer's next prospect by id.
    pub(super) fn join(&mut self, other: Attention) {
        self.verified = self.verified.max(other.verified);
        match other.touched.cmp(&self.touched) {
            Ordering::Greater => (self.touched, self.kinds) = (other.touched, other.kinds),
            Ordering::Equal => self.kinds = [&*self.kinds, &*other.kinds].concat().into(),
            Ordering::Less => {}
        }
        match (&mut self.tier, other.tier) {
            (Some(tier), Some(other)) => tier.join(*other),
            (tier, other) => *tier = tier.take().or(other),
        }
    }
}

impl Practice {
    /// The practice up to a day.
    pub fn of(record: &Record, settings: &Settings, on: Date) -> Practice {
        let state = &record.state;
        let events: Vec<&Event> = standing(&record.prospect.events, on).collect();
        let tier = TierPractice::of(record, &events, settings, on);
        Practice {
            owner: state.owner.clone(),
            lost: state.outcome == Outcome::Lost,
            resumes: state.hold.as_ref().map(|hold| hold.until),
            attention: Attention { tier, ..Attention::of(&events, settings) },
            answers: answers(record, settings, on),
            deals: deals(&events).into(),
        }
    }
}

/// The requests and complaints of a prospect that is its own customer.
fn answers(record: &Record, settings: &Settings, on: Date) -> Box<[Asking]> {
    if record.prospect.joint_customer().is_some() {
        return Box::default();
    }
    let (cases, _) = Journal::of(record, settings, on).cases();
    cases.into_iter().flat_map(|case| case.askings).collect()
}

/// The agreements after a quote, each with the first quote since the last agreement.
fn deals(events: &[&Event]) -> Vec<Deal> {
    let mut deals = Vec::new();
    let mut quoted: Option<Money> = None;
    for event in events {
        match event.kind {
            EventKind::Quote => quoted = quoted.or(event.amount),
            EventKind::Contract | EventKind::Booking | EventKind::Order => {
                let same = |money: &Money| Some(money.currency) == quoted.map(|q| q.currency);
                if let (Some(agreed), Some(first)) = (event.amount.filter(same), quoted) {
                    deals.push(Deal { quoted: first, agreed, on: event.date() });
                    quoted = None;
                }
            }
            _ => {}
        }
    }
    deals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;

    fn event(key: &str, kind: &str) -> Event {
        Event::new(EventKey::parse(key).unwrap(), kind)
    }

    #[test]
    fn the_last_contact_of_several_prospects_is_that_of_the_latest_day() {
        let settings = Settings::default();
        let on = |key: &str, kind: &str| Attention::of(&[&event(key, kind)], &settings);
        let joined = |other: Attention| {
            let mut attention = on("2010-01-02", "call");
            attention.join(other);
            attention.kinds.iter().map(|kind| kind.name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(joined(on("2010-01-01", "visit")), ["call"]);
        assert_eq!(joined(on("2010-01-02", "visit")), ["call", "visit"], "of one day both");
        assert_eq!(joined(on("2010-01-03", "visit")), ["visit"]);
        let of_one = |key: &str| {
            let (first, second) = (event("2010-01-02-1", "call"), event(key, "visit"));
            Attention::of(&[&first, &second], &settings).kinds.len()
        };
        assert_eq!((of_one("2010-01-02-2"), of_one("2010-01-03")), (2, 1));
    }
}
