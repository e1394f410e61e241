//! Generates a made-up warehouse in the contract's input layout, for `clout generate` and `sample_data/`.
//!
//! A [`GenerateSpec`] determines all files, byte for byte. People, texts, ids and habits are invented. Some story
//! people have fixed behaviour that scores should separate (a celebrity with almost no reactions, a specialist with
//! daily reactions by a whole field, a bot ring, a person away for ten days); `sample_data/README.md` describes them.
//!
//! Order of generation, with the modules:
//!
//! ```text
//! ontology (topic_table)      people (story_people)    topics and people
//!            weighted_choice -> ties                   attention, follows and fans
//!              daily_activity, check_ins, reactions    activity of one day, with texts
//!                delivery_delays                       most rows are delivered on their day, some late or twice
//!                  faults                              some rows are made bad on purpose
//!                    warehouse                         partitions become files, some broken on purpose (broken_files)
//!                      activity_file, profiles, tables -> parquet_file -> the caller's sink
//! ```
//!
//! Cost: a day is linear in the number of active people (times a logarithm for weighted choices). Memory holds the
//! people, their ties and late rows of ten days, never the warehouse: each file goes to the sink when it is complete.
//! No hash map, clock or float affects the result.

mod activity_file;
mod broken_files;
mod check_ins;
mod daily_activity;
mod delivery_delays;
mod faults;
mod names;
mod network;
mod ontology;
mod parquet_file;
mod people;
mod profiles;
mod question_sites;
mod reactions;
#[cfg(test)]
mod read_back;
#[cfg(test)]
mod rejected_share;
mod rng;
mod row;
mod story_people;
mod tables;
#[cfg(test)]
mod tests;
mod texts;
mod ties;
mod topic_table;
mod warehouse;
mod weighted_choice;

pub use question_sites::{SiteShape, generate_question_site};

use bytes::Bytes;
use clout_base::day::FIRST_VALID_DAY;
use clout_base::error::Error;
use std::collections::BTreeMap;

/// Parameters of a warehouse. `Default` is the repository's `sample_data`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateSpec {
    /// Random seed.
    pub seed: u64,
    /// Number of people, including the story people and the ring of 30.
    pub persons: u32,
    /// Number of consecutive load dates.
    pub days: u32,
    /// Newest load date, in days since 1970-01-01.
    pub last_day: i32,
}

impl Default for GenerateSpec {
    fn default() -> Self {
        // Five weeks are more than the 30 days of lateness that the contract allows. Day 20,757 is 2026-10-31.
        GenerateSpec {
            seed: 7,
            persons: 2_000,
            days: 35,
            last_day: 20_757,
        }
    }
}

impl GenerateSpec {
    /// Smallest number of people. It leaves ordinary people beside the story people and the ring.
    pub const MIN_PERSONS: u32 = 100;
    /// Largest number of people. People and ties are held in memory, with less than a kilobyte per person.
    pub const MAX_PERSONS: u32 = 2_000_000;
    /// Longest history: ten years, in days.
    pub const MAX_DAYS: u32 = 3_650;

    /// Returns the oldest load date, in days since 1970-01-01.
    pub fn first_day(&self) -> i32 {
        self.last_day - self.days as i32 + 1
    }

    /// Checks the spec. Returns an error for values out of range.
    fn check(&self) -> Result<(), GenerateError> {
        let refuse = |reason: String| Err(GenerateError::Spec(reason));
        if !(Self::MIN_PERSONS..=Self::MAX_PERSONS).contains(&self.persons) {
            let (least, most) = (Self::MIN_PERSONS, Self::MAX_PERSONS);
            return refuse(format!("{} persons: expected {least} to {most}", self.persons));
        }
        if !(1..=Self::MAX_DAYS).contains(&self.days) {
            return refuse(format!("{} days: expected 1 to {}", self.days, Self::MAX_DAYS));
        }
        // Accounts are up to ten years old, and only planted rows may be before 2004.
        let first = FIRST_VALID_DAY.days_after(Self::MAX_DAYS as i32);
        let last = self.last_day;
        if last > 100_000 || last.saturating_sub(self.days as i32) < first.0 {
            return refuse(format!("last day {}: all days must lie after {first}", self.last_day));
        }
        Ok(())
    }
}

/// File of the warehouse.
#[derive(Clone, Debug)]
pub struct GeneratedFile {
    /// Path relative to the root, with `/`: `activities/network=twitter/date=2026-10-01/part-00000.parquet`.
    pub path: String,
    /// Content of the file.
    pub bytes: Bytes,
    /// Number of rows; 0 for a file that is broken on purpose.
    pub rows: u64,
}

/// Summary of a generated warehouse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GenerateSummary {
    /// Number of files passed to the sink.
    pub files: u64,
    /// Number of rows in readable files.
    pub rows: u64,
    /// Total size of all files, in bytes.
    pub bytes: u64,
    /// Number of rows in readable files of `activities`, including bad ones.
    pub activities: u64,
    /// Number of good activities delivered on a load date after their own day.
    pub late: u64,
    /// Number of activities delivered again.
    pub redelivered: u64,
    /// Number of pairs of twins.
    pub twins: u64,
    /// Number of planted faults by reason.
    pub planted: BTreeMap<&'static str, u64>,
}

/// Error that prevented or interrupted the generation.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// Spec with a value out of range.
    #[error("{0}")]
    Spec(String),
    /// Inconsistent columns: a bug of this module.
    #[error("making a table: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// Error of the Parquet writer: a bug of this module.
    #[error("writing Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}

impl From<GenerateError> for Error {
    fn from(error: GenerateError) -> Error {
        match error {
            GenerateError::Spec(message) => Error::usage(message),
            other => Error::internal("cannot generate the warehouse").with_source(other),
        }
    }
}

/// Generates the warehouse and passes its files to `sink`, one by one, in a fixed order.
///
/// # Errors
/// Returns an error for an invalid spec. An error of the sink ends the generation and is returned unchanged.
pub fn generate_warehouse<E: From<GenerateError>>(
    spec: &GenerateSpec,
    sink: &mut dyn FnMut(GeneratedFile) -> Result<(), E>,
) -> Result<GenerateSummary, E> {
    spec.check()?;
    warehouse::write_warehouse(spec, sink)
}
