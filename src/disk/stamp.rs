//! What tells whether a file has been written, without reading it: its size, its times and, where the system has them, its
//! inode. A text that a rename puts in the place of another one has another stamp, even if it is the same text.

use crate::disk::listing::EntryKind;
use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

/// The stamp of a file, a folder or a link. Two that are equal are of one file that was not written in between, as long as
/// its clock has gone on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// File, folder, link or else.
    pub kind: EntryKind,
    size: u64,
    modified: Option<SystemTime>,
    inode: Inode,
}

impl Stamp {
    /// The stamp of what is at a path, a link itself; `None` if there is nothing.
    pub fn at(path: &Path) -> Option<Stamp> {
        let meta = path.symlink_metadata().ok()?;
        let kind = match meta.file_type() {
            kind if kind.is_file() => EntryKind::File,
            kind if kind.is_dir() => EntryKind::Folder,
            kind if kind.is_symlink() => EntryKind::Link,
            _ => EntryKind::Other,
        };
        let (size, modified, inode) = (meta.len(), meta.modified().ok(), inode(&meta));
        Some(Stamp { kind, size, modified, inode })
    }
}

/// Device, inode, rights, and the time of the last change of any of them.
type Inode = (u64, u64, u32, (i64, i64));

#[cfg(unix)]
fn inode(meta: &Metadata) -> Inode {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino(), meta.mode(), (meta.ctime(), meta.ctime_nsec()))
}

/// Other systems tell less.
#[cfg(not(unix))]
fn inode(_: &Metadata) -> Inode {
    (0, 0, 0, (0, 0))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "files of tests")]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_is_written_or_replaced_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("a"), folder.path().join("b"));
        let stamp = || Stamp::at(&file).unwrap();
        fs::write(&file, "one").unwrap();
        let first = stamp();
        fs::read(&file).unwrap();
        assert_eq!(stamp(), first);
        fs::write(&file, "longer").unwrap();
        let second = stamp();
        assert_ne!(second, first);
        // The same text, in a file that takes its place.
        fs::write(&other, "longer").unwrap();
        fs::rename(&other, &file).unwrap();
        if cfg!(unix) {
            assert_ne!(stamp(), second);
        }
        assert_eq!(Stamp::at(&other), None);
    }
}
