//! Reads all delivered partitions of activities, in parallel, into columns of numbers.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::file_rows::{FileRows, RowReader, WANTED, WITHOUT_TOPICS, read_file};
use super::interner::IdInterner;
use super::missing_columns;
use super::refused_share::{RefusedShare, find_fatal_rejects};
use super::rejects::RejectedRow;
use super::validate::RowRules;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::networks::Network;
use clout_topics::ontology::lexicon::Lexicon;
use clout_topics::rows::ActivityRows;
use clout_warehouse::admission::{AdmittedFile, admit_files};
use clout_warehouse::input_columns;
use clout_warehouse::inventory::{InputInventory, InputPartition};
use clout_warehouse::store::{Store, StoredObject};

const TABLE: &str = "activities";

/// Rows and rejects of the delivered activities.
pub struct ActivityIntake {
    /// Rows by network, in the order of the job's networks.
    pub rows: Vec<ActivityRows>,
    /// Ids of the provisional numbers, by network.
    pub interners: Vec<IdInterner>,
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
    /// Aliases of topics; none without topics.
    pub lexicon: Option<&'a Lexicon>,
}

/// Extent to which rejected rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptRejects {
    /// Those that a run which publishes can have; further ones end the run and would only use memory.
    OfAcceptedInput,
    /// All, for a report of every fault.
    All,
}

/// Files of a partition.
struct PartitionFiles<'a> {
    network: usize,
    partition: &'a InputPartition,
    files: Vec<AdmittedFile>,
    refused_bytes: Vec<u64>,
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
    let read = admitted
        .iter()
        .flat_map(|found| found.files.iter().map(move |file| (found.network, file)));
    let warnings = missing_columns::describe(params.networks, read);
    let files: Vec<(&PartitionFiles, &AdmittedFile)> = admitted
        .iter()
        .flat_map(|found| found.files.iter().map(move |file| (found, file)))
        .collect();
    let mut unreadable: Vec<bool> = vec![false; files.len()];
    loop {
        let reading = Reading {
            store,
            params,
            first_load_dates: first_load_dates(params, &files, &unreadable),
        };
        let interners: Vec<IdInterner> = params.networks.iter().map(|_| IdInterner::default()).collect();
        let outcomes = files
            .par_iter()
            .map(|(found, file)| {
                let rows = reading.file(found, file, &interners[found.network]);
                tick(file.object.size);
                rows
            })
            .collect::<Result<Vec<FileRows>>>()?;
        unreadable = outcomes.iter().map(|outcome| outcome.unreadable.is_some()).collect();
        // A file that set a network's first load date turned out unreadable, so the other files are judged again.
        if first_load_dates(params, &files, &unreadable) == reading.first_load_dates {
            let mut intake = ActivityIntake {
                rows: vec![ActivityRows::default(); params.networks.len()],
                interners,
                rejects,
                shares: Vec::new(),
                first_load_dates: reading.first_load_dates,
                warnings,
            };
            let mut outcomes = outcomes.into_iter();
            for found in &admitted {
                intake.append(found, outcomes.by_ref().take(found.files.len()));
            }
            return Ok(intake);
        }
    }
}

/// Returns the first load date with a row by network: known before, or among the readable files.
fn first_load_dates(
    params: &IntakeParams,
    files: &[(&PartitionFiles, &AdmittedFile)],
    unreadable: &[bool],
) -> Vec<Option<Day>> {
    let mut dates = params.first_load_dates.clone();
    for ((found, _), _) in files
        .iter()
        .zip(unreadable)
        .filter(|((_, file), bad)| file.rows > 0 && !**bad)
    {
        let first = &mut dates[found.network];
        *first = Some(first.map_or(found.partition.load_date, |day| day.min(found.partition.load_date)));
    }
    dates
}

/// Context for reading a file.
struct Reading<'a> {
    store: &'a Store,
    params: &'a IntakeParams<'a>,
    first_load_dates: Vec<Option<Day>>,
}

impl Reading<'_> {
    /// Reads one file under its partition's rules; a network's first load date may bring a backlog.
    fn file(&self, found: &PartitionFiles, file: &AdmittedFile, interner: &IdInterner) -> Result<FileRows> {
        let load_date = found.partition.load_date;
        let is_first = self.first_load_dates[found.network] == Some(load_date);
        let rules = RowRules {
            network: &found.partition.network,
            load_date,
            max_lateness_days: (!is_first).then_some(self.params.max_lateness_days),
        };
        let rows: u64 = found.files.iter().map(|file| file.rows).sum();
        let most_reasons = match self.params.kept_rejects {
            KeptRejects::OfAcceptedInput => find_fatal_rejects(rows, self.params.max_refused_share),
            KeptRejects::All => usize::MAX,
        };
        let reader = RowReader {
            network: &self.params.networks[found.network],
            rules,
            interner,
            lexicon: self.params.lexicon,
        };
        read_file(self.store, file, &reader, most_reasons)
    }
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
    let wanted = match params.lexicon {
        Some(_) => &WANTED[..],
        None => &WANTED[..WITHOUT_TOPICS],
    };
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
    fn append(&mut self, found: &PartitionFiles, outcomes: impl Iterator<Item = FileRows>) {
        let partition = found.partition;
        let mut share = RefusedShare::new(TABLE, &partition.network, Some(partition.load_date));
        found
            .refused_bytes
            .iter()
            .for_each(|bytes| share.add_unreadable(*bytes));
        let rows = &mut self.rows[found.network];
        for (file, outcome) in found.files.iter().zip(outcomes) {
            let bytes = file.object.size;
            if let Some(reason) = outcome.unreadable {
                share.add_unreadable(bytes);
                self.rejects.push(file_reject(partition, &outcome.file, reason));
                continue;
            }
            share.add_readable(bytes, outcome.read, outcome.refused_count);
            self.rejects.extend(
                outcome
                    .refused
                    .into_iter()
                    .map(|(row_number, reason, activity_id)| RejectedRow {
                        row_number: Some(row_number),
                        activity_id,
                        reason,
                        ..file_reject(partition, &outcome.file, String::new())
                    }),
            );
            rows.extend(outcome.rows);
        }
        rows.date_ends.push((partition.load_date, rows.ids.len()));
        self.shares.push(share);
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
