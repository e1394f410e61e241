#!/usr/bin/env python3
"""Measures whole runs as processes, and compares them with a script of an analyst.

usage: benches/night.py [--runs N] [--events N] [--users N] [--days N] [--only-topics]

Makes an activity warehouse once (cached below target/bench), then runs in turn
  clout    all load dates, without a state
  rival    polars + scipy: decayed edges and 20 rounds of propagation, nothing else
N times each, and the next run of clout (one load date, from the state of the day before) once. Last, it runs on a
warehouse of `clout generate`, in which nearly all rows have tags, with and without its topics/: the cost of topics.
Prints seconds (median, least, most), the peak memory of the largest process, and the ratio of medians.

The warehouse comes from ../shared/bench/gen_activity.py and the rival from rivals.py beside it. If they, or their
libraries, are missing, `clout generate` makes the warehouse and the rival is skipped. CLOUT_BENCH names another
folder for them, CLOUT_BIN another binary (target/release/clout). Needs only Python itself.
"""
import argparse
import datetime
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CACHE = TARGET / "bench"
CLOUT = Path(os.environ.get("CLOUT_BIN", TARGET / "release" / "clout"))
SHARED = Path(os.environ.get("CLOUT_BENCH", ROOT.parent / "shared" / "bench"))
LAST_DAY = "2026-11-22"  # The last load date of gen_activity.py.
GENERATED_LAST_DAY = "2026-10-31"  # The last load date of `clout generate`.
TAGGED = ["--seed", 7, "--persons", 20000, "--days", 30]  # The warehouse with topics: 436,000 rows.


def missing_modules(*names):
    return [name for name in names if importlib.util.find_spec(name) is None]


def timed(command, log):
    """Runs a command; returns seconds, peak MiB (ru_maxrss of this child alone), and stdout."""
    with open(log, "w+") as out:
        started = time.monotonic()
        child = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if child.returncode != 0:
        sys.exit(f"{command[0]} ended with {child.returncode}:\n{text}")
    return seconds, usage.ru_maxrss / 1024, text


def make_warehouse(args):
    """Returns the warehouse, its last load date, and True if the rival can read it."""
    generator = SHARED / "gen_activity.py"
    missing = missing_modules("numpy", "pyarrow")
    if generator.is_file() and not missing:
        path = CACHE / f"activities-{args.users}-{args.events}-{args.days}"
        command = [sys.executable, generator, "", "--users", args.users, "--events", args.events, "--days", args.days]
        index, last_day, is_rivals = 2, LAST_DAY, True
    else:
        path = CACHE / "generated-50000-60"
        command = generate("--seed", 7, "--persons", 50000, "--days", 60)
        index, last_day, is_rivals = len(command) - 1, GENERATED_LAST_DAY, False
        reason = f"it needs {' and '.join(missing)}" if generator.is_file() else "it is missing"
        print(f"gen_activity.py: skipped, {reason}; clout generate makes the warehouse", flush=True)
    make(path, command, index)
    return path, last_day, is_rivals


def generate(*options):
    return [CLOUT, "generate", *options, "--quiet", "--to", ""]


def make(path, command, index):
    """Makes a warehouse once; the word at `index` of the command is its folder."""
    if path.is_dir():
        return
    print(f"making {path.name} (once) ...", flush=True)
    unfinished = path.with_name(path.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command[index] = unfinished
    subprocess.run([str(word) for word in command], check=True)
    unfinished.rename(path)


def with_and_without_topics():
    """Returns the tagged warehouse, and the same files without its topics."""
    tagged = CACHE / "tagged-20000-30"
    make(tagged, generate(*TAGGED), -1)
    bare = CACHE / "tagged-20000-30-without-topics"
    shutil.rmtree(bare, ignore_errors=True)
    shutil.copytree(tagged, bare, ignore=shutil.ignore_patterns("topics", "topic_edges"), copy_function=os.link)
    return {"with topics": tagged, "without": bare}


def rival_command(warehouse, last_day, is_rivals):
    """Returns the command of the rival, or the reason to skip it."""
    script = SHARED / "rivals.py"
    if not is_rivals:
        return None, "it reads gen_activity.py's warehouse only"
    if not script.is_file():
        return None, "rivals.py is missing"
    if missing := missing_modules("polars", "scipy"):
        return None, f"it needs {' and '.join(missing)}"
    as_of = datetime.date.fromisoformat(last_day) + datetime.timedelta(days=1)
    return [sys.executable, script, "polars-scipy", warehouse, CACHE / "rival.parquet", as_of], None


def clout_command(warehouse, output, as_of):
    return [CLOUT, "run", "--input", warehouse, "--output", output, "--as-of", as_of, "--format", "json", "--quiet"]


def row(name, measured, base=None):
    seconds = [run[0] for run in measured]
    median = statistics.median(seconds)
    ratio = f"{median / base:.2f}" if base else "-"
    peak = max(run[1] for run in measured)
    figures = [f"{value:.2f}" for value in (median, min(seconds), max(seconds))]
    return [name, str(len(measured)), *figures, f"{peak:,.0f}", ratio]


def show(rows):
    widths = [max(len(line[column]) for line in rows) for column in range(len(rows[0]))]
    for line in rows:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))))


