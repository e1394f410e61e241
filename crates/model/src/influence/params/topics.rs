//! The constants of topic scores. Their names in the job file are `model.topics.*`.

use serde::{Deserialize, Serialize};

/// Constants of the topic scores (the crate `clout-topics`), which measure a person's credibility on a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopicParams {
    /// Half-life in days of a reaction on a topic and of a person's own acts, from 1 to 10,000. On Cardano, 30
    /// days predict the authors of accepted answers better than 60 or 90 (docs/src/research/topics.md).
    pub half_life_days: f64,
    /// Second, longer half-life in days of a person's own acts and of the reactions that vouch for them, from 1 to
    /// 10,000. Expertise lasts for years: three of them leave half of it.
    pub lasting_half_life_days: f64,
    /// Share, from 0 to 1, of a fresh own act that fades with the longer half-life; the rest fades with the shorter.
    pub lasting_share: f64,
    /// Half-life in days of an endorsement, from 1 to 10,000. An endorsement is meant to last a season.
    pub endorsement_half_life_days: f64,
    /// Weight of one fresh endorsement by a trusted person of average rank, relative to one reaction, >= 0.
    pub endorsement: f64,
    /// Trusted attention at which an endorser counts half, > 0: an endorser without attention counts
    /// little. One trusted reactor distinguishes a person from a bare account.
    pub endorser_half_at: f64,
    /// Days, > 0, on which an account must have been seen for its endorsements, and its attention to other
    /// endorsers, to count by about two thirds: [`seasoned`](crate::influence::trust::compute_seasoning). A reaction is
    /// timely and trusted from the second day; an endorsement can wait, so accounts bought for endorsements
    /// must be kept for weeks.
    pub seasoned_days: f64,
    /// Weight of one fresh act for others on the topic, relative to a reaction, >= 0.
    pub given: f64,
    /// Own acts for others that the reactions of the helped people vouch for, relative to those reactions, >= 0. At 10,
    /// help counts nearly in full if one of five helped persons reacts; help that nobody answers earns nothing.
    pub given_per_earned: f64,
    /// Weight of the audience's own interest in the topic, >= 0.
    pub audience: f64,
    /// Weight of the related topic that lends most, by the share of rows on this topic that are also on it,
    /// >= 0.
    pub related: f64,
    /// Share of all people with a topic at which the topic's contributions count half, > 0: a topic common to
    /// all people distinguishes no person.
    pub common_at: f64,
    /// Share of a contribution that remains at each step up to a broader topic, from 0 to 1.
    pub ancestor_decay: f64,
}

impl Default for TopicParams {
    fn default() -> Self {
        TopicParams {
            half_life_days: 30.0,
            lasting_half_life_days: 1080.0,
            lasting_share: 0.25,
            endorsement_half_life_days: 90.0,
            endorsement: 1.0,
            endorser_half_at: 1.0,
            seasoned_days: 10.0,
            given: 2.0,
            given_per_earned: 10.0,
            audience: 1.0,
            related: 1.0,
            common_at: 0.25,
            ancestor_decay: 0.5,
        }
    }
}
