//! Reads the rows of one person from published tables, skipping row groups of other people.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use serde_json::{Map, Number, Value};

use clout_base::day::format_instant;
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// A row: values by column name, as in `schema`.
pub type JsonRow = Map<String, Value>;

/// Reads a person's rows of a table, in key order. Instants become RFC 3339 texts in UTC.
pub fn read_person_rows(store: &Store, manifest: &Manifest, table: &str, person_id: &str) -> Result<Vec<JsonRow>> {
    read_rows_where(store, manifest, table, ("person_id", person_id))
}

/// Reads the rows with a given text in a column, in key order; `wanted` is (column, text).
pub fn read_rows_where(store: &Store, manifest: &Manifest, table: &str, wanted: (&str, &str)) -> Result<Vec<JsonRow>> {
    let mut rows = Vec::new();
    for batch in snapshots::read_matching_rows(store, manifest, table, wanted)? {
        let schema = batch.schema();
        let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
        for row in 0..batch.num_rows() {
            let cells = names.iter().zip(batch.columns());
            let cell = |(name, column): (&&String, &ArrayRef)| Ok(((*name).clone(), value(column, row)?));
            rows.push(cells.map(cell).collect::<Result<JsonRow>>()?);
        }
    }
    Ok(rows)
}

/// Converts a cell to JSON. Fails for types that no published table has.
fn value(column: &dyn Array, row: usize) -> Result<Value> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Float64 => {
            let measure = column.as_primitive::<Float64Type>().value(row);
            Number::from_f64(measure).map_or(Value::Null, Value::Number)
        }
        DataType::Timestamp(..) => format_instant(column.as_primitive::<TimestampMicrosecondType>().value(row)).into(),
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            let items = (0..items.len()).map(|item| value(&items, item));
            Value::Array(items.collect::<Result<_>>()?)
        }
        other => return Err(Error::internal(format!("no published column has the type {other}"))),
    })
}
