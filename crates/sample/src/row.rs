//! Defines a row of `activities` before it is written. It has indices instead of ids, so that a day needs little memory
//! and copies are cheap.

use super::network::SampleNetwork;
use super::ontology::TagIndex;
use super::topic_table::FIELDS;

/// Object of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActivityObject {
    /// Post or tip, by its number on the network.
    Written(u64),
    /// Venue of a field.
    Venue {
        /// Field of the venue.
        field: usize,
        /// Number within the field; 0 is the best-known venue.
        number: u32,
    },
}

impl ActivityObject {
    /// Returns the object id in the network's dump.
    pub(crate) fn id(self, network: SampleNetwork) -> String {
        match self {
            ActivityObject::Written(number) => format!("{}-o{number}", network.prefix()),
            ActivityObject::Venue { field, number } => format!("venue-{}-{number}", FIELDS[field]),
        }
    }
}

/// Activity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActivityRow {
    /// Number in the activity id; none before delivery, or on purpose.
    pub number: Option<u64>,
    /// Time in microseconds since 1970.
    pub occurred_at: i64,
    /// Acting account; none only on purpose.
    pub actor: Option<u32>,
    /// Verb of the network.
    pub verb: &'static str,
    /// Object of the activity.
    pub object: Option<ActivityObject>,
    /// Credited account.
    pub target: Option<u32>,
    /// Text by the actor.
    pub text: Option<String>,
    /// Tags; both null and empty lists are written, as in real dumps.
    pub tags: Option<Vec<TagIndex>>,
    /// True if the row is one of a pair of twins; such pairs are delivered together.
    pub is_twin: bool,
}

/// Rows of one day by network.
pub(crate) type DayRows = [Vec<ActivityRow>; SampleNetwork::ALL.len()];
