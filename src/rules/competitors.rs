//! Competitors: those that a file names as a fact, and those that its entries name.

use crate::model::event::Event;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::replay::standing;
use crate::rules::replay::state::{Pursuit, Record};
use crate::value::date::Date;
use crate::value::text::Text;

/// The competitors that entries name.
fn of_entries<'e>(entries: impl IntoIterator<Item = &'e Event>) -> impl Iterator<Item = &'e Text> {
    entries.into_iter().filter_map(|event| event.details.as_deref()).flat_map(|d| &d.competitor)
}

/// Does one of the competitors of a file pass the test: those of its fact, and of its entries up to a day?
pub fn any(record: &Record, on: Date, is: &dyn Fn(&str) -> bool) -> bool {
    let of_fact = &record.prospect.profile().competitor;
    of_fact.iter().any(|name| is(name))
        || of_entries(standing(&record.prospect.events, on)).any(|name| is(name))
}

/// A competitor in a pursuit that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Its name.
    pub name: Text,
    /// Was the pursuit lost to it? The loss names it; a loss that names none was lost to each that was met.
    pub won_it: bool,
}

/// The competitors that were met in a pursuit that ended, each once: those of the fact, and of the entries from its first
/// to its last day.
pub fn met(record: &Record, pursuit: &Pursuit, settings: &Settings) -> Vec<Met> {
    let Some((ended, outcome)) = pursuit.ended else { return Vec::new() };
    let entries: Vec<&Event> = standing(&record.prospect.events, ended)
        .filter(|event| pursuit.opened <= event.date())
        .collect();
    let pipeline = record.pipeline(settings);
    let lost = &pipeline.stages[pipeline.lost()].id;
    let is_loss = |event: &&Event| event.date() == ended && event.stage.as_ref() == Some(lost);
    let loss: Vec<&Text> = of_entries(entries.iter().copied().filter(is_loss)).collect();
    let mut found: Vec<Met> = Vec::new();
    let facts = record.prospect.profile().competitor.iter();
    for name in facts.chain(of_entries(entries.iter().copied())) {
        if found.iter().all(|known| known.name != *name) {
            let won_it = outcome == Outcome::Lost && (loss.is_empty() || loss.contains(&name));
            found.push(Met { name: name.clone(), won_it });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;
    use crate::model::prospect::Prospect;
    use crate::rules::replay::replay;

    fn event(key: &str, stage: &str, competitors: &[&str]) -> Event {
        let mut event = Event::new(EventKey::parse(key).unwrap(), "note");
        event.stage = (!stage.is_empty()).then(|| stage.into());
        event.reason = (stage == "lost").then(|| "price".into());
        event.details_mut().competitor = competitors.iter().map(|name| (*name).into()).collect();
        event
    }

    fn record(fact: &[&str], events: Vec<Event>) -> Record {
        let mut prospect = Prospect { events, ..Prospect::default() };
        prospect.profile_mut().competitor = fact.iter().map(|name| (*name).into()).collect();
        replay(prospect, &Settings::default(), Date::parse("2010-12-31").unwrap()).unwrap()
    }

    fn of(record: &Record) -> Vec<String> {
        let shown = |one: Met| format!("{}{}", one.name, if one.won_it { " won" } else { "" });
        let pursuits = record.history.pursuits.iter();
        let all = pursuits.flat_map(|pursuit| met(record, pursuit, &Settings::default()));
        all.map(shown).collect()
    }

    #[test]
    fn a_loss_is_to_those_it_names_or_to_all_that_were_met() {
        let call = || event("2010-01-02", "", &["acme", "beta"]);
        let lost = |names: &[&str]| event("2010-01-03", "lost", names);
        assert_eq!(of(&record(&["acme"], vec![call(), lost(&["beta"])])), ["acme", "beta won"]);
        assert_eq!(of(&record(&["acme"], vec![call(), lost(&[])])), ["acme won", "beta won"]);
        assert_eq!(of(&record(&[], vec![call(), lost(&["gamma"])])), ["acme", "beta", "gamma won"]);
        assert_eq!(of(&record(&["acme"], vec![call()])), [""; 0], "open");
    }

    #[test]
    fn another_pursuit_meets_its_own() {
        let events = vec![
            event("2010-01-02", "", &["acme"]),
            event("2010-01-03", "lost", &[]),
            event("2010-02-01", "opportunity", &["beta"]),
            event("2010-02-02", "lost", &["beta"]),
        ];
        let record = record(&[], events);
        assert_eq!(of(&record), ["acme won", "beta won"]);
        let on =
            |day: &str, name: &str| any(&record, Date::parse(day).unwrap(), &|one| one == name);
        assert!(on("2010-02-01", "beta") && !on("2010-01-31", "beta") && on("2010-01-02", "acme"));
    }
}
