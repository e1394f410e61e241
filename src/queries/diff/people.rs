//! Who moved, who came and who went.

use std::cmp::Ordering;

use arrow::array::{Array, AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{Float64Type, Int64Type};
use serde::Serialize;
use serde_json::{Map, Value};

use super::spread::{BINS, histogram};
use clout_base::error::{Error, Result};
use clout_base::schema::SCORES;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::read_table;
use clout_warehouse::store::Store;

/// The people of two snapshots.
#[derive(Clone, Debug, Serialize)]
pub struct People {
    /// People with a score in both.
    pub in_both: u64,
    /// People whose score rose most, in points, the greatest rise first.
    pub rises: Vec<Person>,
    /// People whose score fell most, the greatest fall first.
    pub falls: Vec<Person>,
    /// People of both who had no score before and have one now.
    pub gained_score: Group,
    /// People of both who had a score and have none now.
    pub lost_score: Group,
    /// People who are in the later one alone.
    pub arrivals: Group,
    /// People who are in the earlier one alone.
    pub leavers: Group,
    /// People with a score in both, by the class of their change in points.
    #[serde(serialize_with = "named_bins")]
    pub deltas: [u64; BINS.len()],
}

/// Somebody in two snapshots.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    /// Who.
    pub person_id: String,
    /// Change of the score in points; null unless there is one in both.
    pub delta: Option<f64>,
    /// Score in the earlier and the later snapshot.
    pub scores: [Option<f64>; 2],
    /// Rank in the earlier and the later snapshot.
    pub ranks: [Option<i64>; 2],
}

/// Some people: how many, and the highest scores among those who may be named.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Group {
    /// With a score, in the snapshot where they have one.
    pub scored: u64,
    /// Without.
    pub unscored: u64,
    /// Those who are not in the newest snapshot, and so are not named.
    pub unnamed: u64,
    /// The highest scores.
    pub highest: Vec<Person>,
}

fn named_bins<S: serde::Serializer>(counts: &[u64; BINS.len()], to: S) -> std::result::Result<S::Ok, S::Error> {
    let named = BINS
        .iter()
        .zip(counts)
        .map(|(bin, count)| ((*bin).to_owned(), (*count).into()));
    named.collect::<Map<String, Value>>().serialize(to)
}

/// What is compared of `scores`, in order of the persons.
pub struct Column {
    ids: StringArray,
    scores: Float64Array,
    ranks: Int64Array,
}

/// Reads a snapshot's people.
pub fn read(store: &Store, manifest: &Manifest) -> Result<Column> {
    let names = ["person_id", "score", "rank"];
    let batches = read_table(store, manifest, SCORES.name, Some(&names))?;
    let unexpected = || Error::internal("scores has a column of another type than its schema says");
    let schema = match batches.first() {
        Some(batch) => batch.schema(),
        None => {
            let empty = RecordBatch::new_empty(SCORES.arrow_schema());
            let places: Vec<usize> = names
                .iter()
                .filter_map(|name| empty.schema().index_of(name).ok())
                .collect();
            empty.project(&places).map_err(|_| unexpected())?.schema()
        }
    };
    let all = concat_batches(&schema, &batches)
        .map_err(|error| Error::internal("scores cannot be read as one").with_source(error))?;
    let column = || {
        Some(Column {
            ids: all.column(0).as_string_opt::<i32>()?.clone(),
            scores: all.column(1).as_primitive_opt::<Float64Type>()?.clone(),
            ranks: all.column(2).as_primitive_opt::<Int64Type>()?.clone(),
        })
    };
    column().ok_or_else(unexpected)
}

impl Column {
    /// All scores.
    pub fn scored(&self) -> Vec<f64> {
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

/// Compares the people of two snapshots; `newest` has those who may be named, and is `after` where absent.
pub fn compare(before: &Column, after: &Column, newest: Option<&Column>, count: usize) -> People {
    let there = newest.unwrap_or(after);
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
    let pick = Pick {
        before,
        after,
        there,
        count,
    };
    People {
        in_both: moved.len() as u64,
        deltas: histogram(moved.iter().filter_map(|(_, scores)| delta(*scores))),
        rises: pick.movers(&moved, 1.0),
        falls: pick.movers(&moved, -1.0),
        gained_score: pick.group(&gained),
        lost_score: pick.group(&lost),
        arrivals: pick.group(&arrived),
        leavers: pick.group(&left),
    }
}

/// A person's row in each snapshot, and score in each.
type Found = ([Option<usize>; 2], [Option<f64>; 2]);

fn delta([before, after]: [Option<f64>; 2]) -> Option<f64> {
    Some(after? - before?)
}

/// The rows of every person in two lists of ids in order.
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

/// Picks who is named.
struct Pick<'a> {
    before: &'a Column,
    after: &'a Column,
    there: &'a Column,
    count: usize,
}

impl Pick<'_> {
    fn id(&self, rows: [Option<usize>; 2]) -> &str {
        match rows {
            [_, Some(row)] => self.after.ids.value(row),
            [Some(row), _] => self.before.ids.value(row),
            [None, None] => "",
        }
    }

    fn person(&self, (rows, scores): &Found) -> Person {
        Person {
            person_id: self.id(*rows).to_owned(),
            delta: delta(*scores),
            scores: *scores,
            ranks: [
                rows[0].and_then(|row| self.before.rank(row)),
                rows[1].and_then(|row| self.after.rank(row)),
            ],
        }
    }

    /// The greatest by a value, equals in order of their ids (which is the order that they come in).
    fn first(&self, found: &[Found], value: impl Fn(&Found) -> Option<f64>) -> Vec<Person> {
        let mut named: Vec<(f64, &Found)> = found
            .iter()
            .filter_map(|person| Some((value(person)?, person)))
            .collect();
        named.sort_by(|a, b| b.0.total_cmp(&a.0));
        let named = named
            .into_iter()
            .filter(|(_, (rows, _))| self.there.has(self.id(*rows)));
        named.take(self.count).map(|(_, person)| self.person(person)).collect()
    }

    /// The greatest rises (`sign` 1) or falls (-1).
    fn movers(&self, moved: &[Found], sign: f64) -> Vec<Person> {
        self.first(moved, |(_, scores)| {
            delta(*scores).map(|delta| sign * delta).filter(|delta| *delta > 0.0)
        })
    }

    fn group(&self, found: &[Found]) -> Group {
        let score = |(_, [before, after]): &Found| after.or(*before);
        let scored = found.iter().filter(|person| score(person).is_some()).count() as u64;
        let is_unnamed = |(rows, _): &&Found| !self.there.has(self.id(*rows));
        Group {
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
