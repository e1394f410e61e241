//! Partition of a file, from the folders in its key.
//!
//! The folders spell the partition as `network=…/date=…`, in any order, percent-encoded or not; further levels are
//! ignored. A key that names `network` or `date` twice with different values belongs to neither partition: a backup
//! copied into another date's folder would otherwise count as that date's delivery.

use percent_encoding::percent_decode_str;

use super::inventory::{InputPartition, NETWORK_TABLES, UNDATED_TABLES};
use super::store::StoredObject;
use clout_base::day::{Day, FIRST_VALID_DAY};

/// Classification of a file by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FilePlace {
    /// File that no reader of the table sees: a marker, a checksum, a temporary file.
    Hidden,
    /// Part of a table format's own metadata.
    TableFormat(TableFormat),
    /// File in no known place, with the reason.
    Misplaced(String),
    /// File of a table without partitions.
    Undated,
    /// File of a partition.
    In(InputPartition),
}

/// Format that keeps its own list of the live files of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableFormat {
    /// Delta Lake: `_delta_log/`.
    Delta,
    /// Apache Iceberg: `metadata/*.metadata.json`.
    Iceberg,
    /// Apache Hudi: `.hoodie/`.
    Hudi,
}

impl TableFormat {
    /// Returns the format's name.
    pub fn name(self) -> &'static str {
        match self {
            TableFormat::Delta => "Delta",
            TableFormat::Iceberg => "Iceberg",
            TableFormat::Hudi => "Hudi",
        }
    }

    /// Returns the table format that has a metadata file with these parent folders and this name.
    fn of_file(folders: &[&str], name: &str) -> Option<TableFormat> {
        if folders.contains(&"_delta_log") {
            return Some(TableFormat::Delta);
        }
        if folders.contains(&".hoodie") {
            return Some(TableFormat::Hudi);
        }
        let is_iceberg = folders.last() == Some(&"metadata") && name.ends_with(".metadata.json");
        is_iceberg.then_some(TableFormat::Iceberg)
    }
}

/// Classifies a file of a table by its key.
pub(super) fn classify_file(table: &str, object: &StoredObject) -> FilePlace {
    let mut folders: Vec<&str> = object.key.split('/').skip(1).collect();
    let Some(name) = folders.pop() else {
        return FilePlace::Hidden;
    };
    if let Some(format) = TableFormat::of_file(&folders, name) {
        return FilePlace::TableFormat(format);
    }
    // Some tools write an empty object `…/date=2026-10-31` for a folder.
    let is_folder_marker = object.size == 0 && (name.is_empty() || (name.contains('=') && !name.contains('.')));
    let is_hidden = |part: &&str| part.starts_with(['_', '.']);
    if is_folder_marker || folders.iter().chain([&name]).any(is_hidden) {
        return FilePlace::Hidden;
    }
    place_in_folders(table, &folders)
}

/// Returns the place of a file in these folders; the table's own folder is not among them.
fn place_in_folders(table: &str, folders: &[&str]) -> FilePlace {
    if UNDATED_TABLES.contains(&table) {
        return FilePlace::Undated;
    }
    match parse_partition(table, folders) {
        Ok(partition) => FilePlace::In(partition),
        Err(reason) => FilePlace::Misplaced(reason),
    }
}

/// Returns the partition of a marker file such as `_SUCCESS`: the one of its folders. `None` if they name none.
pub(super) fn marked_partition(table: &str, key: &str) -> Option<InputPartition> {
    let mut folders: Vec<&str> = key.split('/').skip(1).collect();
    folders.pop();
    parse_partition(table, &folders).ok()
}

fn parse_partition(table: &str, folders: &[&str]) -> Result<InputPartition, String> {
    let network = match NETWORK_TABLES.contains(&table) {
        false => String::new(),
        true => {
            let names = level_values(folders, "network")
                .into_iter()
                .map(|value| decode_value(value).filter(|name| !name.is_empty()))
                .collect::<Option<Vec<String>>>();
            let missing = || "expected a parent folder network=NAME".to_owned();
            only_value("network", names.ok_or_else(missing)?, missing)?
        }
    };
    let dates = level_values(folders, "date").into_iter().map(|value| {
        let text = decode_value(value).unwrap_or_else(|| value.to_owned());
        Day::parse_load_date(&text).map_err(|error| error.to_string())
    });
    let missing = || "expected a parent folder date=YYYY-MM-DD".to_owned();
    let load_date = only_value("date", dates.collect::<Result<Vec<Day>, String>>()?, missing)?;
    if load_date < FIRST_VALID_DAY {
        return Err(format!("its load date {load_date} is before {FIRST_VALID_DAY}"));
    }
    Ok(InputPartition { network, load_date })
}

/// Returns the values of all folders `key=value`.
fn level_values<'a>(folders: &[&'a str], key: &str) -> Vec<&'a str> {
    let value_of = |folder: &&'a str| folder.split_once('=').filter(|(name, _)| *name == key);
    folders.iter().filter_map(value_of).map(|(_, value)| value).collect()
}

/// Returns the one value of a level, which may be repeated.
fn only_value<T: PartialEq + std::fmt::Display>(
    key: &str,
    values: Vec<T>,
    missing: impl Fn() -> String,
) -> Result<T, String> {
    let mut values = values.into_iter();
    let first = values.next().ok_or_else(missing)?;
    match values.find(|other| *other != first) {
        None => Ok(first),
        Some(other) => Err(format!("its path names two values of {key}: {first} and {other}")),
    }
}

fn decode_value(value: &str) -> Option<String> {
    percent_decode_str(value)
        .decode_utf8()
        .ok()
        .map(|text| text.into_owned())
}

#[cfg(test)]
#[path = "partition_path_tests.rs"]
mod tests;
