//! Seeds faults into a copy of the program, and counts those that its tests catch. `run.sh` calls it twice:
//!
//!     mutants seed COPY FOLDER...             writes COPY over, and prints its faults
//!     mutants run FAULTS LIB IT N SEED SKIP   wakes N of the FAULTS, one at a time, under the test programs LIB and IT

mod run;
mod seed;

fn main() {
    let mut words = std::env::args().skip(1);
    let verb = words.next();
    let mut word = || words.next().expect("a word is missing: see main.rs");
    match verb.as_deref() {
        Some("seed") => seed::seed(word().as_ref(), words),
        Some("run") => {
            let (faults, lib, it) = (word(), word(), word());
            let mut number = || word().parse().expect("a number");
            let draw = run::Draw { count: number(), seed: number(), skip: number() };
            run::run(faults.as_ref(), [&lib, &it], &draw);
        }
        _ => panic!("seed or run"),
    }
}
