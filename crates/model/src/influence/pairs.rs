//! The memory of who reacted to whom: sums by (actor account, target account, verb, half-life).
//!
//! Everything here is linear in the reactions, by account, and read by its own load dates, so a night
//! adds its day to yesterday's sums and gets the bits that folding all days at once would give.

use std::ops::Range;

use super::recency::Mixture;
use clout_base::day::Day;

/// The most half-lives that parameters may name.
pub const MAX_HALF_LIVES: usize = 8;

/// Rows sorted by (actor, target, verb), column by column.
///
/// Most rows are of one reaction, and what that is worth follows from its time and its weight.
/// So only rows of several reactions carry sums; the others carry that weight.
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
    /// Of a row of one reaction: the bits of its weight. Of others: the place of their sums.
    pub details: Vec<u32>,
    /// Sums of weight x 2^(-age / half-life) of the rows of several reactions, in their order, as many a
    /// row as there are half-lives.
    pub sums: Vec<f64>,
}

/// One row while it is folded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) verb: u8,
    pub(super) count: u32,
    pub(super) last_load: Day,
    pub(super) last_at: i64,
    /// The first reaction's [weight](super::weights).
    pub(super) weight: f32,
    pub(super) sums: Sums,
}

/// Sums by half-life; those beyond the mixture's half-lives are unused.
pub type Sums = [f64; MAX_HALF_LIVES];

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

    /// Keeps the rows for which `is_kept` holds, asked by actor and target.
    pub fn retain(&mut self, mixture: &Mixture, is_kept: impl Fn(u32, u32) -> bool) {
        *self = self.filtered(mixture, is_kept);
    }

    /// The rows for which `is_kept` holds, asked by actor and target.
    pub fn filtered(&self, mixture: &Mixture, is_kept: impl Fn(u32, u32) -> bool) -> Pairs {
        let mut kept = Pairs::default();
        for row in 0..self.len() {
            if is_kept(self.actors[row], self.targets[row]) {
                kept.push(
                    self.actors[row],
                    self.targets[row],
                    &self.row(row, mixture),
                    mixture.len(),
                );
            }
        }
        kept
    }

    /// The sums of a row, as of its last load date.
    pub fn sums(&self, row: usize, mixture: &Mixture) -> Sums {
        let mut sums = [0.0; MAX_HALF_LIVES];
        let stride = mixture.len();
        if self.counts[row] == 1 {
            let weight = f64::from(f32::from_bits(self.details[row]));
            mixture.add(&mut sums, weight, self.last_at[row], self.last_loads[row]);
        } else {
            let start = self.details[row] as usize * stride;
            sums[..stride].copy_from_slice(&self.sums[start..start + stride]);
        }
        sums
    }

    pub(super) fn row(&self, row: usize, mixture: &Mixture) -> Row {
        Row {
            verb: self.verbs[row],
            count: self.counts[row],
            last_load: self.last_loads[row],
            last_at: self.last_at[row],
            weight: f32::from_bits(self.details[row]),
            sums: self.sums(row, mixture),
        }
    }

    pub(super) fn push(&mut self, actor: u32, target: u32, row: &Row, stride: usize) {
        self.actors.push(actor);
        self.targets.push(target);
        self.verbs.push(row.verb);
        self.counts.push(row.count);
        self.last_loads.push(row.last_load);
        self.last_at.push(row.last_at);
        if row.count == 1 {
            self.details.push(row.weight.to_bits());
        } else {
            self.details.push((self.sums.len() / stride) as u32);
            self.sums.extend_from_slice(&row.sums[..stride]);
        }
    }
}
