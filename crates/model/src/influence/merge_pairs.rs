//! Merges the reactions of new load dates into the stored pair sums.
//!
//! Each pair is processed in order of load date, so one merge per date and a single merge of all dates run the
//! same operations in the same order. Pairs are forgotten by their own load dates ([`RETENTION_DAYS`]).
//!
//! The reactions are distributed to shards by (target, actor); then each shard is sorted and merged on its own.

use std::ops::Range;

use rayon::prelude::*;

use super::pair_table::PairTable;
use super::pairs::{MAX_HALF_LIVES, PairKey, PairRow, PairSums, pair_key};
use super::recency::HalfLifeMixture;
use crate::account_activity::RETENTION_DAYS;
use crate::buckets::Buckets;
use crate::reactions::WeighedReaction;
use clout_base::day::Day;

/// The parameters of a merge.
pub struct MergeParams<'a> {
    /// Mixture of half-lives.
    pub mixture: &'a HalfLifeMixture,
    /// The last merged load date.
    pub as_of: Day,
}

/// Approximate number of rows of a shard, so that a shard and its sort fit the processor's cache.
const SHARD_ROWS: usize = 1 << 16;
/// Reactions that one thread distributes at a time.
const CHUNK_ROWS: usize = 1 << 20;
/// Keys that are sampled for each shard, to find cuts with about equal numbers of rows.
const SAMPLES: usize = 16;

/// Merges reactions, in any order, into the rows of `before`, and drops pairs that are forgotten at `params.as_of`.
pub fn merge_reactions(before: PairTable, reactions: Vec<Vec<WeighedReaction>>, params: &MergeParams) -> PairTable {
    let cuts = find_cuts(&before, &reactions);
    let distributed: Vec<ShardedReactions> = reactions
        .par_iter()
        .flat_map(|part| part.par_chunks(CHUNK_ROWS))
        .map(|chunk| ShardedReactions::new(chunk, &cuts))
        .collect();
    drop(reactions);
    let shards: Vec<PairSums> = (0..cuts.len() + 1)
        .into_par_iter()
        .with_max_len(1)
        .map(|index| {
            let start = index.checked_sub(1).map_or(0, |before| cuts[before]);
            let keys = start..cuts.get(index).copied().unwrap_or(PairKey::MAX);
            let own: Vec<&[WeighedReaction]> = distributed.iter().map(|part| part.of_shard(index)).collect();
            merge_shard(&before, keys, own.concat(), params)
        })
        .collect();
    PairTable::from_shards(shards)
}

/// Merges reactions of the pairs of one shard, in any order, into the rows of `before`; as [`merge_reactions`].
pub fn merge_rows(before: PairSums, reactions: Vec<WeighedReaction>, params: &MergeParams) -> PairSums {
    merge_shard(&PairTable::from_shards([before]), 0..PairKey::MAX, reactions, params)
}

/// Finds the first keys of all shards but the first one.
fn find_cuts(before: &PairTable, reactions: &[Vec<WeighedReaction>]) -> Vec<PairKey> {
    let rows = before.len() + reactions.iter().map(Vec::len).sum::<usize>();
    let shards = rows.div_ceil(SHARD_ROWS).max(1);
    let step = (rows / (shards * SAMPLES)).max(1);
    let old = before
        .shards()
        .iter()
        .flat_map(|shard| (0..shard.len()).step_by(step).map(|row| shard.key(row)));
    let new = reactions.iter().flat_map(|part| part.iter().step_by(step).map(key_of));
    let mut sample: Vec<PairKey> = old.chain(new).collect();
    sample.par_sort_unstable();
    let quantile = |shard: usize| sample[shard * sample.len() / shards];
    let mut cuts: Vec<PairKey> = (1..shards).map(quantile).collect();
    cuts.dedup();
    cuts
}

fn key_of(reaction: &WeighedReaction) -> PairKey {
    pair_key(reaction.target, reaction.actor)
}

/// A part of the reactions, sorted by shard.
struct ShardedReactions {
    reactions: Vec<WeighedReaction>,
    /// Start of each shard's reactions, and the end.
    starts: Vec<usize>,
}

impl ShardedReactions {
    fn new(part: &[WeighedReaction], cuts: &[PairKey]) -> ShardedReactions {
        let shards: Vec<u32> = part
            .iter()
            .map(|reaction| cuts.partition_point(|cut| *cut <= key_of(reaction)) as u32)
            .collect();
        let place = |row: usize| Some((shards[row] as usize, row as u32));
        let order = Buckets::fill(0..part.len(), cuts.len() + 1, place);
        ShardedReactions {
            reactions: order.values.iter().map(|row| part[*row as usize]).collect(),
            starts: order.starts,
        }
    }

    fn of_shard(&self, shard: usize) -> &[WeighedReaction] {
        &self.reactions[self.starts[shard]..self.starts[shard + 1]]
    }
}

