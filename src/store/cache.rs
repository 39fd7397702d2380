//! What is remembered of files from one command to the next: a short text of bytes for each file, found
//! by the file's path and believed only while its stamp is the same. It can be deleted at any time, never
//! reaches git, and whatever is not whole or not of this program and these settings counts as none.
//!
//! ```text
//! magic  seal  checksum of the rest  |  slots  |  where rows are: a hash table  |  rows
//! ```
//!
//! All numbers are little-endian. A file of ours may be read while another command puts a new one in its
//! place: it is written beside it and renamed.

use super::root::PRIVATE;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::hash::Hasher;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The folder of caches, below the ledger's private one.
const FOLDER: &str = "cache";
/// The first bytes, and the version of all that follows them.
const MAGIC: [u8; 8] = *b"crmrows1";
/// Magic, seal and checksum.
const HEADER: usize = 8 + 8 + 4;
/// Path's hash, stamp, and the length of the text behind them.
const ROW: usize = 8 + 4 * 8 + 4;
/// So long a file must have been left alone before it is remembered: a file system whose clock ticks
/// slowly could give a later change the same time.
const SETTLED: Duration = Duration::from_secs(2);

/// What changes when a file does. The time of the last change to a file's state (`ctime`) cannot be set
/// by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Length in bytes.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub modified: i64,
    /// When it, its name or its rights last changed.
    pub changed: i64,
    /// Which file it is.
    pub inode: u64,
}

impl Stamp {
    /// Has the file been left alone for long enough before `now`, so that the next change to it will
    /// show? After git's rule for files that are "racily clean".
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let limit = now.checked_sub(SETTLED).and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let limit = limit.and_then(|since| i64::try_from(since.as_nanos()).ok());
        limit.is_some_and(|limit| self.modified.max(self.changed) < limit)
    }

    fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let numbers = [
            self.size.to_le_bytes(),
            self.modified.to_le_bytes(),
            self.changed.to_le_bytes(),
            self.inode.to_le_bytes(),
        ];
        bytes.as_chunks_mut::<8>().0.copy_from_slice(&numbers);
        bytes
    }
}

/// Rows to be written.
#[derive(Debug, Default)]
pub struct Rows(Vec<u8>);

impl Rows {
    /// Adds what is remembered of a file or folder.
    pub fn push(&mut self, path: u64, stamp: Stamp, text: &[u8]) {
        let Ok(length) = u32::try_from(text.len()) else { return };
        self.0.extend_from_slice(&path.to_le_bytes());
        self.0.extend_from_slice(&stamp.to_bytes());
        self.0.extend_from_slice(&length.to_le_bytes());
        self.0.extend_from_slice(text);
    }

    /// Adds a row that was found, as it is.
    pub fn keep(&mut self, cache: &Cache, row: RowAt) {
        self.0.extend_from_slice(cache.row(row).unwrap_or_default());
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds rows of another thread.
    pub fn append(&mut self, mut other: Rows) {
        self.0.append(&mut other.0);
    }
}

/// Which row of a cache.
#[derive(Debug, Clone, Copy)]
pub struct RowAt(u32);

/// What was remembered, as it stands in its file.
#[derive(Debug, Default)]
pub struct Cache {
    bytes: Vec<u8>,
    /// A power of two; zero in an empty cache.
    slots: usize,
}

impl Cache {
    /// The cache of a name, if there is one of this seal.
    pub fn load(root: &Path, name: &str, seal: u64) -> Cache {
        read(&root.join(PRIVATE).join(FOLDER).join(name))
            .and_then(|bytes| Cache::of(bytes, seal))
            .unwrap_or_default()
    }

    /// The cache in these bytes, if they are one and whole.
    fn of(bytes: Vec<u8>, seal: u64) -> Option<Cache> {
        let header = [&MAGIC[..], &seal.to_le_bytes()].concat();
        let rest = bytes.get(HEADER..)?;
        let sum = bytes.get(header.len()..HEADER)?;
        let slots = u32::from_le_bytes(*rest.first_chunk()?) as usize;
        let whole = bytes.starts_with(&header)
            && (slots.is_power_of_two() && rest.len() / 4 > slots)
            && crc32fast::hash(rest).to_le_bytes() == sum;
        whole.then_some(Cache { bytes, slots })
    }

