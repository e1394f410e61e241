//! Published tables about people, networks, influences, rejects and metrics.

use super::{ColumnType, TableSchema, optional, required};

/// One row per person.
pub const SCORES: TableSchema = TableSchema {
    name: "scores",
    description: "Influence of each person on the snapshot date.",
    grain: &["person_id"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person: a person_id of the identities table, or <network>:<account_id> for an account without \
             an identity.",
        ),
        optional(
            "score",
            ColumnType::Measure,
            "Influence on a logarithmic scale, in points from 1 to 100; by default, 12 points more mean ten times the \
             influence. Null if no reaction of another person to this person counted.",
        ),
        optional(
            "score_low",
            ColumnType::Measure,
            "Lower bound of the 90 % bootstrap interval of the score, in points from 1 to the score. Null if the \
             score is null.",
        ),
        optional(
            "score_high",
            ColumnType::Measure,
            "Upper bound of the 90 % bootstrap interval of the score, in points from the score to 100; it includes an \
             estimate of the signal that coverage lacks. Null if the score is null.",
        ),
        required(
            "coverage",
            ColumnType::Measure,
            "Share of the person's expected signal that is present in the input, from 0 to 1: the networks on which \
             the person was seen, each with the share of its load dates that was delivered.",
        ),
        optional(
            "rank",
            ColumnType::Count,
            "Rank by unclamped score; 1 is the highest, and equal scores share a rank (1, 1, 3). Null if the score is \
             null.",
        ),
        optional(
            "percentile",
            ColumnType::Measure,
            "100 times the share of scored people with a strictly lower score, from 0 to less than 100. Null if the \
             score is null.",
        ),
        optional(
            "delta_1d",
            ColumnType::Measure,
            "Score minus the published score of one day before, in points. Null if either score is missing.",
        ),
        optional(
            "delta_7d",
            ColumnType::Measure,
            "Score minus the published score of seven days before, in points. Null if either score is missing.",
        ),
        optional(
            "delta_30d",
            ColumnType::Measure,
            "Score minus the published score of thirty days before, in points. Null if either score is missing.",
        ),
        required(
            "reach",
            ColumnType::Measure,
            "Effective number of reactors: (sum c)^2 / sum c^2 over their contributions c. 0 without reactors.",
        ),
        optional(
            "amplification",
            ColumnType::Measure,
            "Counted reactions per counted post. Null if the person has no counted post.",
        ),
        optional(
            "audience_influence",
            ColumnType::Measure,
            "Mean score of the reactors, weighted by their contributions, in points from 1 to 100; a reactor without \
             a score counts as 1. Null without reactors.",
        ),
        required(
            "networks",
            ColumnType::TextList,
            "Names of the networks on which the person has an account, sorted.",
        ),
        required(
            "is_new",
            ColumnType::Flag,
            "True if no earlier snapshot under this output root contains the person.",
        ),
        optional(
            "last_active_at",
            ColumnType::Instant,
            "Time of the person's latest counted activity as actor, in UTC. Null without such an activity.",
        ),
    ],
};

/// One row per account of a person.
pub const PEOPLE: TableSchema = TableSchema {
    name: "people",
    description: "Accounts of each person in the table scores, with what the newest accounts table says about them. \
        No score depends on it.",
    grain: &["person_id", "network", "account_id"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person, as in the table scores.",
        ),
        required("network", ColumnType::Text, "Name of the network."),
        required("account_id", ColumnType::Text, "Id of the account on the network."),
        optional(
            "handle",
            ColumnType::Text,
            "Name by which the account is mentioned. Null, like all columns after it, if the accounts in force do not \
             say it.",
        ),
        optional(
            "display_name",
            ColumnType::Text,
            "Name that the account shows, as delivered.",
        ),
        optional(
            "created_at",
            ColumnType::Instant,
            "Time at which the account was created.",
        ),
        optional(
            "followers_count",
            ColumnType::Count,
            "Number of followers that the network reports.",
        ),
        optional(
            "is_verified",
            ColumnType::Flag,
            "True if the network has verified the account.",
        ),
        optional(
            "is_suspended",
            ColumnType::Flag,
            "True if the network has suspended the account.",
        ),
    ],
};

