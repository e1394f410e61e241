//! Tests that no partition of a generated warehouse stops a run.
//!
//! The share is computed from the bytes of the files, as the contract defines it, and shares no code with the reader.

use super::read_back::{generate_in_memory, read_activities, read_file, read_texts};
use super::*;
use arrow::array::{Array, RecordBatch, StringArray};
use std::collections::BTreeSet;

/// Limits of the contract: a partition that exceeds both is refused.
const MAX_REJECTED_ROWS: f64 = 20.0;
const MAX_REJECTED_SHARE: f64 = 0.05;

/// Tables with their required columns.
const REQUIRED_COLUMNS: [(&str, &[&str]); 8] = [
    ("activities", &["activity_id", "occurred_at", "actor_id", "verb"]),
    ("accounts", &["account_id"]),
    ("follows", &["follower_id", "followee_id"]),
    ("identities", &["person_id", "network", "account_id"]),
    (
        "endorsements",
        &[
            "endorsement_id",
            "endorsed_at",
            "endorser_id",
            "endorsee_id",
            "topic_id",
        ],
    ),
    ("topics", &["topic_id", "name"]),
    ("topic_edges", &["parent_id", "child_id"]),
    ("opt_outs", &["person_id"]),
];

/// Files of one partition, counted.
#[derive(Clone, Debug, Default, PartialEq)]
struct Partition {
    /// Number of readable files.
    files: u64,
    /// Total size of the readable files, in bytes.
    bytes: u64,
    /// Number of rows in the readable files.
    rows: u64,
    /// Number of those rows that are rejected.
    rejected_rows: u64,
    /// Sizes of the unreadable files, in bytes.
    unreadable: Vec<u64>,
}

impl Partition {
    /// Estimates the number of rows in unreadable files: at least one in each.
    fn unreadable_rows(&self) -> f64 {
        let rows_per_byte = self.rows as f64 / self.bytes as f64;
        let rows = self
            .unreadable
            .iter()
            .map(|&size| (size as f64 * rows_per_byte).max(1.0));
        rows.sum()
    }

    /// Returns the share of rejected rows, unreadable files included.
    fn rejected_share(&self) -> f64 {
        let unreadable = self.unreadable_rows();
        (self.rejected_rows as f64 + unreadable) / (self.rows as f64 + unreadable)
    }

    /// Returns true if the contract stops a run that reads the partition.
    fn is_refused(&self) -> bool {
        let rejected = self.rejected_rows as f64 + self.unreadable_rows();
        self.files == 0 || rejected > MAX_REJECTED_ROWS && self.rejected_share() > MAX_REJECTED_SHARE
    }
}

/// Counts the files and rows of each partition. The key is the folder.
fn count_partitions(spec: &GenerateSpec, files: &[GeneratedFile]) -> BTreeMap<String, Partition> {
    let mut partitions: BTreeMap<String, Partition> = BTreeMap::new();
    for file in files {
        let (folder, _) = file.path.rsplit_once('/').unwrap();
        let table = file.path.split('/').next().unwrap();
        let (_, required) = REQUIRED_COLUMNS.iter().find(|(name, _)| *name == table).unwrap();
        let partition = partitions.entry(folder.to_owned()).or_default();
        let size = file.bytes.len() as u64;
        let has_columns = |batch: &RecordBatch| required.iter().all(|name| batch.column_by_name(name).is_some());
        match read_file(file).filter(has_columns) {
            Some(batch) => {
                partition.files += 1;
                partition.bytes += size;
                partition.rows += batch.num_rows() as u64;
                partition.rejected_rows += match table {
                    "activities" => {
                        let rows = read_activities(spec, std::slice::from_ref(file));
                        rows.iter().filter(|row| row.is_bad()).count() as u64
                    }
                    "identities" => count_nulls(&batch, required) + count_disputed(&batch),
                    _ => count_nulls(&batch, required),
                };
            }
            None => partition.unreadable.push(size),
        }
    }
    partitions
}

/// Counts rows with a null in a required column.
fn count_nulls(batch: &RecordBatch, required: &[&str]) -> u64 {
    let is_null = |row: usize| {
        required
            .iter()
            .any(|name| batch.column_by_name(name).unwrap().is_null(row))
    };
    (0..batch.num_rows()).filter(|&row| is_null(row)).count() as u64
}

/// Counts rows of `identities` that claim an account of an earlier row.
fn count_disputed(batch: &RecordBatch) -> u64 {
    let [networks, accounts]: [StringArray; 2] =
        ["network", "account_id"].map(|name| read_texts(batch.column_by_name(name).unwrap()));
    let distinct: BTreeSet<_> = networks.iter().zip(&accounts).collect();
    (batch.num_rows() - distinct.len()) as u64
}

#[test]
fn no_partition_exceeds_the_rejected_share() {
    let specs = [(100, 3), (300, 12), (900, 18), (2_000, 35), (6_000, 4)];
    for ((persons, days), seed) in specs.into_iter().flat_map(|size| [(size, 1), (size, 7)]) {
        let spec = GenerateSpec {
            seed,
            persons,
            days,
            ..GenerateSpec::default()
        };
        let (files, summary) = generate_in_memory(&spec);
        let partitions = count_partitions(&spec, &files);
        for (folder, partition) in &partitions {
            assert!(!partition.is_refused(), "{spec:?}: {folder}: {partition:?}");
            let may_be_broken = folder.starts_with("activities/");
            assert!(may_be_broken || partition.unreadable.is_empty(), "{spec:?}: {folder}");
            let may_have_faults = !folder.starts_with("opt_outs/");
            assert!(may_have_faults || partition.rejected_rows == 0, "{spec:?}: {folder}");
        }
        let rejected: u64 = partitions.values().map(|partition| partition.rejected_rows).sum();
        let unreadable: usize = partitions.values().map(|partition| partition.unreadable.len()).sum();
        let planted: u64 = summary.planted.values().sum();
        assert_eq!(rejected + unreadable as u64, planted, "{spec:?}: {:?}", summary.planted);
    }
}

#[test]
fn a_broken_file_holds_at_most_three_percent_of_its_partition() {
    let spec = GenerateSpec::default();
    let (files, _) = generate_in_memory(&spec);
    let mut partitions = count_partitions(&spec, &files);
    partitions.retain(|_, partition| !partition.unreadable.is_empty());
    let broken: Vec<&str> = partitions.keys().map(String::as_str).collect();
    assert_eq!(
        broken,
        [
            "activities/network=facebook/date=2026-10-20",
            "activities/network=linkedin/date=2026-10-21",
        ]
    );
    for partition in partitions.values() {
        assert_eq!((partition.files, partition.unreadable.len()), (40, 1));
        let share = partition.unreadable_rows() / (partition.rows as f64 + partition.unreadable_rows());
        assert!((0.01..=0.03).contains(&share), "{partition:?}");
    }
}

#[test]
fn a_partition_with_a_large_or_only_broken_file_is_refused() {
    let whole = Partition {
        files: 1,
        bytes: 10_000,
        rows: 400,
        rejected_rows: 2,
        unreadable: Vec::new(),
    };
    let with_broken = |sizes: &[u64]| Partition {
        unreadable: sizes.to_vec(),
        ..whole.clone()
    };
    assert!(!whole.is_refused());
    assert!(!with_broken(&[450]).is_refused(), "20 rows are allowed");
    assert!(with_broken(&[475]).is_refused());
    assert!(
        with_broken(&[1; 25]).is_refused(),
        "an unreadable file has at least one row"
    );
    let only_broken = Partition {
        unreadable: vec![1],
        ..Partition::default()
    };
    assert!(only_broken.is_refused());
}
