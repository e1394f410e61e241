//! Published values of earlier snapshots: scores for the deltas, and persons for `is_new`.

use std::collections::HashSet;

use arrow::array::{Array, Float64Array, RecordBatch, StringArray};
use rayon::prelude::*;

use crate::state::RunState;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_model::alerts::ScoreEstimate;
use clout_model::delivered::truncate_id;
use clout_model::influence::interval::ScoreInterval;
use clout_model::people::persons::PersonMap;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::published_columns::{boolean_column, float_column, string_column};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Distances in days for which a delta is published.
pub const DELTA_DAYS: [i32; 3] = [1, 7, 30];

/// Columns of `scores` to read from an earlier snapshot.
const SCORE_COLUMNS: [&str; 4] = ["person_id", "score", "score_low", "score_high"];
/// Columns of `topic_scores` to read from an earlier snapshot.
const TOPIC_COLUMNS: [&str; 4] = ["person_id", "topic_id", "score", "is_shown"];

/// Published values of earlier dates, by person of the snapshot date; empty for dates without a snapshot.
#[derive(Clone, Debug, Default)]
pub struct PublishedHistory {
    /// Score, and for the day before also its interval, of each date in [`DELTA_DAYS`].
    scores: [PublishedMeasures; 3],
    /// Topic scores of the day before; `None` if its snapshot has no such table.
    topics: Option<Vec<RecordBatch>>,
    model_version: Option<String>,
    night_before: Option<Day>,
}

/// Measures of one table, in the order of the columns that were read; NaN for a null or a missing person.
type PublishedMeasures = Vec<Vec<f64>>;

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
    /// Reads the published scores of the dates in [`DELTA_DAYS`] before `as_of`, for `persons`.
    pub fn read(store: &Store, as_of: Day, published: &[Day], persons: &PersonMap) -> Result<PublishedHistory> {
        let of_date = |days: &i32| {
            let manifest = snapshots::read_manifest(store, as_of.days_before(*days))?;
            let columns = if *days == 1 {
                &SCORE_COLUMNS[..]
            } else {
                &SCORE_COLUMNS[..2]
            };
            let scores = manifest
                .as_ref()
                .map(|manifest| read_measures(store, manifest, columns, persons));
            Ok((scores.transpose()?.unwrap_or_default(), manifest))
        };
        let dates: Vec<(PublishedMeasures, Option<Manifest>)> =
            DELTA_DAYS.par_iter().map(of_date).collect::<Result<_>>()?;
        let mut past = PublishedHistory {
            night_before: published.iter().copied().filter(|day| *day < as_of).max(),
            ..PublishedHistory::default()
        };
        for ((scores, (measures, manifest)), days) in past.scores.iter_mut().zip(dates).zip(DELTA_DAYS) {
            *scores = measures;
            if let Some(manifest) = manifest.filter(|_| days == 1) {
                if manifest.tables.contains_key("topic_scores") {
                    let topics = snapshots::read_table(store, &manifest, "topic_scores", Some(&TOPIC_COLUMNS))?;
                    past.topics = Some(topics);
                }
                past.model_version = Some(manifest.model_version);
            }
        }
        Ok(past)
    }

    /// Returns the published score of a person `DELTA_DAYS[index]` days ago.
    pub fn find_score(&self, index: usize, person: usize) -> Option<f64> {
        find_measure(&self.scores[index], 0, person)
    }

    /// Returns the published score of a person the day before, with its interval.
    pub fn find_estimate(&self, person: usize) -> Option<ScoreEstimate> {
        let measure = |column| find_measure(&self.scores[0], column, person);
        // Snapshots of early versions have no interval; an infinite one excludes nothing.
        let interval = ScoreInterval {
            low: measure(1).unwrap_or(f64::NEG_INFINITY),
            high: measure(2).unwrap_or(f64::INFINITY),
        };
        measure(0).map(|score| ScoreEstimate { score, interval })
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

    /// Returns the newest published date before the snapshot date.
    pub fn previous_date(&self) -> Option<Day> {
        self.night_before
    }

    /// Returns the model version of the snapshot of the day before.
    pub fn model_version(&self) -> Option<&str> {
        self.model_version.as_deref()
    }
}

fn find_measure(measures: &PublishedMeasures, column: usize, person: usize) -> Option<f64> {
    let value = *measures.get(column)?.get(person)?;
    (!value.is_nan()).then_some(value)
}

/// Reads the measures after the first of `columns`, which has the person ids. One row group is in memory at a time.
fn read_measures(
    store: &Store,
    manifest: &Manifest,
    columns: &[&str],
    persons: &PersonMap,
) -> Result<PublishedMeasures> {
    let mut measures = vec![vec![f64::NAN; persons.len()]; columns.len() - 1];
    let mut next = 0;
    for batch in snapshots::stream_table(store, manifest, "scores", Some(columns))? {
        let batch = batch?;
        let ids = string_column(&batch, columns[0])?;
        let values: Vec<&Float64Array> = columns[1..]
            .iter()
            .map(|column| float_column(&batch, column))
            .collect::<Result<_>>()?;
        next = merge_rows(ids, &values, persons, next, &mut measures);
    }
    Ok(measures)
}

