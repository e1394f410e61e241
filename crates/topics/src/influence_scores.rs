//! Influence results that topic scores depend on.

use clout_model::influence::attention::AttentionGraph;
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::score::{ContributionModel, ContributionSum};
use clout_model::influence::score_scale::ScoreScale;
use clout_model::influence::scoring::PeopleScores;

/// Influence results that topic scores depend on.
pub struct InfluenceScores<'a> {
    /// Attention of reactors to persons.
    pub attention: &'a AttentionGraph,
    /// Attention to endorsers: the same, except in a forecast with added newcomers.
    pub endorser_attention: &'a AttentionGraph,
    /// By person: seasoned factor, the share of an endorsement that counts.
    pub seasoned: &'a [f64],
    /// Trust and rank of reactors.
    pub model: ContributionModel<'a>,
    /// By person: sums of contributions.
    pub sums: &'a [Option<ContributionSum>],
    /// Score scale.
    pub scale: &'a ScoreScale,
}

impl<'a> InfluenceScores<'a> {
    /// Returns the results of scoring that topic scores depend on.
    pub fn from_people_scores(scored: &'a PeopleScores, model: &'a InfluenceModel) -> InfluenceScores<'a> {
        InfluenceScores {
            attention: &scored.attention,
            endorser_attention: &scored.attention,
            seasoned: &scored.seasoning,
            model: scored.contribution_model(model),
            sums: &scored.scores.sums,
            scale: &scored.scale,
        }
    }
}
