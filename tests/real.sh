#!/usr/bin/env bash
# Runs on real data, where it is there: `make real` builds and calls this.
#
# CLOUT_DATA  the data (default ../shared/data beside the project); what is not there is skipped
# CLOUT_BIN   the binary (default target/debug/clout)
#
# For each warehouse one snapshot is published into a fresh folder, its distribution and rejects are
# printed, its files are hashed again, and Python's readers open every table (where they are installed).
set -u
cd "$(dirname "$0")/.." || exit 1
data=${CLOUT_DATA:-../shared/data}
clout=${CLOUT_BIN:-${CARGO_TARGET_DIR:-target}/debug/clout}
[ -x "$clout" ] || { echo "$clout is not there: cargo build, or set CLOUT_BIN"; exit 1; }
results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
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

# NAME, the job file or "", and further arguments of `clout run`.
night() {
    local name=$1 job=$2 output="$results/$1"
    shift 2
    echo "== $name"
    if [ ! -d "$data/$name/activities" ]; then
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

night higgs "" --as-of 2012-07-04
night cardano jobs/stackexchange.toml
night gowalla ""
echo
echo "real data: $done_count published and verified, $skipped skipped, $failed failed"
[ "$failed" -eq 0 ]
