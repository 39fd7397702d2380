//! A book as bytes that are no sheet: a calendar, cards, addresses, a dataset.

pub mod addresses;
pub mod calendar;
pub mod contacts;
mod content_lines;
pub mod dataset;
pub mod letter;
