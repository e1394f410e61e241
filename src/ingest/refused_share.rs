//! Counts the rows of a partition that are rejected, and decides if the partition is too bad to count.
//!
//! A file that cannot be read counts with the rows that its bytes would hold at the rows per byte of the partition's
//! readable files, at least one. So a truncated file weighs as much as its rows would.

use clout_base::day::Day;

/// Number of rejected rows up to which a partition is accepted, whatever their share.
const FREE_REJECTS: u64 = 20;

/// Rows and files of one partition, read and rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedShare {
    /// Input table.
    pub table: &'static str,
    /// Network of the partition; empty for tables without networks.
    pub network: String,
    /// Load date of the partition; none for tables without load dates.
    pub load_date: Option<Day>,
    /// Rows in readable files.
    pub rows: u64,
    /// Rejected rows among them.
    pub refused: u64,
    readable_bytes: u64,
    unreadable_bytes: Vec<u64>,
}

impl RefusedShare {
    /// Creates the counts of a partition without files.
    pub fn new(table: &'static str, network: &str, load_date: Option<Day>) -> RefusedShare {
        RefusedShare {
            table,
            network: network.to_owned(),
            load_date,
            rows: 0,
            refused: 0,
            readable_bytes: 0,
            unreadable_bytes: Vec::new(),
        }
    }

    /// Adds a readable file of `bytes` bytes with its rows and the rejected ones among them.
    pub fn add_readable(&mut self, bytes: u64, rows: u64, refused: u64) {
        self.readable_bytes += bytes;
        self.rows += rows;
        self.refused += refused;
    }

    /// Adds a file of `bytes` bytes that cannot be read.
    pub fn add_unreadable(&mut self, bytes: u64) {
        self.unreadable_bytes.push(bytes);
    }

    /// Returns the number of unreadable files.
    pub fn unreadable_files(&self) -> usize {
        self.unreadable_bytes.len()
    }

    /// Returns the rows that the unreadable files would hold.
    fn unreadable_rows(&self) -> u64 {
        let rows_per_byte = self.rows as f64 / self.readable_bytes.max(1) as f64;
        let rows = |bytes: &u64| ((*bytes as f64 * rows_per_byte).round() as u64).max(1);
        self.unreadable_bytes.iter().map(rows).sum()
    }

    /// Returns the rejected rows, with those of unreadable files.
    pub fn rejected_rows(&self) -> u64 {
        self.refused + self.unreadable_rows()
    }

    /// Returns all rows, with those of unreadable files.
    pub fn all_rows(&self) -> u64 {
        self.rows + self.unreadable_rows()
    }

    /// Returns the rejected share of all rows, from 0 to 1; 0 without rows.
    pub fn fraction(&self) -> f64 {
        self.rejected_rows() as f64 / self.all_rows().max(1) as f64
    }

    /// Returns true if the partition has unreadable files and no row beside them. A readable file without rows says
    /// nothing about the others: some writers add one to each delivery.
    pub fn is_unreadable(&self) -> bool {
        self.rows == 0 && !self.unreadable_bytes.is_empty()
    }

    /// Returns true if more rows are rejected than a share of `max` (from 0 to 1) allows; 1 allows everything.
    pub fn exceeds(&self, max: f64) -> bool {
        if max >= 1.0 {
            return false;
        }
        let rejected = self.rejected_rows();
        self.is_unreadable() || (rejected > FREE_REJECTS && rejected as f64 > max * self.all_rows() as f64)
    }
}

/// Returns the number of rejected rows of a partition of `rows` rows that end the run in any case.
pub fn find_fatal_rejects(rows: u64, max: f64) -> usize {
    (max * rows as f64).max(FREE_REJECTS as f64) as usize + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(rows: u64, refused: u64) -> RefusedShare {
        let mut share = RefusedShare::new("activities", "t", Some(Day(0)));
        share.add_readable(10 * rows.max(1), rows, refused);
        share
    }

    #[test]
    fn more_than_twenty_rows_and_more_than_the_share_exceed_it() {
        assert!(!share(20, 20).exceeds(0.05));
        assert!(share(21, 21).exceeds(0.05));
        assert!(!share(420, 21).exceeds(0.05), "exactly the share");
        assert!(share(419, 21).exceeds(0.05));
        assert!(!share(419, 21).exceeds(1.0));
        assert!(!share(0, 0).exceeds(0.0));
    }

    #[test]
    fn an_unreadable_file_counts_with_the_rows_of_its_bytes() {
        let mut bad = share(400, 0);
        bad.add_unreadable(200);
        assert_eq!((bad.rejected_rows(), bad.all_rows()), (20, 420));
        assert!(!bad.exceeds(0.04));
        bad.add_unreadable(1);
        assert_eq!(bad.rejected_rows(), 21, "at least one row");
        assert!(bad.exceeds(0.04) && !bad.exceeds(0.06));
    }

    #[test]
    fn a_partition_without_a_readable_row_exceeds_every_share_below_one() {
        let mut bad = RefusedShare::new("activities", "t", Some(Day(0)));
        assert!(!bad.exceeds(0.0));
        bad.add_readable(900, 0, 0);
        assert!(!bad.exceeds(0.0), "a file without rows");
        bad.add_unreadable(0);
        assert!(bad.exceeds(0.999) && !bad.exceeds(1.0) && bad.is_unreadable());
    }
}
