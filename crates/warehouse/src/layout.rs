//! Where things are: the Hive-partitioned input root, listed once.
//!
//! A file belongs to the partition that its folders spell (`network=…/date=…`, in any order,
//! percent-encoded or not; further levels are ignored). Topics and their edges have no partitions:
//! every file below such a table is part of it, on any date. Names that begin with `_` or `.` are
//! hidden, as for Spark and Hive. Everything else in a partition is taken for Parquet, whatever
//! its ending, so that a stray file is refused by name instead of being overlooked.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;

use super::store::{Object, Store};
use clout_base::day::Day;
use clout_base::error::Result;

/// Before every load date.
pub const BEGINNING: Day = Day(i32::MIN / 4);

/// The tables of the contract, in the order in which a manifest names their files.
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

/// Tables partitioned by network and load date; those of [`INPUT_TABLES`] that stand in neither list, by load
/// date alone.
pub const NETWORK_TABLES: [&str; 3] = ["activities", "accounts", "follows"];

/// Tables without partitions: they belong to no load date, are never closed, and are read whole every night.
pub const UNDATED_TABLES: [&str; 2] = ["topics", "topic_edges"];

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
    undated: BTreeMap<&'static str, Vec<Object>>,
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

    /// The files of a table without partitions, sorted by key, as a listing is; none for a table that has them.
    pub fn undated(&self, table: &str) -> &[Object] {
        self.undated.get(table).map_or(&[], Vec::as_slice)
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

    /// Every file that a run over the load dates `first..=last` reads, tables without partitions included, in
    /// order of table and partition.
    pub fn read_between(&self, first: Day, last: Day) -> impl Iterator<Item = &Object> {
        INPUT_TABLES.iter().flat_map(move |table| {
            let dated = self.delivered(table, first, last).flat_map(|(_, files)| files);
            dated.chain(self.undated(table))
        })
    }

    /// Every file of the load dates `first..=last`, in order of table and partition. Tables without partitions
    /// have none.
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
        Placement::Hidden | Placement::Misplaced(_) | Placement::Undated => None,
    }
}

/// What the folders of a key say.
enum Placement {
    Hidden,
    Misplaced(String),
    Undated,
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
#[path = "layout_tests.rs"]
mod tests;
