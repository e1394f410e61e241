//! Gains of attacks and their thresholds.

use serde::Serialize;

use super::setup::TargetGroup;

/// Gain of one attack by one group.
#[derive(Clone, Debug, Serialize)]
pub struct AttackGain {
    /// Name of the attack.
    pub attack: String,
    /// Group of targets; none if the changes of all other people are measured.
    pub group: Option<TargetGroup>,
    /// Number of people measured.
    pub targets: usize,
    /// Mean gain, in points.
    pub mean: f64,
    /// Largest gain, in points.
    pub most: f64,
    /// Smallest gain, in points.
    pub least: f64,
    /// Highest score of a fresh account.
    pub best_fake: Option<f64>,
    /// Quantity and direction of the threshold.
    pub bar_on: Option<ThresholdKind>,
    /// Threshold, in points.
    pub bar: Option<f64>,
    /// True if the threshold is met.
    pub is_met: Option<bool>,
}

impl AttackGain {
    /// Compares the gain with a threshold.
    pub fn compare(&mut self, on: ThresholdKind, limit: f64) {
        let is_met = match on {
            ThresholdKind::MeanAtMost => self.mean <= limit,
            ThresholdKind::MeanAtLeast => self.mean >= limit,
            ThresholdKind::MostAtMost => self.most <= limit,
        };
        (self.bar_on, self.bar, self.is_met) = (Some(on), Some(limit), Some(is_met));
    }

    /// Summarizes the gains of some people; none for an empty list.
    pub fn from_points(attack: &str, group: Option<TargetGroup>, points: &[f64]) -> Option<AttackGain> {
        (!points.is_empty()).then(|| AttackGain {
            attack: attack.to_owned(),
            group,
            targets: points.len(),
            mean: points.iter().sum::<f64>() / points.len() as f64,
            most: points.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            least: points.iter().copied().fold(f64::INFINITY, f64::min),
            best_fake: None,
            bar_on: None,
            bar: None,
            is_met: None,
        })
    }
}

/// Quantity and direction of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdKind {
    /// Mean gain at most the threshold.
    MeanAtMost,
    /// Mean gain at least the threshold: an attack by others must not lower a target.
    MeanAtLeast,
    /// Largest change at most the threshold.
    MostAtMost,
}

/// Results of all attacks.
#[derive(Clone, Debug, Serialize)]
pub struct AttackResults {
    /// Moment of the attacks.
    pub at: String,
    /// 90th percentile of scored people; no fake account may exceed it.
    pub percentile_90: f64,
    /// Gains by attack and group.
    pub gains: Vec<AttackGain>,
    /// True if the history is long enough for trust to separate accounts.
    pub is_settled: bool,
    /// True if no fake account exceeds the 90th percentile, aged accounts aside.
    pub are_fakes_below: bool,
}

impl AttackResults {
    /// Returns true if both groups have targets and all thresholds are met.
    pub fn all_met(&self) -> bool {
        let has_targets = |group: TargetGroup| self.gains.iter().any(|gain| gain.group == Some(group));
        self.are_fakes_below
            && has_targets(TargetGroup::MiddleFifth)
            && has_targets(TargetGroup::Reach)
            && self.gains.iter().all(|gain| gain.is_met != Some(false))
    }
}
