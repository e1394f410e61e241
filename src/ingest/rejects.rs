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
