//! The ledger is always the old or the new state: `crm` is killed before, after and in the middle of
//! every call that changes a file, over random operations; calls fail as on a full, broken or protected
//! disk; and the power goes, with all that was not synced in doubt.
//!
//! A shim between the program and the C library (`shim.c`) counts the calls and does the harm, so
//! these tests need Linux and a C compiler. What they find depends on the seed alone.
//! `CRM_CRASH_OPERATIONS=1000 cargo test --test it crash:: -- --nocapture` is the long run, in which no
//! call is left out; `CRM_CRASH_SEED` chooses another one.

#![cfg(target_os = "linux")]

mod disk;

use crate::common::{Sandbox, TODAY, run, split};
use crm::disk::recover::recover;
use crm::disk::write::Writer;
use disk::{Call, Disk, calls};
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A ledger's files by their path below it.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

// ---- the shim ----

/// The compiled shim.
static SHIM: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/crash/shim.c");
    let shim = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash-shim.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(source).arg("-ldl");
    run(&mut compiler).ok();
    shim
});

/// Harm at one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    KilledBefore,
    KilledAfter,
    /// Half of a write is done.
    KilledWithin,
    /// The call fails.
    Fails(Failing),
    /// It and every later one fail.
    FailsFromHere(Failing),
}

/// Errors of Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failing {
    Interrupted = 4,
    InputOutput = 5,
    Denied = 13,
    Full = 28,
    ReadOnly = 30,
}

/// What came of a command under the shim.
struct Outcome {
    status: Option<i32>,
    killed: bool,
    stderr: String,
    calls: Vec<Call>,
}

fn shimmed(
    shim: &Path,
    ledger: &Sandbox,
    words: &[String],
    harm: Option<(usize, Harm)>,
) -> Outcome {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = ledger.command();
    command.args(words).env("LD_PRELOAD", shim).env("CRM_SHIM_ROOT", ledger.path());
    match harm {
        None => {
            command.env("CRM_SHIM_LOG", log.path());
        }
        Some((at, harm)) => {
            command.env("CRM_SHIM_AT", at.to_string());
            let how = match harm {
                Harm::KilledBefore => "before".to_owned(),
                Harm::KilledAfter => "after".to_owned(),
                Harm::KilledWithin => "half".to_owned(),
                Harm::Fails(error) | Harm::FailsFromHere(error) => (error as i32).to_string(),
            };
            command.env("CRM_SHIM_HOW", how);
            if matches!(harm, Harm::FailsFromHere(_)) {
                command.env("CRM_SHIM_STAYS", "1");
            }
        }
    }
    let output = command.output().unwrap();
    Outcome {
        status: output.status.code(),
        killed: output.status.signal() == Some(9),
        stderr: String::from_utf8(output.stderr).unwrap(),
        calls: calls(&std::fs::read(log.path()).unwrap()),
    }
}

// ---- files ----

fn files(folder: &Path) -> Files {
    fn collect(top: &Path, folder: &Path, files: &mut Files) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(top, &path, files);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                files.insert(path.strip_prefix(top).unwrap().to_owned(), bytes);
            }
        }
    }
    let mut found = Files::new();
    collect(folder, folder, &mut found);
    found
}

fn put(files: &Files) -> Sandbox {
    let sandbox = Sandbox::empty();
    for (path, bytes) in files {
        sandbox.write(path.to_str().unwrap(), bytes);
    }
    sandbox
}

/// Is this a file of git's, or of the program's own?
fn is_private(path: &Path) -> bool {
    path.starts_with(".crm") || path.starts_with(".git")
}

/// Without the program's own folders.
fn ledger_of(files: &Files) -> Files {
    files
        .iter()
        .filter(|(path, _)| !is_private(path))
        .map(|(p, b)| (p.clone(), b.clone()))
        .collect()
}

