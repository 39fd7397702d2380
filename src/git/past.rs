//! What git's history holds of one file.

use crate::disk::private::repository_of;
use crate::git::program::{Git, parts, path_of};
use std::path::{Path, PathBuf};

/// The past of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastOfFile {
    /// How many commits changed it.
    pub commits: usize,
    /// Its names, from the repository's top level.
    pub names: Vec<String>,
    /// The lines that commits added and removed, as git shows them.
    pub texts: Vec<String>,
}

impl PastOfFile {
    /// The past of a file of the ledger at `root`; `None` where git does not keep it.
    pub fn of(root: &Path, path: &Path) -> Option<PastOfFile> {
        repository_of(root)?;
        let git = Git::at(root);
        let top = git.prefix(root).ok()?;
        let place = format!(":(top,literal){top}{}", path.display());
        let log = |more: &[&str]| {
            let words = [&["log", "--follow", "HEAD"], more, &["--", &place]].concat();
            git.attempt(&words).ok().filter(|(status, _)| *status == Some(0)).map(|(_, out)| out)
        };
        let commits = log(&["--format=%H"])?;
        let names = log(&["--format=", "--name-only", "-z"])?;
        let mut names: Vec<PathBuf> = parts(&names).map(path_of).collect();
        names.sort();
        names.dedup();
        let names = names.iter().map(|name| name.display().to_string());
        Some(PastOfFile {
            commits: String::from_utf8_lossy(&commits).lines().count(),
            names: names.filter(|name| !name.is_empty()).collect(),
            texts: vec![String::from_utf8_lossy(&log(&["--format=", "-p"])?).into_owned()],
        })
    }
}
