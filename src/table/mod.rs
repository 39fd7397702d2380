//! The result of reports, before it is drawn: sheets of typed cells, and the words of their columns.

pub mod packed_row;
pub mod page;
pub mod picture;
pub mod sheet;
pub mod terms;
pub mod words;
