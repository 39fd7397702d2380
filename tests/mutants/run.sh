#!/usr/bin/env bash
# Seeds faults into rules, reports, plans and statistics, one awake at a time, and counts those that the tests
# catch. The tests of documents do not take part: what they hold can be blessed away.
#
#   tests/mutants/run.sh [N [SEED [SKIP]]]     N faults (default 200; 0 = all), in an order that SEED (1) makes,
#                                              after the first SKIP (0): those of an earlier draw
#
# Everything happens in target/mutants. What was not caught is printed, and is in target/mutants/survivors.tsv.
# What no test can tell from the program is excluded by equivalent.tsv: file, fault, code, reason.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${1:-200} seed=${2:-1} skip=${3:-0}
target=${CARGO_TARGET_DIR:-target}
case $target in /*) work=$target/mutants ;; *) work=$PWD/$target/mutants ;; esac
rm -rf "$work/copy" "$work/trace" && mkdir -p "$work/copy"
git ls-files -z | grep -zv '^tests/mutants/' | xargs -0 cp --parents -t "$work/copy"
CARGO_TARGET_DIR=$work/tool cargo build --quiet --release --manifest-path tests/mutants/Cargo.toml
mutants=$work/tool/release/mutants
"$mutants" seed "$work/copy" src/rules src/report src/plan src/stats >"$work/all.tsv"
cd "$work/copy"
# The programs that tests start wake the same fault.
sed -i 's/\.env_clear()/&.envs(std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"CRM_MUTANT")))/' \
    tests/it/common/*.rs
export CARGO_TARGET_DIR=$work/target CARGO_TERM_COLOR=never RUST_BACKTRACE=0 RUSTFLAGS="-A warnings"
# What an earlier fault made fail says nothing about the next one.
export PROPTEST_DISABLE_FAILURE_PERSISTENCE=1 PROPTEST_MAX_SHRINK_ITERS=0 PROPTEST_RNG_SEED=1
cargo test --quiet --no-run --lib --test it
programs=$(cargo test --no-run --lib --test it 2>&1 | sed -n 's/.*(\(.*\))$/\1/p')
lib=$(grep -m1 -- '/crm-' <<<"$programs")
it=$(grep -m1 -- '/it-' <<<"$programs")
[[ $lib = /* ]] || lib=$PWD/$lib
[[ $it = /* ]] || it=$PWD/$it
"$mutants" run "$work/all.tsv" "$lib" "$it" "$count" "$seed" "$skip" | tee "$work/survivors.tsv"
