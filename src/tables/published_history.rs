//! Published values of earlier snapshots: scores for the deltas, and persons for `is_new`.

use std::collections::HashSet;

use arrow::array::RecordBatch;

use crate::state::RunState;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_model::delivered::truncate_id;
use clout_model::alerts::ScoreEstimate;
use clout_model::influence::interval::ScoreInterval;
use clout_warehouse::published_columns::{boolean_column, float_column, string_column};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Distances in days for which a delta is published.
pub const DELTA_DAYS: [i32; 3] = [1, 7, 30];

/// Columns of `scores` to read from an earlier snapshot.
const SCORE_COLUMNS: [&str; 4] = ["person_id", "score", "score_low", "score_high"];
/// Columns of `topic_scores` to read from an earlier snapshot.
const TOPIC_COLUMNS: [&str; 4] = ["person_id", "topic_id", "score", "is_shown"];

/// Published scores of earlier dates; empty for dates without a snapshot.
#[derive(Clone, Debug, Default)]
pub struct PublishedHistory {
    scores: [Vec<RecordBatch>; 3],
    /// Topic scores of the day before; `None` if its snapshot has no such table.
    topics: Option<Vec<RecordBatch>>,
    model_version: Option<String>,
    night_before: Option<Day>,
}

/// Topic of a person in an earlier snapshot.
#[derive(Clone, Copy, Debug)]
pub struct PublishedTopic<'a> {
    /// Id of the person.
    pub person_id: &'a str,
    /// Id of the topic.
    pub topic_id: &'a str,
    /// Topic score in points.
    pub score: f64,
    /// True if the topic is shown.
    pub is_shown: bool,
}

impl PublishedHistory {
    /// Reads the published scores of the dates in [`DELTA_DAYS`] before `as_of`.
    pub fn read(store: &Store, as_of: Day, published: &[Day]) -> Result<PublishedHistory> {
        let mut past = PublishedHistory {
            night_before: published.iter().copied().filter(|day| *day < as_of).max(),
            ..PublishedHistory::default()
        };
        for (scores, days) in past.scores.iter_mut().zip(DELTA_DAYS) {
            if let Some(manifest) = snapshots::read_manifest(store, as_of.days_before(days))? {
                let columns = if days == 1 {
                    &SCORE_COLUMNS[..]
                } else {
                    &SCORE_COLUMNS[..2]
                };
                *scores = snapshots::read_table(store, &manifest, "scores", Some(columns))?;
                if days == 1 {
                    if manifest.tables.contains_key("topic_scores") {
                        let topics = snapshots::read_table(store, &manifest, "topic_scores", Some(&TOPIC_COLUMNS))?;
                        past.topics = Some(topics);
                    }
                    past.model_version = Some(manifest.model_version);
                }
            }
        }
        Ok(past)
    }

    /// Returns the published scores of `DELTA_DAYS[index]` days ago. `persons` must be in order of ids, as published
    /// tables are.
    pub fn find_scores<'a>(&self, index: usize, persons: impl Iterator<Item = &'a str>) -> Result<Vec<Option<f64>>> {
        let columns = self.scores[index]
            .iter()
            .map(|batch| Ok((string_column(batch, "person_id")?, float_column(batch, "score")?)));
        let columns: Vec<_> = columns.collect::<Result<_>>()?;
        let rows = columns
            .iter()
            .flat_map(|(ids, scores)| ids.iter().zip(scores.iter()))
            .filter_map(|(id, score)| Some((id?, score?)));
        Ok(merged(rows, persons))
    }

    /// Returns the published scores of the day before with their intervals. `persons` must be in order of ids.
    pub fn find_estimates<'a>(&self, persons: impl Iterator<Item = &'a str>) -> Result<Vec<Option<ScoreEstimate>>> {
        let columns = self.scores[0].iter().map(|batch| {
            let measures = |name| float_column(batch, name);
            Ok((
                string_column(batch, "person_id")?,
                measures("score")?,
                measures("score_low")?,
                measures("score_high")?,
            ))
        });
        let columns: Vec<_> = columns.collect::<Result<_>>()?;
        let rows = columns.iter().flat_map(|(ids, scores, lows, highs)| {
            let ends = lows.iter().zip(highs.iter());
            ids.iter()
                .zip(scores.iter())
                .zip(ends)
                .filter_map(|((id, score), (low, high))| {
                    // Snapshots of early versions have no interval; an infinite one excludes nothing.
                    let interval = ScoreInterval {
                        low: low.unwrap_or(f64::NEG_INFINITY),
                        high: high.unwrap_or(f64::INFINITY),
                    };
                    Some((
                        id?,
                        ScoreEstimate {
                            score: score?,
                            interval,
                        },
                    ))
                })
        });
        Ok(merged(rows, persons))
    }

    /// Returns the topics of the day before for which `is_meant` holds, in the order of the table. Returns `None` if
    /// the snapshot has no such table.
    pub fn find_topics(&self, is_meant: impl Fn(&PublishedTopic) -> bool) -> Result<Option<Vec<PublishedTopic<'_>>>> {
        let Some(batches) = &self.topics else {
            return Ok(None);
        };
        let mut meant = Vec::new();
        for batch in batches {
            let (persons, topics) = (string_column(batch, "person_id")?, string_column(batch, "topic_id")?);
            let scores = float_column(batch, "score")?;
            let flags = boolean_column(batch, "is_shown")?;
            let topic = |row: usize| PublishedTopic {
                person_id: persons.value(row),
                topic_id: topics.value(row),
                score: scores.value(row),
                is_shown: flags.value(row),
            };
            meant.extend((0..batch.num_rows()).map(topic).filter(|topic| is_meant(topic)));
        }
        Ok(Some(meant))
    }

    /// Returns the change of each score since `DELTA_DAYS[index]` days ago, in points; `None` if either score is
    /// missing. `persons` must be in order of ids.
    pub fn compute_deltas<'a>(
        &self,
        index: usize,
        persons: impl Iterator<Item = (&'a str, Option<f64>)> + Clone,
    ) -> Result<Vec<Option<f64>>> {
        let earlier = self.find_scores(index, persons.clone().map(|(id, _)| id))?;
        let pairs = persons.zip(earlier);
        Ok(pairs.map(|((_, score), before)| Some(score? - before?)).collect())
    }

    /// Returns the newest published date before the snapshot date.
    pub fn previous_date(&self) -> Option<Day> {
        self.night_before
    }

    /// Returns the model version of the snapshot of the day before.
    pub fn model_version(&self) -> Option<&str> {
        self.model_version.as_deref()
    }
}

