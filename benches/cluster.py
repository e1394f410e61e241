#!/usr/bin/env python3
"""Measures whole runs on a cluster of two executors on this machine, beside one process with the same cores.

usage: benches/cluster.py [--runs N] [--events N] [--users N] [--days N]

Runs in turn, N times each, on the warehouse of night.py (a shared folder for input, output and blocks):
  alone     clout run, rebuild and next night
  cluster   clout-cluster run with a scheduler and two executors of one shard at a time
and prints seconds, peak memory of each process, bytes of blocks by step, and the ratio of the times.

CLOUT_BIN names clout and CLOUT_CLUSTER_BIN clout-cluster (target/cluster/release/).
"""
import argparse
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path

from harness import CACHE, CLOUT, TARGET, clout_run, days_before, make_warehouse, median, show, stages, timed

CLUSTER = Path(os.environ.get("CLOUT_CLUSTER_BIN", TARGET / "cluster" / "release" / "clout-cluster"))


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


class Cluster:
    """A scheduler and executors as processes."""

    def __init__(self, executors=2):
        self.port = free_port()
        self.log = open(CACHE / "cluster.log", "w")
        self.processes = {"scheduler": self.start("scheduler", "--bind", f"127.0.0.1:{self.port}")}
        for number in range(1, executors + 1):
            self.processes[f"executor {number}"] = self.start(
                "executor", "--scheduler-port", self.port, "--port", free_port(), "--shards", 1,
                "--work-dir", CACHE / f"executor-{number}", variables={"RAYON_NUM_THREADS": "1"}
            )
        self.wait()

    def start(self, *arguments, variables=None):
        command = [str(word) for word in [CLUSTER, "--quiet", *arguments]]
        return subprocess.Popen(command, stdout=self.log, stderr=self.log, env={**os.environ, **(variables or {})})

    def wait(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("no executor was registered within 30 s")

    def peaks(self):
        """Returns the peak memory of each process in MiB."""
        peaks = {}
        for name, process in self.processes.items():
            status = Path(f"/proc/{process.pid}/status").read_text()
            peaks[name] = int(status.split("VmHWM:")[1].split()[0]) / 1024
        return peaks

    def stop(self):
        for process in self.processes.values():
            process.kill()
            process.wait()

    def run(self, warehouse, output, as_of):
        """Runs a date; returns the driver's run and the bytes of blocks by step."""
        command = clout_run(warehouse, output, as_of)
        command[0:1] = [CLUSTER]
        command += ["--scheduler", f"http://127.0.0.1:{self.port}"]
        blocks = Blocks(output / "work")
        run = timed(command)
        return run, blocks.finish()


class Blocks:
    """Notes the files below a work folder while a run is at work, because it deletes them."""

    def __init__(self, folder):
        self.folder, self.sizes, self.is_done = folder, {}, False
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.is_done:
            for root, _, files in os.walk(self.folder):
                for name in files:
                    path = os.path.join(root, name)
                    try:
                        self.sizes[path] = os.path.getsize(path)
                    except OSError:
                        pass
            time.sleep(0.05)

    def finish(self):
        self.is_done = True
        self.thread.join()
        by_step = Counter()
        for path, size in self.sizes.items():
            parts = Path(path).relative_to(self.folder).parts
            if len(parts) < 4:
                continue  # A file that is being written.
            by_step["own" if parts[2].startswith("own-") else parts[2]] += size
        return by_step


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30)
    args = parser.parse_args()
    for program in (CLOUT, CLUSTER):
        if not program.is_file():
            sys.exit(f"{program} is missing: run make cluster-bench, or set CLOUT_BIN and CLOUT_CLUSTER_BIN")
    CACHE.mkdir(parents=True, exist_ok=True)
    warehouse, last_day, _ = make_warehouse(args.users, args.events, args.days)
    sum(len(file.read_bytes()) for file in warehouse.rglob("*.parquet"))  # Warms the page cache.
    measured = {name: [] for name in ("rebuild alone", "rebuild cluster", "next night alone", "next night cluster")}
    blocks, peaks = {}, {}
    before, output = CACHE / "day-before", CACHE / "out"
    shutil.rmtree(before, ignore_errors=True)
    timed(clout_run(warehouse, before, days_before(last_day, 1)))

    def prepare(is_next):
        shutil.rmtree(output, ignore_errors=True)
        if is_next:
            shutil.copytree(before, output, copy_function=os.link)

    for number in range(args.runs):
        for is_next, name in ((False, "rebuild"), (True, "next night")):
            prepare(is_next)
            measured[f"{name} alone"].append(timed(clout_run(warehouse, output, last_day)))
            expected = tables(output)
            prepare(is_next)
            cluster = Cluster()
            run, blocks[name] = cluster.run(warehouse, output, last_day)
            measured[f"{name} cluster"].append(run)
            peaks[name] = {"driver": run.peak, **cluster.peaks()}
            cluster.stop()
            if tables(output) != expected:
                sys.exit(f"{name}: the tables of the cluster differ")
        print(f"  turn {number + 1}: " + ", ".join(f"{name} {runs[-1].seconds:.1f} s" for name, runs in measured.items()), flush=True)
    print()
    show([["", "seconds", "peak MiB"], *([name, f"{median(runs):.2f}", f"{median(runs, lambda run: run.peak):,.0f}"] for name, runs in measured.items())])
    for name in ("rebuild", "next night"):
        ratio = median(measured[f"{name} cluster"]) / median(measured[f"{name} alone"])
        print(f"\n{name}: {ratio:.2f} times one process (must be at most 1.5)")
        print("  peak MiB: " + ", ".join(f"{process} {peak:,.0f}" for process, peak in peaks[name].items()))
        print("  MiB of blocks: " + ", ".join(f"{step} {size / 2**20:,.0f}" for step, size in sorted(blocks[name].items())))
        for place in ("alone", "cluster"):
            print(f"  seconds by stage, {place}: {stages(measured[f'{name} {place}'][-1])}")


def tables(output):
    """Returns the names of all parts of the newest snapshot; a name has the hash of its content."""
    return sorted(
        str(path.relative_to(output)) for path in output.glob("*/snapshot_date=*/part-*.parquet")
        if path.parts[-3] != "rejects"
    )


if __name__ == "__main__":
    main()
