//! What does each report cost beside `report funnel`, on 100,000 prospects? Runs them in turn with the
//! funnel and prints medians and ratios: reading the files should dominate, not the statistics.
//!
//! `cargo bench --bench reports`
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

mod common;

use common::{ledger, median, timed};
use crm::report::REPORTS;

const PROSPECTS: u64 = 100_000;
const RUNS: usize = 5;

fn main() {
    let ledger = ledger(PROSPECTS);
    println!("{:<14} {:>10} {:>10} {:>7}", "report", "funnel", "itself", "ratio");
    for report in REPORTS {
        let (mut funnel, mut itself) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            funnel.push(timed(&ledger, &["report", "funnel", "-f", "csv"]).0);
            let (taken, status) = timed(&ledger, &["report", report.name, "-f", "csv"]);
            assert_eq!(status, Some(0), "{}", report.name);
            itself.push(taken);
        }
        let (funnel, itself) = (median(funnel), median(itself));
        let ratio = itself.as_secs_f64() / funnel.as_secs_f64();
        println!("{:<14} {funnel:>10.0?} {itself:>10.0?} {ratio:>7.2}", report.name);
    }
}
