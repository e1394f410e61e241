//! Gains of attacks and their thresholds.

use serde::Serialize;

use super::setup::Group;

/// Gain of one attack by one group.
#[derive(Clone, Debug, Serialize)]
pub struct Gain {
    /// Name of the attack.
    pub attack: String,
    /// Group of targets; none if the changes of all other people are measured.
    pub group: Option<Group>,
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
    pub bar_on: Option<BarOn>,
    /// Threshold, in points.
    pub bar: Option<f64>,
    /// True if the threshold is met.
    pub is_met: Option<bool>,
}

impl Gain {
    /// Compares the gain with a threshold.
    pub fn hold(&mut self, on: BarOn, limit: f64) {
        let is_met = match on {
            BarOn::MeanAtMost => self.mean <= limit,
            BarOn::MeanAtLeast => self.mean >= limit,
            BarOn::MostAtMost => self.most <= limit,
        };
        (self.bar_on, self.bar, self.is_met) = (Some(on), Some(limit), Some(is_met));
    }

    /// Summarizes the gains of some people; none for an empty list.
    pub fn of(attack: &str, group: Option<Group>, points: &[f64]) -> Option<Gain> {
        (!points.is_empty()).then(|| Gain {
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
pub enum BarOn {
    /// Mean gain at most the threshold.
    MeanAtMost,
    /// Mean gain at least the threshold: an attack by others must not lower a target.
    MeanAtLeast,
    /// Largest change at most the threshold.
    MostAtMost,
}

/// Results of all attacks.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// Moment of the attacks.
    pub at: String,
    /// 90th percentile of scored people; no fake account may exceed it.
    pub percentile_90: f64,
    /// Gains by attack and group.
    pub gains: Vec<Gain>,
    /// True if the history is long enough for trust to separate accounts.
    pub is_settled: bool,
    /// True if no fake account exceeds the 90th percentile, aged accounts aside.
    pub are_fakes_below: bool,
}

impl Findings {
    /// Returns true if both groups have targets and all thresholds are met.
    pub fn are_met(&self) -> bool {
        let has_targets = |group: Group| self.gains.iter().any(|gain| gain.group == Some(group));
        self.are_fakes_below
            && has_targets(Group::MiddleFifth)
            && has_targets(Group::Reach)
            && self.gains.iter().all(|gain| gain.is_met != Some(false))
    }
}
