//! Tests of the content of encoded files, and of refused rows.

use std::sync::Arc;

use arrow::array::{Float64Array, StringArray};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;
use crate::part_properties::sorting_columns;
use clout_base::error::ErrorKind;
use clout_base::schema::{ColumnType, NETWORK_SCORES, RUN_METRICS, SCORES, SNAPSHOT_TABLES};

fn metrics(rows: &[(&str, Option<&str>)]) -> RecordBatch {
    let names = StringArray::from_iter_values(rows.iter().map(|row| row.0));
    let networks = StringArray::from_iter(rows.iter().map(|row| row.1));
    let values = Float64Array::from_iter_values((0..rows.len()).map(|row| row as f64));
    let columns: Vec<ArrayRef> = vec![Arc::new(names), Arc::new(networks), Arc::new(values)];
    RecordBatch::try_new(RUN_METRICS.build_arrow_schema(), columns).unwrap()
}

#[test]
fn equal_rows_give_equal_bytes() {
    let batch = metrics(&[("a", None), ("a", Some("twitter")), ("b", None)]);
    let (one, two) = (
        encode_part(&RUN_METRICS, &batch).unwrap(),
        encode_part(&RUN_METRICS, &batch).unwrap(),
    );
    assert_eq!(one.bytes, two.bytes);
    assert_eq!(one.name, format!("part-{}.parquet", &two.sha256[..16]));
    assert_eq!(one.rows, 3);
}

#[test]
fn rows_out_of_order_are_refused() {
    let late_null = metrics(&[("a", Some("twitter")), ("a", None)]);
    let descending = metrics(&[("b", None), ("a", None)]);
    for batch in [late_null, descending] {
        let error = encode_part(&RUN_METRICS, &batch).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(error.to_string().contains("row 1"), "{error}");
    }
}

#[test]
fn rows_of_another_table_are_refused() {
    let batch = metrics(&[("a", None)]);
    assert_eq!(encode_part(&SCORES, &batch).unwrap_err().kind(), ErrorKind::Internal);
}

#[test]
fn a_file_declares_its_order_meanings_and_indexes() {
    let rows = RecordBatch::new_empty(NETWORK_SCORES.build_arrow_schema());
    let columns: Vec<ArrayRef> = (rows.schema().fields().iter())
        .map(|field| match field.name().as_str() {
            "person_id" | "network" => Arc::new(StringArray::from(vec!["x"; 3])) as ArrayRef,
            _ => arrow::array::new_null_array(field.data_type(), 3),
        })
        .collect();
    let columns: Vec<ArrayRef> = (columns.iter().zip(NETWORK_SCORES.columns))
        .map(|(array, column)| match column.column_type {
            ColumnType::Measure => Arc::new(Float64Array::from(vec![1.0; 3])) as ArrayRef,
            ColumnType::Count => Arc::new(arrow::array::Int64Array::from(vec![1; 3])) as ArrayRef,
            _ => array.clone(),
        })
        .collect();
    let batch = RecordBatch::try_new(NETWORK_SCORES.build_arrow_schema(), columns).unwrap();
    let part = encode_part(&NETWORK_SCORES, &batch).unwrap();

    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(part.bytes.clone(), options).unwrap();
    assert_eq!(
        reader.schema().field(3).metadata()["description"],
        NETWORK_SCORES.columns[3].description
    );
    let metadata = reader.metadata();
    assert!(metadata.column_index().is_some() && metadata.offset_index().is_some());
    assert_eq!(metadata.file_metadata().created_by(), Some("clout"));
    let group = metadata.row_group(0);
    assert_eq!(group.sorting_columns(), Some(&sorting_columns(&NETWORK_SCORES)));
    assert!(group.column(0).bloom_filter_offset().is_some());
    assert!(group.column(1).bloom_filter_offset().is_none());

    let file = SerializedFileReader::new(part.bytes).unwrap();
    let pairs = file.metadata().file_metadata().key_value_metadata().unwrap();
    let columns = pairs.iter().find(|pair| pair.key == "clout.columns").unwrap();
    assert!(
        columns
            .value
            .as_ref()
            .unwrap()
            .contains("counted reactions of other persons")
    );
}

#[test]
fn every_table_without_rows_is_a_file_with_its_schema() {
    for table in SNAPSHOT_TABLES {
        let part = encode_part(table, &RecordBatch::new_empty(table.build_arrow_schema())).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(part.bytes).unwrap();
        assert_eq!(
            reader.schema().fields(),
            table.build_arrow_schema().fields(),
            "{}",
            table.name
        );
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    }
}

/// Builds `n` metrics by range, named by `name`.
fn generated(n: usize, name: impl Fn(usize) -> String + Sync + 'static) -> TableRows<'static> {
    TableRows::new(&RUN_METRICS, n, move |rows| {
        let names = StringArray::from_iter_values(rows.clone().map(&name));
        let values = Float64Array::from_iter_values(rows.clone().map(|row| row as f64));
        vec![
            Arc::new(names),
            Arc::new(StringArray::new_null(rows.len())),
            Arc::new(values),
        ]
    })
}

#[test]
fn a_table_is_cut_into_parts_at_fixed_rows() {
    let name = |row: usize| format!("m{row:06}");
    let whole = encode_table(&generated(1_000, name), MAX_PART_ROWS).unwrap();
    assert_eq!(whole.len(), 1);
    for (max_part_rows, expected) in [(1_000, vec![1_000]), (999, vec![999, 1]), (400, vec![400, 400, 200])] {
        let parts = encode_table(&generated(1_000, name), max_part_rows).unwrap();
        let rows: Vec<u64> = parts.iter().map(|part| part.rows).collect();
        assert_eq!(rows, expected);
        let mut values = Vec::new();
        for part in parts {
            for batch in ParquetRecordBatchReaderBuilder::try_new(part.bytes)
                .unwrap()
                .build()
                .unwrap()
            {
                let batch = batch.unwrap();
                let column: &Float64Array = batch.column(2).as_any().downcast_ref().unwrap();
                values.extend(column.values().iter().copied());
            }
        }
        assert_eq!(values, (0..1_000).map(f64::from).collect::<Vec<_>>());
    }
    assert_eq!(encode_table(&generated(0, name), 1).unwrap()[0].rows, 0);
}

#[test]
fn row_groups_built_apart_give_the_bytes_of_one_batch_for_any_number_of_threads() {
    let name = |row: usize| format!("m{row:06}");
    let rows = ROW_GROUP_ROWS + 7;
    let batch = generated(rows, name).build(0..rows).unwrap();
    let one = encode_part(&RUN_METRICS, &batch).unwrap();
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let parts = pool
            .install(|| encode_table(&generated(rows, name), MAX_PART_ROWS))
            .unwrap();
        assert_eq!(parts[0].bytes, one.bytes);
    }
}

#[test]
fn the_order_is_checked_across_row_groups_and_parts() {
    let rows = ROW_GROUP_ROWS + 2;
    for (wrong, max_part_rows) in [(ROW_GROUP_ROWS, MAX_PART_ROWS), (20, 20), (41, 20)] {
        let name = move |row: usize| {
            if row == wrong {
                "a".to_owned()
            } else {
                format!("m{row:06}")
            }
        };
        let error = encode_table(&generated(rows.min(10 * max_part_rows), name), max_part_rows).unwrap_err();
        assert!(error.to_string().contains(&format!("row {wrong} belongs")), "{error}");
    }
}
