//! Terms of the edges of attention: each edge's strength by network.
//!
//! Nearly all edges have reactions on one network, and need no list of terms.

use std::ops::Deref;

/// One term of s: the reactions of one reactor on one network.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AttentionTerm {
    /// Index of the network.
    pub network: u8,
    /// Number of counted reactions.
    pub reactions: u32,
    /// The term's part of s. In a graph without strengths, 1 for the only term of an edge.
    pub strength: f64,
    /// The term's part of s on the day before; 0 in a graph of one date.
    pub before: f64,
}

/// Marks an edge that may have several terms.
const SEVERAL: u8 = u8::MAX;

/// Terms of all edges, by column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EdgeTerms {
    /// Network of each edge with one term; [`SEVERAL`] for others.
    pub(super) networks: Vec<u8>,
    /// Number of counted reactions of each edge.
    pub(super) reactions: Vec<u32>,
    /// Strength of each edge; empty if strengths are not kept.
    pub(super) strengths: Vec<f64>,
    /// Strength of each edge on the day before; empty in a graph of one date.
    pub(super) before: Vec<f64>,
    /// Edges with several terms, ascending, each with the end of its terms.
    pub(super) several: Vec<(usize, usize)>,
    /// Terms of these edges.
    pub(super) terms: Vec<AttentionTerm>,
}

/// Terms of one edge, in order of networks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Terms<'a> {
    /// The only term.
    One([AttentionTerm; 1]),
    /// Several terms.
    Several(&'a [AttentionTerm]),
}

impl Deref for Terms<'_> {
    type Target = [AttentionTerm];

    fn deref(&self) -> &[AttentionTerm] {
        match self {
            Terms::One(term) => term,
            Terms::Several(terms) => terms,
        }
    }
}

impl EdgeTerms {
    /// Returns the terms of an edge.
    pub fn of(&self, edge: usize) -> Terms<'_> {
        let network = self.networks[edge];
        if network == SEVERAL
            && let Ok(index) = self.several.binary_search_by_key(&edge, |(edge, _)| *edge)
        {
            let start = index.checked_sub(1).map_or(0, |before| self.several[before].1);
            return Terms::Several(&self.terms[start..self.several[index].1]);
        }
        Terms::One([AttentionTerm {
            network,
            reactions: self.reactions[edge],
            strength: self.strengths.get(edge).copied().unwrap_or(1.0),
            before: self.before.get(edge).copied().unwrap_or(0.0),
        }])
    }

    /// Returns the number of counted reactions of an edge.
    pub fn reactions(&self, edge: usize) -> u64 {
        u64::from(self.reactions[edge])
    }

    /// Returns the strength of an edge, the sum of its terms; strengths must be kept.
    pub fn strength(&self, edge: usize) -> f64 {
        self.strengths[edge]
    }

    /// Returns the strengths of an edge at the moment and on the day before, in a graph of two dates.
    pub fn strengths_of(&self, edge: usize) -> (f64, f64) {
        (self.strengths[edge], self.before[edge])
    }

    /// Appends the terms of a further edge, with strengths.
    pub fn push(&mut self, terms: &[AttentionTerm]) {
        let edge = self.networks.len();
        let (network, sum) = sum_terms(terms);
        self.networks.push(network);
        self.reactions.push(sum.reactions);
        self.strengths.push(sum.strength);
        if network == SEVERAL && terms.len() > 1 {
            self.terms.extend_from_slice(terms);
            self.several.push((edge, self.terms.len()));
        }
    }

    /// Copies the terms of some edges.
    pub fn extract(&self, edges: std::ops::Range<usize>) -> EdgeTerms {
        let mut extracted = EdgeTerms::default();
        edges.for_each(|edge| extracted.push(&self.of(edge)));
        extracted
    }
}

/// Returns the network of an edge with these terms, or the mark of several, and the sum of the terms.
pub(super) fn sum_terms(terms: &[AttentionTerm]) -> (u8, AttentionTerm) {
    let network = match terms {
        [only] => only.network,
        _ => SEVERAL,
    };
    let mut sum = AttentionTerm::default();
    for term in terms {
        sum.reactions = sum.reactions.saturating_add(term.reactions);
        sum.strength += term.strength;
        sum.before += term.before;
    }
    (network, sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(network: u8, reactions: u32, strength: f64) -> AttentionTerm {
        AttentionTerm {
            network,
            reactions,
            strength,
            before: 0.0,
        }
    }

    #[test]
    fn terms_are_returned_as_they_were_added_whatever_the_network() {
        let edges = [
            vec![term(3, 1, 0.5)],
            vec![term(0, 2, 0.5), term(255, 1, 0.25)],
            vec![term(255, 7, 2.0)],
            vec![term(1, 1, 1.0), term(2, 1, 1.0), term(9, 4, 0.0)],
        ];
        let mut all = EdgeTerms::default();
        edges.iter().for_each(|terms| all.push(terms));
        for (edge, terms) in edges.iter().enumerate() {
            assert_eq!(*all.of(edge), terms[..]);
        }
        assert_eq!((all.reactions(1), all.strength(3)), (3, 2.0));
        let some = all.extract(1..3);
        assert_eq!((&*some.of(0), &*some.of(1)), (&edges[1][..], &edges[2][..]));
    }

    #[test]
    fn without_strengths_the_only_term_of_an_edge_has_strength_one() {
        let mut terms = EdgeTerms::default();
        terms.push(&[term(2, 3, 0.7)]);
        terms.strengths.clear();
        assert_eq!(*terms.of(0), [term(2, 3, 1.0)]);
    }
}
