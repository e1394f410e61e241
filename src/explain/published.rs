//! What the published tables say of everybody at once.

use serde_json::Value;

use crate::error::Result;
use crate::queries::person::rows_where;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::store::Store;

/// People with a score, as the night counted them.
pub fn persons_scored(store: &Store, manifest: &Manifest) -> Result<Option<u64>> {
    let rows = rows_where(store, manifest, "run_metrics", ("name", "persons_scored"))?;
    let value = rows.first().and_then(|row| row.get("value")).and_then(Value::as_f64);
    Ok(value.map(|count| count as u64))
}
