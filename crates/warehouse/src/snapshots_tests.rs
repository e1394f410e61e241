//! Tests of reading published tables and of finding damage.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray};

use super::*;
use crate::encoded_part::{MAX_PART_ROWS, encode_table};
use crate::manifest::example_manifest;
use crate::publish::{SnapshotPublication, publish_snapshot};
use crate::store::StoreOptions;
use crate::table_rows::TableRows;
use clout_base::schema::RUN_METRICS;

fn metrics(rows: usize) -> RecordBatch {
    let names = StringArray::from_iter_values((0..rows).map(|row| format!("m{row:07}")));
    let networks = StringArray::from_iter((0..rows).map(|row| (row % 3 != 0).then_some("twitter")));
    let values = Float64Array::from_iter_values((0..rows).map(|row| row as f64));
    let columns: Vec<ArrayRef> = vec![Arc::new(names), Arc::new(networks), Arc::new(values)];
    RecordBatch::try_new(RUN_METRICS.build_arrow_schema(), columns).unwrap()
}

fn published(days: &[Day], rows: usize) -> (tempfile::TempDir, Store) {
    published_in_parts(days, rows, MAX_PART_ROWS)
}

fn published_in_parts(days: &[Day], rows: usize, max_part_rows: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
    for day in days {
        let batch = metrics(rows);
        let parts = encode_table(&TableRows::from_batch(&RUN_METRICS, &batch).unwrap(), max_part_rows).unwrap();
        let manifest = example_manifest(*day, "c");
        publish_snapshot(
            &store,
            SnapshotPublication {
                manifest,
                parts: parts.into_iter().map(|part| (&RUN_METRICS, part)).collect(),
                state_prefix: None,
            },
        )
        .unwrap();
    }
    (folder, store)
}

#[test]
fn only_dates_with_a_manifest_are_published() {
    let (_folder, store) = published(&[Day(20_002), Day(20_000)], 1);
    store.put("snapshots/2024-10-05/other.json", "1".into()).unwrap();
    store.put("snapshots/latest/manifest.json", "1".into()).unwrap();
    store.put("snapshots/manifest.json", "1".into()).unwrap();
    assert_eq!(list_dates(&store).unwrap(), [Day(20_000), Day(20_002)]);
    assert!(read_manifest(&store, Day(20_001)).unwrap().is_none());
    assert_eq!(
        read_manifest(&store, Day(20_000)).unwrap().unwrap().snapshot_date,
        Day(20_000)
    );
}

#[test]
fn a_table_reads_back_whole_or_by_columns() {
    let rows = 300_000; // Three row groups.
    let (_folder, store) = published(&[Day(20_000)], rows);
    let manifest = read_manifest(&store, Day(20_000)).unwrap().unwrap();
    let batches = read_table(&store, &manifest, "run_metrics", None).unwrap();
    let whole = arrow::compute::concat_batches(&RUN_METRICS.build_arrow_schema(), &batches).unwrap();
    assert_eq!(whole, metrics(rows));
    let columns = ["value", "name"];
    let some = read_table(&store, &manifest, "run_metrics", Some(&columns)).unwrap();
    let names: Vec<String> = some[0]
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(names, columns);
    assert_eq!(some.iter().map(RecordBatch::num_rows).sum::<usize>(), rows);
    assert_eq!(some[0].column(0), &batches[0].column(2).slice(0, some[0].num_rows()));
    assert!(read_table(&store, &manifest, "run_metrics", Some(&["nothing"])).is_err());
    assert!(read_table(&store, &manifest, "nothing", None).is_err());
}

#[test]
fn the_rows_of_one_name_are_found_in_any_row_group() {
    let rows = 300_000;
    let (_folder, store) = published(&[Day(20_000)], rows);
    let manifest = read_manifest(&store, Day(20_000)).unwrap().unwrap();
    let find = |name: &str| {
        let found = read_matching_rows(&store, &manifest, "run_metrics", ("name", name)).unwrap();
        arrow::compute::concat_batches(&RUN_METRICS.build_arrow_schema(), &found).unwrap()
    };
    for row in [0, 131_071, 131_072, 200_001, 299_999] {
        assert_eq!(find(&format!("m{row:07}")), metrics(rows).slice(row, 1), "{row}");
    }
    for absent in ["", "m", "m0131071x", "z"] {
        assert_eq!(find(absent).num_rows(), 0, "{absent}");
    }
    assert!(read_matching_rows(&store, &manifest, "run_metrics", ("nothing", "m")).is_err());
}

#[test]
fn verify_finds_missing_cut_flipped_and_added_files() {
    let day = Day(20_000);
    let (_folder, store) = published(&[day], 1000);
    let path = read_manifest(&store, day).unwrap().unwrap().tables["run_metrics"].files[0]
        .path
        .clone();
    let whole = store.get(&path).unwrap().unwrap();
    let problems = || verify_snapshot(&store, day).unwrap().problems;
    assert_eq!(problems(), []);

    let mut flipped = whole.to_vec();
    flipped[100] ^= 1;
    store.put(&path, flipped.into()).unwrap();
    assert_eq!(problems(), [FileProblem::OtherContent { path: path.clone() }]);

    store.put(&path, whole.slice(1..)).unwrap();
    let (expected, found) = (whole.len() as u64, whole.len() as u64 - 1);
    assert_eq!(
        problems(),
        [FileProblem::OtherSize {
            path: path.clone(),
            expected,
            found
        }]
    );

    store.delete(&path).unwrap();
    assert_eq!(problems(), [FileProblem::Missing { path: path.clone() }]);

    store.put(&path, whole).unwrap();
    let stray = "run_metrics/snapshot_date=2024-10-04/part-x.parquet".to_owned();
    store.put(&stray, "1".into()).unwrap();
    assert_eq!(problems(), [FileProblem::NotNamed { path: stray }]);
    assert!(verify_snapshot(&store, Day(20_001)).is_err());
}

#[test]
fn a_table_of_several_parts_is_read_in_order_and_verified_whole() {
    let day = Day(20_000);
    let (_folder, store) = published_in_parts(&[day], 1_000, 300);
    let manifest = read_manifest(&store, day).unwrap().unwrap();
    let table = &manifest.tables["run_metrics"];
    assert_eq!(table.rows, 1_000);
    assert_eq!(
        table.files.iter().map(|file| file.rows).collect::<Vec<_>>(),
        [300, 300, 300, 100]
    );
    let batches = read_table(&store, &manifest, "run_metrics", None).unwrap();
    let whole = arrow::compute::concat_batches(&RUN_METRICS.build_arrow_schema(), &batches).unwrap();
    assert_eq!(whole, metrics(1_000));
    let found = read_matching_rows(&store, &manifest, "run_metrics", ("name", "m0000950")).unwrap();
    assert_eq!(found.iter().map(RecordBatch::num_rows).sum::<usize>(), 1);
    let verified = verify_snapshot(&store, day).unwrap();
    assert_eq!((verified.files, verified.problems.len()), (4, 0));
    store.delete(&table.files[2].path).unwrap();
    let verified = verify_snapshot(&store, day).unwrap();
    let path = table.files[2].path.clone();
    assert_eq!(verified.problems, [FileProblem::Missing { path }]);
}
