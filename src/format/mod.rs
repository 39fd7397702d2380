//! Text to nouns and back, without files: readers, appends, settings, mappings, the three-way merge. The one
//! home of the TOML crates.

pub mod access_file;
pub mod add_facts;
pub mod append;
pub mod company;
pub mod content;
mod cursor;
pub mod dataset_manifest;
pub mod edit_facts;
pub mod edit_person;
pub mod encoding;
pub mod front_matter;
pub mod known;
pub mod layout;
pub mod line;
pub mod locate;
pub mod manifest;
pub mod merge;
pub mod new_file;
pub mod newer;
pub mod own_settings;
pub mod plan_file;
pub mod quick;
pub mod read_mapping;
pub mod read_prospect;
pub mod read_settings;
pub mod rows;
pub mod sealed;
pub mod settings;
pub mod sieve;
pub mod syntax;
pub mod tree;
pub mod write_mapping;
