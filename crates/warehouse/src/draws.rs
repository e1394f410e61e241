//! Draws of perks as commits: the winners' part first, then the record `perks/<campaign>.json`, and never twice.
//!
//! A draw exists with its record, which is created under a condition like a snapshot's manifest and names the
//! winners' file. So two draws of one campaign are impossible, from whatever machines they come: the loser reads
//! the record that stands and takes its own part back. Parts lie at `perk_winners/snapshot_date=<D>/`, D being the
//! snapshot that was drawn from; no manifest names them, and no night touches them.

use arrow::array::AsArray;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::encode::{EncodedPart, hex};
use super::manifest::{Manifest, TableFile, TableFiles, manifest_key, part_folder};
use super::publish::{land, put_part};
use super::snapshots::read_files;
use super::store::Store;
use clout_base::day::Day;
use clout_base::error::{Context, Error, Kind, Result};
use clout_base::schema::PERK_WINNERS;

/// The record's version that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The folder of the records.
const FOLDER: &str = "perks";

/// One draw: everything that is needed to make it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// Version of this record.
    pub version: u32,
    /// The campaign.
    pub campaign_id: String,
    /// Random, and new for every attempt: tells whose record landed.
    pub draw_id: String,
    /// The rules as they were drawn by.
    pub campaign: Value,
    /// The snapshot that was drawn from.
    pub snapshot: Pinned,
    /// The newest snapshot at that time: who is no longer in it could not win.
    pub newest: Pinned,
    /// Earlier draws whose winners could not win.
    pub past: Vec<Past>,
    /// The seed, as text.
    pub seed: String,
    /// People among whom it was drawn.
    pub eligible_count: u64,
    /// The winners' file.
    pub part: TableFile,
}

/// A snapshot that cannot be mistaken for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// Its date.
    pub snapshot_date: Day,
    /// Its commit.
    pub commit_id: String,
    /// SHA-256 of its `scores`, in hex; of several files in the manifest's order, with a comma between two.
    pub scores_sha256: String,
    /// SHA-256 of the whole manifest file, in hex, and so of all that the manifest has the hashes of. Records of
    /// earlier versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_sha256: Option<String>,
}

/// An earlier draw that cannot be mistaken for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Its campaign.
    pub campaign_id: String,
    /// SHA-256 of its winners' file, in hex.
    pub sha256: String,
}

impl Pinned {
    /// The snapshot of a manifest that was read from the store.
    ///
    /// # Errors
    /// If the manifest is there no more, or another one.
    pub fn of(store: &Store, manifest: &Manifest) -> Result<Pinned> {
        let date = manifest.snapshot_date;
        let bytes = store.get(&manifest_key(date))?;
        let bytes = bytes.filter(|bytes| Manifest::from_bytes(date, bytes).is_ok_and(|found| found == *manifest));
        let changed = || {
            Error::new(
                Kind::Storage,
                format!("the manifest of {date} was replaced while it was read"),
            )
        };
        let bytes = bytes.ok_or_else(changed)?;
        let files = manifest.tables.get("scores").map_or(&[][..], |table| &table.files);
        let hashes: Vec<&str> = files.iter().map(|file| file.sha256.as_str()).collect();
        Ok(Pinned {
            snapshot_date: date,
            commit_id: manifest.commit_id.clone(),
            scores_sha256: hashes.join(","),
            manifest_sha256: Some(hex(&Sha256::digest(&bytes))),
        })
    }
}

