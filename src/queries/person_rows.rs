//! Reads the rows of one person from published tables, skipping row groups of other people.

use arrow::array::ArrayRef;
use serde_json::{Map, Value};

use clout_base::error::Result;
use clout_warehouse::json_cells::{CellFormat, cell_to_json};
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
            let cell = |(name, column): (&&String, &ArrayRef)| {
                Ok(((*name).clone(), cell_to_json(column, row, CellFormat::EXACT)?))
            };
            rows.push(cells.map(cell).collect::<Result<JsonRow>>()?);
        }
    }
    Ok(rows)
}
