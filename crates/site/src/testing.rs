//! Fixtures for the tests of the report.

use serde_json::json;

use clout_warehouse::manifest::Manifest;

/// Returns a manifest with the tables that each snapshot has, without files.
pub(crate) fn example_manifest() -> Manifest {
    let table = json!({"rows": 0, "files": []});
    let manifest = json!({
        "version": 1, "snapshot_date": "2026-10-31", "model_version": "2-abc", "run_id": "r", "commit_id": "c",
        "parameters": {}, "converged": true, "residual": 1e-9, "inputs": [], "timings": {},
        "tables": {"scores": table, "network_scores": table, "influences": table, "rejects": table, "run_metrics": table},
    });
    serde_json::from_value(manifest).unwrap()
}
