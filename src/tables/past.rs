//! What earlier snapshots said: scores for the deltas, and persons for `is_new`.

use std::collections::HashSet;

use arrow::array::{AsArray, Float64Array, RecordBatch};
use arrow::datatypes::Float64Type;

use crate::day::Day;
use crate::error::{Error, Result};
use crate::intake::ids::HashKey;
use crate::state::State;
use crate::warehouse::snapshots;
use crate::warehouse::store::Store;

/// Days back for which a delta is published.
pub const DELTA_DAYS: [i32; 3] = [1, 7, 30];

/// Published scores of earlier days; nothing where there is no snapshot.
#[derive(Clone, Debug, Default)]
pub struct Past {
    scores: [Vec<RecordBatch>; 3],
}

impl Past {
    /// Reads the published scores of the days that deltas compare with.
    pub fn read(store: &Store, as_of: Day) -> Result<Past> {
        let mut past = Past::default();
        for (scores, days) in past.scores.iter_mut().zip(DELTA_DAYS) {
            if let Some(manifest) = snapshots::find(store, as_of.minus(days))? {
                *scores = snapshots::read_table(store, &manifest, "scores", Some(&["person_id", "score"]))?;
            }
        }
        Ok(past)
    }

    /// Points since `DELTA_DAYS[index]` days ago for persons in order of their ids; null if either score
    /// is. A published table is in that order too, so this is a merge.
    pub fn deltas<'a>(
        &self,
        index: usize,
        persons: impl Iterator<Item = (&'a str, Option<f64>)>,
    ) -> Result<Vec<Option<f64>>> {
        let mut earlier = Vec::new();
        for batch in &self.scores[index] {
            earlier.push((person_ids(batch)?, scores(batch)?));
        }
        let mut rows = earlier
            .iter()
            .flat_map(|(ids, scores)| ids.iter().zip(scores.iter()))
            .filter_map(|(id, score)| Some((id?, score?)))
            .peekable();
        let delta = |(id, score): (&str, Option<f64>)| {
            while rows.next_if(|(other, _)| other.as_bytes() < id.as_bytes()).is_some() {}
            let before = rows.next_if(|(other, _)| *other == id).map(|(_, score)| score);
            Some(score? - before?)
        };
        Ok(persons.map(delta).collect())
    }
}

fn scores(batch: &RecordBatch) -> Result<&Float64Array> {
    let column = batch
        .column_by_name("score")
        .and_then(|column| column.as_primitive_opt::<Float64Type>());
    column.ok_or_else(|| Error::internal("a published scores table has no column score"))
}

fn person_ids(batch: &RecordBatch) -> Result<&arrow::array::StringArray> {
    batch
        .column_by_name("person_id")
        .and_then(|column| column.as_string_opt::<i32>())
        .ok_or_else(|| Error::internal("a published scores table has no column person_id"))
}

/// The hash that stands for a published person.
pub fn published_hash(person_id: &str) -> u128 {
    HashKey::PUBLISHED.hash(&[person_id])
}

/// Everybody whom a snapshot before tonight's has, known by hashes.
pub struct PublishedPersons {
    hashes: HashSet<u128>,
    dates: Vec<Day>,
}

impl PublishedPersons {
    /// What the state remembers, and the snapshots that it does not cover read again.
    pub fn before(store: &Store, state: &State, as_of: Day, published: &[Day]) -> Result<PublishedPersons> {
        let dates: Vec<Day> = published.iter().copied().filter(|day| *day < as_of).collect();
        let covered: HashSet<Day> = state.published_dates.iter().copied().collect();
        let mut hashes = state.published.clone();
        for day in dates.iter().filter(|day| !covered.contains(day)) {
            let Some(manifest) = snapshots::find(store, *day)? else {
                continue;
            };
            for batch in snapshots::read_table(store, &manifest, "scores", Some(&["person_id"]))? {
                hashes.extend(person_ids(&batch)?.iter().flatten().map(published_hash));
            }
        }
        Ok(PublishedPersons { hashes, dates })
    }

    /// Whether an earlier snapshot has the person.
    pub fn has(&self, person_id: &str) -> bool {
        self.hashes.contains(&published_hash(person_id))
    }

    /// Leaves them, and tonight's persons, to the next night.
    pub fn remember(mut self, state: &mut State, tonight: impl Iterator<Item = u128>, as_of: Day) {
        self.hashes.extend(tonight);
        state.published = self.hashes;
        state.published_dates = self.dates.into_iter().chain([as_of]).collect();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;

    use super::*;

    #[test]
    fn a_delta_needs_both_scores() {
        let ids = StringArray::from(vec!["ada", "bob", "eve"]);
        let values = Float64Array::from(vec![Some(10.0), None, Some(3.0)]);
        let batch =
            RecordBatch::try_from_iter([("person_id", Arc::new(ids) as _), ("score", Arc::new(values) as _)]).unwrap();
        let past = Past {
            scores: [vec![batch], vec![], vec![]],
        };
        let tonight = [
            ("aaa", Some(1.0)),
            ("ada", Some(12.5)),
            ("bob", Some(2.0)),
            ("eve", None),
            ("zoe", Some(1.0)),
        ];
        let deltas = past.deltas(0, tonight.into_iter()).unwrap();
        assert_eq!(deltas, [None, Some(2.5), None, None, None]);
        assert_eq!(past.deltas(1, tonight.into_iter()).unwrap(), [None; 5]);
    }
}
