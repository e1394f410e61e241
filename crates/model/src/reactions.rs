//! Sorts reactions, removes twins and computes crowd sizes.
//!
//! *Twins*: one act that a network reports under several verbs (a reply is also a mention). Within a load date, rows of
//! one actor and target in the same second under different verbs count once, under the greatest verb. *Crowd*: the
//! accounts that one account reacts to within one load date and UTC day. The more it likes, the less each like counts.

use rayon::prelude::*;

use crate::networks::Network;
use clout_base::day::Day;

/// Counted reaction between two accounts of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountReaction {
    /// Node of the account that reacted.
    pub actor: u32,
    /// Node of the credited account.
    pub target: u32,
    /// Time, microseconds since 1970.
    pub occurred_at: i64,
    /// Load date of the row.
    pub load_date: Day,
    /// Code of the verb.
    pub verb: u8,
}

/// Counted reaction with its final [weight](crate::influence::weights).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeighedReaction {
    /// Node of the account that reacted.
    pub actor: u32,
    /// Node of the credited account.
    pub target: u32,
    /// Time, microseconds since 1970.
    pub occurred_at: i64,
    /// Load date of the row.
    pub load_date: Day,
    /// Code of the verb.
    pub verb: u8,
    /// Weight.
    pub weight: f32,
}

impl WeighedReaction {
    /// Returns the order within a load date: by pair, then by time, verb and weight. Weights are not negative, so their
    /// bits have the same order. Among equal reactions of a day, the later ones weigh more.
    pub fn order(&self) -> (u32, u32, i64, u8, u32) {
        (
            self.target,
            self.actor,
            self.occurred_at,
            self.verb,
            self.weight.to_bits(),
        )
    }
}

impl AccountReaction {
    /// Adds the weight.
    pub fn weighed(&self, weight: f32) -> WeighedReaction {
        WeighedReaction {
            actor: self.actor,
            target: self.target,
            occurred_at: self.occurred_at,
            load_date: self.load_date,
            verb: self.verb,
            weight,
        }
    }

    fn order(&self) -> (u32, u32, Day, i64, u8) {
        (self.actor, self.target, self.load_date, self.occurred_at, self.verb)
    }

    fn second(&self) -> i64 {
        self.occurred_at.div_euclid(1_000_000)
    }

    /// Returns the UTC day of occurrence.
    pub fn day(&self) -> Day {
        Day::from_micros(self.occurred_at)
    }
}

/// Sorts by actor, target, load date, time and verb, and drops the lesser twins. Returns the number of dropped rows.
/// Derived reactions have no twins, since no network reports them.
pub fn remove_twins(reactions: &mut Vec<AccountReaction>, network: &Network) -> u64 {
    reactions.par_sort_unstable_by_key(AccountReaction::order);
    let derived = network.co_visit.as_ref().map(|rule| rule.verb);
    let before = reactions.len();
    let mut kept = 0;
    let mut start = 0;
    while start < reactions.len() {
        let key = |r: &AccountReaction| (r.actor, r.target, r.load_date, r.second());
        let first = key(&reactions[start]);
        let mut end = start + 1;
        while end < reactions.len() && key(&reactions[end]) == first {
            end += 1;
        }
        let is_row = |r: &AccountReaction| Some(r.verb) != derived;
        let best = (start..end)
            .filter(|i| is_row(&reactions[*i]))
            .map(|i| reactions[i].verb)
            .reduce(|best, verb| if network.outranks(verb, best) { verb } else { best });
        for index in start..end {
            let reaction = reactions[index];
            if !is_row(&reaction) || Some(reaction.verb) == best {
                reactions[kept] = reaction;
                kept += 1;
            }
        }
        start = end;
    }
    reactions.truncate(kept);
    (before - kept) as u64
}