/// What a cut-short write left beside the ledger's files.
fn left_over(files: &Files) -> Vec<&Path> {
    let kept = [".crm/lock", ".crm/.gitignore", ".git/HEAD", ".git/crm/lock"].map(Path::new);
    // The notes by which writes are taken back stay.
    let is_note = |path: &Path| path.starts_with(".crm/undo") || path.starts_with(".git/crm/undo");
    let is_kept = |path: &Path| kept.contains(&path) || is_note(path);
    let own = files.keys().filter(|path| is_private(path) && !is_kept(path));
    own.map(PathBuf::as_path).collect()
}

// ---- operations ----

const SETTINGS: &str = "[ledger]\nfan_out = FAN_OUT\n\
    [[rep]]\nid = \"liuyan\"\n[[rep]]\nid = \"heting\"\n[pool]\nrecycle_days = 25\n";

/// A ledger that changes by one random operation after the other.
struct World {
    files: Files,
    disk: Disk,
    day: u32,
    number: u32,
    random: fastrand::Rng,
    /// CSV files to import, outside of the ledger.
    outside: Sandbox,
}

impl World {
    fn new(seed: u64) -> World {
        let mut random = fastrand::Rng::with_seed(seed);
        let sandbox =
            Sandbox::with_settings(&SETTINGS.replace("FAN_OUT", &random.bool().to_string()));
        // In a repository lock and journal are in another folder than the new texts.
        if seed.is_multiple_of(2) {
            sandbox.write(".git/HEAD", "ref: refs/heads/main\n");
        }
        for number in 0..8 {
            let owner = ["liuyan", "heting", ""][number % 3];
            let opened =
                format!("2009-09-01-1-aaa = {{ kind = \"opened\", owner = \"{owner}\" }}\n");
            let met = "2009-09-03-1 = { kind = \"meeting\", stage = \"25\", next = 2009-12-30 }\n";
            let events = opened + if number % 2 == 0 { met } else { "" };
            let facts = format!("name = \"客户 {number}\"\n");
            let text = format!("{facts}\n[events]\n{events}");
            let text = if random.bool() { text } else { text.replace('\n', "\r\n") };
            sandbox.write(&format!("prospects/p{number}.toml"), text);
        }
        let files = files(sandbox.path());
        let disk = Disk::new(&files);
        World { disk, files, day: 0, number: 0, random, outside: Sandbox::empty() }
    }

    fn ids(&self) -> Vec<String> {
        let prospects = self.files.keys().filter(|path| path.starts_with("prospects"));
        prospects.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    }

    fn operation(&mut self) -> Vec<String> {
        self.number += 1;
        self.day += [0, 0, 1, 4][self.random.usize(0..4)];
        let ids = self.ids();
        let some = ids[self.random.usize(0..ids.len())].clone();
        let several = self.random.choose_multiple(&ids, 1 + self.number as usize % 4).into_iter();
        let several = several.cloned().collect::<Vec<_>>().join(" ");
        let number = self.number;
        let line = match self.random.u32(0..16) {
            0 | 1 if ids.len() < 24 => format!("add '新客户 {number}' --anyway --owner liuyan"),
            0..=3 => format!("log {several} note --note 'entry {number}, said \"yes\"'"),
            4 => format!("log {several} meeting --next tomorrow --reached"),
            5 => format!(
                "advance {some} --confirm right-person,fit --next tomorrow --force 'because {number}'"
            ),
            6 => format!("back {some} --reason 'no budget'"),
            7 => format!("undo {some}"),
            8 => format!("tally liuyan --dials {number}"),
            9 | 10 => "sweep --apply".to_owned(),
            11 => "recycle --apply".to_owned(),
            12 => "allocate --apply".to_owned(),
            13 => format!("assign {several} --to heting --force 'for {number}'"),
            _ => self.import(&ids),
        };
        let mut words = split(&line);
        let day = crm::value::date::Date::parse(TODAY).unwrap().plus(self.day.into());
        words.extend(["--as-of".to_owned(), day.to_string()]);
        words
    }

