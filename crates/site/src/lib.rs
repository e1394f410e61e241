//! `clout report`: writes a static HTML site about one snapshot.
//!
//! The report is built from published tables, through their manifests. It needs only a browser: no server and no
//! network requests. A page opened from a local folder may not fetch files, so data is stored as scripts that pass
//! rows to the page (see `shards`). `index.html` contains the summary. Each person's data is in one shard, and the
//! page loads a shard only when it is needed.
//!
//! [`ReportOptions`] limits the size. Each person has a row (scores, networks) and can be found by search. Full panels
//! (history, reasons, topics, neighbours, alerts) exist for the best ranked people and for all people named on the
//! first page. The tables of the snapshot are sorted by person and read in parallel, so memory holds one row group of
//! each table, the index of ids, and the histories of the full panels.
//!
//! The same snapshots and options give the same bytes. A report of an older date does not name people missing from
//! the newest snapshot (see `still`).

mod distribution;
mod folder;
mod history;
mod id_index;
mod json_values;
mod leaderboards;
mod load_dates;
mod overview;
mod page;
mod panel;
mod person_cursor;
mod privacy_filter;
mod published;
mod shards;
#[cfg(test)]
mod testing;
mod text;
mod top_k;
mod topic_leaders;
mod write_people;

use clout_warehouse::snapshots::find_or_newest;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;
use folder::ReportFolder;
use leaderboards::Leaderboards;
use privacy_filter::PrivacyFilter;
use published::PublishedSnapshots;

/// Limits of a report's size.
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions {
    /// Number of best ranked people with a full panel; all others have a row only.
    pub people: u64,
    /// Number of published snapshots in each history, at most.
    pub nights: u32,
}

/// Summary of a written report.
#[derive(Debug)]
pub struct ReportSummary {
    /// Path of `index.html`.
    pub index: PathBuf,
    /// Date of the snapshot.
    pub snapshot_date: Day,
    /// Number of published snapshots in the histories, this one included.
    pub nights: u64,
    /// Number of people in the index.
    pub people: u64,
    /// Number of people with a full panel.
    pub people_full: u64,
    /// Number of files, `index.html` included.
    pub files: u64,
    /// Total size of the files, in bytes.
    pub bytes: u64,
}

/// Writes the report of a date, or of the newest snapshot, into a folder. The folder must be absent, empty or an
/// earlier report.
///
/// # Errors
/// Returns a usage error if the folder holds anything else, and a not-ready error if the snapshot does not exist.
pub fn write_report(store: &Store, as_of: Option<Day>, options: ReportOptions, to: &Path) -> Result<ReportSummary> {
    ReportFolder::check_target(to)?;
    let manifest = find_or_newest(store, as_of)?;
    let nights = PublishedSnapshots::read(store, manifest, options.nights)?;
    let still = PrivacyFilter::read(store, nights.newest())?;
    let survey = Leaderboards::read(store, nights.newest(), &still, options.people)?;
    let overview = overview::SnapshotOverview::read(store, &nights, &survey)?;

    let mut folder = ReportFolder::create(to, &subfolder_name(&nights, options))?;
    page::write_assets(&mut folder)?;
    let people = write_people::write_people(store, &nights, (&survey, &still), &mut folder)?;
    let ids = id_index::write_index(people.index, &mut folder)?;
    survey.topics.write(&mut folder)?;
    let plan = json!({
        "snapshot_date": nights.newest().snapshot_date,
        "nights": nights.to_json(),
        "tables": panel::describe_parts(nights.newest()),
        "people": people.shards,
        "ids": ids,
        "persons": people.count,
        "persons_full": people.count_full,
        "persons_scored": survey.histogram.scored,
        "networks": overview.network_names(),
    });
    folder.write_script("plan.js", "plan", &plan)?;
    let index = folder.publish(&page::render_index(&nights, &survey, &overview, folder.name())?)?;
    Ok(ReportSummary {
        index,
        snapshot_date: nights.newest().snapshot_date,
        nights: nights.count() as u64,
        people: people.count,
        people_full: people.count_full,
        files: folder.file_count(),
        bytes: folder.byte_count(),
    })
}

/// Returns the name of the folder for the report's files: the date and a hash of everything that determines the bytes.
fn subfolder_name(nights: &PublishedSnapshots, options: ReportOptions) -> String {
    let mut hash = Sha256::new();
    for manifest in nights.iter() {
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
    format!("{}{}-{hex}", folder::SUBFOLDER_PREFIX, nights.newest().snapshot_date)
}

/// Returns true if a snapshot has a table. Snapshots of older versions lack the tables that were added later.
fn has_table(manifest: &Manifest, table: &str) -> bool {
    manifest.tables.contains_key(table)
}
