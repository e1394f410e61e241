#!/usr/bin/env bash
# Runs on real data, where it is there: `make real` builds and calls this.
#
# CLOUT_DATA  the data (default ../shared/data beside the project); what is not there is skipped
# CLOUT_BIN   the binary (default target/debug/clout)
#
# For each warehouse one snapshot is published into a fresh folder, its distribution and rejects are
# printed, its files are hashed again, and Python's readers open every table (where they are installed).
# Then each is evaluated: what `clout evaluate` finds is printed, and every bar in it is checked, by
# tests/bars.awk. A bar that is missed fails the whole, and so does one that is not told any more.
set -u
cd "$(dirname "$0")/.." || exit 1
data=${CLOUT_DATA:-../shared/data}
clout=${CLOUT_BIN:-${CARGO_TARGET_DIR:-target}/debug/clout}
[ -x "$clout" ] || { echo "$clout is not there: cargo build, or set CLOUT_BIN"; exit 1; }
results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
bars="$results/bars"
: > "$bars"
done_count=0
skipped=0
failed=0

# Runs a command and says what it took, where /usr/bin/time can tell.
measured() {
    if [ -x /usr/bin/time ] && /usr/bin/time -f '%e' true 2> /dev/null > /dev/null; then
        /usr/bin/time -f '  process    %e s, peak memory %M KiB' "$@"
    else
        "$@"
    fi
}

readers() {
    if [ ! -f tests/readers.py ]; then
        echo "  readers    skipped: tests/readers.py is not there"
    elif ! python3 -c 'import duckdb, polars, pyarrow' 2> /dev/null; then
        echo "  readers    skipped: needs python3 with duckdb, polars and pyarrow"
    else
        python3 tests/readers.py "$1"
    fi
}

is_there() {
    [ -d "$data/$1/activities" ]
}

# NAME, the job file or "", and further arguments of `clout run`.
night() {
    local name=$1 job=$2 output="$results/$1"
    shift 2
    echo "== $name"
    if ! is_there "$name"; then
        echo "  skipped: no $name in the data folder (CLOUT_DATA)"
        skipped=$((skipped + 1))
        return
    fi
    if measured "$clout" run ${job:+"$job"} --input "$data/$name" --output "$output" "$@" 2>&1 \
        && "$clout" snapshots verify --output "$output" \
        && readers "$output"; then
        done_count=$((done_count + 1))
    else
        echo "  $name FAILED"
        failed=$((failed + 1))
    fi
}

# NAME, the number of bars, whether foresight is one (1 or 0), the input and further arguments of `clout evaluate`.
evaluation() {
    local name=$1 expected=$2 foresight=$3 input=$4 found
    shift 4
    echo "== $name, evaluated: $*"
    if ! measured "$clout" evaluate --quiet --input "$input" "$@" > "$results/found"; then
        echo "  $name FAILED"
        failed=$((failed + 1))
        return
    fi
    cat "$results/found"
    echo
    awk -v name="$name" -v foresight="$foresight" -f tests/bars.awk "$results/found" > "$results/own bars"
    table < "$results/own bars"
    cat "$results/own bars" >> "$bars"
    found=$(wc -l < "$results/own bars")
    if [ "$found" -ne "$expected" ]; then
        echo "  $name FAILED: $found bars were told, not $expected"
        failed=$((failed + 1))
    fi
}

# NAME, the input and further arguments of `clout evaluate`: figures that are told and held against no bar.
figures() {
    local name=$1 input=$2
    shift 2
    echo "== $name, told only: $*"
    if ! "$clout" evaluate --quiet --input "$input" "$@"; then
        echo "  $name FAILED"
        failed=$((failed + 1))
    fi
}

# Lines of five fields by tabs, aligned.
table() {
    awk -F '\t' '{ printf "  %-8s %-66s %8s  %-24s %s\n", $1, $2, $3, $4, $5 }'
}

night higgs "" --as-of 2012-07-04
night cardano jobs/stackexchange.toml
night gowalla ""

if is_there higgs; then
    evaluation higgs 12 1 "$data/higgs" --from 2012-07-01 --to 2012-07-03 --ahead 24h,12h
    evaluation higgs 19 0 "$data/higgs" --to 2012-07-04 --attacks
fi
if is_there cardano; then
    evaluation cardano 8 0 "$data/cardano" jobs/stackexchange.toml --from 2021-05-10 --every 7d --ahead 7d
fi
if is_there cardano; then
    evaluation cardano 8 0 "$data/cardano" jobs/stackexchange.toml --topics --foretell accept --by answer \
        --from 2021-06-25 --every 30d --ahead 30d
fi
# In sparse streams one answer of a known person lifts a fake above the 90th percentile: told, and no bar.
if is_there cardano; then
    figures cardano "$data/cardano" jobs/stackexchange.toml --attacks
fi
if is_there gowalla; then
    figures gowalla "$data/gowalla" --attacks
    evaluation gowalla 10 0 "$data/gowalla" --every 7d --ahead 7d
fi
evaluation sample 14 0 sample_data --every 7d
evaluation sample 19 0 sample_data --attacks

echo
echo "== every bar"
awk '!told[$0]++' "$bars" > "$results/every bar"
table < "$results/every bar"
missed=$(grep -c 'MISSED$' "$results/every bar")
echo
echo "real data: $done_count published and verified, $skipped skipped, $failed failed"
echo "bars: $(grep -c 'met$' "$results/every bar") met, $missed MISSED"
[ "$failed" -eq 0 ] && [ "$missed" -eq 0 ]
