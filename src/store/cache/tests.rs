//! What is put in comes out, and nothing else, whatever lies in the file.

use super::*;
use proptest::prelude::*;
use std::fs;
use std::io::Write;
use std::path::Path;

fn stamp(n: u64) -> Stamp {
    Stamp { size: n, modified: 2, changed: 3, inode: 4 }
}

/// Names come in any length, and in two folders.
fn name(n: u64) -> (&'static Path, String) {
    (Path::new(["a", "a/b"][n as usize % 2]), format!("{:0>1$}", n, 4 + n as usize % 90))
}

/// The bytes of a cache of so many rows, put there by two threads.
fn cache(count: u64) -> Vec<u8> {
    let mut names: Vec<_> = (0..count).map(|n| (name(n), n)).collect();
    names.sort();
    let mut parts = [Rows::default(), Rows::default()];
    for (batch, rows) in names.chunks(50).enumerate() {
        let part = &mut parts[batch % 2];
        for ((folder, name), n) in rows {
            if part.folder != folder.as_os_str().as_encoded_bytes() || part.apart {
                part.begin(folder);
            }
            part.push(name.as_ref(), stamp(*n), &n.to_le_bytes());
        }
        part.apart = true;
    }
    bytes_of(&Cache::default(), &parts)
}

fn bytes_of(old: &Cache, rows: &[Rows]) -> Vec<u8> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    old.write_rows(file.as_file_mut(), 9, rows).unwrap();
    fs::read(file.path()).unwrap()
}

fn opened(bytes: &[u8], seal: u64) -> Option<Cache> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    Cache::of(file, seal)
}

/// What is found of a row, with a cursor that was elsewhere before.
fn found(cache: &Cache, cursor: &mut Cursor, n: u64) -> Option<(RowAt, Vec<u8>)> {
    let (folder, name) = name(n);
    cache.enter(cursor, folder);
    let found = cache.find(cursor, name.as_ref())?.if_still(stamp(n));
    found.map(|(row, text)| (row, text.to_vec()))
}

#[test]
fn what_is_put_in_is_found_under_its_stamp_only() {
    for count in [0, 1, 2, 1000] {
        let cache = opened(&cache(count), 9).unwrap();
        assert!(count < 1000 || cache.pieces.len() > 4);
        let cursor = &mut Cursor::default();
        for n in (0..count).chain((0..count).rev().step_by(7)) {
            assert_eq!(found(&cache, cursor, n).unwrap().1, n.to_le_bytes());
            let (folder, name) = name(n);
            let row = cache.find(cursor, name.as_ref()).unwrap();
            assert!(row.if_still(stamp(n + 1)).is_none());
            assert!(cache.find(cursor, (name + "0").as_ref()).is_none());
            cache.enter(cursor, &folder.join("c"));
            assert!(cache.find(cursor, "0000".as_ref()).is_none());
        }
        assert!(found(&cache, cursor, count).is_none());
        assert!(!cursor.torn);
    }
    assert!(opened(&cache(3), 8).is_none(), "another seal");
    assert!(found(&Cache::default(), &mut Cursor::default(), 0).is_none());
}

#[test]
fn rows_are_kept_beside_new_ones() {
    let count = 1000;
    let old = opened(&cache(count), 9).unwrap();
    // Every seventh is gone, every eleventh is new.
    let mut names: Vec<_> = (0..count).filter(|n| n % 7 > 0).map(|n| (name(n), n)).collect();
    names.sort();
    let (mut rows, mut cursor) = (Rows::default(), Cursor::default());
    for ((folder, name), n) in &names {
        if rows.folder != folder.as_os_str().as_encoded_bytes() {
            rows.begin(folder);
        }
        match found(&old, &mut cursor, *n).filter(|_| n % 11 > 0) {
            Some((row, _)) => rows.keep(name.as_ref(), row),
            None => rows.push(name.as_ref(), stamp(*n), b"new"),
        }
    }
    assert!(rows.spans.len() < names.len() / 2);
    let cache = opened(&bytes_of(&old, &[rows]), 9).unwrap();
    for n in 0..count {
        let text = found(&cache, &mut cursor, n).map(|(_, text)| text);
        let expected = if n % 11 > 0 { n.to_le_bytes().to_vec() } else { b"new".to_vec() };
        assert_eq!(text, Some(expected).filter(|_| n % 7 > 0));
    }
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
    /// Cut short or changed by one byte, each row is what it was or not there.
    #[test]
    fn what_is_torn_is_not_believed(cut: usize, at: usize, bit in 0u32..8) {
        let whole = cache(300);
        let mut changed = whole.clone();
        let at = at % whole.len();
        changed[at] ^= 1 << bit;
        for bytes in [&whole[..cut % whole.len()], &changed] {
            let cursor = &mut Cursor::default();
            let left = opened(bytes, 9).map(|cache| {
                (0..300).filter_map(|n| Some((n, found(&cache, cursor, n)?.1))).collect::<Vec<_>>()
            });
            let left = left.unwrap_or_default();
            prop_assert!(left.iter().all(|(n, text)| *text == n.to_le_bytes()));
            prop_assert!(left.len() < 300);
            prop_assert!(left.is_empty() || cursor.torn);
        }
    }

    /// Even one that was made up with the right checksums gives no panic, and ends.
    #[test]
    fn what_is_made_up_does_no_harm(
        piece in prop::collection::vec(any::<u8>(), 0..200),
        index in prop::collection::vec(any::<u8>(), 0..200),
        lengths in (0u16..4, 0u16..8, any::<bool>()),
        n: u64,
    ) {
        let mut piece = piece;
        if lengths.2 && piece.len() > ROW {
            // A row that has a text.
            piece[32..ROW].copy_from_slice(&[lengths.0 as u8, 0, 3, 0, 0, 0]);
        }
        let at = (HEADER as u64, HEADER as u64 + piece.len() as u64);
        let mut listed = Place::of(at.0, &piece).unwrap().to_bytes().to_vec();
        listed.extend(lengths.0.to_le_bytes());
        listed.extend(lengths.1.to_le_bytes());
        listed.extend(&index);
        for index in [index, listed] {
            let place = Place::of(at.1, &index).unwrap().to_bytes();
            let bytes = [&MAGIC[..], &9u64.to_le_bytes(), &place, &piece, &index].concat();
            if let Some(cache) = opened(&bytes, 9) {
                let cursor = &mut Cursor::default();
                let _ = found(&cache, cursor, n);
                for at in 0..cache.pieces.len() {
                    let folder = &cache.index[cache.pieces[at].folder.clone()];
                    let folder = String::from_utf8_lossy(folder).into_owned();
                    cache.enter(cursor, Path::new(&folder));
                    let _ = cache.find(cursor, "~".as_ref());
                    let _ = cache.find(cursor, "".as_ref());
                }
            }
        }
    }
}
