//! Reads every delivered partition of activities, in parallel, into rows of numbers.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::file_rows::{FileRows, WANTED, read_file};
use super::interner::Interner;
use super::rejects::{Reject, Share};
use super::rows::Rows;
use super::validate::Rules;
use crate::day::Day;
use crate::error::Result;
use crate::networks::Network;
use crate::warehouse::admission::{Admitted, admit};
use crate::warehouse::contract;
use crate::warehouse::layout::{Inventory, Partition};
use crate::warehouse::store::{Object, Store};

const TABLE: &str = "activities";

/// What the delivered activities held.
pub struct Intake {
    /// Rows by network, as in the job's list of networks.
    pub rows: Vec<Rows>,
    /// The ids behind the provisional numbers, by network.
    pub interners: Vec<Interner>,
    /// Refused rows and files.
    pub rejects: Vec<Reject>,
    /// Rows read and refused, by network and load date.
    pub shares: Vec<Share>,
    /// By network: its first load date with a row, of this intake or known before.
    pub first_load_dates: Vec<Option<Day>>,
}

/// What the intake must know from before: nothing on the first night.
pub struct IntakeParams<'a> {
    /// The job's networks.
    pub networks: &'a [Network],
    /// First load date to read.
    pub first: Day,
    /// Last load date to read.
    pub last: Day,
    /// `input.max_lateness_days`.
    pub max_lateness_days: i32,
    /// By network: its first load date where an earlier night saw it.
    pub first_load_dates: Vec<Option<Day>>,
}

struct PartitionFiles<'a> {
    network: usize,
    partition: &'a Partition,
    files: Vec<Admitted>,
}

/// Admits and reads the activities of the load dates in `params`.
///
/// # Errors
/// Only when the store fails; what is wrong with files and rows is in [`Intake::rejects`].
pub fn take_in(
    store: &Store,
    inventory: &Inventory,
    params: &IntakeParams,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Intake> {
    let mut rejects = Vec::new();
    let mut admitted = Vec::new();
    for (partition, objects) in inventory.delivered(TABLE, params.first, params.last) {
        if let Some(network) = params.networks.iter().position(|n| n.name == partition.network) {
            let files = admit_all(store, partition, objects, &mut rejects)?;
            admitted.push(PartitionFiles {
                network,
                partition,
                files,
            });
        }
    }
    let mut first_load_dates = params.first_load_dates.clone();
    for found in admitted
        .iter()
        .filter(|found| found.files.iter().any(|file| file.rows > 0))
    {
        let first = &mut first_load_dates[found.network];
        *first = Some(first.map_or(found.partition.load_date, |day| day.min(found.partition.load_date)));
    }
    let interners: Vec<Interner> = params.networks.iter().map(|_| Interner::default()).collect();
    let jobs: Vec<(&PartitionFiles, &Admitted)> = admitted
        .iter()
        .flat_map(|found| found.files.iter().map(move |file| (found, file)))
        .collect();
    let outcomes = jobs
        .par_iter()
        .map(|(found, file)| {
            let network = &params.networks[found.network];
            let is_first = first_load_dates[found.network] == Some(found.partition.load_date);
            let rules = Rules {
                network: &network.name,
                load_date: found.partition.load_date,
                max_lateness_days: (!is_first).then_some(params.max_lateness_days),
            };
            let outcome = read_file(store, file, network, &rules, &interners[found.network]);
            tick(file.object.size);
            outcome
        })
        .collect::<Result<Vec<FileRows>>>()?;
    let mut intake = Intake {
        rows: vec![Rows::default(); params.networks.len()],
        interners,
        rejects,
        shares: Vec::new(),
        first_load_dates,
    };
    let mut outcomes = outcomes.into_iter();
    for found in &admitted {
        intake.append(found, outcomes.by_ref().take(found.files.len()));
    }
    Ok(intake)
}

fn admit_all(
    store: &Store,
    partition: &Partition,
    objects: &[Object],
    rejects: &mut Vec<Reject>,
) -> Result<Vec<Admitted>> {
    let decided = objects
        .par_iter()
        .map(|object| Ok((object, admit(store, object, &WANTED, contract::columns(TABLE))?)))
        .collect::<Result<Vec<_>>>()?;
    let mut files = Vec::new();
    for (object, outcome) in decided {
        match outcome {
            Ok(file) => files.push(file),
            Err(reason) => rejects.push(file_reject(partition, &object.key, reason)),
        }
    }
    Ok(files)
}

fn file_reject(partition: &Partition, file: &str, reason: String) -> Reject {
    Reject {
        table: TABLE,
        network: Some(partition.network.clone()),
        load_date: Some(partition.load_date),
        file: file.to_owned(),
        row_number: None,
        reason: format!("unreadable file: {reason}"),
        activity_id: None,
    }
}

impl Intake {
    fn append(&mut self, found: &PartitionFiles, outcomes: impl Iterator<Item = FileRows>) {
        let partition = found.partition;
        let mut share = Share {
            table: TABLE,
            network: partition.network.clone(),
            load_date: partition.load_date,
            rows: 0,
            refused: 0,
        };
        let rows = &mut self.rows[found.network];
        for outcome in outcomes {
            if let Some(reason) = outcome.unreadable {
                self.rejects.push(file_reject(partition, &outcome.file, reason));
                continue;
            }
            share.rows += outcome.read;
            share.refused += outcome.refused.len() as u64;
            self.rejects.extend(
                outcome
                    .refused
                    .into_iter()
                    .map(|(row_number, reason, activity_id)| Reject {
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

    /// Rows refused, by reason.
    pub fn refused_by_network(&self) -> BTreeMap<&str, (u64, u64)> {
        let mut totals = BTreeMap::new();
        for share in &self.shares {
            let total: &mut (u64, u64) = totals.entry(share.network.as_str()).or_default();
            total.0 += share.rows;
            total.1 += share.refused;
        }
        totals
    }
}
