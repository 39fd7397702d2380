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
