//! Compares the people of two snapshots: score changes, arrivals and departures.

use std::cmp::Ordering;

use arrow::array::{Array, AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{Float64Type, Int64Type};
use serde::Serialize;
use serde_json::{Map, Value};

use super::distribution::{CHANGE_BINS, count_by_bin};
use clout_base::error::{Error, Result};
use clout_base::schema::SCORES;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::read_table;
use clout_warehouse::store::Store;

/// Changes of people between two snapshots.
#[derive(Clone, Debug, Serialize)]
pub struct PeopleDiff {
    /// Number of people with a score in both snapshots.
    pub in_both: u64,
    /// Largest rises in points, largest first.
    pub rises: Vec<PersonDiff>,
    /// Largest falls in points, largest first.
    pub falls: Vec<PersonDiff>,
    /// People in both snapshots with a score only in the later one.
    pub gained_score: PeopleGroup,
    /// People in both snapshots with a score only in the earlier one.
    pub lost_score: PeopleGroup,
    /// People only in the later snapshot.
    pub arrivals: PeopleGroup,
    /// People only in the earlier snapshot.
    pub leavers: PeopleGroup,
    /// Number of people with a score in both snapshots, by class of their change; see [`CHANGE_BINS`].
    #[serde(serialize_with = "named_bins")]
    pub deltas: [u64; CHANGE_BINS.len()],
}

/// A person in two snapshots. Pairs are ordered: the earlier snapshot, then the later one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonDiff {
    /// Person id.
    pub person_id: String,
    /// Change of the score in points; null unless both snapshots have a score.
    pub delta: Option<f64>,
    /// Score in each snapshot.
    pub scores: [Option<f64>; 2],
    /// Rank in each snapshot.
    pub ranks: [Option<i64>; 2],
}

/// A group of people: counts, and the highest scores of people in the newest snapshot.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PeopleGroup {
    /// Number of people with a score in either snapshot.
    pub scored: u64,
    /// Number of people without a score.
    pub unscored: u64,
    /// Number of people missing from the newest snapshot; they are not named.
    pub unnamed: u64,
    /// People with the highest scores, highest first.
    pub highest: Vec<PersonDiff>,
}

fn named_bins<S: serde::Serializer>(counts: &[u64; CHANGE_BINS.len()], to: S) -> std::result::Result<S::Ok, S::Error> {
    let named = CHANGE_BINS
        .iter()
        .zip(counts)
        .map(|(bin, count)| ((*bin).to_owned(), (*count).into()));
    named.collect::<Map<String, Value>>().serialize(to)
}

/// Columns of `scores` that are compared, in order of person ids.
pub(super) struct ScoreColumns {
    ids: StringArray,
    scores: Float64Array,
    ranks: Int64Array,
}

/// Reads the compared columns of a snapshot.
pub(super) fn read_score_columns(store: &Store, manifest: &Manifest) -> Result<ScoreColumns> {
    let names = ["person_id", "score", "rank"];
    let batches = read_table(store, manifest, SCORES.name, Some(&names))?;
    let unexpected = || Error::internal("a column of scores does not have the type of its schema");
    let schema = match batches.first() {
        Some(batch) => batch.schema(),
        None => {
            let empty = RecordBatch::new_empty(SCORES.build_arrow_schema());
            let indexes: Vec<usize> = names
                .iter()
                .filter_map(|name| empty.schema().index_of(name).ok())
                .collect();
            empty.project(&indexes).map_err(|_| unexpected())?.schema()
        }
    };
    let all = concat_batches(&schema, &batches)
        .map_err(|error| Error::internal("cannot concatenate the parts of scores").with_source(error))?;
    let column = || {
        Some(ScoreColumns {
            ids: all.column(0).as_string_opt::<i32>()?.clone(),
            scores: all.column(1).as_primitive_opt::<Float64Type>()?.clone(),
            ranks: all.column(2).as_primitive_opt::<Int64Type>()?.clone(),
        })
    };
    column().ok_or_else(unexpected)
}

impl ScoreColumns {
    /// Returns all scores, without nulls.
    pub(super) fn non_null_scores(&self) -> Vec<f64> {
        self.scores.iter().flatten().collect()
    }

    fn score(&self, row: usize) -> Option<f64> {
        self.scores.is_valid(row).then(|| self.scores.value(row))
    }

    fn rank(&self, row: usize) -> Option<i64> {
        self.ranks.is_valid(row).then(|| self.ranks.value(row))
    }

