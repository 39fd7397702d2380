//! What proposes changes: a book in, a list of events with reasons out. Writes nothing.

pub mod import;
pub mod sweep;
