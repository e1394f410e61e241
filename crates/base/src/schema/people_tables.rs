//! Published tables about score changes, alerts and perks.

use super::{ColumnType, TableSchema, optional, required};

/// One row per person, cause and detail.
pub const SCORE_CHANGES: TableSchema = TableSchema {
    name: "score_changes",
    description: "Causes of score changes since the day before. The points of a person sum to delta_1d; people \
        without a delta_1d have no rows.",
    grain: &["person_id", "cause", "detail"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person, as in the table scores.",
        ),
        required(
            "cause",
            ColumnType::Text,
            "Cause of the change: new_reactions, faded_reactions, repeats_saturated, reactors_rose, reactors_fell, \
             corroboration, network_joined, network_left, identity_changed, opted_out_reactors, scale_limit or \
             recalibrated.",
        ),
        required(
            "detail",
            ColumnType::Text,
            "Network of the change, and the people with the largest parts in it. Empty text if the cause has neither.",
        ),
        required(
            "points",
            ColumnType::Measure,
            "Effect of the cause on the score, in points; negative if it lowered the score.",
        ),
    ],
};

/// One row per person and kind of alert.
pub const ALERTS: TableSchema = TableSchema {
    name: "alerts",
    description: "Alerts of the snapshot date. A score change causes an alert only if each day's score lies outside \
        the other day's interval.",
    grain: &["person_id", "kind"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person, as in the table scores.",
        ),
        required(
            "kind",
            ColumnType::Text,
            "Kind of alert: score_dropped, score_rose, topic_gained, topic_lost or inactive.",
        ),
        optional(
            "points",
            ColumnType::Measure,
            "score_dropped, score_rose: change of the score since the day before, in points. topic_gained, topic_lost: \
             highest topic score among the topics of the alert, in points. inactive: predicted change of the score \
             after thirty days without reactions, in points, at most 0. Null if no prediction was computed.",
        ),
        required(
            "message",
            ColumnType::Text,
            "Sentence that states the event with its unit and date.",
        ),
        required(
            "advice",
            ColumnType::Text,
            "Evidence behind the alert and actions that would change it, computed from the causes.",
        ),
    ],
};

/// One row per campaign and winner.
pub const PERK_WINNERS: TableSchema = TableSchema {
    name: "perk_winners",
    description: "Winners of perks, drawn from the eligible people of one published snapshot.",
    grain: &["campaign_id", "person_id"],
    bloom_column: None,
    columns: &[
        required(
            "campaign_id",
            ColumnType::Text,
            "Id of the campaign, as in the campaign file.",
        ),
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person, as in the table scores.",
        ),
        required(
            "place",
            ColumnType::Count,
            "Position in the draw, from 1 (drawn first) to the number of winners.",
        ),
        required(
            "eligible_count",
            ColumnType::Count,
            "Number of eligible people in the draw.",
        ),
        required(
            "draw_hash",
            ColumnType::Text,
            "SHA-256 of seed, campaign, snapshot and person, in hexadecimal digits. The people with the smallest \
             hashes win.",
        ),
    ],
};
