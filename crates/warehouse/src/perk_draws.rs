//! Publication of perk draws: first the winners' part, then the record `perks/<campaign>.json`. Each campaign
//! is drawn at most once.
//!
//! A draw exists as soon as its record exists. The record is created conditionally, like a snapshot's
//! manifest, and names the winners' file. Two draws of one campaign are therefore impossible, from any number
//! of machines: the loser reads the existing record and deletes its own part. Parts have the prefix
//! `perk_winners/snapshot_date=<D>/`, with D the date of the snapshot that the draw used. No manifest names
//! them, and no run changes them.

use arrow::array::AsArray;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::encoded_part::{EncodedPart, to_hex};
use super::manifest::{Manifest, TableFile, TableFiles, manifest_key, part_folder};
use super::publish::{commit_record, list_parts};
use super::snapshots::read_table_files;
use super::store::Store;
use clout_base::day::Day;
use clout_base::error::{Error, ErrorContext, ErrorKind, Result};
use clout_base::schema::PERK_WINNERS;

/// Version of the record that this program writes, and the newest that it reads.
pub const DRAW_VERSION: u32 = 1;

/// Folder of the records.
const FOLDER: &str = "perks";

/// Record of one draw, with all data needed to repeat it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PerkDraw {
    /// Version of the record.
    pub version: u32,
    /// Id of the campaign.
    pub campaign_id: String,
    /// Random id, new for each attempt; it shows which attempt wrote the record.
    pub draw_id: String,
    /// Rules of the campaign at the time of the draw.
    pub campaign: Value,
    /// Snapshot that the draw used.
    pub snapshot: SnapshotReference,
    /// Newest snapshot at the time of the draw. People missing from it could not win.
    pub newest: SnapshotReference,
    /// Earlier draws; their winners could not win.
    pub past: Vec<EarlierDraw>,
    /// Seed, as text.
    pub seed: String,
    /// Number of eligible people.
    pub eligible_count: u64,
    /// File of the winners.
    pub part: TableFile,
}

/// Reference to one exact snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotReference {
    /// Date of the snapshot.
    pub snapshot_date: Day,
    /// Commit id of its manifest.
    pub commit_id: String,
    /// SHA-256 of its table `scores`, in hex; several files are joined by commas, in the manifest's order.
    pub scores_sha256: String,
    /// SHA-256 of the manifest file, in hex, which covers all hashes in the manifest. Absent from records of
    /// earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_sha256: Option<String>,
}

/// Reference to one exact earlier draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierDraw {
    /// Id of the campaign.
    pub campaign_id: String,
    /// SHA-256 of the winners' file, in hex.
    pub sha256: String,
}

impl SnapshotReference {
    /// Builds the reference to the snapshot of a manifest.
    ///
    /// # Errors
    /// Returns a storage error if the stored manifest is missing or has changed.
    pub fn from_manifest(store: &Store, manifest: &Manifest) -> Result<SnapshotReference> {
        let date = manifest.snapshot_date;
        let bytes = store.get(&manifest_key(date))?;
        let bytes = bytes.filter(|bytes| Manifest::from_bytes(date, bytes).is_ok_and(|found| found == *manifest));
        let changed = || {
            Error::new(
                ErrorKind::Storage,
                format!("the manifest of {date} changed during the read; run again"),
            )
        };
        let bytes = bytes.ok_or_else(changed)?;
        let files = manifest.tables.get("scores").map_or(&[][..], |table| &table.files);
        let hashes: Vec<&str> = files.iter().map(|file| file.sha256.as_str()).collect();
        Ok(SnapshotReference {
            snapshot_date: date,
            commit_id: manifest.commit_id.clone(),
            scores_sha256: hashes.join(","),
            manifest_sha256: Some(to_hex(&Sha256::digest(&bytes))),
        })
    }
}

impl PerkDraw {
    /// Returns the winners' file as the files of a table.
    pub fn table_files(&self) -> TableFiles {
        TableFiles {
            rows: self.part.rows,
            files: vec![self.part.clone()],
        }
    }

    fn to_bytes(&self) -> Result<Bytes> {
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::internal("cannot write the draw as JSON").with_source(error))?;
        text.push(b'\n');
        Ok(Bytes::from(text))
    }

    fn from_bytes(campaign_id: &str, bytes: &[u8]) -> Result<PerkDraw> {
        let key = draw_key(campaign_id);
        let draw: PerkDraw = serde_json::from_slice(bytes).map_err(|error| {
            Error::internal(format!("damaged draw at '{key}' (restore it from a backup)")).with_source(error)
        })?;
        if draw.version > DRAW_VERSION {
            return Err(Error::usage(format!(
                "'{key}' has version {}, but this version of Clout reads up to {DRAW_VERSION}: use a newer one",
                draw.version
            )));
        }
        if draw.campaign_id != campaign_id {
            let message = format!("damaged draw at '{key}': it belongs to campaign {}", draw.campaign_id);
            return Err(Error::internal(message));
        }
        Ok(draw)
    }
}

