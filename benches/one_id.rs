//! Does the time of `show`, `log` and `advance` on one id grow with the ledger? Runs the program on
//! ledgers of 100 and 100,000 prospects, in turn, and prints medians and their ratio.
//!
//! `cargo bench --bench one_id`
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

mod common;

use common::{ledger, median, timed};

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
            few.push(timed(&small, words).0);
            many.push(timed(&large, words).0);
        }
        let (few, many) = (median(few), median(many));
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        println!("{:<28} {few:>10.1?} {many:>10.1?} {ratio:>7.2}", words[..2].join(" "));
    }
}
