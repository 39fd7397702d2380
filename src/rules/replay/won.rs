//! What won pursuits brought.

use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::money::Sum;

/// Each won pursuit of a prospect: the day it closed, and what it brought. That is what was booked from
/// its opening until the next pursuit, or, where nothing was booked, the value stated last.
pub fn won(record: &Record, settings: &Settings, as_of: Date) -> Vec<(Date, Sum)> {
    let pursuits = &record.history.pursuits;
    let mut found = Vec::new();
    for (position, pursuit) in pursuits.iter().enumerate() {
        let Some((on, Outcome::Won)) = pursuit.ended else { continue };
        let until = pursuits.get(position + 1).map(|next| next.opened);
        let before_next = |date: Date| until.is_none_or(|until| date < until);
        let mut booked = Sum::default();
        let mut value = None;
        for event in standing(&record.prospect.events, as_of) {
            if !before_next(event.date()) {
                break;
            }
            value = event.value.or(value);
            if event.kind == EventKind::Booking && event.date() >= pursuit.opened {
                event.amount.iter().for_each(|amount| booked.add(settings.own(*amount)));
            }
        }
        if booked == Sum::default() {
            value.iter().for_each(|value| booked.add(settings.own(*value)));
        }
        found.push((on, booked));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::rules::replay::replay;
    use crate::value::money::Money;

    #[test]
    fn bookings_first_else_the_last_value() {
        let event = |key: &str, kind: &str, stage: &str, value: &str, amount: &str| Event {
            stage: (!stage.is_empty()).then(|| stage.into()),
            value: Money::parse(value).ok(),
            amount: Money::parse(amount).ok(),
            ..Event::new(EventKey::parse(key).unwrap(), kind)
        };
        let prospect = Prospect {
            events: vec![
                event("2009-01-01", "opened", "", "500", ""),
                event("2009-02-01-1", "booking", "", "", "300"),
                event("2009-02-01-2", "moved", "closed", "", ""),
                event("2009-02-03", "booking", "", "", "50"),
                event("2009-03-01", "moved", "opportunity", "", ""),
                event("2009-04-01", "moved", "lost", "", ""),
                event("2009-05-01", "moved", "opportunity", "700", ""),
                event("2009-06-01", "moved", "closed", "", ""),
            ],
            ..Prospect::default()
        };
        let settings = Settings::default();
        let as_of = Date::parse("2009-12-31").unwrap();
        let record = replay(prospect, &settings, as_of).unwrap();
        let brought: Vec<String> = won(&record, &settings, as_of)
            .into_iter()
            .map(|(on, sum)| format!("{on} {}", sum.own))
            .collect();
        assert_eq!(brought, ["2009-02-01 350", "2009-06-01 700"]);
    }
}
