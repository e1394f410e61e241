//! Hashes of activity ids, object ids and venues.

use arrow::array::{Array, StringViewArray};
use clout_base::ids::HashKey;

/// Returns the hash of an activity id: the upper 96 bits of its SipHash.
///
/// Two of n ids share a hash with a chance of about n² / 2⁹⁷: below 10⁻¹¹ for the billion ids of a large lateness window.
/// The key is no secret, but nobody knows how to find two texts with equal 96 bits of a SipHash faster than by trying
/// 2⁴⁸, and then both would be one's own rows.
pub fn hash_activity_id(id: &str) -> u128 {
    HashKey::ACTIVITY.hash(&[id]) >> 32
}

/// Returns the hash of an object or venue id; 0 if null or empty.
pub fn object_hash(objects: &StringViewArray, row: usize) -> u64 {
    if objects.is_null(row) || objects.value(row).is_empty() {
        return 0;
    }
    (HashKey::ACTIVITY.hash(&[objects.value(row)]) as u64).max(1)
}
