//! Inventory of the Hive-partitioned input root, listed once per run.
//!
//! The folders of a file spell its partition (see `partition_path`). Topics and their edges
//! have no partitions: every file below such a table belongs to it on any date. Names with a leading `_` or `.` are
//! hidden, as in Spark and Hive. Every other file in a partition is treated as Parquet, with any extension, so that a
//! stray file is refused by name instead of being overlooked.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::partition_path::{FilePlace, classify_file, marked_partition};
use super::similar_table::similar_table;
use super::store::{Store, StoredObject};
use clout_base::day::Day;
use clout_base::error::Result;

pub use super::partition_path::TableFormat;

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InputPartition {
    /// Decoded name of the network; empty for tables without networks.
    pub network: String,
    /// Day of delivery.
    pub load_date: Day,
}

/// Rules by which files count as delivered.
pub struct InventoryRules<'a> {
    /// Names of the networks that the job reads.
    pub networks: &'a [&'a str],
    /// Date of the run, UTC; later load dates are ignored.
    pub today: Day,
    /// Name of the file that completes a partition (`input.ready_marker`); without one, every partition is complete.
    pub ready_marker: Option<&'a str>,
}

/// Partition of a table.
pub type TablePartition = (&'static str, InputPartition);

/// Files below an input root, by table and partition.
#[derive(Clone, Debug, Default)]
pub struct InputInventory {
    tables: BTreeMap<&'static str, BTreeMap<InputPartition, Vec<StoredObject>>>,
    undated: BTreeMap<&'static str, Vec<StoredObject>>,
    marked: BTreeSet<TablePartition>,
    ignored_keys: BTreeSet<String>,
    /// Files outside any partition, with the reason.
    pub misplaced: Vec<(String, String)>,
    /// Folders of the root that are similar to the name of a table, with that table.
    pub similar_folders: Vec<(String, &'static str)>,
    /// Networks that are neither built in nor declared.
    pub unknown_networks: BTreeSet<String>,
    /// Tables with the metadata of a table format in their folder, each with one of these files.
    pub table_formats: BTreeMap<&'static str, (TableFormat, String)>,
    /// Partitions on load dates after the date of the run.
    pub future: Vec<TablePartition>,
    /// Partitions without the ready marker.
    pub unready: Vec<TablePartition>,
}

impl InputInventory {
    /// Lists the tables of a root.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn list_root(store: &Store, rules: &InventoryRules) -> Result<InputInventory> {
        let mut inventory = InputInventory::default();
        for table in INPUT_TABLES {
            let listing = store.list(table)?;
            for key in listing.invalid_keys {
                inventory
                    .misplaced
                    .push((key, "its name is not a valid key".to_owned()));
            }
            for object in listing.objects {
                inventory.add(table, object, rules);
            }
        }
        inventory.ignore_future(rules.today);
        if rules.ready_marker.is_some() {
            inventory.ignore_unready();
        }
        for folder in store.list_folders("")? {
            if let Some(table) = similar_table(&folder) {
                inventory.similar_folders.push((folder, table));
            }
        }
        Ok(inventory)
    }

    fn add(&mut self, table: &'static str, object: StoredObject, rules: &InventoryRules) {
        let name = object.key.rsplit('/').next();
        if rules.ready_marker.is_some() && name == rules.ready_marker {
            let marked = marked_partition(table, &object.key);
            self.marked.extend(marked.map(|partition| (table, partition)));
            return;
        }
        match classify_file(table, &object) {
            FilePlace::Hidden => {}
            FilePlace::TableFormat(format) => {
                self.table_formats.entry(table).or_insert((format, object.key));
            }
            FilePlace::Misplaced(reason) => self.misplaced.push((object.key, reason)),
            FilePlace::Undated => self.undated.entry(table).or_default().push(object),
            FilePlace::In(partition) => {
                if !partition.network.is_empty() && !rules.networks.contains(&partition.network.as_str()) {
                    self.unknown_networks.insert(partition.network);
                    return;
                }
                let partitions = self.tables.entry(table).or_default();
                partitions.entry(partition).or_default().push(object);
            }
        }
    }

    fn ignore_future(&mut self, today: Day) {
        self.future = self.remove_partitions(|_, partition| partition.load_date > today);
    }

    fn ignore_unready(&mut self) {
        let marked = std::mem::take(&mut self.marked);
        // Opt-outs count without the marker: a person must not be published because it is late.
        self.unready = self
            .remove_partitions(|table, partition| table != "opt_outs" && !marked.contains(&(table, partition.clone())));
    }

    /// Returns true if the file exists in a partition that is ignored.
    pub fn is_ignored(&self, key: &str) -> bool {
        self.ignored_keys.contains(key)
    }

    /// Removes the partitions for which `is_ignored` is true, and returns them.
    fn remove_partitions(&mut self, is_ignored: impl Fn(&'static str, &InputPartition) -> bool) -> Vec<TablePartition> {
        let mut removed = Vec::new();
        for (table, partitions) in &mut self.tables {
            partitions.retain(|partition, files| {
                let is_kept = !is_ignored(table, partition);
                if !is_kept {
                    removed.push((*table, partition.clone()));
                    self.ignored_keys.extend(files.iter().map(|file| file.key.clone()));
                }
                is_kept
            });
        }
        removed
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

    /// Iterates over the partitions of all tables after a load date.
    pub fn partitions_after(&self, load_date: Day) -> impl Iterator<Item = TablePartition> {
        let all = self
            .tables
            .iter()
            .flat_map(|(table, partitions)| partitions.keys().map(move |partition| (*table, partition.clone())));
        all.filter(move |(_, partition)| partition.load_date > load_date)
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

    /// Iterates over the partitions of opt-outs up to `last` with their files that are not in `read`.
    pub fn unread_opt_outs<'a>(
        &'a self,
        last: Day,
        read: &'a HashSet<StoredObject>,
    ) -> impl Iterator<Item = (&'a InputPartition, Vec<StoredObject>)> {
        let partitions = self.partitions_between("opt_outs", EARLIEST_DAY, last);
        let unread = partitions.map(|(partition, files)| {
            let files = files.iter().filter(|file| !read.contains(file));
            (partition, files.cloned().collect::<Vec<StoredObject>>())
        });
        unread.filter(|(_, files)| !files.is_empty())
    }

    /// Returns the first load date on which a network delivered activities.
    pub fn first_load_date(&self, network: &str) -> Option<Day> {
        let mut partitions = self.partitions("activities");
        partitions
            .find(|(partition, _)| partition.network == network)
            .map(|(partition, _)| partition.load_date)
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
    match classify_file("activities", object) {
        FilePlace::In(partition) => Some(partition),
        _ => None,
    }
}

/// Returns the load date of a file of a partitioned table.
pub fn parse_load_date(object: &StoredObject) -> Option<Day> {
    let table = object.key.split('/').next()?;
    match classify_file(table, object) {
        FilePlace::In(partition) => Some(partition.load_date),
        _ => None,
    }
}