/// Returns, for each reaction (sorted by [`remove_twins`]), the number of accounts that its actor reacted to within the
/// same load date and UTC day, this one included.
pub fn compute_crowd_sizes(reactions: &[AccountReaction]) -> Vec<u32> {
    let mut sizes = vec![0_u32; reactions.len()];
    let mut rest = sizes.as_mut_slice();
    let mut actors = Vec::new();
    for actor in reactions.chunk_by(|a, b| a.actor == b.actor) {
        let (slots, others) = rest.split_at_mut(actor.len());
        rest = others;
        actors.push((actor, slots));
    }
    actors
        .par_iter_mut()
        .with_min_len(256)
        .for_each(|(actor, slots)| count_crowds(actor, slots));
    sizes
}

fn count_crowds(actor: &[AccountReaction], slots: &mut [u32]) {
    if let [_] = actor {
        slots[0] = 1;
        return;
    }
    let mut chosen: Vec<(Day, Day, u32)> = actor.iter().map(|r| (r.load_date, r.day(), r.target)).collect();
    chosen.sort_unstable();
    chosen.dedup();
    for (reaction, slot) in actor.iter().zip(slots) {
        let wanted = (reaction.load_date, reaction.day());
        let start = chosen.partition_point(|(load, day, _)| (*load, *day) < wanted);
        let size = chosen[start..].partition_point(|(load, day, _)| (*load, *day) == wanted);
        *slot = size as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::builtin_networks;

    fn network(name: &str) -> Network {
        builtin_networks().into_iter().find(|n| n.name == name).unwrap()
    }

    fn reaction(network: &Network, target: u32, seconds: i64, load_date: i32, verb: &str) -> AccountReaction {
        let verb = network.verbs.iter().position(|v| v.name == verb).unwrap() as u8;
        AccountReaction {
            actor: 1,
            target,
            occurred_at: seconds * 1_000_000,
            load_date: Day(load_date),
            verb,
        }
    }

    fn words(network: &Network, reactions: &[AccountReaction]) -> Vec<String> {
        reactions
            .iter()
            .map(|r| network.verbs[r.verb as usize].name.clone())
            .collect()
    }

    #[test]
    fn a_reply_that_is_also_a_mention_counts_as_a_reply() {
        let twitter = network("twitter");
        let mut rows = vec![
            reaction(&twitter, 2, 10, 5, "mention"),
            reaction(&twitter, 2, 10, 5, "reply"),
            reaction(&twitter, 2, 11, 5, "mention"),
            reaction(&twitter, 3, 10, 5, "mention"),
            reaction(&twitter, 2, 10, 6, "mention"),
        ];
        assert_eq!(remove_twins(&mut rows, &twitter), 1);
        assert_eq!(words(&twitter, &rows), ["reply", "mention", "mention", "mention"]);
    }

    #[test]
    fn rows_of_one_verb_are_no_twins() {
        let twitter = network("twitter");
        let mut rows = vec![
            reaction(&twitter, 2, 10, 5, "like"),
            reaction(&twitter, 2, 10, 5, "like"),
        ];
        assert_eq!(remove_twins(&mut rows, &twitter), 0);
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_derived_reaction_has_no_twin() {
        let foursquare = network("foursquare");
        let mut rows = vec![
            reaction(&foursquare, 2, 10, 5, "co_visit"),
            reaction(&foursquare, 2, 10, 5, "tip_like"),
        ];
        assert_eq!(remove_twins(&mut rows, &foursquare), 0);
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_crowd_is_of_one_account_load_date_and_day_and_repeats_do_not_count() {
        let twitter = network("twitter");
        let day = 86_400;
        let mut rows = vec![
            reaction(&twitter, 2, 5 * day, 5, "like"),
            reaction(&twitter, 2, 5 * day + 7, 5, "like"),
            reaction(&twitter, 3, 5 * day + 9, 5, "like"),
            reaction(&twitter, 3, 4 * day, 5, "like"),
            reaction(&twitter, 2, 5 * day + 20, 6, "like"),
        ];
        remove_twins(&mut rows, &twitter);
        // In order: target 2 twice on day 5, late on day 5; target 3 on day 4 and on day 5.
        assert_eq!(compute_crowd_sizes(&rows), [2, 2, 1, 1, 2]);
    }
}
