//! The best of many, in the memory of a few.

use serde_json::Value;

/// People in a list of the best.
pub const TOP: usize = 10;

/// Keeps the rows with the greatest keys; of equal keys the one that was offered first.
#[derive(Clone, Debug)]
pub struct Best {
    most: usize,
    kept: Vec<(f64, Value)>,
}

impl Best {
    /// Keeps at most so many.
    pub fn of(most: usize) -> Best {
        Best { most, kept: Vec::new() }
    }

    /// Offers a row, which is made only if it is kept.
    pub fn offer(&mut self, key: f64, row: impl FnOnce() -> Value) {
        let place = self.kept.partition_point(|(other, _)| *other >= key);
        if place < self.most {
            self.kept.truncate(self.most - 1);
            self.kept.insert(place, (key, row()));
        }
    }

    /// The rows, best first.
    pub fn rows(&self) -> Vec<Value> {
        self.kept.iter().map(|(_, row)| row.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_are_kept_in_order_and_the_first_of_equals_wins() {
        let mut best = Best::of(3);
        for (key, name) in [(1.0, "a"), (5.0, "b"), (5.0, "c"), (2.0, "d"), (5.0, "e"), (0.0, "f")] {
            best.offer(key, || name.into());
        }
        assert_eq!(best.rows(), ["b", "c", "e"]);
        let mut few = Best::of(3);
        few.offer(1.0, || "x".into());
        assert_eq!(few.rows(), ["x"]);
    }
}
