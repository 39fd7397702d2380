//! The two kinds of care that an owner gives: to open prospects, and to customers. Each has a capacity of its own, and
//! the pool holds both.

use super::state::Record;
use crate::model::pipeline::Outcome;

/// The kind of care that a file needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Care {
    /// It is an open prospect: a chance.
    Prospect,
    /// It is a customer: one with a file of its own, or a prospect without an account that has bought and is not open.
    Customer,
}

impl Care {
    /// Both kinds.
    pub const ALL: [Care; 2] = [Care::Prospect, Care::Customer];
}

impl Record {
    /// The kind of care that it needs. `None` if it needs none by itself: it was lost, or has an account and is not open,
    /// so that its customer is cared for.
    pub fn care(&self) -> Option<Care> {
        if self.prospect.is_customer {
            Some(Care::Customer)
        } else if self.state.outcome == Outcome::Open {
            Some(Care::Prospect)
        } else {
            (self.has_bought() && self.prospect.account.is_none()).then_some(Care::Customer)
        }
    }

    /// Has it ordered, or was a pursuit won?
    pub fn has_bought(&self) -> bool {
        self.state.orders > 0 || self.history.won().next().is_some()
    }

    /// In the pool (公海): without an owner, though it needs one.
    pub fn in_pool(&self) -> bool {
        self.state.owner.is_none() && self.care().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::model::settings::Settings;
    use crate::rules::replay::replay;
    use crate::value::date::Date;

    /// A record of entries: key, kind, column.
    fn record(is_customer: bool, account: Option<&str>, events: &[(&str, &str, &str)]) -> Record {
        let events = events.iter().map(|(key, kind, stage)| Event {
            stage: (!stage.is_empty()).then(|| (*stage).into()),
            reason: Some("x".into()),
            forced: Some("x".into()),
            ..Event::new(EventKey::parse(key).unwrap(), *kind)
        });
        let account = account.map(Into::into);
        let prospect =
            Prospect { is_customer, account, events: events.collect(), ..Prospect::default() };
        replay(prospect, &Settings::default(), Date::parse("2009-12-18").unwrap()).unwrap()
    }

    #[test]
    fn the_pool_is_for_open_prospects_and_for_customers() {
        const NEW: (&str, &str, &str) = ("2009-12-01", "opened", "");
        const ORDER: (&str, &str, &str) = ("2009-12-02", "order", "");
        const WON: (&str, &str, &str) = ("2009-12-03", "moved", "closed");
        const LOST: (&str, &str, &str) = ("2009-12-04", "moved", "lost");
        let care = |account, events: &[_]| record(false, account, events).care();
        assert_eq!(care(None, &[NEW]), Some(Care::Prospect));
        // One that has bought and is pursued again is a chance.
        assert_eq!(care(None, &[NEW, ORDER]), Some(Care::Prospect));
        assert_eq!(care(Some("k"), &[NEW]), Some(Care::Prospect));
        assert_eq!(care(None, &[NEW, WON]), Some(Care::Customer));
        assert_eq!(care(None, &[NEW, ORDER, LOST]), Some(Care::Customer));
        assert_eq!(care(None, &[NEW, LOST]), None);
        assert_eq!(care(Some("k"), &[NEW, WON]), None);
        // A customer's file, whether it has bought or not.
        assert_eq!(record(true, None, &[NEW]).care(), Some(Care::Customer));
        assert!(record(true, None, &[NEW]).in_pool() && record(false, None, &[NEW, WON]).in_pool());
        assert!(!record(false, None, &[NEW, LOST]).in_pool());
    }
}
