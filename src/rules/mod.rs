//! The method: pure functions from entries to verdicts. No files, no printing, no clock.

pub mod book;
pub mod evidence;
pub mod levers;
pub mod moves;
pub mod passage;
pub mod past;
pub mod query;
pub mod replay;
pub mod shape;
pub mod state;
pub mod week;
pub mod won;
