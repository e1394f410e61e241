//! Perks: campaigns that reward people, with verifiable draws.
//!
//! [`campaign`] defines the announced rules, [`eligible`] applies them to published tables, [`draw`] computes the
//! winners from the seed, [`drawing`] publishes a draw at most once, and [`verify`] repeats a draw and compares.

pub mod campaign;
pub mod campaign_file;
pub mod draw;
pub mod drawing;
pub mod eligible;
pub mod unknown;
pub mod verify;

#[cfg(test)]
mod testing;
