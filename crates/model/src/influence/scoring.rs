//! Scoring of one date: runs every step of the model, from the account state to scores and ranks.

use super::attention::{self, AttentionGraph, ScoringMoment};
use super::attention_build::AttentionParts;
use super::kept_scores::KeptScores;
use super::model::InfluenceModel;
use super::pair_table::PairTable;
use super::past_attention::PastAttention;
use super::reaction_acts::ReactionActs;
use super::reciprocity;
use super::score::ContributionModel;
use super::score_scale::ScoreScale;
use super::score_table::ScoreTable;
use super::trust::{self, SpreadEdges};
use crate::account_activity::AccountActivity;
use crate::networks::Network;
use crate::people::persons::PersonMap;
use clout_base::error::Result;
use clout_graph::{MutualEdges, PropagationOutcome};

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
    pub fn compute_attention(&self, moment: &ScoringMoment, model: &InfluenceModel) -> AttentionParts {
        attention::compute_attention(self.pairs, self.persons, &*self.network_of, model, moment)
    }
}

/// The scores of one date, and the values from which they were computed.
pub struct PeopleScores {
    /// Attention between persons, after the reciprocity discount.
    pub attention: AttentionGraph,
    /// Attention of the day before, after the discount, if the run compares both dates.
    pub past: Option<PastAttention>,
    /// Presence of persons, and counts of reactions.
    pub acts: ReactionActs,
    /// Trust g of each person.
    pub trust: Vec<f64>,
    /// Seasoning of each person, 0 to 1, see [`trust::compute_seasoning`].
    pub seasoning: Vec<f64>,
    /// Rank factor rho of each person.
    pub rank_factors: Vec<f64>,
    /// Outcome of the propagation; none if an earlier run kept the rank factors.
    pub outcome: Option<PropagationOutcome>,
    /// Scores, ranks and percentiles.
    pub scores: ScoreTable,
    /// Score scale.
    pub scale: ScoreScale,
}

/// What the activity of accounts says about their persons.
#[derive(Clone, Debug, Default)]
pub struct PersonActivity {
    /// Trust g of each person.
    pub trust: Vec<f64>,
    /// Seasoning of each person, 0 to 1, see [`trust::compute_seasoning`].
    pub seasoning: Vec<f64>,
}

impl PersonActivity {
    /// Computes the values from the activity of each account.
    pub fn compute(
        persons: &PersonMap,
        facts: &[AccountActivity],
        moment: &ScoringMoment,
        model: &InfluenceModel,
    ) -> PersonActivity {
        let params = model.params();
        PersonActivity {
            trust: trust::compute_trust(persons, facts, moment.warehouse_days, &params.trust),
            seasoning: trust::compute_seasoning(persons, facts, moment.warehouse_days, params),
        }
    }
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
        let activity = PersonActivity::compute(memory.persons, memory.facts, moment, model);
        PeopleScores::compute_from_attention(attention, &[], activity, networks, model, None)
    }

    /// Scores all persons from their attention and activity at a moment. `trust_before` is the trust on the day before,
    /// if the attention is of two dates. With `spread`, the edges of the propagation are kept elsewhere.
    ///
    /// # Errors
    /// An internal error if the attention does not form a valid graph, or an error of the store of `spread`.
    pub fn compute_from_attention(
        parts: AttentionParts,
        trust_before: &[f64],
        activity: PersonActivity,
        networks: &[Network],
        model: &InfluenceModel,
        spread: Option<SpreadEdges>,
    ) -> Result<PeopleScores> {
        let params = model.params();
        let mut attention = parts.graph;
        let PersonActivity { trust, seasoning } = activity;
        let mutual = discount_returned(&mut attention, &trust)?;
        let mut past = parts.before;
        if let Some(past) = &mut past {
            past.discount(attention.in_edges()?, &mutual, trust_before);
        }
        let shares: Vec<f64> = networks.iter().map(|network| network.share).collect();
        let reactors = trust::compute_reactor_ranks(&attention, &mutual, &trust, &shares, params, spread)?;
        let contributions = ContributionModel {
            trust: &trust,
            rank: &reactors.rank_factors,
            corroboration: &params.corroboration,
        };
        let standings = ScoreTable::compute(&attention, &contributions, model.scale());
        Ok(PeopleScores {
            attention,
            past,
            acts: parts.acts,
            trust,
            seasoning,
            rank_factors: reactors.rank_factors,
            outcome: Some(reactors.outcome),
            scores: standings,
            scale: *model.scale(),
        })
    }

    /// Restores the scores of all persons, without ranks, from kept values. `attention` may lack edges: the scores do not
    /// depend on it.
    ///
    /// # Errors
    /// An internal error if the attention does not form a valid graph.
    pub fn restore(
        parts: AttentionParts,
        memory: &AccountState,
        moment: &ScoringMoment,
        model: &InfluenceModel,
        kept: KeptScores,
    ) -> Result<PeopleScores> {
        let params = model.params();
        let mut attention = parts.graph;
        let PersonActivity { trust, seasoning } = PersonActivity::compute(memory.persons, memory.facts, moment, model);
        discount_returned(&mut attention, &trust)?;
        let sums = kept.sums(&params.corroboration);
        Ok(PeopleScores {
            attention,
            past: None,
            acts: parts.acts,
            trust,
            seasoning,
            rank_factors: kept.rank_factors,
            outcome: None,
            scores: ScoreTable::without_ranks(sums, model.scale()),
            scale: *model.scale(),
        })
    }

    /// Returns the model that turns attention into contributions.
    pub fn contribution_model<'a>(&'a self, model: &'a InfluenceModel) -> ContributionModel<'a> {
        ContributionModel {
            trust: &self.trust,
            rank: &self.rank_factors,
            corroboration: &model.params().corroboration,
        }
    }
}

/// Discounts returned attention; returns the mutual edges.
fn discount_returned(attention: &mut AttentionGraph, trust: &[f64]) -> Result<MutualEdges> {
    let mutual = MutualEdges::find(attention.in_edges()?);
    let mut amounts = std::mem::take(&mut attention.amounts); // Apart, while a view borrows the edges.
    reciprocity::discount_returned(attention.in_edges()?, &mutual, &mut amounts, trust);
    attention.amounts = amounts;
    Ok(mutual)
}
