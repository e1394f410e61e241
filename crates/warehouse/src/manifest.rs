//! Manifest of a snapshot: `snapshots/<D>/manifest.json`. A snapshot exists as soon as its manifest exists.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// Version of the contract that this program writes, and the newest that it reads.
pub const MANIFEST_VERSION: u32 = 1;

/// Content of a snapshot. Unknown keys of later versions of Clout are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the contract.
    pub version: u32,
    /// Date of the snapshot.
    pub snapshot_date: Day,
    /// Model number, and a hash of every parameter that can move a score.
    pub model_version: String,
    /// Id of the run, as in its logs.
    pub run_id: String,
    /// Random id, new for each attempt to publish; it shows which attempt wrote the manifest.
    pub commit_id: String,
    /// Parameters of the run, by their job-file keys.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// True if the propagation converged.
    pub converged: bool,
    /// L1 residual of the last iteration.
    pub residual: f64,
    /// First load date with a row of activities, by network that has delivered one.
    #[serde(default)]
    pub first_load_dates: BTreeMap<String, Day>,
    /// Input files that this run read.
    pub inputs: Vec<InputFile>,
    /// Files of each table, by name; filled in by publishing.
    pub tables: BTreeMap<String, TableFiles>,
    /// Seconds of each stage, by name.
    pub timings: BTreeMap<String, f64>,
}

/// Input file at the time of reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Path relative to the input root.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Version of the content, as named by the store.
    pub etag: Option<String>,
    /// SHA-256 of the content, in hex. Manifests of version 1 lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Files of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFiles {
    /// Number of rows in all files.
    pub rows: u64,
    /// Files of the table. Readers use this list and never list the folder.
    pub files: Vec<TableFile>,
}

/// One file of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// Path relative to the output root.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Number of rows.
    pub rows: u64,
    /// SHA-256 of the content, in hex.
    pub sha256: String,
}

/// Returns the key of a date's manifest.
pub fn manifest_key(day: Day) -> String {
    format!("snapshots/{day}/manifest.json")
}

/// Returns the folder of a table's files of a date.
pub fn part_folder(table: &str, day: Day) -> String {
    format!("{table}/snapshot_date={day}")
}

impl Manifest {
    /// Encodes the manifest as JSON.
    ///
    /// # Errors
    /// Returns an internal error for a number that JSON cannot represent: written as null, it would make the
    /// manifest unreadable.
    pub fn to_bytes(&self) -> Result<Bytes> {
        if !self.residual.is_finite() || self.timings.values().any(|seconds| !seconds.is_finite()) {
            return Err(Error::internal("the residual or a timing is not a finite number"));
        }
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::internal("cannot write the manifest as JSON").with_source(error))?;
        text.push(b'\n');
        Ok(Bytes::from(text))
    }

    /// Decodes the manifest of a date.
    ///
    /// # Errors
    /// Refuses a manifest that is damaged, of another date, or of a later contract version: reading only a
    /// part of it would lose files.
    pub fn from_bytes(day: Day, bytes: &[u8]) -> Result<Manifest> {
        let key = manifest_key(day);
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| {
            Error::internal(format!("damaged manifest at '{key}' (restore it from a backup)")).with_source(error)
        })?;
        if manifest.version > MANIFEST_VERSION {
            return Err(Error::usage(format!(
                "'{key}' has contract version {}, but this version of Clout reads up to {MANIFEST_VERSION}: use a newer one",
                manifest.version
            )));
        }
        if manifest.snapshot_date != day {
            return Err(Error::internal(format!(
                "damaged manifest at '{key}': it belongs to {}",
                manifest.snapshot_date
            )));
        }
        Ok(manifest)
    }

    /// Returns true if a key is one of this snapshot's files.
    pub fn contains_file(&self, key: &str) -> bool {
        let mut files = self.tables.values().flat_map(|table| &table.files);
        files.any(|file| file.path == key)
    }
}

/// A manifest without tables, for unit tests.
#[doc(hidden)]
pub fn example_manifest(day: Day, commit_id: &str) -> Manifest {
    Manifest {
        first_load_dates: BTreeMap::new(),
        version: MANIFEST_VERSION,
        snapshot_date: day,
        model_version: "1-abc".to_owned(),
        run_id: "run".to_owned(),
        commit_id: commit_id.to_owned(),
        parameters: BTreeMap::from([("propagation.damping".to_owned(), 0.85.into())]),
        converged: true,
        residual: 1e-12,
        inputs: vec![InputFile {
            sha256: None,
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
    use clout_base::error::ErrorKind;

    const DAY: Day = Day(20_000);

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let manifest = example_manifest(DAY, "c1");
        let bytes = manifest.to_bytes().unwrap();
        assert_eq!(Manifest::from_bytes(DAY, &bytes).unwrap(), manifest);
    }

    #[test]
    fn the_keys_are_those_of_the_contract() {
        let json: serde_json::Value = serde_json::from_slice(&example_manifest(DAY, "c1").to_bytes().unwrap()).unwrap();
        let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys.join(" "),
            "version snapshot_date model_version run_id commit_id parameters converged residual first_load_dates \
             inputs tables timings"
        );
        assert_eq!(json["snapshot_date"], DAY.to_string());
    }

    #[test]
    fn unknown_keys_are_ignored_and_damage_is_refused() {
        let mut json: serde_json::Value =
            serde_json::from_slice(&example_manifest(DAY, "c1").to_bytes().unwrap()).unwrap();
        json["later"] = true.into();
        assert!(Manifest::from_bytes(DAY, json.to_string().as_bytes()).is_ok());
        let other_day = Manifest::from_bytes(DAY.next(), json.to_string().as_bytes()).unwrap_err();
        assert!(
            other_day.to_string().contains("damaged manifest at 'snapshots/"),
            "{other_day}"
        );
        json["version"] = 2.into();
        let newer = Manifest::from_bytes(DAY, json.to_string().as_bytes()).unwrap_err();
        assert_eq!(newer.kind(), ErrorKind::Usage);
        let cut = Manifest::from_bytes(DAY, b"{\"version\": 1").unwrap_err();
        assert_eq!(cut.kind(), ErrorKind::Internal);
    }

    #[test]
    fn a_residual_that_json_cannot_represent_is_refused() {
        let mut manifest = example_manifest(DAY, "c1");
        manifest.residual = f64::NAN;
        assert_eq!(manifest.to_bytes().unwrap_err().kind(), ErrorKind::Internal);
    }
}
