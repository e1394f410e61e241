//! Encoding of a table's rows as one Parquet file. Equal rows give equal bytes.
//!
//! Properties of the file: rows sorted by the grain (declared, nulls first); zstd; statistics of every page,
//! with column and offset index; a bloom filter on the id for lookups of people; and each column's meaning,
//! both in the field metadata of the Arrow schema (pyarrow, polars) and as the key-value pairs `clout.table`,
//! `clout.description` and `clout.columns`. Only the encodings that every reader supports (plain and
//! dictionary) are used.

use std::cmp::Ordering;

use arrow::array::{ArrayRef, RecordBatch, make_comparator};
use arrow::compute::SortOptions;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use clout_base::error::{Error, Result};
use clout_base::schema::{ColumnType, TableSchema};

/// Rows per row group. Large groups compress better; small groups let a reader of one person skip most of a
/// large table. Changing this value or the two below changes the bytes of all files.
const ROW_GROUP_ROWS: usize = 128 * 1024;

/// Rows per page, the unit that the page index lets a reader skip.
const PAGE_ROWS: usize = 20_000;

/// Bytes per page before compression.
const PAGE_BYTES: usize = 1 << 20;

/// zstd level. Levels 1 to 3 differ by a few percent in size and by a third in time.
const ZSTD_LEVEL: i32 = 1;

/// False positive rate of the bloom filter: 10 to 20 bits per id.
const BLOOM_FALSE_POSITIVES: f64 = 0.01;

/// Sort order of each column of the grain. Text compares by its UTF-8 bytes.
const ORDER: SortOptions = SortOptions {
    descending: false,
    nulls_first: true,
};

/// Encoded file of a table, not yet stored.
#[derive(Clone, Debug)]
pub struct EncodedPart {
    /// Content of the file.
    pub bytes: Bytes,
    /// Number of rows.
    pub rows: u64,
    /// SHA-256 of the content, in hex.
    pub sha256: String,
    /// `part-<first 16 hex digits of the SHA-256>.parquet`.
    pub name: String,
}

/// Encodes the rows of a table. A batch without rows gives a file with the whole schema and no rows.
///
/// # Errors
/// Returns an internal error for rows of another schema, or rows that are not sorted by the grain.
pub fn encode_part(table: &TableSchema, batch: &RecordBatch) -> Result<EncodedPart> {
    let batch = conform(table, batch)?;
    check_order(table, &batch)?;
    let bytes = write(table, &batch)
        .map_err(|error| Error::internal(format!("cannot encode '{}'", table.name)).with_source(error))?;
    let sha256 = to_hex(&Sha256::digest(&bytes));
    Ok(EncodedPart {
        rows: batch.num_rows() as u64,
        name: format!("part-{}.parquet", &sha256[..16]),
        bytes,
        sha256,
    })
}

/// Formats a hash as hexadecimal digits.
pub fn to_hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the batch with the table's schema, which checks names, order, types and nulls.
fn conform(table: &TableSchema, batch: &RecordBatch) -> Result<RecordBatch> {
    let schema = table.build_arrow_schema();
    let found: Vec<&str> = batch
        .schema_ref()
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let expected: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    if found != expected {
        let message = format!("'{}' has columns {found:?}, expected {expected:?}", table.name);
        return Err(Error::internal(message));
    }
    RecordBatch::try_new(schema, batch.columns().to_vec())
        .map_err(|error| Error::internal(format!("'{}' does not fit its schema", table.name)).with_source(error))
}

