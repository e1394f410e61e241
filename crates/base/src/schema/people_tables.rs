//! The published tables about why scores move, and who is told or rewarded.

use super::{Kind, Table, optional, required};

/// One row a person, cause and detail.
pub const SCORE_CHANGES: Table = Table {
    name: "score_changes",
    description: "Why scores moved since the day before: for each person with a delta_1d, points that sum to it.",
    grain: &["person_id", "cause", "detail"],
    bloom_column: Some("person_id"),
    columns: &[
        required("person_id", Kind::Text, "The person"),
        required(
            "cause",
            Kind::Text,
            "new_reactions, faded_reactions, repeats_saturated, reactors_rose, reactors_fell, corroboration, \
             network_joined, network_left, identity_changed, opted_out_reactors, scale_limit or recalibrated",
        ),
        required(
            "detail",
            Kind::Text,
            "The network, and the people with the largest parts; empty where the cause has neither",
        ),
        required("points", Kind::Measure, "What this did to the score, in points"),
    ],
};

/// One row a person and kind of alert.
pub const ALERTS: Table = Table {
    name: "alerts",
    description: "What people should be told tonight; nothing that lies within a score's interval.",
    grain: &["person_id", "kind"],
    bloom_column: Some("person_id"),
    columns: &[
        required("person_id", Kind::Text, "The person"),
        required(
            "kind",
            Kind::Text,
            "score_dropped, score_rose, topic_gained, topic_lost or inactive",
        ),
        optional(
            "points",
            Kind::Measure,
            "score_dropped, score_rose: points since the day before; topic_gained, topic_lost: the topic score; inactive: \
             what thirty days of silence will cost, at most 0",
        ),
        required(
            "message",
            Kind::Text,
            "What happened, as a sentence with its unit and date",
        ),
        required(
            "advice",
            Kind::Text,
            "What it rests on and what would change it, computed from the causes",
        ),
    ],
};

/// One row a campaign and winner.
pub const PERK_WINNERS: Table = Table {
    name: "perk_winners",
    description: "Who won which perk, drawn among the eligible of one published snapshot.",
    grain: &["campaign_id", "person_id"],
    bloom_column: None,
    columns: &[
        required("campaign_id", Kind::Text, "The campaign"),
        required("person_id", Kind::Text, "The person"),
        required("place", Kind::Count, "1 was drawn first"),
        required("eligible_count", Kind::Count, "People among whom it was drawn"),
        required(
            "draw_hash",
            Kind::Text,
            "SHA-256 of seed, campaign, snapshot and person, in hex: the least ones win",
        ),
    ],
};