/// One row per person and network.
pub const NETWORK_SCORES: TableSchema = TableSchema {
    name: "network_scores",
    description: "Influence of each person by network.",
    grain: &["person_id", "network"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person, as in the table scores.",
        ),
        required("network", ColumnType::Text, "Name of the network."),
        optional(
            "score",
            ColumnType::Measure,
            "Score that the contributions of this network alone would give, in points from 1 to 100. Null if no \
             reaction on this network counted.",
        ),
        required(
            "reach",
            ColumnType::Measure,
            "Effective number of reactors on this network, computed as in the table scores. 0 without reactors.",
        ),
        required(
            "reactions",
            ColumnType::Count,
            "Number of counted reactions of other persons to this person on this network.",
        ),
        required(
            "posts",
            ColumnType::Count,
            "Number of counted posts (or check-ins) of the person on this network.",
        ),
        optional(
            "share",
            ColumnType::Measure,
            "Share of the person's influence that comes from this network, from 0 to 1; the shares of a person sum to \
             1. Null if the person has no score.",
        ),
    ],
};

/// One row per person, other person and direction.
pub const INFLUENCES: TableSchema = TableSchema {
    name: "influences",
    description: "Strongest influences between pairs of people, for people at or above influences.min_percentile: at \
        most 20 rows per person and direction.",
    grain: &["person_id", "other_person_id", "direction"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person, as in the table scores.",
        ),
        required(
            "other_person_id",
            ColumnType::Text,
            "Id of the other person, as in the table scores.",
        ),
        required(
            "direction",
            ColumnType::Text,
            "influenced_by: the other person reacted to the person. influences: the person reacted to the other \
             person.",
        ),
        required(
            "points",
            ColumnType::Measure,
            "Part of the target's score that the reactor contributes, in points from 0 to 100: score times share of \
             contributions. The target is the person for influenced_by, and the other person for influences.",
        ),
        required(
            "reactions",
            ColumnType::Count,
            "Number of counted reactions behind the points.",
        ),
    ],
};

/// One row per refused input row or file.
pub const REJECTS: TableSchema = TableSchema {
    name: "rejects",
    description: "Refused input rows and files of this run's load dates, with the reason.",
    grain: &["table", "network", "load_date", "file", "row_number"],
    bloom_column: None,
    columns: &[
        required("table", ColumnType::Text, "Name of the input table."),
        optional(
            "network",
            ColumnType::Text,
            "Network of the partition. Null if the table is not partitioned by network.",
        ),
        optional(
            "load_date",
            ColumnType::Date,
            "Load date of the partition. Null if the table is not partitioned by load date.",
        ),
        required(
            "file",
            ColumnType::Text,
            "Path of the file, relative to the input root.",
        ),
        optional(
            "row_number",
            ColumnType::Count,
            "Index of the row in the file, from 0. Null if the whole file is refused.",
        ),
        required(
            "reason",
            ColumnType::Text,
            "Reason for the refusal: the value found and the value expected.",
        ),
        optional(
            "activity_id",
            ColumnType::Text,
            "Id of the refused activity. Null if the row has no such id, or is not an activity.",
        ),
    ],
};

/// One row per metric and network.
pub const RUN_METRICS: TableSchema = TableSchema {
    name: "run_metrics",
    description: "Counts and measures of this run. They depend on the input alone.",
    grain: &["name", "network"],
    bloom_column: None,
    columns: &[
        required("name", ColumnType::Text, "Name of the metric."),
        optional(
            "network",
            ColumnType::Text,
            "Network that the value is about. Null for the whole warehouse.",
        ),
        required(
            "value",
            ColumnType::Measure,
            "Value of the metric, in the metric's own unit.",
        ),
    ],
};
