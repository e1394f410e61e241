//! Is a snapshot still what was published? Every file is read and hashed again.

use std::fmt;

use sha2::{Digest, Sha256};

use super::decode::Part;
use super::encode::hex;
use super::manifest::{TableFile, part_folder};
use super::snapshots;
use super::store::Store;
use clout_base::day::Day;
use clout_base::error::{Error, Kind, Result};

/// Bytes a request: bounds both memory and the time that a request takes.
const CHUNK_BYTES: u64 = 16 << 20;

/// What re-reading a snapshot found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Files that the manifest names.
    pub files: u64,
    /// Their bytes, as the manifest has them.
    pub bytes: u64,
    /// What is wrong; a snapshot without problems is whole.
    pub problems: Vec<Problem>,
}

/// Something that is not as the manifest says. Sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants explain their fields")]
pub enum Problem {
    /// A file is not there.
    Missing { path: String },
    /// A file has another size.
    OtherSize { path: String, expected: u64, found: u64 },
    /// A file has other content.
    OtherContent { path: String },
    /// A file, or a table in sum, has another number of rows.
    OtherRows { path: String, expected: u64, found: u64 },
    /// A file lies among the table's parts and the manifest does not name it: readers who
    /// take the folder instead of the manifest read it too.
    NotNamed { path: String },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Missing { path } => write!(f, "{path}: missing"),
            Problem::OtherSize { path, expected, found } => {
                write!(f, "{path}: {found} bytes, expected {expected}")
            }
            Problem::OtherContent { path } => write!(f, "{path}: the content's SHA-256 differs"),
            Problem::OtherRows { path, expected, found } => {
                write!(f, "{path}: {found} rows, expected {expected}")
            }
            Problem::NotNamed { path } => write!(f, "{path}: not named by the manifest"),
        }
    }
}

/// Reads every file of a snapshot again and compares it with the manifest.
pub fn verify(store: &Store, day: Day) -> Result<Verification> {
    let manifest = snapshots::find(store, day)?.ok_or_else(|| {
        Error::new(
            Kind::NotReady,
            format!("there is no snapshot of {day} in {}", store.url()),
        )
    })?;
    let mut verification = Verification::default();
    for (table, files) in &manifest.tables {
        for file in &files.files {
            verification.files += 1;
            verification.bytes += file.size;
            verification.problems.extend(check_file(store, file)?);
        }
        let found = files.files.iter().map(|file| file.rows).sum();
        if found != files.rows {
            let path = part_folder(table, day);
            verification.problems.push(Problem::OtherRows {
                path,
                expected: files.rows,
                found,
            });
        }
        let objects = store.list(&part_folder(table, day))?.objects;
        let stray = objects.into_iter().filter(|object| !manifest.names(&object.key));
        verification
            .problems
            .extend(stray.map(|object| Problem::NotNamed { path: object.key }));
    }
    Ok(verification)
}

/// The first thing that is wrong with a file. Rows are only counted in content that is right,
/// so a damaged footer is never parsed.
pub fn check_file(store: &Store, file: &TableFile) -> Result<Option<Problem>> {
    let path = file.path.clone();
    let Some(object) = store.head(&path)? else {
        return Ok(Some(Problem::Missing { path }));
    };
    if object.size != file.size {
        return Ok(Some(Problem::OtherSize {
            path,
            expected: file.size,
            found: object.size,
        }));
    }
    if hash(store, file)? != file.sha256 {
        return Ok(Some(Problem::OtherContent { path }));
    }
    let found = Part {
        store,
        key: &path,
        size: file.size,
    }
    .rows()?;
    Ok((found != file.rows).then_some(Problem::OtherRows {
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
    Ok(hex(&hasher.finalize()))
}
