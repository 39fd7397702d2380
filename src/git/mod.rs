//! The git that keeps a ledger: the program, snapshots, hooks, the merge driver.

pub mod commit;
pub mod days;
pub mod hooks;
pub mod index;
pub mod kept;
pub mod mend;
pub mod merge_driver;
pub mod merge_file;
pub mod origin;
pub mod past;
pub mod program;
pub mod snapshot;
pub mod whole;
