//! Listing one folder, some entries at a time: as many as the system hands over at once where it can be
//! asked for that, entry by entry elsewhere. Names stand in one piece of memory.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;

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
pub struct Listing(Source);

#[derive(Debug)]
enum Source {
    System(system::Listing),
    /// What is known, and where it goes on; 0 at the beginning.
    Known(Arc<Vec<u8>>, usize),
}

/// So many known entries are handed over at a time.
const SOME: usize = 64;

impl Listing {
    /// Begins with a folder.
    pub fn open(folder: &Path) -> io::Result<Listing> {
        system::Listing::open(folder).map(|listing| Listing(Source::System(listing)))
    }

    /// A folder of which it is known what lies in it ([`contents`]).
    pub fn known(contents: Arc<Vec<u8>>) -> Listing {
        Listing(Source::Known(contents, 0))
    }

    /// Hands over some more entries that a ledger goes by: the names of its files, and what lies beside them.
    /// False if there are none. After an error there is nothing more to come.
    pub fn more(
        &mut self,
        names: &mut Names,
        beside: &mut dyn FnMut(&OsStr, Kind),
    ) -> io::Result<bool> {
        match &mut self.0 {
            Source::System(listing) => listing.more(&mut |name, kind| match kind {
                _ if !counts(name, kind) => {}
                Kind::File => names.push(name),
                _ => beside(name, kind),
            }),
            Source::Known(contents, at) => {
                let begun = *at;
                if begun == 0 {
                    let (mut others, files) = parts(contents);
                    while let Some((name, kind)) = next_other(&mut others) {
                        beside(name, kind);
                    }
                    *at = contents.len() - files.len();
                }
                *at += names.take(contents.get(*at..).unwrap_or_default(), SOME);
                Ok(*at > begun)
            }
        }
    }
}

/// Hidden files are left out, files that are no TOML, and what is neither file nor folder nor link.
fn counts(name: &OsStr, kind: Kind) -> bool {
    let name = name.as_encoded_bytes();
    let of_kind = match kind {
        Kind::File => name.ends_with(b".toml"),
        Kind::Folder | Kind::Link => true,
        Kind::Other => false,
    };
    of_kind && !name.starts_with(b".")
}

/// What lies in a folder, as bytes that can be kept: the length of all that stands before the files, of
/// each entry its kind there, the length of its name, and its name. In the order of names: so files are
/// asked for in the order in which they were made, most likely, and lie near each other.
pub fn contents(folder: &Path) -> io::Result<Vec<u8>> {
    // Kind, length and name of each entry, as they come, and where they begin: there may be a million.
    let (mut entries, mut starts, mut fits) = (Vec::new(), Vec::new(), true);
    let mut listing = system::Listing::open(folder)?;
    let mut each = |name: &OsStr, kind| {
        if counts(name, kind) {
            let name = name.as_encoded_bytes();
            match (u32::try_from(entries.len()), u16::try_from(name.len())) {
                (Ok(start), Ok(length)) => {
                    starts.push(start);
                    entries.push(kind as u8);
                    entries.extend(length.to_le_bytes());
                    entries.extend_from_slice(name);
                }
                _ => fits = false,
            }
        }
    };
    while listing.more(&mut each)? {}
    if !fits {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let entry = |start: &u32| &entries[*start as usize..];
    let name = |start: &u32| next_name(&mut &entry(start)[1..]).unwrap_or_default();
    let is_file = |start: &&u32| entry(start)[0] == Kind::File as u8;
    starts.sort_unstable_by(|a, b| name(a).cmp(name(b)));
    let mut contents = Vec::with_capacity(4 + entries.len());
    contents.extend([0; 4]);
    for start in starts.iter().filter(|start| !is_file(start)) {
        contents.extend_from_slice(&entry(start)[..3 + name(start).len()]);
    }
    let length = u32::try_from(contents.len() - 4).map_err(io::Error::other)?;
    contents[..4].copy_from_slice(&length.to_le_bytes());
    for start in starts.iter().filter(is_file) {
        contents.extend_from_slice(&entry(start)[1..3 + name(start).len()]);
    }
    Ok(contents)
}

/// The names of files in what is known of a folder.
pub fn files(contents: &[u8]) -> impl Iterator<Item = &OsStr> {
    let (_, mut files) = parts(contents);
    std::iter::from_fn(move || next_name(&mut files)).filter_map(names::of_bytes)
}

/// What stands before the files, and the files.
fn parts(contents: &[u8]) -> (&[u8], &[u8]) {
    let parts = contents
        .split_first_chunk()
        .and_then(|(length, rest)| rest.split_at_checked(u32::from_le_bytes(*length) as usize));
    parts.unwrap_or_default()
}

/// Takes the next entry from those before the files.
fn next_other<'t>(rest: &mut &'t [u8]) -> Option<(&'t OsStr, Kind)> {
    let (kind, behind) = rest.split_first()?;
    *rest = behind;
    let kind = [Kind::Folder, Kind::Link].into_iter().find(|known| *known as u8 == *kind)?;
    Some((names::of_bytes(next_name(rest)?)?, kind))
}

