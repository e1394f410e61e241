//! Converts values of published tables to JSON.

use arrow::array::{Array, ArrayRef, Float64Array};
use serde_json::{Number, Value};

use clout_base::day::SECOND_MICROS;
use clout_base::error::Result;
use clout_warehouse::json_cells::{CellFormat, cell_to_json};

/// Inverse of the rounding step: measures are rounded to a millionth of their unit, so that two decimals equal those of
/// the full number.
const STEPS: f64 = 1e6;

/// Rounds a measure for the page.
pub(crate) fn round_measure(value: f64) -> Value {
    let rounded = (value * STEPS).round() / STEPS;
    // Whole numbers are written without ".0", and -0 as 0.
    match rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        true => Value::from(rounded as i64),
        false => Number::from_f64(rounded).map_or(Value::Null, Value::Number),
    }
}

/// Precision of the page: rounded measures, and times truncated to seconds.
const PAGE_FORMAT: CellFormat = CellFormat {
    measure: round_measure,
    truncate_instant: |micros| micros - micros.rem_euclid(SECOND_MICROS),
};

/// Converts all values of one row.
pub(crate) fn row_to_json(columns: &[ArrayRef], row: usize) -> Result<Vec<Value>> {
    let cell = |column: &ArrayRef| cell_to_json(column, row, PAGE_FORMAT);
    columns.iter().map(cell).collect()
}

/// Returns the value, or none if it is null.
pub(crate) fn get_value(column: &Float64Array, row: usize) -> Option<f64> {
    column.is_valid(row).then(|| column.value(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_short_and_never_negative_zero() {
        let texts = [1.0, 0.123_456_7, -0.000_000_1, 48.814_99].map(|value| round_measure(value).to_string());
        assert_eq!(texts, ["1", "0.123457", "0", "48.81499"]);
        assert_eq!(round_measure(f64::NAN), Value::Null);
    }
}
