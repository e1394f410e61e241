//! What attacks gained, and what they may gain at most.

use serde::Serialize;

use super::setup::Group;

/// What one attack gained.
#[derive(Clone, Debug, Serialize)]
pub struct Gain {
    /// The attack.
    pub attack: String,
    /// Whose gain; none where it is everybody's change that matters.
    pub group: Option<Group>,
    /// People.
    pub targets: usize,
    /// Points gained in the mean.
    pub mean: f64,
    /// By the one who gained most.
    pub most: f64,
    /// By the one who gained least.
    pub least: f64,
    /// The greatest score of a fresh account.
    pub best_fake: Option<f64>,
    /// What is judged, and how.
    pub bar_on: Option<BarOn>,
    /// The limit.
    pub bar: Option<f64>,
    /// Whether it is.
    pub is_met: Option<bool>,
}

impl Gain {
    /// Holds the gain against a limit.
    pub fn hold(&mut self, on: BarOn, limit: f64) {
        let is_met = match on {
            BarOn::MeanAtMost => self.mean <= limit,
            BarOn::MeanAtLeast => self.mean >= limit,
            BarOn::MostAtMost => self.most <= limit,
        };
        (self.bar_on, self.bar, self.is_met) = (Some(on), Some(limit), Some(is_met));
    }

    /// What these people gained; none of nobody.
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

/// What a bar is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BarOn {
    /// The mean gain is at most the limit.
    MeanAtMost,
    /// The mean gain is at least the limit: nobody else may lower a target.
    MeanAtLeast,
    /// Nobody moves by more than the limit.
    MostAtMost,
}

/// The suite's findings.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// The moment.
    pub at: String,
    /// The 90th percentile of scored people, which no fake may pass.
    pub percentile_90: f64,
    /// By attack and group.
    pub gains: Vec<Gain>,
    /// Whether the warehouse is old enough for trust to tell accounts apart.
    pub is_settled: bool,
    /// Whether no fake passes the 90th percentile, aged accounts aside.
    pub are_fakes_below: bool,
}

impl Findings {
    /// Whether both groups have targets and every bar is met.
    pub fn are_met(&self) -> bool {
        let is_there = |group: Group| self.gains.iter().any(|gain| gain.group == Some(group));
        self.are_fakes_below
            && is_there(Group::MiddleFifth)
            && is_there(Group::Reach)
            && self.gains.iter().all(|gain| gain.is_met != Some(false))
    }
}
