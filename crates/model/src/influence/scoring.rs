//! Scoring of one date: runs every step of the model, from the account state to scores and ranks.

use super::attention::{self, AttentionGraph, ScoringMoment};
use super::model::InfluenceModel;
use super::pair_table::PairTable;
use super::reciprocity;
use super::score::ContributionModel;
use super::score_scale::ScoreScale;
use super::score_table::ScoreTable;
use super::trust::{self, ReactorRanks};
use crate::account_activity::AccountActivity;
use crate::networks::Network;
use crate::people::persons::PersonMap;
use clout_base::error::Result;
use clout_graph::MutualEdges;

/// The stored sums of accounts, and their assignment to persons.
pub struct AccountState<'a> {
    /// Sums of reactions between accounts.
    pub pairs: &'a PairTable,
    /// Activity of each account node.
    pub facts: &'a [AccountActivity],
    /// Assignment of accounts to persons.
    pub persons: &'a PersonMap,
    /// Returns the network index of an account's node.
    pub network_of: Box<dyn Fn(u32) -> usize + Sync + 'a>,
}

impl AccountState<'_> {
    /// Computes the attention between persons, before the reciprocity discount.
    pub fn compute_attention(&self, moment: &ScoringMoment, model: &InfluenceModel) -> AttentionGraph {
        attention::compute_attention(self.pairs, self.persons, &*self.network_of, model, moment)
    }
}

/// The scores of one date, and the values from which they were computed.
pub struct PeopleScores {
    /// Attention between persons, after the reciprocity discount.
    pub attention: AttentionGraph,
    /// Trust g of each person.
    pub trust: Vec<f64>,
    /// Seasoning of each person, 0 to 1, see [`trust::compute_seasoning`].
    pub seasoning: Vec<f64>,
    /// Rank factor rho of each person, and the outcome of the propagation.
    pub reactor_ranks: ReactorRanks,
    /// Scores, ranks and percentiles.
    pub scores: ScoreTable,
    /// Score scale.
    pub scale: ScoreScale,
}

impl PeopleScores {
    /// Scores all persons at the moment.
    pub fn compute(
        memory: &AccountState,
        moment: &ScoringMoment,
        networks: &[Network],
        model: &InfluenceModel,
    ) -> Result<PeopleScores> {
        let attention = memory.compute_attention(moment, model);
        PeopleScores::compute_from_attention(attention, memory, moment, networks, model)
    }

    /// Scores all persons from their attention at the moment.
    pub fn compute_from_attention(
        mut attention: AttentionGraph,
        memory: &AccountState,
        moment: &ScoringMoment,
        networks: &[Network],
        model: &InfluenceModel,
    ) -> Result<PeopleScores> {
        let params = model.params();
        let trust = trust::compute_trust(memory.persons, memory.facts, moment.warehouse_days, &params.trust);
        let mutual = MutualEdges::find(attention.in_edges()?);
        let mut amounts = std::mem::take(&mut attention.amounts); // Apart, while a view borrows the edges.
        reciprocity::discount_returned(attention.in_edges()?, &mutual, &mut amounts, &trust);
        attention.amounts = amounts;
        let shares: Vec<f64> = networks.iter().map(|network| network.share).collect();
        let reactors = trust::compute_reactor_ranks(&attention, &mutual, &trust, &shares, params)?;
        let contributions = ContributionModel {
            trust: &trust,
            rank: &reactors.rank_factors,
            corroboration: &params.corroboration,
        };
        let standings = ScoreTable::compute(&attention, &contributions, model.scale());
        Ok(PeopleScores {
            attention,
            trust,
            seasoning: trust::compute_seasoning(memory.persons, memory.facts, moment.warehouse_days, params),
            reactor_ranks: reactors,
            scores: standings,
            scale: *model.scale(),
        })
    }

    /// Returns the model that turns attention into contributions.
    pub fn contribution_model<'a>(&'a self, model: &'a InfluenceModel) -> ContributionModel<'a> {
        ContributionModel {
            trust: &self.trust,
            rank: &self.reactor_ranks.rank_factors,
            corroboration: &model.params().corroboration,
        }
    }
}
