//! Perks: campaigns that reward people, with verifiable draws.
//!
//! [`campaign`] defines the announced rules, [`eligibility`] applies them to published tables, [`tickets`] computes the
//! winners from the seed, [`draw`] publishes a draw at most once, and [`verify`] repeats a draw and compares.

pub mod campaign;
pub mod campaign_file;
pub mod draw;
pub mod eligibility;
pub mod tickets;
pub mod unknown_names;
pub mod verify;

#[cfg(test)]
mod testing;
