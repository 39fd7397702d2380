//! Lists one folder, some entries at a time: as many as one call of the system gives on Linux, a fixed
//! number elsewhere.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

/// The kind of an entry of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, a device, a socket.
    Other,
}

/// A folder that is being listed.
#[derive(Debug)]
pub struct Listing(system::Listing);

impl Listing {
    /// Opens a folder to list it. Fails if the system cannot open it.
    pub fn open(folder: &Path) -> io::Result<Listing> {
        system::Listing::open(folder).map(Listing)
    }

    /// Calls `each` with some more entries, in no order. Returns false if there are none left. After an error
    /// the listing is over.
    pub fn more(&mut self, each: &mut dyn FnMut(&OsStr, EntryKind)) -> io::Result<bool> {
        self.0.more(each)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use super::EntryKind;
    use rustix::fs::{AtFlags, FileType, RawDir, statat};
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    /// Room for a hundred entries: enough that threads seldom wait for each other, and few enough that the
    /// last entries are spread over all threads.
    const ROOM: usize = 4 * 1024;

    #[derive(Debug)]
    pub struct Listing {
        folder: File,
        room: Vec<u8>,
    }

    impl Listing {
        pub fn open(folder: &Path) -> io::Result<Listing> {
            Ok(Listing { folder: File::open(folder)?, room: Vec::with_capacity(ROOM) })
        }

        pub fn more(&mut self, each: &mut dyn FnMut(&OsStr, EntryKind)) -> io::Result<bool> {
            let mut entries = RawDir::new(&self.folder, self.room.spare_capacity_mut());
            let mut any = false;
            while let Some(entry) = entries.next() {
                let entry = entry?;
                let name = OsStr::from_bytes(entry.file_name().to_bytes());
                if name != "." && name != ".." {
                    each(name, kind(&self.folder, name, entry.file_type()));
                }
                any = true;
                if entries.is_buffer_empty() {
                    break;
                }
            }
            Ok(any)
        }
    }

    /// The kind of an entry. Some file systems report it only when asked about that entry alone.
    fn kind(folder: &File, name: &OsStr, said: FileType) -> EntryKind {
        let asked = || {
            let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok();
            stat.map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode))
        };
        match if said == FileType::Unknown { asked() } else { said } {
            FileType::RegularFile => EntryKind::File,
            FileType::Directory => EntryKind::Folder,
            FileType::Symlink => EntryKind::Link,
            _ => EntryKind::Other,
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::EntryKind;
    use std::ffi::OsStr;
    use std::fs::{DirEntry, ReadDir};
    use std::io;
    use std::path::Path;

    /// How many entries one call gives.
    const SOME: usize = 100;

    #[derive(Debug)]
    pub struct Listing(ReadDir);

    impl Listing {
        pub fn open(folder: &Path) -> io::Result<Listing> {
            std::fs::read_dir(folder).map(Listing)
        }

        pub fn more(&mut self, each: &mut dyn FnMut(&OsStr, EntryKind)) -> io::Result<bool> {
            let mut any = false;
            for entry in self.0.by_ref().take(SOME) {
                let entry = entry?;
                each(&entry.file_name(), kind(&entry));
                any = true;
            }
            Ok(any)
        }
    }

    fn kind(entry: &DirEntry) -> EntryKind {
        match entry.file_type() {
            Ok(kind) if kind.is_symlink() => EntryKind::Link,
            Ok(kind) if kind.is_dir() => EntryKind::Folder,
            Ok(kind) if kind.is_file() => EntryKind::File,
            _ => EntryKind::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::ffi::OsString;

    #[test]
    fn every_entry_is_handed_over_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut expected = BTreeSet::new();
        for n in 0..3_000 {
            let name = format!("客户-{n}.toml");
            std::fs::File::create(folder.path().join(&name)).unwrap();
            expected.insert((OsString::from(name), EntryKind::File as u8));
        }
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        expected.insert(("folder".into(), EntryKind::Folder as u8));
        let mut found = Vec::new();
        let mut listing = Listing::open(folder.path()).unwrap();
        let mut each = |name: &OsStr, kind| found.push((name.to_owned(), kind as u8));
        while listing.more(&mut each).unwrap() {}
        assert_eq!(found.len(), expected.len());
        assert_eq!(BTreeSet::from_iter(found), expected);
    }
}
