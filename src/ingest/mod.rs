//! Reads delivered files into columns of numbers and maps account ids to dense nodes.

pub mod activities;
pub mod batch_columns;
pub mod claim_changes;
pub mod coded_columns;
pub mod endorsements;
pub mod file_reading;
pub mod file_rows;
mod first_dates;
mod id_table;
pub mod interner;
pub mod mentions;
pub mod merge_accounts;
pub mod missing_columns;
pub mod object_hash;
pub mod ontology;
pub mod opt_out_rows;
pub mod profiles;
pub mod read_step;
mod reader_tasks;
pub mod reference;
pub mod refused_share;
pub mod rejects;
pub mod row_blocks;
pub mod row_buffers;
mod row_codec;
pub mod table_rows;
pub mod tags;
#[cfg(test)]
mod testing;
pub mod text_rows;
pub mod validate;
