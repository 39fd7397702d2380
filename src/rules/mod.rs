//! The method: pure functions from entries to verdicts. No files, no printing, no clock.

pub mod attribute;
pub mod book;
pub mod customer;
pub mod dealings;
pub mod entry;
pub mod evaluation;
pub mod grading;
pub mod growth;
pub mod levers;
pub mod papers;
pub mod plan_of_customer;
pub mod policy;
pub mod project;
pub mod purchases;
pub mod query;
pub mod receivables;
pub mod replay;
pub mod sales;
pub mod search;
pub mod service;
pub mod shape;
pub mod targets;
pub mod team;
pub mod week;
pub mod working_time;
