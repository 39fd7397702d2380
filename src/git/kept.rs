//! Files of a ledger that git keeps and should not, and those that it does not keep and should.

use crate::diag::Diagnostic;
use crate::format::layout::{
    ACCESS, ACTIVITY, CUSTOMERS, PRIVATE, PROSPECTS, SETTINGS, is_of_a_ledger,
};
use crate::git::merge_driver::examples;
use crate::git::program::{Git, parts, path_of};
use std::path::PathBuf;

/// The files of `.crm/` that git keeps, from the ledger's root, in which `git` runs.
pub fn tracked_state(git: &Git) -> Result<Vec<PathBuf>, Diagnostic> {
    let listed = git.run(&["ls-files", "-z", "--", PRIVATE])?;
    Ok(parts(&listed).map(path_of).collect())
}

/// The files of the ledger that git ignores: no commit has them, and `git status` does not name them.
pub fn ignored(git: &Git) -> Result<Vec<PathBuf>, Diagnostic> {
    let words = ["ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--"];
    let places = [SETTINGS, PROSPECTS, CUSTOMERS, ACTIVITY, ACCESS];
    let listed = git.run(&[&words[..], &places].concat())?;
    let mut found: Vec<PathBuf> = parts(&listed).map(path_of).collect();
    found.retain(|path| is_of_a_ledger(path));
    found.sort();
    Ok(found)
}

/// The kinds of files of which git would ignore a new one, each as an example.
pub fn would_ignore(git: &Git) -> Result<Vec<String>, Diagnostic> {
    let mut words = vec!["check-ignore", "--no-index", "--"];
    words.extend(examples(git));
    let listed = git.ask(&words)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&listed).lines().map(str::to_owned).collect())
}
