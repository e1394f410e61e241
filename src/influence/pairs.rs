//! The memory of who reacted to whom: sums by (actor account, target account, verb, half-life).
//!
//! Everything here is linear in the reactions, by account, and read by its own load dates, so a night
//! adds its day to yesterday's sums and gets the bits that folding all days at once would give.

use std::ops::Range;

use rayon::prelude::*;

use super::recency::Mixture;
use crate::day::Day;
use crate::settle::facts::FORGOTTEN_AFTER_DAYS;
use crate::settle::reactions::Reaction;

/// The most half-lives that parameters may name.
pub const MAX_HALF_LIVES: usize = 8;

/// Rows sorted by (actor, target, verb), column by column.
///
/// Most rows are of one reaction, and what that is worth follows from its time and the size of its budget.
/// So only rows of several reactions carry sums; the others carry that size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// Node of the account that reacted.
    pub actors: Vec<u32>,
    /// Node of the account that is credited.
    pub targets: Vec<u32>,
    /// The verb's code in its network.
    pub verbs: Vec<u8>,
    /// Counted reactions.
    pub counts: Vec<u32>,
    /// Last load date that brought one; the sums are as of its end.
    pub last_loads: Vec<Day>,
    /// Time of the latest one, microseconds since 1970.
    pub last_at: Vec<i64>,
    /// Of a row of one reaction: the size of its budget. Of others: the place of their sums.
    pub details: Vec<u32>,
    /// Sums of selectivity x 2^(-age / half-life) of the rows of several reactions, in their order, as many a
    /// row as there are half-lives.
    pub sums: Vec<f64>,
}

/// One row while it is folded.
#[derive(Clone, Copy, Debug)]
struct Row {
    verb: u8,
    count: u32,
    last_load: Day,
    last_at: i64,
    /// Size of the first reaction's budget.
    budget_size: u32,
    sums: Sums,
}

/// Sums by half-life; those beyond the mixture's half-lives are unused.
pub type Sums = [f64; MAX_HALF_LIVES];

/// How a reaction is weighed and remembered.
#[derive(Clone, Copy)]
pub struct Weighing<'a> {
    /// The half-lives.
    pub mixture: &'a Mixture,
    /// n reactions that share a budget count 1 / (1 + (n - 1) / budget) each.
    pub budget: f64,
}

impl Weighing<'_> {
    fn selectivity(&self, budget_size: u32) -> f64 {
        1.0 / (1.0 + f64::from(budget_size - 1) / self.budget)
    }

    fn stride(&self) -> usize {
        self.mixture.len()
    }
}

impl Pairs {
    /// Rows.
    pub fn len(&self) -> usize {
        self.actors.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.actors.is_empty()
    }

    /// Appends the rows of `other`, whose actors come later. `stride` is the number of half-lives.
    pub fn append(&mut self, mut other: Pairs, stride: usize) {
        let base = (self.sums.len() / stride) as u32;
        let moved = other.details.iter().zip(&other.counts);
        self.details
            .extend(moved.map(|(detail, count)| if *count == 1 { *detail } else { base + detail }));
        self.actors.append(&mut other.actors);
        self.targets.append(&mut other.targets);
        self.verbs.append(&mut other.verbs);
        self.counts.append(&mut other.counts);
        self.last_loads.append(&mut other.last_loads);
        self.last_at.append(&mut other.last_at);
        self.sums.append(&mut other.sums);
    }

    /// Renumbers the accounts; `to` keeps their order.
    pub fn renumber(&mut self, to: &[u32]) {
        for node in self.actors.iter_mut().chain(&mut self.targets) {
            *node = to[*node as usize];
        }
    }

    /// The rows of actors in `nodes`.
    pub fn rows_of(&self, nodes: Range<u32>) -> Range<usize> {
        let start = self.actors.partition_point(|actor| *actor < nodes.start);
        start..self.actors.partition_point(|actor| *actor < nodes.end)
    }

    /// Keeps the rows for which `is_kept` holds.
    pub fn retain(&mut self, weighing: &Weighing, is_kept: impl Fn(u32, u32) -> bool) {
        let mut kept = Pairs::default();
        for row in 0..self.len() {
            if is_kept(self.actors[row], self.targets[row]) {
                kept.push(
                    self.actors[row],
                    self.targets[row],
                    &self.row(row, weighing),
                    weighing.stride(),
                );
            }
        }
        *self = kept;
    }

    /// The sums of a row, as of its last load date.
    pub fn sums(&self, row: usize, weighing: &Weighing) -> Sums {
        let mut sums = [0.0; MAX_HALF_LIVES];
        let stride = weighing.stride();
        if self.counts[row] == 1 {
            let weight = weighing.selectivity(self.details[row]);
            weighing
                .mixture
                .add(&mut sums, weight, self.last_at[row], self.last_loads[row]);
        } else {
            let start = self.details[row] as usize * stride;
            sums[..stride].copy_from_slice(&self.sums[start..start + stride]);
        }
        sums
    }

    fn row(&self, row: usize, weighing: &Weighing) -> Row {
        Row {
            verb: self.verbs[row],
            count: self.counts[row],
            last_load: self.last_loads[row],
            last_at: self.last_at[row],
            budget_size: self.details[row],
            sums: self.sums(row, weighing),
        }
    }

