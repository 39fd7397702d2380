//! Commands that messages propose, as a shell reads them.

use crate::value::shell::word;
use std::path::Path;

/// A path as one word of a command line: quoted, unless every character of it is plain.
pub fn in_shell(path: &Path) -> String {
    word(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_not_quoted() {
        assert_eq!(in_shell(Path::new("/srv/销售-1.git")), "/srv/销售-1.git");
        assert_eq!(in_shell(Path::new("a b")), "'a b'");
        assert_eq!(in_shell(Path::new("it's")), "'it'\\''s'");
        assert_eq!(in_shell(Path::new("")), "''");
    }
}
