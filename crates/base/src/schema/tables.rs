//! The published tables, column by column.

use super::{Kind, Table, optional, required};

/// One row a person.
pub const SCORES: Table = Table {
    name: "scores",
    description: "How influential each person is on the snapshot date.",
    grain: &["person_id"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            Kind::Text,
            "The person: an id of the identities table, or <network>:<account_id>",
        ),
        optional(
            "score",
            Kind::Measure,
            "Influence from 1 to 100, 12 points a decade; null without a counted reaction of another person",
        ),
        optional(
            "score_low",
            Kind::Measure,
            "Lower end of the 90 % interval of the score, 1 to 100: the score had another such crowd of reactors come",
        ),
        optional(
            "score_high",
            Kind::Measure,
            "Upper end of the 90 % interval of the score, 1 to 100, with what was not seen (coverage) made up for",
        ),
        required(
            "coverage",
            Kind::Measure,
            "Share of the person's expected signal that was there, 0 to 1: networks seen, load dates delivered",
        ),
        optional(
            "rank",
            Kind::Count,
            "1 is best; equals share a rank (1, 1, 3); by the score before it is clamped",
        ),
        optional(
            "percentile",
            Kind::Measure,
            "100 x the share of scored people with a strictly lower score",
        ),
        optional(
            "delta_1d",
            Kind::Measure,
            "Score minus the published score of one day before, in points",
        ),
        optional(
            "delta_7d",
            Kind::Measure,
            "Score minus the published score of seven days before, in points",
        ),
        optional(
            "delta_30d",
            Kind::Measure,
            "Score minus the published score of thirty days before, in points",
        ),
        required(
            "reach",
            Kind::Measure,
            "Effective number of people who reacted: (sum c)^2 / sum c^2 over their contributions c",
        ),
        optional(
            "amplification",
            Kind::Measure,
            "Counted reactions per post; null without posts",
        ),
        optional(
            "audience_influence",
            Kind::Measure,
            "Contribution-weighted mean of the reactors' scores; a reactor without a score counts as 1",
        ),
        required(
            "networks",
            Kind::TextList,
            "Networks on which the person has an account, sorted",
        ),
        required(
            "is_new",
            Kind::Flag,
            "Whether no earlier snapshot under this root has the person",
        ),
        optional(
            "last_active_at",
            Kind::Instant,
            "Time of the person's latest counted row as actor",
        ),
    ],
};

/// One row a person and network.
pub const NETWORK_SCORES: Table = Table {
    name: "network_scores",
    description: "Each person's influence by network.",
    grain: &["person_id", "network"],
    bloom_column: Some("person_id"),
    columns: &[
        required("person_id", Kind::Text, "The person"),
        required("network", Kind::Text, "The network's name"),
        optional(
            "score",
            Kind::Measure,
            "The score that this network's contributions alone would give, 1 to 100",
        ),
        required(
            "reach",
            Kind::Measure,
            "Effective number of people who reacted on this network",
        ),
        required(
            "reactions",
            Kind::Count,
            "Counted reactions of other persons on this network",
        ),
        required(
            "posts",
            Kind::Count,
            "Counted posts (or check-ins) of the person on this network",
        ),
        optional(
            "share",
            Kind::Measure,
            "Share of the person's influence that comes from this network; sums to 1 over a scored person's networks",
        ),
    ],
};

/// One row a person, other person and direction.
pub const INFLUENCES: Table = Table {
    name: "influences",
    description: "Who influences whom, for people at or above influences.min_percentile; at most 20 a direction.",
    grain: &["person_id", "other_person_id", "direction"],
    bloom_column: Some("person_id"),
    columns: &[
        required("person_id", Kind::Text, "The person"),
        required("other_person_id", Kind::Text, "The other person"),
        required(
            "direction",
            Kind::Text,
            "influenced_by: the other reacted to the person; influences: the person reacted to the other",
        ),
        required(
            "points",
            Kind::Measure,
            "Score x share of contributions: of the person's score (influenced_by) or of the other's (influences)",
        ),
        required("reactions", Kind::Count, "Counted reactions behind it"),
    ],
};

/// One row an input row, or file, that was refused.
pub const REJECTS: Table = Table {
    name: "rejects",
    description: "Input rows and files of this run's load dates that were refused, and why.",
    grain: &["table", "network", "load_date", "file", "row_number"],
    bloom_column: None,
    columns: &[
        required("table", Kind::Text, "The input table"),
        optional(
            "network",
            Kind::Text,
            "The partition's network; null where the table has none",
        ),
        optional(
            "load_date",
            Kind::Date,
            "The partition's load date; null where the table has none",
        ),
        required("file", Kind::Text, "The file, relative to the input root"),
        optional(
            "row_number",
            Kind::Count,
            "The row in the file, from 0; null where the whole file is refused",
        ),
        required("reason", Kind::Text, "What was found and what was expected"),
        optional("activity_id", Kind::Text, "The refused activity, where it has an id"),
    ],
};

/// One row a metric and network.
pub const RUN_METRICS: Table = Table {
    name: "run_metrics",
    description: "What this run counted; follows from the input alone.",
    grain: &["name", "network"],
    bloom_column: None,
    columns: &[
        required("name", Kind::Text, "The metric"),
        optional("network", Kind::Text, "The network; null for the whole warehouse"),
        required("value", Kind::Measure, "The value, in the metric's own unit"),
    ],
};
