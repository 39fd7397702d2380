//! Commands that messages propose, as a shell reads them.

use std::path::Path;

/// A path as one word of a command line: quoted, unless every character of it is plain.
pub fn in_shell(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
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
