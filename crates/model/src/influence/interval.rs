//! How sure a score is: a 90 % interval from a Poisson bootstrap over reactors.
//!
//! ```text
//! T_b = sum w_b(u) t(u,v)       U_b = sum w_b(u) s(u,v)       over the reactors u of v
//! I_b = B + T_b + phi(T_b, U_b) U_b                           b = 0, …, 127
//! low  = 5th percentile of the scores of I_b, at most the score
//! high = 95th percentile of the scores of B + (I_b - B) / coverage, at least the score
//! ```
//!
//! with the parts t and s and the belief phi of [`super::score`], and the weights w of [`super::resample`]. It asks
//! what the score would be, had another crowd of the same kind come by: who lives on one fan has a wide
//! interval, who lives on a thousand a narrow one. Trust and standing of the reactors are held as they are.
//! Percentiles are interpolated linearly between the order statistics around 0.05 and 0.95 x 127, in the
//! score before it is clamped; the ends are clamped to 1..100 afterwards.
//!
//! The upper end answers for what was not seen, too: of a person of whom the share q of the signal was there
//! ([`super::coverage`]), all of it is typically 1/q of what was. q is the published coverage, missing networks and
//! missing load dates alike: dividing by M(H) makes up for days before the history began, but a hole in it
//! takes its mass out of the sums. Repeats saturate, so 1/q is rather too much than too little, as an upper
//! end may be. Nothing is scaled where q is 0, or where nothing was contributed.
//!
//! What it does not know: that reactors come in crowds (a ring is resampled one by one), that days differ, and
//! what the reactors' own trust is worth. Cost: one pass over the edges of people with T > 0, 128 x 2 products
//! an edge (128 where the reactor is fully trusted or a stranger) and 128 exponentials a person with U > 0; in a
//! night of 14.6 M pairs 1.4 s with coverage, where trust, propagation and ranks take 2.3 s (`benches/night.py`); on a
//! random graph, where propagation settles in a third of the steps, 3 times its time (`benches/kernels.rs`). Reproducible: every person is summed by one thread, in the order of the reactors, which is
//! that of their ids.

use rayon::prelude::*;

use super::attention::Attention;
use super::params::Corroboration;
use super::resample::{REPLICATES, Weights, seed, weights};
use super::score::{Line, Model, Sum, believed, clamp, split};

/// The shares of replicates below the two ends: 90 % lie between them.
const ENDS: [f64; 2] = [0.05, 0.95];

/// A 90 % interval of a score, in points from 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end, at most the score.
    pub low: f64,
    /// Its upper end, at least the score.
    pub high: f64,
}

/// Edges whose reactors are fetched together, so that the memory answers for all of them at once.
const BLOCK: usize = 16;

/// A person as a reactor, in one place: an edge costs one cache line instead of three.
#[derive(Clone, Copy, Debug, Default)]
struct Reactor {
    trust: f64,
    standing: f64,
    seed: u64,
}

/// What the bootstrap resamples.
pub struct Bootstrap<'a> {
    attention: &'a Attention,
    corroboration: &'a Corroboration,
    line: &'a Line,
    reactors: Vec<Reactor>,
}

impl<'a> Bootstrap<'a> {
    /// The crowds of `attention`, whose persons have these ids.
    pub fn new(attention: &'a Attention, model: &Model<'a>, line: &'a Line, person_ids: &[String]) -> Bootstrap<'a> {
        let reactor = |(person, id): (usize, &String)| Reactor {
            trust: model.trust[person],
            standing: model.standing[person],
            seed: seed(id),
        };
        Bootstrap {
            attention,
            corroboration: model.corroboration,
            line,
            reactors: person_ids.par_iter().enumerate().map(reactor).collect(),
        }
    }

    /// The intervals of everybody; none without a score.
    pub fn intervals(&self, sums: &[Option<Sum>], coverage: &[f64]) -> Vec<Option<Interval>> {
        let one = |(target, sum): (usize, &Option<Sum>)| Some(self.interval(target, sum.as_ref()?, coverage[target]));
        sums.par_iter().enumerate().map(one).collect()
    }

    fn interval(&self, target: usize, sum: &Sum, coverage: f64) -> Interval {
        let value = self.line.value(sum.influence);
        let base = self.corroboration.base;
        // Without a known reactor no stranger is believed in any replicate.
        let ends = (sum.trusted > 0.0).then(|| {
            let mut influences = self.replicates(target, sum.strangers > 0.0);
            let whole = if coverage > 0.0 { coverage.min(1.0) } else { 1.0 };
            let low = percentile(&mut influences, ENDS[0], |influence| self.line.value(influence));
            let high = percentile(&mut influences, ENDS[1], |influence| {
                // At most MAX, so that two infinities are not subtracted where next to nothing was seen.
                self.line.value((base + (influence - base) / whole).min(f64::MAX))
            });
            (low, high)
        });
        let (low, high) = ends.unwrap_or((value, value));
        Interval {
            low: clamp(low.min(value)),
            high: clamp(high.max(value)),
        }
    }

    /// The influences of all replicates, in their order.
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
                let (t, s) = split(reactor.trust, reactor.standing, *amount);
                let weights = weights(reactor.seed);
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
                *influence += believed(trusted, *strangers, self.corroboration) * strangers;
            }
        }
        influences
    }
}

/// Adds one reactor's part to every replicate. Not inlined: as a loop of its own it becomes vector code, within the
/// loop over edges it did not, at five times the cost (rustc 1.95).
#[inline(never)]
fn add(sums: &mut [f64; REPLICATES], weights: &Weights, part: f64) {
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum += part * f64::from(*weight);
    }
}

/// Adds one reactor's two parts to every replicate.
#[inline(never)]
fn add_both(trusted: &mut [f64; REPLICATES], strangers: &mut [f64; REPLICATES], weights: &Weights, parts: [f64; 2]) {
    for ((trusted, strangers), weight) in trusted.iter_mut().zip(strangers).zip(weights) {
        let weight = f64::from(*weight);
        *trusted += parts[0] * weight;
        *strangers += parts[1] * weight;
    }
}

/// The value below which `share` of the replicates lie, interpolated between the values of two influences. It puts the
/// influences in another order. `value` must be monotone.
fn percentile(influences: &mut [f64; REPLICATES], share: f64, value: impl Fn(f64) -> f64) -> f64 {
    let place = share * (REPLICATES - 1) as f64;
    let (_, below, above) = influences.select_nth_unstable_by(place as usize, f64::total_cmp);
    let next = above.iter().copied().fold(f64::INFINITY, f64::min);
    let (low, high) = (value(*below), value(next));
    low + (high - low) * place.fract()
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
