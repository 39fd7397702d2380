//! The output of git: lines, and parts that end with a NUL.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A file on one side of a difference: its mode and object; `None` where it is not there.
pub type Version = Option<(String, String)>;

/// The parts of a `-z` output.
pub fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == 0).filter(|part| !part.is_empty())
}

/// A path as git prints it with `-z`.
pub fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// `:MODE MODE ID ID STATUS`, a NUL, the path, a NUL.
pub fn raw(bytes: &[u8]) -> BTreeMap<PathBuf, (Version, Version)> {
    let mut found = BTreeMap::new();
    let mut parts = parts(bytes);
    while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
        let head = String::from_utf8_lossy(head);
        let fields: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let version = |mode: usize, id: usize| {
            let (mode, id) = (fields.get(mode)?, fields.get(id)?);
            let there = mode.bytes().any(|b| b != b'0');
            there.then(|| ((*mode).to_owned(), (*id).to_owned()))
        };
        found.insert(path_of(path), (version(0, 2), version(1, 3)));
    }
    found
}

/// A line of text, without its end.
pub(super) fn one_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned()
}
