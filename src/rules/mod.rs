//! The method: pure functions from entries to verdicts. No files, no printing, no clock.

pub mod attribute;
pub mod book;
pub mod customer;
pub mod entry;
pub mod grading;
pub mod growth;
pub mod levers;
pub mod policy;
pub mod query;
pub mod replay;
pub mod search;
pub mod shape;
pub mod team;
pub mod week;
