//! What proposes changes: a book in, a list of events with reasons out. Writes nothing.

pub mod allocate;
mod assignment;
pub mod import;
pub mod rebalance;
pub mod recycle;
pub mod sweep;
