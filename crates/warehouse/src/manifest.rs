//! The manifest that makes a snapshot exist: `snapshots/<D>/manifest.json`.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// The contract's version that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Everything that a snapshot is made of. Keys that a later Clout adds are passed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the contract.
    pub version: u32,
    /// The snapshot's date.
    pub snapshot_date: Day,
    /// Model number and a hash of every parameter that can move a score.
    pub model_version: String,
    /// The run, as its logs name it.
    pub run_id: String,
    /// Random, and new for every attempt to publish: tells whose manifest landed.
    pub commit_id: String,
    /// The run's parameters, by their job-file keys.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// Whether the propagation settled.
    pub converged: bool,
    /// The L1 residual at which it stopped.
    pub residual: f64,
    /// The input files that this run read.
    pub inputs: Vec<InputFile>,
    /// Tables by name; filled in by publishing.
    pub tables: BTreeMap<String, TableFiles>,
    /// Seconds by stage.
    pub timings: BTreeMap<String, f64>,
}

/// An input file as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Path relative to the input root.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// The store's name for this version of the content.
    pub etag: Option<String>,
}

/// The files of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFiles {
    /// Rows of all files.
    pub rows: u64,
    /// The files, which readers take instead of listing the folder.
    pub files: Vec<TableFile>,
}

/// One file of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// Path relative to the output root.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Rows.
    pub rows: u64,
    /// SHA-256 of the content, in hex.
    pub sha256: String,
}

/// The key of a date's manifest.
pub fn manifest_key(day: Day) -> String {
    format!("snapshots/{day}/manifest.json")
}

/// The folder of a table's files of a date.
pub fn part_folder(table: &str, day: Day) -> String {
    format!("{table}/snapshot_date={day}")
}

impl Manifest {
    /// The JSON that is stored. Numbers that JSON cannot say are an internal error: written
    /// as null, they would make a manifest that nobody can read.
    pub fn to_bytes(&self) -> Result<Bytes> {
        if !self.residual.is_finite() || self.timings.values().any(|seconds| !seconds.is_finite()) {
            return Err(Error::internal("the residual or a timing is not a finite number"));
        }
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::internal("cannot write the manifest as JSON").with_source(error))?;
        text.push(b'\n');
        Ok(Bytes::from(text))
    }

    /// Reads the manifest of a date. One that is damaged, of another date, or of a later
    /// contract is refused: half an understanding of it would lose files.
    pub fn from_bytes(day: Day, bytes: &[u8]) -> Result<Manifest> {
        let key = manifest_key(day);
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| {
            Error::internal(format!("damaged manifest at '{key}' (restore it from a copy)")).with_source(error)
        })?;
        if manifest.version > VERSION {
            return Err(Error::usage(format!(
                "'{key}' has contract version {}, and this Clout reads up to {VERSION}: use a newer one",
                manifest.version
            )));
        }
        if manifest.snapshot_date != day {
            return Err(Error::internal(format!(
                "damaged manifest at '{key}': it is of {}",
                manifest.snapshot_date
            )));
        }
        Ok(manifest)
    }

    /// Whether a key is one of this snapshot's files.
    pub fn names(&self, key: &str) -> bool {
        let mut files = self.tables.values().flat_map(|table| &table.files);
        files.any(|file| file.path == key)
    }
}

/// A manifest without tables, for unit tests.
#[doc(hidden)]
pub fn example(day: Day, commit_id: &str) -> Manifest {
    Manifest {
        version: VERSION,
        snapshot_date: day,
        model_version: "1-abc".to_owned(),
        run_id: "run".to_owned(),
        commit_id: commit_id.to_owned(),
        parameters: BTreeMap::from([("propagation.damping".to_owned(), 0.85.into())]),
        converged: true,
        residual: 1e-12,
        inputs: vec![InputFile {
            path: "a.parquet".to_owned(),
            size: 7,
            etag: None,
        }],
        tables: BTreeMap::new(),
        timings: BTreeMap::from([("read".to_owned(), 0.5)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::Kind;

    const DAY: Day = Day(20_000);

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let manifest = example(DAY, "c1");
        let bytes = manifest.to_bytes().unwrap();
        assert_eq!(Manifest::from_bytes(DAY, &bytes).unwrap(), manifest);
    }

    #[test]
    fn the_keys_are_those_of_the_contract() {
        let json: serde_json::Value = serde_json::from_slice(&example(DAY, "c1").to_bytes().unwrap()).unwrap();
        let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys.join(" "),
            "version snapshot_date model_version run_id commit_id parameters converged residual inputs tables timings"
        );
        assert_eq!(json["snapshot_date"], DAY.to_string());
    }

    #[test]
    fn unknown_keys_pass_and_damage_does_not() {
        let mut json: serde_json::Value = serde_json::from_slice(&example(DAY, "c1").to_bytes().unwrap()).unwrap();
        json["later"] = true.into();
        assert!(Manifest::from_bytes(DAY, json.to_string().as_bytes()).is_ok());
        let other_day = Manifest::from_bytes(DAY.next(), json.to_string().as_bytes()).unwrap_err();
        assert!(
            other_day.to_string().contains("damaged manifest at 'snapshots/"),
            "{other_day}"
        );
        json["version"] = 2.into();
        let newer = Manifest::from_bytes(DAY, json.to_string().as_bytes()).unwrap_err();
        assert_eq!(newer.kind(), Kind::Usage);
        let cut = Manifest::from_bytes(DAY, b"{\"version\": 1").unwrap_err();
        assert_eq!(cut.kind(), Kind::Internal);
    }

    #[test]
    fn a_residual_that_json_cannot_say_is_refused() {
        let mut manifest = example(DAY, "c1");
        manifest.residual = f64::NAN;
        assert_eq!(manifest.to_bytes().unwrap_err().kind(), Kind::Internal);
    }
}
