//! The names of the files and folders that make a ledger, and of those that must not be in one.

use std::path::{Component, Path};

/// The settings file, which marks the root.
pub const SETTINGS: &str = "crm.toml";
/// The folder of prospects.
pub const PROSPECTS: &str = "prospects";
/// The folder of customers.
pub const CUSTOMERS: &str = "customers";
/// The folders whose files have a journal: those of prospects and customers.
pub const JOURNALS: [&str; 2] = [PROSPECTS, CUSTOMERS];
/// The folder of pages of solutions.
pub const KNOWLEDGE: &str = "knowledge";
/// The folder of tallies.
pub const ACTIVITY: &str = "activity";
/// The folder of the records of access to private fields.
pub const ACCESS: &str = "access";
/// The folders whose files are of one rep each.
pub const OF_REPS: [&str; 2] = [ACTIVITY, ACCESS];
/// The folder of new texts until they are renamed, and without git of the lock and the journal. Never in git.
pub const PRIVATE: &str = ".crm";
/// Files that tell git how to treat a folder.
pub const GITS: [&str; 3] = [".gitattributes", ".gitignore", ".gitmodules"];

/// Is this the path of a prospect or customer, below the root?
pub fn has_journal(relative: &Path) -> bool {
    JOURNALS.iter().any(|folder| relative.starts_with(folder))
}

/// Is this the path of a customer, below the root?
pub fn is_of_a_customer(relative: &Path) -> bool {
    relative.starts_with(CUSTOMERS)
}

/// Is this a file of a ledger, by its path below the root? Prospects, customers, tallies, records of access and the
/// settings are; hidden files are not.
pub fn is_of_a_ledger(relative: &Path) -> bool {
    let mut parts = relative.components().map(|part| match part {
        Component::Normal(name) => name.to_str().filter(|name| !name.starts_with('.')),
        _ => None,
    });
    let first = parts.next().flatten();
    let toml = relative.extension().is_some_and(|ending| ending == "toml");
    let depth = relative.components().count();
    parts.all(|part| part.is_some())
        && toml
        && match first {
            Some(PROSPECTS | CUSTOMERS | ACTIVITY | ACCESS) => depth > 1,
            first => first == Some(SETTINGS) && depth == 1,
        }
}

/// A danger that a file brings by its path alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// It is in a folder `.crm`, in which a machine keeps files that it obeys.
    State,
    /// Its name is `HEAD`: a folder with it can be made to look like a repository, whose settings git reads.
    Repository,
}

/// The danger of a path, in whatever way a file system may read its names.
pub fn danger(path: &Path) -> Option<Danger> {
    let is = |part: &std::ffi::OsStr, name: &str| plain(&part.to_string_lossy()) == name;
    if path.iter().any(|part| is(part, PRIVATE)) {
        Some(Danger::State)
    } else if path.iter().any(|part| is(part, "head")) {
        Some(Danger::Repository)
    } else {
        None
    }
}

/// A name as the least exact file system reads it: no case, no invisible characters (HFS+), no dots or spaces at the
/// end and no stream (Windows).
pub fn plain(name: &str) -> String {
    let invisible = |c: char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let name = name.split(':').next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !invisible(*c)).collect();
    name.trim_end_matches(['.', ' ']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_ledger() {
        for path in [
            "crm.toml",
            "prospects/x.toml",
            "prospects/a/张.toml",
            "customers/x.toml",
            "activity/liu.toml",
            "access/liu.toml",
        ] {
            assert!(is_of_a_ledger(Path::new(path)), "{path}");
        }
        for path in [
            "a/crm.toml",
            "x.toml",
            "prospects.toml",
            "prospects/x.md",
            "prospects/.x.toml",
            "prospects/.a/x.toml",
            ".gitignore",
            "../crm.toml",
            "/crm.toml",
        ] {
            assert!(!is_of_a_ledger(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn dangers_in_every_spelling() {
        for path in [
            ".crm/journal",
            "sales/.CRM/x",
            ".crm./x",
            ".c\u{200d}rm/x",
            ".crm::$INDEX_ALLOCATION/x",
        ] {
            assert_eq!(danger(Path::new(path)), Some(Danger::State), "{path}");
        }
        for path in ["HEAD", "prospects/x/head", "a/HEAD./x", "a/HE\u{200c}AD"] {
            assert_eq!(danger(Path::new(path)), Some(Danger::Repository), "{path}");
        }
        for path in ["crm.toml", ".crm2/x", "prospects/head.toml", "prospects/ahead"] {
            assert_eq!(danger(Path::new(path)), None, "{path}");
        }
    }
}