    /// Rows of new prospects, and one more row for a known one.
    fn import(&mut self, ids: &[String]) -> String {
        let mut text = "id,name,note,value\n".to_owned();
        let new = if ids.len() < 24 { self.random.u32(0..5) } else { 0 };
        for row in 0..new {
            text.push_str(&format!("n{}-{row},新 {row},\"two\nlines\",{row}00\n", self.number));
        }
        for id in self.random.choose_multiple(ids, 2) {
            text.push_str(&format!("{id},x,imported {},1\n", self.number));
        }
        self.outside.write("rows.csv", text);
        let file = self.outside.path().join("rows.csv");
        format!("import {} --date today", file.display())
    }
}

// ---- the tests' eyes ----

/// Both states of an operation, and what to say when something is wrong.
struct Change<'a> {
    words: &'a [String],
    old: Files,
    new: Files,
}

impl Change<'_> {
    /// Which files were old or new after the loss, and are after the next start.
    fn compared(&self, lost: &Files, there: &Files) -> String {
        let state = |files: &Files, path: &Path| match files.get(path) {
            bytes if bytes == self.old.get(path) => "old",
            bytes if bytes == self.new.get(path) => "new",
            Some(_) => "neither",
            None => "missing",
        };
        let own = lost.iter().filter(|(path, _)| is_private(path));
        let own = own.map(|(path, bytes)| {
            format!("{}: {:?}\n", path.display(), String::from_utf8_lossy(bytes))
        });
        let changed = self.new.keys().filter(|path| self.old.get(*path) != self.new.get(*path));
        let changed = changed.map(|path| {
            format!("{}: {}, then {}\n", path.display(), state(lost, path), state(there, path))
        });
        own.chain(changed).collect()
    }

    /// After a kill: every file is old or new, the next start makes all of them old or all new, and the
    /// next writer leaves nothing behind. Which of the two it is.
    #[track_caller]
    fn settled(&self, ledger: &Sandbox, by_command: bool, how: &dyn std::fmt::Debug) -> bool {
        let there = files(ledger.path());
        for (path, bytes) in ledger_of(&there) {
            assert!(
                self.old.get(&path) == Some(&bytes) || self.new.get(&path) == Some(&bytes),
                "half a file: {} after {how:?} of {:?}",
                path.display(),
                self.words
            );
        }
        if by_command {
            ledger.crm("list -f ids").done();
        } else {
            recover(ledger.path()).unwrap();
        }
        let there = ledger_of(&files(ledger.path()));
        let is_new = there == self.new;
        assert!(
            is_new || there == self.old,
            "a mixture of old and new after {how:?} of {:?}",
            self.words
        );
        if by_command {
            ledger.crm("log p0 note --as-of 2012-01-01").done();
        } else {
            drop(Writer::open(ledger.path()).unwrap());
            assert_eq!(ledger_of(&files(ledger.path())), there);
        }
        let after = files(ledger.path());
        assert_eq!(left_over(&after), [""; 0].map(Path::new), "after {how:?} of {:?}", self.words);
        is_new
    }

    /// After an error: it was said, and nothing was changed; or it was overcome.
    #[track_caller]
    fn refused(
        &self,
        ledger: &Sandbox,
        outcome: &Outcome,
        harm: Harm,
        how: &dyn std::fmt::Debug,
    ) -> bool {
        let Outcome { status, stderr, .. } = outcome;
        let there = ledger_of(&files(ledger.path()));
        let said = || format!("{how:?} of {:?}: {status:?} {stderr}", self.words);
        match status {
            Some(0) => {
                assert!(there == self.new, "done, but not in full: {}", said());
                assert!(self.settled(ledger, false, how));
                true
            }
            Some(3) => {
                assert!(stderr.starts_with("error["), "{}", said());
                let cut_short = stderr.contains("the write was cut short");
                if cut_short {
                    assert!(matches!(harm, Harm::FailsFromHere(_)), "{}", said());
                    self.settled(ledger, false, how);
                } else {
                    assert!(there == self.old, "refused, but written: {}", said());
                    let after_all = self.settled(ledger, false, how) && self.old != self.new;
                    assert!(!after_all, "finished after all: {}", said());
                }
                false
            }
            _ => panic!("{}", said()),
        }
    }
}

