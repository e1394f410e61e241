//! Discounts endorsements in cycles, where the endorsed persons endorse back directly or through others.
//!
//! ```text
//! kept(u -> v) = (1 - f(v, u)) max(0, 1 - e(v, u) / e(u, v))
//!
//! e(u, v)   worth of u's endorsements of v, on all topics
//! f(v, u)   expected visits at u of a walk from v along endorsements, at most 1. The walk stays in its strongly
//!           connected component and goes to x in proportion to the worth of the edge times g_x z_x
//! ```
//!
//! Two equal endorsements in opposite directions cancel out. In a cycle every walk returns, so nothing is kept,
//! whatever its length. Endorsements of people with no path back, and of unknown accounts, do not absorb the walk, so
//! adding them saves no cycle. In a real community people endorse many others that endorse others in turn, so walks
//! rarely return and nearly all is kept. A walk is followed for 64 steps and only where its probability is at least
//! 0.01, since a walk spread over more people has not returned in any relevant sense. Consequently a few dozen people
//! that endorse only each other count as a cycle too; the endorsement graph cannot distinguish the two.
//!
//! Source: the return probability of [`clout_graph`], beyond two steps and within strongly connected components
//! (Sharir, *A strong-connectivity algorithm*, 1981); hitting probabilities as in Kemeny,
//! Snell, *Finite Markov Chains*, 1960; following only what is large enough as in Andersen, Chung, Lang, *Local
//! Graph Partitioning using PageRank Vectors*, 2006.

use std::collections::BTreeMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;
use rayon::prelude::*;

use super::person_topics::PersonTopics;

/// Number of steps of a walk.
const STEPS: usize = 64;
/// Least probability at which a walk is followed.
const LEAST: f64 = 0.01;
/// Least credibility of a person as the next step of a walk: almost zero, but enough to continue if there is no other
/// way. Otherwise one unknown account would break every cycle.
const LEAST_KNOWN: f64 = 1e-6;
/// A kept share below this is a rounding error and counts as 0.
const NOTHING: f64 = 1e-9;

/// Total worth of one person's endorsements of another, over all topics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndorsementEdge {
    /// Endorsing person.
    pub endorser: u32,
    /// Endorsed person.
    pub endorsee: u32,
    /// e(u, v).
    pub worth: f64,
}

/// Endorsement graph, with edges sorted by (endorser, endorsee).
pub struct EndorsementGraph {
    words: Vec<EndorsementEdge>,
    /// By edge: transition probability of the walk; 0 if no path leads back.
    steps: Vec<f64>,
    /// Edge indices sorted by (endorsee, endorser).
    by_endorsee: Vec<u32>,
}

impl EndorsementGraph {
    /// Builds the graph from all pairs; `known` returns the credibility of a person.
    pub fn from_pairs(claims: &PersonTopics, known: &dyn Fn(u32) -> f64) -> EndorsementGraph {
        let person = |claim: u32| claims.keys[claim as usize].0;
        let word = |edge: &super::person_topics::TopicEdge| EndorsementEdge {
            endorser: person(edge.actor),
            endorsee: person(edge.target),
            worth: edge.strength,
        };
        EndorsementGraph::from_words(claims.endorsements.iter().map(word).collect(), known)
    }

    /// Builds the graph from edges in any order; parallel edges add up in the given order.
    fn from_words(mut words: Vec<EndorsementEdge>, known: &dyn Fn(u32) -> f64) -> EndorsementGraph {
        words.sort_by_key(|word| (word.endorser, word.endorsee));
        words.dedup_by(|next, first| {
            let is_same = (next.endorser, next.endorsee) == (first.endorser, first.endorsee);
            first.worth += if is_same { next.worth } else { 0.0 };
            is_same
        });
        let circle = circles(&words);
        let weight = |word: &EndorsementEdge| match circle[&word.endorser] == circle[&word.endorsee] {
            true => word.worth * known(word.endorsee).max(LEAST_KNOWN),
            false => 0.0,
        };
        let mut steps = Vec::with_capacity(words.len());
        for own in words.chunk_by(|a, b| a.endorser == b.endorser) {
            let all: f64 = own.iter().map(weight).sum();
            steps.extend(own.iter().map(|word| if all > 0.0 { weight(word) / all } else { 0.0 }));
        }
        let mut by_endorsee: Vec<u32> = (0..words.len() as u32).collect();
        by_endorsee.sort_by_key(|position| words[*position as usize].endorsee);
        EndorsementGraph {
            words,
            steps,
            by_endorsee,
        }
    }

    /// Returns all edges.
    pub fn words(&self) -> &[EndorsementEdge] {
        &self.words
    }

    /// Returns the index of the edge from `endorser` to `endorsee`.
    pub fn find(&self, endorser: u32, endorsee: u32) -> Option<usize> {
        let position = |word: &EndorsementEdge| (word.endorser, word.endorsee).cmp(&(endorser, endorsee));
        self.words.binary_search_by(position).ok()
    }

    /// Returns the edge indices of each endorsee, sorted by endorser.
    pub fn by_endorsee(&self) -> Vec<&[u32]> {
        let endorsee = |position: &u32| self.words[*position as usize].endorsee;
        self.by_endorsee.chunk_by(|a, b| endorsee(a) == endorsee(b)).collect()
    }

