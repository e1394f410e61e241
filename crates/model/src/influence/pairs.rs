//! The stored sums of reactions: by (target account, actor account, verb, half-life).
//!
//! The sums are linear in the reactions, kept by account, and dated by their own load dates. A run
//! adds its date to the previous sums and gets the same bits as a single merge of all dates.

use std::ops::Range;

use super::recency::HalfLifeMixture;
use clout_base::day::Day;

/// The largest number of half-lives that parameters may have.
pub const MAX_HALF_LIVES: usize = 8;

/// Rows sorted by (target, actor, verb), stored by column.
///
/// Most rows have one reaction, and its sums follow from its time and weight. So only rows of several
/// reactions store sums; rows of one reaction store that weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairSums {
    /// Node of the credited account.
    pub targets: Vec<u32>,
    /// Node of the reacting account.
    pub actors: Vec<u32>,
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
    /// Sums of a row of several reactions.
    pub(super) sums: HalfLifeSums,
}

/// Sums by half-life; entries beyond the mixture's half-lives are unused.
pub type HalfLifeSums = [f64; MAX_HALF_LIVES];

/// Sort key of a pair: the target in the upper half, the actor in the lower half.
pub type PairKey = u64;

/// Returns the sort key of a pair.
pub fn pair_key(target: u32, actor: u32) -> PairKey {
    u64::from(target) << 32 | u64::from(actor)
}

impl PairSums {
    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.actors.len()
    }

    /// Returns true if no row exists.
    pub fn is_empty(&self) -> bool {
        self.actors.is_empty()
    }

    /// Creates an empty table with room for `rows` rows, and for sums of `several` of them.
    pub(super) fn with_capacity(rows: usize, several: usize, stride: usize) -> PairSums {
        PairSums {
            targets: Vec::with_capacity(rows),
            actors: Vec::with_capacity(rows),
            verbs: Vec::with_capacity(rows),
            counts: Vec::with_capacity(rows),
            last_loads: Vec::with_capacity(rows),
            last_at: Vec::with_capacity(rows),
            details: Vec::with_capacity(rows),
            sums: Vec::with_capacity(several * stride),
        }
    }

    /// Gives unused memory back.
    pub(super) fn shrink(&mut self) {
        self.targets.shrink_to_fit();
        self.actors.shrink_to_fit();
        self.verbs.shrink_to_fit();
        self.counts.shrink_to_fit();
        self.last_loads.shrink_to_fit();
        self.last_at.shrink_to_fit();
        self.details.shrink_to_fit();
        self.sums.shrink_to_fit();
    }

    /// Returns the key of a row.
    pub fn key(&self, row: usize) -> PairKey {
        pair_key(self.targets[row], self.actors[row])
    }

    /// Returns the index of the first row with this key or a greater one.
    pub fn first_row_from(&self, key: PairKey) -> usize {
        let (target, actor) = ((key >> 32) as u32, key as u32);
        let start = self.targets.partition_point(|other| *other < target);
        let end = start + self.targets[start..].partition_point(|other| *other == target);
        start + self.actors[start..end].partition_point(|other| *other < actor)
    }

    /// Appends the rows of `other`; their keys must not be lower. `stride` is the number of half-lives.
    pub fn append(&mut self, mut other: PairSums, stride: usize) {
        let base = (self.sums.len() / stride) as u32;
        let moved = other.details.iter().zip(&other.counts);
        self.details
            .extend(moved.map(|(detail, count)| if *count == 1 { *detail } else { base + detail }));
        self.targets.append(&mut other.targets);
        self.actors.append(&mut other.actors);
        self.verbs.append(&mut other.verbs);
        self.counts.append(&mut other.counts);
        self.last_loads.append(&mut other.last_loads);
        self.last_at.append(&mut other.last_at);
        self.sums.append(&mut other.sums);
    }

    /// Appends copies of the rows `rows` of `other`; their keys must not be lower.
    pub fn append_rows(&mut self, other: &PairSums, rows: Range<usize>, stride: usize) {
        self.targets.extend_from_slice(&other.targets[rows.clone()]);
        self.actors.extend_from_slice(&other.actors[rows.clone()]);
        self.verbs.extend_from_slice(&other.verbs[rows.clone()]);
        self.counts.extend_from_slice(&other.counts[rows.clone()]);
        self.last_loads.extend_from_slice(&other.last_loads[rows.clone()]);
        self.last_at.extend_from_slice(&other.last_at[rows.clone()]);
        for (count, detail) in other.counts[rows.clone()].iter().zip(&other.details[rows]) {
            self.details.push(if *count == 1 {
                *detail
            } else {
                let start = *detail as usize * stride;
                self.sums.extend_from_slice(&other.sums[start..start + stride]);
                (self.sums.len() / stride - 1) as u32
            });
        }
    }

    /// Returns the rows with a (target, actor) that `is_kept` accepts.
    pub fn filter_rows(&self, mixture: &HalfLifeMixture, is_kept: impl Fn(u32, u32) -> bool) -> PairSums {
        let mut kept = PairSums::default();
        for row in 0..self.len() {
            if is_kept(self.targets[row], self.actors[row]) {
                kept.append_rows(self, row..row + 1, mixture.len());
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
            sums: match self.counts[row] {
                1 => [0.0; MAX_HALF_LIVES],
                _ => self.row_sums(row, mixture),
            },
        }
    }

    pub(super) fn push(&mut self, key: PairKey, row: &PairRow, stride: usize) {
        self.targets.push((key >> 32) as u32);
        self.actors.push(key as u32);
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
