//! Clout: the open influence score. A nightly batch job reads Parquet activity dumps from object
//! storage, propagates influence through the whole network, and publishes one immutable snapshot of
//! scores. ARCHITECTURE.md describes the parts.

pub mod alerts;
pub mod calibrate;
pub mod cli;
pub mod day;
pub mod error;
pub mod evaluate;
pub mod explain;
pub mod generate;
pub mod graph;
pub mod influence;
pub mod intake;
pub mod job;
pub mod networks;
pub mod night;
pub mod ontology;
pub mod people;
pub mod perks;
pub mod queries;
pub mod report;
pub mod schema;
pub mod settle;
pub mod state;
pub mod tables;
pub mod topics;
pub mod visible;
pub mod warehouse;
