//! Clout: the open influence score. A nightly batch job reads Parquet activity dumps from object
//! storage, propagates influence through the whole network, and publishes one immutable snapshot of
//! scores. ARCHITECTURE.md describes the parts.

pub mod calibrate;
pub mod cli;
pub mod deduplicate;
pub mod evaluate;
pub mod explain;
pub mod ingest;
pub mod job;
pub mod perks;
pub mod pipeline;
pub mod queries;
pub mod state;
pub mod tables;
