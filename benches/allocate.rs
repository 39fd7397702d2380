//! How long does `allocate` take on large pools, and how far is the fast method from the optimum? Plans in
//! memory: scoring every pair by the rules, and solving; reading the ledger is not part of it.
//!
//! `cargo bench --bench allocate`
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

use crm::model::event::{Event, EventKey};
use crm::model::prospect::Prospect;
use crm::model::settings::{Rep, Settings};
use crm::plan::allocate::{Method, allocate};
use crm::plan::rebalance::{Wish, rebalance};
use crm::rules::book::Book;
use crm::rules::query::Query;
use crm::rules::replay::care::Care;
use crm::rules::replay::replay;
use crm::value::date::Date;
use crm::value::money::Money;
use crm::value::text::Text;
use fastrand::Rng;
use std::time::Instant;

const REGIONS: usize = 8;
const SKILLS: usize = 6;
const DAY: &str = "2009-12-18";

fn main() {
    println!("{:<34} {:>9} {:>8} {:>12} {:>9}", "allocate", "seconds", "placed", "score", "gap %");
    for room in [120, 100, 80] {
        measure("exact", 10_000, 50, room, Method::Exact);
    }
    for room in [120, 100, 80] {
        measure("fast", 100_000, 200, room, Method::Fast);
    }
    let book = book(10_000, 50, 120, true);
    let clock = Instant::now();
    let wish = Wish { tolerance: 50, untouched_days: None, any_stage: true };
    let plan = rebalance(&book, &everything(&book), wish, Care::Prospect).unwrap();
    println!(
        "{:<34} {:>9.2} {:>8}",
        "rebalance 10000 x 50, moves",
        clock.elapsed().as_secs_f64(),
        plan.moves.len()
    );
}

/// Prints how long a plan takes where the capacities add up to `room` percent of the pool.
#[allow(clippy::cast_precision_loss, reason = "printed with a few decimals")]
fn measure(name: &str, prospects: usize, reps: usize, room: usize, method: Method) {
    let book = book(prospects, reps, room, false);
    let clock = Instant::now();
    let allocation = allocate(&book, &everything(&book), method).unwrap();
    let seconds = clock.elapsed().as_secs_f64();
    let plan = &allocation.prospects.plan;
    println!(
        "{:<34} {seconds:>9.2} {:>8} {:>12.1} {:>9.4}",
        format!("{name} {prospects} x {reps}, room {room} %"),
        plan.placed,
        plan.value() as f64 / 1e6,
        100.0 * plan.gap() as f64 / plan.bound.max(1) as f64
    );
}

fn everything(book: &Book) -> Query {
    Query::parse("", "QUERY", &book.settings, book.as_of).unwrap()
}

/// A pool, or with `owned` prospects that two thirds of the reps own.
fn book(prospects: usize, reps: usize, room: usize, owned: bool) -> Book {
    let mut rng = Rng::with_seed(7);
    let mean = prospects * room / 100 / reps;
    let mut settings = Settings::default();
    for number in 0..reps {
        settings.reps.push(Rep {
            id: format!("rep{number:03}").into(),
            capacity: u32::try_from(mean / 2 + rng.usize(0..=mean)).ok(),
            regions: vec![region(rng.usize(..REGIONS)), region(rng.usize(..REGIONS))],
            skills: (0..3).map(|_| skill(rng.usize(..SKILLS))).collect(),
            ..Rep::default()
        });
    }
    let as_of = Date::parse(DAY).unwrap();
    let records = (0..prospects).map(|number| {
        let day = as_of.plus(-rng.i64(0..300));
        let key = EventKey::parse(&day.to_string()).unwrap();
        let mut opened = Event::new(key, "opened");
        opened.value = Money::parse(&rng.u32(1_000..100_000).to_string()).ok();
        opened.owner = owned.then(|| settings.reps[rng.usize(..reps * 2 / 3)].id.clone());
        let prospect = Prospect {
            id: format!("p{number:06}").into(),
            name: "x".into(),
            region: Some(region(rng.usize(..REGIONS))),
            needs: (0..rng.usize(0..3)).map(|_| skill(rng.usize(..SKILLS))).collect(),
            events: vec![opened],
            ..Prospect::default()
        };
        replay(prospect, &settings, as_of).unwrap()
    });
    let records = records.collect();
    Book::of(settings, as_of, records, Vec::new())
}

fn region(number: usize) -> Text {
    format!("region{number}").into()
}

fn skill(number: usize) -> Text {
    format!("skill{number}").into()
}
