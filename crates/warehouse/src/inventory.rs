//! Inventory of the Hive-partitioned input root, listed once per run.
//!
//! The folders of a file spell its partition (`network=…/date=…`, in any order, percent-encoded or not;
//! further levels are ignored). Topics and their edges have no partitions: every file below such a table
//! belongs to it on any date. Names with a leading `_` or `.` are hidden, as in Spark and Hive. Every other
//! file in a partition is treated as Parquet, with any extension, so that a stray file is refused by name
//! instead of being overlooked.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;

use super::store::{Store, StoredObject};
use clout_base::day::Day;
use clout_base::error::Result;

/// Day before all load dates.
pub const EARLIEST_DAY: Day = Day(i32::MIN / 4);

/// Tables of the contract, in the order in which a manifest names their files.
pub const INPUT_TABLES: [&str; 8] = [
    "activities",
    "accounts",
    "follows",
    "identities",
    "endorsements",
    "topics",
    "topic_edges",
    "opt_outs",
];

/// Tables partitioned by network and load date. Tables of [`INPUT_TABLES`] in neither list are partitioned by
/// load date.
pub const NETWORK_TABLES: [&str; 3] = ["activities", "accounts", "follows"];

/// Tables without partitions: they have no load date, are never closed, and every run reads them whole.
pub const UNDATED_TABLES: [&str; 2] = ["topics", "topic_edges"];

/// Partition of an input table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputPartition {
    /// Decoded name of the network; empty for tables without networks.
    pub network: String,
    /// Day of delivery.
    pub load_date: Day,
}

/// Files below an input root, by table and partition.
#[derive(Clone, Debug, Default)]
pub struct InputInventory {
    tables: BTreeMap<&'static str, BTreeMap<InputPartition, Vec<StoredObject>>>,
    undated: BTreeMap<&'static str, Vec<StoredObject>>,
    /// Files outside any partition, with the reason.
    pub misplaced: Vec<(String, String)>,
    /// Networks that are neither built in nor declared.
    pub unknown_networks: BTreeSet<String>,
}

impl InputInventory {
    /// Lists the tables of a root. `is_known` returns true for networks that the job reads.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn list_root(store: &Store, is_known: impl Fn(&str) -> bool) -> Result<InputInventory> {
        let mut inventory = InputInventory::default();
        for table in INPUT_TABLES {
            let listing = store.list(table)?;
            for key in listing.invalid_keys {
                inventory
                    .misplaced
                    .push((key, "its name is not a valid key".to_owned()));
            }
            for object in listing.objects {
                inventory.add(table, object, &is_known);
            }
        }
        Ok(inventory)
    }

    fn add(&mut self, table: &'static str, object: StoredObject, is_known: &impl Fn(&str) -> bool) {
        match placement(table, &object) {
            Placement::Hidden => {}
            Placement::Misplaced(reason) => self.misplaced.push((object.key, reason)),
            Placement::Undated => self.undated.entry(table).or_default().push(object),
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

    /// Iterates over the partitions of a table, in order of network and load date.
    pub fn partitions(&self, table: &str) -> impl Iterator<Item = (&InputPartition, &Vec<StoredObject>)> {
        self.tables.get(table).into_iter().flatten()
    }

    /// Iterates over the partitions of a table with a load date in `first..=last`.
    pub fn partitions_between<'a>(
        &'a self,
        table: &str,
        first: Day,
        last: Day,
    ) -> impl Iterator<Item = (&'a InputPartition, &'a Vec<StoredObject>)> {
        self.partitions(table)
            .filter(move |(partition, _)| (first..=last).contains(&partition.load_date))
    }

    /// Returns the files of a table without partitions, sorted by key; empty for partitioned tables.
    pub fn undated_files(&self, table: &str) -> &[StoredObject] {
        self.undated.get(table).map_or(&[], Vec::as_slice)
    }

    /// Returns true if a network delivered activities on a load date.
    pub fn has_activities(&self, network: &str, load_date: Day) -> bool {
        let partition = InputPartition {
            network: network.to_owned(),
            load_date,
        };
        self.tables
            .get("activities")
            .is_some_and(|table| table.contains_key(&partition))
    }

    /// Returns the oldest and newest load dates of activities.
    pub fn activity_date_range(&self) -> Option<(Day, Day)> {
        let dates = || self.partitions("activities").map(|(partition, _)| partition.load_date);
        dates().min().zip(dates().max())
    }

    /// Iterates over all files that a run over the load dates `first..=last` reads, including tables without
    /// partitions, in order of table and partition.
    pub fn files_between(&self, first: Day, last: Day) -> impl Iterator<Item = &StoredObject> {
        INPUT_TABLES.iter().flat_map(move |table| {
            let dated = self.partitions_between(table, first, last).flat_map(|(_, files)| files);
            dated.chain(self.undated_files(table))
        })
    }

    /// Iterates over all files of the load dates `first..=last`, in order of table and partition. Tables
    /// without partitions are excluded.
    pub fn dated_files_between(&self, first: Day, last: Day) -> impl Iterator<Item = &StoredObject> {
        INPUT_TABLES
            .iter()
            .flat_map(move |table| self.partitions_between(table, first, last))
            .flat_map(|(_, files)| files)
    }
}

/// Returns the partition of an activities file; `None` for files of other tables.
pub fn parse_activities_partition(object: &StoredObject) -> Option<InputPartition> {
    object.key.strip_prefix("activities/")?;
    match placement("activities", object) {
        Placement::In(partition) => Some(partition),
        Placement::Hidden | Placement::Misplaced(_) | Placement::Undated => None,
    }
}

/// Classification of a file by the folders in its key.
enum Placement {
    Hidden,
    Misplaced(String),
    Undated,
    In(InputPartition),
}

fn placement(table: &str, object: &StoredObject) -> Placement {
    let mut segments: Vec<&str> = object.key.split('/').skip(1).collect();
    let Some(name) = segments.pop() else {
        return Placement::Hidden;
    };
    let is_marker = object.size == 0 && (name.contains('=') || name.is_empty());
    if is_marker || segments.iter().chain([&name]).any(|part| part.starts_with(['_', '.'])) {
        return Placement::Hidden;
    }
    if UNDATED_TABLES.contains(&table) {
        return Placement::Undated;
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
            _ => return Placement::Misplaced("expected a parent folder network=NAME".to_owned()),
        }
    } else {
        String::new()
    };
    let load_date = match level("date").and_then(decoded) {
        Some(text) => text.parse::<Day>().map_err(|error| error.to_string()),
        None => Err("expected a parent folder date=YYYY-MM-DD".to_owned()),
    };
    match load_date {
        Ok(load_date) => Placement::In(InputPartition { network, load_date }),
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
#[path = "inventory_tests.rs"]
mod tests;
