//! Defines rejects: one per refused row or file. No row is dropped without one.

use clout_base::day::Day;
use clout_warehouse::admission::ColumnComparison;

/// Refused row, or refused file (without a row number).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectedRow {
    /// Input table.
    pub table: &'static str,
    /// Network of the partition, if the table has one.
    pub network: Option<String>,
    /// Load date of the partition, if any.
    pub load_date: Option<Day>,
    /// File, relative to the input root.
    pub file: String,
    /// Row number in the file, from 0.
    pub row_number: Option<i64>,
    /// Found and expected value; never contains an account id.
    pub reason: String,
    /// Columns of a file that is refused for its columns, each with what was expected and found.
    pub columns: Vec<ColumnComparison>,
    /// Activity id, if the row has one.
    pub activity_id: Option<String>,
}

/// Numbers of rows read and refused in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedShare {
    /// Input table.
    pub table: &'static str,
    /// Network of the partition.
    pub network: String,
    /// Load date of the partition.
    pub load_date: Day,
    /// Rows in readable files.
    pub rows: u64,
    /// Refused rows among them.
    pub refused: u64,
}

impl RefusedShare {
    /// Returns the refused share of the rows, from 0 to 1; 0 without rows.
    pub fn fraction(&self) -> f64 {
        self.refused as f64 / self.rows.max(1) as f64
    }

    /// Returns true if more than `max` (a share from 0 to 1) of the rows were refused.
    pub fn is_above(&self, max: f64) -> bool {
        self.refused > 0 && self.refused as f64 > max * self.rows as f64
    }
}

/// Counts rejects by the part of the reason before the colon, most frequent first; ties are alphabetical.
pub fn count_by_reason(rejects: &[RejectedRow]) -> Vec<(String, u64)> {
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    for reject in rejects {
        let kind = reject.reason.split(':').next().unwrap_or_default();
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    let mut sorted: Vec<(String, u64)> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maximum_itself_is_allowed() {
        let share = |rows, refused| RefusedShare {
            table: "activities",
            network: "t".into(),
            load_date: Day(0),
            rows,
            refused,
        };
        assert!(!share(100, 5).is_above(0.05));
        assert!(share(100, 6).is_above(0.05));
        assert!(!share(0, 0).is_above(0.0));
        assert!(share(10, 1).is_above(0.0));
    }
}
