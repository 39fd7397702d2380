//! What is remembered of files never changes what a report says: after any edits, renames, deletions,
//! restored times and settings, on any day, and whatever lies where the cache should.

#![cfg(unix)]

use crate::common::{Sandbox, day};
use crm::disk::ledger::Ledger;
use crm::report::Request;
use crm::report::funnel::funnel;
use crm::rules::query::Query;
use crm::table::sheet::Sheet;
use crm::value::date::Date;
use proptest::prelude::*;
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

/// So many prospects that their cache is written.
const COUNT: usize = 260;

const TODAY: &str = "2010-01-15";

fn file(root: &Path, n: usize) -> PathBuf {
    root.join(format!("prospects/p{n}.toml"))
}

/// A prospect, as many bytes of it in every column.
fn prospect(n: usize, stage: u8) -> String {
    let (month, owner) = (1 + n % 12, ["ann", "bob"][n % 2]);
    let stage =
        ["opportunity", "appointment", "25", "50", "closed", "lost"][usize::from(stage) % 6];
    format!(
        "name = \"客户 {n}\"\n\n[events]\n2009-{month:02}-03 = {{ kind = \"opened\", by = \"{owner}\", owner = \"{owner}\", value = {} }}\n2009-{month:02}-14 = {{ kind = \"imported\", stage = {stage:13}, reason = \"x\" }}\n",
        1000 + n,
        stage = format!("\"{stage}\"")
    )
}

fn ledger(count: usize) -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.write("crm.toml", "[ledger]\ncurrency = \"CNY\"\n");
    for n in 0..count {
        sandbox.write(&format!("prospects/p{n}.toml"), prospect(n, n as u8));
    }
    sandbox
}

/// The funnel, and how many files were read for it. The cache is asked `later` than now: a file that has
/// been left alone since the last tick of the clock counts as settled then.
fn made(root: &Path, on: Date, later: Option<Duration>) -> (Sheet, Option<usize>, usize) {
    let mut ledger = Ledger::open(root.to_owned(), root.to_owned()).unwrap();
    ledger.remember = later.map(|later| SystemTime::now() + later);
    let book = ledger.load(on);
    let query = Query::parse("", "query", &ledger.settings, on).unwrap();
    let sheet = funnel(&book, &Request::of(query)).map_err(|e| e.message.en().to_owned()).unwrap();
    (sheet, book.errors(), ledger.files_read.load(Ordering::Relaxed))
}

const AT_ONCE: Duration = Duration::from_secs(2);

/// The same with and without a cache; says how many files were read with it.
#[track_caller]
fn same(root: &Path, on: Date) -> usize {
    let (sheet, errors, _) = made(root, on, None);
    let (remembered, counted, read) = made(root, on, Some(AT_ONCE));
    assert_eq!(remembered, sheet, "on {on}");
    assert_eq!(counted, errors, "on {on}");
    read
}

/// Later than every file's time.
fn settle() {
    std::thread::sleep(Duration::from_millis(25));
}

#[test]
fn what_did_not_change_is_not_read_again() {
    let sandbox = ledger(COUNT);
    let root = sandbox.path();
    settle();
    assert_eq!(same(root, day(TODAY)), COUNT);
    assert_eq!(same(root, day(TODAY)), 0);
    // One that changed, one that is new, one that is gone.
    fs::write(file(root, 7), prospect(7, 2)).unwrap();
    fs::write(file(root, COUNT), prospect(COUNT, 2)).unwrap();
    fs::remove_file(file(root, 8)).unwrap();
    assert_eq!(same(root, day(TODAY)), 2);
    // On an earlier day those are read, too, whose last entry was to come.
    let read = (0..=COUNT).filter(|n| (n % 12 > 5 || [7, COUNT].contains(n)) && *n != 8);
    assert_eq!(same(root, day("2009-06-30")), read.count());
    // Other settings give other standings.
    sandbox.write("crm.toml", "[ledger]\ncurrency = \"CNY\"\ncycle_days = 3\n");
    assert_eq!(same(root, day(TODAY)), COUNT);
    assert_eq!(same(root, day(TODAY)), 0);
}

#[test]
fn a_file_is_not_remembered_before_it_has_settled() {
    let sandbox = ledger(COUNT);
    let root = sandbox.path();
    let read = || made(root, day(TODAY), Some(Duration::ZERO)).2;
    assert_eq!((read(), read()), (COUNT, COUNT));
}

