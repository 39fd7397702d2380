//! The entries of a journal that count on a day: those up to it that no later one retracts; and whether one was
//! in touch with the prospect.

use crate::model::event::{Event, EventKey};
use crate::model::kind::{Counts, EventKind};
use crate::model::settings::Settings;
use crate::value::date::Date;

/// The events up to a day; in order of replay.
pub fn upto(events: &[Event], as_of: Date) -> &[Event] {
    &events[..events.partition_point(|event| event.date() <= as_of)]
}

/// Which events a later one retracts. A retraction that is itself retracted counts no more, so the
/// last one decides first.
pub fn retracted_by_later(events: &[Event]) -> Vec<bool> {
    if events.iter().all(|event| event.event.is_none()) {
        return vec![false; events.len()];
    }
    retractions(events).iter().map(Option::is_some).collect()
}

/// The position of the retraction of each event that a later one retracts.
pub fn retractions(events: &[Event]) -> Vec<Option<usize>> {
    let mut gone = vec![None; events.len()];
    for (position, event) in events.iter().enumerate().rev() {
        if gone[position].is_none()
            && let Some(found) =
                retraction(event).and_then(|target| earlier(events, position, target))
        {
            gone[found] = Some(position);
        }
    }
    gone
}

/// The events up to a day that no later one retracts.
pub fn standing(events: &[Event], as_of: Date) -> impl Iterator<Item = &Event> {
    let events = upto(events, as_of);
    events
        .iter()
        .zip(retracted_by_later(events))
        .filter_map(|(event, gone)| (!gone).then_some(event))
}

/// Were we in touch: a contact or a meeting, and was a call answered?
pub fn in_contact(settings: &Settings, event: &Event) -> bool {
    touches(settings.counts(&event.kind), event)
}

pub(super) fn touches(counts: Counts, event: &Event) -> bool {
    match counts {
        Counts::Note | Counts::Paper => false,
        Counts::Contact => event.reached != Some(false),
        Counts::Meeting => true,
    }
}

/// The key that an event retracts.
pub(super) fn retraction(event: &Event) -> Option<&str> {
    event.event.as_deref().filter(|_| event.kind == EventKind::Retracted)
}

/// The place of the event of this key before a position; events are in the order of their keys.
pub(super) fn earlier(events: &[Event], position: usize, key: &str) -> Option<usize> {
    let key = EventKey::parse(key)?;
    events[..position].binary_search_by(|event| event.key.cmp(&key)).ok()
}
