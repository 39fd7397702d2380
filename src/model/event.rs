//! One entry of a prospect's journal: what happened, and what it changes.

use super::kind::EventKind;
use crate::value::date::{Date, Moment, Time};
use crate::value::money::{Amount, Money};
use crate::value::text::Text;
use std::cmp::Ordering;
use std::fmt;

/// An event's key, `DATE[-N][-SUFFIX]`: its id, and its place in the order of replay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventKey {
    /// The day it happened.
    pub date: Date,
    /// The day's count, 1, 2, …; none = 0.
    pub n: u32,
    /// The key as written.
    pub text: Text,
}

impl EventKey {
    /// Reads `2009-12-03`, `2009-12-03-2`, `2009-12-03-1-k2p`, `2009-12-03-call`.
    pub fn parse(text: &str) -> Option<EventKey> {
        let date = Date::parse(text.get(..10)?)?;
        let tail = text.as_bytes().get(10..)?;
        let key = |n| Some(EventKey { date, n, text: text.into() });
        let (first, suffix) = match tail {
            [] => return key(0),
            [b'-', tail @ ..] => match tail.iter().position(|b| *b == b'-') {
                Some(dash) => (&tail[..dash], Some(&tail[dash + 1..])),
                None => (tail, None),
            },
            _ => return None,
        };
        if first.is_empty() || suffix.is_some_and(<[u8]>::is_empty) {
            return None;
        }
        if !first.iter().all(u8::is_ascii_digit) {
            return key(0);
        }
        let digit = |n: u32, b: &u8| n.checked_mul(10)?.checked_add(u32::from(b - b'0'));
        key(first.iter().try_fold(0, digit)?)
    }

    /// The characters after the date and N, which tell two branches' events apart.
    fn suffix(&self) -> &str {
        let rest = self.text.get(11..).unwrap_or("");
        match rest.split_once('-') {
            Some((first, suffix)) if first.bytes().all(|b| b.is_ascii_digit()) => suffix,
            None if rest.bytes().all(|b| b.is_ascii_digit()) => "",
            _ => rest,
        }
    }
}

impl Ord for EventKey {
    /// The order of replay: date, N (none = 0), suffix.
    fn cmp(&self, other: &EventKey) -> Ordering {
        let day = self.date.cmp(&other.date).then(self.n.cmp(&other.n));
        day.then_with(|| (self.suffix(), &self.text).cmp(&(other.suffix(), &other.text)))
    }
}

impl PartialOrd for EventKey {
    fn partial_cmp(&self, other: &EventKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An event as the file states it. Every field but the key and the kind is optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When, and which of that day's.
    pub key: EventKey,
    /// What happened.
    pub kind: EventKind,
    /// Who recorded it.
    pub by: Option<Text>,
    /// The time of day; informs only.
    pub time: Option<Time>,
    /// What was said.
    pub note: Option<Text>,
    /// Moves to this column.
    pub stage: Option<Text>,
    /// Criteria that hold from this date on.
    pub confirms: Vec<Text>,
    /// Criteria that no longer hold from this date on.
    pub revokes: Vec<Text>,
    /// The agreed next step.
    pub next: Option<Moment>,
    /// What the next step is for.
    pub next_what: Option<Text>,
    /// The expected signing date.
    pub close_by: Option<Date>,
    /// The expected value.
    pub value: Option<Money>,
    /// Who owns it from now on; empty = released to the pool.
    pub owner: Option<Text>,
    /// Money of this event.
    pub amount: Option<Money>,
    /// Why.
    pub reason: Option<Text>,
    /// On a call: did somebody answer.
    pub reached: Option<bool>,
    /// Why a rule was overridden.
    pub forced: Option<Text>,
    /// On a hold: the date it resumes.
    pub until: Option<Date>,
    /// On a survey: the answer.
    pub score: Option<Amount>,
    /// On a survey: `nps` (0-10) or `csat` (1-5).
    pub scale: Option<Text>,
    /// Ties a request or complaint to its resolution.
    pub ticket: Option<Text>,
    /// On a retraction: the key of the event that never happened.
    pub event: Option<Text>,
    /// Keys that this version does not know; kept in the file, reported by `check`.
    pub unknown: Vec<Text>,
}

impl Event {
    /// An event of this key and kind that changes nothing.
    pub fn new(key: EventKey, kind: impl Into<EventKind>) -> Event {
        Event {
            key,
            kind: kind.into(),
            by: None,
            time: None,
            note: None,
            stage: None,
            confirms: Vec::new(),
            revokes: Vec::new(),
            next: None,
            next_what: None,
            close_by: None,
            value: None,
            owner: None,
            amount: None,
            reason: None,
            reached: None,
            forced: None,
            until: None,
            score: None,
            scale: None,
            ticket: None,
            event: None,
            unknown: Vec::new(),
        }
    }

    /// The day it happened.
    pub fn date(&self) -> Date {
        self.key.date
    }
}

/// The keys that an event may have.
pub const FIELDS: [&str; 21] = [
    "kind",
    "by",
    "time",
    "note",
    "stage",
    "confirms",
    "revokes",
    "next",
    "next_what",
    "close_by",
    "value",
    "owner",
    "amount",
    "reason",
    "reached",
    "forced",
    "until",
    "score",
    "scale",
    "ticket",
    "event",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_date_then_n_then_suffix() {
        let order = [
            "2009-12-03",
            "2009-12-03-call",
            "2009-12-03-1-9fx",
            "2009-12-03-1-k2p",
            "2009-12-03-2",
            "2009-12-03-10",
            "2009-12-04",
        ];
        let mut keys: Vec<EventKey> =
            order.iter().rev().map(|t| EventKey::parse(t).unwrap()).collect();
        keys.sort();
        assert_eq!(keys.iter().map(ToString::to_string).collect::<Vec<_>>(), order);
    }

    #[test]
    fn what_is_no_key() {
        for wrong in [
            "",
            "2009-12",
            "2009-02-30",
            "2009-12-03x",
            "2009-12-03-",
            "2009-12-03-1-",
            "2009-12-03-99999999999",
        ] {
            assert_eq!(EventKey::parse(wrong), None, "{wrong}");
        }
    }
}
