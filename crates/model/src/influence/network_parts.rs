//! A person's contributions by network.

use super::attention::AttentionGraph;
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

/// Computes a person's parts by network; `networks` is the number of networks. A network's part of an edge is in
/// proportion to the strength of its terms, or to its reactions if no term has a strength.
pub fn compute_network_parts(
    model: &ContributionModel,
    attention: &AttentionGraph,
    networks: usize,
    person: usize,
    sum: &ContributionSum,
) -> Vec<NetworkPart> {
    let mut parts = vec![NetworkPart::default(); networks];
    let mut of_edge = vec![(0.0, 0_u64); networks];
    for edge in attention.edges(person) {
        of_edge.fill((0.0, 0));
        for term in attention.terms(edge) {
            let slot = &mut of_edge[usize::from(term.network)];
            slot.0 += term.strength;
            slot.1 += u64::from(term.reactions);
        }
        let strength: f64 = of_edge.iter().map(|slot| slot.0).sum();
        let reactions: u64 = of_edge.iter().map(|slot| slot.1).sum();
        let whole = model.share_part(attention, edge, sum);
        for (part, slot) in parts.iter_mut().zip(&of_edge).filter(|(_, slot)| slot.1 > 0) {
            let share = if strength > 0.0 {
                slot.0 / strength
            } else {
                slot.1 as f64 / reactions as f64
            };
            let amount = whole * share;
            part.contributed += if sum.basis == ShareBasis::Contributions {
                amount
            } else {
                0.0
            };
            part.total += amount;
            part.reach.add(amount);
            part.reactions += slot.1;
        }
    }
    parts
}
