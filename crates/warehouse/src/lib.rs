//! Access to object storage and Parquet files. No other module uses either directly.
//!
//! Input comes through [`inventory`] (listing), [`admission`] (validation) and [`input_batches`] (rows). Output goes
//! through [`encoded_part`], [`publish`] and [`manifest`].

pub mod admission;
pub mod catch_panic;
pub mod encoded_part;
#[cfg(test)]
mod faulty_store;
pub mod fetched_ranges;
pub mod input_batches;
pub mod input_columns;
mod invalid_keys;
pub mod inventory;
pub mod json_cells;
mod local_writes;
pub mod manifest;
mod object_listing;
mod part_reader;
pub mod perk_draws;
pub mod publish;
pub mod published_columns;
mod root_spelling;
pub mod snapshot_people;
pub mod snapshots;
pub mod store;
mod store_address;
mod store_calls;
pub mod store_checks;
mod store_failure;
pub mod text_lists;
pub mod verify;
