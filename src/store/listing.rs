//! Listing one folder, some entries at a time: as many as the system hands over at once where it can be
//! asked for that, entry by entry elsewhere. Names stand in one piece of memory.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
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
pub struct Listing<'c>(Source<'c>);

#[derive(Debug)]
enum Source<'c> {
    System(system::Listing),
    /// What is known, and where it goes on.
    Known(Cow<'c, [u8]>, usize),
}

/// So many known entries are handed over at a time.
const SOME: usize = 128;

impl<'c> Listing<'c> {
    /// Begins with a folder.
    pub fn open(folder: &Path) -> io::Result<Listing<'c>> {
        system::Listing::open(folder).map(|listing| Listing(Source::System(listing)))
    }

    /// A folder of which it is known what lies in it ([`contents`]).
    pub fn known(contents: Cow<'c, [u8]>) -> Listing<'c> {
        Listing(Source::Known(contents, 0))
    }

    /// Hands over some more entries; false if there are none. After an error there is nothing more to come.
    pub fn more(&mut self, each: &mut dyn FnMut(&OsStr, Kind)) -> io::Result<bool> {
        match &mut self.0 {
            Source::System(listing) => listing.more(each),
            Source::Known(contents, at) => {
                let mut rest = contents.get(*at..).unwrap_or_default();
                let some = (0..SOME).map_while(|_| next_entry(&mut rest));
                let any = some.map(|(name, kind)| each(name, kind)).count() > 0;
                *at = contents.len() - rest.len();
                Ok(any)
            }
        }
    }
}

/// What lies in a folder, as bytes that can be kept: of each entry its kind and the length of its name, a
/// byte each, and its name. In the order of names: so they are asked for in the order in which they were
/// made, most likely, and lie near each other. `None` where a name is not Unicode.
pub fn contents(folder: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut entries: Vec<(OsString, Kind)> = Vec::new();
    let mut listing = system::Listing::open(folder)?;
    while listing.more(&mut |name, kind| entries.push((name.to_owned(), kind)))? {}
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(in_bytes(&entries))
}

fn in_bytes(entries: &[(OsString, Kind)]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for (name, kind) in entries {
        let name = name.to_str()?;
        bytes.extend([*kind as u8, u8::try_from(name.len()).ok()?]);
        bytes.extend_from_slice(name.as_bytes());
    }
    Some(bytes)
}

/// Takes the next entry from what is known of a folder.
fn next_entry<'t>(rest: &mut &'t [u8]) -> Option<(&'t OsStr, Kind)> {
    let [kind, length, behind @ ..] = *rest else { return None };
    let (name, behind) = behind.split_at_checked(usize::from(*length))?;
    *rest = behind;
    let kinds = [Kind::File, Kind::Folder, Kind::Link, Kind::Other];
    let kind = kinds.into_iter().find(|known| *known as u8 == *kind)?;
    Some((OsStr::new(std::str::from_utf8(name).ok()?), kind))
}

#[cfg(target_os = "linux")]
mod system {
    use super::Kind;
    use rustix::fs::{AtFlags, FileType, RawDir, statat};
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    /// Room for a hundred entries: so many that threads seldom wait for each other, and few enough
    /// that the last ones are shared fairly.
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

