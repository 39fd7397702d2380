//! The day of a rep as the journals tell it: calls, visits, meetings, what was postponed and what was agreed.

use crate::model::event::Event;
use crate::model::kind::{Counts, EventKind};
use crate::model::settings::Settings;
use crate::rules::replay::state::Record;
use crate::rules::replay::{in_contact, standing};
use crate::value::date::{Date, Moment};
use crate::value::period::Period;
use crate::value::text::Text;

/// An entry of a diary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiaryEntry {
    /// Its recorder, else the owner of the day; empty in the pool.
    pub rep: Text,
    /// The day.
    pub on: Date,
    /// A call; `true`: answered.
    pub call: Option<bool>,
    /// A meeting; `true`: the first of its pursuit.
    pub meeting: Option<bool>,
    /// Is it a visit? It is a meeting too.
    pub visit: bool,
    /// A next step that was agreed before is later now, without having been done.
    pub postponed: bool,
    /// The next step that it agrees: when, and what for.
    pub agreed: Option<(Moment, Option<Text>)>,
}

/// The entries of a file in a period that a diary shows, in order.
///
/// A next step is *postponed* by an entry that names a later day while the step is pending, unless the entry is the step:
/// a meeting, or a contact on or after its day. A meeting, and a contact on or after its day, end a pending step.
pub fn diary(record: &Record, settings: &Settings, on: Date, period: Period) -> Vec<DiaryEntry> {
    let mut found = Vec::new();
    let mut pending: Option<Moment> = None;
    // The pursuit of the last meeting: the first meeting in each is its first one.
    let mut met: Option<usize> = None;
    for event in standing(&record.prospect.events, on) {
        let day = event.date();
        let meeting = settings.counts(&event.kind) == Counts::Meeting;
        let pursuit = record.history.pursuits.iter().rposition(|one| one.opened <= day);
        // A customer's own file has no board, so no first meeting.
        let is_prospect = !record.prospect.is_customer;
        let first = meeting && is_prospect && met != Some(pursuit.unwrap_or(0));
        if meeting {
            met = Some(pursuit.unwrap_or(0));
        }
        let is_done = |step: Moment| meeting || day >= step.date && in_contact(settings, event);
        pending = pending.filter(|step| !is_done(*step));
        let postponed = event.next.zip(pending).is_some_and(|(next, step)| next.date > step.date);
        pending = event.next.or(pending);
        let entry = DiaryEntry {
            rep: recorder(event, record),
            on: day,
            call: (event.kind == EventKind::Call).then_some(event.reached != Some(false)),
            meeting: meeting.then_some(first),
            visit: event.kind == EventKind::Visit,
            postponed,
            agreed: event.next.map(|next| (next, event.next_what.clone())),
        };
        let says = entry.call.is_some() || entry.meeting.is_some() || entry.agreed.is_some();
        if says && period.contains(day) {
            found.push(entry);
        }
    }
    found
}

fn recorder(event: &Event, record: &Record) -> Text {
    let owner = || record.history.owner_on(event.date()).unwrap_or_default().into();
    event.by.clone().unwrap_or_else(owner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;
    use crate::model::prospect::Prospect;
    use crate::rules::replay::replay;

    /// Of entries `DAY KIND NEXT`, what a diary says of each.
    fn said(entries: &[&str]) -> Vec<String> {
        let event = |(n, line): (usize, &&str)| {
            let mut words = line.split(' ');
            let (day, kind) = (words.next().unwrap(), words.next().unwrap());
            let key = EventKey::parse(&format!("{day}-{}", n + 1)).unwrap();
            let mut event = Event::new(key, kind.trim_end_matches('!'));
            event.reached = kind.ends_with('!').then_some(false);
            event.next = words.next().and_then(Moment::parse_written);
            event
        };
        let events = entries.iter().enumerate().map(event).collect();
        let prospect = Prospect { events, ..Prospect::default() };
        let (settings, on) = (Settings::default(), Date::parse("2010-12-31").unwrap());
        let record = replay(prospect, &settings, on).unwrap();
        let all = diary(&record, &settings, on, Period { from: Date::MIN, to: on });
        let shown = |entry: &DiaryEntry| {
            let mut said = match (entry.call, entry.meeting) {
                (Some(reached), _) => if reached { "talk" } else { "dial" }.to_owned(),
                (_, Some(first)) => if first { "first" } else { "later" }.to_owned(),
                _ => "note".to_owned(),
            };
            said += if entry.postponed { " postponed" } else { "" };
            said + if entry.agreed.is_some() { " agreed" } else { "" }
        };
        all.iter().map(shown).collect()
    }

    #[test]
    fn a_step_is_postponed_before_it_is_done_and_not_by_its_doing() {
        // Before its day, even in a call.
        assert_eq!(
            said(&["2010-01-01 call 2010-01-10", "2010-01-09 call 2010-01-20"]),
            ["talk agreed", "talk postponed agreed"]
        );
        // On its day a call is the step; one that is not answered is not.
        assert_eq!(
            said(&["2010-01-01 call 2010-01-10", "2010-01-10 call 2010-01-20"]),
            ["talk agreed", "talk agreed"]
        );
        assert_eq!(
            said(&["2010-01-01 call 2010-01-10", "2010-01-10 call! 2010-01-20"]),
            ["talk agreed", "dial postponed agreed"]
        );
        // A meeting is the step on any day; a step on an earlier or the same day is none that is later.
        assert_eq!(
            said(&["2010-01-01 call 2010-01-10", "2010-01-05 visit 2010-01-20"]),
            ["talk agreed", "first agreed"]
        );
        assert_eq!(
            said(&["2010-01-01 call 2010-01-10", "2010-01-05 note 2010-01-10"]),
            ["talk agreed", "note agreed"]
        );
        // Done in between: the new step is another one.
        assert_eq!(
            said(&["2010-01-01 call 2010-01-10", "2010-01-10 email", "2010-01-11 note 2010-01-20"]),
            ["talk agreed", "note agreed"]
        );
    }

    #[test]
    fn the_first_meeting_is_the_first_of_its_pursuit() {
        assert_eq!(
            said(&["2010-01-01 visit", "2010-01-02 meeting", "2010-01-02 demo"]),
            ["first", "later", "later"]
        );
    }
}
