//! Delivered ids, kept so that a redelivery counts once.

use clout_base::day::Day;

/// Delivered id with its last load date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeliveredId {
    /// Hash of the activity id.
    pub id: u128,
    /// Last load date with the id.
    pub load_date: Day,
}
