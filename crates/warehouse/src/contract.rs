//! Input tables of the contract: columns, types, and required columns.

use arrow::datatypes::DataType;

/// Kind of values in an input column, independent of the Arrow type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Id: text, or an integer that stands for its decimal text.
    Id,
    /// Text.
    Text,
    /// UTC instant; a timestamp without a zone is UTC.
    Instant,
    /// List of texts.
    TextList,
    /// Whole number, in an integer type of any width.
    Count,
    /// Number, in a float or integer type of any width.
    Measure,
}

impl Holds {
    /// Returns the expected type in words, for messages.
    pub fn expected(self) -> &'static str {
        match self {
            Holds::Id => "a string or an integer",
            Holds::Text => "a string",
            Holds::Instant => "a timestamp",
            Holds::TextList => "a list of strings",
            Holds::Count => "an integer",
            Holds::Measure => "a float or an integer",
        }
    }

    /// Returns true if columns of the Arrow type are accepted.
    pub fn admits(self, data_type: &DataType) -> bool {
        match (self, data_type) {
            // A column with nulls only has no type of its own.
            (_, DataType::Null) => true,
            (_, DataType::Dictionary(_, values)) => self.admits(values),
            (Holds::Id, other) => is_text(other) || other.is_integer(),
            (Holds::Text, other) => is_text(other),
            (Holds::Instant, other) => matches!(other, DataType::Timestamp(_, _)),
            (
                Holds::TextList,
                DataType::List(item)
                | DataType::LargeList(item)
                | DataType::ListView(item)
                | DataType::LargeListView(item)
                | DataType::FixedSizeList(item, _),
            ) => Holds::Text.admits(item.data_type()),
            (Holds::TextList, _) => false,
            (Holds::Count, other) => other.is_integer(),
            (Holds::Measure, other) => other.is_floating() || other.is_integer(),
        }
    }
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// One column of an input table.
#[derive(Clone, Copy, Debug)]
pub struct InputColumn {
    /// Name of the column.
    pub name: &'static str,
    /// Kind of its values.
    pub holds: Holds,
    /// True if a file without the column is refused.
    pub is_required: bool,
    /// Meaning, for the reference.
    pub meaning: &'static str,
}

const fn required(name: &'static str, holds: Holds, meaning: &'static str) -> InputColumn {
    InputColumn {
        name,
        holds,
        is_required: true,
        meaning,
    }
}

const fn optional(name: &'static str, holds: Holds, meaning: &'static str) -> InputColumn {
    InputColumn {
        name,
        holds,
        is_required: false,
        meaning,
    }
}

const ACTIVITIES: &[InputColumn] = &[
    required(
        "activity_id",
        Holds::Id,
        "Id of the row, unique in its network; a redelivery repeats it",
    ),
    required(
        "occurred_at",
        Holds::Instant,
        "Time of the activity; a time without a zone is UTC",
    ),
    required("actor_id", Holds::Id, "Account that acted"),
    required(
        "verb",
        Holds::Text,
        "Kind of activity, a verb of the network, such as `like`",
    ),
    optional(
        "object_id",
        Holds::Id,
        "On a post, the text or item posted; on a reaction, the object reacted to; on a check-in, the venue",
    ),
    optional(
        "target_id",
        Holds::Id,
        "Account credited with the reaction; null on posts and check-ins",
    ),
    optional("text", Holds::Text, "Text by the actor, searched for topics"),
    optional(
        "tags",
        Holds::TextList,
        "Topics by name or alias: of the post, or of the object reacted to",
    ),
];
const ACCOUNTS: &[InputColumn] = &[required("account_id", Holds::Id, "Account on the network")];
const FOLLOWS: &[InputColumn] = &[
    required("follower_id", Holds::Id, "Account that follows"),
    required("followee_id", Holds::Id, "Account followed"),
];
const IDENTITIES: &[InputColumn] = &[
    required("person_id", Holds::Id, "Person that owns the account"),
    required("network", Holds::Text, "Network of the account"),
    required("account_id", Holds::Id, "Account owned by the person"),
];
const ENDORSEMENTS: &[InputColumn] = &[
    required("endorsement_id", Holds::Id, "Id of the endorsement"),
    required("endorsed_at", Holds::Instant, "Time of the endorsement"),
    required("endorser_id", Holds::Id, "Person that endorses"),
    required("endorsee_id", Holds::Id, "Person endorsed"),
    required("topic_id", Holds::Id, "Topic of the endorsement"),
    optional("weight", Holds::Measure, "Weight, 0 or more; 1 if null"),
];
const TOPICS: &[InputColumn] = &[
    required("topic_id", Holds::Id, "Id of the topic"),
    required("name", Holds::Text, "Name, in any language"),
    optional("aliases", Holds::TextList, "Other names, in any language"),
];
const TOPIC_EDGES: &[InputColumn] = &[
    required("parent_id", Holds::Id, "Broader topic"),
    required("child_id", Holds::Id, "Narrower topic; the edges form no cycle"),
];
const OPT_OUTS: &[InputColumn] = &[required(
    "person_id",
    Holds::Id,
    "Person that opts out, with all of their accounts",
)];

