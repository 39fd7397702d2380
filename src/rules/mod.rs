//! The method: pure functions from entries to verdicts. No files, no printing, no clock.

pub mod allocation;
pub mod book;
pub mod entry;
pub mod evidence;
pub mod fairness;
pub mod grading;
pub mod growth;
pub mod levers;
pub mod moves;
pub mod packing;
pub mod passage;
pub mod past;
pub mod policy;
pub mod pool;
pub mod practice;
pub mod query;
pub mod replay;
pub mod rights;
pub mod shape;
pub mod standing;
pub mod state;
pub mod survey;
pub mod team;
pub mod week;
pub mod won;
