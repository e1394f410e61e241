//! Converts cells of published tables to JSON.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use serde_json::{Number, Value};

use clout_base::day::format_instant;
use clout_base::error::{Error, Result};

/// Precision of the numbers and instants in the JSON values.
#[derive(Clone, Copy, Debug)]
pub struct CellFormat {
    /// Converts a measure.
    pub measure: fn(f64) -> Value,
    /// Returns the instant to format, from one in microseconds since 1970.
    pub truncate_instant: fn(i64) -> i64,
}

impl CellFormat {
    /// Full precision. NaN and infinities become null, since JSON has no number for them.
    pub const EXACT: CellFormat = CellFormat {
        measure: |measure| Number::from_f64(measure).map_or(Value::Null, Value::Number),
        truncate_instant: |micros| micros,
    };
}

/// Converts a cell to JSON. Instants become RFC 3339 texts in UTC, lists become arrays.
///
/// # Errors
/// Returns an internal error for types that no published column has.
pub fn cell_to_json(column: &dyn Array, row: usize, format: CellFormat) -> Result<Value> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Float64 => (format.measure)(column.as_primitive::<Float64Type>().value(row)),
        DataType::Timestamp(..) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            format_instant((format.truncate_instant)(micros)).into()
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            let items = (0..items.len()).map(|item| cell_to_json(&items, item, format));
            Value::Array(items.collect::<Result<_>>()?)
        }
        other => return Err(Error::internal(format!("no published column has the type {other}"))),
    })
}
