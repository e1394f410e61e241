//! Persons: what the accounts of a night belong to.

pub mod persons;
pub mod presence;
