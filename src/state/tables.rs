//! Converts the state to Arrow tables and back.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryArray, Int32Array, Int64Array, RecordBatch, UInt32Array, UInt64Array,
};
use arrow::datatypes::{ArrowPrimitiveType, Int32Type, UInt32Type, UInt64Type};

use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::delivered::{DeliveredIds, IdList};

/// Creates a batch from named columns of equal length.
pub fn build_batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    RecordBatch::try_from_iter(columns)
        .map_err(|error| Error::internal("a table of the state has columns of different lengths").with_source(error))
}

pub(super) fn damaged(column: &str) -> Error {
    Error::internal(format!("the state's column {column} is missing or of another type"))
}

pub(super) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| damaged(name))
}

pub(super) fn numbers<T: ArrowPrimitiveType>(batch: &RecordBatch, name: &str) -> Result<Vec<T::Native>> {
    let array = column(batch, name)?
        .as_primitive_opt::<T>()
        .ok_or_else(|| damaged(name))?;
    Ok(array.values().to_vec())
}

pub(super) fn days(batch: &RecordBatch, name: &str) -> Result<Vec<Day>> {
    Ok(numbers::<Int32Type>(batch, name)?.into_iter().map(Day).collect())
}

pub(super) fn uint32(values: impl IntoIterator<Item = u32>) -> ArrayRef {
    Arc::new(UInt32Array::from_iter_values(values))
}

pub(super) fn int32(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(values))
}

pub(super) fn int64(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

pub(super) fn uint64(values: impl IntoIterator<Item = u64>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(values))
}

/// Converts 128-bit hashes to a column of 16 bytes each.
pub fn hash_column(values: impl ExactSizeIterator<Item = u128>) -> Result<ArrayRef> {
    let mut bytes = Vec::with_capacity(16 * values.len());
    values.for_each(|value| bytes.extend_from_slice(&value.to_be_bytes()));
    let array = FixedSizeBinaryArray::try_new(16, bytes.into(), None)
        .map_err(|error| Error::internal("a column of hashes has a wrong length").with_source(error))?;
    Ok(Arc::new(array))
}

/// Reads the hashes of a column made by [`hash_column`].
pub fn read_hashes(batch: &RecordBatch, name: &str) -> Result<Vec<u128>> {
    let array = column(batch, name)?
        .as_fixed_size_binary_opt()
        .ok_or_else(|| damaged(name))?;
    let value = |bytes: &[u8]| bytes.try_into().map(u128::from_be_bytes).map_err(|_| damaged(name));
    (0..array.len()).map(|row| value(array.value(row))).collect()
}

/// Converts delivered ids to a table, by load date and id.
pub fn from_delivered(delivered: &DeliveredIds) -> Result<RecordBatch> {
    let dates = delivered.dates().iter();
    let load_dates = dates.flat_map(|(load_date, ids)| std::iter::repeat_n(load_date.0, ids.len()));
    let ids = || delivered.dates().iter().flat_map(|(_, ids)| ids.iter());
    build_batch(vec![
        ("load_date", int32(load_dates)),
        ("id_high", uint32(ids().map(|id| (id >> 64) as u32))),
        ("id_low", uint64(ids().map(|id| id as u64))),
    ])
}

/// Reads a table of [`from_delivered`].
pub fn to_delivered(batch: &RecordBatch) -> Result<DeliveredIds> {
    let dates = days(batch, "load_date")?;
    let (high, low) = (
        numbers::<UInt32Type>(batch, "id_high")?,
        numbers::<UInt64Type>(batch, "id_low")?,
    );
    let mut ids = high
        .iter()
        .zip(&low)
        .map(|(high, low)| u128::from(*high) << 64 | u128::from(*low));
    let mut delivered = DeliveredIds::default();
    for same in dates.chunk_by(|a, b| a == b) {
        delivered.push(same[0], IdList::from_sorted(ids.by_ref().take(same.len())));
    }
    Ok(delivered)
}
