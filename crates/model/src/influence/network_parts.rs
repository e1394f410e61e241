//! A person's contributions by network.

use super::attention::AttentionGraph;
use super::edge_terms::AttentionTerm;
use super::reach::ReachSum;
use super::score::{ContributionModel, ContributionSum, ShareBasis};

/// One network's part of one person's contributions.
#[derive(Clone, Copy, Debug, Default)]
pub struct NetworkPart {
    /// Contributions of the network: its part of I - B.
    pub contributed: f64,
    /// Parts of the network in the unit of [`ShareBasis`], from which shares are computed.
    pub total: f64,
    /// Effective number of reactors on the network.
    pub reach: ReachSum,
    /// Number of counted reactions.
    pub reactions: u64,
}

/// Buffers for the parts of one person after another.
pub struct NetworkParts {
    parts: Vec<NetworkPart>,
    /// Strength and number of reactions of one edge, by network.
    of_edge: Vec<(f64, u64)>,
}

impl NetworkParts {
    /// Creates buffers for this number of networks.
    pub fn new(networks: usize) -> NetworkParts {
        NetworkParts {
            parts: vec![NetworkPart::default(); networks],
            of_edge: vec![(0.0, 0); networks],
        }
    }

    /// Computes a person's parts by network. A network's part of an edge is in proportion to the strength of its terms,
    /// or to its reactions if no term has a strength.
    pub fn compute(
        &mut self,
        model: &ContributionModel,
        attention: &AttentionGraph,
        person: usize,
        sum: &ContributionSum,
    ) -> &[NetworkPart] {
        self.parts.fill(NetworkPart::default());
        for edge in attention.edges(person) {
            let whole = model.share_part(attention, edge, sum);
            match &*attention.terms(edge) {
                // Most edges: the whole is the part of one network.
                [term] if term.reactions > 0 => {
                    self.parts[usize::from(term.network)].add(whole, u64::from(term.reactions), sum.basis);
                }
                terms => self.split(whole, terms, sum.basis),
            }
        }
        &self.parts
    }

    fn split(&mut self, whole: f64, terms: &[AttentionTerm], basis: ShareBasis) {
        self.of_edge.fill((0.0, 0));
        for term in terms {
            let slot = &mut self.of_edge[usize::from(term.network)];
            slot.0 += term.strength;
            slot.1 += u64::from(term.reactions);
        }
        let strength: f64 = self.of_edge.iter().map(|slot| slot.0).sum();
        let reactions: u64 = self.of_edge.iter().map(|slot| slot.1).sum();
        for (part, slot) in self.parts.iter_mut().zip(&self.of_edge).filter(|(_, slot)| slot.1 > 0) {
            let share = if strength > 0.0 {
                slot.0 / strength
            } else {
                slot.1 as f64 / reactions as f64
            };
            part.add(whole * share, slot.1, basis);
        }
    }
}

impl NetworkPart {
    fn add(&mut self, amount: f64, reactions: u64, basis: ShareBasis) {
        if basis == ShareBasis::Contributions {
            self.contributed += amount;
        }
        self.total += amount;
        self.reach.add(amount);
        self.reactions += reactions;
    }
}
