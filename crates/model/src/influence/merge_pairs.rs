//! Merges the reactions of new load dates into the stored pair sums.
//!
//! Each pair is processed in order of load date, so one merge per date and a single merge of all dates run the
//! same operations in the same order. Pairs are forgotten by their own load dates ([`RETENTION_DAYS`]).

use std::ops::Range;

use rayon::prelude::*;

use super::pairs::{MAX_HALF_LIVES, PairRow, PairSums};
use super::recency::HalfLifeMixture;
use crate::account_activity::RETENTION_DAYS;
use crate::reactions::WeighedReaction;
use clout_base::day::Day;

/// The parameters of a merge.
pub struct MergeParams<'a> {
    /// Mixture of half-lives.
    pub mixture: &'a HalfLifeMixture,
    /// The last merged load date.
    pub as_of: Day,
}

/// Merges reactions, sorted by actor, target, load date, time and verb, into the rows `old` of `before`, and drops
/// pairs that are forgotten at `params.as_of`.
pub fn merge_reactions(
    before: &PairSums,
    old: Range<usize>,
    reactions: &[WeighedReaction],
    params: &MergeParams,
) -> PairSums {
    let pieces: Vec<PairSums> = chunks(before, old, reactions)
        .into_par_iter()
        .map(|(old, new)| fold_chunk(before, old, &reactions[new], params))
        .collect();
    let mut merged = PairSums::default();
    for piece in pieces {
        merged.append(piece, params.mixture.len());
    }
    merged
}

/// Number of rows per side that one thread merges at a time.
const CHUNK_ROWS: usize = 1 << 17;

/// Cuts both sides at the same actors.
fn chunks(before: &PairSums, old: Range<usize>, reactions: &[WeighedReaction]) -> Vec<(Range<usize>, Range<usize>)> {
    let (mut o, mut r) = (old.start, 0);
    let mut cut = Vec::new();
    while o < old.end || r < reactions.len() {
        let old_limit = (o + CHUNK_ROWS).min(old.end);
        let new_limit = (r + CHUNK_ROWS).min(reactions.len());
        // The next chunk begins with the first actor that neither end has finished.
        let old_actor = (old_limit < old.end).then(|| before.actors[old_limit]);
        let new_actor = (new_limit < reactions.len()).then(|| reactions[new_limit].actor);
        let bound = match (old_actor, new_actor) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let first = match (before.actors.get(o).filter(|_| o < old.end), reactions.get(r)) {
            (Some(actor), Some(reaction)) => (*actor).min(reaction.actor),
            (Some(actor), None) => *actor,
            (None, Some(reaction)) => reaction.actor,
            (None, None) => break,
        };
        // An actor with more rows than a chunk gets a chunk of its own.
        let bound = bound.map(|actor| actor.max(first + 1));
        let (o_end, r_end) = match bound {
            Some(actor) => (
                o + before.actors[o..old.end].partition_point(|a| *a < actor),
                r + reactions[r..].partition_point(|reaction| reaction.actor < actor),
            ),
            None => (old.end, reactions.len()),
        };
        cut.push((o..o_end, r..r_end));
        (o, r) = (o_end, r_end);
    }
    cut
}

fn fold_chunk(before: &PairSums, old: Range<usize>, reactions: &[WeighedReaction], params: &MergeParams) -> PairSums {
    let mut merged = PairSums::default();
    let mut rows = Vec::new();
    let (mut o, mut r) = (old.start, 0);
    while o < old.end || r < reactions.len() {
        let old_key = (o < old.end).then(|| (before.actors[o], before.targets[o]));
        let new_key = reactions.get(r).map(|reaction| (reaction.actor, reaction.target));
        let Some(key) = [old_key, new_key].into_iter().flatten().min() else {
            break;
        };
        rows.clear();
        while o < old.end && (before.actors[o], before.targets[o]) == key {
            rows.push(before.row(o, params.mixture));
            o += 1;
        }
        let first = r;
        while r < reactions.len() && (reactions[r].actor, reactions[r].target) == key {
            r += 1;
        }
        fold_pair(&mut rows, &reactions[first..r], params);
        for row in &rows {
            merged.push(key.0, key.1, row, params.mixture.len());
        }
    }
    merged
}

/// Adds the reactions of one pair, in order of load date, to its rows.
fn fold_pair(rows: &mut Vec<PairRow>, reactions: &[WeighedReaction], params: &MergeParams) {
    let mut last_load = rows.iter().map(|row| row.last_load).max();
    let mut weighed = reactions.iter().peekable();
    while let Some(first) = weighed.peek() {
        let load_date = first.load_date;
        if last_load.is_some_and(|last| load_date.0 - last.0 >= RETENTION_DAYS) {
            rows.clear();
        }
        last_load = Some(load_date);
        while let Some(reaction) = weighed.next_if(|reaction| reaction.load_date == load_date) {
            let row = row_of(rows, reaction, params.mixture);
            let weight = f64::from(reaction.weight);
            params
                .mixture
                .add_reaction(&mut row.sums, weight, reaction.occurred_at, load_date);
            row.count += 1;
            row.last_at = row.last_at.max(reaction.occurred_at);
        }
    }
    if last_load.is_some_and(|last| params.as_of.0 - last.0 >= RETENTION_DAYS) {
        rows.clear();
    }
}

/// Returns the row of the reaction's verb, with its sums faded to the end of the reaction's load date.
fn row_of<'a>(rows: &'a mut Vec<PairRow>, reaction: &WeighedReaction, mixture: &HalfLifeMixture) -> &'a mut PairRow {
    let index = rows.partition_point(|row| row.verb < reaction.verb);
    if rows.get(index).is_none_or(|row| row.verb != reaction.verb) {
        let row = PairRow {
            verb: reaction.verb,
            count: 0,
            last_load: reaction.load_date,
            last_at: i64::MIN,
            weight: reaction.weight,
            sums: [0.0; MAX_HALF_LIVES],
        };
        rows.insert(index, row);
    }
    let row = &mut rows[index];
    if row.last_load != reaction.load_date {
        let fading = mixture.fading_factors(f64::from(reaction.load_date.0 - row.last_load.0));
        for (sum, factor) in row.sums.iter_mut().zip(fading) {
            *sum *= factor;
        }
        row.last_load = reaction.load_date;
    }
    row
}

#[cfg(test)]
#[path = "merge_pairs_tests.rs"]
mod tests;
