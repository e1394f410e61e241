"""The cost of topics: runs on a tagged warehouse with and without its topics."""
import os
import shutil

from harness import CACHE, GENERATED_LAST_DAY, HEADER, clout_run, days_before, generate, make, median, row, show, stages, timed

TAGGED = ["--seed", 7, "--persons", 20000, "--days", 30]  # 436,000 rows.


def with_and_without_topics():
    """Returns the tagged warehouse, and the same files without its topics."""
    tagged = CACHE / "tagged-20000-30"
    make(tagged, generate(*TAGGED), -1)
    bare = CACHE / "tagged-20000-30-without-topics"
    shutil.rmtree(bare, ignore_errors=True)
    shutil.copytree(tagged, bare, ignore=shutil.ignore_patterns("topics", "topic_edges"), copy_function=os.link)
    return {"with topics": tagged, "without": bare}


def measure(runs):
    """Runs all load dates and the next load date of both, in turn; prints and returns the cost of topics."""
    warehouses = with_and_without_topics()
    output, measured = CACHE / "out", {}
    for _ in range(runs):
        for name, warehouse in warehouses.items():
            shutil.rmtree(output, ignore_errors=True)
            command = clout_run(warehouse, output, GENERATED_LAST_DAY)
            measured.setdefault(("all load dates", name), []).append(timed(command))
            shutil.rmtree(output, ignore_errors=True)
            timed(clout_run(warehouse, output, days_before(GENERATED_LAST_DAY, 1)))
            command = clout_run(warehouse, output, GENERATED_LAST_DAY)
            measured.setdefault(("the next load date", name), []).append(timed(command))
    shutil.rmtree(output, ignore_errors=True)
    rows_read = measured["all load dates", "with topics"][0].summary()["rows_read"]
    print(f"\nCost of topics: {rows_read:,.0f} rows, nearly all with tags")
    rows, costs = [HEADER + ["x without"]], []
    for case, most in (("all load dates", "1.8"), ("the next load date", "1.6")):
        base = median(measured[case, "without"])
        rows += [row(f"{case}, {name}", measured[case, name], base) for name in warehouses]
        cost = median(measured[case, "with topics"]) / base
        costs.append([f"{case} with topics, times without", f"{cost:.2f}", most])
    show(rows)
    for case in ("all load dates", "the next load date"):
        print(f"seconds by stage, {case}, with topics: {stages(measured[case, 'with topics'][0])}")
    return costs
