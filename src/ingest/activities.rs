//! Reads all delivered partitions of activities, in parallel, into blocks of numbers.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::file_reading::{FileReading, PartitionFiles};
use super::file_rows::{FileReport, wanted_columns};
use super::interner::{IdInterner, MergedNumbers};
use super::missing_columns;
use super::refused_share::RefusedShare;
use super::rejects::RejectedRow;
use super::row_blocks::DateBlock;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::networks::Network;
use clout_steps::BlockSpace;
use clout_topics::ontology::Ontology;
use clout_topics::ontology::lexicon::Lexicon;
use clout_warehouse::admission::admit_files;
use clout_warehouse::input_columns;
use clout_warehouse::inventory::{InputInventory, InputPartition};
use clout_warehouse::store::{Store, StoredObject};

const TABLE: &str = "activities";

/// Rows and rejects of the delivered activities.
pub struct ActivityIntake {
    /// Rows by network, in the order of the job's networks, and load date.
    pub blocks: Vec<Vec<DateBlock>>,
    /// Place of the blocks.
    pub space: BlockSpace,
    /// Ids of the provisional numbers, by network.
    pub interners: Vec<IdInterner>,
    /// By network and reader: provisional numbers of the numbers in the blocks; none if they are the same.
    pub numbers: Vec<Vec<Option<MergedNumbers>>>,
    /// By network and provisional number: first load date with a valid row.
    pub first_dates: Vec<Vec<Option<Day>>>,
    /// Refused rows and files.
    pub rejects: Vec<RejectedRow>,
    /// Rows read and refused, by network and load date.
    pub shares: Vec<RefusedShare>,
    /// By network: first load date with a row, in this run or before.
    pub first_load_dates: Vec<Option<Day>>,
    /// Warnings about missing optional columns, each with one file.
    pub warnings: Vec<String>,
}

/// Parameters of the intake, with the facts known from earlier runs.
#[derive(Clone)]
pub struct IntakeParams<'a> {
    /// Networks of the job.
    pub networks: &'a [Network],
    /// First load date to read.
    pub first: Day,
    /// Last load date to read.
    pub last: Day,
    /// `input.max_lateness_days`.
    pub max_lateness_days: i32,
    /// `input.max_refused_share`.
    pub max_refused_share: f64,
    /// Files of opt-outs that an earlier run read.
    pub read_opt_outs: HashSet<StoredObject>,
    /// Rejected rows that are kept with their reasons.
    pub kept_rejects: KeptRejects,
    /// True if a person opted out before `first`.
    pub has_opt_outs: bool,
    /// By network: first load date seen by an earlier run.
    pub first_load_dates: Vec<Option<Day>>,
    /// Topics of rows; none without topics.
    pub topics: Option<TopicMatching<'a>>,
    /// Place of the blocks of rows.
    pub space: BlockSpace,
}

/// Topics, and their aliases in rows.
#[derive(Clone, Copy)]
pub struct TopicMatching<'a> {
    /// Topics.
    pub ontology: &'a Ontology,
    /// Their aliases.
    pub lexicon: &'a Lexicon,
}

/// Extent to which rejected rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeptRejects {
    /// Those that a run which publishes can have; further ones end the run and would only use memory.
    OfAcceptedInput,
    /// All, for a report of every fault.
    All,
}

