#!/usr/bin/env bash
# How quick are `crm report funnel` and `crm search` beside programs that read the same files? Prints a table of medians,
# and the ratios that docs/speed.md states. Everything of one size runs in turn, so that a noisy
# machine disturbs all alike. Installs nothing: what is missing (rg, hledger) is left out.
#
#   benches/compare.sh [PROSPECTS...]      default: 10000 100000; ledgers stay in target/compare
#   RUNS=7 benches/compare.sh 1000000
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C CRM_TODAY=2010-01-15 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
unset CRM_LEDGER CRM_USER
sizes=("${@:-10000}")
[ $# -gt 0 ] || sizes=(10000 100000)
runs=${RUNS:-7}
work=${CARGO_TARGET_DIR:-target}/compare
mkdir -p "$work"

cargo build --release --locked --quiet --bin crm --example generate
crm=$(realpath "${CARGO_TARGET_DIR:-target}/release/crm")
generate=$(realpath "${CARGO_TARGET_DIR:-target}/release/examples/generate")

has() { command -v "$1" >/dev/null 2>&1; }

# Microseconds that a command takes; its output is thrown away.
once() {
    local begin=$EPOCHREALTIME end
    "$@" >/dev/null 2>&1 || true
    end=$EPOCHREALTIME
    echo $((${end/./} - ${begin/./}))
}

median() { sort -n | awk '{ line[NR] = $1 } END { print line[int((NR + 1) / 2)] }'; }

# race NAME=COMMAND...: runs all in turn, $runs times; the medians are in `took[NAME]`.
declare -A took
race() {
    local run entry
    rm -f "$work"/times.*
    for ((run = 0; run <= runs; run++)); do
        for entry in "$@"; do
            local name=${entry%%=*} command=${entry#*=}
            local microseconds
            microseconds=$(once bash -c "exec $command")
            # The first round warms the page cache.
            [ "$run" = 0 ] || echo "$microseconds" >>"$work/times.$name"
        done
    done
    for entry in "$@"; do
        took[${entry%%=*}]=$(median <"$work/times.${entry%%=*}")
    done
}

row() { printf '  %-44s %12s\n' "$1" "$2"; }
milliseconds() { awk -v t="$1" 'BEGIN { printf "%.1f ms", t / 1000 }'; }
ratio() { # LABEL NUMERATOR DENOMINATOR LIMIT
    awk -v label="$1" -v a="$2" -v b="$3" -v limit="$4" \
        'BEGIN { printf "  %-44s %12.2f   %s\n", label, a / b, limit }'
}
memory() { # kilobytes at the peak
    if has /usr/bin/time; then /usr/bin/time -f '%M' "$@" 2>&1 >/dev/null | tail -1; else echo 0; fi
}

prepare() { # PROSPECTS
    local folder=$work/$1
    [ -e "$folder/.git" ] && return
    rm -rf "$folder"
    "$generate" "$folder" "$1"
    printf '/.crm/\n' >"$folder/.gitignore"
    git -C "$folder" init -q
    git -C "$folder" add -A
    git -C "$folder" -c user.name=x -c user.email=x@example.com -c gc.auto=0 commit -qm all
    # So that no file is racily clean.
    sleep 3
    git -C "$folder" update-index -q --refresh
}

# The same events as transactions of a journal.
journal() {
    find "$1/prospects" -name '*.toml' -print0 | xargs -0 awk '
        /^[0-9][0-9][0-9][0-9]-/ {
            split($0, word, "\""); file = FILENAME; sub(/.*\//, "", file); sub(/\.toml$/, "", file)
            printf "%s %s\n    prospect:%s  1\n    kind:%s\n\n", substr($0, 1, 10), word[2], file, word[2]
        }'
}

for size in "${sizes[@]}"; do
    prepare "$size"
    folder=$work/$size
    entries=("funnel='$crm' --ledger '$folder' report funnel")
    has rg && entries+=("rg=rg -c kind '$folder/prospects'" "rg-none=rg -c zzzz '$folder/prospects'")
    entries+=("git=git -C '$folder' status -uno --porcelain")
    race "${entries[@]}"
    echo "$size prospects, $(du -sh --apparent-size "$folder/prospects" | cut -f1), $runs runs"
    for name in funnel rg rg-none git; do
        [ -n "${took[$name]:-}" ] && row "$name" "$(milliseconds "${took[$name]}")"
    done
    if has rg; then
        ratio "funnel / rg -c kind" "${took[funnel]}" "${took[rg]}" "asked: at most 0.7"
        ratio "funnel / rg -c without a match" "${took[funnel]}" "${took[rg-none]}" "asked: at most 1.3 to 1.4"
    fi
    ratio "funnel / git status -uno" "${took[funnel]}" "${took[git]}" ""
    row "funnel, memory at the peak" "$(memory "$crm" --ledger "$folder" report funnel) kB"
    if has hledger; then
        [ -e "$folder.journal" ] || journal "$folder" >"$folder.journal"
        slow=$(once hledger -f "$folder.journal" bal)
        row "hledger bal, once" "$(milliseconds "$slow")"
        ratio "hledger bal / funnel" "$slow" "${took[funnel]}" "asked: at least 60 to 100"
    fi
    if has rg; then
        # A surname, words that half of the files have, a telephone, and a word that none has.
        for word in zhang Warm statements 68881234 zzzz; do
            race "search='$crm' --ledger '$folder' search $word" "rg=rg -c $word '$folder/prospects'"
            ratio "search $word / rg -c" "${took[search]}" "${took[rg]}" "asked: at most 1.5"
        done
    fi
    prepare 100
    for words in "show p0000042" "log p0000042 note -m x -n" "advance p0000042 90 --force x -n"; do
        race "few='$crm' --ledger '$work/100' $words" "many='$crm' --ledger '$folder' $words"
        ratio "${words%% *} of one id, $size / 100 prospects" "${took[many]}" "${took[few]}" "asked: at most 1.2"
    done
done

if has rustc; then
    echo 'fn main() {}' >"$work/empty.rs"
    rustc -O -o "$work/empty" "$work/empty.rs"
    "$generate" "$work/20" 20
    runs=$((runs * 10))
    race "empty='$work/empty'" "version='$crm' --version" "twenty='$crm' --ledger '$work/20' report funnel"
    echo "starting, $runs runs"
    for name in empty version twenty; do row "$name" "$(milliseconds "${took[$name]}")"; done
    ratio "crm --version / an empty main" "${took[version]}" "${took[empty]}" "asked: at most 1.7"
    ratio "funnel of 20 prospects / crm --version" "${took[twenty]}" "${took[version]}" "asked: at most 3"
fi
