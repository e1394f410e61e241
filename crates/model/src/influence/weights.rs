//! Weight of a reaction when it is made: from its verb, the selectivity of its actor, and the repeats of its day.
//!
//! ```text
//! selectivity = 1 / (1 + m / crowd + (m / flood)^2) m + 1 accounts reacted to on that day
//! f(y)        = (1 + b) y / (y + b)                1 for y = 1, never above 1 + b
//! x_i         = selectivity (f(y_i) - f(y_(i-1)))  y_i: verb weights of the pair's day, latest first
//! ```
//!
//! The reactions of one account to another within one load date and UTC day are processed latest first; each
//! weighs the amount that it adds to the day. So a day of a thousand weighs at most 1 + b, dated by its latest.
//! The weight is final on the load date: late rows form a day of their own and change no counted weight.
//! Weights are 32-bit floats, the precision in which the state stores a single reaction.

use rayon::prelude::*;

use super::params::{RepeatParams, SelectivityParams};
use crate::networks::Network;
use crate::reactions::AccountReaction;

/// Number of reactions that one thread weighs at a time, extended to the end of the last actor.
const CHUNK_ROWS: usize = 1 << 17;

/// The constants for weighing reactions.
#[derive(Clone, Debug, PartialEq)]
pub struct ReactionWeighing {
    /// Discount for days with many reactions.
    pub selectivity: SelectivityParams,
    /// Saturation of repeats.
    pub repeats: RepeatParams,
}

impl ReactionWeighing {
    /// Weighs one network's reactions, sorted by pair, load date and time. `crowd_sizes` has the size of each
    /// reaction's [crowd](crate::reactions::compute_crowd_sizes).
    pub fn weigh(&self, reactions: &[AccountReaction], crowd_sizes: &[u32], network: &Network) -> Vec<f32> {
        let mut cuts = vec![0];
        while let Some(last) = cuts.last().copied().filter(|last| *last < reactions.len()) {
            let limit = (last + CHUNK_ROWS).min(reactions.len());
            let actor = reactions[limit - 1].actor;
            cuts.push(limit + reactions[limit..].partition_point(|reaction| reaction.actor == actor));
        }
        let chunk = |cut: &[usize]| self.weigh_chunk(&reactions[cut[0]..cut[1]], &crowd_sizes[cut[0]..cut[1]], network);
        let pieces: Vec<Vec<f32>> = cuts.par_windows(2).map(chunk).collect();
        pieces.concat()
    }

    fn weigh_chunk(&self, reactions: &[AccountReaction], crowd_sizes: &[u32], network: &Network) -> Vec<f32> {
        let is_one_day = |a: &AccountReaction, b: &AccountReaction| {
            (a.actor, a.target, a.load_date, a.day()) == (b.actor, b.target, b.load_date, b.day())
        };
        let mut weights = Vec::with_capacity(reactions.len());
        for day in reactions.chunk_by(is_one_day) {
            let first = weights.len();
            weights.resize(first + day.len(), 0.0);
            let selectivity = self.selectivity(crowd_sizes[first]);
            let (mut so_far, mut worth) = (0.0, 0.0);
            for (reaction, weight) in day.iter().zip(&mut weights[first..]).rev() {
                so_far += network.verbs[usize::from(reaction.verb)].weight;
                let total = self.saturate_day(so_far);
                *weight = (selectivity * (total - worth)) as f32;
                worth = total;
            }
        }
        weights
    }

    /// Returns the selectivity of each of `crowd_size` choices of a day.
    pub fn selectivity(&self, crowd_size: u32) -> f64 {
        let others = f64::from(crowd_size - 1);
        1.0 / (1.0 + others / self.selectivity.crowd + (others / self.selectivity.flood).powi(2))
    }

    /// Returns the weight of a pair's day with verb weights of total `sum`.
    fn saturate_day(&self, sum: f64) -> f64 {
        saturate(sum, self.repeats.beta_day)
    }
}

/// Computes (1 + beta) s / (s + beta): 1 at s = 1, never above 1 + beta.
pub fn saturate(strength: f64, beta: f64) -> f64 {
    if strength > 0.0 {
        (1.0 + beta) * strength / (strength + beta)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::builtin_networks;
    use clout_base::day::Day;

    fn weigh(seconds_and_verbs: &[(i64, &str)], crowd: u32) -> Vec<f32> {
        let twitter = builtin_networks().into_iter().find(|n| n.name == "twitter").unwrap();
        let reactions: Vec<AccountReaction> = seconds_and_verbs
            .iter()
            .map(|(seconds, verb)| AccountReaction {
                actor: 1,
                target: 2,
                occurred_at: Day(9).start_micros() + seconds * 1_000_000,
                load_date: Day(9),
                verb: twitter.input_verb_code(verb).unwrap(),
            })
            .collect();
        let weighing = ReactionWeighing {
            selectivity: SelectivityParams::default(),
            repeats: RepeatParams::default(),
        };
        weighing.weigh(&reactions, &vec![crowd; reactions.len()], &twitter)
    }

    #[test]
    fn one_ordinary_reaction_weighs_one_and_the_latest_of_a_day_weighs_in_full() {
        assert_eq!(weigh(&[(1, "like")], 1), [1.0]);
        let two = weigh(&[(1, "like"), (2, "like")], 1);
        assert_eq!(two[1], 1.0);
        assert!(two[0] > 0.0 && two[0] < 0.1, "{two:?}");
    }

    #[test]
    fn a_day_of_a_thousand_is_worth_little_more_than_one() {
        let many: Vec<(i64, &str)> = (0..1_000).map(|second| (second, "retweet")).collect();
        let sum: f64 = weigh(&many, 1).iter().map(|weight| f64::from(*weight)).sum();
        assert!((1.0..=1.0 + RepeatParams::default().beta_day).contains(&sum), "{sum}");
    }

    #[test]
    fn days_are_weighed_separately() {
        let weights = weigh(&[(86_399, "like"), (86_400, "like")], 1);
        assert_eq!(weights, [1.0, 1.0]);
    }

    #[test]
    fn a_choice_among_few_counts_in_full_and_among_many_almost_nothing() {
        let one = weigh(&[(1, "like")], 2)[0];
        assert!(one > 0.9, "{one}");
        assert!(weigh(&[(1, "like")], 1_000)[0] < 0.001);
        assert!(saturate(0.0, 2.0) == 0.0 && saturate(1.0, 2.0) == 1.0 && saturate(1e9, 2.0) < 3.0);
    }
}
