//! The nouns: plain data, no files, no clock, no rules.

pub mod date;
pub mod event;
pub mod formula;
pub mod grading;
pub mod id;
pub mod interner;
pub mod kind;
pub mod label;
pub mod mapping;
pub mod money;
pub mod packed_row;
pub mod period;
pub mod pipeline;
pub mod pool;
pub mod prospect;
pub mod rows;
pub mod settings;
pub mod sheet;
pub mod text;
