//! The entries of a list that the ledger does not have.

use super::ImportCandidate;
use crate::model::event::{Event, EventKey};
use crate::model::kind::{Counts, EventKind};
use crate::model::pipeline::Outcome;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::replay::state::Record;
use crate::rules::replay::{replay, standing};
use crate::value::date::{Date, Moment};
use crate::value::money::Money;
use crate::value::text::Text;

/// The entries that a prospect's file does not have yet.
///
/// Rows that state positions (`imported`) are compared with the column, owner, value and dates of the ledger on
/// the day `seen` on which the list was seen: "already there" only if the ledger agrees on that day. A
/// change is an entry of its own day if that is later than the last change in the ledger, else of the day that it
/// was seen, for a day on which a deal was created is no day of its changes. The value and the owner of a deal that a
/// list tells the end of are those of its end, where it dates them no later than that.
///
/// Any other entry is compared by content, and by day where the rows state one. Each entry of the file answers for
/// one of the rows': equal ones stay several. Keys do not count.
pub fn compare(
    there: &Prospect,
    candidate: &ImportCandidate,
    settings: &Settings,
    seen: Date,
) -> Vec<Event> {
    let is_meeting = |event: &Event| settings.counts(&event.kind) == Counts::Meeting;
    let known = known(there, candidate, is_meeting);
    let states = |event: &Event| ListedPosition::of(event) != ListedPosition::default();
    let stating = || candidate.entries.iter().filter(|wanted| states(&wanted.event));
    let is_list = stating().all(|wanted| wanted.event.kind == EventKind::Imported);
    if !is_list || stating().next().is_none() {
        let fresh = candidate.entries.iter().zip(known);
        let fresh = fresh.filter(|(wanted, known)| !known && !wanted.says_nothing());
        return fresh.map(|(wanted, _)| wanted.event.clone()).collect();
    }
    let last = standing(&there.events, Date::MAX).filter(|event| states(event)).last();
    let mut last = last.map(Event::date);
    let mut fresh = Vec::new();
    let mut after = there.clone();
    let mut position = ListedPosition::default();
    let mut said: Option<Event> = None;
    let mut follows_known = false;
    for (wanted, known) in candidate.entries.iter().zip(known) {
        let event = &wanted.event;
        position.update(ListedPosition::of(event));
        if known || wanted.says_nothing() {
            follows_known |= known;
            continue;
        }
        let date = event.date();
        let is_later = last.is_none_or(|last| date > last || follows_known && date == last);
        let is_change = states(event) && !wanted.dated_by_option && is_later;
        if !states(event) || is_change {
            if is_change
                && position_of(&after, settings, date).has(&ListedPosition::of(event), settings)
            {
                said = said.or_else(|| unsaid(&after, event));
                continue;
            }
            last = last.max(states(event).then_some(date));
            let mut event = event.clone();
            if is_change && ends(&event, there, settings) {
                position.without(&position_of(&after, settings, date), settings).end(&mut event);
            }
            fresh.push(event.clone());
            insert(&mut after, event);
        } else {
            said = unsaid(&after, event).or(said);
        }
    }
    // A list that tells of a day was seen on that day at the earliest.
    let told =
        candidate.entries.iter().flat_map(|wanted| [Some(wanted.event.date()), wanted.changed]);
    let seen = told.flatten().max().map_or(seen, |told| told.max(seen));
    // A list from before the account was opened is compared with its opening.
    let opened = there.events.first().map_or(seen, |first| first.date().max(seen));
    let now = position_of(&after, settings, opened);
    let changed = position.without(&now, settings);
    if changed != ListedPosition::default() || said.is_some() {
        let day = changed_on(candidate, last).unwrap_or(seen);
        let key = EventKey { date: day, n: 0, text: day.to_string().into() };
        let mut event = said.unwrap_or_else(|| Event::new(key.clone(), "imported"));
        event.key = key;
        changed.write(&mut event);
        fresh.push(event);
    }
    fresh
}

/// Does an entry end the pursuit?
fn ends(event: &Event, of: &Prospect, settings: &Settings) -> bool {
    let board = settings.pipeline(of.pipeline.as_deref());
    let named = board
        .zip(event.stage.as_deref())
        .and_then(|(board, id)| board.find(id).map(|at| board.stages[at].outcome));
    named.is_some_and(|outcome| outcome != Outcome::Open)
}