/// Merges `rows` into `persons`. Both must be in order of ids.
fn merged<'a, 'b, T>(
    rows: impl Iterator<Item = (&'b str, T)>,
    persons: impl Iterator<Item = &'a str>,
) -> Vec<Option<T>> {
    let mut rows = rows.peekable();
    let row = |id: &str| {
        while rows.next_if(|(other, _)| other.as_bytes() < id.as_bytes()).is_some() {}
        rows.next_if(|(other, _)| *other == id).map(|(_, row)| row)
    };
    persons.map(row).collect()
}

/// Computes the hash by which the state remembers a published person.
pub fn hash_person_id(person_id: &str) -> u128 {
    truncate_id(HashKey::PUBLISHED.hash(&[person_id]))
}

/// Hashes of all persons in earlier snapshots.
pub struct PublishedPersons {
    hashes: HashSet<u128>,
    dates: Vec<Day>,
}

impl PublishedPersons {
    /// Combines the hashes of the state with those of published snapshots that the state does not cover.
    pub fn read_before(store: &Store, state: &RunState, as_of: Day, published: &[Day]) -> Result<PublishedPersons> {
        let dates: Vec<Day> = published.iter().copied().filter(|day| *day < as_of).collect();
        let covered: HashSet<Day> = state.published_dates.iter().copied().collect();
        let mut hashes = state.published.clone();
        for day in dates.iter().filter(|day| !covered.contains(day)) {
            let Some(manifest) = snapshots::read_manifest(store, *day)? else {
                continue;
            };
            for batch in snapshots::read_table(store, &manifest, "scores", Some(&["person_id"]))? {
                hashes.extend(string_column(&batch, "person_id")?.iter().flatten().map(hash_person_id));
            }
        }
        Ok(PublishedPersons { hashes, dates })
    }

    /// Returns true if an earlier snapshot contains the person.
    pub fn contains(&self, person_id: &str) -> bool {
        self.hashes.contains(&hash_person_id(person_id))
    }

    /// Stores the hashes, and those of the persons of `as_of`, in the state for the next run.
    pub fn store_in(mut self, state: &mut RunState, current: impl Iterator<Item = u128>, as_of: Day) {
        self.hashes.extend(current);
        state.changes.published = self.hashes.difference(&state.published).copied().collect();
        state.published = self.hashes;
        state.published_dates = self.dates.into_iter().chain([as_of]).collect();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, StringArray};

    use super::*;

    #[test]
    fn a_delta_needs_both_scores() {
        let ids = StringArray::from(vec!["ada", "bob", "eve"]);
        let values = Float64Array::from(vec![Some(10.0), None, Some(3.0)]);
        let batch =
            RecordBatch::try_from_iter([("person_id", Arc::new(ids) as _), ("score", Arc::new(values) as _)]).unwrap();
        let past = PublishedHistory {
            scores: [vec![batch], vec![], vec![]],
            topics: None,
            model_version: None,
            night_before: None,
        };
        let current = [
            ("aaa", Some(1.0)),
            ("ada", Some(12.5)),
            ("bob", Some(2.0)),
            ("eve", None),
            ("zoe", Some(1.0)),
        ];
        let deltas = past.compute_deltas(0, current.into_iter()).unwrap();
        assert_eq!(deltas, [None, Some(2.5), None, None, None]);
        assert_eq!(past.compute_deltas(1, current.into_iter()).unwrap(), [None; 5]);
    }
}