/// Merges the reactions of one shard into the old rows of its keys.
fn merge_shard(
    before: &PairTable,
    keys: Range<PairKey>,
    mut reactions: Vec<WeighedReaction>,
    params: &MergeParams,
) -> PairSums {
    sort_reactions(&mut reactions);
    let old: Vec<(&PairSums, Range<usize>)> = before.key_rows(keys).collect();
    let old_rows: usize = old.iter().map(|(_, rows)| rows.len()).sum();
    let stride = params.mixture.len();
    let several: usize = old.iter().map(|(shard, _)| shard.sums.len() / stride).sum();
    let mut merged = PairSums::with_capacity(old_rows + reactions.len(), several + reactions.len() / 8, stride);
    let mut rest = &reactions[..];
    for (shard, rows) in old {
        let mut row = rows.start;
        while row < rows.end {
            let key = shard.key(row);
            // Most rows have no new reaction, so a look at the next one is cheaper than a search.
            let (earlier, others) = rest.split_at(rest.iter().take_while(|reaction| key_of(reaction) < key).count());
            merge_new_pairs(&mut merged, earlier, params);
            let (own, others) = others.split_at(others.iter().take_while(|reaction| key_of(reaction) == key).count());
            let end = row + (row..rows.end).take_while(|row| shard.key(*row) == key).count();
            merge_pair(&mut merged, (shard, row..end), own, params);
            (rest, row) = (others, end);
        }
    }
    merge_new_pairs(&mut merged, rest, params);
    merged.shrink();
    merged
}

/// Sorts reactions by target, then by actor, load date, time, verb and weight. A shard has few targets beside its rows, so
/// they are counted first, and the reactions of each target are sorted in the fastest cache.
fn sort_reactions(reactions: &mut Vec<WeighedReaction>) {
    let order = |r: &WeighedReaction| (r.actor, r.load_date, r.occurred_at, r.verb, r.weight.to_bits());
    let targets = reactions.iter().map(|reaction| reaction.target);
    let (first, last) = (targets.clone().min().unwrap_or(0), targets.max().unwrap_or(0));
    if (last - first) as usize >= 4 * reactions.len() {
        reactions.sort_unstable_by_key(|reaction| (reaction.target, order(reaction)));
        return;
    }
    let place = |row: usize| Some(((reactions[row].target - first) as usize, row as u32));
    let by_target = Buckets::fill(0..reactions.len(), (last - first) as usize + 1, place);
    *reactions = by_target.values.iter().map(|row| reactions[*row as usize]).collect();
    for own in by_target.starts.windows(2) {
        reactions[own[0]..own[1]].sort_unstable_by_key(order);
    }
}

/// Appends the rows of pairs that had none.
fn merge_new_pairs(merged: &mut PairSums, reactions: &[WeighedReaction], params: &MergeParams) {
    let mut rows = Vec::new();
    for own in reactions.chunk_by(|a, b| key_of(a) == key_of(b)) {
        rows.clear();
        fold_pair(&mut rows, own, params);
        for row in &rows {
            merged.push(key_of(&own[0]), row, params.mixture.len());
        }
    }
}

/// Appends the rows of a pair that had rows before.
fn merge_pair(
    merged: &mut PairSums,
    (shard, old): (&PairSums, Range<usize>),
    own: &[WeighedReaction],
    params: &MergeParams,
) {
    let key = shard.key(old.start);
    let is_forgotten = |row: usize| params.as_of.0 - shard.last_loads[row].0 >= RETENTION_DAYS;
    if own.is_empty() && !old.clone().any(is_forgotten) {
        merged.append_rows(shard, old, params.mixture.len());
        return;
    }
    let mut rows: Vec<PairRow> = old.map(|row| shard.row(row, params.mixture)).collect();
    fold_pair(&mut rows, own, params);
    for row in &rows {
        merged.push(key, row, params.mixture.len());
    }
}

/// Adds the reactions of one pair, in order of load date, to its rows.
fn fold_pair(rows: &mut Vec<PairRow>, reactions: &[WeighedReaction], params: &MergeParams) {
    let mut last_load = rows.iter().map(|row| row.last_load).max();
    for same_date in reactions.chunk_by(|a, b| a.load_date == b.load_date) {
        let load_date = same_date[0].load_date;
        if last_load.is_some_and(|last| load_date.0 - last.0 >= RETENTION_DAYS) {
            rows.clear();
        }
        last_load = Some(load_date);
        for reaction in same_date {
            add_reaction(rows, reaction, params.mixture);
        }
    }
    if last_load.is_some_and(|last| params.as_of.0 - last.0 >= RETENTION_DAYS) {
        rows.clear();
    }
}

/// Adds a reaction to the row of its verb, after the sums are faded to the end of its load date.
fn add_reaction(rows: &mut Vec<PairRow>, reaction: &WeighedReaction, mixture: &HalfLifeMixture) {
    let index = rows.partition_point(|row| row.verb < reaction.verb);
    if rows.get(index).is_none_or(|row| row.verb != reaction.verb) {
        let row = PairRow {
            verb: reaction.verb,
            count: 1,
            last_load: reaction.load_date,
            last_at: reaction.occurred_at,
            weight: reaction.weight,
            sums: [0.0; MAX_HALF_LIVES],
        };
        rows.insert(index, row);
        return;
    }
    let row = &mut rows[index];
    if row.count == 1 {
        // The sums of one reaction follow from its weight and time, and are not computed before they are needed.
        row.sums = [0.0; MAX_HALF_LIVES];
        mixture.add_reaction(&mut row.sums, f64::from(row.weight), row.last_at, row.last_load);
    }
    if row.last_load != reaction.load_date {
        let fading = mixture.fading_factors(f64::from(reaction.load_date.0 - row.last_load.0));
        for (sum, factor) in row.sums.iter_mut().zip(fading) {
            *sum *= factor;
        }
        row.last_load = reaction.load_date;
    }
    let weight = f64::from(reaction.weight);
    mixture.add_reaction(&mut row.sums, weight, reaction.occurred_at, reaction.load_date);
    row.count += 1;
    row.last_at = row.last_at.max(reaction.occurred_at);
}

#[cfg(test)]
#[path = "merge_pairs_tests.rs"]
mod tests;
