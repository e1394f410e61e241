//! Bootstrap replicates of one person's contributions: weighted sums over the reactors, in single precision.
//!
//! ```text
//! T_b = sum w_b(u) t(u,v)       U_b = sum w_b(u) s(u,v)       C_b = T_b + phi(T_b, U_b) U_b
//! ```
//!
//! with the parts t and s and the belief phi of [`super::score`], and the weights w of [`super::resample`].
//!
//! Sums run over blocks of [`BLOCK`] reactors in f32, with 32 replicates in registers at a time, and the blocks are
//! added in f64. All terms are positive, so a sum is off by at most `BLOCK` x 2^-24 of itself: 10^-4 points at twelve
//! points a decade, whatever the number of reactors. Each replicate is summed in the order of the reactors by plain
//! products and sums, without fused ones, so no bit depends on the width of the machine's vectors. Therefore the same
//! source is compiled twice, for the vectors of each x86-64 machine and for those of AVX2, and the machine decides.

use rayon::prelude::*;

use super::params::CorroborationParams;
use super::resample::{PackedWeights, REPLICATES};
use super::score::{ContributionModel, split_amount};
use crate::people::person_ids::PersonIds;

/// Reactors per block: their weights (16 KiB) fit the fastest cache, because a block is read once per 32 replicates.
/// It affects the result: another value changes the last bits.
const BLOCK: usize = 256;

/// Bytes of packed weights per pass over a block; each holds the weights of two replicates.
const LANES: usize = 16;

/// Value of every replicate.
type Replicates = [f32; REPLICATES];

/// Weights and parts of all reactors, for random access: 72 bytes per person.
pub(super) struct ReactorTable {
    weights: Vec<PackedWeights>,
    /// (t, s) of an amount of 1.
    unit_parts: Vec<[f32; 2]>,
}

/// Buffers of one thread.
pub(super) struct ReplicateBuffers {
    weights: [PackedWeights; BLOCK],
    parts: [[f32; BLOCK]; 2],
    sums: [[f64; REPLICATES]; 2],
}

impl Default for ReplicateBuffers {
    fn default() -> Self {
        ReplicateBuffers {
            weights: [PackedWeights::ZERO; BLOCK],
            parts: [[0.0; BLOCK]; 2],
            sums: [[0.0; REPLICATES]; 2],
        }
    }
}

impl ReactorTable {
    /// Computes the weights and parts of the persons with these ids.
    pub(super) fn new(model: &ContributionModel, person_ids: &PersonIds) -> ReactorTable {
        let unit_parts = |(trust, rank): (&f64, &f64)| {
            let (t, s) = split_amount(*trust, *rank, 1.0);
            [t as f32, s as f32]
        };
        ReactorTable {
            weights: person_ids.par_iter().map(PackedWeights::from_person_id).collect(),
            unit_parts: model.trust.par_iter().zip(model.rank).map(unit_parts).collect(),
        }
    }

    /// Returns the weights of a reactor.
    pub(super) fn weights(&self, reactor: u32) -> &PackedWeights {
        &self.weights[reactor as usize]
    }

    /// Computes the contributions C_b of a person with these reactors and amounts, by replicate.
    pub(super) fn resample_contributions(
        &self,
        reactors: &[u32],
        amounts: &[f64],
        corroboration: &CorroborationParams,
        buffers: &mut ReplicateBuffers,
    ) -> Replicates {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: The function is safe code; it needs a machine with AVX2, and this is one.
            return unsafe { self.resample_with_avx2(reactors, amounts, corroboration, buffers) };
        }
        self.resample(reactors, amounts, corroboration, buffers)
    }

    /// Computes the same bits as [`Self::resample`], with vectors of 256 bits. Fused products would change bits, and are
    /// another feature of the machine.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn resample_with_avx2(
        &self,
        reactors: &[u32],
        amounts: &[f64],
        corroboration: &CorroborationParams,
        buffers: &mut ReplicateBuffers,
    ) -> Replicates {
        self.resample(reactors, amounts, corroboration, buffers)
    }

    // This function and those that it calls are always inlined, because they are compiled for the vectors of the caller.
    #[inline(always)]
    fn resample(
        &self,
        reactors: &[u32],
        amounts: &[f64],
        corroboration: &CorroborationParams,
        buffers: &mut ReplicateBuffers,
    ) -> Replicates {
        buffers.sums = [[0.0; REPLICATES]; 2];
        for (reactors, amounts) in reactors.chunks(BLOCK).zip(amounts.chunks(BLOCK)) {
            self.fetch_block(reactors, amounts, buffers);
            buffers.add_block(reactors.len());
        }
        combine(&buffers.sums, corroboration)
    }

    /// Copies the data of a block's reactors, so that their cache misses overlap.
    #[inline(always)]
    fn fetch_block(&self, reactors: &[u32], amounts: &[f64], buffers: &mut ReplicateBuffers) {
        let [trusted, strangers] = &mut buffers.parts;
        let parts = trusted.iter_mut().zip(strangers);
        let slots = buffers.weights.iter_mut().zip(parts);
        for (((weights, (t, s)), reactor), amount) in slots.zip(reactors).zip(amounts) {
            let [unit_t, unit_s] = self.unit_parts[*reactor as usize];
            *weights = *self.weights(*reactor);
            (*t, *s) = (unit_t * *amount as f32, unit_s * *amount as f32);
        }
    }
}

