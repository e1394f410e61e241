//! Perks: campaigns that reward people, drawn so that anybody can check the draw.
//!
//! [`campaign`] is what is announced, [`eligible`] who can win by the published tables, [`draw`] who does by the
//! seed, [`drawing`] makes a draw exist once, and [`verify`] makes it again and compares.

pub mod campaign;
pub mod campaign_file;
pub mod draw;
pub mod drawing;
pub mod eligible;
pub mod unknown;
pub mod verify;

#[cfg(test)]
mod testing;
