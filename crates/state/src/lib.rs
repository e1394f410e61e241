//! The state between runs as immutable files: segments of load dates, compacted bases, and the index that names them.
//!
//! A state is the accounts, a base (activity records, pairs), the segments of the runs after it (reactions, changed
//! activity records), and the ids of the lateness window. A pair is the left fold of its load dates
//! (`clout_model::influence::merge_pairs`), so a reader folds the segments into the base in order of date, and no bit
//! depends on the date of the base.
//!
//! Each table has `encode_…` and `decode_…`. [`column_file`] reads files, whole or in part; [`index`] names them;
//! [`compaction`] decides when to write a base. Bytes are equal for any number of threads.

pub mod accounts;
pub mod activity;
pub mod byte_table;
mod bytes_reader;
pub mod column_file;
mod columns;
pub mod compaction;
pub mod damage;
pub mod encoded_file;
mod head;
pub mod ids;
pub mod index;
pub mod pairs;
mod planes;
pub mod reactions;
#[cfg(test)]
mod testing;

pub use head::{CHUNK_ROWS, LAYOUT, TableKind};
