//! The constants of the influence model. All belong to the model version: none is fitted during a
//! run, and each affects the scores. Their names in the job file are `model.*`.

use serde::{Deserialize, Serialize};

mod topics;
mod validate;

pub use topics::TopicParams;

/// All constants of the model, grouped by step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelParams {
    /// Decay of reactions over time.
    pub recency: RecencyParams,
    /// Discount for days with many reactions.
    pub selectivity: SelectivityParams,
    /// Saturation of one reactor's repeats.
    pub repeats: RepeatParams,
    /// Trust in a reactor.
    pub trust: TrustParams,
    /// Effect of a reactor's own rank.
    pub standing: RankParams,
    /// Propagation of rank over the graph.
    pub propagation: RankPropagationParams,
    /// Weight of strangers beside trusted reactors.
    pub corroboration: CorroborationParams,
    /// Conversion of influence to a score from 1 to 100.
    pub scale: ScaleParams,
    /// Topic scores.
    pub topics: TopicParams,
}

/// Recency: K(age) = sum_j (m_j / h_j) 2^(-age / h_j), a mixture of half-lives h (days), each with
/// a mass m, its share of a steady sum. The short ones react to a burst like a half-life of hours, which
/// predicts best; with the long ones, a person with a year of even days loses 0.5 to 0.9 points in two
/// silent days and 1.2 to 2.1 in ten (`clout evaluate`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecencyParams {
    /// Half-lives h_j in days: one to eight, each from 0.01 to 10,000.
    pub half_lives_days: Vec<f64>,
    /// Masses m_j, one per half-life, positive, with sum 1.
    pub masses: Vec<f64>,
}

impl Default for RecencyParams {
    fn default() -> Self {
        RecencyParams {
            half_lives_days: vec![0.35, 3.0, 10.0, 30.0, 90.0],
            masses: vec![0.115, 0.04, 0.2, 0.325, 0.32],
        }
    }
}

/// Selectivity: a reaction counts 1 / (1 + (n - 1) / crowd + ((n - 1) / flood)^2) if its actor reacted
/// to n accounts within the same load date and UTC day. The more accounts an actor likes in a day, the
/// less each like counts, and a flood of likes counts almost nothing. Repeats for one account do not raise
/// n, and a late row counts as a day of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelectivityParams {
    /// Number of choices beyond the first at which each counts half, > 0. From 3 to 30, conversations (Cardano)
    /// are predicted best up to ten and bursts (Higgs) from ten on (docs/src/research/constants.md).
    pub crowd: f64,
    /// Number of choices beyond the first at which reactions count as a flood, > 0. It changes no
    /// measured prediction from 30 to 100, and a trusted account that is paid to react to a thousand fakes
    /// lends them a twelfth of the attention that it would lend without it.
    pub flood: f64,
}

impl Default for SelectivityParams {
    fn default() -> Self {
        SelectivityParams {
            crowd: 10.0,
            flood: 30.0,
        }
    }
}

/// Saturation of repeats, in two steps. Within a day (see [`weights`](super::weights)) verb weights y of one pair
/// are worth (1 + b) y / (y + b); across days the decayed sum s is worth
/// a(u, v) = (1 + beta) s / (s + beta). A logarithm would still give 12 points for a thousand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepeatParams {
    /// b > 0: the most that a day of any number of reactions adds to one of weight 1. From 0.1 to 0.5 the
    /// prediction is the same, and at 0.1 a fan's thousandth reaction of a day is worth least.
    pub beta_day: f64,
    /// beta > 0: the most that reactions on other days add. Young histories divide by a small M(H), so
    /// s is 4 to 9 for one reaction there and a beta of 2 flattens recency; above 5 a fan with
    /// reactions on four days gains more than a point.
    pub beta: f64,
}

impl Default for RepeatParams {
    fn default() -> Self {
        RepeatParams {
            beta_day: 0.1,
            beta: 4.0,
        }
    }
}

/// Trust g in [0, 1] of a reactor: g = 1 - exp(-rate (days seen - 1)). Days seen are the distinct
/// UTC days with a counted act of the person's best account. Fresh accounts, bought by the thousand,
/// fail this test because they lack a second day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrustParams {
    /// Rate per day, > 0. At 2 an account seen on two days has a trust of 0.86, on three 0.98.
    pub rate: f64,
    /// Days from an account's first act to its last at which its days count in full, > 0. Without it, a
    /// second before and one after midnight would be two days. The prediction is the same from 0 to 0.5.
    pub span_days: f64,
    /// Length of the warehouse's history in load dates, 2 to 365, at which the allowance for a short
    /// history ends. On one load date all accounts are trusted, because nothing distinguishes them.
    pub settled_after_days: i32,
    /// Person ids with full trust (g = 1) from the start.
    pub seeds: Vec<String>,
}

