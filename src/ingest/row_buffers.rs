//! Rows of one file while it is read, in columns that are allocated once, by the row count of the footer.
//!
//! A footer may announce more rows than its file can plausibly hold; the columns of such a file grow as its rows are
//! decoded.

use clout_topics::rows::ActivityRows;
use clout_warehouse::admission::AdmittedFile;

/// Maximum rows per byte of a file for which memory is allocated before the rows are decoded. An activity id and a time
/// need more than a byte.
const PLAUSIBLE_ROWS_PER_BYTE: u64 = 1;

/// Accepted rows of one file, with their ids.
#[derive(Default)]
pub struct RowBuffer {
    /// Hashes of the activity ids, below 2⁹⁶.
    pub ids: Vec<u128>,
    /// Other columns.
    pub rows: ActivityRows,
    /// Number of rows that the footer announces; none if that is not plausible.
    limit: Option<usize>,
}

impl RowBuffer {
    /// Allocates columns for the rows of a file.
    pub fn for_file(file: &AdmittedFile, has_venues: bool) -> RowBuffer {
        let is_plausible = file.rows <= file.object.size.saturating_mul(PLAUSIBLE_ROWS_PER_BYTE);
        RowBuffer::with_limit(is_plausible.then_some(file.rows as usize), has_venues)
    }

    fn with_limit(limit: Option<usize>, has_venues: bool) -> RowBuffer {
        let rows = limit.unwrap_or(0);
        let mut buffer = RowBuffer {
            ids: Vec::with_capacity(rows),
            rows: ActivityRows::default(),
            limit,
        };
        buffer.rows.reserve(rows, has_venues);
        buffer
    }

    /// Returns true if `count` more rows are not more than announced.
    pub fn has_space(&self, count: usize) -> bool {
        self.limit.is_none_or(|limit| limit - self.ids.len() >= count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_has_space_for_the_announced_rows() {
        let mut buffer = RowBuffer::with_limit(Some(3), true);
        assert!(buffer.rows.venues.capacity() >= 3);
        assert!(buffer.has_space(3) && !buffer.has_space(4));
        buffer.ids.extend([1, 2]);
        assert!(buffer.has_space(1) && !buffer.has_space(2));
        assert!(RowBuffer::with_limit(None, false).has_space(usize::MAX));
    }
}
