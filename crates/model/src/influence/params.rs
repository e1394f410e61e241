//! The constants of the influence model. All belong to the model version: none is fitted during a
//! run, and each moves a score. Their names in the job file are `model.*`.

use serde::{Deserialize, Serialize};

mod topics;
mod validate;

pub use topics::Topics;

/// Every constant of the model, by the step of it that uses them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelParams {
    /// How fast a reaction fades.
    pub recency: Recency,
    /// How a day of many reactions is shared out.
    pub selectivity: Selectivity,
    /// How one reactor's repeats saturate.
    pub repeats: Repeats,
    /// How far a reactor is known.
    pub trust: Trust,
    /// How far a reactor's own standing counts.
    pub standing: Standing,
    /// How standing is propagated over the graph.
    pub propagation: Propagation,
    /// How far strangers count beside the trusted.
    pub corroboration: Corroboration,
    /// How influence becomes a score from 1 to 100.
    pub scale: Scale,
    /// What a person is credible on.
    pub topics: Topics,
}

/// Recency: K(age) = sum_j (m_j / h_j) 2^(-age / h_j), a mixture of half-lives h (days), each given
/// by its mass m, the share of a steady sum that it holds. The short ones see a burst as a
/// half-life of hours does, which foretells best; the long ones let somebody with a year of even
/// days lose 0.5 to 0.9 points in two silent days and 1.2 to 2.1 in ten (`clout evaluate`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recency {
    /// Half-lives h_j in days: one to eight of them, each from 0.01 to 10,000.
    pub half_lives_days: Vec<f64>,
    /// Masses m_j, one per half-life, positive, with sum 1.
    pub masses: Vec<f64>,
}

impl Default for Recency {
    fn default() -> Self {
        Recency {
            half_lives_days: vec![0.35, 3.0, 10.0, 30.0, 90.0],
            masses: vec![0.115, 0.04, 0.2, 0.325, 0.32],
        }
    }
}

/// Selectivity: a reaction counts 1 / (1 + (n - 1) / crowd + ((n - 1) / flood)^2) where its actor reacted
/// to n accounts within the same load date and UTC day, so the more people somebody likes in a day, the
/// less each like says, and a flood of likes says nothing. Repeats for one account do not swell n, and a
/// late row has a day of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selectivity {
    /// The choices beyond the first at which each counts half, > 0. Of 3 to 30, conversations (Cardano) are
    /// foretold best up to ten and bursts (Higgs) from ten on (ARCHITECTURE.md, what was measured).
    pub crowd: f64,
    /// The choices beyond the first at which nobody believes that they are choices, > 0. It moves no
    /// measured foresight from 30 to 100, and a known account that is paid to react to a thousand fakes
    /// lends them a twelfth of what it would without.
    pub flood: f64,
}

impl Default for Selectivity {
    fn default() -> Self {
        Selectivity {
            crowd: 10.0,
            flood: 30.0,
        }
    }
}

/// Repeats saturate twice. Within a day (see [`weights`](super::weights)) verb weights y of one pair
/// are worth (1 + b) y / (y + b); across days the decayed sum s is worth
/// a(u, v) = (1 + beta) s / (s + beta). A logarithm would still pay 12 points for a thousand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repeats {
    /// b > 0: what a day of any number of reactions adds to one of weight 1. From 0.1 to 0.5 foresight
    /// is the same, and at 0.1 a fan's thousandth reaction of a day is worth least.
    pub beta_day: f64,
    /// beta > 0: what coming back on other days can add. Young histories divide by a small M(H), so
    /// that s is 4 to 9 for one reaction there and a beta of 2 flattens recency; above 5 a fan who
    /// comes back on four days gains more than a point.
    pub beta: f64,
}

impl Default for Repeats {
    fn default() -> Self {
        Repeats {
            beta_day: 0.1,
            beta: 4.0,
        }
    }
}

/// Trust g in [0, 1] of a reactor: g = 1 - exp(-rate (days seen - 1)), days seen being the distinct
/// UTC days with a counted act of the person's best account. The second day is the step that
/// fresh accounts, bought by the thousand, have not taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trust {
    /// Per day, > 0. At 2 an account seen on two days is trusted to 0.86, on three to 0.98.
    pub rate: f64,
    /// Days from an account's first act to its last at which its days count in full, > 0: half a day, or
    /// a second before and one after midnight would be two days. Foresight is the same from 0 to 0.5.
    pub span_days: f64,
    /// Load dates of the warehouse's history, 2 to 365, from which on nobody is trusted for want
    /// of history: on one load date all are, for nobody can be told apart.
    pub settled_after_days: i32,
    /// Person ids that are trusted fully (g = 1) from the start.
    pub seeds: Vec<String>,
}

