//! Computes the newest load date of each network from published manifests.
//!
//! A manifest lists the input files of its own run: those after the previous snapshot, or all files after a rebuild.
//! The newest load date of a network is therefore the newest one in all manifests of the report. A network with only
//! older deliveries has no date.

use std::collections::BTreeMap;

use clout_base::day::Day;
use clout_warehouse::inventory::parse_activities_partition;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::StoredObject;

/// Returns the newest load date of activities by network, from the inputs of several manifests.
pub(crate) fn newest_load_dates<'a>(nights: impl Iterator<Item = &'a Manifest>) -> BTreeMap<String, Day> {
    let mut newest: BTreeMap<String, Day> = BTreeMap::new();
    for file in nights.flat_map(|night| &night.inputs) {
        let object = StoredObject {
            key: file.path.clone(),
            size: file.size,
            etag: None,
        };
        if let Some(partition) = parse_activities_partition(&object) {
            let day = newest.entry(partition.network).or_insert(partition.load_date);
            *day = (*day).max(partition.load_date);
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::example_manifest;
    use clout_warehouse::manifest::InputFile;

    #[test]
    fn the_newest_load_date_is_taken_from_all_manifests() {
        let night = |paths: &[&str]| {
            let mut night = example_manifest();
            let input = |path: &&str| InputFile {
                path: (*path).to_owned(),
                size: 1,
                etag: None,
                sha256: None,
            };
            night.inputs = paths.iter().map(input).collect();
            night
        };
        let nights = [
            night(&[
                "activities/network=twitter/date=2026-10-30/a.parquet",
                "activities/network=my%20net/date=2026-10-30/a.parquet",
            ]),
            night(&[
                "activities/network=twitter/date=2026-10-31/a.parquet",
                "accounts/network=facebook/date=2026-10-31/a.parquet",
                "topics/a.parquet",
            ]),
        ];
        let newest = newest_load_dates(nights.iter());
        let found: Vec<String> = newest.iter().map(|(network, day)| format!("{network} {day}")).collect();
        assert_eq!(found, ["my net 2026-10-30", "twitter 2026-10-31"]);
    }
}
