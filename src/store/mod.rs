//! The disk: finding, reading, loading all in parallel, and writing without losing anything. The one
//! home of the TOML crates.

pub mod append;
pub mod cache;
pub mod content;
mod cursor;
pub mod files;
pub mod find;
pub mod git;
pub mod hooks;
pub mod likeness;
pub mod line;
pub mod load;
pub mod locate;
pub mod mend;
pub mod merge;
pub mod merge_driver;
pub mod merge_file;
pub mod new_file;
pub mod origin;
pub mod plan_file;
pub mod quick;
pub mod read_csv;
pub mod read_mapping;
pub mod read_prospect;
pub mod read_settings;
mod remembered;
pub mod root;
pub mod settings;
pub mod snapshot;
mod standing_row;
mod syntax;
pub mod tally;
pub mod tree;
pub mod walk;
pub mod write;
