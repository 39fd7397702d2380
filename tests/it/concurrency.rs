//! Many processes at once: no entry is lost or doubled, no report fails, and who waits for the lock
//! waits for a bounded time, or is told who holds it.
//!
//! `CRM_WRITERS=50x100 cargo test --test it concurrency:: -- --nocapture` is the long run: fifty processes
//! at a time, a hundred entries each.

use crate::common::{Sandbox, run};
use crm::diag::Code;
use crm::disk::recover::recover_within;
use crm::disk::write::Writer;
use crm::format::read_prospect::read_prospect;
use crm::model::settings::Settings;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const OPENED: &str = "2009-09-01-1-aaa = { kind = \"opened\", owner = \"liuyan\" }\n";
const PROSPECTS: usize = 10;

fn ledger() -> Sandbox {
    let sandbox = Sandbox::ledger();
    for number in 0..PROSPECTS {
        sandbox.prospect(&format!("p{number}"), "name = \"张先生\"\n", OPENED);
    }
    sandbox
}

/// How many processes write at a time, and how many entries each.
fn size() -> (usize, usize) {
    let told = std::env::var("CRM_WRITERS").ok();
    let told = told.as_deref().and_then(|text| text.split_once('x'));
    told.map_or((8, 12), |(writers, entries)| (writers.parse().unwrap(), entries.parse().unwrap()))
}