def stages(text):
    timings = json.loads(text)["timings"]
    inner = {name: seconds for name, seconds in timings.items() if name != "total"}
    return ", ".join(f"{name} {seconds:.2f}" for name, seconds in sorted(inner.items(), key=lambda item: -item[1]))


def topics_on_top(runs):
    """Runs all load dates and the next load date of both, in turn; prints the cost of topics."""
    warehouses = with_and_without_topics()
    day_before = datetime.date.fromisoformat(GENERATED_LAST_DAY) - datetime.timedelta(days=1)
    output, eve, log = CACHE / "out", CACHE / "eve", CACHE / "log.txt"
    measured = {}
    for _ in range(runs):
        for name, warehouse in warehouses.items():
            shutil.rmtree(output, ignore_errors=True)
            command = clout_command(warehouse, output, GENERATED_LAST_DAY)
            measured.setdefault(("all load dates", name), []).append(timed(command, log))
            shutil.rmtree(eve, ignore_errors=True)
            timed(clout_command(warehouse, eve, day_before), log)
            command = clout_command(warehouse, eve, GENERATED_LAST_DAY)
            measured.setdefault(("the next load date", name), []).append(timed(command, log))
    for path in (output, eve):
        shutil.rmtree(path, ignore_errors=True)
    summary = json.loads(measured["all load dates", "with topics"][0][2])
    print(f"\nCost of topics: {summary['rows_read']:,.0f} rows, nearly all with tags")
    rows = [["", "runs", "seconds", "least", "most", "peak MiB", "x without"]]
    for case in ("all load dates", "the next load date"):
        base = statistics.median(run[0] for run in measured[case, "without"])
        for name in warehouses:
            rows.append(row(f"{case}, {name}", measured[case, name], base))
    show(rows)
    for case in ("all load dates", "the next load date"):
        print(f"seconds by stage, {case}, with topics: {stages(measured[case, 'with topics'][0][2])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--only-topics", action="store_true", help="measure only the cost of topics")
    args = parser.parse_args()
    if not CLOUT.is_file():
        sys.exit(f"{CLOUT} is missing: run cargo build --release, or set CLOUT_BIN")
    CACHE.mkdir(parents=True, exist_ok=True)
    if args.only_topics:
        return topics_on_top(args.runs)
    warehouse, last_day, is_rivals = make_warehouse(args)
    rival, reason = rival_command(warehouse, last_day, is_rivals)
    files = sorted(warehouse.rglob("*.parquet"))
    read = sum(len(file.read_bytes()) for file in files)  # Warms the page cache for both.
    print(f"{warehouse.name}: {len(files)} files, {read / 2**20:,.0f} MiB; {os.cpu_count()} processors", flush=True)

    output, log = CACHE / "out", CACHE / "log.txt"
    ours, theirs = [], []
    for number in range(args.runs):
        shutil.rmtree(output, ignore_errors=True)
        ours.append(timed(clout_command(warehouse, output, last_day), log))
        print(f"  run {number + 1}: clout {ours[-1][0]:.1f} s", flush=True)
        if rival:
            theirs.append(timed(rival, log))
            print(f"  run {number + 1}: rival {theirs[-1][0]:.1f} s", flush=True)
    day_before = datetime.date.fromisoformat(last_day) - datetime.timedelta(days=1)
    shutil.rmtree(output, ignore_errors=True)
    timed(clout_command(warehouse, output, day_before), log)
    next_night = timed(clout_command(warehouse, output, last_day), log)
    shutil.rmtree(output, ignore_errors=True)

    print()
    base = statistics.median(run[0] for run in theirs) if theirs else None
    rows = [["", "runs", "seconds", "least", "most", "peak MiB", "x rival"], row("clout, all load dates", ours, base)]
    if theirs:
        rows.append(row("rival, polars + scipy", theirs, base))
    rows.append(row("clout, the next load date", [next_night], base))
    show(rows)
    if reason:
        print(f"rival: skipped, {reason}")
    middle = sorted(ours)[len(ours) // 2]
    summary = json.loads(middle[2])
    print(f"rows read {summary['rows_read']:,.0f}, pairs {summary['pairs']:,.0f}, people {summary['persons']:,.0f}")
    print(f"seconds by stage, all load dates: {stages(middle[2])}")
    print(f"seconds by stage, the next load date: {stages(next_night[2])}")
    topics_on_top(args.runs)


if __name__ == "__main__":
    main()
