//! Reading of the wanted columns of an admitted file, one row group at a time.

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, PrimitiveArray, RecordBatch, StringViewArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::admission::{AdmittedFile, RefusalReason};
use super::catch_panic::catch_panic;
use super::fetched_ranges::FetchedRanges;
use super::store::Store;
use clout_base::error::Result;

pub use super::text_lists::TextLists;

/// Rows per batch: large enough to amortise a call, small enough for the cache.
const BATCH_ROWS: usize = 16 * 1024;

/// One decoded batch with the wanted columns in order; absent columns are null throughout.
pub struct InputBatch {
    columns: Vec<Option<ArrayRef>>,
    /// Number of rows.
    pub rows: usize,
}

impl InputBatch {
    /// Returns column `index` as texts, from strings of any kind or integers in decimal.
    pub fn texts(&self, index: usize) -> std::result::Result<StringViewArray, RefusalReason> {
        Ok(self.cast(index, &DataType::Utf8View)?.as_string_view().clone())
    }

    /// Returns column `index` as whole numbers; values beyond 64 signed bits become null.
    pub fn counts(&self, index: usize) -> std::result::Result<Int64Array, RefusalReason> {
        Ok(self.cast(index, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }

    /// Returns column `index` as measures, from floats or integers.
    pub fn measures(&self, index: usize) -> std::result::Result<Float64Array, RefusalReason> {
        let array = self.cast(index, &DataType::Float64)?;
        Ok(array.as_primitive::<Float64Type>().clone())
    }

    /// Returns column `index` as lists of texts; an absent column has empty lists.
    pub fn text_lists(&self, index: usize) -> std::result::Result<TextLists, RefusalReason> {
        match &self.columns[index] {
            Some(array) => TextLists::from_column(array.as_ref()),
            None => Ok(TextLists::empty(self.rows)),
        }
    }

    /// Returns column `index` as microseconds since 1970, UTC.
    pub fn instants(
        &self,
        index: usize,
    ) -> std::result::Result<PrimitiveArray<TimestampMicrosecondType>, RefusalReason> {
        let zone = match self.columns[index].as_ref().map(|array| array.data_type()) {
            Some(DataType::Timestamp(_, zone)) => zone.clone(),
            _ => None,
        };
        let array = self.cast(index, &DataType::Timestamp(TimeUnit::Microsecond, zone))?;
        Ok(array.as_primitive::<TimestampMicrosecondType>().clone())
    }

    fn cast(&self, index: usize, to: &DataType) -> std::result::Result<ArrayRef, RefusalReason> {
        match &self.columns[index] {
            Some(array) => cast(array, to).map_err(|error| error.to_string()),
            None => Ok(new_null_array(to, self.rows)),
        }
    }
}

/// Calls `take` with every batch of the file, in order. A refusal describes the fault of the file; the caller
/// must then discard all batches of the file.
///
/// # Errors
/// Returns an error if the store fails.
pub fn for_each_batch(
    store: &Store,
    file: &AdmittedFile,
    take: &mut dyn FnMut(InputBatch) -> std::result::Result<(), RefusalReason>,
) -> Result<std::result::Result<(), RefusalReason>> {
    for row_group in 0..file.metadata.metadata().num_row_groups() {
        let fetched = fetch(store, file, row_group)?;
        let decoded = catch_panic("a page cannot be decoded", || {
            decode_group(file, row_group, fetched, take)
        });
        if let Err(refusal) = decoded {
            return Ok(Err(format!("row group {row_group}: {refusal}")));
        }
    }
    Ok(Ok(()))
}

/// Fetches the bytes of a row group's wanted columns.
fn fetch(store: &Store, file: &AdmittedFile, row_group: usize) -> Result<FetchedRanges> {
    let size = file.object.size;
    if let Some(whole) = &file.whole_file {
        return Ok(FetchedRanges::new(
            size,
            std::slice::from_ref(&(0..size)),
            vec![whole.clone()],
        ));
    }
    let ranges = file.column_ranges(row_group);
    let bytes = store.get_ranges(&file.object.key, &ranges)?;
    Ok(FetchedRanges::new(size, &ranges, bytes))
}

fn decode_group(
    file: &AdmittedFile,
    row_group: usize,
    fetched: FetchedRanges,
    take: &mut dyn FnMut(InputBatch) -> std::result::Result<(), RefusalReason>,
) -> std::result::Result<(), RefusalReason> {
    let unreadable = |error: ParquetError| error.to_string();
    let schema = file.metadata.metadata().file_metadata().schema_descr();
    let mask = ProjectionMask::roots(schema, file.column_indexes.iter().flatten().copied());
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(fetched, file.metadata.clone())
        .with_row_groups(vec![row_group])
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(unreadable)?;
    let expected = file.metadata.metadata().row_group(row_group).num_rows() as usize;
    let mut rows = 0;
    for batch in reader {
        let batch = batch.map_err(|error| error.to_string())?;
        rows += batch.num_rows();
        take(wanted(file, &batch))?;
    }
    if rows == expected {
        Ok(())
    } else {
        Err(format!("it announces {expected} rows but contains {rows}"))
    }
}

/// Returns the batch's columns in the wanted order.
fn wanted(file: &AdmittedFile, batch: &RecordBatch) -> InputBatch {
    let names = file.metadata.schema().fields();
    let columns = file
        .column_indexes
        .iter()
        .map(|column| column.and_then(|root| batch.column_by_name(names[root].name()).cloned()))
        .collect();
    InputBatch {
        columns,
        rows: batch.num_rows(),
    }
}
