//! A record seen from an earlier day, as it was known on that day. Read from
//! the record's own history where that is exact, replayed again where it is not, so that sheets of past
//! days cost little on ledgers of any size.

use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::rules::book::Book;
use crate::rules::replay::state::{History, Record, State};
use crate::rules::replay::{derive, upto};
use crate::value::date::Date;
use std::borrow::Cow;

/// A record as it was at the end of a day.
#[derive(Debug)]
pub struct Past<'b> {
    book: &'b Book,
    record: &'b Record,
    on: Date,
    /// Nothing happened between that day and the book's.
    untouched: bool,
    /// Replayed, where a later retraction changed the knowledge of that day.
    rewritten: Option<Box<(State, History)>>,
}

/// The dates beside a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// The first meeting of this pass.
    pub first_meeting: Option<Date>,
    /// The day agreed for the first meeting, while they have not met.
    pub appointment: Option<Date>,
    /// The sales cycle that applies, in days.
    pub cycle_days: u32,
    /// Past the cycle on that day.
    pub overdue: bool,
}

impl<'b> Past<'b> {
    /// The record on `on` (the book's day if that is earlier); `None` if it did not exist yet.
    pub fn of(record: &'b Record, book: &'b Book, on: Date) -> Option<Past<'b>> {
        let on = on.min(book.as_of);
        let events = &record.prospect.events;
        if events.first().is_some_and(|first| first.date() > on) {
            return None;
        }
        let later = &upto(events, book.as_of)[upto(events, on).len()..];
        let rewritten = if later.iter().any(|event| event.kind == EventKind::Retracted) {
            let (state, history, _) = derive(&record.prospect, book.settings_of(record), on)?;
            Some(Box::new((state, history)))
        } else {
            None
        };
        Some(Past { book, record, on, untouched: later.is_empty(), rewritten })
    }

    /// How it came there. Spells that began after the day are none of its business: ask for days up to it.
    pub fn history(&self) -> &History {
        self.rewritten.as_ref().map_or(&self.record.history, |known| &known.1)
    }

    /// The position of its column.
    pub fn stage(&self) -> usize {
        self.history().stage_on(self.on).map_or(0, |spell| spell.stage)
    }

    /// Whether that column is open, won or lost.
    pub fn outcome(&self) -> Outcome {
        self.record.pipeline(&self.book.settings).stages[self.stage()].outcome
    }

    /// Its owner.
    pub fn owner(&self) -> Option<&str> {
        self.history().owner_on(self.on)
    }

    /// The days inside `from` and the day itself on which it closed, with its owners then.
    pub fn closings(&self, from: Date) -> impl Iterator<Item = (Date, Option<&str>)> {
        let won = self.record.pipeline(&self.book.settings).won();
        let history = self.history();
        let inside = move |day: Date| from <= day && day <= self.on;
        history
            .stages
            .iter()
            .filter(move |spell| spell.stage == won && inside(spell.from))
            .map(|spell| (spell.from, history.owner_on(spell.from)))
    }

    /// The dates beside its name. This is the one answer that may need a replay.
    pub fn dates(&self) -> Dates {
        let state = match &self.rewritten {
            Some(known) => Some(Cow::Borrowed(&known.0)),
            None if self.untouched => Some(Cow::Borrowed(&self.record.state)),
            None => derive(&self.record.prospect, self.book.settings_of(self.record), self.on)
                .map(|(state, ..)| Cow::Owned(state)),
        };
        let state = state.unwrap_or(Cow::Borrowed(&self.record.state));
        let evidence = &state.evidence;
        let first_meeting = evidence.first_meeting;
        let ahead = evidence.next.as_ref().filter(|_| first_meeting.is_none() && state.stage > 0);
        Dates {
            first_meeting,
            appointment: ahead.map(|next| next.at.date),
            cycle_days: state.cycle_days,
            overdue: state.overdue_on(self.on),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::model::settings::Settings;
    use crate::rules::replay::replay;
    use crate::value::text::Text;
    use proptest::prelude::*;

    fn day(n: i64) -> Date {
        Date::parse("2009-11-01").unwrap().plus(n)
    }

    /// An entry of a day: its kind decides on the changes.
    fn event(n: usize, on: i64, what: u8) -> Event {
        let key = EventKey::parse(&format!("{}-{}", day(on), n + 1)).unwrap();
        let kinds = ["call", "meeting", "payment", "booking", "moved", "retracted"];
        let stages = ["opportunity", "appointment", "25", "50", "90", "closed", "lost"];
        let mut event = Event::new(key, kinds[usize::from(what) % kinds.len()]);
        match what / 6 {
            stage @ 0..=6 => event.stage = Some(stages[usize::from(stage)].into()),
            7 => event.owner = Some("he".into()),
            8 => event.owner = Some("".into()),
            9 => event.next = Some(crate::value::date::Moment { date: day(on + 3), time: None }),
            _ => event.until = Some(day(on + 5)),
        }
        event
    }

    /// A record of these entries, and its book on day 20.
    fn book_of(events: &[Event]) -> Book {
        let prospect = Prospect { id: "x".into(), events: events.to_vec(), ..Prospect::default() };
        let settings = Settings::default();
        let record = replay(prospect, &settings, day(20)).unwrap();
        Book::of(settings, day(20), vec![record], Vec::new())
    }

    #[test]
    fn a_next_step_is_an_appointment_from_the_second_column_on() {
        for (stage, appointment) in [("opportunity", None), ("appointment", Some(day(9)))] {
            let mut opened = event(0, 0, 0);
            opened.stage = Some(stage.into());
            opened.next = Some(crate::value::date::Moment { date: day(9), time: None });
            let book = book_of(&[opened]);
            let past = Past::of(&book.records()[0], &book, day(1)).unwrap();
            assert_eq!(past.dates().appointment, appointment, "{stage}");
        }
    }

    #[test]
    fn what_closed_on_the_first_or_on_the_last_day_closed_inside() {
        let mut closed = event(0, 5, 3);
        closed.stage = Some("closed".into());
        let book = book_of(&[event(0, 0, 0), closed]);
        let closings = |from: i64, on: i64| {
            let past = Past::of(&book.records()[0], &book, day(on)).unwrap();
            past.closings(day(from)).map(|(on, _)| on).collect::<Vec<_>>()
        };
        assert_eq!(closings(0, 4), []);
        assert_eq!(closings(0, 5), [day(5)]);
        assert_eq!(closings(5, 9), [day(5)]);
        assert_eq!(closings(6, 9), []);
    }

    proptest! {
        #[test]
        fn the_past_is_what_a_replay_of_that_day_says(
            entries in prop::collection::vec((0..40i64, 0..66u8, any::<prop::sample::Index>()), 1..12),
        ) {
            let mut events: Vec<Event> = entries
                .iter()
                .enumerate()
                .map(|(n, (on, what, _))| event(n, *on, *what))
                .collect();
            events.sort_by(|a, b| a.key.cmp(&b.key));
            let keys: Vec<Text> = events.iter().map(|e| e.key.text.clone()).collect();
            for (event, (.., target)) in events.iter_mut().zip(&entries) {
                if event.kind == EventKind::Retracted {
                    event.event = Some(target.get(&keys).clone());
                }
            }
            let prospect = Prospect { id: "x".into(), name: "何建国".into(), events, ..Prospect::default() };
            let settings = Settings::default();
            let as_of = day(38);
            let Some(record) = replay(prospect, &settings, as_of) else { return Ok(()) };
            let book = Book::of(settings.clone(), as_of, vec![record], Vec::new());
            let record = &book.records()[0];
            for n in -1..=40 {
                let on = day(n).min(as_of);
                let past = Past::of(record, &book, day(n));
                let Some((state, ..)) = derive(&record.prospect, &settings, on) else {
                    prop_assert!(past.is_none());
                    continue;
                };
                let past = past.unwrap();
                prop_assert_eq!(past.stage(), state.stage);
                prop_assert_eq!(past.outcome(), state.outcome);
                prop_assert_eq!(past.owner(), state.owner.as_deref());
                let dates = past.dates();
                prop_assert_eq!(dates.first_meeting, state.evidence.first_meeting);
                prop_assert_eq!(dates.overdue, state.flags.overdue);
                prop_assert_eq!(dates.cycle_days, state.cycle_days);
            }
        }
    }
}
