//! Typed columns of published tables, by name.

use arrow::array::{Array, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};

use clout_base::error::{Error, Result};

/// Returns a string column.
///
/// # Errors
/// This and the functions below return an internal error if the batch has no such column of the type.
pub fn string_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    find_column(batch, name, |column| column.as_string_opt())
}

/// Returns a floating-point column.
pub fn float_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Float64Array> {
    find_column(batch, name, |column| column.as_primitive_opt())
}

/// Returns an integer column.
pub fn integer_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array> {
    find_column(batch, name, |column| column.as_primitive_opt())
}

/// Returns a column of truth values.
pub fn boolean_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a BooleanArray> {
    find_column(batch, name, |column| column.as_boolean_opt())
}

fn find_column<'a, T>(
    batch: &'a RecordBatch,
    name: &str,
    typed: impl Fn(&'a dyn Array) -> Option<&'a T>,
) -> Result<&'a T> {
    let column = batch.column_by_name(name).and_then(|column| typed(column.as_ref()));
    column.ok_or_else(|| Error::internal(format!("a published table has no column {name} of its type")))
}
