//! The published nights that a report looks at.

use serde_json::{Value, json};

use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Manifests, oldest first; the last is the night that the report is about.
pub struct Nights {
    earlier: Vec<Manifest>,
    tonight: Manifest,
}

impl Nights {
    /// Tonight and the newest published nights before it, at most `most` together.
    pub fn read(store: &Store, tonight: Manifest, most: u32) -> Result<Nights> {
        let mut days = snapshots::list(store)?;
        days.retain(|day| *day < tonight.snapshot_date);
        let first = days.len().saturating_sub((most as usize).saturating_sub(1));
        let mut earlier = Vec::new();
        for day in &days[first..] {
            // One that was deleted since the listing is passed over, as are all the others of that kind.
            earlier.extend(snapshots::find(store, *day)?);
        }
        Ok(Nights { earlier, tonight })
    }

    /// The night that the report is about.
    pub fn tonight(&self) -> &Manifest {
        &self.tonight
    }

    /// All of them, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Manifest> {
        self.earlier.iter().chain([&self.tonight])
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.earlier.len() + 1
    }

    /// Date and model version of each, for the page.
    pub fn plan(&self) -> Value {
        self.all()
            .map(|night| json!([night.snapshot_date, night.model_version]))
            .collect()
    }
}
