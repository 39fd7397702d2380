//! `crm` keeps a sales team's prospects in plain-text files and derives everything else from them.

pub mod check;
pub mod cli;
pub mod diag;
pub mod model;
pub mod plan;
pub mod render;
pub mod report;
pub mod rules;
pub mod stats;
pub mod store;
