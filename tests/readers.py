#!/usr/bin/env python3
"""Opens every published table by glob with DuckDB, Polars and pyarrow, as an analyst would.

    python3 tests/readers.py OUTPUT_ROOT

Checks the contract's columns in order, their types and the row counts of every manifest. A reader
that is not installed is skipped with a message. The last line is `N passed, N failed`; exit 1 if any failed.
"""

import importlib
import json
import pathlib
import sys

# Kinds of columns, as in the contract: ids and texts, counts INT64, measures DOUBLE, flags,
# TIMESTAMP(MICROS, UTC), dates, lists of texts.
TABLES = {
    "scores": dict(
        person_id="text", score="measure", score_low="measure", score_high="measure", coverage="measure",
        rank="count", percentile="measure", delta_1d="measure", delta_7d="measure", delta_30d="measure",
        reach="measure", amplification="measure", audience_influence="measure", networks="texts",
        is_new="flag", last_active_at="instant",
    ),
    "people": dict(
        person_id="text", network="text", account_id="text", handle="text", display_name="text", created_at="instant",
        followers_count="count", is_verified="flag", is_suspended="flag",
    ),
    "network_scores": dict(
        person_id="text", network="text", score="measure", reach="measure", reactions="count", posts="count",
        share="measure",
    ),
    "influences": dict(person_id="text", other_person_id="text", direction="text", points="measure", reactions="count"),
    "topic_scores": dict(
        person_id="text", topic_id="text", score="measure", rank_in_topic="count", confidence="measure",
        reactors="count", endorsers="count", is_shown="flag",
    ),
    "topic_evidence": dict(person_id="text", topic_id="text", kind="text", source_id="text", weight="measure"),
    "score_changes": dict(person_id="text", cause="text", detail="text", points="measure"),
    "alerts": dict(person_id="text", kind="text", points="measure", message="text", advice="text"),
    "rejects": dict(
        table="text", network="text", load_date="date", file="text", row_number="count", reason="text",
        activity_id="text",
    ),
    "run_metrics": dict(name="text", network="text", value="measure"),
}


def with_duckdb(duckdb, glob):
    """Returns the kinds of the columns by DuckDB, and rows by snapshot date."""
    kinds = {
        "VARCHAR": "text", "DOUBLE": "measure", "BIGINT": "count", "BOOLEAN": "flag", "DATE": "date",
        "TIMESTAMP WITH TIME ZONE": "instant", "VARCHAR[]": "texts",
    }
    source = f"read_parquet('{glob}', hive_partitioning = false)"
    columns = duckdb.sql(f"describe select * from {source}").fetchall()
    partitioned = f"read_parquet('{glob}', hive_partitioning = true, hive_types_autocast = false)"
    rows = duckdb.sql(f"select snapshot_date, count(*) from {partitioned} group by 1").fetchall()
    return {name: kinds.get(kind, kind) for name, kind, *_ in columns}, {str(date): count for date, count in rows}


def with_polars(polars, glob):
    """Does the same with Polars."""
    kinds = {
        "String": "text", "Float64": "measure", "Int64": "count", "Boolean": "flag", "Date": "date",
        "Datetime(time_unit='us', time_zone='UTC')": "instant", "List(String)": "texts",
    }
    schema = polars.scan_parquet(glob, hive_partitioning=False).collect_schema()
    table = polars.scan_parquet(glob, hive_partitioning=True, try_parse_hive_dates=False)
    rows = table.group_by("snapshot_date").len().collect().rows()
    return {name: kinds.get(str(kind), str(kind)) for name, kind in schema.items()}, dict(rows)


def with_pyarrow(_, glob):
    """Does the same with pyarrow, which reads folders."""
    dataset = importlib.import_module("pyarrow.dataset")
    kinds = {
        "string": "text", "double": "measure", "int64": "count", "bool": "flag", "date32[day]": "date",
        "timestamp[us, tz=UTC]": "instant", "list<element: string not null>": "texts", "list<element: string>": "texts",
    }
    columns, rows = {}, {}
    for part in sorted(pathlib.Path("/").glob(glob.lstrip("/"))):
        table = dataset.dataset(str(part), format="parquet").to_table()
        columns = {field.name: kinds.get(str(field.type), str(field.type)) for field in table.schema}
        date = part.parent.name.removeprefix("snapshot_date=")
        rows[date] = rows.get(date, 0) + table.num_rows
    return columns, rows


READERS = {"duckdb": with_duckdb, "polars": with_polars, "pyarrow": with_pyarrow}


def manifest_rows(root, table):
    """Returns rows by snapshot date from the manifests; dates without a row are left out."""
    manifests = [json.loads(path.read_text()) for path in sorted(root.glob("snapshots/*/manifest.json"))]
    return {m["snapshot_date"]: m["tables"][table]["rows"] for m in manifests if m["tables"][table]["rows"]}


def check(reader, module, root, table):
    """Returns a description of the error; None if all is right."""
    columns, rows = READERS[reader](module, f"{root}/{table}/snapshot_date=*/part-*.parquet")
    expected = TABLES[table]
    if list(columns) != list(expected):
        return f"columns {list(columns)}, expected {list(expected)}"
    wrong = [f"{name} is {columns[name]}, expected {kind}" for name, kind in expected.items() if columns[name] != kind]
    if wrong:
        return "; ".join(wrong)
    rows = {date: count for date, count in rows.items() if count}
    if rows != manifest_rows(root, table):
        return f"rows {rows}, expected {manifest_rows(root, table)}"
    return None


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: readers.py OUTPUT_ROOT (a local folder)")
    root = pathlib.Path(sys.argv[1]).resolve()
    if not list(root.glob("snapshots/*/manifest.json")):
        sys.exit(f"no snapshot below {root}")
    passed = failed = 0
    for reader in READERS:
        try:
            module = importlib.import_module(reader)
        except ImportError:
            print(f"{reader}: skipped, not installed")
            continue
        for table in TABLES:
            try:
                wrong = check(reader, module, root, table)
            except Exception as error:  # A reader that cannot read is the finding.
                wrong = f"{type(error).__name__}: {error}"
            passed, failed = passed + (wrong is None), failed + (wrong is not None)
            if wrong:
                print(f"{reader} {table}: {wrong}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
