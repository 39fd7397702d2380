//! Files of other programs -> rows of cells.

pub mod csv;
