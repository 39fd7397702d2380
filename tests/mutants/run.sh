#!/usr/bin/env bash
# Seeds faults into rules, reports, plans and statistics, one awake at a time, and counts those that the tests
# catch. The tests of documents do not take part: what they hold can be blessed away.
#
#   tests/mutants/run.sh [N [SEED]]     N faults drawn by SEED (default 200, 1); 0 = all of them
#
# Everything happens in target/mutants. The survivors are in target/mutants/survivors.tsv.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${1:-200} seed=${2:-1}
target=${CARGO_TARGET_DIR:-target}
case $target in /*) work=$target/mutants ;; *) work=$PWD/$target/mutants ;; esac
rm -rf "$work/copy" && mkdir -p "$work/copy"
git ls-files -z | grep -zv '^tests/mutants/' | xargs -0 cp --parents -t "$work/copy"
CARGO_TARGET_DIR=$work/tool cargo build --quiet --release --manifest-path tests/mutants/Cargo.toml
"$work/tool/release/mutants" "$work/copy" src/rules src/report src/plan src/stats >"$work/all.tsv"
cd "$work/copy"
# The programs that tests start wake the same fault.
sed -i 's/\.env_clear()/&.envs(std::env::var_os("CRM_MUTANT").map(|n| ("CRM_MUTANT", n)))/' tests/it/common/mod.rs
export CARGO_TARGET_DIR=$work/target CARGO_TERM_COLOR=never RUST_BACKTRACE=0
cargo test --quiet --no-run --lib --test it
programs=$(cargo test --no-run --lib --test it 2>&1 | sed -n 's/.*(\(.*\))$/\1/p')
lib=$(grep -m1 -- '/crm-' <<<"$programs")
it=$(grep -m1 -- '/it-' <<<"$programs")
skipped=(--skip docs:: --skip layers:: --skip words:: --skip browser:: --skip crash:: --skip concurrency:: --skip hostile::)
[[ $lib = /* ]] || lib=$PWD/$lib
[[ $it = /* ]] || it=$PWD/$it

# Do the tests of a program fail, crash or hang while a fault is awake? The first failure is enough.
caught() {
    local number=$1 found ended
    shift
    set +e
    CRM_MUTANT=$number timeout 300 "$@" 2>/dev/null | grep -qm1 -e '\.\.\. FAILED'
    ended=${PIPESTATUS[0]} found=${PIPESTATUS[1]}
    set -e
    [ "$found" = 0 ] || [ "$ended" != 0 ]
}

if caught 0 "$lib" || caught 0 "$it" "${skipped[@]}"; then
    echo "the tests fail without a fault" >&2
    exit 1
fi
chosen=$work/chosen.tsv
if [ "$count" = 0 ]; then
    cp "$work/all.tsv" "$chosen"
else
    awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' "$work/all.tsv" |
        sort -n | awk -v n="$count" "NR <= n" | cut -f 2- | sort -n >"$chosen"
fi
: >"$work/survivors.tsv"
killed=0 total=0
while IFS=$'\t' read -r number file line what; do
    total=$((total + 1))
    if caught "$number" "$lib" || caught "$number" "$it" "${skipped[@]}"; then
        killed=$((killed + 1))
    else
        printf '%s\t%s\t%s\t%s\n' "$number" "$file" "$line" "$what" | tee -a "$work/survivors.tsv"
    fi
done <"$chosen"
awk -v k="$killed" -v t="$total" 'BEGIN { printf "%d of %d faults were caught (%.1f %%)\n", k, t, 100 * k / t }'