/// How often what happened.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    operations: u32,
    refused: u32,
    several: u32,
    calls: usize,
    kills: u32,
    errors: u32,
    overcome: u32,
    power_losses: u32,
    new: u32,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Figures) {
        self.operations += other.operations;
        self.refused += other.refused;
        self.several += other.several;
        self.calls += other.calls;
        self.kills += other.kills;
        self.errors += other.errors;
        self.overcome += other.overcome;
        self.power_losses += other.power_losses;
        self.new += other.new;
    }
}

/// The harm that can be done at a call: kills and errors.
fn harms(call: &Call, last: bool) -> (Vec<Harm>, Vec<Harm>) {
    let mut kills = vec![Harm::KilledBefore];
    let mut errors = vec![
        Harm::Fails(Failing::InputOutput),
        Harm::Fails(Failing::Denied),
        Harm::FailsFromHere(Failing::Full),
        Harm::FailsFromHere(Failing::ReadOnly),
    ];
    if call.kind == "write" {
        kills.push(Harm::KilledWithin);
    }
    if ["write", "create", "open", "sync", "sync-all"].contains(&call.kind.as_str()) {
        errors.push(Harm::Fails(Failing::Interrupted));
    }
    if last {
        kills.push(Harm::KilledAfter);
    }
    (kills, errors)
}

/// One operation, killed at every call, and with an error at every call; or so many of those points.
fn examine(world: &mut World, shim: &Path, at_most: usize) -> Figures {
    let words = world.operation();
    examine_words(world, words, shim, at_most)
}

/// That of a command.
fn examine_words(world: &mut World, words: Vec<String>, shim: &Path, at_most: usize) -> Figures {
    let unharmed = put(&world.files);
    let outcome = shimmed(shim, &unharmed, &words, None);
    let after = files(unharmed.path());
    let change = Change { words: &words, old: ledger_of(&world.files), new: ledger_of(&after) };
    if outcome.status == Some(1) {
        assert_eq!(change.old, change.new, "refused, but written: {words:?}");
        outcome.calls.iter().for_each(|call| world.disk.make(call));
        world.files = after;
        return Figures { refused: 1, ..Figures::default() };
    }
    assert_eq!(outcome.status, Some(0), "{words:?}: {}", outcome.stderr);
    assert_eq!(left_over(&after), [""; 0].map(Path::new), "{words:?}");
    let total = outcome.calls.len();
    let mut figures = Figures { operations: 1, calls: total, ..Figures::default() };
    let differing = change.new.iter().filter(|(path, bytes)| change.old.get(*path) != Some(bytes));
    figures.several = u32::from(differing.count() > 1);
    let mut points: Vec<(usize, Harm)> = Vec::new();
    for (position, call) in outcome.calls.iter().enumerate() {
        let (mut kills, mut errors) = harms(call, position + 1 == total);
        world.random.shuffle(&mut errors);
        kills.extend(errors.into_iter().take(1));
        points.extend(kills.into_iter().map(|harm| (position + 1, harm)));
    }
    world.random.shuffle(&mut points);
    for (number, (at, harm)) in points.into_iter().take(at_most).enumerate() {
        let ledger = put(&world.files);
        let outcome = shimmed(shim, &ledger, &words, Some((at, harm)));
        let how = (at, harm);
        if outcome.killed {
            figures.kills += 1;
            let new = change.settled(&ledger, number % 20 == 0, &how);
            figures.new += u32::from(new);
            continue;
        }
        figures.errors += 1;
        let overcome = change.refused(&ledger, &outcome, harm, &how);
        figures.overcome += u32::from(overcome);
        assert!(
            overcome || harm != Harm::Fails(Failing::Interrupted),
            "{words:?}: {}",
            outcome.stderr
        );
    }
    for (position, call) in outcome.calls.iter().enumerate() {
        world.disk.make(call);
        let last = position + 1 == total;
        let states = if at_most < usize::MAX { usize::from(last || position % 4 == 0) } else { 4 };
        for _ in 0..states {
            figures.power_losses += 1;
            let lost = world.disk.after_power_loss(&mut world.random);
            let ledger = put(&lost);
            recover(ledger.path()).unwrap();
            let there = ledger_of(&files(ledger.path()));
            let is_new = there == change.new;
            assert!(
                is_new || there == change.old && !last,
                "after a power loss at call {} of {total} of {words:?}:\n{}",
                position + 1,
                change.compared(&lost, &there)
            );
        }
    }
    world.files = after;
    figures
}

