//! A row of `activities` before it is written: indices instead of ids, so that a day fits in
//! little memory and copying a row is cheap.

use super::network::Network;
use super::ontology::Tag;
use super::topic_table::FIELDS;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A post or tip: its number among what was written on the network.
    Written(u64),
    /// A venue of a field.
    Venue {
        /// The field whose people meet there.
        field: usize,
        /// Its number within the field; 0 is the one that everybody knows.
        number: u32,
    },
}

impl Object {
    /// The object id in the network's dump.
    pub fn id(self, network: Network) -> String {
        match self {
            Object::Written(number) => format!("{}-o{number}", network.prefix()),
            Object::Venue { field, number } => format!("venue-{}-{number}", FIELDS[field]),
        }
    }
}

/// One activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The number in the activity id; none until the courier gives it, or on purpose.
    pub number: Option<u64>,
    /// Microseconds since 1970.
    pub occurred_at: i64,
    /// The acting account; none on purpose only.
    pub actor: Option<u32>,
    /// The network's own word.
    pub verb: &'static str,
    /// What it is about.
    pub object: Option<Object>,
    /// The account that is credited.
    pub target: Option<u32>,
    /// The actor's words.
    pub text: Option<String>,
    /// Null and empty are both written, as real dumps have both.
    pub tags: Option<Vec<Tag>>,
    /// Whether the row is one of a pair of twins: such pairs stay together on their way.
    pub is_twin: bool,
}

/// The rows of one day, by network.
pub type DayRows = [Vec<Row>; Network::ALL.len()];
