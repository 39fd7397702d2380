//! Backups that are made while the ledger is written: each holds a state that the ledger has had, whatever fifty
//! writers and git do meanwhile.

use crate::common::repo::{Repo, command};
use crate::common::{Run, day, run, split};
use crm::act::backup::{Made, Order, Outside, make};
use crm::diag::{Code, Diagnostic, Failure};
use crm::disk::ledger::Ledger;
use crm::disk::write::Writer;
use crm::value::date::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const SETTINGS: &str = "[ledger]\ncurrency = \"CNY\"\n[[rep]]\nid = \"liu\"\nname = \"刘艳\"\n";
const WRITERS: usize = 50;
const PROSPECTS: usize = 8;
const BACKUPS: usize = 3;

/// The work of a writer: the same command again and again, with the number of the turn in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// An entry in one file, another one each time.
    One,
    /// An entry in two files.
    Two,
    /// A fact.
    Fact,
    /// A new prospect.
    New,
    /// All that is there, committed.
    Commit,
}

fn work(writer: usize) -> Work {
    match writer % 10 {
        0 | 1 => Work::New,
        2..5 => Work::Two,
        5 | 6 => Work::Fact,
        _ if writer == 9 => Work::Commit,
        _ => Work::One,
    }
}

/// One turn of a writer.
fn turn(root: &Path, writer: usize, turn: usize) -> Run {
    let file = |step: usize| format!("p{}", (writer + turn + step) % PROSPECTS);
    let mark = format!("w{writer}/{turn}");
    let crm = |words: &[&str]| run(command(env!("CARGO_BIN_EXE_crm"), root, "liu").args(words));
    match work(writer) {
        Work::One => crm(&["log", &file(0), "note", "-m", &mark]),
        Work::Two => crm(&["log", &file(0), &file(3), "note", "-m", &mark]),
        Work::Fact => crm(&["set", &file(0), &format!("region={mark}")]),
        Work::New => {
            crm(&["add", &mark, "--id", &format!("w{writer}-{turn}"), "--owner", "liu", "--anyway"])
        }
        Work::Commit => {
            let git = |words: &[&str]| run(command("git", root, "liu").args(words));
            git(&["add", "-A"]);
            git(&["commit", "-q", "-m", &mark])
        }
    }
}

/// How often each mark of a writer is in the files of a ledger.
fn marks(root: &Path) -> BTreeMap<usize, BTreeMap<usize, usize>> {
    let mut found: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for entry in std::fs::read_dir(root.join("prospects")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for part in text.split("\"w").skip(1) {
            let mark = part.split('"').next().unwrap();
            let Some((writer, turn)) = mark.split_once('/') else { continue };
            let turns = found.entry(writer.parse().unwrap()).or_default();
            *turns.entry(turn.parse().unwrap()).or_default() += 1;
        }
    }
    found
}

#[test]
fn a_backup_holds_a_state_that_the_ledger_has_had() {
    let repo = Repo::new("liu", SETTINGS);
    let opened = "2009-12-03-1 = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\n";
    for number in 0..PROSPECTS {
        repo.sandbox.prospect(&format!("p{number}"), &format!("name = \"张{number}\""), opened);
    }
    repo.sandbox.write(".gitignore", "/.crm/\n");
    repo.commit("first").done();
    let root = repo.path();
    let keep = tempfile::tempdir().unwrap();
    let out = keep.path();
    let writing = AtomicBool::new(true);
    let done: Vec<AtomicUsize> = (0..WRITERS).map(|_| AtomicUsize::new(0)).collect();
    // The turns that each writer had done before a backup began, and had begun when it ended.
    let turns = || done.iter().map(|done| done.load(Ordering::SeqCst)).collect::<Vec<_>>();
    let mut bounds = Vec::new();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (root, writing, done) = (&root, &writing, &done[writer]);
                scope.spawn(move || {
                    while writing.load(Ordering::Relaxed) {
                        let run = turn(root, writer, done.load(Ordering::SeqCst));
                        // A writer that waits for the lock in vain has written nothing; nor has a commit of nothing.
                        let waited = run.status == 3 && run.stderr.contains("error[locked]");
                        if run.status == 0 || work(writer) == Work::Commit {
                            done.fetch_add(1, Ordering::SeqCst);
                        } else {
                            assert!(waited, "writer {writer}: {run:?}");
                        }
                    }
                })
            })
            .collect();
        let backups: Vec<Run> = (0..BACKUPS)
            .map(|number| {
                let before = turns();
                let run =
                    repo.crm(&format!("backup {}", out.join(format!("{number}.zip")).display()));
                bounds.push((before, turns()));
                run
            })
            .collect();
        writing.store(false, Ordering::Relaxed);
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        backups.into_iter().for_each(|run| drop(run.done()));
    });
    for (number, (before, after)) in bounds.into_iter().enumerate() {
        let file = out.join(format!("{number}.zip"));
        repo.crm(&format!("backup verify {}", file.display())).done();
        let back = out.join(number.to_string());
        repo.crm(&format!("restore {} {}", file.display(), back.display())).done();
        run(command(env!("CARGO_BIN_EXE_crm"), &back, "liu").arg("check")).done();
        run(command("git", &back, "liu").args(["fsck", "--strict"])).done();
        let found = marks(&back);
        for writer in (0..WRITERS).filter(|writer| work(*writer) != Work::Commit) {
            let turns = found.get(&writer).cloned().unwrap_or_default();
            let each = if work(writer) == Work::Two { 2 } else { 1 };
            let whole: BTreeMap<usize, usize> = (0..turns.len()).map(|turn| (turn, each)).collect();
            assert_eq!(turns, whole, "backup {number}, writer {writer}: {:?}", work(writer));
            // No more than one turn was under way.
            let (least, most) = (before[writer], after[writer] + 1);
            assert!(
                (least..=most).contains(&turns.len()),
                "backup {number}, writer {writer}: {least} <= {} <= {most}",
                turns.len()
            );
        }
    }
}