/// Columns of accounts that only evaluation reads. They are never part of a score, so a run refuses no file
/// because of them.
pub const FOLLOWER_COUNTS: &[InputColumn] = &[
    required("account_id", Holds::Id, "Account on the network"),
    optional(
        "followers_count",
        Holds::Count,
        "Followers, as the network reports them",
    ),
];

/// Returns the columns of an input table that Clout reads, in the contract's order; empty for unknown tables.
pub fn columns(table: &str) -> &'static [InputColumn] {
    match table {
        "activities" => ACTIVITIES,
        "accounts" => ACCOUNTS,
        "follows" => FOLLOWS,
        "identities" => IDENTITIES,
        "endorsements" => ENDORSEMENTS,
        "topics" => TOPICS,
        "topic_edges" => TOPIC_EDGES,
        "opt_outs" => OPT_OUTS,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{Field, TimeUnit};

    use super::*;

    #[test]
    fn every_type_variant_of_the_contract_is_admitted() {
        let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::LargeUtf8));
        for text in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View, dictionary] {
            assert!(Holds::Id.admits(&text) && Holds::Text.admits(&text));
            let list = DataType::List(Arc::new(Field::new("item", text, true)));
            assert!(Holds::TextList.admits(&list));
        }
        for integer in [DataType::Int8, DataType::Int64, DataType::UInt64] {
            assert!(Holds::Id.admits(&integer) && !Holds::Text.admits(&integer));
            assert!(Holds::Count.admits(&integer) && Holds::Measure.admits(&integer));
        }
        for float in [DataType::Float16, DataType::Float32, DataType::Float64] {
            assert!(Holds::Measure.admits(&float) && !Holds::Count.admits(&float));
        }
        for unit in [
            TimeUnit::Second,
            TimeUnit::Millisecond,
            TimeUnit::Microsecond,
            TimeUnit::Nanosecond,
        ] {
            assert!(Holds::Instant.admits(&DataType::Timestamp(unit, None)));
            assert!(Holds::Instant.admits(&DataType::Timestamp(unit, Some("+02:00".into()))));
        }
    }

    #[test]
    fn other_types_are_refused() {
        assert!(!Holds::Id.admits(&DataType::Float64));
        assert!(!Holds::Id.admits(&DataType::Binary));
        assert!(!Holds::Instant.admits(&DataType::Int64));
        assert!(!Holds::Instant.admits(&DataType::Date32));
        assert!(!Holds::TextList.admits(&DataType::Utf8));
        assert!(!Holds::Measure.admits(&DataType::Utf8) && !Holds::Measure.admits(&DataType::Boolean));
        assert!(!Holds::Count.admits(&DataType::Float64) && !Holds::Count.admits(&DataType::Utf8));
    }
}
