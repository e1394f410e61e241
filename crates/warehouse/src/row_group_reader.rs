//! Decoding of one row group of an admitted file into batches.

use std::sync::Arc;

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, FileMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::ChunkReader;

use super::admission::{AdmittedFile, RefusalReason};
use super::column_shape::{ColumnShape, physical_type};
use super::delta_counts::check_delta_counts;
use super::fetched_ranges::FetchedRanges;
use super::footer::{LeafFormat, RowGroup};
use super::page_headers::{PageBounds, check_pages};
use super::row_segments::RowSegment;
use parquet::basic::Type as PhysicalType;

/// Rows per batch: large enough to amortise a call, small enough for the cache.
pub(super) const BATCH_ROWS: usize = 16 * 1024;
/// Maximum values per byte of a file in a column of lists, beyond [`FREE_LIST_VALUES`]. Equal tags of many rows take
/// almost no bytes, but each row has an id that does.
const MAX_LIST_VALUES_PER_BYTE: u64 = 64;
/// Values that every column of lists may have.
const FREE_LIST_VALUES: u64 = 1 << 20;

/// Decodes a row group, and calls `take` with each batch of the file's columns. The page headers are checked first.
/// Columns of texts for which `wants_dictionary` is true, by index in the file's columns, are dictionaries where they
/// are stored so.
pub(super) fn decode_row_group(
    file: &AdmittedFile,
    row_group: &RowGroup,
    fetched: &FetchedRanges,
    wants_dictionary: &dyn Fn(usize) -> bool,
    take: &mut dyn FnMut(&RecordBatch) -> Result<(), RefusalReason>,
) -> Result<(), RefusalReason> {
    let metadata = metadata(file, row_group).map_err(unreadable)?;
    let mut dictionary_rows = check_all_pages(file, row_group, metadata.row_group(0), fetched)?;
    for (index, rows) in dictionary_rows.iter_mut().enumerate() {
        if !wants_dictionary(index) {
            *rows = 0;
        }
    }
    let mut rows = 0;
    for segment in RowSegment::split(&dictionary_rows, row_group.rows) {
        let options = ArrowReaderOptions::new().with_schema(segment.schema(file, &dictionary_rows));
        let metadata = ArrowReaderMetadata::try_new(metadata.clone(), options).map_err(unreadable)?;
        let mut reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(fetched.clone(), metadata).with_batch_size(BATCH_ROWS);
        if segment.0.start > 0 {
            reader = reader.with_offset(segment.0.start as usize);
        }
        if segment.0.end < row_group.rows {
            reader = reader.with_limit((segment.0.end - segment.0.start) as usize);
        }
        for batch in reader.build().map_err(unreadable)? {
            let batch = batch.map_err(|error| error.to_string())?;
            rows += batch.num_rows() as u64;
            take(&batch)?;
        }
    }
    match rows == row_group.rows {
        true => Ok(()),
        false => Err(format!("it announces {} rows but contains {rows}", row_group.rows)),
    }
}

fn unreadable(error: ParquetError) -> RefusalReason {
    error.to_string()
}

/// Checks the pages of all columns. Returns, by column, the number of leading rows that are stored as indexes into a
/// dictionary of texts.
fn check_all_pages(
    file: &AdmittedFile,
    row_group: &RowGroup,
    group: &RowGroupMetaData,
    fetched: &FetchedRanges,
) -> Result<Vec<u64>, RefusalReason> {
    let lists = file.object.size.saturating_mul(MAX_LIST_VALUES_PER_BYTE);
    let mut dictionary_rows = Vec::with_capacity(file.columns.len());
    for (index, (column, chunk)) in file.columns.iter().zip(&row_group.chunks).enumerate() {
        let fault = |fault: String| format!("column {}: {fault}", column.column.name);
        let length = usize::try_from(chunk.length).map_err(|error| fault(error.to_string()))?;
        let bytes = fetched.get_bytes(chunk.start(), length);
        let bytes = bytes.map_err(|error| fault(error.to_string()))?;
        let bounds = PageBounds {
            min_value_bytes: column
                .shape
                .format()
                .map_or(1, |format| min_value_bytes(physical_type(format))),
            max_values: match column.shape {
                ColumnShape::List(_) => row_group.rows.saturating_add(lists).saturating_add(FREE_LIST_VALUES),
                _ => row_group.rows,
            },
        };
        let encodings = check_pages(&bytes, chunk, bounds).map_err(fault)?;
        if encodings.has_delta_texts {
            let chunk = group.column(index);
            check_delta_counts(fetched, chunk, row_group.rows).map_err(fault)?;
        }
        dictionary_rows.push(match column.shape {
            ColumnShape::Value(LeafFormat::Text) => encodings.dictionary_values,
            _ => 0,
        });
    }
    Ok(dictionary_rows)
}

/// Returns the least number of bytes of a value in a dictionary page.
fn min_value_bytes((physical, length): (PhysicalType, i32)) -> u64 {
    match physical {
        PhysicalType::BOOLEAN => 1,
        // Bytes start with a length of 4 bytes.
        PhysicalType::BYTE_ARRAY | PhysicalType::INT32 | PhysicalType::FLOAT => 4,
        PhysicalType::INT64 | PhysicalType::DOUBLE => 8,
        PhysicalType::INT96 => 12,
        PhysicalType::FIXED_LEN_BYTE_ARRAY => length.max(1).unsigned_abs().into(),
    }
}

/// Builds the metadata with which arrow-rs reads the columns of one row group.
fn metadata(file: &AdmittedFile, row_group: &RowGroup) -> Result<Arc<ParquetMetaData>, ParquetError> {
    let chunks = file
        .schema
        .columns()
        .iter()
        .zip(&row_group.chunks)
        .map(|(leaf, chunk)| {
            ColumnChunkMetaData::builder(leaf.clone())
                .set_compression(chunk.codec)
                .set_data_page_offset(chunk.data_offset as i64)
                .set_dictionary_page_offset(chunk.dictionary_offset.map(|offset| offset as i64))
                .set_total_compressed_size(chunk.length as i64)
                .set_num_values(row_group.rows as i64)
                .build()
        });
    let group = RowGroupMetaData::builder(file.schema.clone())
        .set_num_rows(row_group.rows as i64)
        .set_column_metadata(chunks.collect::<Result<_, _>>()?)
        .build()?;
    let footer = FileMetaData::new(1, row_group.rows as i64, None, None, file.schema.clone(), None);
    Ok(Arc::new(ParquetMetaData::new(footer, vec![group])))
}