/// Checks that rows are sorted by the grain: with a wrongly declared order, readers would skip existing rows.
fn check_order(table: &TableSchema, batch: &RecordBatch) -> Result<()> {
    let failed = |error| Error::internal(format!("cannot compare rows of '{}'", table.name)).with_source(error);
    let mut compare = Vec::with_capacity(table.grain.len());
    for name in table.grain {
        let column: &ArrayRef = batch
            .column_by_name(name)
            .ok_or_else(|| Error::internal(format!("'{}' has no column '{name}'", table.name)))?;
        compare.push(make_comparator(column, column, ORDER).map_err(failed)?);
    }
    let order = |row: usize| {
        let mut by_column = compare.iter().map(|compare| compare(row - 1, row));
        by_column.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    match (1..batch.num_rows())
        .into_par_iter()
        .find_first(|row| order(*row).is_gt())
    {
        None => Ok(()),
        Some(row) => Err(Error::internal(format!(
            "'{}' is not sorted by {:?}: row {row} belongs before the row above it",
            table.name, table.grain
        ))),
    }
}

fn write(table: &TableSchema, batch: &RecordBatch) -> parquet::errors::Result<Bytes> {
    let properties = properties(table, batch.num_rows())?;
    let writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
    let (mut file, columns) = writer.into_serialized_writer()?;
    let starts: Vec<usize> = (0..batch.num_rows()).step_by(ROW_GROUP_ROWS).collect();
    let group = |(number, first): (usize, usize)| {
        let rows = ROW_GROUP_ROWS.min(batch.num_rows() - first);
        write_columns(&columns, number, &batch.slice(first, rows))
    };
    let groups: Vec<Vec<ArrowColumnChunk>> = starts
        .into_par_iter()
        .enumerate()
        .map(group)
        .collect::<parquet::errors::Result<_>>()?;
    for chunks in groups {
        let mut group = file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
    }
    Ok(Bytes::from(file.into_inner()?))
}

/// Encodes the columns of one row group in parallel; their bytes are independent.
fn write_columns(
    factory: &ArrowRowGroupWriterFactory,
    group: usize,
    batch: &RecordBatch,
) -> parquet::errors::Result<Vec<ArrowColumnChunk>> {
    let schema = batch.schema();
    let columns: Vec<_> = schema.fields().iter().zip(batch.columns()).collect();
    // Each column, lists included, has exactly one leaf in the file, so writers and columns match one to one.
    let writers = factory.create_column_writers(group)?;
    let written = writers
        .into_par_iter()
        .zip(columns)
        .map(|(mut writer, (field, column))| {
            for leaf in compute_leaves(field, column)? {
                writer.write(&leaf)?;
            }
            writer.close()
        });
    written.collect()
}

fn properties(table: &TableSchema, rows: usize) -> parquet::errors::Result<WriterProperties> {
    let mut builder = WriterProperties::builder()
        .set_created_by("clout".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_dictionary_enabled(false)
        .set_sorting_columns(Some(sorting_columns(table)))
        .set_key_value_metadata(Some(descriptions(table)));
    for column in table
        .columns
        .iter()
        .filter(|column| has_dictionary(table, column.name, column.column_type))
    {
        builder = builder.set_column_dictionary_enabled(leaf(column.name, column.column_type), true);
    }
    if let Some(name) = table.bloom_column {
        let ids = rows.clamp(1, ROW_GROUP_ROWS) as u64;
        builder = builder
            .set_column_bloom_filter_fpp(ColumnPath::from(name), BLOOM_FALSE_POSITIVES)
            .set_column_bloom_filter_max_ndv(ColumnPath::from(name), ids);
    }
    Ok(builder.build())
}

/// Returns true for columns with repeated texts. Measures, counts and instants rarely repeat, nor does an id
/// that is alone in the grain; trying a dictionary on those costs time and is abandoned half-way.
fn has_dictionary(table: &TableSchema, name: &str, kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Text | ColumnType::TextList) && table.grain != [name]
}

/// Returns the path of a column's values in the file; those of a list are two levels down.
fn leaf(name: &str, kind: ColumnType) -> ColumnPath {
    match kind {
        ColumnType::TextList => ColumnPath::from(vec![name.to_owned(), "list".to_owned(), "element".to_owned()]),
        _ => ColumnPath::from(name),
    }
}

/// Returns the grain as leaf indexes; each column, lists included, has exactly one leaf in the file.
fn sorting_columns(table: &TableSchema) -> Vec<SortingColumn> {
    let position = |name: &&str| table.columns.iter().position(|column| column.name == *name);
    let positions = table.grain.iter().filter_map(position);
    let sorting = positions.map(|position| SortingColumn {
        column_idx: position as i32,
        descending: ORDER.descending,
        nulls_first: ORDER.nulls_first,
    });
    sorting.collect()
}

fn descriptions(table: &TableSchema) -> Vec<KeyValue> {
    let column = |column: &clout_base::schema::TableColumn| {
        serde_json::json!({
            "name": column.name,
            "description": column.description,
            "nullable": column.is_nullable,
        })
    };
    let columns: serde_json::Value = table.columns.iter().map(column).collect();
    let pair = |key: &str, value: String| KeyValue {
        key: key.to_owned(),
        value: Some(value),
    };
    vec![
        pair("clout.table", table.name.to_owned()),
        pair("clout.description", table.description.to_owned()),
        pair("clout.columns", columns.to_string()),
    ]
}

#[cfg(test)]
#[path = "encoded_part_tests.rs"]
mod tests;
