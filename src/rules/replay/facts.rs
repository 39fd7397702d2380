//! The facts of a file on a day: the values at its top, and those that `changed` entries gave them by then.

use super::entries::standing;
use crate::model::prospect::Prospect;
use crate::value::date::Date;

/// The prospect with its facts as of a day. The facts at the top of a file are the opening values; of several entries
/// that change one fact, the last by that day decides.
pub(super) fn with_facts_of(prospect: Prospect, day: Date) -> Prospect {
    if prospect.events.iter().all(|event| event.set.is_empty()) {
        return prospect;
    }
    let mut prospect = prospect;
    let opening = match prospect.opening.take() {
        Some(opening) => opening,
        None => Box::new(Prospect { events: Vec::new(), ..prospect.clone() }),
    };
    let events = std::mem::take(&mut prospect.events);
    let mut dated = (*opening).clone();
    for event in standing(&events, day) {
        event.set.iter().for_each(|(fact, value)| dated.change(fact, value));
    }
    Prospect { events, opening: Some(opening), ..dated }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::profile::FactValue;
    use crate::model::settings::Settings;
    use crate::rules::replay::replay;

    fn changed(key: &str, region: &str) -> Event {
        let mut event = Event::new(EventKey::parse(key).unwrap(), "changed");
        event.set = vec![("region".into(), FactValue::Text(region.into()))];
        event
    }

    #[test]
    fn a_change_holds_from_its_day_on_and_a_retracted_one_does_not() {
        let mut undo = Event::new(EventKey::parse("2010-02-10").unwrap(), "retracted");
        undo.event = Some("2010-02-05".into());
        let events = vec![changed("2010-01-05", "north"), changed("2010-02-05", "south"), undo];
        let prospect = Prospect {
            name: "x".into(),
            region: Some("east".into()),
            events,
            ..Prospect::default()
        };
        let on = |prospect: Prospect, day: &str| {
            replay(prospect, &Settings::default(), Date::parse(day).unwrap())
        };
        let region = |record: &crate::rules::replay::state::Record| {
            record.prospect.region.clone().unwrap_or_default().to_string()
        };
        let late = on(prospect.clone(), "2010-03-01").unwrap();
        assert_eq!(region(&late), "north");
        // A record replayed for another day has that day's facts.
        for (day, expected) in [
            ("2010-01-05", "north"),
            ("2010-02-05", "south"),
            ("2010-02-09", "south"),
            ("2010-02-10", "north"),
        ] {
            assert_eq!(region(&on(late.prospect.clone(), day).unwrap()), expected, "{day}");
        }
        assert_eq!(on(late.prospect.clone(), "2010-01-04").map(|record| region(&record)), None);
        let opened = Event::new(EventKey::parse("2010-01-01").unwrap(), "opened");
        let mut with_opening = prospect;
        with_opening.events.insert(0, opened);
        let early = on(with_opening, "2010-01-04").unwrap();
        assert_eq!(region(&early), "east");
    }
}