// ---- one change, at a known moment: while the figures are made, between the two looks at the files ----

const OPENED: &str = "2009-12-03-1 = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\n";

/// A ledger in git, with a file that is not committed.
fn ledger() -> Repo {
    let repo = Repo::new("liu", SETTINGS);
    repo.sandbox.write(".gitignore", "/.crm/\n").prospect("zhang", "name = \"张\"", OPENED);
    repo.commit("first").done();
    repo.sandbox.prospect("wang", "name = \"王\"", OPENED);
    repo
}

/// Backs up, and runs this while the figures are made.
fn made(
    repo: &Repo,
    file: &Path,
    meanwhile: fn(&Ledger, Date) -> Vec<Diagnostic>,
) -> Result<Made, Failure> {
    make(&Order {
        root: &repo.path(),
        file: Some(file),
        to: None,
        identities: None,
        day: day("2009-12-18"),
        force: false,
        outside: Outside { reports: |_| Vec::new(), findings: meanwhile },
    })
}

/// How often the figures were made so far: each time adds a file outside of the ledger's own.
fn times(ledger: &Ledger) -> usize {
    let counted = ledger.root.join(".crm/times");
    std::fs::create_dir_all(&counted).unwrap();
    let n = std::fs::read_dir(&counted).unwrap().count();
    std::fs::write(counted.join(n.to_string()), "").unwrap();
    n
}

/// The folder that the backup in this one is restored into.
fn restored(out: &Path) -> PathBuf {
    let back = out.join("back");
    let line = format!("restore {} {}", out.join("b.zip").display(), back.display());
    run(command(env!("CARGO_BIN_EXE_crm"), out, "liu").args(split(&line))).done();
    back
}

#[test]
fn the_second_attempt_holds_the_lock() {
    let repo = ledger();
    let keep = tempfile::tempdir().unwrap();
    made(&repo, &keep.path().join("b.zip"), |ledger, _| {
        let held = Writer::open_within(&ledger.root, std::time::Duration::ZERO);
        match times(ledger) {
            0 => {
                assert!(held.is_ok(), "the first attempt takes no lock");
                std::fs::write(ledger.root.join("prospects/wang.toml"), "name = \"王芳\"\n")
                    .unwrap();
            }
            n => assert_eq!((n, held.unwrap_err().code), (1, Code::Locked)),
        }
        Vec::new()
    })
    .unwrap();
    let text = std::fs::read_to_string(restored(keep.path()).join("prospects/wang.toml")).unwrap();
    assert_eq!(text, "name = \"王芳\"\n");
    // It is free again.
    Writer::open_within(&repo.path(), std::time::Duration::ZERO).unwrap();
}

#[test]
fn a_lock_that_is_held_is_told_of() {
    let repo = ledger();
    let keep = tempfile::tempdir().unwrap();
    let _held = Writer::open(&repo.path()).unwrap();
    let failure = made(&repo, &keep.path().join("b.zip"), |ledger, _| {
        times(ledger);
        std::fs::write(ledger.root.join("new"), "x").unwrap();
        Vec::new()
    })
    .unwrap_err();
    assert_eq!(failure.0[0].code, Code::Locked);
    assert!(failure.0[0].message.en().starts_with(&format!("process {} ", std::process::id())));
    assert!(!keep.path().join("b.zip").exists());
}

