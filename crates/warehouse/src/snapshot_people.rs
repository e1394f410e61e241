//! People in the newest snapshot of the output root: only these may be named.
//!
//! Published files do not change, so an older snapshot still contains people with a later opt-out. No command shows
//! them, even for older dates; a question about them gets the same answer as an unknown id.

use std::cmp::Ordering;

use arrow::array::{Array, AsArray, StringArray};
use serde_json::Value;

use crate::manifest::Manifest;
use crate::snapshots::{find_or_newest, read_table};
use crate::store::Store;
use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// The people of a snapshot. Those of the newest snapshot may be named.
pub struct SnapshotPeople {
    /// Date of the snapshot.
    pub date: Day,
    /// Person ids in ascending order, in chunks as read from `scores`. No chunk is empty.
    ids: Vec<StringArray>,
}

impl SnapshotPeople {
    /// Reads the people of the newest snapshot.
    pub fn read_newest(store: &Store) -> Result<SnapshotPeople> {
        SnapshotPeople::read_snapshot(store, &find_or_newest(store, None)?)
    }

    /// Reads the people of a snapshot.
    pub fn read_snapshot(store: &Store, manifest: &Manifest) -> Result<SnapshotPeople> {
        let mut ids = Vec::new();
        for batch in read_table(store, manifest, "scores", Some(&["person_id"]))? {
            let column = batch.column(0).as_string_opt::<i32>();
            let column = column.ok_or_else(|| Error::internal("the column person_id of scores is not text"))?;
            if !column.is_empty() {
                ids.push(column.clone());
            }
        }
        Ok(SnapshotPeople {
            date: manifest.snapshot_date,
            ids,
        })
    }

    /// Returns true if the snapshot contains the person.
    pub fn contains(&self, id: &str) -> bool {
        let chunk = self.ids.partition_point(|ids| ids.value(ids.len() - 1) < id);
        self.ids.get(chunk).is_some_and(|ids| is_among(ids, id))
    }

    /// Iterates over all ids in ascending order.
    pub fn iter_ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().flat_map(|ids| ids.iter().flatten())
    }
}

fn is_among(ids: &StringArray, id: &str) -> bool {
    let (mut low, mut high) = (0, ids.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match ids.value(middle).cmp(id) {
            Ordering::Equal => return true,
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    false
}

/// Removes the people from a detail of `score_changes` (`network: person, person and 3 more`) if `is_there` is false
/// for any of them. An id that contains a comma counts as two unknown ids, so its detail loses the people as well.
pub fn redact_detail(detail: &str, manifest: &Manifest, is_there: &dyn Fn(&str) -> bool) -> String {
    let networks = manifest.parameters.get("networks").and_then(Value::as_object);
    let is_network = |text: &str| {
        let name = text.strip_suffix(", answered").unwrap_or(text);
        networks.is_some_and(|networks| networks.contains_key(name))
    };
    let (network, people) = match detail.split_once(": ") {
        Some((network, people)) if is_network(network) => (network, people),
        _ if is_network(detail) => return detail.to_owned(),
        _ => ("", detail),
    };
    let named = match people.rsplit_once(" and ") {
        Some((named, more)) if more.ends_with(" more") => named,
        _ => people,
    };
    let is_count = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let are_counted = match people.split_once(' ') {
        Some((count, "person" | "people")) => is_count(count),
        _ => false,
    };
    match are_counted || named.split(", ").all(is_there) {
        true => detail.to_owned(),
        false => network.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::manifest::example_manifest;

    #[rstest]
    #[case("", "")]
    #[case("twitter", "twitter")]
    #[case("twitter: ada", "twitter: ada")]
    #[case("twitter: ada, bob and 12 more", "twitter: ada, bob and 12 more")]
    #[case("twitter: ada, eve", "twitter")]
    #[case("twitter: twitter:9", "twitter")]
    #[case("twitter, answered", "twitter, answered")]
    #[case("twitter, answered: bob", "twitter, answered: bob")]
    #[case("twitter, answered: eve", "twitter, answered")]
    #[case("twitter: 12 people", "twitter: 12 people")]
    #[case("twitter: 1 person", "twitter: 1 person")]
    #[case("twitter: some people", "twitter")]
    #[case("ada, bob", "ada, bob")]
    #[case("eve", "")]
    #[case("nowhere: ada", "")]
    fn only_people_of_the_newest_snapshot_are_named(#[case] detail: &str, #[case] expected: &str) {
        let mut manifest = example_manifest(Day(20_000), "c");
        let networks = json!({"twitter": {}, "linkedin": {}});
        manifest.parameters.insert("networks".to_owned(), networks);
        let is_there = |id: &str| ["ada", "bob"].contains(&id);
        assert_eq!(redact_detail(detail, &manifest, &is_there), expected);
    }

    #[test]
    fn a_person_is_found_in_any_chunk() {
        let chunks = [vec!["ada", "bob"], vec!["cid"], vec!["dan", "eve", "fay"]];
        let there = SnapshotPeople {
            date: Day(20_000),
            ids: chunks.map(StringArray::from).to_vec(),
        };
        for id in ["ada", "bob", "cid", "dan", "eve", "fay"] {
            assert!(there.contains(id), "{id}");
        }
        for id in ["", "aaa", "bo", "cat", "daz", "zoe"] {
            assert!(!there.contains(id), "{id}");
        }
        assert_eq!(there.iter_ids().count(), 6);
    }
}
