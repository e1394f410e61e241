//! Hashes of object ids and venues.

use arrow::array::{Array, StringViewArray};
use clout_base::ids::HashKey;

/// Returns the hash of an object or venue id; 0 if null or empty.
pub fn object_hash(objects: &StringViewArray, row: usize) -> u64 {
    if objects.is_null(row) || objects.value(row).is_empty() {
        return 0;
    }
    (HashKey::ACTIVITY.hash(&[objects.value(row)]) as u64).max(1)
}
