//! Keeps the rows with the greatest keys, in bounded memory.

use serde_json::Value;

/// Length of a list of highest scores.
pub(crate) const TOP_LENGTH: usize = 10;

/// Rows with the greatest keys. Among equal keys, the row offered first comes first.
#[derive(Clone, Debug)]
pub(crate) struct TopRows {
    most: usize,
    kept: Vec<(f64, Value)>,
}

impl TopRows {
    /// Creates a list of at most `most` rows.
    pub(crate) fn new(most: usize) -> TopRows {
        TopRows { most, kept: Vec::new() }
    }

    /// Offers a row. `row` is called only if the row is kept.
    pub(crate) fn offer(&mut self, key: f64, row: impl FnOnce() -> Value) {
        let index = self.kept.partition_point(|(other, _)| *other >= key);
        if index < self.most {
            self.kept.truncate(self.most - 1);
            self.kept.insert(index, (key, row()));
        }
    }

    /// Returns the rows, greatest key first.
    pub(crate) fn to_rows(&self) -> Vec<Value> {
        self.kept.iter().map(|(_, row)| row.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_keys_are_kept_in_order_and_ties_keep_the_first() {
        let mut best = TopRows::new(3);
        for (key, name) in [(1.0, "a"), (5.0, "b"), (5.0, "c"), (2.0, "d"), (5.0, "e"), (0.0, "f")] {
            best.offer(key, || name.into());
        }
        assert_eq!(best.to_rows(), ["b", "c", "e"]);
        let mut few = TopRows::new(3);
        few.offer(1.0, || "x".into());
        assert_eq!(few.to_rows(), ["x"]);
    }
}