impl Default for Trust {
    fn default() -> Self {
        Trust {
            rate: 2.0,
            span_days: 0.5,
            settled_after_days: 4,
            seeds: Vec::new(),
        }
    }
}

/// Standing: rho(x) = 1 + gain (x - 1) / (x + half_at), x being the reactor's propagated standing
/// over that of an ordinary trusted person: 1 for x = 1, from 1 - gain / half_at to 1 + gain. Mild,
/// because plain PageRank foretells next-day reactions worse than a count does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Standing {
    /// What the most eminent reactor adds, >= 0 and below `half_at`; 0 turns standing off.
    pub gain: f64,
    /// The standing, in ordinary persons, near which half of the gain is reached, > 0.
    pub half_at: f64,
}

impl Default for Standing {
    fn default() -> Self {
        Standing {
            gain: 0.5,
            half_at: 10.0,
        }
    }
}

/// Propagation: r = (1 - damping) t + damping (P^T r + dangling mass t), with a trusted teleport t.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Propagation {
    /// The share of standing that is passed on, in [0, 1). Brin and Page's 0.85.
    pub damping: f64,
    /// The L1 distance of two iterations at which r has settled, in (0, 1). The error left is at
    /// most damping / (1 - damping) times that, of a total mass of 1.
    pub tolerance: f64,
    /// Iterations after which the run gives up, 1 to 100,000. At 0.85 about 100 suffice for 1e-7.
    pub max_iterations: usize,
}

impl Default for Propagation {
    fn default() -> Self {
        Propagation {
            damping: 0.85,
            tolerance: 1e-7,
            max_iterations: 200,
        }
    }
}

/// Corroboration: I = B + T + cap (1 - exp(-U / cap)) for trusted reactors T and strangers U, with
/// cap = T (l + L r^2 / (1 + r^2)), r = T / T0. Each known reactor vouches for a small part of a
/// stranger, and a crowd of known ones for a crowd of strangers: so on the day of a burst, when most are
/// new, those whom hundreds of known people react to are believed to be as large as they look, while a
/// thousand fresh accounts add little to anybody with ten known reactors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Corroboration {
    /// B > 0: keeps a score for everybody who was ever reacted to, and belongs to nobody.
    pub base: f64,
    /// l >= 0: the strangers that each trusted reactor can vouch for, where there are few. 0.08: at most
    /// 0.4 points (12 log10 1.08), and conversations (Cardano) are foretold better than at 0 or 0.2.
    pub per_trusted_of_few: f64,
    /// L >= 0: those that each can vouch for beyond these, where there are many. Half of it foretells
    /// the middle of a burst (4 July of the Higgs data) up to one per cent worse.
    pub per_trusted: f64,
    /// T0 > 0: the trusted reactors at which half of L is reached. 180: the least at which a star gains
    /// people with a reach of 10 to 30 no more than a point on all data at hand (ARCHITECTURE.md).
    pub half_at: f64,
}

impl Default for Corroboration {
    fn default() -> Self {
        Corroboration {
            base: 0.25,
            per_trusted_of_few: 0.08,
            per_trusted: 24.0,
            half_at: 180.0,
        }
    }
}

impl Corroboration {
    /// The most that strangers can add to `trusted`.
    pub fn cap(&self, trusted: f64) -> f64 {
        let crowd = (trusted / self.half_at).powi(2);
        // As one less what is missing to 1: a crowd beyond all bounds is no infinity over another.
        let share = 1.0 - 1.0 / (1.0 + crowd);
        trusted * (self.per_trusted_of_few + self.per_trusted * share)
    }
}

/// Scale: score = clamp(b0 + b1 ln I, 1, 100), b1 = points_per_decade / ln 10 and
/// b0 = one_reactor - b1 ln(1 + B).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scale {
    /// Points for ten times the influence, > 0. Twelve, as tweepcred had: a million is 92.
    pub points_per_decade: f64,
    /// The score of one fresh, fully trusted, ordinary reactor alone, from 1 to 100.
    pub one_reactor: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Scale {
            points_per_decade: 12.0,
            one_reactor: 20.0,
        }
    }
}
