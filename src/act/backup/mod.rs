//! Backups: one file with all of a ledger, its verification, and the way back.
//!
//! A backup is a [container](crate::disk::container) with a bundle of the repository, the files that are not as the last
//! commit has them, and a [manifest](crate::format::manifest), which tells what the ledger came to on that day.

mod figures;
mod make;
mod names;
mod open;
mod restore;
mod state;
mod verify;

pub use figures::Outside;
pub use make::{Made, Order, make};
pub use open::{Opened, open};
pub use restore::{Restored, restore};
pub use verify::{Line, Verdict, Verification, verify};

/// The part that has the manifest.
const MANIFEST: &str = "manifest.toml";
/// The part that has the repository.
const BUNDLE: &str = "repository.bundle";
/// The folder of the files that are not as the last commit has them.
const FILES: &str = "files/";
/// The largest file that is stored beside the repository, in bytes.
const MAX_FILE: u64 = 256 * 1024 * 1024;
/// The most bytes that are stored beside the repository.
const MAX_FILES: u64 = 4 * MAX_FILE;
