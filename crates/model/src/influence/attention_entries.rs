//! Reading of pairs at a moment: the reactions to each target account as entries, by persons.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::attention::{AttentionTerm, ScoringMoment};
use super::model::InfluenceModel;
use super::pair_table::PairTable;
use super::pairs::PairSums;
use crate::people::persons::PersonMap;

/// Factors of a row's sums, by network and by days since the row's last load date.
type ReadingFactors = Vec<Vec<Vec<f64>>>;

fn compute_factors(pairs: &PairTable, model: &InfluenceModel, moment: &ScoringMoment) -> ReadingFactors {
    let oldest = pairs
        .shards()
        .par_iter()
        .filter_map(|shard| shard.last_loads.iter().min())
        .min();
    let oldest = oldest.copied().unwrap_or(moment.as_of);
    let of_network = |history: &f64| {
        let days = 0..=(moment.as_of.0 - oldest.0).max(0);
        days.map(|days| {
            model
                .mixture()
                .reading_factors(f64::from(days) - moment.early_days, *history)
        })
        .collect()
    };
    moment.history_days.iter().map(of_network).collect()
}

/// Marks a target without a row.
const NO_ROW: (u32, u32) = (u32::MAX, 0);

/// Returns the first row of each target account, as (shard, row of the shard).
fn find_first_rows(pairs: &PairTable, accounts: usize) -> Vec<(u32, u32)> {
    let mut first_rows = vec![NO_ROW; accounts];
    let mut last = None;
    for (index, shard) in pairs.shards().iter().enumerate() {
        for (row, target) in shard.targets.iter().enumerate() {
            if last != Some(*target) {
                first_rows[*target as usize] = (index as u32, row as u32);
                last = Some(*target);
            }
        }
    }
    first_rows
}

/// A row of pairs, read at the moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttentionEntry {
    /// Person of the actor.
    pub(super) reactor: u32,
    pub(super) actor: u32,
    pub(super) target: u32,
    pub(super) term: AttentionTerm,
}

impl AttentionEntry {
    pub(super) fn order(&self) -> (u32, u8, u8) {
        (self.reactor, self.term.network, self.term.verb)
    }

    /// Compares by reactor, network and verb, then by the ids of the accounts.
    pub(super) fn compare(&self, other: &AttentionEntry, account_ranks: &[u32]) -> Ordering {
        let rank = |node: u32| account_ranks[node as usize];
        self.order().cmp(&other.order()).then_with(|| {
            let accounts = |entry: &AttentionEntry| (rank(entry.actor), rank(entry.target));
            accounts(self).cmp(&accounts(other))
        })
    }
}

/// The pairs, and what is needed to read them at a moment.
pub(super) struct AttentionReading<'a> {
    pairs: &'a PairTable,
    persons: &'a PersonMap,
    network_of: &'a (dyn Fn(u32) -> usize + Sync),
    model: &'a InfluenceModel,
    moment: &'a ScoringMoment,
    factors: ReadingFactors,
    first_rows: Vec<(u32, u32)>,
}

impl<'a> AttentionReading<'a> {
    /// Prepares the reading of all pairs.
    pub(super) fn new(
        pairs: &'a PairTable,
        persons: &'a PersonMap,
        network_of: &'a (dyn Fn(u32) -> usize + Sync),
        model: &'a InfluenceModel,
        moment: &'a ScoringMoment,
    ) -> AttentionReading<'a> {
        AttentionReading {
            pairs,
            persons,
            network_of,
            model,
            moment,
            factors: compute_factors(pairs, model, moment),
            first_rows: find_first_rows(pairs, persons.by_account.len()),
        }
    }

    /// Appends the rows of a target account by other persons.
    pub(super) fn append_entries(&self, account: u32, target: u32, entries: &mut Vec<AttentionEntry>) {
        let (shard, mut row) = self.first_rows[account as usize];
        if shard == NO_ROW.0 {
            return;
        }
        let network = (self.network_of)(account);
        for shard in &self.pairs.shards()[shard as usize..] {
            while shard.targets.get(row as usize) == Some(&account) {
                let reactor = self.persons.by_account[shard.actors[row as usize] as usize];
                if reactor != target {
                    entries.push(self.read_row(shard, row as usize, network, reactor));
                }
                row += 1;
            }
            if (row as usize) < shard.len() {
                break;
            }
            row = 0;
        }
    }

    fn read_row(&self, shard: &PairSums, row: usize, network: usize, reactor: u32) -> AttentionEntry {
        let days = (self.moment.as_of.0 - shard.last_loads[row].0).max(0) as usize;
        let factors = &self.factors[network][days];
        let sums = shard.row_sums(row, self.model.mixture());
        AttentionEntry {
            reactor,
            actor: shard.actors[row],
            target: shard.targets[row],
            term: AttentionTerm {
                network: network as u8,
                verb: shard.verbs[row],
                reactions: shard.counts[row],
                strength: sums.iter().zip(factors).map(|(sum, factor)| sum * factor).sum(),
            },
        }
    }
}
