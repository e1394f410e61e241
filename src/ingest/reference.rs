//! Reads the reference tables: accounts, follows, identities and opt-outs.
//!
//! The first three are full snapshots; the newest readable one up to the date counts. Opt-outs are appended. Account
//! ids use the same interners as the actors of activities.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::activities::{IntakeParams, KeptRejects};
use super::claim_changes::{ClaimChanges, ClaimKeys, hash_person};
use super::interner::IdInterner;
use super::opt_out_rows::{OptOutRow, parse_opt_outs};
use super::profiles::{AccountProfile, parse_profiles};
use super::text_rows::{ParseOthers, RefusedInput, TextBatch, parse_none, read_partition, read_partition_with, reject};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory, InputPartition};
use clout_warehouse::store::{Store, StoredObject};

/// Row of `identities`: a person owns an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountOwner {
    /// Index of the network in the job's list.
    pub network: usize,
    /// Number of the account: provisional in the intake, a node afterwards.
    pub account: u32,
    /// Person id.
    pub person_id: Box<str>,
}

/// Contents of the reference tables for the load dates of a run.
#[derive(Default)]
pub struct ReferenceTables {
    /// By network: accounts in the newest snapshot, with their profiles. An account may come several times.
    pub listed: BTreeMap<usize, Vec<(u32, AccountProfile)>>,
    /// By network and date: (follower, followee) pairs; only for networks with derived co-visits.
    pub follows: BTreeMap<usize, BTreeMap<Day, Vec<(u32, u32)>>>,
    /// By date: owners of accounts.
    pub identities: BTreeMap<Day, Vec<AccountOwner>>,
    /// Changes between one identities snapshot of the run and the next.
    pub claim_changes: ClaimChanges,
    /// By date from which it counts: persons that opted out.
    pub opt_outs: BTreeMap<Day, Vec<OptOutRow>>,
    /// Refused rows and files.
    pub refused: RefusedInput,
    /// Networks in identities that are neither built in nor declared.
    pub unknown_networks: BTreeSet<String>,
}

/// Context for reading the tables.
struct Sources<'a> {
    store: &'a Store,
    inventory: &'a InputInventory,
    params: &'a IntakeParams<'a>,
    interners: &'a [IdInterner],
}

/// Reads the reference tables of the load dates in `params`.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn read_reference(
    store: &Store,
    inventory: &InputInventory,
    params: &IntakeParams,
    interners: &[IdInterner],
) -> Result<ReferenceTables> {
    let sources = Sources {
        store,
        inventory,
        params,
        interners,
    };
    let mut reference = ReferenceTables::default();
    reference.take_accounts(&sources)?;
    reference.take_follows(&sources)?;
    reference.take_opt_outs(&sources)?;
    reference.take_identities(&sources)?;
    Ok(reference)
}

impl<'a> Sources<'a> {
    fn delivered(&self, table: &'static str) -> impl Iterator<Item = (&'a InputPartition, &'a Vec<StoredObject>)> {
        self.inventory
            .partitions_between(table, self.params.first, self.params.last)
    }

    fn network(&self, name: &str) -> Option<usize> {
        self.params.networks.iter().position(|network| network.name == name)
    }
}

impl ReferenceTables {
    fn take_accounts(&mut self, sources: &Sources) -> Result<()> {
        let mut newest_first: Vec<_> = sources.delivered("accounts").collect();
        newest_first.sort_by_key(|(partition, _)| std::cmp::Reverse(partition.load_date));
        for (partition, files) in newest_first {
            let network = sources.network(&partition.network);
            let Some(network) = network else {
                continue;
            };
            if self.listed.contains_key(&network) {
                if sources.params.kept_rejects == KeptRejects::All {
                    let refused = &mut self.refused;
                    read_partition_with(sources.store, "accounts", partition, files, refused, &parse_profiles)?;
                }
                continue;
            }
            if let Some(rows) = self.read_snapshot(sources, "accounts", partition, files, &parse_profiles)? {
                let interner = &sources.interners[network];
                let listed = rows.into_iter().flat_map(|batch| {
                    let numbers = interner.intern_all(&batch.columns[0]);
                    numbers.into_iter().zip(batch.others)
                });
                self.listed.insert(network, listed.collect());
            }
        }
        Ok(())
    }

    fn take_follows(&mut self, sources: &Sources) -> Result<()> {
        for (partition, files) in sources.delivered("follows") {
            let Some(network) = sources.network(&partition.network) else {
                continue;
            };
            // Rows are validated even if no co-visits are derived, so that rejects do not depend on the rule.
            let rows = self.read_snapshot(sources, "follows", partition, files, &parse_none)?;
            if let Some(rows) = rows.filter(|_| sources.params.networks[network].co_visit.is_some()) {
                let interner = &sources.interners[network];
                let pairs = rows.iter().flat_map(|batch| {
                    let followers = interner.intern_all(&batch.columns[0]);
                    followers.into_iter().zip(interner.intern_all(&batch.columns[1]))
                });
                let by_date = self.follows.entry(network).or_default();
                by_date.insert(partition.load_date, pairs.collect());
            }
        }
        Ok(())
    }

