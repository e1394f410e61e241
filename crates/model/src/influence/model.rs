//! The parameters of the model together with the objects that follow from them.

use super::params::ModelParams;
use super::recency::HalfLifeMixture;
use super::score_scale::ScoreScale;
use super::weights::ReactionWeighing;

/// Validated parameters, and the objects built from them. It is built once for a job and immutable afterwards, so that
/// both always agree.
#[derive(Clone, Debug, PartialEq)]
pub struct InfluenceModel {
    params: ModelParams,
    mixture: HalfLifeMixture,
    weighing: ReactionWeighing,
    scale: ScoreScale,
}

impl InfluenceModel {
    /// Builds the model from validated parameters.
    pub fn new(params: ModelParams) -> InfluenceModel {
        InfluenceModel {
            mixture: HalfLifeMixture::new(&params.recency),
            weighing: ReactionWeighing {
                selectivity: params.selectivity.clone(),
                repeats: params.repeats.clone(),
            },
            scale: ScoreScale::new(&params.scale, &params.corroboration),
            params,
        }
    }

    /// Returns the parameters.
    pub fn params(&self) -> &ModelParams {
        &self.params
    }

    /// Returns the decay of reactions over time.
    pub fn mixture(&self) -> &HalfLifeMixture {
        &self.mixture
    }

    /// Returns the constants for weighing reactions.
    pub fn weighing(&self) -> &ReactionWeighing {
        &self.weighing
    }

    /// Returns the score scale.
    pub fn scale(&self) -> &ScoreScale {
        &self.scale
    }
}

impl Default for InfluenceModel {
    fn default() -> Self {
        InfluenceModel::new(ModelParams::default())
    }
}
