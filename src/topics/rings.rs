//! Praise that comes round: what of an endorsement is left where the endorsed praised back.
//!
//! ```text
//! kept(u -> v) = (1 - f(v, u)) max(0, 1 - e(v, u) / e(u, v))
//!
//! e(u, v)   what u's endorsements of v are worth, on all topics
//! f(v, u)   how often a walk from v along endorsements is expected at u, at most 1
//! ```
//!
//! A swap of equal praise leaves nothing of either. In a ring that praises nobody else every walk comes round, so
//! nothing is left of it however long it is; where people praise many, as they do in a real community, a walk
//! gets lost and nearly all is left. Walks are followed while a person holds a hundredth of them, for 64 steps:
//! a walk that is spread over more people than that has not come round in any sense that matters. So a few
//! dozen people who praise only one another are a ring too; nothing in who praised whom tells them from one.
//!
//! Source: the return probability of [`crate::graph`], beyond two steps; hitting probabilities as in Kemeny,
//! Snell, *Finite Markov Chains*, 1960; following only what is large enough as in Andersen, Chung, Lang, *Local
//! Graph Partitioning using PageRank Vectors*, 2006.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::claims::Claims;

/// Steps that a walk is followed.
const STEPS: usize = 64;
/// The least part of a walk that is followed.
const LEAST: f64 = 0.01;

/// Who endorses whom, all topics together: by (endorser, endorsee).
pub struct Praise {
    worth: BTreeMap<(u32, u32), f64>,
    given: BTreeMap<u32, f64>,
}

impl Praise {
    /// Of all claims.
    pub fn of(claims: &Claims) -> Praise {
        let mut worth: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for edge in &claims.endorsements {
            let person = |claim: u32| claims.keys[claim as usize].0;
            *worth.entry((person(edge.actor), person(edge.target))).or_default() += edge.strength;
        }
        let mut given: BTreeMap<u32, f64> = BTreeMap::new();
        for ((endorser, _), amount) in &worth {
            *given.entry(*endorser).or_default() += amount;
        }
        Praise { worth, given }
    }

    /// By (endorser, endorsee): what is left of the endorsement.
    pub fn kept(&self) -> BTreeMap<(u32, u32), f64> {
        let mut by_endorsee: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (endorser, endorsee) in self.worth.keys() {
            by_endorsee.entry(*endorsee).or_default().push(*endorser);
        }
        let rows = by_endorsee.par_iter().flat_map_iter(|(endorsee, endorsers)| {
            let visits = self.walk(*endorsee);
            let left = move |endorser: &u32| {
                let round = visits.get(endorser).copied().unwrap_or(0.0).min(1.0);
                (
                    (*endorser, *endorsee),
                    self.unreturned(*endorser, *endorsee) * (1.0 - round),
                )
            };
            endorsers.iter().map(left)
        });
        rows.collect::<Vec<_>>().into_iter().collect()
    }

    fn unreturned(&self, endorser: u32, endorsee: u32) -> f64 {
        let there = self.worth[&(endorser, endorsee)];
        let back = self.worth.get(&(endorsee, endorser)).copied().unwrap_or(0.0);
        match there > 0.0 {
            true => (1.0 - back / there).max(0.0),
            false => 0.0,
        }
    }

    /// f: how often a walk from a person is expected at others.
    fn walk(&self, from: u32) -> BTreeMap<u32, f64> {
        let mut visits: BTreeMap<u32, f64> = BTreeMap::new();
        let mut walk = BTreeMap::from([(from, 1.0)]);
        for _ in 0..STEPS {
            let mut next: BTreeMap<u32, f64> = BTreeMap::new();
            for (person, part) in walk.iter().filter(|(_, part)| **part >= LEAST) {
                let Some(given) = self.given.get(person).filter(|given| **given > 0.0) else {
                    continue;
                };
                for ((_, endorsee), amount) in self.worth.range((*person, 0)..=(*person, u32::MAX)) {
                    *next.entry(*endorsee).or_default() += part * amount / given;
                }
            }
            if next.is_empty() {
                break;
            }
            next.iter()
                .for_each(|(person, part)| *visits.entry(*person).or_default() += part);
            walk = next;
        }
        visits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn praise(edges: &[(u32, u32)]) -> Praise {
        let worth: BTreeMap<(u32, u32), f64> = edges.iter().map(|edge| (*edge, 1.0)).collect();
        let mut given: BTreeMap<u32, f64> = BTreeMap::new();
        edges
            .iter()
            .for_each(|(from, _)| *given.entry(*from).or_default() += 1.0);
        Praise { worth, given }
    }

    #[test]
    fn a_word_that_is_not_returned_is_kept_whole() {
        assert_eq!(praise(&[(1, 2), (1, 3)]).kept()[&(1, 2)], 1.0);
    }

    #[test]
    fn swaps_and_rings_of_any_length_are_worth_nothing() {
        assert_eq!(praise(&[(1, 2), (2, 1)]).kept()[&(1, 2)], 0.0);
        for length in [3, 10, 60] {
            let ring: Vec<(u32, u32)> = (0..length).map(|i| (i, (i + 1) % length)).collect();
            assert!(praise(&ring).kept().values().all(|left| *left < 1e-9), "{length}");
        }
        let double: Vec<(u32, u32)> = (0..10).flat_map(|i| [(i, (i + 1) % 10), (i, (i + 2) % 10)]).collect();
        assert!(praise(&double).kept().values().all(|left| *left < 0.2));
    }

    #[test]
    fn in_a_crowd_praise_does_not_come_round() {
        // Everybody endorses forty of two thousand, by a fixed rule without short cycles.
        let crowd: Vec<(u32, u32)> = (0..2_000_u32)
            .flat_map(|i| (0..40).map(move |j| (i, (i * 7 + j * 53 + 11) % 2_000)))
            .filter(|(from, to)| from != to)
            .collect();
        let kept = praise(&crowd).kept();
        let mean = kept.values().sum::<f64>() / kept.len() as f64;
        assert!(mean > 0.95, "{mean}");
    }
}
