//! The worth of a prospect, and the money that won pursuits brought.

use super::state::{History, Record};
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::money::{Amount, Sum};

/// Value x probability, rounded to hundredths: the one way to weigh an amount.
pub fn weigh(value: Amount, probability: Amount) -> Amount {
    value.times(probability).round(2)
}

impl Record {
    /// Its worth: of an open prospect, the expected value; of an ended one, what its last pursuit
    /// came to ([`Pursuit::worth`](super::state::Pursuit::worth)).
    pub fn worth(&self) -> Sum {
        match self.history.pursuits.last() {
            Some(pursuit) if self.state.outcome != Outcome::Open => pursuit.worth.clone(),
            _ => self.state.value.into(),
        }
    }

    /// Value x nominal probability of its column (加权), of an open prospect with a value in the ledger's
    /// currency.
    pub fn weighted(&self, settings: &Settings) -> Option<Amount> {
        let value = self.state.value.filter(|money| money.currency.is_none())?;
        let stage = &self.pipeline(settings).stages[self.state.stage];
        (stage.outcome == Outcome::Open).then(|| weigh(value.amount, stage.probability))
    }
}

impl History {
    /// Each won pursuit, in order: the day it closed, and the money that it brought (成交额). What was recorded on
    /// a later day, or in a later pursuit, is no part of that.
    pub fn won(&self) -> impl Iterator<Item = (Date, &Sum)> + '_ {
        self.pursuits.iter().filter_map(|pursuit| match pursuit.ended {
            Some((on, Outcome::Won)) => Some((on, &pursuit.worth)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::rules::replay::replay;
    use crate::value::money::Money;

    /// A prospect of entries: key, kind, column, expected value, amount.
    fn record(events: &[(&str, &str, &str, &str, &str)]) -> Record {
        let events = events.iter().map(|(key, kind, stage, value, amount)| Event {
            stage: (!stage.is_empty()).then(|| (*stage).into()),
            value: Money::parse(value).ok(),
            amount: Money::parse(amount).ok(),
            ..Event::new(EventKey::parse(key).unwrap(), *kind)
        });
        let prospect = Prospect { events: events.collect(), ..Prospect::default() };
        replay(prospect, &Settings::default(), Date::parse("2009-12-31").unwrap()).unwrap()
    }

    fn won(record: &Record) -> Vec<String> {
        record.history.won().map(|(on, sum)| format!("{on} {}", sum.grouped())).collect()
    }

    #[test]
    fn bookings_else_the_contract_else_the_expected_value() {
        let closed = |amounts: &[(&str, &str)]| {
            let mut events = vec![("2009-01-01", "opened", "", "500", "")];
            for (n, (kind, amount)) in amounts.iter().enumerate() {
                events.push((
                    ["2009-01-02-1", "2009-01-02-2", "2009-01-02-3"][n],
                    kind,
                    "",
                    "",
                    amount,
                ));
            }
            events.push(("2009-02-01", "moved", "closed", "", ""));
            won(&record(&events))
        };
        assert_eq!(closed(&[]), ["2009-02-01 500"]);
        assert_eq!(closed(&[("contract", "480")]), ["2009-02-01 480"]);
        assert_eq!(closed(&[("contract", "480"), ("booking", "300")]), ["2009-02-01 300"]);
        assert_eq!(
            closed(&[("booking", "300"), ("contract", "480"), ("booking", "50 USD")]),
            ["2009-02-01 300 + 50 USD"]
        );
        // Money that was neither agreed nor booked does not count.
        assert_eq!(
            closed(&[("payment", "90"), ("quote", "490"), ("order", "70")]),
            ["2009-02-01 500"]
        );
        // A contract or booking without an amount says nothing of it.
        assert_eq!(closed(&[("contract", ""), ("booking", "")]), ["2009-02-01 500"]);
    }

    #[test]
    fn what_comes_after_the_end_changes_nothing() {
        let mut events = vec![
            ("2009-01-01", "opened", "", "400", ""),
            ("2009-02-01-1", "moved", "closed", "", ""),
            // The day of the close belongs to the pursuit, in any order of the entries.
            ("2009-02-01-2", "note", "", "500", ""),
        ];
        assert_eq!(won(&record(&events)), ["2009-02-01 500"]);
        let booked = [&events[..], &[("2009-02-01-3", "booking", "", "", "470")]].concat();
        assert_eq!(won(&record(&booked)), ["2009-02-01 470"]);
        events.push(("2009-02-02", "booking", "", "", "50"));
        events.push(("2009-02-03", "note", "", "600", ""));
        assert_eq!(won(&record(&events)), ["2009-02-01 500"]);
        assert_eq!(record(&events).worth().grouped(), "500");
        // Nor does a later pursuit; the value that it does not state itself is the one stated last.
        events.push(("2009-03-01", "moved", "opportunity", "700", ""));
        assert_eq!(won(&record(&events)), ["2009-02-01 500"]);
        assert_eq!(record(&events).worth().grouped(), "700");
        events.push(("2009-04-01", "moved", "lost", "", ""));
        events.push(("2009-05-01", "moved", "opportunity", "", ""));
        events.push(("2009-06-01", "moved", "closed", "", ""));
        assert_eq!(won(&record(&events)), ["2009-02-01 500", "2009-06-01 700"]);
    }

    #[test]
    fn the_day_of_reopening_belongs_to_the_new_pursuit() {
        let events = [
            ("2009-01-01", "opened", "", "500", ""),
            ("2009-02-01", "moved", "closed", "", ""),
            ("2009-02-10-1", "moved", "opportunity", "700", ""),
            ("2009-02-10-2", "booking", "", "", "650"),
            ("2009-02-20", "moved", "closed", "", ""),
        ];
        assert_eq!(won(&record(&events)), ["2009-02-01 500", "2009-02-20 650"]);
        // Even where that is the day of the close.
        let same_day = [
            ("2009-01-01", "opened", "", "500", ""),
            ("2009-02-01-1", "moved", "closed", "", ""),
            ("2009-02-01-2", "moved", "opportunity", "700", ""),
            ("2009-02-01-3", "booking", "", "", "650"),
        ];
        assert_eq!(won(&record(&same_day)), ["2009-02-01 500"]);
    }

    #[test]
    fn an_open_prospect_that_was_booked_once_is_worth_what_is_expected() {
        let events = [
            ("2009-01-01", "opened", "", "500", ""),
            ("2009-01-20", "booking", "", "", "450"),
            ("2009-02-01", "moved", "closed", "", ""),
            ("2009-03-01", "moved", "opportunity", "700", ""),
        ];
        let reopened = record(&events);
        assert_eq!(
            (won(&reopened), reopened.worth().grouped()),
            (vec!["2009-02-01 450".to_owned()], "700".into())
        );
    }

    #[test]
    fn what_was_revoked_brought_nothing() {
        let mut record = record(&[
            ("2009-01-01", "opened", "", "500", ""),
            ("2009-01-10", "contract", "", "", "480"),
            ("2009-01-20", "booking", "", "", "450"),
        ]);
        let mut revoked = Event {
            revokes: vec!["booked".into()],
            ..Event::new(EventKey::parse("2009-01-21").unwrap(), "note")
        };
        record.prospect.events.push(revoked.clone());
        let closed = Event {
            stage: Some("closed".into()),
            ..Event::new(EventKey::parse("2009-02-01").unwrap(), "moved")
        };
        record.prospect.events.push(closed);
        let on = Date::parse("2009-12-31").unwrap();
        let again =
            |record: &Record| replay(record.prospect.clone(), &Settings::default(), on).unwrap();
        assert_eq!(won(&again(&record)), ["2009-02-01 480"]);
        revoked.revokes.push("signed".into());
        record.prospect.events[3] = revoked;
        assert_eq!(won(&again(&record)), ["2009-02-01 500"]);
    }

    #[test]
    fn weighted_is_for_open_prospects() {
        let settings = Settings::default();
        let open = [("2009-01-01", "imported", "50", "333.33", "")];
        assert_eq!(record(&open).weighted(&settings), Amount::parse("166.67").ok());
        let closed = [open[0], ("2009-02-01", "moved", "closed", "", "")];
        assert_eq!(record(&closed).weighted(&settings), None);
        let foreign = [("2009-01-01", "imported", "50", "333.33 USD", "")];
        assert_eq!(record(&foreign).weighted(&settings), None);
    }
}
