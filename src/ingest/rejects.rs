//! What was refused: one entry a row, or one a file. Nothing is dropped without one.

use clout_base::day::Day;

/// A refused row, or a refused file (without a row number).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// The input table.
    pub table: &'static str,
    /// The partition's network, where the table has one.
    pub network: Option<String>,
    /// The partition's load date, where the file lies in one.
    pub load_date: Option<Day>,
    /// The file, relative to the input root.
    pub file: String,
    /// The row in the file, from 0.
    pub row_number: Option<i64>,
    /// What was found and what was expected; never names an account.
    pub reason: String,
    /// The activity, where the row has an id.
    pub activity_id: Option<String>,
}

/// Rows of readable files in one partition, and how many of them were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The input table.
    pub table: &'static str,
    /// The partition's network.
    pub network: String,
    /// The partition's load date.
    pub load_date: Day,
    /// Rows in readable files.
    pub rows: u64,
    /// Refused rows among them.
    pub refused: u64,
}

impl Share {
    /// The refused part of the rows, 0 to 1; 0 where there are no rows.
    pub fn part(&self) -> f64 {
        self.refused as f64 / self.rows.max(1) as f64
    }

    /// Whether more than `max` (a share from 0 to 1) of the rows were refused.
    pub fn is_above(&self, max: f64) -> bool {
        self.refused > 0 && self.refused as f64 > max * self.rows as f64
    }
}

/// Counts rejects by reason's first words, most frequent first, for a summary a person can read.
pub fn by_reason(rejects: &[Reject]) -> Vec<(String, u64)> {
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
    fn the_bound_itself_is_still_allowed() {
        let share = |rows, refused| Share {
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
