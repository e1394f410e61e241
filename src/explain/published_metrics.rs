//! Published numbers about all people.

use serde_json::Value;

use crate::queries::person_rows::read_rows_where;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

/// Reads a metric of the whole warehouse from `run_metrics`; `None` if the snapshot does not have it.
pub fn read_metric(store: &Store, manifest: &Manifest, name: &str) -> Result<Option<u64>> {
    let rows = read_rows_where(store, manifest, "run_metrics", ("name", name))?;
    let value = rows.first().and_then(|row| row.get("value")).and_then(Value::as_f64);
    Ok(value.map(|count| count as u64))
}