    /// What is remembered of the file at a path, given as its hash, if its stamp is the same. Files come in
    /// the order in which they came before, so it stands most likely behind the row that was found last.
    pub fn find(&self, path: u64, stamp: &Stamp, last: Option<RowAt>) -> Option<(RowAt, &[u8])> {
        let next = last.and_then(|last| self.behind(last));
        let at = next.and_then(|next| self.is_of(next, path)).or_else(|| self.look_up(path))?;
        let (known, text) = self.row(at)?.get(8..)?.split_first_chunk()?;
        (*known == stamp.to_bytes()).then_some((at, text.get(4..)?))
    }

    /// The row of a path, by the table.
    fn look_up(&self, path: u64) -> Option<RowAt> {
        let first = (path as usize) & self.slots.wrapping_sub(1);
        for slot in (first..self.slots).chain(0..first) {
            let found = self.is_of(self.taken(slot)?, path);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Where the row behind another one would begin.
    fn behind(&self, row: RowAt) -> Option<RowAt> {
        let length = u32::try_from(self.row(row)?.len()).ok()?;
        row.0.checked_add(length).map(RowAt)
    }

    /// The same row, if it is that of a path.
    fn is_of(&self, at: RowAt, path: u64) -> Option<RowAt> {
        let of = self.row(at)?.first_chunk()?;
        (u64::from_le_bytes(*of) == path).then_some(at)
    }

    /// The row of a slot, if it is taken.
    fn taken(&self, slot: usize) -> Option<RowAt> {
        let start = self.bytes.get(HEADER + 4 + slot * 4..)?.first_chunk()?;
        Some(RowAt(u32::from_le_bytes(*start))).filter(|at| at.0 > 0)
    }

    fn row(&self, RowAt(at): RowAt) -> Option<&[u8]> {
        let row = self.bytes.get(HEADER + at as usize..)?;
        row.get(..length(row)?)
    }

    /// Puts rows in the place of what was remembered under a name. Who may not write here, or has no room,
    /// remembers nothing: that is no error of the command.
    pub fn save(root: &Path, name: &str, seal: u64, rows: &Rows) {
        if let Some(bytes) = in_one(&rows.0, seal) {
            let _ = write(root, name, &bytes);
        }
    }
}

/// The length of the row that begins here.
fn length(row: &[u8]) -> Option<usize> {
    let text = u32::from_le_bytes(*row.get(ROW - 4..)?.first_chunk()?);
    usize::try_from(text).ok()?.checked_add(ROW)
}

/// A path as a number.
pub fn hash(folder: &Path, name: &OsStr) -> u64 {
    let mut hash = fnv::FnvHasher::default();
    hash.write(folder.as_os_str().as_encoded_bytes());
    hash.write_u8(b'/');
    hash.write(name.as_encoded_bytes());
    hash.finish()
}

/// The bytes of a cache of these rows; none if they are too many for one.
fn in_one(rows: &[u8], seal: u64) -> Option<Vec<u8>> {
    let mut starts: Vec<(u64, usize)> = Vec::new();
    let mut at = 0;
    while let Some(row) = rows.get(at..).filter(|rest| !rest.is_empty()) {
        starts.push((u64::from_le_bytes(*row.first_chunk()?), at));
        at += length(row)?;
    }
    let slots = (starts.len() * 2).next_power_of_two();
    let before = 4 + slots * 4;
    let mut table = vec![0u32; slots];
    for (path, start) in starts {
        let mut slot = (path as usize) & (slots - 1);
        while table[slot] != 0 {
            slot = (slot + 1) & (slots - 1);
        }
        table[slot] = u32::try_from(before + start).ok()?;
    }
    let mut rest = u32::try_from(slots).ok()?.to_le_bytes().to_vec();
    rest.extend(table.iter().flat_map(|start| start.to_le_bytes()));
    rest.extend_from_slice(rows);
    let sum = crc32fast::hash(&rest).to_le_bytes();
    Some([&MAGIC[..], &seal.to_le_bytes(), &sum, &rest].concat())
}

/// The bytes of a plain file of a size that ours may have; links are not followed.
fn read(path: &Path) -> Option<Vec<u8>> {
    let meta = fs::symlink_metadata(path).ok()?;
    if !meta.is_file() || meta.len() > u64::from(u32::MAX) {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn write(root: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let private = root.join(PRIVATE);
    let folder = private.join(FOLDER);
    if private.is_symlink() || folder.is_symlink() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    fs::create_dir_all(&folder)?;
    // Never in git, even where nobody has told git so.
    if let Ok(mut ignore) = create_new(&folder.join(".gitignore")) {
        ignore.write_all(b"*\n")?;
    }
    // Always of one name, so that who is killed here leaves nothing that another does not take away. Two at
    // once may spoil each other's, which the checksum tells.
    let beside = folder.join(format!("{name}.new"));
    let _ = fs::remove_file(&beside);
    create_new(&beside)?.write_all(bytes)?;
    fs::rename(&beside, folder.join(name))
}

/// A file that is not there yet; never through a link.
fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stamp(n: u64) -> Stamp {
        Stamp { size: n, modified: 2, changed: 3, inode: 4 }
    }

    fn cache(count: u64) -> Vec<u8> {
        let mut rows = Rows::default();
        for path in 0..count {
            // Hashes that fall on few slots.
            rows.push(((path % 7) << 32) | (path << 3), stamp(path), &path.to_le_bytes());
        }
        in_one(&rows.0, 9).unwrap()
    }

    #[test]
    fn what_is_put_in_is_found_under_its_stamp_only() {
        for count in [0, 1, 2, 100] {
            let cache = Cache::of(cache(count), 9).unwrap();
            let mut last = None;
            for path in 0..count {
                let hash = ((path % 7) << 32) | (path << 3);
                let found = cache.find(hash, &stamp(path), last).unwrap();
                assert_eq!(found.1, path.to_le_bytes());
                assert!(cache.find(hash, &stamp(path + 1), last).is_none());
                assert!(cache.find(hash + 1, &stamp(path), last).is_none());
                assert_eq!(cache.find(hash, &stamp(path), None).unwrap().1, found.1);
                // Every third row is looked for behind another one than that before it.
                last = Some(found.0).filter(|_| path % 3 > 0).or(last);
            }
            assert!(cache.find(u64::MAX, &stamp(0), last).is_none());
        }
        assert!(Cache::of(cache(3), 8).is_none(), "another seal");
        assert!(Cache::default().find(0, &stamp(0), None).is_none());
    }

    #[test]
    fn a_file_settles_in_two_seconds() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let stamp = Stamp { size: 0, modified: 10_000_000_000, changed: 20_000_000_000, inode: 0 };
        assert!(!stamp.is_settled(at(22)));
        assert!(stamp.is_settled(at(23)));
        assert!(!stamp.is_settled(UNIX_EPOCH));
    }

    proptest! {
        /// Cut short or changed by one byte it is no cache any more.
        #[test]
        fn what_is_torn_is_none(cut in 0usize..400, at in 0usize..400, bit in 0u32..8) {
            let whole = cache(5);
            prop_assert!(Cache::of(whole.get(..cut % whole.len()).unwrap().to_vec(), 9).is_none());
            let mut changed = whole.clone();
            let at = at % whole.len();
            changed[at] ^= 1 << bit;
            prop_assert!(Cache::of(changed, 9).is_none());
        }

        /// Even one that was made up with the right checksum gives no panic, and ends.
        #[test]
        fn what_is_made_up_does_no_harm(mut rest in prop::collection::vec(any::<u8>(), 4..200), path: u64, slots in 0u32..6, last: u32) {
            rest[..4].copy_from_slice(&(1u32 << slots).to_le_bytes());
            let sum = crc32fast::hash(&rest).to_le_bytes();
            let bytes = [&MAGIC[..], &9u64.to_le_bytes(), &sum, &rest].concat();
            if let Some(cache) = Cache::of(bytes, 9) {
                let _ = cache.find(path, &stamp(0), Some(RowAt(last)));
            }
        }
    }
}
