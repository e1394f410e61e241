//! Who may be named: whoever stands in the newest snapshot of the root.
//!
//! An older snapshot keeps the people who have opted out since, for published files do not change. What is told from
//! it leaves them out, and whoever asks for them is answered as if they had never been.

use std::cmp::Ordering;

use arrow::array::{Array, AsArray, StringArray};
use serde_json::Value;

use crate::manifest::Manifest;
use crate::snapshots::{find_or_newest, read_table};
use crate::store::Store;
use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// The people of a snapshot, which is the newest one where it matters who may be named.
pub struct There {
    /// Its date.
    pub date: Day,
    /// Their ids in order, as the table has them; none of the pieces is empty.
    ids: Vec<StringArray>,
}

impl There {
    /// Reads the newest snapshot's people.
    pub fn read(store: &Store) -> Result<There> {
        There::of(store, &find_or_newest(store, None)?)
    }

    /// Reads the people of a snapshot.
    pub fn of(store: &Store, manifest: &Manifest) -> Result<There> {
        let mut ids = Vec::new();
        for batch in read_table(store, manifest, "scores", Some(&["person_id"]))? {
            let column = batch.column(0).as_string_opt::<i32>();
            let column = column.ok_or_else(|| Error::internal("scores has a person_id that is no text"))?;
            if !column.is_empty() {
                ids.push(column.clone());
            }
        }
        Ok(There {
            date: manifest.snapshot_date,
            ids,
        })
    }

    /// Whether somebody is there.
    pub fn has(&self, id: &str) -> bool {
        let place = self.ids.partition_point(|ids| ids.value(ids.len() - 1) < id);
        self.ids.get(place).is_some_and(|ids| is_among(ids, id))
    }

    /// Everybody, in order.
    pub fn all(&self) -> impl Iterator<Item = &str> {
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

/// A detail of `score_changes`, `network: person, person and 3 more`, of a snapshot: without the people if any of them
/// is not there any more. (An id with a comma in it is taken for two that are not.)
pub fn still_there(detail: &str, manifest: &Manifest, is_there: &dyn Fn(&str) -> bool) -> String {
    let networks = manifest.parameters.get("networks").and_then(Value::as_object);
    let is_place = |place: &str| {
        let name = place.strip_suffix(", answered").unwrap_or(place);
        networks.is_some_and(|networks| networks.contains_key(name))
    };
    let (place, people) = match detail.split_once(": ") {
        Some((place, people)) if is_place(place) => (place, people),
        _ if is_place(detail) => return detail.to_owned(),
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
        false => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::manifest::example;

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
    fn only_people_who_are_there_are_named(#[case] detail: &str, #[case] told: &str) {
        let mut manifest = example(Day(20_000), "c");
        let networks = json!({"twitter": {}, "linkedin": {}});
        manifest.parameters.insert("networks".to_owned(), networks);
        let is_there = |id: &str| ["ada", "bob"].contains(&id);
        assert_eq!(still_there(detail, &manifest, &is_there), told);
    }

    #[test]
    fn whoever_is_there_is_found_in_any_piece() {
        let pieces = [vec!["ada", "bob"], vec!["cid"], vec!["dan", "eve", "fay"]];
        let there = There {
            date: Day(20_000),
            ids: pieces.map(StringArray::from).to_vec(),
        };
        for id in ["ada", "bob", "cid", "dan", "eve", "fay"] {
            assert!(there.has(id), "{id}");
        }
        for id in ["", "aaa", "bo", "cat", "daz", "zoe"] {
            assert!(!there.has(id), "{id}");
        }
        assert_eq!(there.all().count(), 6);
    }
}
