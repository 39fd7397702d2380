//! Does the time of `show`, `log` and `advance` on one id grow with the ledger? Runs the program on
//! ledgers of 100 and 100,000 prospects, in turn, and prints medians and their ratio.
//!
//! `cargo bench --bench one_id`
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SMALL: u64 = 100;
const LARGE: u64 = 100_000;
const RUNS: usize = 41;

fn main() {
    let small = ledger(SMALL);
    let large = ledger(LARGE);
    println!("{:<28} {:>10} {:>10} {:>7}", "command", SMALL, LARGE, "ratio");
    for words in [
        &["show", "p0000042"][..],
        &["log", "p0000042", "note", "-m", "x"],
        &["advance", "p0000042", "90", "--force", "x", "-n"],
    ] {
        let (mut few, mut many) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            few.push(timed(&small, words));
            many.push(timed(&large, words));
        }
        let (few, many) = (median(few), median(many));
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        println!("{:<28} {few:>10.1?} {many:>10.1?} {ratio:>7.2}", words[..2].join(" "));
    }
}

/// A generated ledger below the build's folder; kept for the next run.
fn ledger(count: u64) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ledger-{count}"));
    if !folder.join("crm.toml").exists() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["run", "--release", "--quiet", "--example", "generate", "--"])
            .arg(&folder)
            .arg(count.to_string())
            .status()
            .unwrap();
        assert!(status.success());
    }
    folder
}

fn timed(ledger: &Path, words: &[&str]) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
    command.arg("--ledger").arg(ledger).args(["--as-of", "2010-01-31"]).args(words);
    let started = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    let taken = started.elapsed();
    assert!(status.code() == Some(0) || words[0] == "advance", "{words:?}");
    taken
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