/// The day on which the rows changed last, by their own word, if it is later than the last change in the ledger.
fn changed_on(candidate: &ImportCandidate, last: Option<Date>) -> Option<Date> {
    let changed = candidate.entries.iter().filter_map(|wanted| wanted.changed).max()?;
    last.is_none_or(|last| changed > last).then_some(changed)
}

/// Which entries of the rows the file has.
fn known(
    there: &Prospect,
    candidate: &ImportCandidate,
    is_meeting: impl Fn(&Event) -> bool,
) -> Vec<bool> {
    let mut answered = vec![false; there.events.len()];
    let mut known = Vec::with_capacity(candidate.entries.len());
    // Mostly they come in the order in which they are in the file.
    let mut open = 0;
    for wanted in &candidate.entries {
        let left = there.events[open..].iter().zip(&answered[open..]);
        let found = left.enumerate().find(|(_, (event, answered))| {
            let day = wanted.dated_by_option || event.date() == wanted.event.date();
            let is_it = same_content(event, &wanted.event)
                || same_case(event, &wanted.event)
                || wanted.found && is_meeting(&wanted.event) && same_meeting(event, &wanted.event);
            !**answered && day && is_it
        });
        let found = found.map(|(position, _)| open + position);
        if let Some(position) = found {
            answered[position] = true;
            open += answered[open..].iter().take_while(|answered| **answered).count();
        }
        known.push(found.is_some());
    }
    known
}

/// Do two entries of one day begin the case of one ticket? Another program may have changed its priority or its subject
/// since: the case did not begin again.
fn same_case(there: &Event, wanted: &Event) -> bool {
    let begins = |event: &Event| matches!(event.kind, EventKind::Request | EventKind::Complaint);
    begins(there)
        && begins(wanted)
        && wanted.ticket.is_some()
        && there.ticket == wanted.ticket
        && there.time == wanted.time
}

fn insert(prospect: &mut Prospect, event: Event) {
    // Behind the entries of its day, where the writer puts it.
    let at = prospect.events.partition_point(|earlier| earlier.date() <= event.date());
    prospect.events.insert(at, event);
}

/// A prospect as a list has it: only the fields that the list has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct ListedPosition {
    stage: Option<Text>,
    owner: Option<Text>,
    value: Option<Money>,
    close_by: Option<Date>,
    next: Option<Moment>,
}

impl ListedPosition {
    fn of(event: &Event) -> ListedPosition {
        ListedPosition {
            stage: event.stage.clone(),
            owner: event.owner.clone(),
            value: event.value,
            close_by: event.close_by,
            next: event.next,
        }
    }

    /// A later value replaces an earlier one.
    fn update(&mut self, later: ListedPosition) {
        self.stage = later.stage.or(self.stage.take());
        self.owner = later.owner.or(self.owner.take());
        self.value = later.value.or(self.value);
        self.close_by = later.close_by.or(self.close_by);
        self.next = later.next.or(self.next);
    }

    /// The part of it that the ledger does not have.
    fn without(&self, now: &LedgerPosition, settings: &Settings) -> ListedPosition {
        let own = |value: &Money| settings.own(*value);
        let was = now.record.as_ref().map(|record| &record.state);
        let owner = |owner: &&Text| {
            was.is_none_or(|was| was.owner.as_deref().unwrap_or_default() != &***owner)
        };
        let stage = |stage: &&Text| {
            now.record.as_ref().is_none_or(|record| record.stage_id(settings) != &***stage)
        };
        ListedPosition {
            stage: self.stage.as_ref().filter(stage).cloned(),
            owner: self.owner.as_ref().filter(owner).cloned(),
            value: self.value.filter(|v| was.and_then(|was| was.value) != Some(own(v))),
            close_by: self.close_by.filter(|date| {
                let stands = was.and_then(|was| was.evidence.close_by).map(|(date, _)| date);
                stands != Some(*date) && (stands.is_some() || !now.close_by.contains(date))
            }),
            next: self.next.filter(|next| {
                let stands = was.and_then(|was| was.evidence.next.as_ref()).map(|next| next.at);
                stands != Some(*next) && (stands.is_some() || !now.next.contains(next))
            }),
        }
    }

    /// Gives the entry of an end what it does not state itself; a next step is none of an end.
    fn end(self, event: &mut Event) {
        event.owner = event.owner.take().or(self.owner);
        event.value = event.value.or(self.value);
        event.close_by = event.close_by.or(self.close_by);
    }

