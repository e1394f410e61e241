#!/usr/bin/env bash
# Runs on real data, if present: `make real` builds and calls this script.
#
# CLOUT_DATA  the data (default ../shared/data beside the project); missing data sets are skipped
# CLOUT_BIN   the binary (default target/debug/clout)
#
# For each warehouse one snapshot is published into a new folder, its distribution and rejects are
# printed, its files are hashed again, and Python's readers open each table (if they are installed).
# Then each warehouse is evaluated: the output of `clout evaluate` is printed, and tests/thresholds.awk checks
# each threshold in it. A missed threshold fails the script, and so does a threshold missing from the output.
set -u
cd "$(dirname "$0")/.." || exit 1
data=${CLOUT_DATA:-../shared/data}
clout=${CLOUT_BIN:-${CARGO_TARGET_DIR:-target}/debug/clout}
[ -x "$clout" ] || { echo "$clout is missing: run cargo build, or set CLOUT_BIN"; exit 1; }
results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
thresholds="$results/thresholds"
: > "$thresholds"
done_count=0
skipped=0
failed=0

# Runs a command and prints its time and memory, if /usr/bin/time exists.
measured() {
    if [ -x /usr/bin/time ] && /usr/bin/time -f '%e' true 2> /dev/null > /dev/null; then
        /usr/bin/time -f '  process    %e s, peak memory %M KiB' "$@"
    else
        "$@"
    fi
}

readers() {
    if [ ! -f tests/readers.py ]; then
        echo "  readers    skipped: tests/readers.py is missing"
    elif ! python3 -c 'import duckdb, polars, pyarrow' 2> /dev/null; then
        echo "  readers    skipped: needs python3 with duckdb, polars and pyarrow"
    else
        python3 tests/readers.py "$1"
    fi
}

is_present() {
    [ -d "$data/$1/activities" ]
}

# NAME, the job file or "", and further arguments of `clout run`.
night() {
    local name=$1 job=$2 output="$results/$1"
    shift 2
    echo "== $name"
    if ! is_present "$name"; then
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

# NAME, the number of thresholds, 1 if foresight has thresholds (or 0), the input and further arguments of `clout evaluate`.
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
    awk -v name="$name" -v foresight="$foresight" -f tests/thresholds.awk "$results/found" > "$results/own thresholds"
    table < "$results/own thresholds"
    cat "$results/own thresholds" >> "$thresholds"
    found=$(wc -l < "$results/own thresholds")
    if [ "$found" -ne "$expected" ]; then
        echo "  $name FAILED: the output has $found thresholds, expected $expected"
        failed=$((failed + 1))
    fi
}

# NAME, the input and further arguments of `clout evaluate`: prints figures without a threshold.
figures() {
    local name=$1 input=$2
    shift 2
    echo "== $name, figures only: $*"
    if ! "$clout" evaluate --quiet --input "$input" "$@"; then
        echo "  $name FAILED"
        failed=$((failed + 1))
    fi
}

# Aligns lines of five fields, separated by tabs.
table() {
    awk -F '\t' '{ printf "  %-8s %-66s %8s  %-24s %s\n", $1, $2, $3, $4, $5 }'
}

night higgs "" --as-of 2012-07-04
night cardano jobs/stackexchange.toml
night gowalla ""

if is_present higgs; then
    evaluation higgs 12 1 "$data/higgs" --from 2012-07-01 --to 2012-07-03 --ahead 24h,12h
    evaluation higgs 19 0 "$data/higgs" --to 2012-07-04 --attacks
fi
if is_present cardano; then
    evaluation cardano 8 0 "$data/cardano" jobs/stackexchange.toml --from 2021-05-10 --every 7d --ahead 7d
fi
if is_present cardano; then
    evaluation cardano 8 0 "$data/cardano" jobs/stackexchange.toml --topics --foretell accept --by answer \
        --from 2021-06-25 --every 30d --ahead 30d
fi
# In sparse streams one answer of a known person lifts a fake above the 90th percentile: no threshold.
if is_present cardano; then
    figures cardano "$data/cardano" jobs/stackexchange.toml --attacks
fi
if is_present gowalla; then
    figures gowalla "$data/gowalla" --attacks
    evaluation gowalla 10 0 "$data/gowalla" --every 7d --ahead 7d
fi
evaluation sample 14 0 sample_data --every 7d
evaluation sample 19 0 sample_data --attacks

echo
echo "== all thresholds"
awk '!printed[$0]++' "$thresholds" > "$results/all thresholds"
table < "$results/all thresholds"
missed=$(grep -c 'MISSED$' "$results/all thresholds")
echo
echo "real data: $done_count published and verified, $skipped skipped, $failed failed"
echo "thresholds: $(grep -c 'met$' "$results/all thresholds") met, $missed MISSED"
[ "$failed" -eq 0 ] && [ "$missed" -eq 0 ]
