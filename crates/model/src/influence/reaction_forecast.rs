//! The forecast score of a person after one more reaction.
//!
//! The reaction happens at the last moment of the snapshot date, is delivered on that date, and is its actor's only
//! one of the day. It is weighed, merged and read as in a run, and the person's contributions are summed again with
//! it. Trust and rank of all existing persons stay constant, except the trust of a reactor that the reaction shows
//! on one more day. Possible actors:
//!
//! ```text
//! newcomer  g = 1, rho = 1                       a trusted person of average rank, new to the target
//! stranger  g of an account seen on one day,     an account that was never seen before
//!           rho of a person without reactors
//! reactor   a(s + x) in place of a(s), and the   an existing reactor to the target: the g applies to
//!           g of an account seen on that day     all of that person's attention
//! ```
//!
//! A real run with this row also changes the rank of others slightly, because a person with a gain passes on more.

use super::attention::{self, AttentionGraph, ScoringMoment};
use super::merge_pairs::{MergeParams, merge_reactions};
use super::model::InfluenceModel;
use super::pair_table::PairTable;
use super::score::ContributionModel;
use super::scoring::{AccountState, PeopleScores};
use super::trust;
use super::weigh_dates::{TwinRule, weigh_dates};
use super::weights::saturate;
use crate::networks::Network;
use crate::people::persons::PersonMap;
use crate::reactions::{AccountReaction, DateReactions};

/// Computes the strength s of one such reaction alone: its part of the sum that saturates.
pub fn compute_strength(
    networks: &[Network],
    network: usize,
    verb: u8,
    moment: &ScoringMoment,
    model: &InfluenceModel,
) -> f64 {
    let (actor, target) = (0, 1);
    let reaction = AccountReaction {
        actor,
        target,
        occurred_at: moment.as_of.end_micros() - 1,
        load_date: moment.as_of,
        verb,
    };
    let date = DateReactions::from_slice(moment.as_of, &[reaction]);
    let weighed = weigh_dates(vec![date], &networks[network], model.weighing(), TwinRule::Keep);
    let merge_params = MergeParams {
        mixture: model.mixture(),
        as_of: moment.as_of,
    };
    let pairs = merge_reactions(PairTable::default(), vec![weighed.reactions], &merge_params);
    let persons = PersonMap::of_single_accounts(["", ""].into_iter().collect());
    let attention = attention::compute_attention(&pairs, &persons, &|_| network, model, moment).graph;
    (0..attention.edge_count())
        .map(|edge| attention.terms.strength(edge))
        .sum()
}

/// One person's reactors, extended by the two possible new ones.
pub struct ReactorCrowd<'a> {
    own: AttentionGraph,
    trust: Vec<f64>,
    standing: Vec<f64>,
    scored: &'a PeopleScores,
    model: &'a InfluenceModel,
}

/// The actor of the additional reaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReactionActor {
    /// A trusted person of average rank without a reaction to the target.
    Newcomer,
    /// An account that was never seen before.
    Stranger,
    /// An existing reactor to the target.
    Reactor {
        /// Index among the target's reactors.
        position: usize,
        /// Trust of the reactor after the reaction, see [`compute_trust_after`].
        trust: f64,
    },
}

/// Computes a person's trust after one more act on a network at the last moment of the day.
pub fn compute_trust_after(
    memory: &AccountState,
    scored: &PeopleScores,
    moment: &ScoringMoment,
    model: &InfluenceModel,
    person: u32,
    network: usize,
) -> f64 {
    let at = moment.as_of.end_micros() - 1;
    let accounts = (0..).zip(&memory.persons.by_account).zip(memory.facts);
    let own = accounts.filter(|((node, owner), _)| **owner == person && (memory.network_of)(*node) == network);
    let then = own.map(|(_, facts)| {
        let facts = facts.with_act_at(at);
        trust::compute_account_trust(
            facts.days_seen,
            facts.span_days(),
            moment.warehouse_days,
            &model.params().trust,
        )
    });
    then.fold(scored.trust[person as usize], f64::max)
}

