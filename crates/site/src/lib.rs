//! `clout report`: a static site about one snapshot, for people who would rather look than read.
//!
//! It is made from published tables alone, through their manifests, and needs nothing but a browser: no server,
//! no request to anywhere. A page opened from a folder may not fetch files, so data comes as scripts that hand
//! rows to the page (`shards`). What everybody sees first is in `index.html` itself; everything about a person is
//! in the shard that holds the person, and nothing is loaded that is not looked at.
//!
//! Size is bounded by [`Options`]: everybody has a row (scores, networks) and can be found; the full panel (history,
//! reasons, topics, neighbours, alerts) is for the best ranked, and for whoever the first page names. Tonight's
//! tables are sorted by person and read side by side, so memory holds one row group of each, the index of ids, and the
//! histories of the full panels.
//!
//! The same snapshots and options give the same bytes. Whoever is not in the newest snapshot any more is not named by a
//! report of an older one (`still`).

mod best;
mod by_person;
mod distribution;
mod folder;
mod freshness;
mod glance;
mod history;
mod index;
mod nights;
mod page;
mod panel;
mod people;
mod rows;
mod shards;
mod still;
mod survey;
#[cfg(test)]
mod testing;
mod text;
mod topics;

use clout_warehouse::snapshots::find_or_newest;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;
use folder::Folder;
use nights::Nights;
use still::Still;
use survey::Survey;

/// How much a report holds.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Full panels for so many of the best ranked; everybody else has a row.
    pub people: u64,
    /// Histories go back over at most so many published nights.
    pub nights: u32,
}

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// The page to open.
    pub index: PathBuf,
    /// The snapshot that it is about.
    pub snapshot_date: Day,
    /// Published nights that histories go back over, this one included.
    pub nights: u64,
    /// People who can be found.
    pub people: u64,
    /// Those of them with a full panel.
    pub people_full: u64,
    /// Files, `index.html` included.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
}

/// Writes the report of a date, or of the newest snapshot, into a folder that is empty, absent or an earlier report.
///
/// # Errors
/// A usage error where the folder holds anything else; not ready where there is no such snapshot.
pub fn write(store: &Store, as_of: Option<Day>, options: Options, to: &Path) -> Result<Written> {
    Folder::check(to)?;
    let manifest = find_or_newest(store, as_of)?;
    let nights = Nights::read(store, manifest, options.nights)?;
    let still = Still::of(store, nights.tonight())?;
    let survey = Survey::of(store, nights.tonight(), &still, options.people)?;
    let facts = glance::Glance::of(store, &nights, &survey)?;

    let mut folder = Folder::open(to, &name(&nights, options))?;
    page::assets(&mut folder)?;
    let people = people::write(store, &nights, (&survey, &still), &mut folder)?;
    let ids = index::write(people.index, &mut folder)?;
    survey.topics.write(&mut folder)?;
    let plan = json!({
        "snapshot_date": nights.tonight().snapshot_date,
        "nights": nights.plan(),
        "tables": panel::plan(nights.tonight()),
        "people": people.shards,
        "ids": ids,
        "persons": people.count,
        "persons_full": people.count_full,
        "persons_scored": survey.spread.scored,
        "networks": facts.network_names(),
    });
    folder.script("plan.js", "plan", &plan)?;
    let index = folder.publish(&page::index(&nights, &survey, &facts, folder.name())?)?;
    Ok(Written {
        index,
        snapshot_date: nights.tonight().snapshot_date,
        nights: nights.count() as u64,
        people: people.count,
        people_full: people.count_full,
        files: folder.files(),
        bytes: folder.bytes(),
    })
}

/// The folder of a report's files below the target: the date, and a hash of all that the bytes follow from.
fn name(nights: &Nights, options: Options) -> String {
    let mut hash = Sha256::new();
    for manifest in nights.all() {
        hash.update(manifest.commit_id.as_bytes());
        hash.update([0]);
    }
    hash.update(format!("{} {}", options.people, options.nights));
    page::hash_assets(&mut hash);
    let hex: String = hash
        .finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{}{}-{hex}", folder::NIGHT, nights.tonight().snapshot_date)
}

/// Whether a snapshot has a table: older ones lack those that a later Clout added.
fn has(manifest: &Manifest, table: &str) -> bool {
    manifest.tables.contains_key(table)
}
