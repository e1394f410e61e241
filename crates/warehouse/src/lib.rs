//! Access to object storage and Parquet files. No other module uses either directly.
//!
//! Input comes through [`layout`] (listing), [`admission`] (validation) and [`read`] (rows). Output goes
//! through [`encode`], [`publish`] and [`manifest`].

mod address;
pub mod admission;
pub mod contract;
mod decode;
pub mod doctor;
pub mod draws;
pub mod encode;
mod failure;
#[cfg(test)]
mod faulty;
pub mod fetch;
pub mod guard;
pub mod layout;
mod listing;
pub mod manifest;
mod odd_keys;
pub mod publish;
pub mod read;
pub mod snapshots;
pub mod store;
pub mod text_lists;
pub mod there;
pub mod verify;
