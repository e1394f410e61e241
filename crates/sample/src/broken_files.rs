//! Creates files that are broken on purpose: a truncated file, and a file without a required column.
//!
//! A broken file counts as rejected rows, as many as its bytes would hold. Its partition is therefore split into many
//! small files: it holds at most 2.5 % of the rows, and the contract refuses a run above 5 %. A good file beside it
//! has the same rows, as after an upload that was repeated, so a broken file does not change any score.

use super::activity_file::{LookupTables, encode_activities, write_without_verb};
use super::faults::PlantedFault;
use super::network::SampleNetwork;
use super::row::ActivityRow;
use super::{GenerateError, GenerateSpec};
use bytes::Bytes;

/// Number of good files beside a broken one, if there are as many rows.
pub(crate) const GOOD_FILES: usize = 40;

/// Remaining part of a truncated file, in percent.
const TRUNCATED_PERCENT: usize = 60;

/// Kind of broken file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BrokenFile {
    /// Beginning of a file, as after an interrupted upload.
    Truncated,
    /// File without the column `verb`.
    WithoutVerb,
}

impl BrokenFile {
    /// Returns the broken file of a partition, if it has one: after two thirds of the days facebook has a truncated
    /// file, and on the next day linkedin has a file without `verb`.
    pub(crate) fn of_partition(spec: &GenerateSpec, network: SampleNetwork, day: u32) -> Option<BrokenFile> {
        let first = spec.days * 2 / 3;
        match network {
            SampleNetwork::Facebook if day == first => Some(BrokenFile::Truncated),
            SampleNetwork::Linkedin if day == first + 1 => Some(BrokenFile::WithoutVerb),
            _ => None,
        }
    }

    /// Returns the reason under which the file is counted.
    pub(crate) fn fault(self) -> PlantedFault {
        match self {
            BrokenFile::Truncated => PlantedFault::TruncatedFile,
            BrokenFile::WithoutVerb => PlantedFault::MissingColumn,
        }
    }

    /// Encodes rows as a broken file.
    pub(crate) fn encode(
        self,
        directory: LookupTables,
        network: SampleNetwork,
        rows: &[ActivityRow],
    ) -> Result<Bytes, GenerateError> {
        match self {
            BrokenFile::Truncated => {
                let whole = encode_activities(directory, network, rows)?;
                Ok(whole.slice(..whole.len() * TRUNCATED_PERCENT / 100))
            }
            BrokenFile::WithoutVerb => write_without_verb(directory, network, rows),
        }
    }
}