/// Admits and reads the activities of the load dates in `params`; calls `tick` with the size of each file in bytes.
///
/// # Errors
/// Returns an error only if the store fails; bad files and rows are in [`ActivityIntake::rejects`].
pub fn read_activities(
    store: &Store,
    inventory: &InputInventory,
    params: &IntakeParams,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<ActivityIntake> {
    let mut rejects = Vec::new();
    let admitted = admit_partitions(store, inventory, params, &mut rejects)?;
    let files = admitted.iter().flat_map(PartitionFiles::with_files);
    let warnings = missing_columns::describe(params.networks, files.map(|(found, file)| (found.network, file)));
    let mut unreadable: Vec<bool> = vec![false; admitted.iter().map(|found| found.files.len()).sum()];
    let mut round = 0;
    loop {
        let reading = FileReading {
            store,
            params,
            partitions: &admitted,
            first_load_dates: first_load_dates(params, &admitted, &unreadable),
            round,
        };
        let read = reading.read_files(tick)?;
        unreadable = read.reports.iter().map(|file| file.unreadable.is_some()).collect();
        // A file that set a network's first load date turned out unreadable, so the other files are judged again.
        if first_load_dates(params, &admitted, &unreadable) == reading.first_load_dates {
            let mut intake = ActivityIntake {
                blocks: read.blocks,
                space: params.space.clone(),
                interners: read.interners,
                numbers: read.numbers,
                first_dates: read.first_dates,
                rejects,
                shares: Vec::new(),
                first_load_dates: reading.first_load_dates,
                warnings,
            };
            intake.add_reports(&admitted, read.reports);
            return Ok(intake);
        }
        round += 1;
    }
}

/// Returns the first load date with a row by network: known before, or among the readable files.
fn first_load_dates(params: &IntakeParams, partitions: &[PartitionFiles], unreadable: &[bool]) -> Vec<Option<Day>> {
    let mut dates = params.first_load_dates.clone();
    let files = partitions.iter().flat_map(PartitionFiles::with_files);
    for ((found, _), _) in files.zip(unreadable).filter(|((_, file), bad)| file.rows > 0 && !**bad) {
        let first = &mut dates[found.network];
        *first = Some(first.map_or(found.partition.load_date, |day| day.min(found.partition.load_date)));
    }
    dates
}

/// Admits the files of all known partitions, many at a time.
fn admit_partitions<'a>(
    store: &Store,
    inventory: &'a InputInventory,
    params: &IntakeParams,
    rejects: &mut Vec<RejectedRow>,
) -> Result<Vec<PartitionFiles<'a>>> {
    let index = |partition: &InputPartition| params.networks.iter().position(|n| n.name == partition.network);
    let delivered: Vec<(usize, &InputPartition, &Vec<StoredObject>)> = inventory
        .partitions_between(TABLE, params.first, params.last)
        .filter_map(|(partition, objects)| Some((index(partition)?, partition, objects)))
        .collect();
    let objects: Vec<&StoredObject> = delivered.iter().flat_map(|(_, _, objects)| objects.iter()).collect();
    let wanted = wanted_columns(params.topics.is_some());
    let mut decided = admit_files(store, &objects, wanted, input_columns::columns_of_table(TABLE))?.into_iter();
    let mut admitted = Vec::new();
    for (network, partition, objects) in delivered {
        let mut found = PartitionFiles {
            network,
            partition,
            files: Vec::new(),
            refused_bytes: Vec::new(),
        };
        for (object, outcome) in objects.iter().zip(decided.by_ref()) {
            match outcome {
                Ok(file) => found.files.push(file),
                Err(refusal) => {
                    found.refused_bytes.push(object.size);
                    rejects.push(RejectedRow {
                        columns: refusal.columns,
                        ..file_reject(partition, &object.key, refusal.reason)
                    });
                }
            }
        }
        admitted.push(found);
    }
    Ok(admitted)
}

fn file_reject(partition: &InputPartition, file: &str, reason: String) -> RejectedRow {
    RejectedRow {
        table: TABLE,
        network: Some(partition.network.clone()),
        load_date: Some(partition.load_date),
        file: file.to_owned(),
        row_number: None,
        reason: format!("unreadable file: {reason}"),
        columns: Vec::new(),
        activity_id: None,
    }
}

impl ActivityIntake {
    /// Collects the rejects of all files, in the order of the partitions.
    fn add_reports(&mut self, partitions: &[PartitionFiles], reports: Vec<FileReport>) {
        let mut reports = reports.into_iter();
        for found in partitions {
            let partition = found.partition;
            let mut share = RefusedShare::new(TABLE, &partition.network, Some(partition.load_date));
            found
                .refused_bytes
                .iter()
                .for_each(|bytes| share.add_unreadable(*bytes));
            for (file, report) in found.files.iter().zip(reports.by_ref()) {
                let (key, bytes) = (&file.object.key, file.object.size);
                if let Some(reason) = report.unreadable {
                    share.add_unreadable(bytes);
                    self.rejects.push(file_reject(partition, key, reason));
                    continue;
                }
                share.add_readable(bytes, report.read, report.refused_count);
                let refused = report.refused.into_iter();
                self.rejects
                    .extend(refused.map(|(row_number, reason, activity_id)| RejectedRow {
                        row_number: Some(row_number),
                        activity_id,
                        reason,
                        ..file_reject(partition, key, String::new())
                    }));
            }
            self.shares.push(share);
        }
    }

    /// Returns (rows read, rows refused) by network.
    pub fn count_rows_by_network(&self) -> BTreeMap<&str, (u64, u64)> {
        let mut totals = BTreeMap::new();
        for share in &self.shares {
            let total: &mut (u64, u64) = totals.entry(share.network.as_str()).or_default();
            total.0 += share.rows;
            total.1 += share.refused;
        }
        totals
    }
}

#[cfg(test)]
#[path = "activities_tests.rs"]
mod tests;
