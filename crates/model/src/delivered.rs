//! Ids that were delivered, remembered so that a redelivery counts once.

use clout_base::day::Day;

/// An id that was delivered, and the last load date on which it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivered {
    /// Hash of the activity id.
    pub id: u128,
    /// Last load date that brought it.
    pub load_date: Day,
}
