//! Input files of closed load dates, as they were read.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use clout_base::error::Result;
use clout_warehouse::store::{Store, StoredObject};

/// Input file of a closed load date, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedFile {
    /// Key, size and etag.
    pub object: StoredObject,
    /// SHA-256 of the content, in hex.
    pub sha256: Option<String>,
}

/// Returns true for the key of an opt-out file. Opt-outs are never closed: they count whatever their load date.
pub fn is_opt_out(key: &str) -> bool {
    key.starts_with("opt_outs/")
}

/// Returns the files of opt-outs among files that were read.
pub fn list_opt_outs(read: &[ClosedFile]) -> HashSet<StoredObject> {
    let files = read.iter().map(|file| &file.object);
    files.filter(|object| is_opt_out(&object.key)).cloned().collect()
}

/// File of a closed load date as written in `state.json`.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ClosedEntry {
    path: String,
    size: u64,
    etag: Option<String>,
    sha256: Option<String>,
}

impl ClosedEntry {
    /// Converts a file.
    pub(super) fn from_file(file: &ClosedFile) -> ClosedEntry {
        ClosedEntry {
            path: file.object.key.clone(),
            size: file.object.size,
            etag: file.object.etag.clone(),
            sha256: file.sha256.clone(),
        }
    }

    /// Converts back to the file.
    pub(super) fn into_file(self) -> ClosedFile {
        ClosedFile {
            object: StoredObject {
                key: self.path,
                size: self.size,
                etag: self.etag,
            },
            sha256: self.sha256,
        }
    }
}

/// Reads the files of closed load dates from the state below `prefix`, of any layout and model; none if it is missing
/// or damaged.
///
/// # Errors
/// Returns an error if the store fails.
pub fn load_closed_files(store: &Store, prefix: &str) -> Result<Vec<ClosedFile>> {
    #[derive(Deserialize)]
    struct Closed {
        closed: Vec<ClosedEntry>,
    }
    let json = store.get(&format!("{prefix}/state.json"))?;
    let closed = json.and_then(|json| serde_json::from_slice::<Closed>(&json).ok());
    Ok(closed.map_or_else(Vec::new, |found| {
        found.closed.into_iter().map(ClosedEntry::into_file).collect()
    }))
}
