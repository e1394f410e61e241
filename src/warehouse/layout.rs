//! Where things are: the Hive-partitioned input root, listed once.
//!
//! A file belongs to the partition that its folders spell (`network=…/date=…`, in any order,
//! percent-encoded or not; further levels are ignored). Names that begin with `_` or `.` are
//! hidden, as for Spark and Hive. Everything else in a partition is taken for Parquet, whatever
//! its ending, so that a stray file is refused by name instead of being overlooked.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;

use super::store::{Object, Store};
use crate::day::Day;
use crate::error::Result;

/// Before every load date.
pub const BEGINNING: Day = Day(i32::MIN / 4);

/// The tables of the contract that Clout knows how to read today.
pub const INPUT_TABLES: [&str; 5] = ["activities", "accounts", "follows", "identities", "opt_outs"];

/// Tables partitioned by network and load date; the others of [`INPUT_TABLES`] by load date alone.
const NETWORK_TABLES: [&str; 3] = ["activities", "accounts", "follows"];

/// A partition: its network (where the table has one) and its load date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partition {
    /// The network's decoded name, empty for tables without one.
    pub network: String,
    /// The day on which it was delivered.
    pub load_date: Day,
}

/// What stands below an input root.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    tables: BTreeMap<&'static str, BTreeMap<Partition, Vec<Object>>>,
    /// Files that no partition claims, with the reason.
    pub misplaced: Vec<(String, String)>,
    /// Networks that are neither built in nor declared.
    pub unknown_networks: BTreeSet<String>,
}

impl Inventory {
    /// Lists the root's tables. `is_known` tells the networks that the job reads.
    pub fn read(store: &Store, is_known: impl Fn(&str) -> bool) -> Result<Inventory> {
        let mut inventory = Inventory::default();
        for table in INPUT_TABLES {
            let listing = store.list(table)?;
            for key in listing.odd {
                inventory
                    .misplaced
                    .push((key, "its name cannot be read as a key".to_owned()));
            }
            for object in listing.objects {
                inventory.place(table, object, &is_known);
            }
        }
        Ok(inventory)
    }

    fn place(&mut self, table: &'static str, object: Object, is_known: &impl Fn(&str) -> bool) {
        match placement(table, &object) {
            Placement::Hidden => {}
            Placement::Misplaced(reason) => self.misplaced.push((object.key, reason)),
            Placement::In(partition) => {
                if !partition.network.is_empty() && !is_known(&partition.network) {
                    self.unknown_networks.insert(partition.network);
                    return;
                }
                let partitions = self.tables.entry(table).or_default();
                partitions.entry(partition).or_default().push(object);
            }
        }
    }

    /// The partitions of a table in order of network and load date.
    pub fn partitions(&self, table: &str) -> impl Iterator<Item = (&Partition, &Vec<Object>)> {
        self.tables.get(table).into_iter().flatten()
    }

    /// The partitions of a table whose load date lies in `first..=last`.
    pub fn delivered<'a>(
        &'a self,
        table: &str,
        first: Day,
        last: Day,
    ) -> impl Iterator<Item = (&'a Partition, &'a Vec<Object>)> {
        self.partitions(table)
            .filter(move |(partition, _)| (first..=last).contains(&partition.load_date))
    }

    /// Whether a network delivered activities on a load date.
    pub fn has_activities(&self, network: &str, load_date: Day) -> bool {
        let partition = Partition {
            network: network.to_owned(),
            load_date,
        };
        self.tables
            .get("activities")
            .is_some_and(|table| table.contains_key(&partition))
    }

    /// The newest and oldest load dates of activities.
    pub fn activity_dates(&self) -> Option<(Day, Day)> {
        let dates = || self.partitions("activities").map(|(partition, _)| partition.load_date);
        dates().min().zip(dates().max())
    }

    /// Every file of the load dates `first..=last`, in order of table and partition.
    pub fn files(&self, first: Day, last: Day) -> impl Iterator<Item = &Object> {
        INPUT_TABLES
            .iter()
            .flat_map(move |table| self.delivered(table, first, last))
            .flat_map(|(_, files)| files)
    }
}

/// The partition of activities that a file belongs to; none for a file of another table.
pub fn activities_partition(object: &Object) -> Option<Partition> {
    object.key.strip_prefix("activities/")?;
    match placement("activities", object) {
        Placement::In(partition) => Some(partition),
        Placement::Hidden | Placement::Misplaced(_) => None,
    }
}

/// What the folders of a key say.
enum Placement {
    Hidden,
    Misplaced(String),
    In(Partition),
}

fn placement(table: &str, object: &Object) -> Placement {
    let mut segments: Vec<&str> = object.key.split('/').skip(1).collect();
    let Some(name) = segments.pop() else {
        return Placement::Hidden;
    };
    let is_marker = object.size == 0 && (name.contains('=') || name.is_empty());
    if is_marker || segments.iter().chain([&name]).any(|part| part.starts_with(['_', '.'])) {
        return Placement::Hidden;
    }
    let level = |wanted: &str| {
        segments.iter().find_map(|segment| {
            let (key, value) = segment.split_once('=')?;
            (key == wanted).then_some(value)
        })
    };
    let network = if NETWORK_TABLES.contains(&table) {
        match level("network").map(decoded) {
            Some(Some(network)) if !network.is_empty() => network,
            _ => return Placement::Misplaced("expected a folder network=NAME above it".to_owned()),
        }
    } else {
        String::new()
    };
    let load_date = match level("date").and_then(decoded) {
        Some(text) => text.parse::<Day>().map_err(|error| error.to_string()),
        None => Err("expected a folder date=YYYY-MM-DD above it".to_owned()),
    };
    match load_date {
        Ok(load_date) => Placement::In(Partition { network, load_date }),
        Err(reason) => Placement::Misplaced(reason),
    }
}

fn decoded(value: &str) -> Option<String> {
    percent_decode_str(value)
        .decode_utf8()
        .ok()
        .map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(table: &'static str, key: &str) -> String {
        let object = Object {
            key: key.to_owned(),
            size: 9,
            etag: None,
        };
        match placement(table, &object) {
            Placement::Hidden => "hidden".to_owned(),
            Placement::Misplaced(reason) => format!("misplaced: {reason}"),
            Placement::In(p) => format!("{} {}", p.network, p.load_date),
        }
    }

    #[test]
    fn partition_values_may_be_encoded_and_in_any_order() {
        let plain = "activities/network=twitter/date=2012-07-04/part-0.parquet";
        assert_eq!(place("activities", plain), "twitter 2012-07-04");
        let odd = "activities/date=2012%2D07%2D04/network=stack%20exchange/hour=3/x";
        assert_eq!(place("activities", odd), "stack exchange 2012-07-04");
        assert_eq!(place("opt_outs", "opt_outs/date=2012-07-04/x.parquet"), " 2012-07-04");
    }

    #[test]
    fn hidden_files_and_folders_are_no_input() {
        for key in [
            "activities/network=t/date=2012-07-04/_SUCCESS",
            "activities/network=t/date=2012-07-04/.part-0.crc",
            "activities/network=t/date=2012-07-04/_temporary/0/part-0.parquet",
        ] {
            assert_eq!(place("activities", key), "hidden");
        }
    }

    #[test]
    fn a_file_without_a_readable_partition_is_named() {
        assert!(place("activities", "activities/part-0.parquet").contains("network=NAME"));
        let odd = "activities/network=t/date=__HIVE_DEFAULT_PARTITION__/p";
        assert!(place("activities", odd).contains("is not a date"));
        assert!(place("identities", "identities/p.parquet").contains("date=YYYY-MM-DD"));
    }
}
