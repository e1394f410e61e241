//! Reads the score histories of people with a full panel.
//!
//! The snapshots are read one after the other. Reading up to sixty of them in parallel would hold a row group of each
//! in memory.

use std::cmp::Ordering;

use arrow::array::RecordBatch;
use serde_json::{Value, json};

use super::json_values::{get_value, round_measure};
use super::published::PublishedSnapshots;
use clout_base::error::Result;
use clout_base::schema::SCORES;
use clout_warehouse::published_columns::{float_column, string_column};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

const COLUMNS: [&str; 4] = ["person_id", "score", "score_low", "score_high"];

/// Score of one person in one snapshot, in points. Single precision keeps a hundred-thousandth of a point in half the
/// memory.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ScorePoint {
    night: u32,
    score: f32,
    low: f32,
    high: f32,
}

/// Histories, in the order of the requested ids.
pub(crate) struct ScoreHistories(Vec<Vec<ScorePoint>>);

impl ScoreHistories {
    /// Reads all snapshots for the given ids, which must be ascending.
    pub(crate) fn read(store: &Store, nights: &PublishedSnapshots, ids: &[String]) -> Result<ScoreHistories> {
        let mut histories = ScoreHistories(vec![Vec::new(); ids.len()]);
        for (night, manifest) in (0..).zip(nights.iter()) {
            let mut next = 0;
            for batch in snapshots::stream_table(store, manifest, SCORES.name, Some(&COLUMNS))? {
                next = histories.add(&batch?, night, ids, next)?;
            }
        }
        Ok(histories)
    }

    /// Adds a batch of a snapshot. Returns the index of the first id that the next batch may contain.
    fn add(&mut self, batch: &RecordBatch, night: u32, ids: &[String], mut next: usize) -> Result<usize> {
        let found = string_column(batch, "person_id")?;
        let [scores, lows, highs] = [&COLUMNS[1], &COLUMNS[2], &COLUMNS[3]].map(|name| float_column(batch, name));
        let (scores, lows, highs) = (scores?, lows?, highs?);
        for row in 0..batch.num_rows() {
            let id = found.value(row);
            while ids
                .get(next)
                .is_some_and(|wanted| wanted.as_str().cmp(id) == Ordering::Less)
            {
                next += 1;
            }
            if ids.get(next).is_none_or(|wanted| wanted != id) {
                continue;
            }
            if let (Some(score), Some(low), Some(high)) =
                (get_value(scores, row), get_value(lows, row), get_value(highs, row))
            {
                let [score, low, high] = [score, low, high].map(|points| points as f32);
                self.0[next].push(ScorePoint {
                    night,
                    score,
                    low,
                    high,
                });
            }
        }
        Ok(next)
    }

    /// Returns the snapshots with a score for the id at `index`, as `[snapshot number, score, lower bound, upper
    /// bound]`.
    pub(crate) fn to_json(&self, index: usize) -> Value {
        let points = |value: f32| round_measure(f64::from(value));
        let night = |past: &ScorePoint| json!([past.night, points(past.score), points(past.low), points(past.high)]);
        self.0.get(index).into_iter().flatten().map(night).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, StringArray};

    use super::*;

    fn batch(rows: &[(&str, Option<f64>)]) -> RecordBatch {
        let ids = StringArray::from_iter_values(rows.iter().map(|(id, _)| *id));
        let points = Float64Array::from_iter(rows.iter().map(|(_, score)| *score));
        let points = Arc::new(points);
        RecordBatch::try_from_iter([
            ("person_id", Arc::new(ids) as _),
            ("score", points.clone() as _),
            ("score_low", points.clone() as _),
            ("score_high", points as _),
        ])
        .unwrap()
    }

    #[test]
    fn each_person_gets_the_snapshots_with_a_score_across_batch_limits() {
        let ids = ["bob", "dan", "eve"].map(str::to_owned);
        let mut histories = ScoreHistories(vec![Vec::new(); 3]);
        let first = histories
            .add(&batch(&[("ada", Some(1.0)), ("bob", Some(2.5))]), 0, &ids, 0)
            .unwrap();
        histories
            .add(
                &batch(&[("cat", Some(3.0)), ("dan", None), ("eve", Some(4.0))]),
                0,
                &ids,
                first,
            )
            .unwrap();
        histories
            .add(&batch(&[("bob", Some(5.0)), ("zoe", Some(6.0))]), 1, &ids, 0)
            .unwrap();
        assert_eq!(histories.to_json(0), json!([[0, 2.5, 2.5, 2.5], [1, 5, 5, 5]]));
        assert_eq!(
            (histories.to_json(1), histories.to_json(2)),
            (json!([]), json!([[0, 4, 4, 4]]))
        );
    }
}