        pub fn more(&mut self, each: &mut dyn FnMut(&OsStr, Kind)) -> io::Result<bool> {
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

    /// Some file systems do not say what an entry is until they are asked for it alone.
    fn kind(folder: &File, name: &OsStr, said: FileType) -> Kind {
        let asked = || {
            let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok();
            stat.map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode))
        };
        match if said == FileType::Unknown { asked() } else { said } {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Kind;
    use std::ffi::OsStr;
    use std::fs::{DirEntry, ReadDir};
    use std::io;
    use std::path::Path;

    /// So many entries are handed over at a time.
    const SOME: usize = 100;

    #[derive(Debug)]
    pub struct Listing(ReadDir);

    impl Listing {
        pub fn open(folder: &Path) -> io::Result<Listing> {
            std::fs::read_dir(folder).map(Listing)
        }

        pub fn more(&mut self, each: &mut dyn FnMut(&OsStr, Kind)) -> io::Result<bool> {
            let mut any = false;
            for entry in self.0.by_ref().take(SOME) {
                let entry = entry?;
                each(&entry.file_name(), kind(&entry));
                any = true;
            }
            Ok(any)
        }
    }

    fn kind(entry: &DirEntry) -> Kind {
        match entry.file_type() {
            Ok(kind) if kind.is_symlink() => Kind::Link,
            Ok(kind) if kind.is_dir() => Kind::Folder,
            Ok(kind) if kind.is_file() => Kind::File,
            _ => Kind::Other,
        }
    }
}

/// Names of files.
#[derive(Debug, Default)]
pub struct Names(names::Names);

impl Names {
    /// Adds a name.
    pub fn push(&mut self, name: &OsStr) {
        self.0.push(name);
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The names, as they were added.
    pub fn iter(&self) -> impl Iterator<Item = &OsStr> {
        self.0.iter()
    }
}

#[cfg(unix)]
mod names {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    /// One behind the other, and where each ends.
    #[derive(Debug, Default)]
    pub struct Names {
        bytes: Vec<u8>,
        ends: Vec<usize>,
    }

    impl Names {
        pub fn push(&mut self, name: &OsStr) {
            self.bytes.extend_from_slice(name.as_bytes());
            self.ends.push(self.bytes.len());
        }

        pub fn len(&self) -> usize {
            self.ends.len()
        }

        pub fn iter(&self) -> impl Iterator<Item = &OsStr> {
            let starts = std::iter::once(&0).chain(&self.ends);
            starts.zip(&self.ends).map(|(from, to)| OsStr::from_bytes(&self.bytes[*from..*to]))
        }
    }
}

#[cfg(not(unix))]
mod names {
    use std::ffi::{OsStr, OsString};

    #[derive(Debug, Default)]
    pub struct Names(Vec<OsString>);

    impl Names {
        pub fn push(&mut self, name: &OsStr) {
            self.0.push(name.to_owned());
        }

        pub fn len(&self) -> usize {
            self.0.len()
        }

        pub fn iter(&self) -> impl Iterator<Item = &OsStr> {
            self.0.iter().map(OsString::as_os_str)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_entry_is_handed_over_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut expected = BTreeSet::new();
        for n in 0..3_000 {
            let name = format!("客户-{n}.toml");
            std::fs::File::create(folder.path().join(&name)).unwrap();
            expected.insert((OsString::from(name), Kind::File as u8));
        }
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        expected.insert(("folder".into(), Kind::Folder as u8));
        let mut found = Vec::new();
        let mut listing = Listing::open(folder.path()).unwrap();
        let mut each = |name: &OsStr, kind| found.push((name.to_owned(), kind as u8));
        while listing.more(&mut each).unwrap() {}
        assert_eq!(found.len(), expected.len());
        assert_eq!(BTreeSet::from_iter(found), expected);
    }

    #[test]
    fn what_is_known_is_handed_over_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..300 {
            std::fs::File::create(folder.path().join(format!("客户-{n:03}.toml"))).unwrap();
        }
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        let bytes = contents(folder.path()).unwrap().unwrap();
        for mut listing in
            [Cow::Borrowed(&bytes[..]), Cow::Owned(bytes.clone())].map(Listing::known)
        {
            let mut found = Vec::new();
            let mut each = |name: &OsStr, kind| found.push((name.to_owned(), kind));
            while listing.more(&mut each).unwrap() {}
            assert_eq!(found.len(), 301);
            assert_eq!(found[0], ("folder".into(), Kind::Folder));
            assert_eq!(found[300], ("客户-299.toml".into(), Kind::File));
        }
        // A piece of it does no harm.
        for cut in 0..bytes.len() {
            let mut listing = Listing::known(Cow::Borrowed(&bytes[..cut]));
            while listing.more(&mut |_, _| {}).unwrap() {}
        }
    }

    #[test]
    fn names_come_back_as_they_were() {
        let mut names = Names::default();
        assert!(names.is_empty());
        let all = ["a.toml", "", "张.toml"].map(OsStr::new);
        all.iter().for_each(|name| names.push(name));
        assert_eq!(names.iter().collect::<Vec<_>>(), all);
        assert!(!names.is_empty());
    }
}
