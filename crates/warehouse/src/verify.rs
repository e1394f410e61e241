//! Verification of a published snapshot: all files are read and hashed again.

use std::fmt;

use sha2::{Digest, Sha256};

use super::encoded_part::to_hex;
use super::manifest::{TableFile, part_folder};
use super::part_reader::PartReader;
use super::snapshots;
use super::store::Store;
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};

/// Bytes per request, which bounds memory and request time.
const CHUNK_BYTES: u64 = 16 << 20;

/// Result of verifying a snapshot.
#[derive(Clone, Debug, Default)]
pub struct SnapshotVerification {
    /// Number of files in the manifest.
    pub files: u64,
    /// Total size of the files in the manifest, in bytes.
    pub bytes: u64,
    /// Differences from the manifest; empty for an intact snapshot.
    pub problems: Vec<FileProblem>,
}

/// Difference from the manifest. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants explain their fields")]
pub enum FileProblem {
    /// A file is missing.
    Missing { path: String },
    /// A file has another size than in the manifest.
    OtherSize { path: String, expected: u64, found: u64 },
    /// A file has another SHA-256 than in the manifest.
    OtherContent { path: String },
    /// A file, or a table in total, has another number of rows than in the manifest.
    OtherRows { path: String, expected: u64, found: u64 },
    /// A file in the table's folder is missing from the manifest. Readers that list the folder instead of
    /// using the manifest would read it, too.
    NotNamed { path: String },
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileProblem::Missing { path } => write!(f, "{path}: missing"),
            FileProblem::OtherSize { path, expected, found } => {
                write!(f, "{path}: {found} bytes, expected {expected}")
            }
            FileProblem::OtherContent { path } => write!(f, "{path}: the content's SHA-256 differs"),
            FileProblem::OtherRows { path, expected, found } => {
                write!(f, "{path}: {found} rows, expected {expected}")
            }
            FileProblem::NotNamed { path } => write!(f, "{path}: not named by the manifest"),
        }
    }
}

/// Reads all files of a snapshot again and compares them with the manifest.
///
/// # Errors
/// Returns an error if the snapshot does not exist or the store fails.
pub fn verify_snapshot(store: &Store, day: Day) -> Result<SnapshotVerification> {
    let manifest = snapshots::read_manifest(store, day)?.ok_or_else(|| {
        Error::new(
            ErrorKind::NotReady,
            format!("no snapshot of {day} exists in {}", store.url()),
        )
    })?;
    let mut verification = SnapshotVerification::default();
    for (table, files) in &manifest.tables {
        for file in &files.files {
            verification.files += 1;
            verification.bytes += file.size;
            verification.problems.extend(check_file(store, file)?);
        }
        let found = files.files.iter().map(|file| file.rows).sum();
        if found != files.rows {
            let path = part_folder(table, day);
            verification.problems.push(FileProblem::OtherRows {
                path,
                expected: files.rows,
                found,
            });
        }
        let objects = store.list(&part_folder(table, day))?.objects;
        let stray = objects
            .into_iter()
            .filter(|object| !manifest.contains_file(&object.key));
        verification
            .problems
            .extend(stray.map(|object| FileProblem::NotNamed { path: object.key }));
    }
    Ok(verification)
}

/// Returns the first difference of a file from the manifest. Rows are counted only if the content matches, so
/// a damaged footer is never parsed.
///
/// # Errors
/// Returns an error if the store fails.
pub fn check_file(store: &Store, file: &TableFile) -> Result<Option<FileProblem>> {
    let path = file.path.clone();
    let Some(object) = store.head(&path)? else {
        return Ok(Some(FileProblem::Missing { path }));
    };
    if object.size != file.size {
        return Ok(Some(FileProblem::OtherSize {
            path,
            expected: file.size,
            found: object.size,
        }));
    }
    if hash(store, file)? != file.sha256 {
        return Ok(Some(FileProblem::OtherContent { path }));
    }
    let found = PartReader {
        store,
        key: &path,
        size: file.size,
    }
    .count_rows()?;
    Ok((found != file.rows).then_some(FileProblem::OtherRows {
        path,
        expected: file.rows,
        found,
    }))
}

fn hash(store: &Store, file: &TableFile) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut start = 0;
    while start < file.size {
        let end = (start + CHUNK_BYTES).min(file.size);
        let chunk = start..end;
        for bytes in store.get_ranges(&file.path, std::slice::from_ref(&chunk))? {
            hasher.update(&bytes);
        }
        start = end;
    }
    Ok(to_hex(&hasher.finalize()))
}
