//! Persons: the owners of accounts, and their presence on networks.

pub mod persons;
pub mod presence;
