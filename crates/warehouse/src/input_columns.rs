//! Input tables of the contract: columns, types, and required columns.

use arrow::datatypes::DataType;

/// Columns in which bytes that are not UTF-8 become replacement characters. In every other text column they cost the row.
pub const FREE_TEXTS: [&str; 3] = ["text", "handle", "display_name"];

/// Kind of values in an input column, independent of the Arrow type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputType {
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
    /// True or false.
    Flag,
}

impl InputType {
    /// Returns the expected type in words, for messages.
    pub fn describe(self) -> &'static str {
        match self {
            InputType::Id => "a string or an integer",
            InputType::Text => "a string",
            InputType::Instant => "a timestamp",
            InputType::TextList => "a list of strings",
            InputType::Count => "an integer",
            InputType::Measure => "a float or an integer",
            InputType::Flag => "a boolean",
        }
    }

    /// Returns true if columns of the Arrow type are accepted.
    pub fn accepts(self, data_type: &DataType) -> bool {
        match (self, data_type) {
            // A column with nulls only has no type of its own.
            (_, DataType::Null) => true,
            (_, DataType::Dictionary(_, values)) => self.accepts(values),
            (InputType::Id, other) => is_text(other) || other.is_integer(),
            (InputType::Text, other) => is_text(other),
            (InputType::Instant, other) => matches!(other, DataType::Timestamp(_, _)),
            (
                InputType::TextList,
                DataType::List(item)
                | DataType::LargeList(item)
                | DataType::ListView(item)
                | DataType::LargeListView(item)
                | DataType::FixedSizeList(item, _),
            ) => InputType::Text.accepts(item.data_type()),
            (InputType::TextList, _) => false,
            (InputType::Count, other) => other.is_integer(),
            (InputType::Measure, other) => other.is_floating() || other.is_integer(),
            (InputType::Flag, other) => matches!(other, DataType::Boolean),
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
    pub input_type: InputType,
    /// True if a file without the column is refused.
    pub is_required: bool,
    /// Meaning, for the reference.
    pub meaning: &'static str,
}

const fn required(name: &'static str, holds: InputType, meaning: &'static str) -> InputColumn {
    InputColumn {
        name,
        input_type: holds,
        is_required: true,
        meaning,
    }
}

const fn optional(name: &'static str, holds: InputType, meaning: &'static str) -> InputColumn {
    InputColumn {
        name,
        input_type: holds,
        is_required: false,
        meaning,
    }
}

const ACTIVITIES: &[InputColumn] = &[
    required(
        "activity_id",
        InputType::Id,
        "Id of the row, unique in its network; a redelivery repeats it",
    ),
    required(
        "occurred_at",
        InputType::Instant,
        "Time of the activity; a time without a zone is UTC",
    ),
    required("actor_id", InputType::Id, "Account that acted"),
    required(
        "verb",
        InputType::Text,
        "Kind of activity, a verb of the network, such as `like`",
    ),
    optional(
        "object_id",
        InputType::Id,
        "On a post, the text or item posted; on a reaction, the object reacted to; on a check-in, the venue",
    ),
    optional(
        "target_id",
        InputType::Id,
        "Account credited with the reaction; null on posts and check-ins",
    ),
    optional("text", InputType::Text, "Text by the actor, searched for topics"),
    optional(
        "tags",
        InputType::TextList,
        "Topics by name or alias: of the post, or of the object reacted to",
    ),
];
const ACCOUNTS: &[InputColumn] = &[
    required("account_id", InputType::Id, "Account on the network"),
    optional(
        "handle",
        InputType::Text,
        "Name by which the account is mentioned, without @",
    ),
    optional("display_name", InputType::Text, "Name that the account shows"),
    optional(
        "created_at",
        InputType::Instant,
        "Time at which the account was created",
    ),
    optional(
        "followers_count",
        InputType::Count,
        "Followers, as the network reports them; no score depends on it",
    ),
    optional(
        "is_verified",
        InputType::Flag,
        "True if the network has verified the account",
    ),
    optional(
        "is_suspended",
        InputType::Flag,
        "True if the network has suspended the account",
    ),
];
const FOLLOWS: &[InputColumn] = &[
    required("follower_id", InputType::Id, "Account that follows"),
    required("followee_id", InputType::Id, "Account followed"),
];
const IDENTITIES: &[InputColumn] = &[
    required("person_id", InputType::Id, "Person that owns the account"),
    required("network", InputType::Text, "Network of the account"),
    required("account_id", InputType::Id, "Account owned by the person"),
];
const ENDORSEMENTS: &[InputColumn] = &[
    required("endorsement_id", InputType::Id, "Id of the endorsement"),
    required("endorsed_at", InputType::Instant, "Time of the endorsement"),
    required("endorser_id", InputType::Id, "Person that endorses"),
    required("endorsee_id", InputType::Id, "Person endorsed"),
    required("topic_id", InputType::Id, "Topic of the endorsement"),
    optional("weight", InputType::Measure, "Weight, 0 or more; 1 if null"),
];
const TOPICS: &[InputColumn] = &[
    required("topic_id", InputType::Id, "Id of the topic"),
    required("name", InputType::Text, "Name, in any language"),
    optional("aliases", InputType::TextList, "Other names, in any language"),
];
const TOPIC_EDGES: &[InputColumn] = &[
    required("parent_id", InputType::Id, "Broader topic"),
    required("child_id", InputType::Id, "Narrower topic; the edges form no cycle"),
];
const OPT_OUTS: &[InputColumn] = &[required(
    "person_id",
    InputType::Id,
    "Person that opts out, with all of their accounts",
)];

/// Columns of accounts that only evaluation reads. They are never part of a score, so a run refuses no file
/// because of them.
pub const FOLLOWER_COUNT_COLUMNS: &[InputColumn] = &[
    required("account_id", InputType::Id, "Account on the network"),
    optional(
        "followers_count",
        InputType::Count,
        "Followers, as the network reports them",
    ),
];

/// Returns the columns of an input table that Clout reads, in the contract's order; empty for unknown tables.
pub fn columns_of_table(table: &str) -> &'static [InputColumn] {
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
            assert!(InputType::Id.accepts(&text) && InputType::Text.accepts(&text));
            let list = DataType::List(Arc::new(Field::new("item", text, true)));
            assert!(InputType::TextList.accepts(&list));
        }
        for integer in [DataType::Int8, DataType::Int64, DataType::UInt64] {
            assert!(InputType::Id.accepts(&integer) && !InputType::Text.accepts(&integer));
            assert!(InputType::Count.accepts(&integer) && InputType::Measure.accepts(&integer));
        }
        for float in [DataType::Float16, DataType::Float32, DataType::Float64] {
            assert!(InputType::Measure.accepts(&float) && !InputType::Count.accepts(&float));
        }
        for unit in [
            TimeUnit::Second,
            TimeUnit::Millisecond,
            TimeUnit::Microsecond,
            TimeUnit::Nanosecond,
        ] {
            assert!(InputType::Instant.accepts(&DataType::Timestamp(unit, None)));
            assert!(InputType::Instant.accepts(&DataType::Timestamp(unit, Some("+02:00".into()))));
        }
    }

    #[test]
    fn other_types_are_refused() {
        assert!(!InputType::Id.accepts(&DataType::Float64));
        assert!(!InputType::Id.accepts(&DataType::Binary));
        assert!(!InputType::Instant.accepts(&DataType::Int64));
        assert!(!InputType::Instant.accepts(&DataType::Date32));
        assert!(!InputType::TextList.accepts(&DataType::Utf8));
        assert!(!InputType::Measure.accepts(&DataType::Utf8) && !InputType::Measure.accepts(&DataType::Boolean));
        assert!(InputType::Flag.accepts(&DataType::Boolean) && !InputType::Flag.accepts(&DataType::Int8));
        assert!(!InputType::Count.accepts(&DataType::Float64) && !InputType::Count.accepts(&DataType::Utf8));
    }
}
