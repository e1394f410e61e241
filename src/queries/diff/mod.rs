//! Compares two snapshots: people, score distribution, parameters and input files.
//!
//! Only people in the newest snapshot are named. Others may have opted out and are only counted.

mod distribution;
mod inputs;
mod people;

use serde_json::{Map, Value, json};

use crate::job::list_differences;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::snapshots::find_or_newest as snapshot;
use clout_warehouse::store::Store;

pub use distribution::{CHANGE_BINS, ScoreDistribution};
pub use inputs::{InputChange, PartitionChange};
pub use people::{PeopleDiff, PeopleGroup, PersonDiff};

/// Differences between two snapshots. Pairs are ordered: the earlier snapshot, then the later one.
#[derive(Debug)]
pub struct SnapshotDiff {
    /// Snapshot dates.
    pub dates: [Day; 2],
    /// Model versions.
    pub models: [String; 2],
    /// Parameters that differ: dotted name, and the value in each snapshot (null if absent).
    pub parameters: Vec<(String, [Value; 2])>,
    /// Changes of people and their scores.
    pub people: PeopleDiff,
    /// Score distribution of each snapshot.
    pub distributions: [ScoreDistribution; 2],
    /// Differences between the input files of the two runs.
    pub inputs: InputChange,
}

/// Compares two published snapshots and names at most `count` people per list.
///
/// # Errors
///
/// `Usage` if `dates` is not in ascending order, `NotReady` if a snapshot is missing.
pub fn compare_snapshots(store: &Store, dates: [Day; 2], count: usize) -> Result<SnapshotDiff> {
    let [from, to] = dates;
    if from == to {
        return Err(Error::usage(format!(
            "both dates are {from}: a snapshot does not differ from itself"
        )));
    }
    if from > to {
        return Err(Error::usage(format!(
            "{from} is after {to}: give the earlier date first (clout diff {to} {from})"
        )));
    }
    let manifests = [snapshot(store, Some(from))?, snapshot(store, Some(to))?];
    let newest = match snapshots::list_dates(store)?.last() {
        Some(newest) if *newest != to => Some(snapshot(store, Some(*newest))?),
        _ => None,
    };
    let [before, after] = [
        people::read_score_columns(store, &manifests[0])?,
        people::read_score_columns(store, &manifests[1])?,
    ];
    let there = newest
        .map(|newest| people::read_score_columns(store, &newest))
        .transpose()?;
    let people = people::compare_people(&before, &after, there.as_ref(), count);
    Ok(SnapshotDiff {
        dates,
        models: manifests.each_ref().map(|manifest| manifest.model_version.clone()),
        parameters: parameters(&manifests),
        people,
        distributions: [
            ScoreDistribution::from_scores(before.non_null_scores()),
            ScoreDistribution::from_scores(after.non_null_scores()),
        ],
        inputs: inputs::compare_inputs(&manifests),
    })
}

fn parameters(manifests: &[Manifest; 2]) -> Vec<(String, [Value; 2])> {
    let values = manifests.each_ref().map(|manifest| {
        let fields: Map<String, Value> = manifest.parameters.clone().into_iter().collect();
        Value::Object(fields)
    });
    let both = |name: String| {
        let found = values
            .each_ref()
            .map(|value| at(value, &name).cloned().unwrap_or_default());
        (name, found)
    };
    list_differences(&values[0], &values[1]).into_iter().map(both).collect()
}

/// Finds the value at a dotted name. Names of networks and verbs may contain dots, so each split point is tried.
fn at<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = value.as_object()?;
    if let Some(found) = fields.get(name) {
        return Some(found);
    }
    let parts = name.match_indices('.').map(|(dot, _)| name.split_at(dot));
    parts
        .filter_map(|(head, rest)| at(fields.get(head)?, rest.strip_prefix('.')?))
        .next()
}

impl SnapshotDiff {
    /// Returns all differences as one object.
    pub fn to_json(&self) -> Value {
        let parameter = |(name, [from, to]): &(String, [Value; 2])| json!({"name": name, "from": from, "to": to});
        json!({
            "from": self.dates[0],
            "to": self.dates[1],
            "model_versions": self.models,
            "is_same_model": self.models[0] == self.models[1],
            "parameters": self.parameters.iter().map(parameter).collect::<Vec<_>>(),
            "people": self.people,
            "scores": { "from": self.distributions[0], "to": self.distributions[1] },
            "inputs": self.inputs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_a_name_with_dots() {
        let value = json!({"networks": {"a.b": {"verbs": {"c.d": 3}}}, "input": {"strict": true}});
        assert_eq!(at(&value, "networks.a.b.verbs.c.d"), Some(&json!(3)));
        assert_eq!(at(&value, "input.strict"), Some(&json!(true)));
        assert_eq!(at(&value, "input.expect"), None);
    }
}
