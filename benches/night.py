#!/usr/bin/env python3
"""Whole nights as whole processes, beside what an analyst would write instead.

usage: benches/night.py [--runs N] [--events N] [--users N] [--days N] [--only-topics]

Makes an activity warehouse once (cached below target/bench), then runs in turn
  clout    every load date, from no state
  rival    polars + scipy: decayed edges and 20 rounds of propagation, nothing else
N times each, and clout's next night (one load date, from the state of the day before) once. Last, a warehouse of
`clout generate`, nearly every row of which is tagged, with its topics/ and without them: what topics cost on top.
Shows seconds (median, least, most), the peak memory of the largest process, and the ratio of medians.

The warehouse comes from ../shared/bench/gen_activity.py and the rival from rivals.py beside it; without
them, or without their libraries, `clout generate` makes the warehouse and the rival is skipped. Another
place: CLOUT_BENCH. Another binary: CLOUT_BIN (target/release/clout). Needs nothing but Python itself.
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
    """Runs a command; seconds, peak MiB of it (ru_maxrss of this child alone), and its stdout."""
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
    """The warehouse, its last load date, and whether the rival can read it."""
    generator = SHARED / "gen_activity.py"
    missing = missing_modules("numpy", "pyarrow")
    if generator.is_file() and not missing:
        path = CACHE / f"activities-{args.users}-{args.events}-{args.days}"
        command = [sys.executable, generator, "", "--users", args.users, "--events", args.events, "--days", args.days]
        place, last_day, is_rivals = 2, LAST_DAY, True
    else:
        path = CACHE / "generated-50000-60"
        command = generate("--seed", 7, "--persons", 50000, "--days", 60)
        place, last_day, is_rivals = len(command) - 1, GENERATED_LAST_DAY, False
        why = f"it needs {' and '.join(missing)}" if generator.is_file() else "it is not there"
        print(f"gen_activity.py: skipped, {why}; the warehouse is clout's own", flush=True)
    make(path, command, place)
    return path, last_day, is_rivals


def generate(*options):
    return [CLOUT, "generate", *options, "--quiet", "--to", ""]


def make(path, command, place):
    """Makes a warehouse once; the word at `place` of the command is where to."""
    if path.is_dir():
        return
    print(f"making {path.name} (once) ...", flush=True)
    unfinished = path.with_name(path.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command[place] = unfinished
    subprocess.run([str(word) for word in command], check=True)
    unfinished.rename(path)


def with_and_without_topics():
    """The tagged warehouse, and the same files without its topics."""
    tagged = CACHE / "tagged-20000-30"
    make(tagged, generate(*TAGGED), -1)
    bare = CACHE / "tagged-20000-30-without-topics"
    shutil.rmtree(bare, ignore_errors=True)
    shutil.copytree(tagged, bare, ignore=shutil.ignore_patterns("topics", "topic_edges"), copy_function=os.link)
    return {"with topics": tagged, "without": bare}


def rival_command(warehouse, last_day, is_rivals):
    """How the rival is called, or why it is not."""
    script = SHARED / "rivals.py"
    if not is_rivals:
        return None, "it reads gen_activity.py's warehouse only"
    if not script.is_file():
        return None, "rivals.py is not there"
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
    """Every load date and the next night of both, in turn; shows what topics add."""
    warehouses = with_and_without_topics()
    day_before = datetime.date.fromisoformat(GENERATED_LAST_DAY) - datetime.timedelta(days=1)
    output, eve, log = CACHE / "out", CACHE / "eve", CACHE / "log.txt"
    measured = {}
    for _ in range(runs):
        for name, warehouse in warehouses.items():
            shutil.rmtree(output, ignore_errors=True)
            command = clout_command(warehouse, output, GENERATED_LAST_DAY)
            measured.setdefault(("every load date", name), []).append(timed(command, log))
            shutil.rmtree(eve, ignore_errors=True)
            timed(clout_command(warehouse, eve, day_before), log)
            command = clout_command(warehouse, eve, GENERATED_LAST_DAY)
            measured.setdefault(("the next night", name), []).append(timed(command, log))
    for path in (output, eve):
        shutil.rmtree(path, ignore_errors=True)
    summary = json.loads(measured["every load date", "with topics"][0][2])
    print(f"\nWhat topics cost: {summary['rows_read']:,.0f} rows, nearly all tagged")
    rows = [["", "runs", "seconds", "least", "most", "peak MiB", "x without"]]
    for what in ("every load date", "the next night"):
        base = statistics.median(run[0] for run in measured[what, "without"])
        for name in warehouses:
            rows.append(row(f"{what}, {name}", measured[what, name], base))
    show(rows)
    for what in ("every load date", "the next night"):
        print(f"seconds by stage, {what}, with topics: {stages(measured[what, 'with topics'][0][2])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--only-topics", action="store_true", help="nothing but what topics cost")
    args = parser.parse_args()
    if not CLOUT.is_file():
        sys.exit(f"{CLOUT} is not there: cargo build --release, or set CLOUT_BIN")
    CACHE.mkdir(parents=True, exist_ok=True)
    if args.only_topics:
        return topics_on_top(args.runs)
    warehouse, last_day, is_rivals = make_warehouse(args)
    rival, why_not = rival_command(warehouse, last_day, is_rivals)
    files = sorted(warehouse.rglob("*.parquet"))
    read = sum(len(file.read_bytes()) for file in files)  # Warms the page cache for both alike.
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
    rows = [["", "runs", "seconds", "least", "most", "peak MiB", "x rival"], row("clout, every load date", ours, base)]
    if theirs:
        rows.append(row("rival, polars + scipy", theirs, base))
    rows.append(row("clout, the next night", [next_night], base))
    show(rows)
    if why_not:
        print(f"rival: skipped, {why_not}")
    middle = sorted(ours)[len(ours) // 2]
    summary = json.loads(middle[2])
    print(f"rows read {summary['rows_read']:,.0f}, pairs {summary['pairs']:,.0f}, people {summary['persons']:,.0f}")
    print(f"seconds by stage, every load date: {stages(middle[2])}")
    print(f"seconds by stage, the next night:  {stages(next_night[2])}")
    topics_on_top(args.runs)


if __name__ == "__main__":
    main()
