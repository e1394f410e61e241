//! Provides a folder of files for tests.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

use clout_warehouse::layout::Inventory;
use clout_warehouse::store::{Store, StoreOptions};

/// Temporary input root.
pub struct Folder(tempfile::TempDir);

impl Default for Folder {
    fn default() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }
}

impl Folder {
    /// Returns the path of a key, and creates its folder.
    pub fn path(&self, key: &str) -> std::path::PathBuf {
        let path = self.0.path().join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// Writes one file.
    pub fn write(&self, key: &str, columns: &[(&str, ArrayRef)]) {
        let nullable = columns.iter().map(|(name, column)| (*name, column.clone(), true));
        let batch = RecordBatch::try_from_iter_with_nullable(nullable).unwrap();
        let file = std::fs::File::create(self.path(key)).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    /// Opens the root as a store.
    pub fn store(&self) -> Store {
        Store::open(self.0.path().to_str().unwrap(), &StoreOptions::default()).unwrap()
    }

    /// Lists the root.
    pub fn inventory(&self) -> Inventory {
        Inventory::read(&self.store(), |_| true).unwrap()
    }
}

/// Creates a column of texts.
pub fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(values.iter().copied().collect::<StringArray>())
}
