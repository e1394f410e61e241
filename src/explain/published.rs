//! What the published tables say of everybody at once.

use serde_json::Value;

use crate::queries::person::rows_where;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

/// A count of the night about everybody; none where it was not counted.
pub fn metric(store: &Store, manifest: &Manifest, name: &str) -> Result<Option<u64>> {
    let rows = rows_where(store, manifest, "run_metrics", ("name", name))?;
    let value = rows.first().and_then(|row| row.get("value")).and_then(Value::as_f64);
    Ok(value.map(|count| count as u64))
}