#[test]
fn what_is_wrong_is_counted_every_time() {
    let sandbox = ledger(COUNT);
    let root = sandbox.path();
    let moved = "2009-12-20 = { kind = \"moved\", stage = \"90\" }\n";
    fs::write(file(root, 2), prospect(2, 0) + moved).unwrap();
    fs::write(file(root, 3), "name = ").unwrap();
    std::os::unix::fs::symlink(file(root, 4), file(root, COUNT)).unwrap();
    settle();
    same(root, day(TODAY));
    assert_eq!(same(root, day(TODAY)), 2);
    assert!(made(root, day(TODAY), Some(AT_ONCE)).1 >= Some(3));
    // Two files with one id.
    sandbox.write("prospects/a/P5.toml", prospect(5, 3));
    same(root, day(TODAY));
}

#[test]
fn what_is_no_file_hides_no_folder() {
    let sandbox = ledger(COUNT);
    let root = sandbox.path();
    for n in 0..3 {
        sandbox.write(&format!("prospects/y/q{n}.toml"), prospect(n, 2));
    }
    let _socket = std::os::unix::net::UnixListener::bind(root.join("prospects/x")).unwrap();
    settle();
    assert_eq!(same(root, day(TODAY)), COUNT + 3);
    assert_eq!(same(root, day(TODAY)), 0);
    fs::write(root.join("prospects/y/q1.toml"), prospect(1, 3)).unwrap();
    assert_eq!(same(root, day(TODAY)), 1);
}

#[test]
fn whatever_lies_in_its_place_is_no_cache() {
    let sandbox = ledger(COUNT);
    let root = sandbox.path();
    settle();
    same(root, day(TODAY));
    assert_eq!(fs::read_to_string(root.join(".crm/cache/.gitignore")).unwrap(), "*\n");
    let [cache, folders] = ["standings", "folders"].map(|name| root.join(".crm/cache").join(name));
    for (path, read) in [(&cache, COUNT), (&folders, 0)] {
        let whole = fs::read(path).unwrap();
        for bytes in [&whole[..whole.len() / 2], b"", b"crmrows3", &[0xff; 5000]] {
            fs::write(path, bytes).unwrap();
            assert_eq!(same(root, day(TODAY)), read);
            assert_eq!(fs::read(path).unwrap().len(), whole.len(), "it is made anew");
        }
    }
    // A piece that is not whole costs its own files alone.
    let mut bytes = fs::read(&cache).unwrap();
    bytes[100] ^= 1;
    fs::write(&cache, bytes).unwrap();
    assert!((1..COUNT).contains(&same(root, day(TODAY))));
    assert_eq!(same(root, day(TODAY)), 0);
    fs::remove_file(&cache).unwrap();
    fs::create_dir(&cache).unwrap();
    assert_eq!(same(root, day(TODAY)), COUNT);
    // Through a link nothing is written.
    let elsewhere = Sandbox::empty();
    fs::remove_dir_all(root.join(".crm")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), root.join(".crm")).unwrap();
    assert_eq!(same(root, day(TODAY)), COUNT);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn a_small_ledger_has_no_cache_and_who_wants_none_neither() {
    let small = ledger(10);
    settle();
    same(small.path(), day(TODAY));
    assert!(!small.path().join(".crm").exists());
    let large = ledger(COUNT);
    // The command itself goes by the real clock.
    std::thread::sleep(AT_ONCE);
    large.crm("report funnel --no-cache").ok();
    assert!(!large.path().join(".crm/cache").exists());
    let said = large.crm("report funnel -f json").ok();
    assert!(large.path().join(".crm/cache/standings").exists());
    assert_eq!(large.crm("report funnel -f json").ok(), said);
}

#[test]
fn those_that_are_killed_or_run_at_once_leave_a_cache_or_none() {
    // So many that what is new is written before all of it is there.
    let sandbox = ledger(2_000);
    let report = ["report", "funnel", "-f", "json"];
    std::thread::sleep(AT_ONCE);
    let begun = std::time::Instant::now();
    let said = sandbox.crm("report funnel -f json --no-cache").ok();
    let took = begun.elapsed();
    let at = |name| sandbox.path().join(".crm/cache").join(name);
    for fifths in 0..8 {
        let _ = fs::remove_file(at("standings"));
        let start = || {
            let mut command = sandbox.command();
            command.args(report).stdout(std::process::Stdio::null()).spawn().unwrap()
        };
        let mut running = [start(), start(), start()];
        std::thread::sleep(took * fifths / 5);
        running[2].kill().unwrap();
        for command in &mut running {
            command.wait().unwrap();
        }
        assert_eq!(sandbox.run(&report).ok(), said);
    }
    let _ = fs::remove_file(at("standings"));
    assert_eq!(sandbox.run(&report).ok(), said);
    assert!(at("standings").exists() && !at("standings.new").exists());
}

