//! What does reading one prospect cost, and replaying it? Takes the texts of a generated ledger from
//! memory, on one thread: the quick reader, the full reader, and replay.
//!
//! `cargo bench --bench readers`
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

mod common;

use common::ledger;
use crm::format::quick::quick;
use crm::format::read_prospect::read_prospect;
use crm::model::settings::Settings;
use crm::rules::book::Keep;
use crm::rules::replay::derive;
use crm::value::date::Date;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const PROSPECTS: u64 = 10_000;

fn main() {
    let folder = ledger(PROSPECTS).join("prospects");
    let files = std::fs::read_dir(folder).unwrap();
    let texts: Vec<String> =
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let (settings, path) = (Settings::default(), Path::new("x.toml"));
    let quickly =
        |text: &str, keep| quick(text, "x", path.to_owned(), &settings, keep, &mut Vec::new());
    let prospects: Vec<_> =
        texts.iter().map(|text| quickly(text, Keep::Everything).unwrap()).collect();
    let as_of = Date::new(2010, 1, 15).unwrap();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} files of {} bytes, microseconds each", texts.len(), bytes / texts.len());
    timed("quick reader", &texts, |text| black_box(quickly(text, Keep::Everything)).is_some());
    timed("quick reader, no notes", &texts, |text| {
        black_box(quickly(text, Keep::AllButNotes)).is_some()
    });
    timed("full reader", &texts, |text| {
        black_box(read_prospect(text, "x", path, path, &settings)).0.is_some()
    });
    timed("replay", &prospects, |one| black_box(derive(one, &settings, as_of)).is_some());
}

/// The best of five rounds over everything.
fn timed<T>(name: &str, all: &[T], each: impl Fn(&T) -> bool) {
    let round = || {
        let started = Instant::now();
        assert!(all.iter().filter(|one| each(one)).count() > 0);
        started.elapsed()
    };
    let best = (0..5).map(|_| round()).min().unwrap();
    println!("{name:<24} {:>8.2}", best.as_secs_f64() * 1e6 / all.len() as f64);
}