    /// Puts the fields into an entry, in place of those that it has.
    fn write(self, event: &mut Event) {
        event.stage = self.stage;
        event.owner = self.owner;
        event.value = self.value;
        event.close_by = self.close_by;
        event.next = self.next;
    }
}

/// The prospect as the ledger has it on a day.
struct LedgerPosition {
    /// `None` before the prospect was opened.
    record: Option<Record>,
    /// The signing dates and next steps that were agreed by then, those that are used up included.
    close_by: Vec<Date>,
    next: Vec<Moment>,
}

impl LedgerPosition {
    fn has(&self, position: &ListedPosition, settings: &Settings) -> bool {
        position.without(self, settings) == ListedPosition::default()
    }
}

fn position_of(prospect: &Prospect, settings: &Settings, on: Date) -> LedgerPosition {
    LedgerPosition {
        record: replay(prospect.clone(), settings, on),
        close_by: standing(&prospect.events, on).filter_map(|event| event.close_by).collect(),
        next: standing(&prospect.events, on).filter_map(|event| event.next).collect(),
    }
}

/// The rest of an entry beside a position, such as a note, as an entry; `None` if the file has it on any day.
fn unsaid(there: &Prospect, event: &Event) -> Option<Event> {
    let bare = |event: &Event| {
        let mut bare = event.clone();
        ListedPosition::default().write(&mut bare);
        Event { by: None, ..bare }
    };
    let wanted = bare(event);
    let nothing = Event::new(event.key.clone(), event.kind.clone());
    let known = || there.events.iter().any(|event| same_content(&bare(event), &wanted));
    (wanted != nothing && !known()).then(|| Event { by: event.by.clone(), ..wanted })
}

pub(super) fn same_content(there: &Event, wanted: &Event) -> bool {
    let unknown = there.unknown.clone();
    *there == Event { key: there.key.clone(), unknown, ..wanted.clone() }
}

/// A meeting of a calendar is known by its day and time, one of a whole day by the calendar's own name for it, which its
/// key has: its title may change, and the ledger's note stays.
fn same_meeting(there: &Event, wanted: &Event) -> bool {
    let is_it = match (there.time, wanted.time) {
        (None, None) => wanted.key.has_suffix() && there.key.suffix() == wanted.key.suffix(),
        (there, wanted) => there == wanted,
    };
    there.kind == wanted.kind && is_it
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date::Time;

    #[test]
    fn a_meeting_is_known_by_kind_and_time_and_one_of_no_time_by_neither() {
        let event = |kind: &str, time: Option<&str>| {
            let key = EventKey::parse("2009-12-01-1").unwrap();
            Event { time: time.and_then(Time::parse), ..Event::new(key, kind) }
        };
        let known = |there: (&str, Option<&str>), wanted: (&str, Option<&str>)| {
            same_meeting(&event(there.0, there.1), &event(wanted.0, wanted.1))
        };
        let (nine, ten) = (Some("09:00"), Some("10:00"));
        assert!(known(("meeting", nine), ("meeting", nine)));
        assert!(!known(("meeting", nine), ("meeting", ten)));
        assert!(!known(("call", nine), ("meeting", nine)));
        assert!(!known(("meeting", None), ("meeting", None)));
        assert!(!known(("meeting", None), ("meeting", nine)));
    }

    #[test]
    fn a_case_of_a_ticket_begins_once_on_its_day_whatever_else_changed() {
        let event = |kind: &str, ticket: &str, time: &str, severity: u32| {
            let mut event = Event::new(EventKey::parse("2009-12-01-1").unwrap(), kind);
            event.ticket = (!ticket.is_empty()).then(|| ticket.into());
            event.time = Time::parse(time);
            event.details_mut().severity = Some(severity);
            event
        };
        let first = event("complaint", "1", "10:00", 2);
        assert!(same_case(&first, &event("complaint", "1", "10:00", 1)));
        assert!(same_case(&first, &event("request", "1", "10:00", 2)));
        assert!(!same_case(&first, &event("complaint", "2", "10:00", 2)));
        // Later on the day it was asked for again.
        assert!(!same_case(&first, &event("complaint", "1", "17:00", 2)));
        assert!(!same_case(&first, &event("resolved", "1", "10:00", 2)));
        let unnamed = event("complaint", "", "10:00", 2);
        assert!(!same_case(&unnamed, &unnamed));
    }
}