    /// Returns the kept share of each edge, from 0 to 1.
    pub fn compute_kept_shares(&self) -> Vec<f64> {
        let rows = self.by_endorsee().into_par_iter().flat_map_iter(|received| {
            let visits = self.walk(self.words[received[0] as usize].endorsee);
            received.iter().map(move |position| {
                let word = &self.words[*position as usize];
                let round = visits.get(&word.endorser).copied().unwrap_or(0.0).min(1.0);
                let left = self.unreturned(word) * (1.0 - round);
                (*position, if left > NOTHING { left } else { 0.0 })
            })
        });
        let mut kept = vec![0.0; self.words.len()];
        for (position, left) in rows.collect::<Vec<_>>() {
            kept[position as usize] = left;
        }
        kept
    }

    fn unreturned(&self, word: &EndorsementEdge) -> f64 {
        let back = self.find(word.endorsee, word.endorser);
        let back = back.map_or(0.0, |position| self.words[position].worth);
        match word.worth > 0.0 {
            true => (1.0 - back / word.worth).max(0.0),
            false => 0.0,
        }
    }

    /// Returns f: the expected visits of a walk from one person at each other person.
    fn walk(&self, from: u32) -> BTreeMap<u32, f64> {
        let mut visits: BTreeMap<u32, f64> = BTreeMap::new();
        let mut walk = BTreeMap::from([(from, 1.0)]);
        for _ in 0..STEPS {
            let mut next: BTreeMap<u32, f64> = BTreeMap::new();
            for (person, part) in walk.iter().filter(|(_, part)| **part >= LEAST) {
                let first = self.words.partition_point(|word| word.endorser < *person);
                let own = self.words[first..].iter().take_while(|word| word.endorser == *person);
                for (word, step) in own.zip(&self.steps[first..]).filter(|(_, step)| **step > 0.0) {
                    *next.entry(word.endorsee).or_default() += part * step;
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

/// Returns the number of the strongly connected component of each person.
fn circles(words: &[EndorsementEdge]) -> BTreeMap<u32, usize> {
    let graph = DiGraphMap::<u32, ()>::from_edges(words.iter().map(|word| (word.endorser, word.endorsee)));
    let components = kosaraju_scc(&graph).into_iter().enumerate();
    components
        .flat_map(|(number, persons)| persons.into_iter().map(move |person| (person, number)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Persons from this index on are unknown.
    const UNKNOWN: u32 = 9_000;

    fn praise(edges: &[(u32, u32)]) -> EndorsementGraph {
        let word = |(endorser, endorsee): &(u32, u32)| EndorsementEdge {
            endorser: *endorser,
            endorsee: *endorsee,
            worth: 1.0,
        };
        EndorsementGraph::from_words(edges.iter().map(word).collect(), &|person| {
            if person < UNKNOWN { 1.0 } else { 0.0 }
        })
    }

    #[test]
    fn an_endorsement_without_a_way_back_is_kept_whole() {
        let praise = praise(&[(1, 2), (1, 3)]);
        assert_eq!(
            praise.find(1, 2).map(|position| praise.compute_kept_shares()[position]),
            Some(1.0)
        );
        assert_eq!(praise.find(2, 1), None);
    }

    #[test]
    fn swaps_and_rings_of_any_length_are_worth_nothing() {
        assert_eq!(praise(&[(1, 2), (2, 1)]).compute_kept_shares(), [0.0, 0.0]);
        for length in [3, 10, 60] {
            let ring: Vec<(u32, u32)> = (0..length).map(|i| (i, (i + 1) % length)).collect();
            assert!(
                praise(&ring).compute_kept_shares().iter().all(|left| *left < 1e-9),
                "{length}"
            );
        }
        let double: Vec<(u32, u32)> = (0..10).flat_map(|i| [(i, (i + 1) % 10), (i, (i + 2) % 10)]).collect();
        assert!(praise(&double).compute_kept_shares().iter().all(|left| *left < 0.2));
    }

    #[test]
    fn an_unknown_member_does_not_break_a_ring() {
        let members = [1, 2, 3, UNKNOWN];
        let ring: Vec<(u32, u32)> = (0..4).map(|i| (members[i], members[(i + 1) % 4])).collect();
        assert_eq!(praise(&ring).compute_kept_shares(), [0.0; 4]);
    }

    #[test]
    fn endorsements_of_outsiders_do_not_save_a_ring() {
        let ring: Vec<(u32, u32)> = (0..10)
            .flat_map(|i| (1..5).map(move |step| (i, (i + step) % 10)))
            .collect();
        let one_way = (0..10).flat_map(|i| (0..30).map(move |j| (i, 100 + 30 * i + j)));
        // Unknown accounts endorse back.
        let unknown = (0..10).flat_map(|i| (0..30).map(move |j| (i, UNKNOWN + j)));
        let back = (0..30).map(|j| (UNKNOWN + j, j % 10));
        let all: Vec<(u32, u32)> = ring.iter().copied().chain(one_way).chain(unknown).chain(back).collect();
        let praise = praise(&all);
        let kept = praise.compute_kept_shares();
        for (endorser, endorsee) in ring {
            let position = praise.find(endorser, endorsee).unwrap();
            assert_eq!(kept[position], 0.0, "{endorser} {endorsee}");
        }
        assert_eq!(kept[praise.find(0, 100).unwrap()], 1.0);
    }

    #[test]
    fn in_a_large_community_endorsements_are_kept() {
        // Each person endorses 40 of 2,000, by a fixed rule without short cycles.
        let crowd: Vec<(u32, u32)> = (0..2_000_u32)
            .flat_map(|i| (0..40).map(move |j| (i, (i * 7 + j * 53 + 11) % 2_000)))
            .filter(|(from, to)| from != to)
            .collect();
        let kept = praise(&crowd).compute_kept_shares();
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        assert!(mean > 0.95, "{mean}");
    }
}