impl ReplicateBuffers {
    /// Adds the first `reactors` reactors of the block to all replicates.
    #[inline(always)]
    fn add_block(&mut self, reactors: usize) {
        let [trusted, strangers] = &self.parts;
        let parts = (&trusted[..reactors], &strangers[..reactors]);
        for first in (0..REPLICATES / 2).step_by(LANES) {
            let lanes = sum_lanes(&self.weights[..reactors], parts, first);
            // The lower four bits of a byte belong to the first half of the replicates, the upper ones to the second.
            for (lane, [lower_t, upper_t, lower_s, upper_s]) in lanes.into_iter().enumerate() {
                let [trusted, strangers] = &mut self.sums;
                trusted[first + lane] += f64::from(lower_t);
                trusted[REPLICATES / 2 + first + lane] += f64::from(upper_t);
                strangers[first + lane] += f64::from(lower_s);
                strangers[REPLICATES / 2 + first + lane] += f64::from(upper_s);
            }
        }
    }
}

/// Sums t and s of the replicates in the bytes from `first` on.
#[inline(always)]
fn sum_lanes(weights: &[PackedWeights], parts: (&[f32], &[f32]), first: usize) -> [[f32; 4]; LANES] {
    let [mut lower_t, mut upper_t, mut lower_s, mut upper_s] = [[0.0_f32; LANES]; 4];
    for ((weights, t), s) in weights.iter().zip(parts.0).zip(parts.1) {
        let bytes = &weights.bytes()[first..first + LANES];
        for (lane, byte) in bytes.iter().enumerate() {
            // By way of i32, for which every machine has a vector conversion.
            let (lower, upper) = (i32::from(byte & 15) as f32, i32::from(byte >> 4) as f32);
            lower_t[lane] += t * lower;
            upper_t[lane] += t * upper;
            lower_s[lane] += s * lower;
            upper_s[lane] += s * upper;
        }
    }
    std::array::from_fn(|lane| [lower_t[lane], upper_t[lane], lower_s[lane], upper_s[lane]])
}

/// Computes C of each replicate from T and U: T + cap (1 - exp(-U / cap)).
#[inline(always)]
fn combine(sums: &[[f64; REPLICATES]; 2], params: &CorroborationParams) -> Replicates {
    // A larger crowd has a share of 1, and its square is finite.
    const MAX_CROWD: f32 = 1e30;
    let (few, many) = (params.per_trusted_of_few as f32, params.per_trusted as f32);
    let per_half = (1.0 / params.half_at) as f32;
    let mut contributions = [0.0; REPLICATES];
    for ((contribution, trusted), strangers) in contributions.iter_mut().zip(&sums[0]).zip(&sums[1]) {
        let (trusted, strangers) = (*trusted as f32, *strangers as f32);
        let crowd = (trusted * per_half) * (trusted * per_half);
        let crowd = if crowd < MAX_CROWD { crowd } else { MAX_CROWD };
        let cap = trusted * (few + many * (crowd / (1.0 + crowd)));
        let believed = cap * saturate_load(strangers / cap);
        *contribution = trusted + if cap > 0.0 { believed } else { 0.0 };
    }
    contributions
}

/// Computes 1 - exp(-x) for x >= 0 in vector operations, with a relative error below 10^-6.
#[inline(always)]
fn saturate_load(load: f32) -> f32 {
    // Beyond this load, the result is 1.
    const MAX_LOAD: f32 = 80.0;
    // Adding it rounds to an integer and leaves that integer in the lowest bits: 1.5 x 2^23.
    const ROUND: f32 = 12_582_912.0;
    /// Taylor coefficients of 2^f - 1: ln(2)^k / k!, k = 7, …, 1.
    const COEFFICIENTS: [f32; 7] = [
        1.525_273_4e-5,
        1.540_353e-4,
        1.333_355_8e-3,
        9.618_129e-3,
        5.550_411e-2,
        0.240_226_5,
        std::f32::consts::LN_2,
    ];
    let load = if load < MAX_LOAD { load } else { MAX_LOAD };
    // exp(-x) = 2^k (1 + p), k an integer and p = 2^f - 1 for |f| <= 1/2.
    let exponent = -load * std::f32::consts::LOG2_E;
    let rounded = exponent + ROUND;
    let fraction = exponent - (rounded - ROUND);
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    let p = COEFFICIENTS
        .iter()
        .fold(0.0, |sum, coefficient| sum * fraction + coefficient)
        * fraction;
    // Without the difference 1 - (1 + p), which has no digits left at a tiny load.
    (1.0 - power) - power * p
}

#[cfg(test)]
#[path = "replicates_tests.rs"]
mod tests;