#[test]
fn whatever_happens_the_ledger_is_old_or_new() {
    let shim = &*SHIM;
    let told = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let long: Option<u32> = told("CRM_CRASH_OPERATIONS").map(|number: u64| number as u32);
    let seed = told("CRM_CRASH_SEED").unwrap_or(1);
    let (operations, at_most, each) =
        long.map_or((24, 10, 12), |operations| (operations, usize::MAX, 25));
    let started = std::time::Instant::now();
    let work = |half: u64| {
        let mut figures = Figures::default();
        let mut worlds = 0;
        while figures.operations < operations / 2 {
            worlds += 1;
            let mut world = World::new(seed * 1_000_000 + worlds * 2 + half);
            let until = (figures.operations + each).min(operations / 2);
            while figures.operations < until {
                figures += examine(&mut world, shim, at_most);
            }
        }
        figures
    };
    let figures = std::thread::scope(|scope| {
        let other = scope.spawn(|| work(1));
        let mut figures = work(0);
        figures += other.join().unwrap();
        figures
    });
    println!("{figures:?} in {} s", started.elapsed().as_secs());
}

#[test]
fn the_shim_sees_every_call() {
    let shim = &*SHIM;
    for seed in [0, 1] {
        let mut world = World::new(seed);
        let ledger = put(&world.files);
        let words = split("log p0 p1 note");
        let outcome = shimmed(shim, &ledger, &words, None);
        assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
        // If a call went past the shim, the model would not arrive where the disk did.
        outcome.calls.iter().for_each(|call| world.disk.make(call));
        let mut arrived = world.disk.after_power_loss(&mut world.random);
        let mut there = files(ledger.path());
        for files in [&mut arrived, &mut there] {
            files.retain(|path, _| !is_private(path));
        }
        assert_eq!(arrived, there);
    }
}

#[test]
fn many_files_are_made_durable_by_one_call() {
    let shim = &*SHIM;
    for (rows, together) in [(1, 0), (3, 0), (4, 1), (40, 1)] {
        let ledger = Sandbox::ledger();
        let lines: String = (0..rows).map(|row| format!("n{row},N{row}\n")).collect();
        ledger.write("rows.csv", format!("id,name\n{lines}"));
        let words = split("import rows.csv --date today");
        let outcome = shimmed(shim, &ledger, &words, None);
        assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
        let count = |kind: &str| outcome.calls.iter().filter(|call| call.kind == kind).count();
        assert_eq!(count("sync-all"), together, "{rows} rows");
        // Folders and the journal, and the files where they are few.
        assert!(count("sync") <= 12, "{rows} rows: {} syncs", count("sync"));
    }
}

#[test]
fn a_customer_and_its_prospects_are_written_together_or_not_at_all() {
    let shim = &*SHIM;
    for seed in [0, 1] {
        let mut world = World::new(seed);
        let words = split("add --customer 浦江 --id pujiang --from p0 --from p1");
        let figures = examine_words(&mut world, words, shim, 30);
        assert_eq!((figures.operations, figures.several, figures.refused), (1, 1, 0));
        let has = |path: &str, part: &str| {
            let file = world.files.iter().find(|(there, _)| there.ends_with(path)).unwrap();
            assert!(String::from_utf8_lossy(file.1).contains(part), "{path}");
        };
        has("pujiang.toml", "浦江");
        ["p0.toml", "p1.toml"].into_iter().for_each(|path| has(path, "account"));
    }
}