    fn take_identities(&mut self, sources: &Sources) -> Result<()> {
        // Earlier owners matter only for opt-outs, so the newest snapshot is enough without any.
        let opt_outs = sources
            .inventory
            .partitions_between("opt_outs", EARLIEST_DAY, sources.params.last);
        let is_newest_enough = !sources.params.has_opt_outs && opt_outs.count() == 0;
        for (partition, files) in sources.delivered("identities") {
            if let Some(rows) = self.read_snapshot(sources, "identities", partition, files, &parse_none)? {
                let claims = self.settle_claims(partition, &rows, sources);
                let opted_out = self.hash_opted_out(partition.load_date);
                self.claim_changes
                    .add_snapshot(partition.load_date, hash_claims(&rows, sources), &opted_out);
                if is_newest_enough {
                    self.identities.clear();
                }
                self.identities.insert(partition.load_date, claims);
            }
        }
        Ok(())
    }

    /// Reads a full snapshot, or warns that it is not used because a file of it is unreadable.
    fn read_snapshot<P: Clone>(
        &mut self,
        sources: &Sources,
        table: &'static str,
        partition: &InputPartition,
        files: &[StoredObject],
        parse: ParseOthers<P>,
    ) -> Result<Option<Vec<TextBatch<P>>>> {
        let rows = read_partition_with(sources.store, table, partition, files, &mut self.refused, parse)?;
        if rows.is_none() {
            let network = match partition.network.as_str() {
                "" => String::new(),
                network => format!(" of {network}"),
            };
            self.refused.warnings.push(format!(
                "{table}{network} of {} are not used, because a file of this full snapshot is unreadable; the snapshot \
                 before stays in force",
                partition.load_date
            ));
        }
        Ok(rows)
    }

    /// Reads opt-outs up to the last load date that were not read before. Those of closed load dates count from the
    /// first load date of the run on.
    fn take_opt_outs(&mut self, sources: &Sources) -> Result<()> {
        let params = sources.params;
        for (partition, files) in sources.inventory.unread_opt_outs(params.last, &params.read_opt_outs) {
            let rows = read_partition(sources.store, "opt_outs", partition, &files, &mut self.refused)?;
            let counts_from = partition.load_date.max(sources.params.first);
            let persons = self.opt_outs.entry(counts_from).or_default();
            for row in rows
                .iter()
                .flatten()
                .flat_map(|batch| parse_opt_outs(batch, sources.params.networks))
            {
                if row.is_blank() {
                    let reason = "empty person_id: it holds blanks only".to_owned();
                    let refused = reject("opt_outs", partition, &row.file, Some(row.row_number), reason);
                    self.refused.rejects.push(refused);
                } else {
                    persons.push(row);
                }
            }
        }
        self.opt_outs.retain(|_, persons| !persons.is_empty());
        Ok(())
    }

    /// Hashes the persons with an opt-out of this run that counts on a load date.
    fn hash_opted_out(&self, load_date: Day) -> HashSet<u64> {
        let rows = self.opt_outs.range(..=load_date).flat_map(|(_, rows)| rows);
        rows.flat_map(|row| &row.person_ids).map(|id| hash_person(id)).collect()
    }

    /// Keeps one owner per account: the smaller person_id. Refuses rows of other persons.
    fn settle_claims(
        &mut self,
        partition: &InputPartition,
        rows: &[TextBatch],
        sources: &Sources,
    ) -> Vec<AccountOwner> {
        let mut claims: Vec<(AccountOwner, &str, i64)> = Vec::new();
        for batch in rows {
            let (persons, networks, accounts) = (&batch.columns[0], &batch.columns[1], &batch.columns[2]);
            for (row, number) in batch.row_numbers.iter().enumerate() {
                let Some(network) = sources.network(networks.value(row)) else {
                    self.unknown_networks.insert(networks.value(row).to_owned());
                    continue;
                };
                let account = sources.interners[network].intern_one(accounts.value(row));
                let person_id = persons.value(row).into();
                claims.push((
                    AccountOwner {
                        network,
                        account,
                        person_id,
                    },
                    &batch.file,
                    *number,
                ));
            }
        }
        claims.sort_by(|(a, ..), (b, ..)| {
            (a.network, a.account, &a.person_id).cmp(&(b.network, b.account, &b.person_id))
        });
        let mut settled: Vec<AccountOwner> = Vec::with_capacity(claims.len());
        for (claim, file, row_number) in claims {
            match settled.last() {
                Some(owner) if (owner.network, owner.account) == (claim.network, claim.account) => {
                    if owner.person_id != claim.person_id {
                        let reason =
                            "account claimed by two persons: the row with the smaller person_id counts".to_owned();
                        let refused = reject("identities", partition, file, Some(row_number), reason);
                        self.refused.rejects.push(refused);
                    }
                }
                _ => settled.push(claim),
            }
        }
        settled
    }
}

/// Hashes the claims on accounts of known networks.
fn hash_claims(rows: &[TextBatch], sources: &Sources) -> ClaimKeys {
    let claims = rows.iter().flat_map(|batch| {
        (0..batch.row_numbers.len()).map(move |row| {
            let [person, network, account] = [0, 1, 2].map(|column| batch.columns[column].value(row));
            [network, account, person]
        })
    });
    ClaimKeys::from_claims(claims.filter(|[network, ..]| sources.network(network).is_some()))
}
