//! What earlier snapshots said: scores for the deltas, and persons for `is_new`.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Float64Type;

use crate::day::Day;
use crate::error::{Error, Result};
use crate::intake::ids::HashKey;
use crate::state::State;
use crate::warehouse::snapshots;
use crate::warehouse::store::Store;

/// Days back for which a delta is published.
pub const DELTA_DAYS: [i32; 3] = [1, 7, 30];

/// Published scores of earlier days, by person; empty where there is no snapshot.
#[derive(Clone, Debug, Default)]
pub struct Past {
    scores: [HashMap<String, f64>; 3],
}

impl Past {
    /// Reads the published scores of the days that deltas compare with.
    pub fn read(store: &Store, as_of: Day) -> Result<Past> {
        let mut past = Past::default();
        for (scores, days) in past.scores.iter_mut().zip(DELTA_DAYS) {
            if let Some(manifest) = snapshots::find(store, as_of.minus(days))? {
                for batch in snapshots::read_table(store, &manifest, "scores", Some(&["person_id", "score"]))? {
                    add_scores(&batch, scores)?;
                }
            }
        }
        Ok(past)
    }

    /// Points since `DELTA_DAYS[index]` days ago; null if either score is.
    pub fn delta(&self, index: usize, person_id: &str, score: Option<f64>) -> Option<f64> {
        Some(score? - self.scores[index].get(person_id)?)
    }
}

fn add_scores(batch: &RecordBatch, scores: &mut HashMap<String, f64>) -> Result<()> {
    let (ids, values) = (
        person_ids(batch)?,
        batch
            .column_by_name("score")
            .and_then(|c| c.as_primitive_opt::<Float64Type>()),
    );
    let values = values.ok_or_else(|| Error::internal("a published scores table has no column score"))?;
    for row in (0..batch.num_rows()).filter(|row| values.is_valid(*row)) {
        scores.insert(ids.value(row).to_owned(), values.value(row));
    }
    Ok(())
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

/// The persons of every snapshot before `as_of`: what the state remembers, and the snapshots that it does
/// not cover read again.
pub fn published_before(
    store: &Store,
    state: &State,
    as_of: Day,
    published: &[Day],
) -> Result<(HashSet<u128>, Vec<Day>)> {
    let earlier: Vec<Day> = published.iter().copied().filter(|day| *day < as_of).collect();
    let covered: HashSet<Day> = state.published_dates.iter().copied().collect();
    let mut persons = state.published.clone();
    for day in earlier.iter().filter(|day| !covered.contains(day)) {
        let Some(manifest) = snapshots::find(store, *day)? else {
            continue;
        };
        for batch in snapshots::read_table(store, &manifest, "scores", Some(&["person_id"]))? {
            persons.extend(person_ids(&batch)?.iter().flatten().map(published_hash));
        }
    }
    Ok((persons, earlier))
}