#[test]
fn many_writers_lose_nothing_and_no_report_fails() {
    let sandbox = ledger();
    let (writers, entries) = size();
    let started = Instant::now();
    let writing = AtomicBool::new(true);
    let reports = AtomicUsize::new(0);
    let longest = std::thread::scope(|scope| {
        for line in [
            ["list", "-f", "ids"].as_slice(),
            &["report", "funnel", "-f", "csv"],
            &["check", "--format", "json"],
        ] {
            let (sandbox, writing, reports) = (&sandbox, &writing, &reports);
            scope.spawn(move || {
                while writing.load(Ordering::Relaxed) {
                    let (_, said) = sandbox.run(line).done();
                    assert!(said.is_empty() || said.contains(": 0 errors, 0 warnings"), "{said}");
                    reports.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let work: Vec<_> = (0..writers)
            .map(|writer| {
                let sandbox = &sandbox;
                scope.spawn(move || {
                    let mut longest = Duration::ZERO;
                    for entry in 0..entries {
                        let note = format!("{writer}/{entry}");
                        let mut command = sandbox.command();
                        command.args(["log", &format!("p{}", (writer + entry) % PROSPECTS)]);
                        // Every tenth command writes two files.
                        if entry % 10 == 9 {
                            command.arg(format!("p{}", (writer + entry + 1) % PROSPECTS));
                        }
                        let began = Instant::now();
                        run(command.args(["note", "--note", &note])).done();
                        longest = longest.max(began.elapsed());
                    }
                    longest
                })
            })
            .collect();
        // A writer that failed must not leave the reports running.
        let ended: Vec<_> = work.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        writing.store(false, Ordering::Relaxed);
        ended.into_iter().map(Result::unwrap).max().unwrap()
    });
    println!(
        "{} entries of {writers} processes at a time in {:.1} s, the longest command {:.1} s; {} reports",
        writers * entries,
        started.elapsed().as_secs_f64(),
        longest.as_secs_f64(),
        reports.load(Ordering::Relaxed)
    );
    // Every entry, in every file it was meant for, once, and no two of one number.
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for number in 0..PROSPECTS {
        let path = format!("prospects/p{number}.toml");
        let (text, shown) = (sandbox.read(&path), Path::new(&path));
        let (prospect, problems) = read_prospect(&text, "p", shown, shown, &Settings::default());
        assert_eq!(problems, []);
        let events = prospect.unwrap().events;
        let numbers: Vec<u32> = events[1..].iter().map(|event| event.key.n).collect();
        assert_eq!(numbers, (1..events.len() as u32).collect::<Vec<_>>());
        for event in &events[1..] {
            found.entry(event.note.as_deref().unwrap().to_owned()).or_default().push(number);
        }
    }
    let mut expected = BTreeMap::new();
    for (writer, entry) in (0..writers).flat_map(|w| (0..entries).map(move |e| (w, e))) {
        let mut ids = vec![(writer + entry) % PROSPECTS];
        if entry % 10 == 9 {
            ids.push((writer + entry + 1) % PROSPECTS);
            ids.sort_unstable();
        }
        expected.insert(format!("{writer}/{entry}"), ids);
    }
    assert_eq!(found, expected);
    let left = std::fs::read_dir(sandbox.path().join(".crm/tmp")).unwrap();
    assert_eq!(left.count(), 0);
    assert!(!sandbox.path().join(".crm/journal").exists());
}

#[test]
fn twenty_of_one_name_get_twenty_ids() {
    let sandbox = Sandbox::ledger();
    let running: Vec<_> = (0..20)
        .map(|_| {
            let mut command = sandbox.command();
            command.args(["add", "张先生", "--anyway"]);
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    let mut ids: Vec<String> = running
        .into_iter()
        .map(|child| String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20, "{ids:?}");
    assert_eq!(sandbox.crm("list -f ids").ok().lines().count(), 20);
}

#[test]
fn a_held_lock_names_its_holder() {
    let sandbox = ledger();
    let held = Writer::open(sandbox.path()).unwrap();
    let refused = Writer::open_within(sandbox.path(), Duration::from_millis(30)).unwrap_err();
    assert_eq!(refused.code, Code::Locked);
    assert_eq!(refused.code.exit() as u8, 3);
    let holder = format!("process {} ", std::process::id());
    assert!(refused.message.en().starts_with(&holder), "{refused:?}");
    // Whoever waits gets it as soon as it is free; a dry run and a report need none.
    sandbox.crm("log p1 call --dry-run").ok();
    sandbox.crm("list -f ids").ok();
    let waiting = sandbox.command().args(["log", "p1", "call"]).stderr(Stdio::null()).spawn();
    std::thread::sleep(Duration::from_millis(100));
    assert!(!sandbox.read("prospects/p1.toml").contains("call"));
    drop(held);
    assert!(waiting.unwrap().wait().unwrap().success());
    assert!(sandbox.read("prospects/p1.toml").contains("call"));
}

/// A `crm` that holds the lock for as long as the `git` that it asks for a name takes to answer.
#[cfg(unix)]
fn holder(sandbox: &Sandbox) -> std::process::Child {
    use std::os::unix::fs::PermissionsExt;
    sandbox.write("crm.toml", "[[rep]]\nid = \"liuyan\"\nemail = \"liuyan@example.com\"\n");
    sandbox.write("bin/git", "#!/bin/sh\n: > started\nexec sleep 2\n");
    let rights = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(sandbox.path().join("bin/git"), rights).unwrap();
    let path = format!("{}:/usr/bin:/bin", sandbox.path().join("bin").display());
    let mut command = sandbox.command();
    command.env("PATH", path).args(["log", "p1", "call"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !sandbox.path().join("started").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

#[cfg(unix)]
#[test]
fn a_dead_holder_holds_nothing() {
    let sandbox = ledger();
    let mut child = holder(&sandbox);
    let wait = Duration::from_millis(30);
    let refused = Writer::open_within(sandbox.path(), wait).unwrap_err();
    assert_eq!(refused.code, Code::Locked);
    let name = format!("process {} has been writing", child.id());
    assert!(refused.message.en().starts_with(&name), "{refused:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    // Its `git` lives on, and has not inherited the lock.
    Writer::open_within(sandbox.path(), wait).unwrap();
}

#[cfg(unix)]
/// A disk that cannot be written, with a commit that was cut short: reports run and name what they leave out.
#[test]
fn a_report_runs_where_an_unfinished_write_cannot_be_finished() {
    let sandbox = ledger();
    let ids = sandbox.crm("list -f ids").ok();
    let print = "0123456789abcdef";
    sandbox.write(".crm/journal", format!("0 {print} {print} prospects/zhang.toml\nend\n"));
    // No lock can be had where the lock's place is a folder.
    let _ = std::fs::remove_file(sandbox.path().join(".crm/lock"));
    std::fs::create_dir(sandbox.path().join(".crm/lock")).unwrap();
    let (out, said) = sandbox.crm("list -f ids").done();
    assert_eq!(out, ids);
    assert!(said.starts_with("warning[cut-short]: "), "{said}");
    assert!(said.contains("still with their old text: prospects/zhang.toml"), "{said}");
    sandbox.crm("log zhang call").fails(3);
}

#[test]
fn a_report_waits_for_a_commit_and_not_for_ever() {
    let sandbox = ledger();
    let mut child = holder(&sandbox);
    // A writer that lives, but only stands there: a report needs it only where a commit is under way.
    recover_within(sandbox.path(), Duration::ZERO).unwrap();
    sandbox.crm("list -f ids").ok();
    sandbox.write(".crm/journal", "end\n");
    let refused = recover_within(sandbox.path(), Duration::from_millis(30)).unwrap_err();
    assert_eq!(refused.code, Code::Locked);
    let waiting = sandbox.command().args(["list", "-f", "ids"]).stdout(Stdio::null()).spawn();
    std::thread::sleep(Duration::from_millis(50));
    std::fs::remove_file(sandbox.path().join(".crm/journal")).unwrap();
    assert!(waiting.unwrap().wait().unwrap().success());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn two_writers_of_a_customers_file_lose_nothing() {
    let sandbox = ledger();
    sandbox.crm("add --customer 浦江 --id pujiang --from p0").done();
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                for entry in 0..6 {
                    sandbox.crm(&format!("log pujiang note --note {writer}/{entry}")).done();
                }
            });
        }
    });
    let text = sandbox.read("customers/pujiang.toml");
    for note in (0..2).flat_map(|writer| (0..6).map(move |entry| format!("\"{writer}/{entry}\""))) {
        assert_eq!(text.matches(&note).count(), 1, "{text}");
    }
    sandbox.crm("check").done();
}
