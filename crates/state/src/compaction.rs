//! Decides when segments are merged into a new base.
//!
//! A base costs its own size once in as many nights as the segments need to grow to a share `1 / s` of it. With `b`
//! bytes a row of the base, a night of `r` reactions therefore costs about `s b r` bytes of base, however large the base
//! is. A smaller share makes loading cheaper and nights dearer.

/// Part of the base's rows that the segments may have: a quarter.
const SHARE: u64 = 4;

/// Most segments: each costs a few requests.
const MAX_SEGMENTS: usize = 64;

/// Returns true if a run writes a new base instead of its segment. `segment_rows` has the reactions of the segments
/// after the base, the new one included.
///
/// A pair is the left fold of its load dates, so no published bit depends on the answer.
pub fn needs_new_base(base_rows: u64, segment_rows: &[u64]) -> bool {
    let rows: u64 = segment_rows.iter().sum();
    segment_rows.len() > MAX_SEGMENTS || rows > base_rows / SHARE
}

#[cfg(test)]
#[path = "compaction_tests.rs"]
mod tests;
