//! `crm` keeps a sales team's prospects in plain-text files and derives everything else from them.

pub mod diag;
pub mod model;
pub mod render;
pub mod rules;
pub mod store;
