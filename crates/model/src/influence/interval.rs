//! A 90 % interval of a score, from a Poisson bootstrap over reactors.
//!
//! ```text
//! T_b = sum w_b(u) t(u,v)       U_b = sum w_b(u) s(u,v)       over the reactors u of v
//! I_b = B + T_b + phi(T_b, U_b) U_b                           b = 0, …, 127
//! low  = 5th percentile of the scores of I_b, at most the score
//! high = 95th percentile of the scores of B + (I_b - B) / coverage, at least the score
//! ```
//!
//! with the parts t and s and the belief phi of [`super::score`], and the weights w of [`super::resample`]. The
//! interval covers the scores that other samples of the same population of reactors would give: a score that rests
//! on one reactor has a wide interval, one that rests on a thousand a narrow one. Trust and rank of the reactors are
//! held constant. Percentiles are interpolated linearly between the order statistics around 0.05 and 0.95 x 127,
//! before the score is clamped; the bounds are clamped to 1..100 afterwards.
//!
//! The upper bound also accounts for missing input: if the share q of a person's signal was delivered
//! ([`super::coverage`]), the whole signal is typically 1/q of the delivered part. q is the published coverage, for
//! missing networks and missing load dates alike: the division by M(H) compensates for days before the history
//! began, but a missing load date removes its mass from the sums. Repeats saturate, so 1/q tends to be too large
//! rather than too small, which is acceptable for an upper bound. Nothing is scaled if q is 0, or if no contribution
//! exists.
//!
//! Not modelled: correlated reactors (a ring is resampled one by one), differences between days, and the uncertainty
//! of the reactors' own trust. Cost: one pass over the edges of people with T > 0, 128 x 2 products
//! per edge (128 if the reactor is fully trusted or a stranger) and 128 exponentials per person with U > 0. On
//! a date of 14.6 M pairs this takes 1.4 s with coverage; trust, propagation and ranks take 2.3 s
//! (`benches/night.py`). On a random graph, where propagation converges in a third of the steps, it takes 3 times
//! the time of propagation (`benches/kernels.rs`). Reproducible: one thread sums each person, in the order of the
//! reactors, which is that of their ids.

use rayon::prelude::*;

use super::attention::AttentionGraph;
use super::params::CorroborationParams;
use super::resample::{BootstrapWeights, REPLICATES, compute_seed, compute_weights};
use super::score::{ContributionModel, ContributionSum, compute_belief, split_amount};
use super::score_scale::{ScoreScale, clamp_score};

/// Shares of the replicates below the two bounds: 90 % lie between them.
const ENDS: [f64; 2] = [0.05, 0.95];

/// A 90 % interval of a score, in points from 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreInterval {
    /// Lower bound, at most the score.
    pub low: f64,
    /// Upper bound, at least the score.
    pub high: f64,
}

/// Number of edges with reactors fetched together, so that their cache misses overlap.
const BLOCK: usize = 16;

/// The data of one reactor, stored together: an edge costs one cache line instead of three.
#[derive(Clone, Copy, Debug, Default)]
struct Reactor {
    trust: f64,
    standing: f64,
    seed: u64,
}

/// Inputs of the bootstrap.
pub struct ScoreBootstrap<'a> {
    attention: &'a AttentionGraph,
    corroboration: &'a CorroborationParams,
    line: &'a ScoreScale,
    reactors: Vec<Reactor>,
}