/// Returns the key of a campaign's record.
pub fn draw_key(campaign_id: &str) -> String {
    format!("{FOLDER}/{campaign_id}.json")
}

/// Returns the manifest entry of a draw's winners.
pub fn locate_winners_file(day: Day, part: &EncodedPart) -> TableFile {
    TableFile {
        path: format!("{}/{}", part_folder(PERK_WINNERS.name, day), part.name),
        size: part.bytes.len() as u64,
        rows: part.rows,
        sha256: part.sha256.clone(),
    }
}

/// Reads a campaign's draw, or `None` if the campaign has not been drawn.
///
/// # Errors
/// Returns an error if the store fails or the record is damaged.
pub fn find_draw(store: &Store, campaign_id: &str) -> Result<Option<PerkDraw>> {
    let bytes = store.get(&draw_key(campaign_id))?;
    bytes.map(|bytes| PerkDraw::from_bytes(campaign_id, &bytes)).transpose()
}

/// Reads all draws, sorted by campaign.
///
/// # Errors
/// Returns an error if the store fails or a record is damaged.
pub fn list_draws(store: &Store) -> Result<Vec<PerkDraw>> {
    let mut draws = Vec::new();
    for object in store.list(FOLDER)?.objects {
        let name = object.key.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
        let id = name.and_then(|name| name.strip_suffix(".json"));
        let Some(id) = id.filter(|id| !id.contains('/')) else {
            continue;
        };
        draws.extend(find_draw(store, id)?);
    }
    draws.sort_by(|a, b| a.campaign_id.cmp(&b.campaign_id));
    Ok(draws)
}

/// Outcome of publishing a draw.
#[derive(Debug)]
pub enum DrawOutcome {
    /// This draw was published.
    Done(PerkDraw),
    /// Another draw of the campaign exists; it stays valid.
    Lost(PerkDraw),
}

/// Publishes a draw: first the part, then the record.
///
/// # Errors
/// After a storage error, the draw may or may not be published; a further draw finds out.
pub fn publish_draw(store: &Store, draw: PerkDraw, part: &EncodedPart) -> Result<DrawOutcome> {
    let id = draw.campaign_id.clone();
    let parts = [(draw.part.path.clone(), part)];
    let record = (draw_key(&id), || draw.to_bytes());
    let existing = commit_record(store, parts, record, || find_draw(store, &id));
    let existing = existing
        .context(|| format!("drawing {id}"))?
        .unwrap_or_else(|| draw.clone());
    let is_ours = existing.draw_id == draw.draw_id;
    if let Err(error) = sweep(store, &existing, &draw.part) {
        warn!("{id} is drawn, but unused parts could not be deleted: {error}");
    }
    Ok(match is_ours {
        true => DrawOutcome::Done(existing),
        false => DrawOutcome::Lost(existing),
    })
}

/// Deletes parts of the campaign that its record does not name: our own if another draw won, and those of
/// killed draws. Parts of other campaigns are in the same folder and stay, since a record may be about to
/// name them.
fn sweep(store: &Store, existing: &PerkDraw, ours: &TableFile) -> Result<()> {
    if ours.path != existing.part.path {
        store.delete(&ours.path)?;
    }
    for path in find_stray_parts(store, existing)? {
        store.delete(&path)?;
    }
    Ok(())
}

/// Lists parts in a draw's folder that contain rows of its campaign but are not named by its record.
pub fn find_stray_parts(store: &Store, draw: &PerkDraw) -> Result<Vec<String>> {
    let folder = part_folder(PERK_WINNERS.name, draw.snapshot.snapshot_date);
    let mut strays = Vec::new();
    for part in list_parts(store, &folder)? {
        if part.key != draw.part.path && has_rows_of(store, &part.key, part.size, &draw.campaign_id) {
            strays.push(part.key);
        }
    }
    Ok(strays)
}

/// Returns true if a part's rows belong to the campaign; false for an unreadable part.
fn has_rows_of(store: &Store, path: &str, size: u64, campaign_id: &str) -> bool {
    let file = TableFile {
        path: path.to_owned(),
        size,
        rows: 0,
        sha256: String::new(),
    };
    let files = TableFiles {
        rows: 0,
        files: vec![file],
    };
    let Ok(batches) = read_table_files(store, &files, Some(&["campaign_id"])) else {
        return false;
    };
    let first = batches.iter().find(|batch| batch.num_rows() > 0);
    let id = first.and_then(|batch| Some(batch.column(0).as_string_opt::<i32>()?.value(0)));
    id == Some(campaign_id)
}

#[cfg(test)]
#[path = "perk_draws_tests.rs"]
mod tests;
