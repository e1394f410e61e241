//! Published tables about people, networks, influences, rejects and metrics.

use super::{Kind, Table, optional, required};

/// One row per person.
pub const SCORES: Table = Table {
    name: "scores",
    description: "Influence of each person on the snapshot date.",
    grain: &["person_id"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            Kind::Text,
            "Id of the person: a person_id of the identities table, or <network>:<account_id> for an account without \
             an identity.",
        ),
        optional(
            "score",
            Kind::Measure,
            "Influence on a logarithmic scale, in points from 1 to 100; by default, 12 points more mean ten times the \
             influence. Null if no reaction of another person to this person counted.",
        ),
        optional(
            "score_low",
            Kind::Measure,
            "Lower bound of the 90 % bootstrap interval of the score, in points from 1 to the score. Null if the \
             score is null.",
        ),
        optional(
            "score_high",
            Kind::Measure,
            "Upper bound of the 90 % bootstrap interval of the score, in points from the score to 100; it includes an \
             estimate of the signal that coverage lacks. Null if the score is null.",
        ),
        required(
            "coverage",
            Kind::Measure,
            "Share of the person's expected signal that is present in the input, from 0 to 1: the networks on which \
             the person was seen, each with the share of its load dates that was delivered.",
        ),
        optional(
            "rank",
            Kind::Count,
            "Rank by unclamped score; 1 is the highest, and equal scores share a rank (1, 1, 3). Null if the score is \
             null.",
        ),
        optional(
            "percentile",
            Kind::Measure,
            "100 times the share of scored people with a strictly lower score, from 0 to less than 100. Null if the \
             score is null.",
        ),
        optional(
            "delta_1d",
            Kind::Measure,
            "Score minus the published score of one day before, in points. Null if either score is missing.",
        ),
        optional(
            "delta_7d",
            Kind::Measure,
            "Score minus the published score of seven days before, in points. Null if either score is missing.",
        ),
        optional(
            "delta_30d",
            Kind::Measure,
            "Score minus the published score of thirty days before, in points. Null if either score is missing.",
        ),
        required(
            "reach",
            Kind::Measure,
            "Effective number of reactors: (sum c)^2 / sum c^2 over their contributions c. 0 without reactors.",
        ),
        optional(
            "amplification",
            Kind::Measure,
            "Counted reactions per counted post. Null if the person has no counted post.",
        ),
        optional(
            "audience_influence",
            Kind::Measure,
            "Mean score of the reactors, weighted by their contributions, in points from 1 to 100; a reactor without \
             a score counts as 1. Null without reactors.",
        ),
        required(
            "networks",
            Kind::TextList,
            "Names of the networks on which the person has an account, sorted.",
        ),
        required(
            "is_new",
            Kind::Flag,
            "True if no earlier snapshot under this output root contains the person.",
        ),
        optional(
            "last_active_at",
            Kind::Instant,
            "Time of the person's latest counted activity as actor, in UTC. Null without such an activity.",
        ),
    ],
};

/// One row per person and network.
pub const NETWORK_SCORES: Table = Table {
    name: "network_scores",
    description: "Influence of each person by network.",
    grain: &["person_id", "network"],
    bloom_column: Some("person_id"),
    columns: &[
        required("person_id", Kind::Text, "Id of the person, as in the table scores."),
        required("network", Kind::Text, "Name of the network."),
        optional(
            "score",
            Kind::Measure,
            "Score that the contributions of this network alone would give, in points from 1 to 100. Null if no \
             reaction on this network counted.",
        ),
        required(
            "reach",
            Kind::Measure,
            "Effective number of reactors on this network, computed as in the table scores. 0 without reactors.",
        ),
        required(
            "reactions",
            Kind::Count,
            "Number of counted reactions of other persons to this person on this network.",
        ),
        required(
            "posts",
            Kind::Count,
            "Number of counted posts (or check-ins) of the person on this network.",
        ),
        optional(
            "share",
            Kind::Measure,
            "Share of the person's influence that comes from this network, from 0 to 1; the shares of a person sum to \
             1. Null if the person has no score.",
        ),
    ],
};

/// One row per person, other person and direction.
pub const INFLUENCES: Table = Table {
    name: "influences",
    description: "Strongest influences between pairs of people, for people at or above influences.min_percentile: at \
        most 20 rows per person and direction.",
    grain: &["person_id", "other_person_id", "direction"],
    bloom_column: Some("person_id"),
    columns: &[
        required("person_id", Kind::Text, "Id of the person, as in the table scores."),
        required(
            "other_person_id",
            Kind::Text,
            "Id of the other person, as in the table scores.",
        ),
        required(
            "direction",
            Kind::Text,
            "influenced_by: the other person reacted to the person. influences: the person reacted to the other \
             person.",
        ),
        required(
            "points",
            Kind::Measure,
            "Part of the target's score that the reactor contributes, in points from 0 to 100: score times share of \
             contributions. The target is the person for influenced_by, and the other person for influences.",
        ),
        required(
            "reactions",
            Kind::Count,
            "Number of counted reactions behind the points.",
        ),
    ],
};

/// One row per refused input row or file.
pub const REJECTS: Table = Table {
    name: "rejects",
    description: "Refused input rows and files of this run's load dates, with the reason.",
    grain: &["table", "network", "load_date", "file", "row_number"],
    bloom_column: None,
    columns: &[
        required("table", Kind::Text, "Name of the input table."),
        optional(
            "network",
            Kind::Text,
            "Network of the partition. Null if the table is not partitioned by network.",
        ),
        optional(
            "load_date",
            Kind::Date,
            "Load date of the partition. Null if the table is not partitioned by load date.",
        ),
        required("file", Kind::Text, "Path of the file, relative to the input root."),
        optional(
            "row_number",
            Kind::Count,
            "Index of the row in the file, from 0. Null if the whole file is refused.",
        ),
        required(
            "reason",
            Kind::Text,
            "Reason for the refusal: the value found and the value expected.",
        ),
        optional(
            "activity_id",
            Kind::Text,
            "Id of the refused activity. Null if the row has no such id, or is not an activity.",
        ),
    ],
};

/// One row per metric and network.
pub const RUN_METRICS: Table = Table {
    name: "run_metrics",
    description: "Counts and measures of this run. They depend on the input alone.",
    grain: &["name", "network"],
    bloom_column: None,
    columns: &[
        required("name", Kind::Text, "Name of the metric."),
        optional(
            "network",
            Kind::Text,
            "Network that the value is about. Null for the whole warehouse.",
        ),
        required("value", Kind::Measure, "Value of the metric, in the metric's own unit."),
    ],
};