impl<'a> ScoreBootstrap<'a> {
    /// Prepares the bootstrap over the reactors of `attention`; `person_ids` are the ids of its persons.
    pub fn new(
        attention: &'a AttentionGraph,
        model: &ContributionModel<'a>,
        line: &'a ScoreScale,
        person_ids: &[String],
    ) -> ScoreBootstrap<'a> {
        let reactor = |(person, id): (usize, &String)| Reactor {
            trust: model.trust[person],
            standing: model.rank[person],
            seed: compute_seed(id),
        };
        ScoreBootstrap {
            attention,
            corroboration: model.corroboration,
            line,
            reactors: person_ids.par_iter().enumerate().map(reactor).collect(),
        }
    }

    /// Computes the interval of each person; `None` without a score.
    pub fn compute_intervals(&self, sums: &[Option<ContributionSum>], coverage: &[f64]) -> Vec<Option<ScoreInterval>> {
        let one = |(target, sum): (usize, &Option<ContributionSum>)| {
            Some(self.interval(target, sum.as_ref()?, coverage[target]))
        };
        sums.par_iter().enumerate().map(one).collect()
    }

    fn interval(&self, target: usize, sum: &ContributionSum, coverage: f64) -> ScoreInterval {
        let value = self.line.unclamped_score(sum.influence);
        let base = self.corroboration.base;
        // Without a trusted reactor, strangers are not believed in any replicate.
        let ends = (sum.trusted > 0.0).then(|| {
            let mut influences = self.replicates(target, sum.strangers > 0.0);
            let whole = if coverage > 0.0 { coverage.min(1.0) } else { 1.0 };
            let low = percentile(&mut influences, ENDS[0], |influence| {
                self.line.unclamped_score(influence)
            });
            let high = percentile(&mut influences, ENDS[1], |influence| {
                // At most MAX, so that the interpolation never subtracts two infinities at a tiny coverage.
                self.line
                    .unclamped_score((base + (influence - base) / whole).min(f64::MAX))
            });
            (low, high)
        });
        let (low, high) = ends.unwrap_or((value, value));
        ScoreInterval {
            low: clamp_score(low.min(value)),
            high: clamp_score(high.max(value)),
        }
    }

    /// Computes the influence of each replicate, in replicate order.
    fn replicates(&self, target: usize, has_strangers: bool) -> [f64; REPLICATES] {
        let (mut trusted, mut strangers) = ([0.0; REPLICATES], [0.0; REPLICATES]);
        let edges = self.attention.edges(target);
        let (reactors, amounts) = (&self.attention.reactors[edges.clone()], &self.attention.amounts[edges]);
        for (reactors, amounts) in reactors.chunks(BLOCK).zip(amounts.chunks(BLOCK)) {
            let mut block = [Reactor::default(); BLOCK];
            for (slot, reactor) in block.iter_mut().zip(reactors) {
                *slot = self.reactors[*reactor as usize];
            }
            for (reactor, amount) in block.iter().zip(amounts) {
                let (t, s) = split_amount(reactor.trust, reactor.standing, *amount);
                let weights = compute_weights(reactor.seed);
                match (t > 0.0, s > 0.0) {
                    (true, true) => add_both(&mut trusted, &mut strangers, &weights, [t, s]),
                    (true, false) => add(&mut trusted, &weights, t),
                    (false, true) => add(&mut strangers, &weights, s),
                    (false, false) => {}
                }
            }
        }
        let mut influences = trusted;
        for (influence, strangers) in influences.iter_mut().zip(&strangers) {
            let trusted = *influence;
            *influence += self.corroboration.base;
            if has_strangers && *strangers > 0.0 {
                *influence += compute_belief(trusted, *strangers, self.corroboration) * strangers;
            }
        }
        influences
    }
}

/// Adds one reactor's part to every replicate. Not inlined: as a loop of its own it is vectorised; inside the
/// loop over edges it was not, at five times the cost (rustc 1.95).
#[inline(never)]
fn add(sums: &mut [f64; REPLICATES], weights: &BootstrapWeights, part: f64) {
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum += part * f64::from(*weight);
    }
}

/// Adds one reactor's two parts to every replicate.
#[inline(never)]
fn add_both(
    trusted: &mut [f64; REPLICATES],
    strangers: &mut [f64; REPLICATES],
    weights: &BootstrapWeights,
    parts: [f64; 2],
) {
    for ((trusted, strangers), weight) in trusted.iter_mut().zip(strangers).zip(weights) {
        let weight = f64::from(*weight);
        *trusted += parts[0] * weight;
        *strangers += parts[1] * weight;
    }
}

/// Returns the value below which `share` of the replicates lie, interpolated between the values of two influences.
/// Reorders `influences`. `value` must be monotone.
fn percentile(influences: &mut [f64; REPLICATES], share: f64, value: impl Fn(f64) -> f64) -> f64 {
    let position = share * (REPLICATES - 1) as f64;
    let (_, below, above) = influences.select_nth_unstable_by(position as usize, f64::total_cmp);
    let next = above.iter().copied().fold(f64::INFINITY, f64::min);
    let (low, high) = (value(*below), value(next));
    low + (high - low) * position.fract()
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
