//! Every folder of `tests/errors` is a case: `ledger/` is copied into a sandbox, `cmd` holds the words
//! that `crm` is given, and `expected.stdout`, `expected.stderr` and `status` what must come of it.
//! A new case is a new folder; `CRM_BLESS=1 cargo test --test it errors::` writes what came of it.
//!
//! What cannot be kept in git (a link, an unreadable file, 50 MB) is made by [`setup`] before the run.

use crate::common::{Run, Sandbox, run, split};
use crm::diag::{Code, Lang};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Codes that no folder can reproduce; each is tested where it says.
const ELSEWHERE: [(Code, &str); 20] = [
    (Code::BadKey, "needs a key with a passphrase: tests/it/privacy.rs"),
    (Code::NoKey, "needs values that others have sealed: tests/it/privacy.rs"),
    (Code::BrokenSeal, "needs a key: tests/it/privacy.rs"),
    (Code::NotShown, "needs an output that refuses: tests/it/safety.rs"),
    (Code::CutShort, "needs a writer that died: tests/it/write.rs"),
    (Code::TooManyFiles, "needs a limit of the system: tests/it/hostile.rs"),
    (Code::FolderUnreadable, "every command but `check` stops: tests/it/read.rs"),
    (Code::Locked, "needs a second process that holds the lock: tests/it/concurrency.rs"),
    (Code::WriteFailed, "needs a disk that refuses: tests/it/write.rs"),
    (Code::BadRevision, "needs a repository: tests/it/git_check.rs"),
    (Code::GitFailed, "needs a git that fails: src/git/program"),
    (Code::Unmerged, "needs a repository: tests/it/git_check.rs"),
    (Code::HistoryChanged, "needs a repository: tests/it/git_check.rs"),
    (Code::HistoryLost, "needs a repository: tests/it/git_check.rs"),
    (Code::UnknownPusher, "needs a server: tests/it/git_guard.rs"),
    (Code::NotYours, "needs a server: tests/it/git_guard.rs"),
    (Code::ForeignSignature, "needs a server: tests/it/git_guard.rs"),
    (Code::ForeignRetraction, "needs a server: tests/it/git_guard.rs"),
    (Code::AdminsOnly, "needs a server: tests/it/git_guard.rs"),
    (Code::NotForward, "needs a server: tests/it/git_guard.rs"),
];

/// Makes what a folder in git cannot hold. `false`: it cannot be made here, the case is skipped.
fn setup(case: &str, sandbox: &Sandbox) -> bool {
    match case {
        "unreadable" | "unreadable-shown" => return unreadable(sandbox, "prospects/wang.toml"),
        "too-large" => {
            let text = sandbox.read("prospects/zhang.toml") + &"# filler\n".repeat(50_000_000 / 9);
            sandbox.write("prospects/zhang.toml", text);
        }
        "symlink" => return link("/etc/hostname", sandbox, "prospects/host.toml"),
        "symlink-folder" => {
            let outside = sandbox.path().join("outside");
            std::fs::rename(sandbox.path().join("prospects"), &outside).unwrap();
            return link(&outside, sandbox, "prospects");
        }
        "syntax-nested" => {
            let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
            let text = sandbox.read("prospects/zhang.toml");
            sandbox.write("prospects/zhang.toml", format!("needs = {open}{close}\n{text}"));
        }
        "tracked-state" => {
            sandbox.write(".crm/journal", "end\n");
            return git(sandbox, &["init", "-q"]) && git(sandbox, &["add", "-f", ".crm/journal"]);
        }
        "nested-repository" => {
            sandbox.write("prospects/HEAD", "ref: refs/heads/main\n");
            return git(sandbox, &["init", "-q"]) && git(sandbox, &["add", "."]);
        }
        "not-committed" => {
            return git(sandbox, &["init", "-q"])
                && git(sandbox, &["config", "user.name", "he"])
                && git(sandbox, &["config", "user.email", "he@example.com"]);
        }
        "ignored" => {
            sandbox.write(".gitignore", "prospects/\n");
            return git(sandbox, &["init", "-q"]);
        }
        // Written here, because some file systems do not tell the two names apart.
        "duplicate-id-form" => {
            sandbox.prospect(
                "rene\u{301}",
                "name = \"René\"",
                "2009-12-01 = { kind = \"opened\" }\n",
            );
            sandbox.prospect(
                "ren\u{e9}",
                "name = \"René\"",
                "2009-12-01 = { kind = \"opened\" }\n",
            );
        }
        _ => {}
    }
    true
}

/// Runs git in the sandbox; does it have one?
fn git(sandbox: &Sandbox, words: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.env_clear().env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", sandbox.path());
    git.args(words).current_dir(sandbox.path()).status().is_ok_and(|status| status.success())
}

#[cfg(unix)]
fn link(target: impl AsRef<Path>, sandbox: &Sandbox, name: &str) -> bool {
    std::os::unix::fs::symlink(target, sandbox.path().join(name)).unwrap();
    true
}