impl Default for TrustParams {
    fn default() -> Self {
        TrustParams {
            rate: 2.0,
            span_days: 0.5,
            settled_after_days: 4,
            seeds: Vec::new(),
        }
    }
}

/// Rank factor: rho(x) = 1 + gain (x - 1) / (x + half_at). x is the reactor's propagated rank relative to
/// that of an average trusted person: 1 for x = 1, from 1 - gain / half_at to 1 + gain. The effect is mild,
/// because plain PageRank predicts next-day reactions worse than a count does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RankParams {
    /// Largest gain by rank, >= 0 and below `half_at`; 0 turns the rank factor off.
    pub gain: f64,
    /// Rank, relative to an average person, at about half of the gain, > 0.
    pub half_at: f64,
}

impl Default for RankParams {
    fn default() -> Self {
        RankParams {
            gain: 0.5,
            half_at: 10.0,
        }
    }
}

/// Propagation: r = (1 - damping) t + damping (P^T r + dangling mass t), with a trusted teleport t.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RankPropagationParams {
    /// Share of rank that is passed on, in [0, 1). Brin and Page's 0.85.
    pub damping: f64,
    /// L1 change of r by one plain step at which it has converged, in (0, 1). The remaining error is at
    /// most damping / (1 - damping) times that, of a total mass of 1. Two graphs that differ elsewhere stop at other
    /// points within it, so the default leaves every score exact to nine digits.
    pub tolerance: f64,
    /// Largest number of iterations, 1 to 100,000. At 0.85 at most 140 suffice for 1e-9.
    pub max_iterations: usize,
}

impl Default for RankPropagationParams {
    fn default() -> Self {
        RankPropagationParams {
            damping: 0.85,
            tolerance: 1e-9,
            max_iterations: 200,
        }
    }
}

/// Corroboration: I = B + T + cap (1 - exp(-U / cap)) for trusted reactors T and strangers U, with
/// cap = T (l + L r^2 / (1 + r^2)), r = T / T0. Each trusted reactor vouches for a small part of a
/// stranger, and a crowd of trusted ones for a crowd of strangers. So on the day of a burst, when most
/// reactors are new, a person with hundreds of trusted reactors gets the strangers' attention almost in full,
/// but a thousand fresh accounts add little to a person with ten trusted reactors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CorroborationParams {
    /// B > 0: a base that gives a score to each person with a reactor; no reactor owns it.
    pub base: f64,
    /// l >= 0: the strangers that each trusted reactor vouches for when they are few. 0.08: at most
    /// 0.4 points (12 log10 1.08), and conversations (Cardano) are predicted better than at 0 or 0.2.
    pub per_trusted_of_few: f64,
    /// L >= 0: the additional strangers that each trusted reactor vouches for when they are many. Half of it predicts
    /// the middle of a burst (4 July of the Higgs data) up to one per cent worse.
    pub per_trusted: f64,
    /// T0 > 0: the trusted reactors at which half of L is reached. 180 is the least at which a star lifts
    /// people with a reach of 10 to 30 by at most a point on all measured data (docs/src/research/constants.md).
    pub half_at: f64,
}

impl Default for CorroborationParams {
    fn default() -> Self {
        CorroborationParams {
            base: 0.25,
            per_trusted_of_few: 0.08,
            per_trusted: 24.0,
            half_at: 180.0,
        }
    }
}

impl CorroborationParams {
    /// Returns the most that strangers can add to `trusted`.
    pub fn cap(&self, trusted: f64) -> f64 {
        let crowd = (trusted / self.half_at).powi(2);
        // Written as 1 - 1 / (1 + crowd), because an infinite crowd would give infinity / infinity otherwise.
        let share = 1.0 - 1.0 / (1.0 + crowd);
        trusted * (self.per_trusted_of_few + self.per_trusted * share)
    }
}

/// Scale: score = clamp(b0 + b1 ln I, 1, 100), b1 = points_per_decade / ln 10 and
/// b0 = one_reactor - b1 ln(1 + B).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScaleParams {
    /// Points for ten times the influence, > 0. Twelve, as in tweepcred: a million is 92.
    pub points_per_decade: f64,
    /// Score of one fresh, fully trusted reactor of average rank alone, from 1 to 100.
    pub one_reactor: f64,
}

impl Default for ScaleParams {
    fn default() -> Self {
        ScaleParams {
            points_per_decade: 12.0,
            one_reactor: 20.0,
        }
    }
}
