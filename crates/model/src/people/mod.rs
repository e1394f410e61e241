//! Persons: the owners of accounts, and their presence on networks.

pub mod person_ids;
mod person_order;
pub mod persons;
pub mod presence;