#[cfg(not(unix))]
fn link(_: impl AsRef<Path>, _: &Sandbox, _: &str) -> bool {
    println!("skipped: symbolic links need rights here");
    false
}

#[cfg(unix)]
fn unreadable(sandbox: &Sandbox, name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let nothing = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(sandbox.path().join(name), nothing).unwrap();
    true
}

#[cfg(not(unix))]
fn unreadable(_: &Sandbox, _: &str) -> bool {
    println!("skipped: files cannot be made unreadable here");
    false
}

/// The program, to be run by somebody who may not read everything where that is the point.
#[cfg(unix)]
fn program(case: &str, sandbox: &Sandbox) -> Option<Command> {
    if case.starts_with("unreadable") {
        sandbox.command_without_rights()
    } else {
        Some(sandbox.command())
    }
}

#[cfg(not(unix))]
fn program(_: &str, sandbox: &Sandbox) -> Option<Command> {
    Some(sandbox.command())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

/// The cases, by name.
fn cases() -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(folder()).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .collect()
}

fn expected(case: &Path) -> Run {
    let read = |name: &str| std::fs::read_to_string(case.join(name)).unwrap_or_default();
    Run {
        stdout: read("expected.stdout"),
        stderr: read("expected.stderr"),
        status: read("status").trim().parse().unwrap_or(-1),
    }
}

fn bless(case: &Path, run: &Run) {
    std::fs::write(case.join("expected.stdout"), &run.stdout).unwrap();
    std::fs::write(case.join("expected.stderr"), &run.stderr).unwrap();
    std::fs::write(case.join("status"), format!("{}\n", run.status)).unwrap();
}

/// What came of a case, with the sandbox's own path taken out; `None` if it cannot be run here.
fn outcome(name: &str, case: &Path) -> Option<Run> {
    let ledger = format!("tests/errors/{name}/ledger");
    let has_files = case.join("ledger").is_dir();
    let sandbox = if has_files { Sandbox::copy_of(&ledger) } else { Sandbox::empty() };
    if !setup(name, &sandbox) {
        return None;
    }
    let before = sandbox.snapshot();
    let line = std::fs::read_to_string(case.join("cmd")).unwrap();
    let run = run(program(name, &sandbox)?.args(split(&line)));
    assert_eq!(sandbox.snapshot(), before, "{name}: a command that failed has written");
    let here = sandbox.path().display().to_string();
    Some(Run {
        stdout: run.stdout.replace(&here, "[LEDGER]"),
        stderr: run.stderr.replace(&here, "[LEDGER]"),
        ..run
    })
}

#[test]
fn every_case_says_what_is_expected() {
    let blessing = std::env::var_os("CRM_BLESS").is_some();
    let mut wrong = String::new();
    for (name, case) in cases() {
        let Some(run) = outcome(&name, &case) else { continue };
        if blessing {
            bless(&case, &run);
        }
        let expected = expected(&case);
        for (what, expected, got) in [
            ("stdout", &expected.stdout, &run.stdout),
            ("stderr", &expected.stderr, &run.stderr),
            ("status", &expected.status.to_string(), &run.status.to_string()),
        ] {
            if expected != got {
                let difference = similar::TextDiff::from_lines(expected, got);
                let _ = writeln!(wrong, "== {name}: {what}\n{}", difference.unified_diff());
            }
        }
    }
    assert!(wrong.is_empty(), "CRM_BLESS=1 accepts all of it\n{wrong}");
}

#[test]
fn no_case_lets_a_control_character_through() {
    for (name, case) in cases() {
        let Run { stdout, stderr, .. } = expected(&case);
        for text in [stdout, stderr] {
            let control = text.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(control, None, "{name}");
            assert!(!text.contains("panicked"), "{name}");
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let mut shown = BTreeSet::new();
    for case in cases().values() {
        let Run { stdout, stderr, .. } = expected(case);
        for code in Code::ALL {
            if stdout.contains(&format!("[{}]", code.id()))
                || stderr.contains(&format!("[{}]", code.id()))
            {
                shown.insert(*code);
            }
        }
    }
    let elsewhere: BTreeSet<Code> = ELSEWHERE.iter().map(|(code, _)| *code).collect();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !shown.contains(code) && !elsewhere.contains(code))
        .map(|code| code.id())
        .collect();
    assert!(missing.is_empty(), "no folder of tests/errors shows: {}", missing.join(", "));
}

#[test]
fn every_code_is_documented() {
    let docs = std::fs::read_to_string(folder().join("../../docs/errors.md")).unwrap();
    for code in Code::ALL {
        let start = format!("| `{}` | {} | {} |", code.id(), code.severity(), code.about(Lang::En));
        let row = docs.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("docs/errors.md has no row that begins: {start}"));
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 5, "code, weight, meaning, example, how to mend: {row}");
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{row}");
    }
}