impl<'a> ReactorCrowd<'a> {
    /// Collects the reactors of a person at the moment.
    pub fn from_scored(
        scored: &'a PeopleScores,
        moment: &ScoringMoment,
        model: &'a InfluenceModel,
        person: usize,
    ) -> ReactorCrowd<'a> {
        let params = model.params();
        let known = trust::compute_account_trust(1, 0.0, moment.warehouse_days, &params.trust);
        let unattended = (1.0 - params.propagation.damping) * known;
        let standings = [1.0, unattended].map(|x| trust::compute_rank_factor(x, &params.standing));
        ReactorCrowd {
            own: extract_target(&scored.attention, person),
            trust: [&scored.trust[..], &[1.0, known]].concat(),
            standing: [&scored.rank_factors[..], &standings].concat(),
            scored,
            model,
        }
    }

    /// Returns the current score; `None` without a reactor.
    pub fn current_score(&self) -> Option<f64> {
        self.score_by(&self.contribution_model(), &self.own)
    }

    /// Returns the score after one more reaction of that [strength](compute_strength).
    pub fn forecast_score(&self, who: ReactionActor, strength: f64) -> Option<f64> {
        let mut attention = self.own.clone();
        let newcomer = self.scored.trust.len() as u32;
        let mut trusted = self.trust.clone();
        match who {
            ReactionActor::Newcomer => self.add(&mut attention, newcomer, strength),
            ReactionActor::Stranger => self.add(&mut attention, newcomer + 1, strength),
            ReactionActor::Reactor { position: edge, trust } => {
                trusted[attention.reactors[edge] as usize] = trust;
                let before: f64 = attention.terms(edge).iter().map(|term| term.strength).sum();
                let whole = |strength: f64| saturate(strength, self.model.params().repeats.beta);
                // Reciprocity takes the same share of the new amount; for reactions without weight it took nothing.
                attention.amounts[edge] = match before > 0.0 {
                    true => attention.amounts[edge] * whole(before + strength) / whole(before),
                    false => whole(strength),
                };
            }
        }
        let model = ContributionModel {
            trust: &trusted,
            ..self.contribution_model()
        };
        self.score_by(&model, &attention)
    }

    /// Returns the index of the reactor with the median contribution (the lower of two), among the reactors that
    /// have reacted on the network.
    pub fn find_median_reactor(&self, network: usize) -> Option<usize> {
        let model = self.contribution_model();
        let sum = model.sum_contributions(&self.own, 0)?;
        let has_reacted = |edge: &usize| {
            self.own
                .terms(*edge)
                .iter()
                .any(|term| usize::from(term.network) == network)
        };
        let mut parts: Vec<(f64, usize)> = (0..self.own.edge_count())
            .filter(has_reacted)
            .map(|edge| (model.share_part(&self.own, edge, &sum), edge))
            .collect();
        parts.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        parts.get(parts.len().saturating_sub(1) / 2).map(|(_, edge)| *edge)
    }

    /// Returns the person at an index among the reactors.
    pub fn reactor(&self, index: usize) -> u32 {
        self.own.reactors[index]
    }

    fn add(&self, attention: &mut AttentionGraph, reactor: u32, strength: f64) {
        attention.reactors.push(reactor);
        attention
            .amounts
            .push(saturate(strength, self.model.params().repeats.beta));
        attention.terms.push(&[]);
        attention.offsets = vec![0, attention.reactors.len()];
    }

    fn contribution_model(&self) -> ContributionModel<'_> {
        ContributionModel {
            trust: &self.trust,
            rank: &self.standing,
            corroboration: &self.model.params().corroboration,
        }
    }

    fn score_by(&self, model: &ContributionModel, attention: &AttentionGraph) -> Option<f64> {
        let sum = model.sum_contributions(attention, 0)?;
        Some(self.scored.scale.score(sum.influence))
    }
}

/// Returns the edges of one target as an attention with a single row.
fn extract_target(attention: &AttentionGraph, target: usize) -> AttentionGraph {
    let edges = attention.edges(target);
    AttentionGraph {
        offsets: vec![0, edges.len()],
        terms: attention.terms.extract(edges.clone()),
        reactors: attention.reactors[edges.clone()].to_vec(),
        amounts: attention.amounts[edges].to_vec(),
    }
}

#[cfg(test)]
#[path = "reaction_forecast_tests.rs"]
mod tests;
