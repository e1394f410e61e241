//! The stored sums of reactions: by (actor account, target account, verb, half-life).
//!
//! The sums are linear in the reactions, kept by account, and dated by their own load dates. A run
//! adds its date to the previous sums and gets the same bits as a single merge of all dates.

use std::ops::Range;

use super::recency::HalfLifeMixture;
use clout_base::day::Day;

/// The largest number of half-lives that parameters may have.
pub const MAX_HALF_LIVES: usize = 8;

/// Rows sorted by (actor, target, verb), stored by column.
///
/// Most rows have one reaction, and its sums follow from its time and weight. So only rows of several
/// reactions store sums; rows of one reaction store that weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairSums {
    /// Node of the reacting account.
    pub actors: Vec<u32>,
    /// Node of the credited account.
    pub targets: Vec<u32>,
    /// Code of the verb on its network.
    pub verbs: Vec<u8>,
    /// Number of counted reactions.
    pub counts: Vec<u32>,
    /// Load date of the latest delivery. The sums are as of its end.
    pub last_loads: Vec<Day>,
    /// Time of the latest reaction, microseconds since 1970.
    pub last_at: Vec<i64>,
    /// Bits of the weight for a row of one reaction; index of the sums for other rows.
    pub details: Vec<u32>,
    /// Sums of weight x 2^(-age / half-life) for the rows of several reactions, in row order, one sum per
    /// half-life.
    pub sums: Vec<f64>,
}

/// One row during a merge.
#[derive(Clone, Copy, Debug)]
pub(super) struct PairRow {
    pub(super) verb: u8,
    pub(super) count: u32,
    pub(super) last_load: Day,
    pub(super) last_at: i64,
    /// [Weight](super::weights) of the first reaction.
    pub(super) weight: f32,
    pub(super) sums: HalfLifeSums,
}

/// Sums by half-life; entries beyond the mixture's half-lives are unused.
pub type HalfLifeSums = [f64; MAX_HALF_LIVES];

impl PairSums {
    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.actors.len()
    }

    /// Returns true if no row exists.
    pub fn is_empty(&self) -> bool {
        self.actors.is_empty()
    }

    /// Appends the rows of `other`, all with higher actors. `stride` is the number of half-lives.
    pub fn append(&mut self, mut other: PairSums, stride: usize) {
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

    /// Renumbers the accounts; `to` must keep their order.
    pub fn renumber(&mut self, to: &[u32]) {
        for node in self.actors.iter_mut().chain(&mut self.targets) {
            *node = to[*node as usize];
        }
    }

    /// Returns the rows of the actors in `nodes`.
    pub fn actor_rows(&self, nodes: Range<u32>) -> Range<usize> {
        let start = self.actors.partition_point(|actor| *actor < nodes.start);
        start..self.actors.partition_point(|actor| *actor < nodes.end)
    }

    /// Keeps the rows with an (actor, target) that `is_kept` accepts.
    pub fn retain(&mut self, mixture: &HalfLifeMixture, is_kept: impl Fn(u32, u32) -> bool) {
        *self = self.filter_rows(mixture, is_kept);
    }

    /// Returns the rows with an (actor, target) that `is_kept` accepts.
    pub fn filter_rows(&self, mixture: &HalfLifeMixture, is_kept: impl Fn(u32, u32) -> bool) -> PairSums {
        let mut kept = PairSums::default();
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

    /// Returns the sums of a row, as of its last load date.
    pub fn row_sums(&self, row: usize, mixture: &HalfLifeMixture) -> HalfLifeSums {
        let mut sums = [0.0; MAX_HALF_LIVES];
        let stride = mixture.len();
        if self.counts[row] == 1 {
            let weight = f64::from(f32::from_bits(self.details[row]));
            mixture.add_reaction(&mut sums, weight, self.last_at[row], self.last_loads[row]);
        } else {
            let start = self.details[row] as usize * stride;
            sums[..stride].copy_from_slice(&self.sums[start..start + stride]);
        }
        sums
    }

    pub(super) fn row(&self, row: usize, mixture: &HalfLifeMixture) -> PairRow {
        PairRow {
            verb: self.verbs[row],
            count: self.counts[row],
            last_load: self.last_loads[row],
            last_at: self.last_at[row],
            weight: f32::from_bits(self.details[row]),
            sums: self.row_sums(row, mixture),
        }
    }

    pub(super) fn push(&mut self, actor: u32, target: u32, row: &PairRow, stride: usize) {
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
