//! Manifests of the published snapshots in a report.

use serde_json::{Value, json};

use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Manifests, oldest first. The last one is the snapshot of the report.
pub(crate) struct PublishedSnapshots {
    earlier: Vec<Manifest>,
    manifest: Manifest,
}

impl PublishedSnapshots {
    /// Reads the manifests of at most `most` snapshots: the given one and the newest ones before it.
    pub(crate) fn read(store: &Store, manifest: Manifest, most: u32) -> Result<PublishedSnapshots> {
        let mut days = snapshots::list_dates(store)?;
        days.retain(|day| *day < manifest.snapshot_date);
        let first = days.len().saturating_sub((most as usize).saturating_sub(1));
        let mut earlier = Vec::new();
        for day in &days[first..] {
            // Snapshots deleted since the listing are skipped.
            earlier.extend(snapshots::read_manifest(store, *day)?);
        }
        Ok(PublishedSnapshots { earlier, manifest })
    }

    /// Returns the manifest of the report's snapshot.
    pub(crate) fn newest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns all manifests, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Manifest> {
        self.earlier.iter().chain([&self.manifest])
    }

    /// Returns the number of manifests.
    pub(crate) fn count(&self) -> usize {
        self.earlier.len() + 1
    }

    /// Returns date and model version of each snapshot, for the page.
    pub(crate) fn to_json(&self) -> Value {
        self.iter()
            .map(|night| json!([night.snapshot_date, night.model_version]))
            .collect()
    }
}
