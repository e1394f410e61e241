//! Reads every delivered partition of activities, in parallel, into rows of numbers.

use std::collections::BTreeMap;

use arrow::array::Array;
use rayon::prelude::*;

use super::ids::HashKey;
use super::interner::{Interner, NO_NODE};
use super::rejects::{Reject, Share};
use super::validate::{Found, Rules};
use crate::day::Day;
use crate::error::Result;
use crate::networks::Network;
use crate::warehouse::admission::{Admitted, admit};
use crate::warehouse::contract;
use crate::warehouse::layout::{Inventory, Partition};
use crate::warehouse::read::{Batch, read};
use crate::warehouse::store::{Object, Store};

const TABLE: &str = "activities";
/// The columns that move a score, in the order of the constants below.
const WANTED: [&str; 6] = [
    "activity_id",
    "occurred_at",
    "actor_id",
    "verb",
    "target_id",
    "object_id",
];
const ACTIVITY_ID: usize = 0;
const OCCURRED_AT: usize = 1;
const ACTOR_ID: usize = 2;
const VERB: usize = 3;
const TARGET_ID: usize = 4;
const OBJECT_ID: usize = 5;

/// Rows of one network in order of load date, column by column. Actors and targets are provisional
/// numbers until [`accounts`](super::accounts) makes them nodes.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Hashes of the activity ids.
    pub ids: Vec<u128>,
    /// Times, microseconds since 1970.
    pub occurred_at: Vec<i64>,
    /// Actors.
    pub actors: Vec<u32>,
    /// Targets, [`NO_NODE`] on a post.
    pub targets: Vec<u32>,
    /// Verb codes of the network.
    pub verbs: Vec<u8>,
    /// Hashes of what was reacted to or where; empty unless the network derives co-visits.
    pub venues: Vec<u64>,
    /// Each load date and the row at which it ends.
    pub date_ends: Vec<(Day, usize)>,
}

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

/// The believed rows of one file, and what was refused in it.
struct FileRows {
    file: String,
    rows: Rows,
    refused: Vec<(i64, String, Option<String>)>,
    read: u64,
    unreadable: Option<String>,
}

fn read_file(
    store: &Store,
    file: &Admitted,
    network: &Network,
    rules: &Rules,
    interner: &Interner,
) -> Result<FileRows> {
    let mut taken = FileRows {
        file: file.object.key.clone(),
        rows: Rows::default(),
        refused: Vec::new(),
        read: 0,
        unreadable: None,
    };
    let outcome = read(store, file, &mut |batch| taken.take(&batch, network, rules, interner))?;
    if let Err(reason) = outcome {
        taken = FileRows {
            file: taken.file,
            rows: Rows::default(),
            refused: Vec::new(),
            read: 0,
            unreadable: Some(reason),
        };
    }
    Ok(taken)
}

impl FileRows {
    fn take(
        &mut self,
        batch: &Batch,
        network: &Network,
        rules: &Rules,
        interner: &Interner,
    ) -> std::result::Result<(), String> {
        let ids = batch.texts(ACTIVITY_ID)?;
        let times = batch.instants(OCCURRED_AT)?;
        let (actors, verbs, targets) = (batch.texts(ACTOR_ID)?, batch.texts(VERB)?, batch.texts(TARGET_ID)?);
        let mut believed: Vec<u32> = Vec::with_capacity(batch.rows);
        for row in 0..batch.rows {
            let verb = verbs.is_valid(row).then(|| verbs.value(row));
            let found = Found {
                activity_id: ids.is_valid(row).then(|| ids.value(row)),
                occurred_at: times.is_valid(row).then(|| times.value(row)),
                actor_id: actors.is_valid(row).then(|| actors.value(row)),
                verb,
                target_id: targets.is_valid(row).then(|| targets.value(row)),
                verb_code: verb.and_then(|word| network.verb(word)),
            };
            match rules.judge(&found) {
                Ok((occurred_at, verb)) => {
                    self.rows.ids.push(HashKey::ACTIVITY.hash(&[ids.value(row)]));
                    self.rows.occurred_at.push(occurred_at);
                    self.rows.verbs.push(verb);
                    believed.push(row as u32);
                }
                Err(reason) => self.refused.push((
                    self.read as i64 + row as i64,
                    reason,
                    found.activity_id.map(str::to_owned),
                )),
            }
        }
        interner.intern(&actors, &believed, &mut self.rows.actors);
        interner.intern(&targets, &believed, &mut self.rows.targets);
        if network.co_visit.is_some() {
            let venues = batch.texts(OBJECT_ID)?;
            self.rows
                .venues
                .extend(believed.iter().map(|row| venue_hash(&venues, *row as usize)));
        }
        self.read += batch.rows as u64;
        Ok(())
    }
}

/// The hash that stands for a venue; 0 where there is none.
pub fn venue_hash(venues: &arrow::array::StringViewArray, row: usize) -> u64 {
    if venues.is_null(row) || venues.value(row).is_empty() {
        return 0;
    }
    (HashKey::ACTIVITY.hash(&[venues.value(row)]) as u64).max(1)
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

impl Rows {
    fn extend(&mut self, other: Rows) {
        self.ids.extend(other.ids);
        self.occurred_at.extend(other.occurred_at);
        self.actors.extend(other.actors);
        self.targets.extend(other.targets);
        self.verbs.extend(other.verbs);
        self.venues.extend(other.venues);
    }

    /// Rows in all.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Each load date with the range of its rows.
    pub fn dates(&self) -> impl Iterator<Item = (Day, std::ops::Range<usize>)> + '_ {
        let starts = std::iter::once(0).chain(self.date_ends.iter().map(|(_, end)| *end));
        self.date_ends
            .iter()
            .zip(starts)
            .map(|((day, end), start)| (*day, start..*end))
    }

    /// Whether the row is a post.
    pub fn is_post(&self, row: usize) -> bool {
        self.targets[row] == NO_NODE
    }
}
