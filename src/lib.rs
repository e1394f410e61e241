//! Clout: the open influence score. A nightly batch job that reads Parquet activity dumps from
//! object storage, propagates influence through the whole network, and publishes one immutable
//! snapshot of scores. See ARCHITECTURE.md for the map.

pub mod error;
pub mod day;
pub mod schema;
pub mod graph;
pub mod warehouse;
pub mod networks;
pub mod intake;
pub mod settle;
pub mod state;
pub mod people;
pub mod influence;
pub mod tables;
pub mod job;
pub mod generate;
pub mod night;
pub mod queries;
pub mod cli;
