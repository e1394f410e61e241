//! Provides a folder of files for tests.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use clout_base::day::Day;
use clout_warehouse::inventory::{InputInventory, InventoryRules};
use clout_warehouse::store::{Store, StoreOptions};

/// Temporary input root.
pub(super) struct InputFolder(tempfile::TempDir);

impl Default for InputFolder {
    fn default() -> InputFolder {
        InputFolder(tempfile::tempdir().unwrap())
    }
}

impl InputFolder {
    /// Returns the path of a key, and creates its folder.
    pub(super) fn path(&self, key: &str) -> std::path::PathBuf {
        let path = self.0.path().join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// Writes one file.
    pub(super) fn write(&self, key: &str, columns: &[(&str, ArrayRef)]) {
        self.write_as(key, columns, WriterProperties::default());
    }

    /// Writes one file with certain properties.
    pub(super) fn write_as(&self, key: &str, columns: &[(&str, ArrayRef)], properties: WriterProperties) {
        let nullable = columns.iter().map(|(name, column)| (*name, column.clone(), true));
        let batch = RecordBatch::try_from_iter_with_nullable(nullable).unwrap();
        let file = std::fs::File::create(self.path(key)).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    /// Opens the root as a store.
    pub(super) fn store(&self) -> Store {
        Store::open(self.0.path().to_str().unwrap(), &StoreOptions::default()).unwrap()
    }

    /// Lists the root.
    pub(super) fn inventory(&self) -> InputInventory {
        let rules = InventoryRules {
            networks: &["twitter", "facebook", "linkedin", "foursquare"],
            today: Day(i32::MAX),
            ready_marker: None,
        };
        InputInventory::list_root(&self.store(), &rules).unwrap()
    }
}

/// Creates a column of texts.
pub(super) fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(values.iter().copied().collect::<StringArray>())
}