#[test]
fn what_changes_every_time_ends_after_three_attempts() {
    let repo = ledger();
    let keep = tempfile::tempdir().unwrap();
    let failure = made(&repo, &keep.path().join("b.zip"), |ledger, _| {
        let text = format!("{}\n", times(ledger));
        std::fs::write(ledger.root.join("prospects/wang.toml"), text).unwrap();
        Vec::new()
    })
    .unwrap_err();
    assert!(failure.0[0].message.en().contains("again and again"), "{failure:?}");
    assert_eq!(std::fs::read_dir(repo.path().join(".crm/times")).unwrap().count(), 3);
    assert_eq!(std::fs::read_dir(keep.path()).unwrap().count(), 0);
}

/// The name of a change, and what makes it in the folder of a ledger.
type Change = (&'static str, fn(&Path));

#[test]
fn every_kind_of_change_is_seen() {
    let changes: [Change; 6] = [
        ("a committed file", |root| {
            std::fs::write(root.join("prospects/zhang.toml"), "x").unwrap()
        }),
        ("a new file", |root| std::fs::write(root.join("new"), "x").unwrap()),
        ("a file less", |root| std::fs::remove_file(root.join("prospects/wang.toml")).unwrap()),
        ("the same text, in another file", |root| {
            let file = root.join("prospects/wang.toml");
            std::fs::copy(&file, root.join(".crm/x")).unwrap();
            std::fs::rename(root.join(".crm/x"), file).unwrap();
        }),
        ("another branch", |root| {
            run(command("git", root, "liu").args(["checkout", "-q", "-b", "other"])).done();
        }),
        ("a write of several files that is under way", |root| {
            std::fs::write(root.join(".git/crm/journal"), "end\n").unwrap();
        }),
    ];
    for (what, change) in changes {
        let repo = ledger();
        Writer::open(&repo.path()).unwrap();
        let keep = tempfile::tempdir().unwrap();
        CHANGE.with(|cell| cell.set(Some(change)));
        made(&repo, &keep.path().join("b.zip"), |ledger, _| {
            if times(ledger) == 0 {
                CHANGE.with(|cell| cell.get().unwrap()(&ledger.root));
            }
            Vec::new()
        })
        .unwrap();
        assert_eq!(std::fs::read_dir(repo.path().join(".crm/times")).unwrap().count(), 2, "{what}");
        restored(keep.path());
    }
}

std::thread_local! {
    /// What changes the ledger under [`every_kind_of_change_is_seen`].
    static CHANGE: std::cell::Cell<Option<fn(&Path)>> = const { std::cell::Cell::new(None) };
}

#[test]
fn a_commit_on_no_branch_is_a_change() {
    let repo = ledger();
    repo.git("checkout -q --detach").done();
    let keep = tempfile::tempdir().unwrap();
    made(&repo, &keep.path().join("b.zip"), |ledger, _| {
        if times(ledger) == 0 {
            let line = "commit -q --allow-empty -m second";
            run(command("git", &ledger.root, "liu").args(split(line))).done();
        }
        Vec::new()
    })
    .unwrap();
    assert_eq!(std::fs::read_dir(repo.path().join(".crm/times")).unwrap().count(), 2);
    let back = restored(keep.path());
    let head = run(command("git", &back, "liu").args(["rev-parse", "HEAD"])).ok();
    assert_eq!(head, repo.git("rev-parse HEAD").ok());
}

#[test]
fn commits_and_branches_that_git_makes_meanwhile_disturb_nothing() {
    let repo = ledger();
    let before = repo.git("rev-parse HEAD").ok();
    let keep = tempfile::tempdir().unwrap();
    made(&repo, &keep.path().join("b.zip"), |ledger, _| {
        assert_eq!(times(ledger), 0, "one attempt is enough");
        for line in ["add -A", "commit -q -m second", "branch later", "tag -a -m x v2"] {
            run(command("git", &ledger.root, "liu").args(split(line))).done();
        }
        Vec::new()
    })
    .unwrap();
    let back = restored(keep.path());
    let git = |line: &str| run(command("git", &back, "liu").args(split(line))).ok();
    assert_eq!(git("rev-parse HEAD"), before);
    assert_eq!(git("for-each-ref --format=%(refname)"), "refs/heads/main\n");
    assert_eq!(git("status --porcelain"), "?? prospects/wang.toml\n");
}
