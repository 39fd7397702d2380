//! Papers of trade: the status of a quote, an order or a contract, its instalments and its line items.

use crate::value::date::Date;
use crate::value::money::{Amount, Money};
use crate::value::text::{Text, narrow};

/// The status of a quote, an order or a contract. A later entry of this kind and number moves it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is being written.
    Draft,
    /// It may be sent: our side agreed to it.
    Approved,
    /// Both sides signed it: the default of a contract.
    Signed,
    /// The other side said no.
    Rejected,
    /// We delivered what it is about.
    Delivered,
    /// It was called off.
    Cancelled,
    /// It is over, and put away.
    Archived,
}

impl Status {
    /// Each with its name in files and its Chinese.
    pub const ALL: [(&'static str, Status, &'static str); 7] = [
        ("draft", Status::Draft, "草稿"),
        ("approved", Status::Approved, "已批准"),
        ("signed", Status::Signed, "已签订"),
        ("rejected", Status::Rejected, "已拒绝"),
        ("delivered", Status::Delivered, "已交付"),
        ("cancelled", Status::Cancelled, "已取消"),
        ("archived", Status::Archived, "已归档"),
    ];

    /// The names in files.
    pub const NAMES: [&'static str; Status::ALL.len()] = {
        let mut names = [""; Status::ALL.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = Status::ALL[at].0;
            at += 1;
        }
        names
    };

    /// The status of a name in files.
    pub fn parse(name: &str) -> Option<Status> {
        Status::ALL.iter().find(|row| row.0 == name).map(|row| row.1)
    }

    /// The status that a person means: by its name in files, in any case, or by its Chinese.
    pub fn named(text: &str) -> Option<Status> {
        let text = narrow(text).trim().to_lowercase();
        Status::ALL.iter().find(|(name, _, zh)| *name == text || *zh == text).map(|row| row.1)
    }

    /// The name in files.
    pub fn name(self) -> &'static str {
        Status::ALL[self as usize].0
    }

    /// Does the paper bind both sides? Its money counts from then on.
    pub fn binds(self) -> bool {
        matches!(self, Status::Signed | Status::Delivered | Status::Archived)
    }
}

/// An instalment of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instalment {
    /// The day on which it is to be paid.
    pub due: Option<Date>,
    /// How much.
    pub amount: Option<Money>,
    /// What it is for.
    pub what: Option<Text>,
}

/// A line of a quote, an order, a contract or an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineItem {
    /// The product's id.
    pub product: Text,
    /// How many; one if it is not stated.
    pub quantity: Option<Amount>,
    /// The price of one; that of the product in the settings if it is not stated.
    pub price: Option<Money>,
}

/// The severities of a request or complaint: 1 is the worst.
pub const SEVERITIES: std::ops::RangeInclusive<u32> = 1..=4;

/// The keys of an instalment.
pub const INSTALMENT_KEYS: [&str; 3] = ["due", "amount", "what"];

/// The keys of a line item.
pub const LINE_KEYS: [&str; 3] = ["product", "quantity", "price"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_in_the_order_of_their_names() {
        for (name, status, _) in Status::ALL {
            assert_eq!((status.name(), Status::parse(name)), (name, Some(status)));
        }
        assert_eq!(Status::NAMES[0], "draft");
        let named = [" Signed ", "已签订", "ＤＲＡＦＴ", "signd"].map(Status::named);
        assert_eq!(named, [Some(Status::Signed), Some(Status::Signed), Some(Status::Draft), None]);
        let binding = Status::ALL.iter().filter(|row| row.1.binds()).map(|row| row.0);
        assert_eq!(binding.collect::<Vec<_>>(), ["signed", "delivered", "archived"]);
    }
}
