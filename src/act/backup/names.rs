//! The names of files in a backup.

use crate::format::layout::{danger, plain};
use std::path::{Component, Path};

/// A path as the parts of a container are named; `None` of one that is not Unicode.
pub(super) fn name_of(path: &Path) -> Option<String> {
    let parts = path.components().map(|part| match part {
        Component::Normal(part) => part.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<&str>>>()?.join("/"))
}

/// May a file of this name be stored and brought back? Nothing that a machine or git would obey is.
pub(super) fn is_storable(name: &str) -> bool {
    let path = Path::new(name);
    let of_git = |part: &str| plain(part) == ".git" || plain(part).starts_with("git~");
    !name.contains(['\\', '\0', '\n', '\r'])
        && name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != ".." && !of_git(part))
        && path.components().all(|part| matches!(part, Component::Normal(_)))
        && danger(path).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_be_stored() {
        for name in ["crm.toml", "prospects/张.toml", "notes/a b.md", ".gitignore", "a/.gitkeep"] {
            assert!(is_storable(name), "{name}");
        }
        for name in [
            "",
            "..",
            "../a",
            "a/../b",
            "/a",
            "a//b",
            "./a",
            ".git/hooks/pre-commit",
            "a/.GIT/config",
            "a/.git",
            ".git./config",
            "git~1/config",
            ".crm/journal",
            "HEAD",
            "a\\b",
            "a\nb",
        ] {
            assert!(!is_storable(name), "{name}");
        }
    }
}
