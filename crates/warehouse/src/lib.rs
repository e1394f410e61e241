//! Access to object storage and Parquet files. No other module uses either directly.
//!
//! Input comes through [`inventory`] (listing), [`admission`] (validation) and [`input_batches`] (rows). Output goes
//! through [`encoded_part`], [`publish`] and [`manifest`].

pub mod admission;
pub mod catch_panic;
mod column_matching;
mod column_shape;
pub mod content_hash;
mod delta_counts;
mod dictionary_texts;
pub mod encoded_part;
#[cfg(test)]
mod faulty_store;
pub mod fetched_ranges;
mod footer;
mod footer_bytes;
pub mod input_batches;
pub mod input_columns;
pub mod input_times;
mod invalid_keys;
pub mod inventory;
pub mod json_cells;
mod local_writes;
pub mod manifest;
#[cfg(test)]
mod mutants_tests;
mod object_listing;
mod page_headers;
mod page_inflation;
mod part_properties;
mod part_reader;
mod partition_path;
pub mod perk_draws;
pub mod publish;
pub mod published_columns;
pub mod request_pool;
mod root_spelling;
mod row_group_reader;
mod row_segments;
mod similar_table;
pub mod snapshot_people;
pub mod snapshots;
pub mod store;
mod store_address;
mod store_calls;
pub mod store_checks;
mod store_failure;
pub mod table_rows;
#[cfg(test)]
mod testing;
pub mod text_lists;
mod thrift_reader;
#[cfg(test)]
mod thrift_tree;
mod utf8_columns;
pub mod verify;
