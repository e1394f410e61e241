//! Adds tables to a published snapshot, or removes them, as an older or a newer Clout would have it.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use clout_base::schema::TableSchema;
use clout_warehouse::encoded_part::encode_part;
use serde_json::{Value, json};

fn change(root: &Path, date: &str, change: impl FnOnce(&mut serde_json::Map<String, Value>)) {
    let path = root.join(format!("snapshots/{date}/manifest.json"));
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).expect("a manifest")).expect("JSON");
    change(manifest["tables"].as_object_mut().expect("tables"));
    std::fs::write(&path, manifest.to_string()).expect("a writable manifest");
}

/// Removes tables from the manifest.
pub fn without(root: &Path, date: &str, tables: &[&str]) {
    change(root, date, |all| all.retain(|name, _| !tables.contains(&name.as_str())));
}

/// Adds or replaces a table in the manifest; rows must be in the order of its grain.
pub fn with(root: &Path, date: &str, table: &TableSchema, columns: Vec<ArrayRef>) {
    let batch = RecordBatch::try_new(table.build_arrow_schema(), columns).expect("columns of the schema");
    let part = encode_part(table, &batch).expect("rows in order");
    let path = format!("{}/snapshot_date={date}/{}", table.name, part.name);
    let file = root.join(&path);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a writable folder");
    std::fs::write(file, &part.bytes).expect("a writable file");
    let named = json!({"path": path, "size": part.bytes.len(), "rows": part.rows, "sha256": part.sha256});
    change(root, date, |all| {
        all.insert(table.name.to_owned(), json!({"rows": part.rows, "files": [named]}));
    });
}

/// Builds a column of texts.
pub fn words(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Builds a column of measures.
pub fn measures(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}
