//! The tables that say who is who: accounts, follows, identities and opt-outs.
//!
//! The first three are full snapshots, of which the newest readable one in force counts; opt-outs are
//! appended. Account ids go through the same interners as the activities' actors.

use std::collections::BTreeMap;

use arrow::array::{Array, StringViewArray};

use super::activities::IntakeParams;
use super::interner::Interner;
use super::rejects::{Reject, Share};
use crate::day::Day;
use crate::error::Result;
use crate::warehouse::admission::admit;
use crate::warehouse::contract;
use crate::warehouse::layout::{Inventory, Partition};
use crate::warehouse::read::read;
use crate::warehouse::store::{Object, Store};

/// A person's claim to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Place of the network in the job's list.
    pub network: usize,
    /// Provisional number of the account.
    pub account: u32,
    /// The person.
    pub person_id: Box<str>,
}

/// What the run's load dates say about accounts and persons.
#[derive(Default)]
pub struct Reference {
    /// By network: the accounts that its newest snapshot lists.
    pub listed: BTreeMap<usize, Vec<u32>>,
    /// By network and date: who follows whom (only where co-visits are derived).
    pub follows: BTreeMap<usize, BTreeMap<Day, Vec<(u32, u32)>>>,
    /// By date: who owns which accounts.
    pub identities: BTreeMap<Day, Vec<Claim>>,
    /// By date: persons who opted out.
    pub opt_outs: BTreeMap<Day, Vec<String>>,
    /// Refused rows and files.
    pub rejects: Vec<Reject>,
    /// Rows read and refused in the tables that are partitioned by network.
    pub shares: Vec<Share>,
    /// Networks named by identities that are neither known nor declared.
    pub unknown_networks: std::collections::BTreeSet<String>,
}

/// Reads the reference tables of the load dates in `params`.
pub fn take_in(
    store: &Store,
    inventory: &Inventory,
    params: &IntakeParams,
    interners: &[Interner],
) -> Result<Reference> {
    let mut reference = Reference::default();
    let place = |partition: &Partition| params.networks.iter().position(|n| n.name == partition.network);
    let mut newest_first: Vec<_> = inventory.delivered("accounts", params.first, params.last).collect();
    newest_first.sort_by_key(|(partition, _)| std::cmp::Reverse(partition.load_date));
    for (partition, files) in newest_first {
        let Some(network) = place(partition).filter(|network| !reference.listed.contains_key(network)) else {
            continue;
        };
        if let Some(rows) = reference.read_partition(store, "accounts", partition, files)? {
            let numbers = rows.columns(|columns| interners[network].intern_all(&columns[0]));
            reference.listed.insert(network, numbers.concat());
        }
    }
    for (partition, files) in inventory.delivered("follows", params.first, params.last) {
        let Some(network) = place(partition).filter(|network| params.networks[*network].co_visit.is_some()) else {
            continue;
        };
        if let Some(rows) = reference.read_partition(store, "follows", partition, files)? {
            let pairs = rows.columns(|columns| {
                let (from, to) = (
                    interners[network].intern_all(&columns[0]),
                    interners[network].intern_all(&columns[1]),
                );
                from.into_iter().zip(to).collect::<Vec<_>>()
            });
            reference
                .follows
                .entry(network)
                .or_default()
                .insert(partition.load_date, pairs.concat());
        }
    }
    for (partition, files) in inventory.delivered("identities", params.first, params.last) {
        if let Some(rows) = reference.read_partition(store, "identities", partition, files)? {
            let claims = reference.settle_claims(partition, rows, params, interners);
            reference.identities.insert(partition.load_date, claims);
        }
    }
    for (partition, files) in inventory.delivered("opt_outs", params.first, params.last) {
        if let Some(rows) = reference.read_partition(store, "opt_outs", partition, files)? {
            let persons = rows.columns(|columns| columns[0].iter().flatten().map(str::to_owned).collect::<Vec<_>>());
            reference.opt_outs.insert(partition.load_date, persons.concat());
        }
    }
    Ok(reference)
}

/// The rows of a partition without nulls, batch by batch.
struct TextRows {
    /// File, first row's number, and the columns; a batch's kept rows with their numbers.
    batches: Vec<(String, Vec<i64>, Vec<StringViewArray>)>,
}

impl TextRows {
    fn columns<T>(&self, mut take: impl FnMut(&[StringViewArray]) -> T) -> Vec<T> {
        self.batches.iter().map(|(_, _, columns)| take(columns)).collect()
    }
}

