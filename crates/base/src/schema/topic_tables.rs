//! The published tables about topics.

use super::{Kind, Table, required};

/// One row a person and topic.
pub const TOPIC_SCORES: Table = Table {
    name: "topic_scores",
    description: "What each person is credible on.",
    grain: &["person_id", "topic_id"],
    bloom_column: Some("person_id"),
    columns: &[
        required("person_id", Kind::Text, "The person"),
        required("topic_id", Kind::Text, "The topic"),
        required("score", Kind::Measure, "Credibility on the topic, 1 to 100"),
        required(
            "rank_in_topic",
            Kind::Count,
            "1 is best; ties share a rank; those shown come first",
        ),
        required(
            "confidence",
            Kind::Measure,
            "How sure it is that the topic is the person's, 0 to 1",
        ),
        required("reactors", Kind::Count, "People who reacted to the person on the topic"),
        required(
            "endorsers",
            Kind::Count,
            "People whose endorsement of the person on the topic counts for something",
        ),
        required(
            "is_shown",
            Kind::Flag,
            "Whether two different people are behind the evidence, somebody else's reaction or endorsement being among it",
        ),
    ],
};

/// One row a person, topic and piece of evidence.
pub const TOPIC_EVIDENCE: Table = Table {
    name: "topic_evidence",
    description: "What each topic score rests on: at most three pieces a kind; of tags and texts the latest, at most four.",
    grain: &["person_id", "topic_id", "kind", "source_id"],
    bloom_column: Some("person_id"),
    columns: &[
        required("person_id", Kind::Text, "The person"),
        required("topic_id", Kind::Text, "The topic"),
        required("kind", Kind::Text, "tag, text, endorsement, audience or ancestor"),
        required(
            "source_id",
            Kind::Text,
            "tag: the object (or activity); text: the activity; endorsement: the endorsement; audience: the person who \
             reacts; ancestor: another topic of the person, narrower or the neighbour that lends most",
        ),
        required(
            "weight",
            Kind::Measure,
            "tag, text: weight of the latest act on it, faded; others: what it adds, before rarity. 1 is one fresh, trusted \
             reaction",
        ),
    ],
};