/// What may happen to a ledger between two reports.
#[derive(Debug, Clone)]
enum Deed {
    /// Another column, in as many bytes.
    Edit(usize, u8),
    /// The same, and the file's time is set back.
    Restore(usize, u8),
    /// Written beside it and renamed.
    Replace(usize, u8),
    Rename(usize, usize),
    Exchange(usize, usize),
    Delete(usize),
    /// To another folder, or back.
    Move(usize),
    /// In the place of a file.
    Link(usize, usize),
    Break(usize),
    Settings(u8),
    Look(i64),
    Wait,
}

fn deed() -> impl Strategy<Value = Deed> {
    let n = || 0usize..20;
    prop_oneof![
        (n(), 0u8..6).prop_map(|(n, stage)| Deed::Edit(n, stage)),
        (n(), 0u8..6).prop_map(|(n, stage)| Deed::Edit(n, stage)),
        (n(), 0u8..6).prop_map(|(n, stage)| Deed::Restore(n, stage)),
        (n(), 0u8..6).prop_map(|(n, stage)| Deed::Replace(n, stage)),
        (n(), n()).prop_map(|(a, b)| Deed::Rename(a, b)),
        (n(), n()).prop_map(|(a, b)| Deed::Exchange(a, b)),
        n().prop_map(Deed::Delete),
        n().prop_map(Deed::Move),
        (n(), n()).prop_map(|(n, to)| Deed::Link(n, to)),
        n().prop_map(Deed::Break),
        (0u8..3).prop_map(Deed::Settings),
        (0i64..400).prop_map(Deed::Look),
        (0i64..400).prop_map(Deed::Look),
        Just(Deed::Wait),
    ]
}

fn happen(root: &Path, deed: &Deed) {
    match deed {
        Deed::Edit(n, stage) => drop(fs::write(file(root, *n), prospect(*n, *stage))),
        Deed::Restore(n, stage) => {
            let path = file(root, *n);
            let before = fs::metadata(&path).and_then(|meta| meta.modified());
            let _ = fs::write(&path, prospect(*n, *stage));
            if let Ok(before) = before {
                let file = File::options().write(true).open(&path);
                let times = FileTimes::new().set_modified(before);
                file.and_then(|file| file.set_times(times)).unwrap();
            }
        }
        Deed::Replace(n, stage) => {
            let beside = root.join("beside");
            fs::write(&beside, prospect(*n, *stage)).unwrap();
            fs::rename(beside, file(root, *n)).unwrap();
        }
        Deed::Rename(a, b) => {
            let _ = fs::rename(file(root, *a), file(root, *b));
        }
        Deed::Exchange(a, b) => {
            let (first, second) = (fs::read(file(root, *a)), fs::read(file(root, *b)));
            if let (Ok(first), Ok(second)) = (first, second) {
                fs::write(file(root, *a), second).unwrap();
                fs::write(file(root, *b), first).unwrap();
            }
        }
        Deed::Delete(n) => {
            let _ = fs::remove_file(file(root, *n));
        }
        Deed::Move(n) => {
            let (here, there) = (file(root, *n), root.join(format!("prospects/a/p{n}.toml")));
            fs::create_dir_all(root.join("prospects/a")).unwrap();
            let _ = fs::rename(&here, &there).or_else(|_| fs::rename(&there, &here));
        }
        Deed::Link(n, to) => {
            let _ = fs::remove_file(file(root, *n));
            std::os::unix::fs::symlink(file(root, *to), file(root, *n)).unwrap();
        }
        Deed::Break(n) => drop(fs::write(file(root, *n), "name = ")),
        Deed::Settings(n) => {
            let text = format!("[ledger]\ncurrency = \"CNY\"\ncycle_days = {}\n", 10 * (n + 1));
            fs::write(root.join("crm.toml"), text).unwrap();
        }
        Deed::Look(days) => {
            same(root, day("2009-01-01").plus(*days));
        }
        Deed::Wait => settle(),
    }
}

/// Enough for some seconds; `PROPTEST_CASES` asks for more.
fn cases() -> ProptestConfig {
    let told = std::env::var_os("PROPTEST_CASES").is_some();
    if told { ProptestConfig::default() } else { ProptestConfig::with_cases(12) }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_report_with_the_cache_is_one_without(deeds in prop::collection::vec(deed(), 1..30)) {
        let sandbox = ledger(COUNT);
        let root = sandbox.path();
        settle();
        same(root, day(TODAY));
        for deed in &deeds {
            happen(root, deed);
        }
        same(root, day(TODAY));
    }
}
