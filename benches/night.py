#!/usr/bin/env python3
"""Measures whole runs as processes, beside a script of an analyst, and prints the thresholds of a night.

usage: benches/night.py [--runs N] [--events N] [--users N] [--days N] [--nights N] [--only-topics] [--large]

Makes an activity warehouse once (cached below target/bench), then runs in turn, N times each,
  rebuild     all load dates, without a state
  rival       polars + scipy: decayed edges and 20 rounds of propagation, nothing else
  next night  the last load date, from the state of the day before
Then it measures ten nights in a row (bytes of state), `explain`, and the estimate of `plan`. Last, it runs on a
warehouse of `clout generate`, in which nearly all rows have tags, with and without its topics/: the cost of topics.
--large adds 200 million activities within a memory limit of 8 GiB (an hour, 40 GB of disk).

The warehouse comes from ../shared/bench/gen_activity.py and the rival from rivals.py beside it. If they, or their
libraries, are missing, `clout generate` makes the warehouse and the rival is skipped. CLOUT_BENCH names another
folder for them, CLOUT_BIN another binary (target/release/clout).
"""
import argparse
import os
import shutil
import sys

import night_state
import night_topics
from harness import (
    CACHE, CLOUT, HEADER, clout_run, days_before, make_warehouse, median, rival_command, row, show, stages, timed
)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--nights", type=int, default=10, help="nights in a row for the bytes of state")
    parser.add_argument("--only-topics", action="store_true", help="measure only the cost of topics")
    parser.add_argument("--large", action="store_true", help="add the run within a memory limit")
    return parser.parse_args()


def run_in_turn(runs, warehouse, last_day, rival):
    """Returns the runs of rebuild, rival and next night."""
    output, measured = CACHE / "out", {"rebuild": [], "rival": [], "next night": []}
    before = CACHE / "day-before"
    shutil.rmtree(before, ignore_errors=True)
    timed(clout_run(warehouse, before, days_before(last_day, 1)))
    for number in range(runs):
        shutil.rmtree(output, ignore_errors=True)
        measured["rebuild"].append(timed(clout_run(warehouse, output, last_day)))
        if rival:
            measured["rival"].append(timed(rival))
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(before, output, copy_function=os.link)
        measured["next night"].append(timed(clout_run(warehouse, output, last_day)))
        seconds = ", ".join(f"{name} {own[-1].seconds:.1f} s" for name, own in measured.items() if own)
        print(f"  turn {number + 1}: {seconds}", flush=True)
    shutil.rmtree(before, ignore_errors=True)
    return measured


def compare(measured):
    """Returns rows of the threshold table for time and memory."""
    rebuild, rival, night = measured["rebuild"], measured["rival"], measured["next night"]
    rows = [["processor time / wall time of a rebuild", ratio(median(rebuild, lambda r: r.processor / r.seconds)), "1.75"]]
    if rival:
        peak = lambda runs: median(runs, lambda run: run.peak)
        rows += [
            ["rebuild, seconds against the rival's", ratio(median(rebuild) / median(rival)), "1.0"],
            ["rebuild, peak memory against the rival's", ratio(peak(rebuild) / peak(rival)), "0.6"],
            ["next night, seconds against the rival's", ratio(median(night) / median(rival)), "0.6"],
        ]
    return rows


def ratio(value):
    return f"{value:.2f}"


def main():
    args = parse_arguments()
    if not CLOUT.is_file():
        sys.exit(f"{CLOUT} is missing: run cargo build --release, or set CLOUT_BIN")
    CACHE.mkdir(parents=True, exist_ok=True)
    if args.only_topics:
        return night_topics.measure(args.runs)
    warehouse, last_day, is_rivals = make_warehouse(args.users, args.events, args.days)
    rival, reason = rival_command(warehouse, last_day, is_rivals)
    files = sorted(warehouse.rglob("*.parquet"))
    read = sum(len(file.read_bytes()) for file in files)  # Warms the page cache for both.
    print(f"{warehouse.name}: {len(files)} files, {read / 2**20:,.0f} MiB; {os.cpu_count()} processors", flush=True)

    measured = run_in_turn(args.runs, warehouse, last_day, rival)
    print()
    base = median(measured["rival"]) if rival else None
    show([HEADER + ["x rival"], *(row(name, own, base) for name, own in measured.items() if own)])
    if reason:
        print(f"rival: skipped, {reason}")
    for name in ("rebuild", "next night"):
        middle = sorted(measured[name], key=lambda run: run.seconds)[args.runs // 2]
        print(f"seconds by stage, {name}: {stages(middle)}")
    summary = measured["rebuild"][0].summary()
    print(f"rows read {summary['rows_read']:,.0f}, pairs {summary['pairs']:,.0f}, people {summary['persons']:,.0f}")

    rows = compare(measured)
    rows += night_state.measure_nights(warehouse, last_day, args.nights, summary["pairs"])
    rows += night_state.measure_explain()
    rows += night_state.measure_plan(args, warehouse, last_day)
    if args.large:
        rows += night_state.measure_large(median(measured["rebuild"]) / args.events)
    rows += night_topics.measure(args.runs)
    print()
    show([["", "measured", "must be at most (processor time: at least)"], *rows])


if __name__ == "__main__":
    main()
