//! Wakes one fault after another, and runs the tests that reach it until one fails. Which tests reach which
//! faults is found first: each test runs once by itself, and notes the faults that it comes by.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

/// Modules of `it` that do not take part: what documents hold can be blessed away, and the others are about words,
/// files, git, terminals and browsers. They might catch more, and would take most of the time.
const SKIPPED: [&str; 16] = [
    "docs",
    "layers",
    "words",
    "browser",
    "crash",
    "concurrency",
    "hostile",
    "errors",
    "folding",
    "merge",
    "write",
    "doctor",
    "start",
    "git_check",
    "git_guard",
    "git_merge",
];

/// Tests of `it` that run in one process. The first failure ends it.
const TOGETHER: usize = 16;

/// Which faults are drawn: `count` of them (0 = all), in an order that `seed` makes, after the first `skip`. A fault
/// keeps its place in the order while its file has the code of it as often as before.
pub struct Draw {
    pub count: usize,
    pub seed: usize,
    pub skip: usize,
}

struct Fault {
    number: u32,
    /// The line as it was printed, without the number.
    shown: String,
    place: u64,
}

struct Test<'p> {
    program: &'p str,
    name: String,
    /// The faults that it reaches.
    reaches: BTreeSet<u32>,
    took: Duration,
}

/// Counts what the tests catch, and prints what they do not.
pub fn run(faults: &Path, programs: [&str; 2], draw: &Draw) {
    let drawn = drawn(&std::fs::read_to_string(faults).unwrap(), draw);
    let folder = faults.with_file_name("trace");
    let tests = traced(programs.iter().flat_map(|program| tests_of(program)).collect(), &folder);
    let (waiting, survivors) = (Mutex::new(drawn.iter()), Mutex::new(Vec::new()));
    in_parallel(|| {
        loop {
            let next = waiting.lock().unwrap().next();
            let Some(fault) = next else { return };
            let mut reaching: Vec<&Test> =
                tests.iter().filter(|test| test.reaches.contains(&fault.number)).collect();
            reaching.sort_by_key(|test| (test.program != programs[0], test.took));
            let (lib, it): (Vec<&Test>, Vec<&Test>) =
                reaching.into_iter().partition(|test| test.program == programs[0]);
            let caught = fails(&lib, fault.number)
                || it.chunks(TOGETHER).any(|some| fails(some, fault.number));
            eprintln!("{}\t{}", if caught { "caught" } else { "SURVIVED" }, fault.shown);
            if !caught {
                let by = lib.len() + it.len();
                survivors.lock().unwrap().push(by);
                println!("{}\t{}\treached by {by} tests", fault.number, fault.shown);
            }
        }
    });
    let survivors = survivors.into_inner().unwrap();
    let (all, caught) = (drawn.len(), drawn.len() - survivors.len());
    let unreached = survivors.iter().filter(|by| **by == 0).count();
    let (share, low, high) = interval(caught as f64, all as f64);
    println!(
        "{caught} of {all} faults were caught: {share:.1} % (95 %: {low:.1} to {high:.1} %); no test reaches {unreached}"
    );
}

/// The share in percent, with its 95 % interval after Wilson.
fn interval(k: f64, n: f64) -> (f64, f64, f64) {
    let (p, z) = (k / n, 1.96_f64);
    let (middle, scale) = (p + z * z / (2.0 * n), 1.0 + z * z / n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (100.0 * p, 100.0 * (middle - half) / scale, 100.0 * ((middle + half) / scale).min(1.0))
}

/// Does the same work on every processor, until each has returned.
fn in_parallel(work: impl Fn() + Sync) {
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(&work))));
}

/// The faults of the draw, without those that `equivalent.tsv` excludes.
fn drawn(list: &str, draw: &Draw) -> Vec<Fault> {
    let mut excluded: BTreeMap<String, bool> = include_str!("../equivalent.tsv")
        .lines()
        .map(|line| (line.rsplit_once('\t').expect("a reason").0.to_owned(), false))
        .collect();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut faults = Vec::new();
    for line in list.lines() {
        let (number, shown) = line.split_once('\t').unwrap();
        let parts: Vec<&str> = shown.splitn(4, '\t').collect();
        let known = [parts[0], parts[2], parts[3]].join("\t");
        if let Some(found) = excluded.get_mut(&known) {
            *found = true;
            continue;
        }
        let nth = seen.entry(known.clone()).or_default();
        *nth += 1;
        let place = hash(&format!("{}\t{known}\t{nth}", draw.seed));
        faults.push(Fault { number: number.parse().unwrap(), shown: shown.to_owned(), place });
    }
    for (known, found) in excluded {
        assert!(found, "equivalent.tsv excludes a fault that there is not: {known}");
    }
    faults.sort_by_key(|fault| fault.place);
    let count = if draw.count == 0 { faults.len() } else { draw.count };
    faults.into_iter().skip(draw.skip).take(count).collect()
}

/// FNV-1a, and its bits stirred.
fn hash(text: &str) -> u64 {
    let mut hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    for _ in 0..2 {
        hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
    hash ^ (hash >> 32)
}

/// The tests of a program, without the modules that do not take part.
fn tests_of(program: &str) -> Vec<(&str, String)> {
    let output = Command::new(program).args(["--list", "--format", "terse"]).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    let part =
        |name: &&str| !name.split_once("::").is_some_and(|(first, _)| SKIPPED.contains(&first));
    names.filter(part).map(|name| (program, name.to_owned())).collect()
}

/// Runs each test by itself without a fault.
fn traced<'p>(tests: Vec<(&'p str, String)>, folder: &Path) -> Vec<Test<'p>> {
    let waiting = Mutex::new(tests.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    in_parallel(|| {
        loop {
            let next = waiting.lock().unwrap().next();
            let Some((n, (program, name))) = next else { return };
            let trace = folder.join(n.to_string());
            std::fs::create_dir_all(&trace).unwrap();
            // Some programs run as a user without rights.
            std::fs::set_permissions(&trace, Permissions::from_mode(0o777)).unwrap();
            let began = Instant::now();
            let mut command = Command::new(program);
            command.args(["--exact", &name]).env("CRM_MUTANT_TRACE", &trace).stdin(Stdio::null());
            let output = command.output().unwrap();
            assert!(output.status.success(), "{name} fails without a fault");
            let took = began.elapsed();
            let entries = std::fs::read_dir(&trace).unwrap();
            let reaches = entries
                .map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap())
                .collect();
            done.lock().unwrap().push(Test { program, name, reaches, took });
        }
    });
    done.into_inner().unwrap()
}

/// Does one of these tests of a program fail, crash or hang while a fault is awake?
fn fails(tests: &[&Test], fault: u32) -> bool {
    let Some(first) = tests.first() else { return false };
    let mut command = Command::new(first.program);
    command.arg("--exact").args(tests.iter().map(|test| &test.name));
    command.env("CRM_MUTANT", fault.to_string());
    command.stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.process_group(0).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let failed = lines.map_while(Result::ok).any(|line| line.ends_with("... FAILED"));
        let _ = tell.send(failed);
    });
    let usual: Duration = tests.iter().map(|test| test.took).sum();
    let failed = told.recv_timeout(Duration::from_secs(60) + 20 * usual).unwrap_or(true);
    if failed {
        // With the programs that the tests have started.
        let group = format!("-{}", child.id());
        Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().unwrap();
    }
    !child.wait().unwrap().success() || failed
}
