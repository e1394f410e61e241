"""The state and memory of nights: bytes written, `explain`, the estimate of `plan`, and a run within a memory limit."""
import json
import shutil
import statistics

from harness import CACHE, CLOUT, LAST_DAY, bytes_below, clout_run, days_before, make_warehouse, timed


def measure_nights(warehouse, last_day, nights, pairs):
    """Runs nights in a row; returns the mean bytes of state a night, and the bytes on disk a pair.

    Leaves the output of the last night for `measure_explain`.
    """
    output = CACHE / "nights"
    shutil.rmtree(output, ignore_errors=True)
    timed(clout_run(warehouse, output, days_before(last_day, nights), "--set", "state.keep=1000"))
    written, before = [], bytes_below(output / "state")
    for night in reversed(range(nights)):
        timed(clout_run(warehouse, output, days_before(last_day, night), "--set", "state.keep=1000"))
        after = bytes_below(output / "state")
        written.append(after - before)
        before = after
    print("MB of state written by night: " + " ".join(f"{size / 1e6:.0f}" for size in written))
    # What the state of the last night names.
    named = json.loads(next((output / "state" / last_day).rglob("state.json")).read_text())
    files = list(find_files(named["index"]))
    on_disk = sum(file["size"] for file in files) + sum(table["size"] for table in named["tables"])
    return [
        ["state written a night, MB, compaction included", f"{statistics.mean(written) / 1e6:.0f}", "100"],
        ["state on disk a pair, bytes", f"{on_disk / pairs:.1f}", "32"],
    ]


def find_files(value):
    """Iterates over the files of an index: objects with a path and a size."""
    if isinstance(value, dict):
        if "path" in value and "size" in value:
            yield value
        for inner in value.values():
            yield from find_files(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from find_files(inner)


def measure_explain():
    """Explains the person with about the thousandth rank."""
    output = CACHE / "nights"
    query = "SELECT person_id FROM scores WHERE score IS NOT NULL ORDER BY rank, person_id LIMIT 1 OFFSET 1000"
    found = timed([CLOUT, "query", query, "--output", output, "--format", "json", "--quiet"])
    person = json.loads(found.text)[0]["person_id"]
    run = timed([CLOUT, "explain", person, "--output", output, "--format", "json", "--quiet"])
    shutil.rmtree(output, ignore_errors=True)
    return [["explain, seconds", f"{run.seconds:.2f}", "1.5"], ["explain, peak MiB", f"{run.peak:,.0f}", "600"]]


def measure_plan(args, warehouse, last_day):
    """Compares the estimate of memory with the peak, for several lengths of the warehouse."""
    output, worst = CACHE / "plan", 0.0
    days = sorted({max(1, args.days * share // 5) for share in range(1, 6)})
    for length in days:
        as_of = days_before(last_day, args.days - length)
        shutil.rmtree(output, ignore_errors=True)
        command = [CLOUT, "plan", "--input", warehouse, "--output", output, "--as-of", as_of, "--format", "json"]
        plan = json.loads(timed([*command, "--quiet"]).text)
        run = timed(clout_run(warehouse, output, as_of))
        error = plan["memory_bytes"] / 2**20 / run.peak - 1
        print(f"plan of {length} load dates: {plan['memory_bytes'] / 2**20:,.0f} MiB, peak {run.peak:,.0f} ({error:+.0%})")
        worst = max(worst, abs(error))
    shutil.rmtree(output, ignore_errors=True)
    return [["plan, largest error of its memory", f"{worst:.0%}", "25%"]]


def measure_large(seconds_a_row):
    """Runs 200 million activities of 10 million accounts within 8 GiB."""
    warehouse, last_day, _ = make_warehouse(10_000_000, 200_000_000, 30)
    if last_day != LAST_DAY:
        return []
    output = CACHE / "large"
    shutil.rmtree(output, ignore_errors=True)
    run = timed(clout_run(warehouse, output, last_day, "--memory-limit", "8GiB"))
    shutil.rmtree(output, ignore_errors=True)
    return [
        ["200 M activities within 8 GiB, peak GiB", f"{run.peak / 1024:.1f}", "8"],
        ["200 M activities, time a row against 20 M", f"{run.seconds / 200_000_000 / seconds_a_row:.2f}", "1.3"],
    ]