impl Reference {
    /// The partition's rows; none where no file of it can be read.
    fn read_partition(
        &mut self,
        store: &Store,
        table: &'static str,
        partition: &Partition,
        files: &[Object],
    ) -> Result<Option<TextRows>> {
        let columns = contract::columns(table);
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let mut rows = TextRows { batches: Vec::new() };
        let mut share = Share {
            table,
            network: partition.network.clone(),
            load_date: partition.load_date,
            rows: 0,
            refused: 0,
        };
        let mut is_readable = false;
        for object in files {
            let admitted = match admit(store, object, &names, columns)? {
                Ok(admitted) => admitted,
                Err(reason) => {
                    self.rejects.push(reject(
                        table,
                        partition,
                        &object.key,
                        None,
                        format!("unreadable file: {reason}"),
                    ));
                    continue;
                }
            };
            let mut taken = Vec::new();
            let mut seen = 0_i64;
            let outcome = read(store, &admitted, &mut |batch| {
                let columns = (0..names.len())
                    .map(|index| batch.texts(index))
                    .collect::<std::result::Result<Vec<_>, _>>()?;
                taken.push((seen, columns));
                seen += batch.rows as i64;
                Ok(())
            })?;
            if let Err(reason) = outcome {
                self.rejects.push(reject(
                    table,
                    partition,
                    &object.key,
                    None,
                    format!("unreadable file: {reason}"),
                ));
                continue;
            }
            is_readable = true;
            share.rows += seen as u64;
            for (first, columns) in taken {
                self.keep(table, partition, &object.key, first, columns, &mut rows, &mut share);
            }
        }
        if !partition.network.is_empty() {
            self.shares.push(share);
        }
        Ok(is_readable.then_some(rows))
    }

    #[allow(clippy::too_many_arguments)]
    fn keep(
        &mut self,
        table: &'static str,
        partition: &Partition,
        file: &str,
        first: i64,
        columns: Vec<StringViewArray>,
        rows: &mut TextRows,
        share: &mut Share,
    ) {
        let names = contract::columns(table);
        let count = columns.first().map_or(0, |column| column.len());
        let missing = |row: usize| {
            columns
                .iter()
                .position(|column| column.is_null(row) || column.value(row).is_empty())
        };
        let mut kept = Vec::with_capacity(count);
        for row in 0..count {
            match missing(row) {
                None => kept.push(row as u32),
                Some(column) => {
                    share.refused += 1;
                    let reason = format!("null {}: the column is required", names[column].name);
                    self.rejects
                        .push(reject(table, partition, file, Some(first + row as i64), reason));
                }
            }
        }
        let numbers: Vec<i64> = kept.iter().map(|row| first + i64::from(*row)).collect();
        let columns = columns
            .iter()
            .map(|column| {
                kept.iter()
                    .map(|row| Some(column.value(*row as usize)))
                    .collect::<StringViewArray>()
            })
            .collect();
        rows.batches.push((file.to_owned(), numbers, columns));
    }

    /// One owner an account: the lesser person_id; another person's row is refused.
    fn settle_claims(
        &mut self,
        partition: &Partition,
        rows: TextRows,
        params: &IntakeParams,
        interners: &[Interner],
    ) -> Vec<Claim> {
        let mut claims: Vec<(Claim, &str, i64)> = Vec::new();
        for (file, numbers, columns) in &rows.batches {
            let (persons, networks, accounts) = (&columns[0], &columns[1], &columns[2]);
            for (row, number) in numbers.iter().enumerate() {
                match params.networks.iter().position(|n| n.name == networks.value(row)) {
                    Some(network) => {
                        let account = interners[network].intern_one(accounts.value(row));
                        let claim = Claim {
                            network,
                            account,
                            person_id: persons.value(row).into(),
                        };
                        claims.push((claim, file, *number));
                    }
                    None => {
                        self.unknown_networks.insert(networks.value(row).to_owned());
                    }
                }
            }
        }
        claims.sort_by(|(a, ..), (b, ..)| {
            (a.network, a.account, &a.person_id).cmp(&(b.network, b.account, &b.person_id))
        });
        let mut settled: Vec<Claim> = Vec::with_capacity(claims.len());
        for (claim, file, row_number) in claims {
            match settled.last() {
                Some(owner) if (owner.network, owner.account) == (claim.network, claim.account) => {
                    if owner.person_id != claim.person_id {
                        let reason = "account claimed by two persons: it belongs to the lesser person_id".to_owned();
                        self.rejects
                            .push(reject("identities", partition, file, Some(row_number), reason));
                    }
                }
                _ => settled.push(claim),
            }
        }
        settled
    }
}

fn reject(table: &'static str, partition: &Partition, file: &str, row_number: Option<i64>, reason: String) -> Reject {
    Reject {
        table,
        network: (!partition.network.is_empty()).then(|| partition.network.clone()),
        load_date: Some(partition.load_date),
        file: file.to_owned(),
        row_number,
        reason,
        activity_id: None,
    }
}
