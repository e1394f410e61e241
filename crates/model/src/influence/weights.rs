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
//! [`weigh_dates`](super::weigh_dates) computes the weights of whole load dates.
//! Weights are 32-bit floats, the precision in which the state stores a single reaction.

use super::params::{RepeatParams, SelectivityParams};

/// The constants for weighing reactions.
#[derive(Clone, Debug, PartialEq)]
pub struct ReactionWeighing {
    /// Discount for days with many reactions.
    pub selectivity: SelectivityParams,
    /// Saturation of repeats.
    pub repeats: RepeatParams,
}

impl ReactionWeighing {
    /// Returns the selectivity of each of `crowd_size` choices of a day.
    pub fn selectivity(&self, crowd_size: u32) -> f64 {
        let others = f64::from(crowd_size - 1);
        1.0 / (1.0 + others / self.selectivity.crowd + (others / self.selectivity.flood).powi(2))
    }

    /// Returns the weight of a pair's day with verb weights of total `sum`.
    pub(super) fn saturate_day(&self, sum: f64) -> f64 {
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
    use crate::influence::weigh_dates::{TwinRule, weigh_dates};
    use crate::networks::builtin_networks;
    use crate::reactions::{AccountReaction, DateReactions};
    use clout_base::day::Day;

    /// Weighs reactions of one actor to target 2 and one each to `others` further targets, all on one day.
    fn weigh(seconds_and_verbs: &[(i64, &str)], others: u32) -> Vec<f32> {
        let twitter = builtin_networks().into_iter().find(|n| n.name == "twitter").unwrap();
        let reaction = |target: u32, seconds: i64, verb: &str| AccountReaction {
            actor: 1,
            target,
            occurred_at: Day(9).start_micros() + seconds * 1_000_000,
            load_date: Day(9),
            verb: twitter.input_verb_code(verb).unwrap(),
        };
        let own = seconds_and_verbs
            .iter()
            .map(|(seconds, verb)| reaction(2, *seconds, verb));
        let reactions: Vec<_> = own
            .chain((0..others).map(|other| reaction(3 + other, 5, "like")))
            .collect();
        let weighing = ReactionWeighing {
            selectivity: SelectivityParams::default(),
            repeats: RepeatParams::default(),
        };
        let date = DateReactions::from_slice(Day(9), &reactions);
        let weighed = weigh_dates(vec![date], &twitter, &weighing, TwinRule::Remove).reactions;
        let own = weighed.iter().filter(|reaction| reaction.target == 2);
        own.map(|reaction| reaction.weight).collect()
    }

    #[test]
    fn one_ordinary_reaction_weighs_one_and_the_latest_of_a_day_weighs_in_full() {
        assert_eq!(weigh(&[(1, "like")], 0), [1.0]);
        let two = weigh(&[(1, "like"), (2, "like")], 0);
        assert_eq!(two[1], 1.0);
        assert!(two[0] > 0.0 && two[0] < 0.1, "{two:?}");
    }

    #[test]
    fn a_day_of_a_thousand_is_worth_little_more_than_one() {
        let many: Vec<(i64, &str)> = (0..1_000).map(|second| (second, "retweet")).collect();
        let sum: f64 = weigh(&many, 0).iter().map(|weight| f64::from(*weight)).sum();
        assert!((1.0..=1.0 + RepeatParams::default().beta_day).contains(&sum), "{sum}");
    }

    #[test]
    fn days_are_weighed_separately() {
        let weights = weigh(&[(-1, "like"), (0, "like")], 0);
        assert_eq!(weights, [1.0, 1.0]);
    }

    #[test]
    fn a_choice_among_few_counts_in_full_and_among_many_almost_nothing() {
        let one = weigh(&[(1, "like")], 1)[0];
        assert!(one > 0.9, "{one}");
        assert!(weigh(&[(1, "like")], 999)[0] < 0.001);
        assert!(saturate(0.0, 2.0) == 0.0 && saturate(1.0, 2.0) == 1.0 && saturate(1e9, 2.0) < 3.0);
    }
}
