"""Processes, warehouses and tables for the benchmarks of whole runs. Needs only Python itself."""
import datetime
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CACHE = TARGET / "bench"
CLOUT = Path(os.environ.get("CLOUT_BIN", TARGET / "release" / "clout"))
SHARED = Path(os.environ.get("CLOUT_BENCH", ROOT.parent / "shared" / "bench"))
LAST_DAY = "2026-11-22"  # The last load date of gen_activity.py.
GENERATED_LAST_DAY = "2026-10-31"  # The last load date of `clout generate`.
LOG = CACHE / "log.txt"


@dataclass
class Run:
    """One process: wall seconds, processor seconds, peak MiB (of this child alone), and its output."""

    seconds: float
    processor: float
    peak: float
    text: str

    def summary(self):
        return json.loads(self.text)


def missing_modules(*names):
    return [name for name in names if importlib.util.find_spec(name) is None]


def timed(command):
    """Runs a command and measures it; ends this program if it fails."""
    with open(LOG, "w+") as out:
        started = time.monotonic()
        child = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if child.returncode != 0:
        sys.exit(f"{command[0]} ended with {child.returncode}:\n{text}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)


def days_before(day, days):
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=days)).isoformat()


def clout_run(warehouse, output, as_of, *options):
    return [
        CLOUT, "run", "--input", warehouse, "--output", output, "--as-of", as_of, "--format", "json", "--quiet", *options
    ]


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


def make_warehouse(users, events, days):
    """Returns the warehouse, its last load date, and True if the rival can read it."""
    generator = SHARED / "gen_activity.py"
    missing = missing_modules("numpy", "pyarrow")
    if generator.is_file() and not missing:
        path = CACHE / f"activities-{users}-{events}-{days}"
        command = [sys.executable, generator, "", "--users", users, "--events", events, "--days", days]
        make(path, command, 2)
        return path, LAST_DAY, True
    path = CACHE / "generated-50000-60"
    command = generate("--seed", 7, "--persons", 50000, "--days", 60)
    reason = f"it needs {' and '.join(missing)}" if generator.is_file() else "it is missing"
    print(f"gen_activity.py: skipped, {reason}; clout generate makes the warehouse", flush=True)
    make(path, command, len(command) - 1)
    return path, GENERATED_LAST_DAY, False


def rival_command(warehouse, last_day, is_rivals):
    """Returns the command of the rival, or the reason to skip it."""
    script = SHARED / "rivals.py"
    if not is_rivals:
        return None, "it reads gen_activity.py's warehouse only"
    if not script.is_file():
        return None, "rivals.py is missing"
    if missing := missing_modules("polars", "scipy"):
        return None, f"it needs {' and '.join(missing)}"
    return [sys.executable, script, "polars-scipy", warehouse, CACHE / "rival.parquet", days_before(last_day, -1)], None


def median(runs, value=lambda run: run.seconds):
    return statistics.median(value(run) for run in runs)


def bytes_below(folder):
    return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())


def row(name, runs, base=None):
    seconds = [run.seconds for run in runs]
    ratio = f"{median(runs) / base:.2f}" if base else "-"
    figures = [f"{value:.2f}" for value in (median(runs), min(seconds), max(seconds), median(runs, lambda r: r.processor))]
    return [name, str(len(runs)), *figures, f"{max(run.peak for run in runs):,.0f}", ratio]


HEADER = ["", "runs", "seconds", "least", "most", "processor s", "peak MiB"]


def show(rows):
    widths = [max(len(line[column]) for line in rows) for column in range(len(rows[0]))]
    for line in rows:
        cells = enumerate(zip(line, widths))
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in cells))


def stages(run):
    inner = {name: seconds for name, seconds in run.summary()["timings"].items() if name != "total"}
    return ", ".join(f"{name} {seconds:.2f}" for name, seconds in sorted(inner.items(), key=lambda item: -item[1]))
