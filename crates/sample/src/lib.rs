//! A made-up warehouse in the contract's input layout: `clout generate`, and `sample_data/`.
//!
//! Everything follows from a [`GenerateSpec`]: same spec, same files, byte for byte. People,
//! texts, ids and habits are invented; a few members of a cast have fates that the score is meant
//! to tell apart (a celebrity nobody answers, a specialist whom a field answers daily, a bot ring,
//! someone away for ten days), told in `sample_data/README.md`.
//!
//! How a warehouse comes to be, and where:
//!
//! ```text
//! ontology (topic_table)      people (cast)         what there is
//!            lots -> ties                           who notices, follows and adores whom
//!              town, check_ins, reactions         one day happens, in sentences
//!                courier                            most of it arrives, some late or twice
//!                  faults                           some of it is spoiled on purpose
//!                    activity_file, profiles, tables -> parquet_file -> the caller's sink
//! ```
//!
//! Cost: a day is linear in the people who are about (times a logarithm for drawing lots). Memory
//! holds the people, their ties and ten days of late rows, never the warehouse: files go to the
//! sink as they are made. No hash map, no clock, no float decides anything.

mod activity_file;
mod calendar;
mod cast;
mod check_ins;
mod courier;
mod dice;
mod faults;
mod lots;
mod names;
mod network;
mod ontology;
mod parquet_file;
mod people;
mod profiles;
mod reactions;
#[cfg(test)]
mod read_back;
mod row;
mod sentences;
mod tables;
#[cfg(test)]
mod tests;
mod ties;
mod topic_table;
mod town;
mod warehouse;

use bytes::Bytes;
use clout_base::error::Error;
use std::collections::BTreeMap;

/// What to make up. `Default` is the repository's `sample_data`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateSpec {
    /// Decides every draw.
    pub seed: u64,
    /// People, the cast and the ring of 30 among them.
    pub persons: u32,
    /// Load dates, without a gap.
    pub days: u32,
    /// The newest load date, in days since 1970-01-01.
    pub last_day: i32,
}

impl Default for GenerateSpec {
    fn default() -> Self {
        // 35 days: five weeks, more than the 30 days of lateness that the contract allows.
        // 20,757 is 2026-10-31.
        GenerateSpec {
            seed: 7,
            persons: 2_000,
            days: 35,
            last_day: 20_757,
        }
    }
}

impl GenerateSpec {
    /// The smallest number of people that leaves a crowd beside the cast and the ring.
    pub const MIN_PERSONS: u32 = 100;
    /// The largest number: people and ties are held in memory, below a kilobyte each.
    pub const MAX_PERSONS: u32 = 2_000_000;
    /// The longest history: ten years.
    pub const MAX_DAYS: u32 = 3_650;

    /// The oldest load date, in days since 1970-01-01.
    pub fn first_day(&self) -> i32 {
        self.last_day - self.days as i32 + 1
    }

    /// Says what is wrong with the spec, if anything.
    fn check(&self) -> Result<(), GenerateError> {
        let refuse = |reason: String| Err(GenerateError::Spec(reason));
        if !(Self::MIN_PERSONS..=Self::MAX_PERSONS).contains(&self.persons) {
            let (least, most) = (Self::MIN_PERSONS, Self::MAX_PERSONS);
            return refuse(format!("{} persons: expected {least} to {most}", self.persons));
        }
        if !(1..=Self::MAX_DAYS).contains(&self.days) {
            return refuse(format!("{} days: expected 1 to {}", self.days, Self::MAX_DAYS));
        }
        // Accounts are up to ten years old, and nothing but planted rows may lie before 2004.
        let first = calendar::FIRST_CREDIBLE_DAY + Self::MAX_DAYS as i32;
        let last = self.last_day;
        if last > 100_000 || last.saturating_sub(self.days as i32) < first {
            let first = calendar::date_text(first);
            return refuse(format!("last day {}: all days must lie after {first}", self.last_day));
        }
        Ok(())
    }
}

/// A file of the warehouse.
#[derive(Clone, Debug)]
pub struct GeneratedFile {
    /// Relative to the root, with `/`: `activities/network=twitter/date=2026-10-01/part-00000.parquet`.
    pub path: String,
    /// All of it.
    pub bytes: Bytes,
    /// Rows in it; 0 for a file that is broken on purpose.
    pub rows: u64,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files given to the sink, and what they hold together.
    pub files: u64,
    /// Rows of readable files.
    pub rows: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Rows of readable files of `activities`, bad ones included.
    pub activities: u64,
    /// Good activities delivered on a load date after their own day.
    pub late: u64,
    /// Activities delivered again.
    pub redelivered: u64,
    /// Pairs of twins.
    pub twins: u64,
    /// What is bad on purpose, by reason.
    pub planted: BTreeMap<&'static str, u64>,
}

/// Why nothing, or not everything, was made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The spec asks for something that cannot be.
    #[error("{0}")]
    Spec(String),
    /// Columns that do not fit together: a mistake of this module.
    #[error("making a table: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// The writer refused: a mistake of this module.
    #[error("writing Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}

impl From<GenerateError> for Error {
    fn from(error: GenerateError) -> Error {
        match error {
            GenerateError::Spec(message) => Error::usage(message),
            other => Error::internal("cannot make the warehouse up").with_source(other),
        }
    }
}

/// Makes the warehouse up and gives its files to `sink`, one by one, in a fixed order. An error
/// of the sink ends the work and comes back as it is.
pub fn generate<E: From<GenerateError>>(
    spec: &GenerateSpec,
    sink: &mut dyn FnMut(GeneratedFile) -> Result<(), E>,
) -> Result<Summary, E> {
    spec.check()?;
    warehouse::make(spec, sink)
}
