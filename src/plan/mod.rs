//! What proposes changes: a book in, a list of events with reasons out. Writes nothing.

pub mod recycle;
pub mod sweep;
