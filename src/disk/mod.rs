//! The disk: finding, walking and reading a ledger, all in parallel, and writing it without losing anything.

mod access;
pub mod company;
pub mod container;
pub mod dataset_folder;
pub mod durable;
pub mod file;
pub mod files;
pub mod find;
pub mod history;
mod journal;
pub mod keys;
pub mod knowledge;
pub mod ledger;
pub mod likeness;
pub mod listing;
pub mod pages;
pub mod private;
pub mod recover;
pub mod root;
pub mod rows_file;
pub mod sealed_file;
pub mod spool;
pub mod stamp;
pub mod tally;
pub mod verified;
pub mod walk;
pub mod write;
