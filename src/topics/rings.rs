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

/// What one person's endorsements of another are worth, on all topics together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Word {
    /// Who says it.
    pub endorser: u32,
    /// Of whom.
    pub endorsee: u32,
    /// e(u, v).
    pub worth: f64,
}

/// Who endorses whom, in order of endorser and endorsee.
pub struct Praise {
    words: Vec<Word>,
    /// By word: the worth of all words of its endorser.
    given: Vec<f64>,
    /// Places of the words in order of endorsee and endorser.
    by_endorsee: Vec<u32>,
}

impl Praise {
    /// Of all claims.
    pub fn of(claims: &Claims) -> Praise {
        let person = |claim: u32| claims.keys[claim as usize].0;
        let word = |edge: &super::claims::Edge| Word {
            endorser: person(edge.actor),
            endorsee: person(edge.target),
            worth: edge.strength,
        };
        Praise::from_words(claims.endorsements.iter().map(word).collect())
    }

    /// Words in any order; those of one person for another add up in the order in which they are given.
    fn from_words(mut words: Vec<Word>) -> Praise {
        words.sort_by_key(|word| (word.endorser, word.endorsee));
        words.dedup_by(|next, first| {
            let is_same = (next.endorser, next.endorsee) == (first.endorser, first.endorsee);
            first.worth += if is_same { next.worth } else { 0.0 };
            is_same
        });
        let mut given = Vec::with_capacity(words.len());
        for own in words.chunk_by(|a, b| a.endorser == b.endorser) {
            let all: f64 = own.iter().map(|word| word.worth).sum();
            given.extend(own.iter().map(|_| all));
        }
        let mut by_endorsee: Vec<u32> = (0..words.len() as u32).collect();
        by_endorsee.sort_by_key(|place| words[*place as usize].endorsee);
        Praise {
            words,
            given,
            by_endorsee,
        }
    }

    /// All words.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The place of what a person says of another.
    pub fn find(&self, endorser: u32, endorsee: u32) -> Option<usize> {
        let place = |word: &Word| (word.endorser, word.endorsee).cmp(&(endorser, endorsee));
        self.words.binary_search_by(place).ok()
    }

    /// The places of the words for each endorsee, in order of endorser.
    pub fn by_endorsee(&self) -> Vec<&[u32]> {
        let endorsee = |place: &u32| self.words[*place as usize].endorsee;
        self.by_endorsee.chunk_by(|a, b| endorsee(a) == endorsee(b)).collect()
    }

    /// By word: what is left of it.
    pub fn kept(&self) -> Vec<f64> {
        let rows = self.by_endorsee().into_par_iter().flat_map_iter(|received| {
            let visits = self.walk(self.words[received[0] as usize].endorsee);
            received.iter().map(move |place| {
                let word = &self.words[*place as usize];
                let round = visits.get(&word.endorser).copied().unwrap_or(0.0).min(1.0);
                (*place, self.unreturned(word) * (1.0 - round))
            })
        });
        let mut kept = vec![0.0; self.words.len()];
        for (place, left) in rows.collect::<Vec<_>>() {
            kept[place as usize] = left;
        }
        kept
    }

    fn unreturned(&self, word: &Word) -> f64 {
        let back = self.find(word.endorsee, word.endorser);
        let back = back.map_or(0.0, |place| self.words[place].worth);
        match word.worth > 0.0 {
            true => (1.0 - back / word.worth).max(0.0),
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
                let first = self.words.partition_point(|word| word.endorser < *person);
                let own = self.words[first..].iter().take_while(|word| word.endorser == *person);
                for word in own.filter(|_| self.given[first] > 0.0) {
                    *next.entry(word.endorsee).or_default() += part * word.worth / self.given[first];
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
        let word = |(endorser, endorsee): &(u32, u32)| Word {
            endorser: *endorser,
            endorsee: *endorsee,
            worth: 1.0,
        };
        Praise::from_words(edges.iter().map(word).collect())
    }

    #[test]
    fn a_word_that_is_not_returned_is_kept_whole() {
        let praise = praise(&[(1, 2), (1, 3)]);
        assert_eq!(praise.find(1, 2).map(|place| praise.kept()[place]), Some(1.0));
        assert_eq!(praise.find(2, 1), None);
    }

    #[test]
    fn swaps_and_rings_of_any_length_are_worth_nothing() {
        assert_eq!(praise(&[(1, 2), (2, 1)]).kept(), [0.0, 0.0]);
        for length in [3, 10, 60] {
            let ring: Vec<(u32, u32)> = (0..length).map(|i| (i, (i + 1) % length)).collect();
            assert!(praise(&ring).kept().iter().all(|left| *left < 1e-9), "{length}");
        }
        let double: Vec<(u32, u32)> = (0..10).flat_map(|i| [(i, (i + 1) % 10), (i, (i + 2) % 10)]).collect();
        assert!(praise(&double).kept().iter().all(|left| *left < 0.2));
    }

    #[test]
    fn in_a_crowd_praise_does_not_come_round() {
        // Everybody endorses forty of two thousand, by a fixed rule without short cycles.
        let crowd: Vec<(u32, u32)> = (0..2_000_u32)
            .flat_map(|i| (0..40).map(move |j| (i, (i * 7 + j * 53 + 11) % 2_000)))
            .filter(|(from, to)| from != to)
            .collect();
        let kept = praise(&crowd).kept();
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        assert!(mean > 0.95, "{mean}");
    }
}