    fn push(&mut self, actor: u32, target: u32, row: &Row, stride: usize) {
        self.actors.push(actor);
        self.targets.push(target);
        self.verbs.push(row.verb);
        self.counts.push(row.count);
        self.last_loads.push(row.last_load);
        self.last_at.push(row.last_at);
        if row.count == 1 {
            self.details.push(row.budget_size);
        } else {
            self.details.push((self.sums.len() / stride) as u32);
            self.sums.extend_from_slice(&row.sums[..stride]);
        }
    }
}

/// What folding needs to know.
pub struct FoldParams<'a> {
    /// How reactions are weighed.
    pub weighing: Weighing<'a>,
    /// The last load date folded.
    pub as_of: Day,
}

/// Folds sorted reactions, with the sizes of their budgets, into the rows `old` of `before`.
/// Pairs that are forgotten at `params.as_of` are left out.
pub fn fold(
    before: &Pairs,
    old: Range<usize>,
    reactions: &[Reaction],
    budget_sizes: &[u32],
    params: &FoldParams,
) -> Pairs {
    let pieces: Vec<Pairs> = chunks(before, old, reactions)
        .into_par_iter()
        .map(|(old, new)| fold_chunk(before, old, &reactions[new.clone()], &budget_sizes[new], params))
        .collect();
    let mut folded = Pairs::default();
    for piece in pieces {
        folded.append(piece, params.weighing.stride());
    }
    folded
}

/// Rows of both sides for which one thread folds at a time.
const CHUNK_ROWS: usize = 1 << 17;

/// Cuts both sides at the same actors.
fn chunks(before: &Pairs, old: Range<usize>, reactions: &[Reaction]) -> Vec<(Range<usize>, Range<usize>)> {
    let (mut o, mut r) = (old.start, 0);
    let mut cut = Vec::new();
    while o < old.end || r < reactions.len() {
        let far_old = (o + CHUNK_ROWS).min(old.end);
        let far_new = (r + CHUNK_ROWS).min(reactions.len());
        // The next chunk begins with the first actor that neither far end has finished.
        let old_actor = (far_old < old.end).then(|| before.actors[far_old]);
        let new_actor = (far_new < reactions.len()).then(|| reactions[far_new].actor);
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
        // One actor with more rows than a chunk is a chunk of its own.
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

fn fold_chunk(
    before: &Pairs,
    old: Range<usize>,
    reactions: &[Reaction],
    budget_sizes: &[u32],
    params: &FoldParams,
) -> Pairs {
    let weighing = &params.weighing;
    let mut folded = Pairs::default();
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
            rows.push(before.row(o, weighing));
            o += 1;
        }
        let first = r;
        while r < reactions.len() && (reactions[r].actor, reactions[r].target) == key {
            r += 1;
        }
        fold_pair(&mut rows, &reactions[first..r], &budget_sizes[first..r], params);
        for row in &rows {
            folded.push(key.0, key.1, row, weighing.stride());
        }
    }
    folded
}

/// Adds one pair's reactions, in order of load date, to its rows.
fn fold_pair(rows: &mut Vec<Row>, reactions: &[Reaction], budget_sizes: &[u32], params: &FoldParams) {
    let mut last_load = rows.iter().map(|row| row.last_load).max();
    let mut sized = reactions.iter().zip(budget_sizes).peekable();
    while let Some((first, _)) = sized.peek() {
        let load_date = first.load_date;
        if last_load.is_some_and(|last| load_date.0 - last.0 >= FORGOTTEN_AFTER_DAYS) {
            rows.clear();
        }
        last_load = Some(load_date);
        while let Some((reaction, size)) = sized.next_if(|(reaction, _)| reaction.load_date == load_date) {
            let selectivity = params.weighing.selectivity(*size);
            let row = row_of(rows, reaction, *size, params.weighing.mixture);
            params
                .weighing
                .mixture
                .add(&mut row.sums, selectivity, reaction.occurred_at, load_date);
            row.count += 1;
            row.last_at = row.last_at.max(reaction.occurred_at);
        }
    }
    if last_load.is_some_and(|last| params.as_of.0 - last.0 >= FORGOTTEN_AFTER_DAYS) {
        rows.clear();
    }
}

/// The row of a reaction's verb, with its sums brought to the end of the reaction's load date.
fn row_of<'a>(rows: &'a mut Vec<Row>, reaction: &Reaction, budget_size: u32, mixture: &Mixture) -> &'a mut Row {
    let place = rows.partition_point(|row| row.verb < reaction.verb);
    if rows.get(place).is_none_or(|row| row.verb != reaction.verb) {
        let row = Row {
            verb: reaction.verb,
            count: 0,
            last_load: reaction.load_date,
            last_at: i64::MIN,
            budget_size,
            sums: [0.0; MAX_HALF_LIVES],
        };
        rows.insert(place, row);
    }
    let row = &mut rows[place];
    if row.last_load != reaction.load_date {
        let fading = mixture.fading(reaction.load_date.0 - row.last_load.0);
        for (sum, factor) in row.sums.iter_mut().zip(fading) {
            *sum *= factor;
        }
        row.last_load = reaction.load_date;
    }
    row
}

#[cfg(test)]
#[path = "pairs_tests.rs"]
mod tests;
