//! Published tables about topics.

use super::{ColumnType, TableSchema, required};

/// One row per person and topic.
pub const TOPIC_SCORES: TableSchema = TableSchema {
    name: "topic_scores",
    description: "Credibility of people on topics: one row for each topic with evidence for the person.",
    grain: &["person_id", "topic_id"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person, as in the table scores.",
        ),
        required(
            "topic_id",
            ColumnType::Text,
            "Id of the topic, as in the input table topics.",
        ),
        required(
            "score",
            ColumnType::Measure,
            "Credibility of the person on the topic, in points from 1 to 100, on the scale of scores.score.",
        ),
        required(
            "rank_in_topic",
            ColumnType::Count,
            "Rank among the people of the topic; 1 is the highest. Rows with is_shown come before all others, then \
             higher scores before lower ones; equal rows share a rank (1, 1, 3).",
        ),
        required(
            "confidence",
            ColumnType::Measure,
            "Confidence that the topic belongs to the person, from 0 to 1: 1 - 2^(-n/2), with n the summed trust of \
             the other people behind the evidence, plus 0.5 for the person's own words.",
        ),
        required(
            "reactors",
            ColumnType::Count,
            "Number of people who reacted to the person on the topic.",
        ),
        required(
            "endorsers",
            ColumnType::Count,
            "Number of people with an endorsement of the person on the topic that counts for more than 0.",
        ),
        required(
            "is_shown",
            ColumnType::Flag,
            "True if the listed evidence comes from at least two independent people, counting the person's own posts \
             as one of them, and another known person (trust of 0.5 or more) reacted or endorsed.",
        ),
    ],
};

/// One row per person, topic and piece of evidence.
pub const TOPIC_EVIDENCE: TableSchema = TableSchema {
    name: "topic_evidence",
    description: "Evidence behind each shown topic (is_shown in topic_scores), and behind each topic that rests on \
        narrower topics alone: at most three pieces of each kind; for tags and texts, at most the four latest.",
    grain: &["person_id", "topic_id", "kind", "source_id"],
    bloom_column: Some("person_id"),
    columns: &[
        required(
            "person_id",
            ColumnType::Text,
            "Id of the person, as in the table scores.",
        ),
        required(
            "topic_id",
            ColumnType::Text,
            "Id of the topic, as in the input table topics.",
        ),
        required(
            "kind",
            ColumnType::Text,
            "Kind of evidence: tag, text, endorsement, audience or ancestor.",
        ),
        required(
            "source_id",
            ColumnType::Text,
            "Id of the source. tag: the object, or the activity if it has no object. text: the activity. endorsement: \
             the endorsement. audience: the reacting person. ancestor: another topic of the person, either a narrower \
             one or the neighbouring topic that adds most.",
        ),
        required(
            "weight",
            ColumnType::Measure,
            "tag, text: weight of the latest act on the source, after decay. Other kinds: strength that the source \
             adds to the topic, before the factor for rarity. 1 is one fresh reaction of a trusted person.",
        ),
    ],
};