    fn has(&self, id: &str) -> bool {
        let (mut low, mut high) = (0, self.ids.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.ids.value(middle).cmp(id) {
                Ordering::Equal => return true,
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        false
    }
}

/// Compares the people of two snapshots. Only people in `newest` are named; if absent, `after` is the newest.
pub(super) fn compare_people(
    before: &ScoreColumns,
    after: &ScoreColumns,
    newest: Option<&ScoreColumns>,
    count: usize,
) -> PeopleDiff {
    let newest = newest.unwrap_or(after);
    let [mut moved, mut gained, mut lost, mut arrived, mut left] = [const { Vec::new() }; 5];
    for rows in pairs(&before.ids, &after.ids) {
        let scores = [
            rows[0].and_then(|row| before.score(row)),
            rows[1].and_then(|row| after.score(row)),
        ];
        let list = match (rows, scores) {
            ([None, _], _) => &mut arrived,
            ([_, None], _) => &mut left,
            (_, [Some(_), Some(_)]) => &mut moved,
            (_, [None, Some(_)]) => &mut gained,
            (_, [Some(_), None]) => &mut lost,
            (_, [None, None]) => continue,
        };
        list.push((rows, scores));
    }
    let pick = PeoplePicker {
        before,
        after,
        newest,
        count,
    };
    PeopleDiff {
        in_both: moved.len() as u64,
        deltas: count_by_bin(moved.iter().filter_map(|(_, scores)| delta(*scores))),
        rises: pick.movers(&moved, 1.0),
        falls: pick.movers(&moved, -1.0),
        gained_score: pick.group(&gained),
        lost_score: pick.group(&lost),
        arrivals: pick.group(&arrived),
        leavers: pick.group(&left),
    }
}

/// Row index and score of a person in each snapshot.
type PersonMatch = ([Option<usize>; 2], [Option<f64>; 2]);

fn delta([before, after]: [Option<f64>; 2]) -> Option<f64> {
    Some(after? - before?)
}

/// Merges two sorted lists of ids: returns the row indexes of each person in both.
fn pairs<'a>(a: &'a StringArray, b: &'a StringArray) -> impl Iterator<Item = [Option<usize>; 2]> + 'a {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        let order = match (i < a.len(), j < b.len()) {
            (false, false) => return None,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (true, true) => a.value(i).cmp(b.value(j)),
        };
        let rows = [order.is_le().then_some(i), order.is_ge().then_some(j)];
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
        Some(rows)
    })
}

/// Selects the people to name.
struct PeoplePicker<'a> {
    before: &'a ScoreColumns,
    after: &'a ScoreColumns,
    newest: &'a ScoreColumns,
    count: usize,
}

impl PeoplePicker<'_> {
    fn id(&self, rows: [Option<usize>; 2]) -> &str {
        match rows {
            [_, Some(row)] => self.after.ids.value(row),
            [Some(row), _] => self.before.ids.value(row),
            [None, None] => "",
        }
    }

    fn person(&self, (rows, scores): &PersonMatch) -> PersonDiff {
        PersonDiff {
            person_id: self.id(*rows).to_owned(),
            delta: delta(*scores),
            scores: *scores,
            ranks: [
                rows[0].and_then(|row| self.before.rank(row)),
                rows[1].and_then(|row| self.after.rank(row)),
            ],
        }
    }

    /// Returns the people with the greatest values. The sort is stable, so ties stay in order of their ids.
    fn first(&self, found: &[PersonMatch], value: impl Fn(&PersonMatch) -> Option<f64>) -> Vec<PersonDiff> {
        let mut named: Vec<(f64, &PersonMatch)> = found
            .iter()
            .filter_map(|person| Some((value(person)?, person)))
            .collect();
        named.sort_by(|a, b| b.0.total_cmp(&a.0));
        let named = named
            .into_iter()
            .filter(|(_, (rows, _))| self.newest.has(self.id(*rows)));
        named.take(self.count).map(|(_, person)| self.person(person)).collect()
    }

    /// Returns the largest rises (`sign` 1) or falls (`sign` -1).
    fn movers(&self, moved: &[PersonMatch], sign: f64) -> Vec<PersonDiff> {
        self.first(moved, |(_, scores)| {
            delta(*scores).map(|delta| sign * delta).filter(|delta| *delta > 0.0)
        })
    }

    fn group(&self, found: &[PersonMatch]) -> PeopleGroup {
        let score = |(_, [before, after]): &PersonMatch| after.or(*before);
        let scored = found.iter().filter(|person| score(person).is_some()).count() as u64;
        let is_unnamed = |(rows, _): &&PersonMatch| !self.newest.has(self.id(*rows));
        PeopleGroup {
            scored,
            unscored: found.len() as u64 - scored,
            unnamed: found.iter().filter(is_unnamed).count() as u64,
            highest: self.first(found, score),
        }
    }
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
