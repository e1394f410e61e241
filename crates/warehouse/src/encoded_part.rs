//! Encoding of a table's rows as Parquet files. Equal rows give equal bytes.
//!
//! Rows are sorted by the grain (declared, nulls first) and cut at fixed numbers of rows: into parts, and each part
//! into row groups. Threads build and encode row groups independently, so that only a few of them are in memory at a
//! time, besides the encoded bytes. `part_properties` lists the properties of a file.

use std::cmp::Ordering;
use std::ops::Range;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array, make_comparator};
use arrow::compute::take;
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::ParquetError;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::part_properties::{ORDER, ROW_GROUP_ROWS, build_properties};
use super::table_rows::TableRows;
use clout_base::error::{Error, Result};
use clout_base::schema::TableSchema;

/// Largest number of rows of a part, by the contract: 32 row groups.
pub const MAX_PART_ROWS: usize = 1 << 22;

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

/// Encodes a table as parts of `max_part_rows` rows, the last one shorter. A table without rows gives one part with
/// the whole schema and no rows.
///
/// # Errors
/// Returns an internal error for columns that do not fit the schema, or rows that are not sorted by the grain.
pub fn encode_table(rows: &TableRows, max_part_rows: usize) -> Result<Vec<EncodedPart>> {
    let parts: Vec<(EncodedPart, Option<GrainEnds>)> = cut(0..rows.len().max(1), max_part_rows)
        .into_par_iter()
        .map(|range| encode_range(rows, range.start..range.end.min(rows.len())))
        .collect::<Result<_>>()?;
    let (parts, ends): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    join_ends(rows.table(), ends.into_iter().flatten())?;
    Ok(parts)
}

/// Encodes a batch as one part.
///
/// # Errors
/// Returns an internal error for rows of another schema, or rows that are not sorted by the grain.
pub fn encode_part(table: &TableSchema, batch: &RecordBatch) -> Result<EncodedPart> {
    let (part, _) = encode_range(&TableRows::from_batch(table, batch)?, 0..batch.num_rows())?;
    Ok(part)
}

/// Formats a hash as hexadecimal digits.
pub fn to_hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Encodes one part from a range of rows; also returns the first and the last row's grain.
fn encode_range(rows: &TableRows, range: Range<usize>) -> Result<(EncodedPart, Option<GrainEnds>)> {
    let table = rows.table();
    let failed = |error: ParquetError| Error::internal(format!("cannot encode '{}'", table.name)).with_source(error);
    let properties = build_properties(table, range.len()).map_err(failed)?;
    let writer = ArrowWriter::try_new(Vec::new(), table.build_arrow_schema(), Some(properties)).map_err(failed)?;
    let (mut file, columns) = writer.into_serialized_writer().map_err(failed)?;
    let group = |(number, range): (usize, Range<usize>)| {
        let batch = rows.build(range.clone())?;
        let ends = check_order(table, &batch, range.start)?;
        let chunks = write_columns(&columns, number, &batch).map_err(failed)?;
        Ok((chunks, ends))
    };
    let groups: Vec<(Vec<ArrowColumnChunk>, GrainEnds)> = cut(range.clone(), ROW_GROUP_ROWS)
        .into_par_iter()
        .enumerate()
        .map(group)
        .collect::<Result<_>>()?;
    let (groups, ends): (Vec<_>, Vec<_>) = groups.into_iter().unzip();
    let ends = join_ends(table, ends)?;
    let append = |chunks: Vec<ArrowColumnChunk>| {
        let mut group = file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close().map(drop)
    };
    groups.into_iter().try_for_each(append).map_err(failed)?;
    let bytes = Bytes::from(file.into_inner().map_err(failed)?);
    let sha256 = to_hex(&Sha256::digest(&bytes));
    let part = EncodedPart {
        rows: range.len() as u64,
        name: format!("part-{}.parquet", &sha256[..16]),
        bytes,
        sha256,
    };
    Ok((part, ends))
}

/// Cuts a range into pieces of `size`, the last one shorter.
fn cut(range: Range<usize>, size: usize) -> Vec<Range<usize>> {
    let starts = range.clone().step_by(size);
    starts.map(|start| start..range.end.min(start + size)).collect()
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

/// Grain of the first and the last of some rows.
struct GrainEnds {
    /// Index of the first row in the table.
    first_row: usize,
    /// Columns of the grain, with two rows.
    columns: Vec<ArrayRef>,
}

/// Checks that the rows of a batch are sorted by the grain: with a wrongly declared order, readers would skip existing
/// rows. `first_row` is the index of the first one in the table.
fn check_order(table: &TableSchema, batch: &RecordBatch, first_row: usize) -> Result<GrainEnds> {
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(table.grain.len());
    for name in table.grain {
        let column = batch.column_by_name(name).cloned();
        columns.push(column.ok_or_else(|| Error::internal(format!("'{}' has no column '{name}'", table.name)))?);
    }
    let compare = compare_rows(table, &columns, &columns)?;
    let is_misplaced = |row: &usize| compare(row - 1, *row).is_gt();
    if let Some(row) = (1..batch.num_rows()).into_par_iter().find_first(is_misplaced) {
        return Err(misplaced(table, first_row + row));
    }
    // Copied, because a slice would keep the whole batch in memory.
    let ends = UInt32Array::from(vec![0, batch.num_rows() as u32 - 1]);
    let copied: std::result::Result<Vec<ArrayRef>, ArrowError> =
        columns.iter().map(|column| take(column, &ends, None)).collect();
    Ok(GrainEnds {
        first_row,
        columns: copied.map_err(|error| incomparable(table, error))?,
    })
}

/// Checks that each piece of the table begins after the end of the one before; returns the ends of all of them.
fn join_ends(table: &TableSchema, pieces: impl IntoIterator<Item = GrainEnds>) -> Result<Option<GrainEnds>> {
    let mut joined: Option<GrainEnds> = None;
    for piece in pieces {
        let Some(before) = &mut joined else {
            joined = Some(piece);
            continue;
        };
        if compare_rows(table, &before.columns, &piece.columns)?(1, 0).is_gt() {
            return Err(misplaced(table, piece.first_row));
        }
        for (ends, next) in before.columns.iter_mut().zip(&piece.columns) {
            let bounds: [&dyn arrow::array::Array; 2] = [&ends.slice(0, 1), &next.slice(1, 1)];
            *ends = arrow::compute::concat(&bounds).map_err(|error| incomparable(table, error))?;
        }
    }
    Ok(joined)
}

/// Returns the order of a row of the left columns and a row of the right ones.
fn compare_rows(
    table: &TableSchema,
    left: &[ArrayRef],
    right: &[ArrayRef],
) -> Result<impl Fn(usize, usize) -> Ordering + Sync + use<>> {
    let comparators: std::result::Result<Vec<_>, ArrowError> = (left.iter().zip(right))
        .map(|(left, right)| make_comparator(left, right, ORDER))
        .collect();
    let comparators = comparators.map_err(|error| incomparable(table, error))?;
    Ok(move |left, right| {
        let mut by_column = comparators.iter().map(|compare| compare(left, right));
        by_column.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    })
}

fn incomparable(table: &TableSchema, error: ArrowError) -> Error {
    Error::internal(format!("cannot compare rows of '{}'", table.name)).with_source(error)
}

fn misplaced(table: &TableSchema, row: usize) -> Error {
    Error::internal(format!(
        "'{}' is not sorted by {:?}: row {row} belongs before the row above it",
        table.name, table.grain
    ))
}

#[cfg(test)]
#[path = "encoded_part_tests.rs"]
mod tests;
