//! Days, errors, stable hashes, metrics, and the schema of every published table, shared by all other crates.

pub mod day;
pub mod error;
pub mod ids;
pub mod metrics;
pub mod schema;
pub mod visible_text;
