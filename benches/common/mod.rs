//! What the benchmarks share: generated ledgers, runs of the program, medians.
#![allow(dead_code, reason = "each benchmark uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A generated ledger below the build's folder; kept for the next run.
pub fn ledger(count: u64) -> PathBuf {
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

/// How long the program takes with these words on a ledger, and how it ended.
pub fn timed(ledger: &Path, words: &[&str]) -> (Duration, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
    command.arg("--ledger").arg(ledger).args(["--as-of", "2010-01-31"]).args(words);
    let started = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    (started.elapsed(), status.code())
}

/// The middle one.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
