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
//! of the reactors' own trust. Cost: one pass over the edges of people with T > 0 and several reactors, 128 x 2 products
//! per edge and 128 exponentials per person; with one reactor, the score is monotone in its weight, so four evaluations
//! suffice. The sums are in single precision (`replicates`): bounds differ by less than 10^-4 points from those
//! of double precision. The table of weights takes 72 bytes per person. Reproducible: one thread sums each person, in
//! the order of the reactors, which is that of their ids.

use rayon::prelude::*;

use super::attention::AttentionGraph;
use super::replicates::{ReactorTable, ReplicateBuffers};
use super::resample::REPLICATES;
use super::score::{ContributionModel, ContributionSum, compute_belief};
use super::score_scale::{ScoreScale, clamp_score};
use super::tails::{TAIL, find_tails};
use crate::people::person_ids::PersonIds;

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

/// Inputs of the bootstrap.
pub struct ScoreBootstrap<'a> {
    attention: &'a AttentionGraph,
    model: ContributionModel<'a>,
    line: &'a ScoreScale,
    reactors: ReactorTable,
}

impl<'a> ScoreBootstrap<'a> {
    /// Prepares the bootstrap over the reactors of `attention`; `person_ids` are the ids of its persons.
    pub fn new(
        attention: &'a AttentionGraph,
        model: &ContributionModel<'a>,
        line: &'a ScoreScale,
        person_ids: &PersonIds,
    ) -> ScoreBootstrap<'a> {
        ScoreBootstrap {
            attention,
            model: *model,
            line,
            reactors: ReactorTable::new(model, person_ids),
        }
    }

    /// Computes the interval of each person; `None` without a score.
    pub fn compute_intervals(&self, sums: &[Option<ContributionSum>], coverage: &[f64]) -> Vec<Option<ScoreInterval>> {
        let people = sums.par_iter().zip(coverage).enumerate();
        let one = |buffers: &mut ReplicateBuffers, (target, (sum, coverage)): (usize, (&Option<_>, &f64))| {
            Some(self.interval(target, sum.as_ref()?, *coverage, buffers))
        };
        people.map_init(ReplicateBuffers::default, one).collect()
    }

    fn interval(
        &self,
        target: usize,
        sum: &ContributionSum,
        coverage: f64,
        buffers: &mut ReplicateBuffers,
    ) -> ScoreInterval {
        let value = self.line.unclamped_score(sum.influence);
        let base = self.line.base();
        // Without a trusted reactor, strangers are not believed in any replicate.
        let ends = (sum.trusted > 0.0).then(|| {
            let [low, high] = self.contributions_around_ends(target, sum, buffers);
            let whole = if coverage > 0.0 { coverage.min(1.0) } else { 1.0 };
            // At most MAX, so that the interpolation never subtracts two infinities at a tiny coverage.
            let scaled = high.map(|contributed| (base + contributed / whole).min(f64::MAX));
            let low = low.map(|contributed| base + contributed);
            (self.percentile(low, ENDS[0]), self.percentile(scaled, ENDS[1]))
        });
        let (low, high) = ends.unwrap_or((value, value));
        ScoreInterval {
            low: clamp_score(low.min(value)),
            high: clamp_score(high.max(value)),
        }
    }

    /// Computes, for each of [`ENDS`], the two contributions I_b - B with indices around the percentile.
    fn contributions_around_ends(
        &self,
        target: usize,
        sum: &ContributionSum,
        buffers: &mut ReplicateBuffers,
    ) -> [[f64; 2]; 2] {
        let edges = self.attention.edges(target);
        let (reactors, amounts) = (&self.attention.reactors[edges.clone()], &self.attention.amounts[edges]);
        let corroboration = self.model.corroboration;
        if let [reactor] = reactors {
            let weights = self.reactors.weights(*reactor);
            let contribution = |index: usize| {
                let weight = f64::from(weights.order_statistic(index));
                let (trusted, strangers) = (weight * sum.trusted, weight * sum.strangers);
                trusted + compute_belief(trusted, strangers, corroboration) * strangers
            };
            return ENDS.map(|share| [lower_index(share), lower_index(share) + 1].map(contribution));
        }
        let contributions = (self.reactors).resample_contributions(reactors, amounts, corroboration, buffers);
        let [least, greatest] = find_tails(&contributions);
        let pair = |tail: &[f32; TAIL], index: usize| [tail[index], tail[index + 1]].map(f64::from);
        [
            pair(&least, lower_index(ENDS[0])),
            pair(&greatest, lower_index(ENDS[1]) - (REPLICATES - TAIL)),
        ]
    }

    /// Interpolates the percentile between the scores of two influences.
    fn percentile(&self, influences: [f64; 2], share: f64) -> f64 {
        let [low, high] = influences.map(|influence| self.line.unclamped_score(influence));
        low + (high - low) * (share * (REPLICATES - 1) as f64).fract()
    }
}

/// Returns the index of the order statistic below a percentile.
fn lower_index(share: f64) -> usize {
    (share * (REPLICATES - 1) as f64) as usize
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
