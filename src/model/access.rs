//! Records of access: which private fields commands gave out, and of how many people.

use super::event::EventKey;
use crate::value::text::Text;

/// Keys of a record.
pub const ACCESS_KEYS: [&str; 3] = ["command", "fields", "people"];

/// One record: a command that gave out private fields of several prospects or customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The day, and the place of the record among those of the day.
    pub key: EventKey,
    /// The command, without queries and values, which may be private themselves.
    pub command: Text,
    /// The private fields.
    pub fields: Vec<Text>,
    /// Of how many prospects and customers.
    pub people: u32,
}