/// Takes the next name.
fn next_name<'t>(rest: &mut &'t [u8]) -> Option<&'t [u8]> {
    let (length, behind) = rest.split_first_chunk()?;
    let (name, behind) = behind.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    *rest = behind;
    Some(name)
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

    /// Adds up to so many of those that are known, and says how many bytes they take.
    fn take(&mut self, known: &[u8], some: usize) -> usize {
        let mut rest = known;
        let count = (0..some).map_while(|_| next_name(&mut rest)).count();
        let taken = known.len() - rest.len();
        self.0.extend(&known[..taken], count);
        taken
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
    use super::next_name;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    /// One behind the other, as they are kept.
    #[derive(Debug, Default)]
    pub struct Names {
        bytes: Vec<u8>,
        count: usize,
    }

    impl Names {
        pub fn push(&mut self, name: &OsStr) {
            // The system has none that are longer.
            if let Ok(length) = u16::try_from(name.len()) {
                self.bytes.extend(length.to_le_bytes());
                self.bytes.extend_from_slice(name.as_bytes());
                self.count += 1;
            }
        }

        pub fn extend(&mut self, known: &[u8], count: usize) {
            self.bytes.extend_from_slice(known);
            self.count += count;
        }

        pub fn len(&self) -> usize {
            self.count
        }

        pub fn iter(&self) -> impl Iterator<Item = &OsStr> {
            let mut rest = &self.bytes[..];
            std::iter::from_fn(move || next_name(&mut rest).map(OsStr::from_bytes))
        }
    }

    /// The name in these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Option<&OsStr> {
        Some(OsStr::from_bytes(bytes))
    }
}

#[cfg(not(unix))]
mod names {
    use super::next_name;
    use std::ffi::{OsStr, OsString};

    #[derive(Debug, Default)]
    pub struct Names(Vec<OsString>);

    impl Names {
        pub fn push(&mut self, name: &OsStr) {
            self.0.push(name.to_owned());
        }

        pub fn extend(&mut self, mut known: &[u8], _: usize) {
            while let Some(name) = next_name(&mut known) {
                self.0.extend(of_bytes(name).map(OsStr::to_owned));
            }
        }

        pub fn len(&self) -> usize {
            self.0.len()
        }

        pub fn iter(&self) -> impl Iterator<Item = &OsStr> {
            self.0.iter().map(OsString::as_os_str)
        }
    }

    /// The name in these bytes, if it is Unicode: others cannot be put together again, and nothing is known
    /// of folders here.
    pub fn of_bytes(bytes: &[u8]) -> Option<&OsStr> {
        std::str::from_utf8(bytes).ok().map(OsStr::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::ffi::OsString;

    /// All names of files that a listing hands over, and what lies beside them.
    fn all(mut listing: Listing) -> (Vec<OsString>, Vec<(OsString, Kind)>) {
        let (mut names, mut others) = (Names::default(), Vec::new());
        let mut beside = |name: &OsStr, kind| others.push((name.to_owned(), kind));
        while listing.more(&mut names, &mut beside).unwrap() {}
        assert_eq!(names.iter().count(), names.len());
        (names.iter().map(OsStr::to_owned).collect(), others)
    }

    #[test]
    fn every_entry_is_handed_over_once_and_known_ones_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut expected = BTreeSet::new();
        for n in 0..3_000 {
            let name = format!("客户-{n}.toml");
            std::fs::File::create(folder.path().join(&name)).unwrap();
            expected.insert(OsString::from(name));
        }
        for beside in [".hidden.toml", "notes.md"] {
            std::fs::File::create(folder.path().join(beside)).unwrap();
        }
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let (names, others) = all(Listing::open(folder.path()).unwrap());
        assert_eq!(names.len(), expected.len());
        assert_eq!(BTreeSet::from_iter(names), expected);
        assert_eq!(others, [("folder".into(), Kind::Folder)]);
        let bytes = contents(folder.path()).unwrap();
        let (names, others) = all(Listing::known(Arc::new(bytes.clone())));
        assert!(names.iter().eq(&expected));
        assert_eq!(others, [("folder".into(), Kind::Folder)]);
        assert!(files(&bytes).eq(&expected));
    }

    #[test]
    fn a_piece_of_what_is_known_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..10 {
            std::fs::File::create(folder.path().join(format!("{n}.toml"))).unwrap();
            std::fs::create_dir(folder.path().join(format!("{n}"))).unwrap();
        }
        let bytes = contents(folder.path()).unwrap();
        for cut in 0..bytes.len() {
            all(Listing::known(Arc::new(bytes[..cut].to_vec())));
            assert!(files(&bytes[..cut]).count() < 10);
        }
        assert_eq!(all(Listing::known(Arc::new(bytes))).1.len(), 10);
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
