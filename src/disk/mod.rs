//! The disk: finding, walking and reading a ledger, all in parallel, and writing it without losing anything.

pub mod cache;
pub mod csv_file;
pub mod files;
pub mod find;
mod journal;
pub mod ledger;
pub mod likeness;
pub mod listing;
mod remembered;
pub mod root;
mod standing_row;
pub mod tally;
pub mod walk;
pub mod write;