/// Copies the values of rows to their persons, from index `next` on; returns the index after the last one. Both are in
/// order of ids.
fn merge_rows(
    ids: &StringArray,
    values: &[&Float64Array],
    persons: &PersonMap,
    mut next: usize,
    measures: &mut PublishedMeasures,
) -> usize {
    for row in 0..ids.len() {
        let id = ids.value(row);
        while persons.ids.get(next).is_some_and(|other| other < id) {
            next += 1;
        }
        if persons.ids.get(next) == Some(id) {
            for (measures, values) in measures.iter_mut().zip(values) {
                measures[next] = if values.is_null(row) {
                    f64::NAN
                } else {
                    values.value(row)
                };
            }
        }
    }
    next
}

/// Computes the hash by which the state remembers a published person.
pub fn hash_person_id(person_id: &str) -> u128 {
    truncate_id(HashKey::PUBLISHED.hash(&[person_id]))
}

/// Persons in earlier snapshots, in addition to those of the state.
pub struct PublishedPersons {
    /// Hashes of the persons in snapshots that the state does not cover, ascending.
    uncovered: Vec<u128>,
    dates: Vec<Day>,
}

/// Persons of the snapshot date that no earlier snapshot contains.
pub struct NewPersons {
    /// True if the person is new, by person.
    pub are_new: Vec<bool>,
    hashes: Vec<u128>,
}

impl PublishedPersons {
    /// Reads the persons of published snapshots that the state does not cover.
    pub fn read_before(store: &Store, state: &RunState, as_of: Day, published: &[Day]) -> Result<PublishedPersons> {
        let dates: Vec<Day> = published.iter().copied().filter(|day| *day < as_of).collect();
        let covered: HashSet<Day> = state.published_dates.iter().copied().collect();
        let mut uncovered = Vec::new();
        for day in dates.iter().filter(|day| !covered.contains(day)) {
            let Some(manifest) = snapshots::read_manifest(store, *day)? else {
                continue;
            };
            for batch in snapshots::stream_table(store, &manifest, "scores", Some(&["person_id"]))? {
                uncovered.extend(
                    string_column(&batch?, "person_id")?
                        .iter()
                        .flatten()
                        .map(hash_person_id),
                );
            }
            // One sorted run of earlier dates, and the rows of this one.
            uncovered.par_sort();
            uncovered.dedup();
        }
        Ok(PublishedPersons { uncovered, dates })
    }

    /// Finds the new ones among the persons that `are_present`. `state` is the state before [`Self::store_in`].
    pub fn find_new(&self, state: &RunState, persons: &PersonMap, are_present: &[bool]) -> NewPersons {
        let is_new = |(id, is_present): (&str, &bool)| {
            let is_known = |hash: u128| {
                let mut lists = [&state.published, &self.uncovered].into_iter();
                lists.any(|list| list.binary_search(&hash).is_ok())
            };
            *is_present && !is_known(hash_person_id(id))
        };
        let are_new: Vec<bool> = persons.ids.par_iter().zip(are_present).map(is_new).collect();
        let new = persons.ids.par_iter().zip(&are_new).filter(|(_, is_new)| **is_new);
        NewPersons {
            hashes: new.map(|(id, _)| hash_person_id(id)).collect(),
            are_new,
        }
    }

    /// Stores the hashes, and those of the new persons of `as_of`, in the state for the next run.
    pub fn store_in(self, state: &mut RunState, new: NewPersons, as_of: Day) {
        let mut added = self.uncovered;
        added.retain(|hash| state.published.binary_search(hash).is_err());
        added.extend(new.hashes);
        added.par_sort_unstable();
        state.published.extend_from_slice(&added);
        // Two sorted runs.
        state.published.par_sort();
        state.changes.published = added;
        state.published_dates = self.dates.into_iter().chain([as_of]).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_several_batches_find_their_persons() {
        let ids = ["aaa", "ada", "bob", "eve", "zoe"];
        let persons = PersonMap::of_single_accounts(ids.into_iter().collect());
        let batches = [
            (vec!["ada", "bea"], vec![Some(10.0), Some(1.0)]),
            (vec![], vec![]),
            (vec!["bob", "eve", "zzz"], vec![None, Some(3.0), Some(4.0)]),
        ];
        let mut measures = vec![vec![f64::NAN; persons.len()]];
        let mut next = 0;
        for (ids, values) in batches {
            let (ids, values) = (StringArray::from(ids), Float64Array::from(values));
            next = merge_rows(&ids, &[&values], &persons, next, &mut measures);
        }
        let past = PublishedHistory {
            scores: [measures, vec![], vec![]],
            ..PublishedHistory::default()
        };
        let found = |index| -> Vec<Option<f64>> {
            (0..persons.len())
                .map(|person| past.find_score(index, person))
                .collect()
        };
        assert_eq!(found(0), [None, Some(10.0), None, Some(3.0), None]);
        assert_eq!(found(1), [None; 5]);
        let estimate = past.find_estimate(1).unwrap();
        assert_eq!((estimate.score, estimate.interval.high), (10.0, f64::INFINITY));
    }
}
