//! The nouns: plain data, no files, no clock, no rules.

pub mod access;
pub mod buying;
pub mod campaign;
pub mod company;
pub mod event;
pub mod fitting;
pub mod grading;
pub mod header;
pub mod kind;
pub mod mapping;
pub mod naming;
pub mod own_settings;
pub mod paper;
pub mod pipeline;
pub mod pool;
pub mod privacy;
pub mod profile;
pub mod prospect;
pub mod rows;
pub mod sales;
pub mod saved_report;
pub mod settings;
pub mod solution;
pub mod working_time;
