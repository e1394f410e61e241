//! Tests of the content of encoded files, and of refused rows.

use std::sync::Arc;

use arrow::array::{Float64Array, StringArray};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;
use clout_base::error::ErrorKind;
use clout_base::schema::{NETWORK_SCORES, RUN_METRICS, SCORES, SNAPSHOT_TABLES};

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
