//! The names of the files and folders that make a ledger.

/// The settings file, which marks the root.
pub const SETTINGS: &str = "crm.toml";
/// The folder of prospects.
pub const PROSPECTS: &str = "prospects";
/// The folder of tallies.
pub const ACTIVITY: &str = "activity";
/// The folder of derived and temporary files: lock, journal of a commit under way. Never in git.
pub const PRIVATE: &str = ".crm";
