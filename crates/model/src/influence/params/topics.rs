//! The constants of topic scores; their names in the job file are `model.topics.*`.

use serde::{Deserialize, Serialize};

/// Topic scores: what a person is credible on (`clout_topics`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Topics {
    /// Half-life in days of a reaction on a topic and of a person's own acts, from 1 to 10,000. On Cardano 30
    /// days foretell who gives accepted answers better than 60 or 90 (ARCHITECTURE.md).
    pub half_life_days: f64,
    /// Half-life in days of an endorsement, from 1 to 10,000: a word of praise is meant to last a season.
    pub endorsement_half_life_days: f64,
    /// What one fresh endorsement by a trusted person of standing is worth beside one reaction, >= 0.
    pub endorsement: f64,
    /// The trusted attention that an endorser must have to count half, > 0: praise by somebody to whom nobody
    /// listens says little. One trusted reactor is what tells a person from an account.
    pub endorser_half_at: f64,
    /// Days, > 0, on which an account must have been seen for its praise, and its attention to others who
    /// praise, to count by about two thirds: [`seasoned`](crate::influence::trust::seasoned). A reaction is news and is
    /// trusted from the second day; praise can wait, so accounts that are bought for it must be kept for weeks.
    pub seasoned_days: f64,
    /// What one fresh act for others on the topic is worth beside a reaction, >= 0.
    pub given: f64,
    /// The most that a person's own acts count beside what others gave on the topic, >= 0: so talking alone
    /// earns nothing.
    pub given_per_earned: f64,
    /// How far the audience's own interest in the topic counts, >= 0.
    pub audience: f64,
    /// How far the neighbouring topic that lends most counts, by the share of rows on this topic that are on it too,
    /// >= 0.
    pub related: f64,
    /// The share of all people with a topic at which a topic's contributions count half, > 0: what everybody is
    /// known for tells little.
    pub common_at: f64,
    /// What is left of a contribution at each step up to a broader topic, from 0 to 1.
    pub ancestor_decay: f64,
}

impl Default for Topics {
    fn default() -> Self {
        Topics {
            half_life_days: 30.0,
            endorsement_half_life_days: 90.0,
            endorsement: 1.0,
            endorser_half_at: 1.0,
            seasoned_days: 10.0,
            given: 2.0,
            given_per_earned: 3.0,
            audience: 1.0,
            related: 1.0,
            common_at: 0.25,
            ancestor_decay: 0.5,
        }
    }
}