impl Draw {
    /// The winners' file, as a table's files.
    pub fn files(&self) -> TableFiles {
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

    fn from_bytes(campaign_id: &str, bytes: &[u8]) -> Result<Draw> {
        let key = key(campaign_id);
        let draw: Draw = serde_json::from_slice(bytes).map_err(|error| {
            Error::internal(format!("damaged draw at '{key}' (restore it from a copy)")).with_source(error)
        })?;
        if draw.version > VERSION {
            return Err(Error::usage(format!(
                "'{key}' has version {}, and this Clout reads up to {VERSION}: use a newer one",
                draw.version
            )));
        }
        if draw.campaign_id != campaign_id {
            let message = format!("damaged draw at '{key}': it is of campaign {}", draw.campaign_id);
            return Err(Error::internal(message));
        }
        Ok(draw)
    }
}

/// The key of a campaign's record.
pub fn key(campaign_id: &str) -> String {
    format!("{FOLDER}/{campaign_id}.json")
}

/// Where a draw's winners lie.
pub fn part_of(day: Day, part: &EncodedPart) -> TableFile {
    TableFile {
        path: format!("{}/{}", part_folder(PERK_WINNERS.name, day), part.name),
        size: part.bytes.len() as u64,
        rows: part.rows,
        sha256: part.sha256.clone(),
    }
}

/// A campaign's draw, if it was drawn.
pub fn find(store: &Store, campaign_id: &str) -> Result<Option<Draw>> {
    let bytes = store.get(&key(campaign_id))?;
    bytes.map(|bytes| Draw::from_bytes(campaign_id, &bytes)).transpose()
}

/// All draws, in order of their campaigns.
pub fn list(store: &Store) -> Result<Vec<Draw>> {
    let mut draws = Vec::new();
    for object in store.list(FOLDER)?.objects {
        let name = object.key.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
        let id = name.and_then(|name| name.strip_suffix(".json"));
        let Some(id) = id.filter(|id| !id.contains('/')) else {
            continue;
        };
        draws.extend(find(store, id)?);
    }
    draws.sort_by(|a, b| a.campaign_id.cmp(&b.campaign_id));
    Ok(draws)
}

/// How a draw ended.
#[derive(Debug)]
pub enum Drawn {
    /// The campaign was drawn by this draw.
    Done(Draw),
    /// It had been drawn, or another was faster: that draw stands.
    Lost(Draw),
}

/// Publishes a draw: the part, then the record. An error of storage leaves open whether it was published: drawing
/// again finds out.
pub fn publish(store: &Store, draw: Draw, part: &EncodedPart) -> Result<Drawn> {
    let id = draw.campaign_id.clone();
    let standing = match find(store, &id)? {
        Some(standing) => standing,
        None => {
            put_part(store, &draw.part.path, part).context(|| format!("drawing {id}"))?;
            let stands = || find(store, &id);
            let other = land(store, &key(&id), &draw.to_bytes()?, stands).context(|| format!("drawing {id}"))?;
            other.unwrap_or_else(|| draw.clone())
        }
    };
    let is_ours = standing.draw_id == draw.draw_id;
    if let Err(error) = sweep(store, &standing, &draw.part) {
        warn!("{id} is drawn, but parts that its record does not name could not be deleted: {error}");
    }
    Ok(match is_ours {
        true => Drawn::Done(standing),
        false => Drawn::Lost(standing),
    })
}

/// Deletes parts of the campaign that its record does not name: our own if another won, and those of killed
/// draws. Parts of other campaigns lie beside them, and may be about to be named.
fn sweep(store: &Store, standing: &Draw, ours: &TableFile) -> Result<()> {
    if ours.path != standing.part.path {
        store.delete(&ours.path)?;
    }
    for path in strays(store, standing)? {
        store.delete(&path)?;
    }
    Ok(())
}

/// Keys of parts beside a draw's that have its campaign's rows, and that its record does not name.
pub fn strays(store: &Store, draw: &Draw) -> Result<Vec<String>> {
    let folder = part_folder(PERK_WINNERS.name, draw.snapshot.snapshot_date);
    let mut strays = Vec::new();
    for object in store.list(&folder)?.objects {
        let is_part = object.key.starts_with(&format!("{folder}/part-")) && object.key.ends_with(".parquet");
        if is_part && object.key != draw.part.path && is_of(store, &object.key, object.size, &draw.campaign_id) {
            strays.push(object.key);
        }
    }
    Ok(strays)
}

/// Whether a part's rows are a campaign's. What cannot be read is nobody's.
fn is_of(store: &Store, path: &str, size: u64, campaign_id: &str) -> bool {
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
    let Ok(batches) = read_files(store, &files, Some(&["campaign_id"])) else {
        return false;
    };
    let first = batches.iter().find(|batch| batch.num_rows() > 0);
    let id = first.and_then(|batch| Some(batch.column(0).as_string_opt::<i32>()?.value(0)));
    id == Some(campaign_id)
}

#[cfg(test)]
#[path = "draws_tests.rs"]
mod tests;
