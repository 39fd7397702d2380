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

/// Numbers in batches of up to so many, each of one folder and in the order of names.
fn batches(numbers: impl Iterator<Item = u64>, size: usize) -> Vec<Vec<u64>> {
    let mut names: Vec<_> = numbers.map(|n| (name(n), n)).collect();
    names.sort();
    let folders = names.chunk_by(|a, b| a.0.0 == b.0.0);
    let batches = folders.flat_map(|folder| folder.chunks(size));
    batches.map(|batch| batch.iter().map(|(_, n)| *n).collect()).collect()
}

/// The bytes of what two threads remember together, with the part of each: `each` is given a number and the
/// cursor of its thread.
fn written(
    old: &Cache,
    enough: usize,
    batches: [&[Vec<u64>]; 2],
    each: impl Fn(&mut Rows, &mut Cursor, u64) + Sync,
) -> Vec<u8> {
    let root = tempfile::tempdir().unwrap();
    let mut draft = old.draft(root.path(), "rows", 9);
    draft.enough = enough;
    let work = |batches: &[Vec<u64>]| {
        let (mut rows, mut cursor) = (Rows::default(), Cursor::default());
        for batch in batches {
            rows.begin(name(batch[0]).0);
            batch.iter().for_each(|n| each(&mut rows, &mut cursor, *n));
            draft.take(&mut rows);
        }
        rows
    };
    let parts = std::thread::scope(|scope| {
        let other = scope.spawn(|| work(batches[1]));
        [work(batches[0]), other.join().unwrap()]
    });
    draft.finish(parts);
    assert_eq!(beside(root.path()), [".gitignore", "rows"]);
    fs::read(root.path().join(".crm/cache/rows")).unwrap()
}

/// The names of files where caches are.
fn beside(root: &Path) -> Vec<String> {
    let listed = fs::read_dir(root.join(".crm/cache")).into_iter().flatten();
    let mut names: Vec<_> =
        listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The bytes of a cache of so many rows, always the same.
fn cache(count: u64) -> Vec<u8> {
    let batches = batches(0..count, 50);
    let (some, others) = batches.split_at(batches.len() / 3);
    written(&Cache::default(), usize::MAX, [others, some], push)
}

/// Adds a row that is found.
fn push(rows: &mut Rows, _: &mut Cursor, n: u64) {
    rows.push(name(n).1.as_ref(), stamp(n), &n.to_le_bytes());
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
fn a_draft_that_is_not_finished_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let old = Cache::default();
    let full = || {
        let mut rows = Rows::default();
        rows.begin(name(0).0);
        (0..2000).step_by(2).for_each(|n| push(&mut rows, &mut Cursor::default(), n));
        rows
    };
    let draft = old.draft(root.path(), "rows", 9);
    draft.take(&mut Rows::default());
    assert!(!root.path().join(".crm").exists());
    let mut rows = full();
    draft.take(&mut rows);
    draft.take(&mut rows);
    assert_eq!(beside(root.path()), [".gitignore", "rows.new"]);
    drop(draft);
    assert_eq!(beside(root.path()), [".gitignore"]);
    // What another left behind is taken away.
    fs::File::create(root.path().join(".crm/cache/rows.new")).unwrap();
    old.draft(root.path(), "rows", 9).finish([full()]);
    assert_eq!(beside(root.path()), [".gitignore", "rows"]);
}

#[test]
fn of_two_drafts_at_once_one_is_whole() {
    for first in [true, false] {
        let root = tempfile::tempdir().unwrap();
        let old = Cache::default();
        let [one, two] = [1, 2].map(|seal| {
            let mut draft = old.draft(root.path(), "rows", seal);
            draft.enough = 1;
            let mut rows = Rows::default();
            rows.begin(name(0).0);
            push(&mut rows, &mut Cursor::default(), 0);
            draft.take(&mut rows);
            rows.begin(name(1).0);
            push(&mut rows, &mut Cursor::default(), 1);
            (draft, rows)
        });
        let finish = |(draft, rows): (Draft, Rows)| draft.finish([rows]);
        if first {
            finish(one);
            finish(two);
        } else {
            drop(one);
            finish(two);
        }
        assert_eq!(beside(root.path()), [".gitignore", "rows"]);
        let cache = Cache::open(root.path(), "rows", 2);
        assert!((0..2).all(|n| found(&cache, &mut Cursor::default(), n).is_some()));
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
    /// Some are kept, some new, some gone; whichever thread has a batch, in whichever order they come, and
    /// whenever they are written.
    #[test]
    fn rows_are_kept_beside_new_ones(
        (gone, new) in (1u64..9, 1u64..40),
        batch in 1usize..90,
        order: prop::sample::Index,
        turns: Vec<bool>,
        enough in prop_oneof![Just(0), Just(usize::MAX), 1usize..50_000],
    ) {
        let count = 1000;
        let old = opened(&cache(count), 9).unwrap();
        let is_gone = |n: u64| gone > 1 && n.is_multiple_of(gone);
        let is_new = |n: u64| n.is_multiple_of(new);
        let text = |n: u64| if is_new(n) { b"new".to_vec() } else { n.to_le_bytes().to_vec() };
        let mut batches = batches((0..count).filter(|n| !is_gone(*n)), batch);
        let turned = order.index(batches.len());
        batches.rotate_left(turned);
        let mut turns = turns.into_iter().chain(std::iter::repeat(true));
        let (some, others): (Vec<_>, Vec<_>) =
            batches.into_iter().partition(|_| turns.next().unwrap());
        let bytes = written(&old, enough, [&some, &others], |rows, cursor, n| {
            match found(&old, cursor, n).filter(|_| !is_new(n)) {
                Some((row, _)) => rows.keep(row),
                None => rows.push(name(n).1.as_ref(), stamp(n), &text(n)),
            }
        });
        let cache = opened(&bytes, 9).unwrap();
        prop_assert!(cache.length() <= bytes.len() as u64);
        let cursor = &mut Cursor::default();
        for n in (0..count).chain((0..count).rev().step_by(7)) {
            let found = found(&cache, cursor, n).map(|(_, text)| text);
            prop_assert_eq!(found, Some(text(n)).filter(|_| !is_gone(n)));
        }
        prop_assert!(!cursor.torn);
    }

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
